//! Clerk, who says who somebody is: session tokens, the handshake, webhooks, and its Backend API.
//!
//! Tokens are verified here and nowhere else. Written after Clerk's own JavaScript backend (3.25)
//! and its `OpenAPI` files; where we are stricter, the comment says so.

mod backend;
mod claims;
mod config;
mod cookies;
mod directives;
mod handshake;
mod inspect;
mod instance;
mod jws;
mod key;
mod keyring;
mod portal;
mod profile;
mod token;
mod visit;
mod webhook;

use std::sync::Arc;

use nexora_core::Clock;
use reqwest::header::HeaderMap;

pub use backend::SessionStatus;
pub use claims::{FactorAge, Verified};
pub use config::{ClerkConfig, ClerkConfigError};
pub use cookies::ClerkCookies;
pub use directives::Handshaken;
pub use handshake::{Decision, HandshakeReason, HandshakeRequest, SignedOut};
pub use inspect::KeyFacts;
pub use instance::{Instance, Mode};
pub use portal::PortalPage;
pub use profile::{ClerkEmail, ClerkUser};
pub use token::{Flaw, TokenError, Transport, bearer_token};
pub use visit::Visit;
pub use webhook::{ClerkEvent, ClerkParseError};

use crate::signature::{Delivery, SignatureError, StandardSecret};
use crate::wire::{Desk, Office, Wire};
use claims::Expected;
use keyring::Keyring;

/// The version both halves of Clerk are spoken to in.
const API_VERSION: &str = "2026-05-12";
/// The Backend API; a page waits for the answer.
const OFFICE: Office = Office {
    name: "Clerk",
    headers: &[("clerk-api-version", API_VERSION)],
    seconds_max: 10,
};

/// One Clerk instance. It has its own keys: two instances never share a cache.
#[derive(Debug)]
pub struct Clerk {
    instance: Instance,
    keyring: Keyring,
    desk: Desk,
    api_url: url::Url,
    webhook_secret: Option<StandardSecret>,
    clock: Arc<dyn Clock>,
}

impl Clerk {
    /// Checks the configuration; asks nobody yet.
    pub fn new(
        config: ClerkConfig,
        wire: &Wire,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClerkConfigError> {
        let instance = Instance::new(&config)?;
        let webhook_secret = config.webhook_secret()?;
        let desk = wire.desk(OFFICE, Some(config.secret_key.clone()));
        let keyring = match config.fixed_key()? {
            Some(key) => Keyring::fixed(key, Arc::clone(&clock)),
            None => Keyring::remote(
                keyring::Addresses::new(instance.frontend_url(), &config.api_url),
                wire,
                desk.clone(),
                Arc::clone(&clock),
            ),
        };
        Ok(Self {
            instance,
            keyring,
            desk,
            api_url: config.api_url,
            webhook_secret,
            clock,
        })
    }

    /// What the keys say about the instance.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// Verifies a session token: the signature first, the claims afterwards, so that nobody
    /// learns from our answer what an unsigned claim should have been.
    pub async fn verify_session(
        &self,
        token: &str,
        transport: Transport,
    ) -> Result<Verified, TokenError> {
        let jws = jws::parse(token)?;
        self.keyring.verify(&jws).await?;
        let expected = Expected {
            issuer: self.instance.issuer(),
            parties: self.instance.public_origins(),
            now: self.clock.now(),
        };
        claims::judge(&jws.payload, &expected, transport)
    }

    /// Verifies what comes back from a handshake and reads the cookies in it.
    pub async fn complete_handshake(&self, token: &str) -> Result<Handshaken, TokenError> {
        let jws = jws::parse(token)?;
        self.keyring.verify(&jws).await?;
        directives::read(&jws.payload, self.instance.cookie_suffix())
    }

    /// Picks this instance's cookies among a request's.
    pub fn cookies(&self, cookies: &[(&str, &str)]) -> ClerkCookies {
        cookies::pick(cookies, &self.instance, self.clock.now())
    }

    /// Whether Clerk sent exactly this, a moment ago.
    pub fn verify_webhook(&self, headers: &HeaderMap, raw: &[u8]) -> Result<(), SignatureError> {
        let secret = self
            .webhook_secret
            .as_ref()
            .ok_or(SignatureError::NoSecret)?;
        secret.verify(Delivery::from_headers(headers)?, raw, self.clock.now())
    }

    /// Reads a webhook whose signature was verified.
    pub fn parse_webhook(raw: &[u8]) -> Result<ClerkEvent, ClerkParseError> {
        webhook::parse(raw)
    }
}
