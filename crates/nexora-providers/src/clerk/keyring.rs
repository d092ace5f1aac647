//! The keys of one instance, fetched seldom: a flood of strange tokens must not become a flood of
//! questions to Clerk.
//!
//! A key's name is the instance's id, so a new key may come under the old name: a signature that
//! does not fit is a reason to look again, as a name we do not know is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nexora_core::{Clock, Timestamp};
use serde_json::Value;
use url::Url;

use super::jws::Jws;
use super::key::Key;
use super::token::{Flaw, TokenError};
use crate::place;
use crate::remote::RemoteError;
use crate::wire::{Desk, Office, Wire};

/// What both official libraries take for fresh.
const FRESH_SECONDS_MAX: u64 = 300;
/// How long keys we can no longer refresh are trusted; then nobody is let in, nor refused.
const LAST_GOOD_SECONDS_MAX: u64 = 3_600;
/// How often strange tokens can make us look for new keys.
const LOOK_AGAIN_SECONDS: u64 = 30;
/// How long we leave a Clerk alone that does not answer.
const RETRY_SECONDS: u64 = 5;
/// Where browsers get the keys; no key of ours is needed. Sign-ins wait for it.
const FRONTEND: Office = Office {
    name: "Clerk's Frontend API",
    headers: &[],
    seconds_max: 5,
};

/// The keys of one instance.
#[derive(Debug)]
pub(super) struct Keyring {
    /// Where keys are fetched; `None` if the only one is in the configuration.
    remote: Option<Remote>,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
    /// Held by whoever asks Clerk; the others wait for what comes of it.
    turn: tokio::sync::Mutex<()>,
}

/// Where the key sets are.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    frontend: Url,
    backend: Url,
}

#[derive(Debug)]
struct Remote {
    addresses: Addresses,
    frontend: Desk,
    backend: Desk,
}

#[derive(Clone, Debug)]
struct Known {
    keys: Arc<[Key]>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    tries: u64,
}

impl Addresses {
    pub(super) fn new(frontend_url: &Url, api_url: &Url) -> Self {
        Self {
            frontend: place::below(frontend_url, ".well-known/jwks.json"),
            backend: place::below(api_url, "v1/jwks"),
        }
    }
}

impl Keyring {
    /// One key, from the configuration; nobody is ever asked.
    pub(super) fn fixed(key: Key, clock: Arc<dyn Clock>) -> Self {
        Self::new(None, Arc::from([key]), clock)
    }

    /// Keys as Clerk publishes them. `backend` carries our secret key.
    pub(super) fn remote(
        addresses: Addresses,
        wire: &Wire,
        backend: Desk,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let remote = Remote {
            addresses,
            frontend: wire.desk(FRONTEND, None),
            backend,
        };
        Self::new(Some(remote), Arc::from([]), clock)
    }

    fn new(remote: Option<Remote>, keys: Arc<[Key]>, clock: Arc<dyn Clock>) -> Self {
        let known = Known {
            keys,
            fetched_at: None,
            tried_at: None,
            tries: 0,
        };
        Self {
            remote,
            clock,
            known: Mutex::new(known),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// The keys tokens are checked with: the configured one, or what browsers get at this moment.
    pub(super) async fn published(&self) -> Result<Vec<Key>, RemoteError> {
        let Some(remote) = &self.remote else {
            return Ok(self.look().keys.to_vec());
        };
        let url = remote.addresses.frontend.clone();
        let reply = remote.frontend.get("keys", url).await?;
        Ok(Key::all_of(reply.read::<Value>()?))
    }

    /// Whether one of the instance's keys signed this.
    pub(super) async fn verify(&self, jws: &Jws<'_>) -> Result<(), TokenError> {
        if self.remote.is_none() {
            return Ok(signed_by(&self.look().keys, jws)?);
        }
        let known = self.fresh().await?;
        let Err(flaw) = signed_by(&known.keys, jws) else {
            return Ok(());
        };
        self.fetch_unless(known.tries, LOOK_AGAIN_SECONDS).await;
        let newer = self.look();
        if newer.tries == known.tries {
            return Err(flaw.into());
        }
        // Clerk was asked and did not answer: perhaps there is a key that fits.
        if newer.fetched_at == known.fetched_at {
            return Err(TokenError::Unavailable);
        }
        Ok(signed_by(&newer.keys, jws)?)
    }

    /// Keys that are fresh, or as good as we can get.
    async fn fresh(&self) -> Result<Known, TokenError> {
        let known = self.look();
        if self.is_younger(known.fetched_at, FRESH_SECONDS_MAX) {
            return Ok(known);
        }
        self.fetch_unless(known.tries, RETRY_SECONDS).await;
        let known = self.look();
        if self.is_younger(known.fetched_at, LAST_GOOD_SECONDS_MAX) {
            return Ok(known);
        }
        Err(TokenError::Unavailable)
    }

    /// Asks Clerk, unless somebody has since `tries` was read, or within the last seconds.
    async fn fetch_unless(&self, tries: u64, seconds: u64) {
        let _turn = self.turn.lock().await;
        let known = self.look();
        if known.tries != tries || self.is_younger(known.tried_at, seconds) {
            return;
        }
        let now = self.clock.now();
        let keys = self.fetch().await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.tries = known.tries.wrapping_add(1);
        known.tried_at = Some(now);
        if let Some(keys) = keys {
            known.keys = keys.into();
            known.fetched_at = Some(now);
        }
    }

    async fn fetch(&self) -> Option<Vec<Key>> {
        let Remote {
            addresses,
            frontend,
            backend,
        } = self.remote.as_ref()?;
        if let Some(keys) = ask(frontend, &addresses.frontend).await {
            return Some(keys);
        }
        let keys = ask(backend, &addresses.backend).await;
        if keys.is_none() {
            tracing::warn!("Clerk's public keys cannot be fetched; sign-ins rest on older ones");
        }
        keys
    }

    fn look(&self) -> Known {
        let known = self.known.lock();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_younger(&self, than: Option<Timestamp>, seconds: u64) -> bool {
        let now = self.clock.now();
        than.is_some_and(|at| now.since(at) < Duration::from_secs(seconds))
    }
}

/// A set without a usable key is no answer.
async fn ask(desk: &Desk, url: &Url) -> Option<Vec<Key>> {
    let reply = desk.get("keys", url.clone()).await.ok()?;
    let keys = Key::all_of(reply.read::<Value>().ok()?);
    (!keys.is_empty()).then_some(keys)
}

fn signed_by(keys: &[Key], jws: &Jws<'_>) -> Result<(), Flaw> {
    let mut named = keys.iter().filter(|key| key.is_named(&jws.kid)).peekable();
    if named.peek().is_none() {
        return Err(Flaw::UnknownKey);
    }
    match named.find(|key| key.signed(jws)) {
        Some(_) => Ok(()),
        None => Err(Flaw::Signature),
    }
}
