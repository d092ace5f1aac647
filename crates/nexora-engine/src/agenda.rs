//! When each provider is asked: one question a slot, and no more slots a second than it bears.
//!
//! Who waits has a slot of their own, so a thousand jobs are asked about in turn instead of
//! pushing; and what one provider cannot bear or does not answer takes nothing from another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nexora_core::{GenerationId, Provider, Timestamp};

/// Up to this age a job may take any slot: its owner is still watching.
pub(crate) const YOUNG_FOR: Duration = Duration::from_secs(60);
/// Of so many slots, one is for the young alone: however many old jobs there are, a new one is
/// asked about soon.
const SHARES: i64 = 4;
/// Slots that passed unused stay good for this long, so that a few questions may come at once.
const UNUSED_FOR: Duration = Duration::from_secs(1);
/// How many questions to one provider may be open at the same time. One that does not answer
/// holds each for a minute; a node has 64 places for all of its work.
const OPEN_MAX: usize = 16;
/// Turns remembered before those that passed are looked through: jobs that ended elsewhere never
/// come for theirs. Several times what one node drives.
const TURNS_MAX: usize = 4_096;

/// Every provider's sheet.
#[derive(Clone, Debug)]
pub(crate) struct Agenda {
    sheets: Arc<Mutex<BTreeMap<Provider, Sheet>>>,
    per_second: fn(Provider) -> u32,
}

/// Leave to ask one question. Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Leave {
    agenda: Agenda,
    provider: Provider,
}

/// Who is asked about, and how long it has been with the provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) provider: Provider,
    pub(crate) id: GenerationId,
    pub(crate) age: Duration,
}

/// One provider's slots. A slot is as long as the provider wants between two questions, and
/// numbered from 1970 on.
#[derive(Debug)]
struct Sheet {
    per_second: i64,
    taken: BTreeSet<i64>,
    turns: HashMap<GenerationId, i64>,
    /// Until when it asked to be left alone.
    quiet_until: Option<Timestamp>,
    open: usize,
}

impl Agenda {
    /// Nobody has a turn yet; `per_second` says how many questions a provider bears.
    pub(crate) fn new(per_second: fn(Provider) -> u32) -> Self {
        Self {
            sheets: Arc::default(),
            per_second,
        }
    }

    /// Leave to ask now, or when to come again. Who has a turn later and comes now (somebody is in
    /// a hurry) may ask at once if nobody else does.
    pub(crate) fn enter(&self, asker: Asker, now: Timestamp) -> Result<Leave, Timestamp> {
        self.on_sheet(asker.provider, |sheet| sheet.enter(asker, now))?;
        Ok(Leave {
            agenda: self.clone(),
            provider: asker.provider,
        })
    }

    /// The turn of somebody who does not want to ask before this moment.
    pub(crate) fn book(&self, asker: Asker, earliest: Timestamp) -> Timestamp {
        self.on_sheet(asker.provider, |sheet| sheet.book(asker, earliest))
    }

    /// A provider wants to be left alone for a while.
    pub(crate) fn hush(&self, provider: Provider, until: Timestamp) {
        self.on_sheet(provider, |sheet| {
            sheet.quiet_until = sheet.quiet_until.max(Some(until));
        });
    }

    fn on_sheet<T>(&self, provider: Provider, change: impl FnOnce(&mut Sheet) -> T) -> T {
        let mut sheets: MutexGuard<'_, BTreeMap<Provider, Sheet>> =
            self.sheets.lock().unwrap_or_else(PoisonError::into_inner);
        let sheet = sheets.entry(provider);
        change(sheet.or_insert_with(|| Sheet::new((self.per_second)(provider))))
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.agenda.on_sheet(self.provider, |sheet| {
            sheet.open = sheet.open.saturating_sub(1);
        });
    }
}

impl Sheet {
    fn new(per_second: u32) -> Self {
        Self {
            per_second: i64::from(per_second.max(1)),
            taken: BTreeSet::new(),
            turns: HashMap::new(),
            quiet_until: None,
            open: 0,
        }
    }

    fn enter(&mut self, asker: Asker, now: Timestamp) -> Result<(), Timestamp> {
        let turn = self.turns.remove(&asker.id);
        let quiet_until = self.quiet_until.filter(|until| now < *until);
        if let Some(until) = quiet_until {
            self.give_up(turn);
            return Err(self.book(asker, until));
        }
        if self.open >= OPEN_MAX {
            self.give_up(turn);
            return Err(self.book(asker, now.plus(Duration::from_secs(1))));
        }
        let present = self.slot_at(now);
        if turn.is_none_or(|turn| turn > present) {
            self.give_up(turn);
            let first = self.slot_at(now.minus(UNUSED_FOR));
            let slot = self.first_free(first, asker);
            if slot > present {
                return Err(self.book(asker, now));
            }
            self.taken.insert(slot);
        }
        self.forget(now);
        self.open = self.open.saturating_add(1);
        Ok(())
    }

    fn book(&mut self, asker: Asker, earliest: Timestamp) -> Timestamp {
        // From the first slot that does not begin before.
        let first = self.slot_at(earliest.minus(Duration::from_millis(1))) + 1;
        let slot = self.first_free(first, asker);
        self.taken.insert(slot);
        let earlier = self.turns.insert(asker.id, slot);
        self.give_up(earlier);
        self.beginning(slot)
    }

    fn first_free(&self, first: i64, asker: Asker) -> i64 {
        let is_young = asker.age < YOUNG_FOR;
        let mut slot = first;
        let mut taken = self.taken.range(first..).peekable();
        loop {
            let is_taken = taken.next_if_eq(&&slot).is_some();
            let is_reserved = !is_young && slot.rem_euclid(SHARES) == 0;
            if !is_taken && !is_reserved {
                return slot;
            }
            slot += 1;
        }
    }

    fn give_up(&mut self, turn: Option<i64>) {
        if let Some(turn) = turn {
            self.taken.remove(&turn);
        }
    }

    /// Forgets slots that have passed, and from time to time who had them.
    fn forget(&mut self, now: Timestamp) {
        let oldest = self.slot_at(now.minus(UNUSED_FOR));
        self.taken = self.taken.split_off(&oldest);
        if self.turns.len() > TURNS_MAX {
            self.turns.retain(|_, turn| *turn >= oldest);
        }
    }

    fn slot_at(&self, moment: Timestamp) -> i64 {
        (moment.as_ms().saturating_mul(self.per_second)).div_euclid(1_000)
    }

    /// The first whole millisecond of a slot.
    fn beginning(&self, slot: i64) -> Timestamp {
        let ms = slot.saturating_mul(1_000);
        Timestamp::from_ms(-(-ms).div_euclid(self.per_second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);
    const OLD: Duration = Duration::from_secs(600);

    fn asker(age: Duration) -> Asker {
        Asker {
            provider: Provider::Fal,
            id: GenerationId::new(NOW),
            age,
        }
    }

    const RATE: usize = 20;

    fn agenda() -> Agenda {
        Agenda::new(|_| 20)
    }

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn no_second_has_more_questions_than_the_provider_bears() {
        let agenda = agenda();
        let turns: Vec<Timestamp> = (0..1_000).map(|_| agenda.book(asker(OLD), NOW)).collect();
        for second in 0..100 {
            let within = |turn: &&Timestamp| (after(second)..after(second + 1)).contains(*turn);
            assert!(turns.iter().filter(within).count() <= RATE, "{second}");
        }
        assert!(turns.iter().all(|turn| *turn >= NOW));
        let last = turns.iter().max().unwrap().since(NOW).as_secs();
        // Three quarters of twenty a second.
        assert_eq!(last, 66);
    }

    #[test]
    fn a_young_job_does_not_queue_behind_a_thousand_old_ones() {
        let agenda = agenda();
        for _ in 0..1_000 {
            agenda.book(asker(OLD), NOW);
        }
        let turn = agenda.book(asker(Duration::ZERO), NOW);
        assert!(turn < after(1), "{turn:?}");
    }

    #[test]
    fn whoever_comes_in_their_turn_may_ask_and_the_crowd_is_told_when() {
        let agenda = agenda();
        let mut leaves = Vec::new();
        let mut turns = Vec::new();
        for _ in 0..100 {
            let one = asker(OLD);
            match agenda.enter(one, NOW) {
                Ok(leave) => leaves.push(leave),
                Err(turn) => turns.push((one, turn)),
            }
        }
        assert!(leaves.len() <= OPEN_MAX, "{}", leaves.len());
        drop(leaves);
        for (one, turn) in turns {
            assert!(turn > NOW);
            assert!(agenda.enter(one, turn).is_ok(), "in their turn");
        }
    }

    #[test]
    fn a_provider_that_does_not_answer_is_not_asked_more_and_another_is() {
        let agenda = agenda();
        let mut open = Vec::new();
        for second in 0..100 {
            open.extend(agenda.enter(asker(Duration::ZERO), after(second)));
        }
        assert_eq!(open.len(), OPEN_MAX);
        let other = Asker {
            provider: Provider::Replicate,
            ..asker(Duration::ZERO)
        };
        assert!(agenda.enter(other, after(100)).is_ok());
        open.clear();
        assert!(agenda.enter(asker(Duration::ZERO), after(200)).is_ok());
    }

    #[test]
    fn a_provider_that_wants_quiet_has_it() {
        let agenda = agenda();
        let one = asker(Duration::ZERO);
        agenda.hush(Provider::Fal, after(30));
        agenda.hush(Provider::Fal, after(10));
        let turn = agenda.enter(one, after(1)).unwrap_err();
        assert!(turn >= after(30));
        assert!(agenda.enter(one, turn).is_ok());
    }

    #[test]
    fn a_hurry_takes_a_free_slot_and_leaves_its_own() {
        let agenda = agenda();
        let one = asker(Duration::ZERO);
        let turn = agenda.book(one, after(15));
        assert!(agenda.enter(one, NOW).is_ok(), "somebody rang");
        let other = asker(Duration::ZERO);
        assert_eq!(
            agenda.book(other, after(15)),
            turn,
            "its slot is free again"
        );
    }
}
