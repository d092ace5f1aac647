//! What Lemon Squeezy says about our key, our store and what we sell in it: for whoever checks a
//! configuration. Nothing else rests on these answers, so any part of them may be missing.

use nexora_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::Lemon;
use super::resource::{Document, Resource};
use crate::place;
use crate::remote::BillingError;

/// The deliveries we act on; without one of them news comes a night late.
pub const EVENTS_NEEDED: [&str; 13] = [
    "order_created",
    "order_refunded",
    "subscription_created",
    "subscription_updated",
    "subscription_cancelled",
    "subscription_resumed",
    "subscription_expired",
    "subscription_paused",
    "subscription_unpaused",
    "subscription_payment_success",
    "subscription_payment_failed",
    "subscription_payment_recovered",
    "subscription_payment_refunded",
];

/// What our key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Whether it is one of test mode.
    pub test_mode: Option<bool>,
    /// What time it is there, to the second.
    pub at: Option<Timestamp>,
}

/// Our store, as our key sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFacts {
    /// What it is called.
    pub name: Option<String>,
    /// Where its checkouts are.
    pub url: Option<Url>,
}

/// Something that can be bought in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantFacts {
    /// What it is called.
    pub name: Option<String>,
    /// What it costs, in cents. Lemon Squeezy keeps prices elsewhere, too; that is paid which its
    /// checkout shows.
    pub price_cents: Option<i64>,
    /// Whether it is paid again and again.
    pub is_subscription: Option<bool>,
    /// Whether it is for sale.
    pub is_published: Option<bool>,
}

/// Where the store delivers its webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointFacts {
    /// The address.
    pub url: String,
    /// Which events it is told of.
    pub events: Vec<String>,
    /// Whether it is told of test payments (or of real ones).
    pub test_mode: Option<bool>,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Resource>,
}

impl Lemon {
    /// What our key is.
    pub async fn key_facts(&self) -> Result<KeyFacts, BillingError> {
        let reply = self
            .desk
            .get("me", place::below(&self.base_url, "users/me"))
            .await?;
        let me: Value = reply.read()?;
        Ok(KeyFacts {
            test_mode: me.pointer("/meta/test_mode").and_then(Value::as_bool),
            at: reply.date(),
        })
    }

    /// Our store.
    pub async fn store_facts(&self) -> Result<StoreFacts, BillingError> {
        let url = self.place("stores", &self.store_id)?;
        let store: Document = self.desk.get("store", url).await?.read()?;
        let store = &store.data.attributes;
        Ok(StoreFacts {
            name: store.text("name"),
            url: store.text("url").and_then(|url| url.parse().ok()),
        })
    }

    /// Something that can be bought in our store.
    pub async fn variant_facts(&self, variant_id: &str) -> Result<VariantFacts, BillingError> {
        let url = self.place("variants", variant_id)?;
        let variant: Document = self.desk.get("variant", url).await?.read()?;
        let variant = &variant.data.attributes;
        Ok(VariantFacts {
            name: variant.text("name"),
            price_cents: variant.cents("price"),
            is_subscription: variant.flag("is_subscription"),
            is_published: variant.text("status").map(|status| status == "published"),
        })
    }

    /// Where our store delivers its webhooks; of many, the first hundred.
    pub async fn endpoints(&self) -> Result<Vec<EndpointFacts>, BillingError> {
        let mut url = place::below(&self.base_url, "webhooks");
        url.query_pairs_mut()
            .append_pair("filter[store_id]", &self.store_id)
            .append_pair("page[size]", "100");
        let listing: Listing = self.desk.get("webhooks", url).await?.read()?;
        Ok(listing.data.iter().filter_map(endpoint).collect())
    }
}

fn endpoint(resource: &Resource) -> Option<EndpointFacts> {
    let events = resource.attributes.get("events").and_then(Value::as_array);
    let events = events.into_iter().flatten().filter_map(Value::as_str);
    Some(EndpointFacts {
        url: resource.attributes.text("url")?,
        events: events.map(str::to_owned).collect(),
        test_mode: resource.attributes.flag("test_mode"),
    })
}
