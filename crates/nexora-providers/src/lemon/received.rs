//! A webhook delivery, read after its signature was verified.

use std::fmt;

use nexora_core::Timestamp;
use nexora_core::billing::BillingEvent;
use serde::Deserialize;
use serde_json::Value;

use super::facts::{self, Told};
use super::resource::{Lacks, Resource, id_of};
use crate::wire::lenient;

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its name, from inside the signed body; the header of the same name is not signed.
    pub event_name: String,
    /// Lemon Squeezy's own name for it. Undocumented; whether a repeated delivery has the same
    /// one is not known, so nothing may rest on it.
    pub webhook_id: Option<String>,
    /// What it is about, for example `subscriptions`.
    pub resource_type: String,
    /// Which one.
    pub resource_id: String,
    /// When that was last changed, if it says so.
    pub updated_at: Option<Timestamp>,
    /// The fact in it; `None` if it tells nothing that we act on.
    pub event: Option<BillingEvent>,
}

/// A delivery that is not what Lemon Squeezy documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// Not JSON of the outer form `{meta: {event_name}, data: {type, id}}`.
    Form,
    /// This field is missing or cannot be read.
    Field(&'static str),
}

#[derive(Deserialize)]
struct Body {
    meta: Meta,
    data: Resource,
}

#[derive(Deserialize)]
struct Meta {
    event_name: String,
    #[serde(default, deserialize_with = "lenient")]
    webhook_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    test_mode: Option<bool>,
    // Absent, an object, or (nothing was sent, and PHP wrote it) an empty list.
    #[serde(default)]
    custom_data: Value,
}

/// The keys of the custom values we give to a checkout.
pub(super) const CHECKOUT_REF: &str = "checkout_ref";
pub(super) const MEMBER: &str = "member";

pub(super) fn parse(raw: &[u8]) -> Result<Received, ParseError> {
    let body: Body = serde_json::from_slice(raw).map_err(|_| ParseError::Form)?;
    let Body { meta, data } = body;
    let custom = |name| meta.custom_data.get(name).and_then(id_of);
    let told = Told {
        test_mode: meta.test_mode,
        checkout_ref: custom(CHECKOUT_REF),
        claimed_member: custom(MEMBER),
    };
    let event = event(&meta.event_name, &data, &told)?;
    Ok(Received {
        event,
        updated_at: data.attributes.moment("updated_at"),
        event_name: meta.event_name,
        webhook_id: meta.webhook_id,
        resource_type: data.kind,
        resource_id: data.id,
    })
}

/// The fact in an event we know, if it is about what such an event is about.
fn event(name: &str, data: &Resource, told: &Told) -> Result<Option<BillingEvent>, Lacks> {
    match (name, data.kind.as_str()) {
        (
            "subscription_created"
            | "subscription_updated"
            | "subscription_cancelled"
            | "subscription_resumed"
            | "subscription_expired"
            | "subscription_paused"
            | "subscription_unpaused"
            | "subscription_plan_changed",
            "subscriptions",
        ) => Ok(facts::subscription(data, told)?.map(BillingEvent::Subscription)),
        (
            "subscription_payment_success"
            | "subscription_payment_failed"
            | "subscription_payment_recovered"
            | "subscription_payment_refunded",
            "subscription-invoices",
        ) => Ok(facts::invoice(data, told)?.map(BillingEvent::Invoice)),
        ("order_created" | "order_refunded", "orders") => {
            Ok(facts::order(data, told)?.map(BillingEvent::Order))
        }
        _ => Ok(None),
    }
}

impl From<Lacks> for ParseError {
    fn from(Lacks(name): Lacks) -> Self {
        Self::Field(name)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("the delivery is not of a known form"),
            Self::Field(name) => write!(f, "the delivery's field {name} cannot be read"),
        }
    }
}

impl std::error::Error for ParseError {}
