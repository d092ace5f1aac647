//! Paying: what a merchant of record tells us, and what follows from it.
//!
//! Facts are absolute ("this invoice is paid"), never deltas, so hearing one twice or late changes
//! nothing. The rules are functions of facts and of our own clock: they can be read and tested
//! without a database or a network.

mod facts;
mod offers;
mod packs;
mod period;
mod plans;
mod refund;
mod standing;

pub use facts::{
    BillingEvent, Card, InvoiceFacts, InvoiceReason, InvoiceStatus, OrderFacts, OrderStatus,
    Origin, PauseMode, SubscriptionFacts, SubscriptionStatus,
};
pub use offers::{Bought, InvalidOffers, Offers, PlanOffer, Purchase, TopUp};
pub use packs::{PackStanding, pack_standing};
pub use period::{DUNNING_WINDOW, month_after, period_end};
pub use plans::{Entitlement, Step, entitled};
pub use refund::Refunded;
pub use standing::{Due, InvoiceTold, Standing, TakeBack, Told, VariantSeen, standing};
