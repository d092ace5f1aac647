//! How the order of a top-up pack stands.

use super::facts::{OrderFacts, OrderStatus};
use super::offers::Offers;
use super::refund::Refunded;
use crate::credits::Credits;

/// What follows from an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackStanding {
    /// Credits to grant now; `None` if it granted already, brings none, or is not paid.
    pub due: Option<Credits>,
    /// How much of what it granted has to be taken back in all.
    pub take_back: Credits,
}

/// Computes what follows from an order that granted `granted` so far.
pub fn pack_standing(
    order: &OrderFacts,
    granted: Option<Credits>,
    offers: &Offers,
) -> PackStanding {
    let refunded = Refunded::of_order(order);
    let was_paid = match order.status {
        OrderStatus::Paid | OrderStatus::PartialRefund => true,
        OrderStatus::Pending
        | OrderStatus::Failed
        | OrderStatus::Refunded
        | OrderStatus::Fraudulent => false,
    };
    let variant = order.variant_id.as_deref();
    let pack = variant.and_then(|variant| offers.topup_of(variant));
    let due = pack
        .filter(|_| granted.is_none() && was_paid && !refunded.is_whole())
        .map(|pack| pack.credits);
    PackStanding {
        due,
        take_back: refunded.takes_back(granted.or(due).unwrap_or(Credits::ZERO)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{Origin, TopUp};
    use crate::clock::Timestamp;

    fn offers() -> Offers {
        let pack = TopUp {
            slug: "pack-100".to_owned(),
            credits: Credits::new(100),
            price_cents: 1_500,
            variant_id: "31".to_owned(),
        };
        Offers::new("1".to_owned(), true, vec![], vec![pack]).unwrap()
    }

    fn stands(status: OrderStatus, refunded_cents: i64, granted: Option<i64>) -> (i64, i64) {
        let at = Timestamp::from_ms(0);
        let order = OrderFacts {
            id: "1".to_owned(),
            customer_id: "1".to_owned(),
            variant_id: Some("31".to_owned()),
            status,
            total_cents: 1_500,
            refunded_cents,
            created_at: at,
            updated_at: at,
            origin: Origin {
                store_id: "1".to_owned(),
                test_mode: true,
                checkout_ref: None,
                claimed_member: None,
            },
        };
        let found = pack_standing(&order, granted.map(Credits::new), &offers());
        (
            found.due.map_or(0, Credits::amount),
            found.take_back.amount(),
        )
    }

    #[test]
    fn a_paid_pack_grants_once_and_a_refund_takes_back() {
        for (status, refunded_cents, granted, due, back) in [
            (OrderStatus::Paid, 0, None, 100, 0),
            (OrderStatus::Paid, 0, Some(100), 0, 0),
            (OrderStatus::Pending, 0, None, 0, 0),
            (OrderStatus::Failed, 0, None, 0, 0),
            (OrderStatus::PartialRefund, 750, Some(100), 0, 50),
            (OrderStatus::PartialRefund, 750, None, 100, 50),
            (OrderStatus::Refunded, 1_500, Some(100), 0, 100),
            (OrderStatus::Refunded, 0, Some(100), 0, 100),
            (OrderStatus::Refunded, 1_500, None, 0, 0),
            (OrderStatus::Fraudulent, 0, Some(100), 0, 100),
            (OrderStatus::Fraudulent, 0, None, 0, 0),
        ] {
            let found = stands(status, refunded_cents, granted);
            assert_eq!(
                found,
                (due, back),
                "{status:?} {refunded_cents} {granted:?}"
            );
        }
    }
}
