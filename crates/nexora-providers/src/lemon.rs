//! Lemon Squeezy, the merchant of record: what it tells us, and what we ask it.
//!
//! Facts come from two places, webhooks and API reads, and mean the same in both; only webhooks
//! know which checkout a fact belongs to. Sources: docs.lemonsqueezy.com (API and webhooks), the
//! official JavaScript library 4.0, and recordings of real deliveries.

mod calls;
mod checkout;
mod facts;
mod inspect;
mod links;
mod received;
mod resource;

use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

pub use calls::{Listed, PaidFrom};
pub use checkout::CheckoutWish;
pub use inspect::{EVENTS_NEEDED, EndpointFacts, KeyFacts, StoreFacts, VariantFacts};
pub use links::PortalLinks;
pub use received::{ParseError, Received};

use crate::place;
use crate::remote::BillingError;
use crate::signature::{SharedSecret, SignatureError, WeakSecret};
use crate::wire::{Desk, Office, Wire};

/// The name under which what Lemon Squeezy says is kept.
pub const SLUG: &str = "lemonsqueezy";
/// JSON:API, and nothing else, is spoken here. Somebody waits for a checkout, so half a minute.
const OFFICE: Office = Office {
    name: "Lemon Squeezy",
    headers: &[
        ("accept", "application/vnd.api+json"),
        ("content-type", "application/vnd.api+json"),
    ],
    seconds_max: 30,
};

/// What we must be told to sell through Lemon Squeezy.
#[derive(Clone, Debug)]
pub struct LemonConfig {
    /// The API key. A key of test mode sees test facts only.
    pub key: SecretString,
    /// The base with `/v1`, for example `https://api.lemonsqueezy.com/v1`.
    pub base_url: Url,
    /// Our store there, a number.
    pub store_id: String,
    /// What webhooks are signed with: 6 to 40 characters.
    pub signing_secret: SecretString,
    /// Whether checkouts take test cards instead of money.
    pub test_mode: bool,
}

/// Lemon Squeezy, for one store in one mode.
#[derive(Debug)]
pub struct Lemon {
    desk: Desk,
    base_url: Url,
    store_id: String,
    test_mode: bool,
    signing_secret: SharedSecret,
}

impl Lemon {
    /// Lemon Squeezy at this address. A signing secret anybody could guess is refused: with it,
    /// anybody could grant themselves credits.
    pub fn new(config: LemonConfig, wire: &Wire) -> Result<Self, WeakSecret> {
        Ok(Self {
            desk: wire.desk(OFFICE, Some(config.key)),
            base_url: config.base_url,
            store_id: config.store_id,
            test_mode: config.test_mode,
            signing_secret: SharedSecret::parse(&config.signing_secret)?,
        })
    }

    /// Whether Lemon Squeezy sent exactly this body; `signature` is the header `X-Signature`. It
    /// says nothing about when: a delivery may be an old one, sent again by anybody who saw it.
    pub fn verify(&self, raw: &[u8], signature: Option<&str>) -> Result<(), SignatureError> {
        self.signing_secret.verify(raw, signature)
    }

    /// Reads a delivery whose signature was verified. What we do not know (events, states) is no
    /// error: it has no event for us.
    pub fn parse(raw: &[u8]) -> Result<Received, ParseError> {
        received::parse(raw)
    }

    /// The address of `path` with an id in it. Ids come from Lemon Squeezy, but a path is a path.
    fn place(&self, kind: &str, id: &str) -> Result<Url, BillingError> {
        if !place::is_plain_id(id) {
            return Err(BillingError::NotFound);
        }
        Ok(place::below(&self.base_url, &format!("{kind}/{id}")))
    }

    async fn change(
        &self,
        call: &'static str,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<resource::Document, BillingError> {
        self.desk.send(call, method, url, body).await?.read()
    }
}

/// Ids are opaque texts to us, but Lemon Squeezy wants a variant's as a number.
fn number(id: &str) -> Result<u64, BillingError> {
    id.parse().map_err(|_| BillingError::Misconfigured)
}
