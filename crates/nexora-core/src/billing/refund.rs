//! How many credits a refund takes back.

use super::facts::{InvoiceFacts, InvoiceStatus, OrderFacts, OrderStatus};
use crate::credits::Credits;

/// How much of a payment went back to whoever paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refunded {
    /// All of it.
    Whole,
    /// So many cents of so many; none of it if the first is zero.
    Part {
        /// Paid back so far.
        refunded_cents: i64,
        /// Paid in the first place.
        total_cents: i64,
    },
}

impl Refunded {
    /// What an invoice says.
    pub fn of_invoice(invoice: &InvoiceFacts) -> Self {
        let whole = invoice.status == InvoiceStatus::Refunded;
        Self::of(whole, invoice.refunded_cents, invoice.total_cents)
    }

    /// What an order says. A stolen payment counts as paid back: it will be.
    pub fn of_order(order: &OrderFacts) -> Self {
        let whole = matches!(
            order.status,
            OrderStatus::Refunded | OrderStatus::Fraudulent
        );
        Self::of(whole, order.refunded_cents, order.total_cents)
    }

    fn of(whole: bool, refunded_cents: i64, total_cents: i64) -> Self {
        if whole || (total_cents > 0 && refunded_cents >= total_cents) {
            return Self::Whole;
        }
        Self::Part {
            refunded_cents,
            total_cents,
        }
    }

    /// Whether nothing of the payment is left.
    pub fn is_whole(self) -> bool {
        self == Self::Whole
    }

    /// How many of `granted` credits have to come back in all, rounded in the member's favour.
    pub fn takes_back(self, granted: Credits) -> Credits {
        match self {
            Self::Whole => granted,
            Self::Part {
                refunded_cents,
                total_cents,
            } => {
                if refunded_cents <= 0 || total_cents <= 0 {
                    return Credits::ZERO;
                }
                let share = i128::from(granted.amount()) * i128::from(refunded_cents)
                    / i128::from(total_cents);
                Credits::new(i64::try_from(share).unwrap_or(i64::MAX)).min(granted)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_takes_back_its_share_rounded_down() {
        let takes = |refunded_cents, total_cents| {
            let part = Refunded::of(false, refunded_cents, total_cents);
            part.takes_back(Credits::new(200)).amount()
        };
        assert_eq!(takes(0, 2_900), 0);
        assert_eq!(takes(1_450, 2_900), 100);
        assert_eq!(takes(1, 2_900), 0);
        assert_eq!(takes(2_899, 2_900), 199);
        assert_eq!(takes(2_900, 2_900), 200);
        assert_eq!(takes(9_999, 2_900), 200);
        assert_eq!(takes(500, 0), 0, "nothing was paid");
        assert_eq!(Refunded::Whole.takes_back(Credits::new(200)).amount(), 200);
    }
}
