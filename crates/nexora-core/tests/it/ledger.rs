//! Whatever happens to an account, its credits are somewhere.

use nexora_core::ledger::{Balances, Entry, Movement, audit};
use nexora_core::{Credits, GenerationId, GrantId, MemberId, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_ms(1_000);

fn any_movement() -> impl Strategy<Value = Movement> {
    let run = GenerationId::new(NOW);
    let grant = GrantId::new(NOW);
    (0..7_u8, 1..40_i64).prop_map(move |(kind, amount)| {
        let amount = Credits::new(amount);
        match kind {
            0 => Movement::grant(grant, amount, "g"),
            1 => Movement::hold(run, amount, "h"),
            2 => Movement::charge(run, amount, "c"),
            3 => Movement::release(run, amount, "r"),
            4 => Movement::expire(grant, amount, "e"),
            5 => Movement::correct_up(grant, amount, "u"),
            _ => Movement::correct_down(grant, amount, "d"),
        }
    })
}

proptest! {
    /// Lines that do not fit are refused one by one; those that fit always add up.
    #[test]
    fn credits_are_never_lost_or_made(movements in prop::collection::vec(any_movement(), 0..60)) {
        let member = MemberId::new(NOW);
        let mut balances = Balances::EMPTY;
        let mut journal = Vec::new();
        for movement in movements {
            let entry = Entry::seal(movement, member, balances.lines + 1, balances.last, NOW);
            let mut next = balances;
            if next.add(&entry).is_ok() {
                balances = next;
                journal.push(entry);
            }
        }
        let sum = balances.available.amount() + balances.held.amount()
            + balances.spent.amount() + balances.expired.amount();
        prop_assert_eq!(sum, balances.granted.amount());
        prop_assert_eq!(audit(&journal).unwrap(), balances);
    }
}
