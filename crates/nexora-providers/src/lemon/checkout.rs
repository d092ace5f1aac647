//! What a checkout is created with.

use nexora_core::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::received::{CHECKOUT_REF, MEMBER};
use super::{Lemon, number};
use crate::remote::BillingError;

/// A checkout for one member and one purchase.
#[derive(Clone, Copy, Debug)]
pub struct CheckoutWish<'a> {
    /// What is bought.
    pub variant_id: &'a str,
    /// The buyer's address, already filled in; they may change it.
    pub email: Option<&'a str>,
    /// The buyer's name, already filled in.
    pub name: Option<&'a str>,
    /// Our single-use reference; it comes back with every webhook of what is bought.
    pub checkout_ref: &'a str,
    /// The member's id, Clerk's where Clerk is on; it comes back too, and proves nothing.
    pub member: &'a str,
    /// Where the buyer goes afterwards.
    pub redirect_url: &'a Url,
    /// When the checkout stops working.
    pub expires_at: Timestamp,
}

impl Lemon {
    /// The body of the create call. Every variant but the wished one is switched off (the page
    /// would offer all of the product's), trials are skipped, and custom values are texts: other
    /// values come back as texts anyway.
    pub(super) fn checkout(&self, wish: &CheckoutWish<'_>) -> Result<Value, BillingError> {
        let variant = number(wish.variant_id)?;
        let expires_at = jiff::Timestamp::from_millisecond(wish.expires_at.as_ms())
            .map_err(|_| BillingError::Misconfigured)?;
        let mut buyer = Map::new();
        // An empty address is refused, a missing one is asked for.
        for (name, text) in [("email", wish.email), ("name", wish.name)] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                buyer.insert(name.to_owned(), text.into());
            }
        }
        let custom = json!({ CHECKOUT_REF: wish.checkout_ref, MEMBER: wish.member });
        buyer.insert("custom".to_owned(), custom);
        let belongs_to = |kind: &str, id: &str| json!({ "data": { "type": kind, "id": id } });
        Ok(json!({ "data": {
            "type": "checkouts",
            "attributes": {
                "product_options": {
                    "enabled_variants": [variant],
                    "redirect_url": wish.redirect_url.as_str(),
                },
                "checkout_options": { "skip_trial": true },
                "checkout_data": buyer,
                "expires_at": expires_at.to_string(),
                "test_mode": self.test_mode,
            },
            "relationships": {
                "store": belongs_to("stores", &self.store_id),
                "variant": belongs_to("variants", wish.variant_id),
            },
        }}))
    }
}
