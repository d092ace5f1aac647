//! The store's books: customers, orders, subscriptions and their invoices.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::card::Card;
use super::catalogue::{Offer, STANDARD};
use super::checkout::Checkout;
use crate::keep::Keep;

/// Entries of each kind; the oldest are forgotten.
const ENTRIES_MAX: usize = 10_000;
/// Ids begin at the milliseconds since 2025, so that those of a restarted sandbox are new ones: no
/// run hands out more than a thousand a second for long.
const ID_EPOCH_MS: i64 = 1_735_689_600_000;

/// All entries. An id is never used twice, not even for different kinds.
pub(super) struct Books {
    next_id: u64,
    pub(super) offers: Vec<Offer>,
    pub(super) checkouts: Keep<Checkout>,
    pub(super) customers: BTreeMap<u64, Customer>,
    pub(super) orders: BTreeMap<u64, Order>,
    pub(super) subscriptions: BTreeMap<u64, Subscription>,
    pub(super) invoices: BTreeMap<u64, Invoice>,
}

/// A buyer.
pub(super) struct Customer {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) created_at: Timestamp,
}

/// Somebody bought something.
pub(super) struct Order {
    pub(super) id: u64,
    pub(super) item_id: u64,
    pub(super) identifier: Uuid,
    pub(super) customer_id: u64,
    pub(super) offer: Offer,
    pub(super) subscription_id: Option<u64>,
    pub(super) bill: Bill,
    pub(super) is_fraudulent: bool,
    pub(super) custom: Map<String, Value>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// An amount of money and what has gone back of it, in US cents.
#[derive(Clone, Copy)]
pub(super) struct Bill {
    pub(super) subtotal: i64,
    pub(super) discount: i64,
    pub(super) refunded: i64,
    pub(super) refunded_at: Option<Timestamp>,
}

/// A plan that renews.
pub(super) struct Subscription {
    pub(super) id: u64,
    pub(super) item_id: u64,
    pub(super) customer_id: u64,
    pub(super) order_id: u64,
    pub(super) order_item_id: u64,
    pub(super) offer: Offer,
    /// Of the first variant: it does not follow a change of plan, as seen in life.
    pub(super) first_price_id: u64,
    /// Agreed at the checkout; until the variant changes.
    pub(super) custom_price: Option<i64>,
    pub(super) standing: Standing,
    pub(super) card: Card,
    pub(super) trial_ends_at: Option<Timestamp>,
    /// When the first period began.
    pub(super) anchor: Timestamp,
    /// Whole months from the anchor to the end of the period.
    pub(super) months: i32,
    /// When the current period began.
    pub(super) period_start: Timestamp,
    pub(super) renews_at: Timestamp,
    /// Owed (or owing, below zero) from changes of plan, until the next invoice.
    pub(super) carried: i64,
    pub(super) custom: Map<String, Value>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    OnTrial,
    Active,
    /// A renewal was declined and is tried again.
    PastDue {
        invoice_id: u64,
        retries: usize,
        since: Timestamp,
    },
    /// All retries were declined.
    Unpaid {
        invoice_id: u64,
        since: Timestamp,
    },
    Paused {
        mode: PauseMode,
        resumes_at: Option<Timestamp>,
    },
    /// Runs until the end of what is paid.
    Cancelled {
        ends_at: Timestamp,
    },
    Expired {
        ended_at: Timestamp,
    },
}

/// What a pause means for the buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PauseMode {
    /// The service stops.
    Void,
    /// The service goes on for nothing.
    Free,
}

/// One charge of a subscription.
pub(super) struct Invoice {
    pub(super) id: u64,
    pub(super) subscription_id: u64,
    pub(super) customer_id: u64,
    pub(super) reason: Reason,
    pub(super) is_paid: bool,
    pub(super) bill: Bill,
    pub(super) card: Card,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// Why an invoice was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Initial,
    Renewal,
    Updated,
}

/// Something to tell the product: an event, and the entry it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) event: &'static str,
    pub(super) about: About,
}

/// An entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Order(u64),
    Subscription(u64),
    Invoice(u64),
}

impl Books {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            next_id: u64::try_from(now.as_millisecond() - ID_EPOCH_MS).unwrap_or(0),
            offers: STANDARD.to_vec(),
            checkouts: Keep::new(ENTRIES_MAX),
            customers: BTreeMap::new(),
            orders: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            invoices: BTreeMap::new(),
        }
    }

    pub(super) fn offer(&self, variant_id: u64) -> Option<Offer> {
        let mut offers = self.offers.iter().copied();
        offers.find(|offer| offer.variant_id == variant_id)
    }

    pub(super) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The customer with this address, known from an earlier purchase or new.
    pub(super) fn customer(&mut self, email: &str, name: &str, now: Timestamp) -> u64 {
        let known = self.customers.values().find(|known| known.email == email);
        if let Some(customer) = known {
            return customer.id;
        }
        let id = self.fresh_id();
        let customer = Customer {
            id,
            name: name.to_owned(),
            email: email.to_owned(),
            created_at: now,
        };
        enter(&mut self.customers, id, customer);
        id
    }

    /// What the checkout was told about the buyer; Lemon Squeezy echoes it in every webhook.
    pub(super) fn custom(&self, about: About) -> Option<&Map<String, Value>> {
        let of_subscription = |id| Some(&self.subscriptions.get(&id)?.custom);
        match about {
            About::Order(id) => Some(&self.orders.get(&id)?.custom),
            About::Subscription(id) => of_subscription(id),
            About::Invoice(id) => of_subscription(self.invoices.get(&id)?.subscription_id),
        }
    }
}

impl Bill {
    pub(super) fn of(subtotal: i64, discount: i64) -> Self {
        Self {
            subtotal,
            discount,
            refunded: 0,
            refunded_at: None,
        }
    }

    pub(super) fn total(&self) -> i64 {
        self.subtotal - self.discount
    }
}

/// Adds an entry; the oldest makes room.
pub(super) fn enter<T>(entries: &mut BTreeMap<u64, T>, id: u64, entry: T) {
    if entries.len() >= ENTRIES_MAX {
        entries.pop_first();
    }
    entries.insert(id, entry);
}
