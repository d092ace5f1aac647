//! Whatever happens to an account, in whatever order: its books balance and it is never below
//! zero.

use std::time::Duration;

use nexora_core::{Credits, GenerationId, MemberId, Timestamp};
use nexora_store::credits::{self, GrantKind, HoldError};
use nexora_store::{Lane, Store, StoreError};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::engines::{Fresh, NOW, check_holds_only, kinds, member_with, read, run_id, write};

/// Stories per engine; each is a few dozen transactions.
const STORIES: u32 = 24;

#[derive(Clone, Debug)]
enum Event {
    Grant {
        amount: i64,
        hours: Option<u64>,
    },
    Hold {
        amount: i64,
    },
    /// Ends one of the open holds, charging so many hundredths of it.
    Settle {
        which: usize,
        hundredths: i64,
    },
    Correct {
        delta: i64,
    },
    Expire,
    Wait {
        hours: u64,
    },
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (1..30_i64, proptest::option::of(1..40_u64))
            .prop_map(|(amount, hours)| Event::Grant { amount, hours }),
        4 => (0..25_i64).prop_map(|amount| Event::Hold { amount }),
        4 => (any::<usize>(), 0..=100_i64)
            .prop_map(|(which, hundredths)| Event::Settle { which, hundredths }),
        1 => (-20..20_i64).prop_map(|delta| Event::Correct { delta }),
        1 => Just(Event::Expire),
        2 => (1..30_u64).prop_map(|hours| Event::Wait { hours }),
    ]
}

#[test]
fn books_balance_whatever_happens() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for kind in kinds() {
        let fresh = runtime.block_on(Fresh::new(kind));
        let mut runner = TestRunner::new(Config::with_cases(STORIES));
        let stories = prop::collection::vec(any_event(), 1..40);
        runner
            .run(&stories, |events| {
                runtime.block_on(tell(&fresh.store, events));
                Ok(())
            })
            .unwrap();
        runtime.block_on(async {
            check_holds_only(&fresh.store).await;
            fresh.drop().await;
        });
    }
}

/// An account to which things happen.
struct Story<'s> {
    store: &'s Store,
    member: MemberId,
    now: Timestamp,
    open: Vec<(GenerationId, i64)>,
}

async fn tell(store: &Store, events: Vec<Event>) {
    let mut story = Story {
        store,
        member: member_with(store, 15).await.id,
        now: NOW,
        open: Vec::new(),
    };
    for event in events {
        story.happen(event).await;
        let (member, now) = (story.member, story.now);
        let balance = read!(store, |tx| credits::balance(tx, member, now).await);
        let held: i64 = story.open.iter().map(|(_, amount)| amount).sum();
        assert_eq!(balance.held, Credits::new(held));
        assert!(balance.balance >= balance.held);
    }
}

impl Story<'_> {
    async fn happen(&mut self, event: Event) {
        let (store, member, now) = (self.store, self.member, self.now);
        let lane = Lane::Member(member);
        match event {
            Event::Wait { hours } => self.now = now.plus(Duration::from_secs(hours * 3_600)),
            Event::Grant { amount, hours } => {
                let expires_at = hours.map(|hours| now.plus(Duration::from_secs(hours * 3_600)));
                let source = format!("invoice:{}", run_id());
                let (kind, amount) = (GrantKind::Monthly, Credits::new(amount));
                let granted: Result<_, StoreError> = write!(store, lane, |tx| {
                    credits::grant(tx, member, kind, amount, expires_at, &source, "", now).await
                });
                assert!(granted.unwrap().is_some());
            }
            Event::Hold { amount } => {
                let run = run_id();
                let held = write!(store, lane, |tx| {
                    credits::hold(tx, member, run, Credits::new(amount), "", now).await
                });
                if affordable(held.map(|_| ()), amount) {
                    self.open.push((run, amount));
                }
            }
            Event::Settle { which, hundredths } => {
                let Some(place) = which.checked_rem(self.open.len()) else {
                    return;
                };
                let (run, amount) = self.open.swap_remove(place);
                let charge = Credits::new(amount * hundredths / 100);
                let settled: Result<_, StoreError> = write!(store, lane, |tx| {
                    credits::settle(tx, member, run, charge, "", "", now).await
                });
                settled.unwrap();
            }
            Event::Correct { delta } => {
                let corrected = write!(store, lane, |tx| {
                    credits::correct(tx, member, delta, "", now).await
                });
                affordable(corrected.map(|_| ()), -delta);
            }
            Event::Expire => {
                let expired: Result<_, StoreError> =
                    write!(store, lane, |tx| credits::expire(tx, member, now).await);
                expired.unwrap();
            }
        }
    }
}

/// Whether it was done; if not, there really was less.
fn affordable(outcome: Result<(), HoldError>, amount: i64) -> bool {
    match outcome {
        Ok(()) => true,
        Err(HoldError::Insufficient { available }) => {
            assert!(available.amount() < amount);
            false
        }
        Err(HoldError::Store(why)) => panic!("{why}"),
    }
}
