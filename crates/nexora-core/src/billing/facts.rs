//! Facts in our own words, read from a webhook or from the merchant's API.

use crate::clock::Timestamp;

/// Something a merchant of record told us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillingEvent {
    /// How a subscription stands.
    Subscription(SubscriptionFacts),
    /// How one of its invoices stands.
    Invoice(InvoiceFacts),
    /// How an order stands; a top-up pack is one.
    Order(OrderFacts),
}

/// How a subscription stands at `updated_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionFacts {
    /// The merchant's id, an opaque text.
    pub id: String,
    /// The merchant's id of whoever pays.
    pub customer_id: String,
    /// The order it began with.
    pub order_id: Option<String>,
    /// What is paid for; the only thing a plan is read from.
    pub variant_id: String,
    /// Its state.
    pub status: SubscriptionStatus,
    /// Whether it will not renew.
    pub cancelled: bool,
    /// What happens while it is paused; `None` when it is not.
    pub pause: Option<PauseMode>,
    /// When the next payment is due.
    pub renews_at: Option<Timestamp>,
    /// When it ends for good, once that is known.
    pub ends_at: Option<Timestamp>,
    /// When its trial ends, if it began with one.
    pub trial_ends_at: Option<Timestamp>,
    /// When it began.
    pub created_at: Timestamp,
    /// When the merchant last changed it. Facts with an earlier moment than those we have are old
    /// news; the same moment may bring different facts.
    pub updated_at: Timestamp,
    /// The card it is paid with.
    pub card: Option<Card>,
    /// Who moves the money, for example `stripe` or `paypal`; undocumented, may be missing.
    pub processor: Option<String>,
    /// Where this comes from.
    pub origin: Origin,
}

/// A payment card, as far as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// For example `visa`.
    pub brand: String,
    /// Its last four digits.
    pub last_four: String,
}

/// The state of a subscription, in the merchant's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionStatus {
    /// Nothing was paid yet.
    OnTrial,
    /// Paid.
    Active,
    /// Payments are paused.
    Paused,
    /// A renewal failed and is tried again for two weeks.
    PastDue,
    /// Every retry failed.
    Unpaid,
    /// It will not renew; what was paid for lasts until `ends_at`.
    Cancelled,
    /// Over.
    Expired,
}

/// What a subscriber has while payments are paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PauseMode {
    /// Nothing.
    Void,
    /// Everything, for free.
    Free,
}

/// How an invoice of a subscription stands. It names no plan and no period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceFacts {
    /// The merchant's id.
    pub id: String,
    /// Which subscription it is for.
    pub subscription_id: String,
    /// Why it was written.
    pub reason: InvoiceReason,
    /// Its state.
    pub status: InvoiceStatus,
    /// What was asked for, in cents; below zero is a credit note.
    pub total_cents: i64,
    /// What was paid back so far, in cents.
    pub refunded_cents: i64,
    /// Three letters, for example `USD`.
    pub currency: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the merchant last changed it.
    pub updated_at: Timestamp,
    /// Where this comes from.
    pub origin: Origin,
}

/// Why an invoice was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvoiceReason {
    /// The subscription began.
    Initial,
    /// A new period began.
    Renewal,
    /// The plan was changed within a period.
    Updated,
}

/// The state of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvoiceStatus {
    /// Not paid yet.
    Pending,
    /// Paid.
    Paid,
    /// Withdrawn.
    Void,
    /// Paid and paid back whole.
    Refunded,
    /// Paid and paid back in part.
    PartialRefund,
}

/// How a one-off order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// The merchant's id.
    pub id: String,
    /// The merchant's id of whoever paid.
    pub customer_id: String,
    /// What was bought.
    pub variant_id: Option<String>,
    /// Its state.
    pub status: OrderStatus,
    /// What was asked for, in cents.
    pub total_cents: i64,
    /// What was paid back so far, in cents.
    pub refunded_cents: i64,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When the merchant last changed it.
    pub updated_at: Timestamp,
    /// Where this comes from.
    pub origin: Origin,
}

/// The state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderStatus {
    /// Not paid yet.
    Pending,
    /// It was not paid.
    Failed,
    /// Paid.
    Paid,
    /// Paid and paid back whole.
    Refunded,
    /// Paid and paid back in part.
    PartialRefund,
    /// The merchant believes the payment was stolen.
    Fraudulent,
}

/// Where a fact comes from, and for whom it claims to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The merchant's id of the store; facts of other stores are not ours.
    pub store_id: String,
    /// Whether no real money moved.
    pub test_mode: bool,
    /// The single-use reference we gave to the checkout it came from. Webhooks echo it, API reads
    /// do not.
    pub checkout_ref: Option<String>,
    /// The member it says it is for. Anybody can write this into a link: never trust it.
    pub claimed_member: Option<String>,
}

macro_rules! slugs {
    ($type:ident: $($variant:ident = $slug:literal),+ $(,)?) => {
        impl $type {
            /// The name stored.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $slug,)+
                }
            }

            /// The one with this name.
            pub fn from_slug(slug: &str) -> Option<Self> {
                match slug {
                    $($slug => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

slugs!(SubscriptionStatus:
    OnTrial = "on_trial",
    Active = "active",
    Paused = "paused",
    PastDue = "past_due",
    Unpaid = "unpaid",
    Cancelled = "cancelled",
    Expired = "expired",
);
slugs!(PauseMode: Void = "void", Free = "free");
slugs!(InvoiceReason: Initial = "initial", Renewal = "renewal", Updated = "updated");
slugs!(InvoiceStatus:
    Pending = "pending",
    Paid = "paid",
    Void = "void",
    Refunded = "refunded",
    PartialRefund = "partial_refund",
);
slugs!(OrderStatus:
    Pending = "pending",
    Failed = "failed",
    Paid = "paid",
    Refunded = "refunded",
    PartialRefund = "partial_refund",
    Fraudulent = "fraudulent",
);

impl BillingEvent {
    /// Where it comes from.
    pub const fn origin(&self) -> &Origin {
        match self {
            Self::Subscription(facts) => &facts.origin,
            Self::Invoice(facts) => &facts.origin,
            Self::Order(facts) => &facts.origin,
        }
    }
}
