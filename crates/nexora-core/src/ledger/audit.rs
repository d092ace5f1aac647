//! Adds a member's journal up again and names the first line that does not fit.

use std::fmt;

use super::{Account, Entry, Seal};
use crate::credits::Credits;

/// What a journal adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balances {
    /// Free to spend.
    pub available: Credits,
    /// Set aside.
    pub held: Credits,
    /// Paid for results.
    pub spent: Credits,
    /// Came in, less what was taken back.
    pub granted: Credits,
    /// Ran out of time.
    pub expired: Credits,
    /// How many lines there are.
    pub lines: i64,
    /// The seal of the last line.
    pub last: Seal,
}

/// The first line that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditError {
    /// Its number.
    pub number: i64,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.number, self.what)
    }
}

impl std::error::Error for AuditError {}

impl Balances {
    /// An empty journal.
    pub const EMPTY: Self = Self {
        available: Credits::ZERO,
        held: Credits::ZERO,
        spent: Credits::ZERO,
        granted: Credits::ZERO,
        expired: Credits::ZERO,
        lines: 0,
        last: Seal::FIRST,
    };

    /// Adds the next line, if it fits.
    pub fn add(&mut self, entry: &Entry) -> Result<(), AuditError> {
        let fault = |what: String| AuditError {
            number: entry.number,
            what,
        };
        self.check_place(entry)
            .map_err(|what| fault(what.to_owned()))?;
        self.take(entry.from, entry.amount).ok_or_else(|| {
            fault(format!(
                "takes more than there is from {}",
                entry.from.slug()
            ))
        })?;
        self.put(entry.to, entry.amount).ok_or_else(|| {
            fault(format!(
                "brings back more to {} than left it",
                entry.to.slug()
            ))
        })?;
        self.lines = entry.number;
        self.last = entry.seal;
        Ok(())
    }

    fn check_place(&self, entry: &Entry) -> Result<(), &'static str> {
        let checks = [
            (
                Some(entry.number) == self.lines.checked_add(1),
                "is out of sequence",
            ),
            (
                entry.previous == self.last,
                "does not follow from the line before",
            ),
            (
                entry.seal == entry.computed_seal(),
                "was changed after it was sealed",
            ),
            (entry.amount > Credits::ZERO, "moves nothing"),
            (
                entry.kind.ways().contains(&(entry.from, entry.to)),
                "moves credits in a way its kind does not allow",
            ),
        ];
        checks
            .into_iter()
            .find_map(|(fits, what)| (!fits).then_some(what))
            .map_or(Ok(()), Err)
    }

    /// Credits leave an account; `Granted` is the source and counts upwards.
    fn take(&mut self, from: Account, amount: Credits) -> Option<()> {
        let place = self.of(from);
        *place = match from {
            Account::Granted => place.checked_add(amount)?,
            Account::Available | Account::Held | Account::Spent | Account::Expired => {
                place.checked_sub(amount)?
            }
        };
        Some(())
    }

    fn put(&mut self, to: Account, amount: Credits) -> Option<()> {
        let place = self.of(to);
        *place = match to {
            Account::Granted => place.checked_sub(amount)?,
            Account::Available | Account::Held | Account::Spent | Account::Expired => {
                place.checked_add(amount)?
            }
        };
        Some(())
    }

    const fn of(&mut self, account: Account) -> &mut Credits {
        match account {
            Account::Available => &mut self.available,
            Account::Held => &mut self.held,
            Account::Spent => &mut self.spent,
            Account::Granted => &mut self.granted,
            Account::Expired => &mut self.expired,
        }
    }
}

/// Adds up a whole journal, in the order of its numbers.
pub fn audit<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Balances, AuditError> {
    let mut balances = Balances::EMPTY;
    for entry in entries {
        balances.add(entry)?;
    }
    Ok(balances)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::id::{GenerationId, GrantId, MemberId};
    use crate::ledger::Movement;

    const NOW: Timestamp = Timestamp::from_ms(1_000);

    fn journal(movements: impl IntoIterator<Item = Movement>) -> Vec<Entry> {
        let member = MemberId::new(NOW);
        let mut previous = Seal::FIRST;
        let mut lines = Vec::new();
        for (movement, number) in movements.into_iter().zip(1..) {
            let entry = Entry::seal(movement, member, number, previous, NOW);
            previous = entry.seal;
            lines.push(entry);
        }
        lines
    }

    fn a_story() -> Vec<Entry> {
        let (grant, run, lost) = (
            GrantId::new(NOW),
            GenerationId::new(NOW),
            GenerationId::new(NOW),
        );
        journal([
            Movement::grant(grant, Credits::new(15), "Welcome"),
            Movement::hold(run, Credits::new(5), "FLUX"),
            Movement::hold(lost, Credits::new(8), "Wan"),
            Movement::charge(run, Credits::new(5), "FLUX"),
            Movement::release(lost, Credits::new(8), "Wan"),
        ])
    }

    #[test]
    fn a_story_adds_up() {
        let balances = audit(&a_story()).unwrap();
        assert_eq!(balances.available, Credits::new(10));
        assert_eq!(balances.held, Credits::ZERO);
        assert_eq!(balances.spent, Credits::new(5));
        assert_eq!(balances.granted, Credits::new(15));
    }

    #[test]
    fn a_changed_line_is_found() {
        let mut lines = a_story();
        lines[2].amount = Credits::new(7);
        assert_eq!(audit(&lines).unwrap_err().number, 3);
    }

    #[test]
    fn a_removed_line_is_found() {
        let mut lines = a_story();
        lines.remove(1);
        assert_eq!(audit(&lines).unwrap_err().number, 3);
    }

    #[test]
    fn a_line_resealed_after_a_change_breaks_the_next_one() {
        let mut lines = a_story();
        lines[1].note = "something else".to_owned();
        lines[1].seal = lines[1].computed_seal();
        assert_eq!(audit(&lines).unwrap_err().number, 3);
    }

    #[test]
    fn more_than_there_is_cannot_be_held() {
        let run = GenerationId::new(NOW);
        let lines = journal([Movement::hold(run, Credits::new(1), "FLUX")]);
        assert!(
            audit(&lines)
                .unwrap_err()
                .what
                .contains("more than there is")
        );
    }

    #[test]
    fn a_hold_cannot_end_twice() {
        let (grant, run) = (GrantId::new(NOW), GenerationId::new(NOW));
        let lines = journal([
            Movement::grant(grant, Credits::new(15), "Welcome"),
            Movement::hold(run, Credits::new(5), "FLUX"),
            Movement::charge(run, Credits::new(5), "FLUX"),
            Movement::release(run, Credits::new(5), "FLUX"),
        ]);
        assert_eq!(audit(&lines).unwrap_err().number, 4);
    }
}
