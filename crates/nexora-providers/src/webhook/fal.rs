//! fal's webhooks: Ed25519 over request, account, time and body, by a key that fal publishes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexora_core::{Provider, Timestamp};
use reqwest::header::HeaderMap;
use ring::digest;
use ring::signature::{ED25519, ED25519_PUBLIC_KEY_LEN, UnparsedPublicKey};
use serde::Deserialize;
use url::Url;

use super::{Asked, HookError, HookReader, Notice, job_in};
use crate::media::BoxFuture;
use crate::signature::SignatureError;
use crate::wire::{Desk, Office, Wire, lenient};

/// How far a delivery's time may be from ours, either way; fal's own advice.
const SECONDS_OFF_MAX: i64 = 300;
/// While a key is rotated there are two; a set of many more is a waste of our time.
const KEYS_MAX: usize = 8;
/// fal gives us 15 seconds for a delivery, and comes again.
const PUBLISHER: Office = Office {
    name: "fal's key set",
    headers: &[],
    seconds_max: 10,
};

/// Reads fal's webhooks.
#[derive(Debug)]
pub struct FalHooks {
    desk: Desk,
    jwks_url: Url,
    keys: Asked<Vec<Vec<u8>>>,
}

/// A delivery, as far as it was signed.
struct Letter {
    signed: Vec<u8>,
    signature: Vec<u8>,
    request_id: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    #[serde(default, deserialize_with = "lenient")]
    crv: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    x: Option<String>,
}

impl FalHooks {
    /// fal's webhooks, by the keys at this address:
    /// `https://rest.fal.ai/.well-known/jwks.json`.
    pub fn new(jwks_url: Url, wire: &Wire) -> Self {
        Self {
            desk: wire.desk(PUBLISHER, None),
            jwks_url,
            keys: Asked::new(),
        }
    }

    async fn check(
        &self,
        headers: &HeaderMap,
        raw: &[u8],
        now: Timestamp,
    ) -> Result<Notice, HookError> {
        let letter = Letter::open(headers, raw, now)?;
        let fits = |keys: &Vec<Vec<u8>>| letter.fits(keys);
        self.keys
            .check(now, fits, async || self.fetch().await)
            .await?;
        let job = job_in(raw, "request_id")?;
        if job != letter.request_id {
            return Err(HookError::Unreadable);
        }
        Ok(Notice {
            provider: Provider::Fal,
            job,
        })
    }

    async fn fetch(&self) -> Result<Vec<Vec<u8>>, HookError> {
        let told = self.desk.get("keys", self.jwks_url.clone()).await;
        let set = told.and_then(|reply| reply.read::<KeySet>());
        let set = set.map_err(|error| {
            tracing::warn!(%error, "fal's keys for webhooks cannot be had");
            HookError::Unchecked
        })?;
        let keys = set.keys.iter().filter_map(Jwk::bytes);
        Ok(keys.take(KEYS_MAX).collect())
    }
}

impl HookReader for FalHooks {
    fn read<'a>(
        &'a self,
        headers: &'a HeaderMap,
        raw: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Notice, HookError>> {
        Box::pin(self.check(headers, raw, now))
    }
}

impl Letter {
    /// Reads the four headers, each given once, and what was signed: they and the body's hash, a
    /// line each.
    fn open(headers: &HeaderMap, raw: &[u8], now: Timestamp) -> Result<Self, SignatureError> {
        let read = |field: &str| {
            let name = format!("x-fal-webhook-{field}");
            let mut values = headers.get_all(name).iter();
            let value = values.next().and_then(|value| value.to_str().ok());
            match (value, values.next()) {
                (Some(value), None) => Ok(value),
                _ => Err(SignatureError::Unsigned),
            }
        };
        let (request_id, user_id) = (read("request-id")?, read("user-id")?);
        let timestamp = read("timestamp")?;
        let signature = hex::decode(read("signature")?).map_err(|_| SignatureError::Unsigned)?;
        let is_plain = timestamp.bytes().all(|b| b.is_ascii_digit());
        let signed_at: i64 = timestamp.parse().map_err(|_| SignatureError::Unsigned)?;
        if !is_plain {
            return Err(SignatureError::Unsigned);
        }
        let now_seconds = now.as_ms().div_euclid(1_000);
        if now_seconds.saturating_sub(signed_at).saturating_abs() > SECONDS_OFF_MAX {
            return Err(SignatureError::OutOfTime);
        }
        let digest = hex::encode(digest::digest(&digest::SHA256, raw));
        let signed = [request_id, user_id, timestamp, &digest].join("\n");
        Ok(Self {
            signed: signed.into_bytes(),
            signature,
            request_id: request_id.to_owned(),
        })
    }

    /// Whether one of these keys signed it.
    fn fits(&self, keys: &[Vec<u8>]) -> bool {
        keys.iter().any(|key| {
            let key = UnparsedPublicKey::new(&ED25519, key);
            key.verify(&self.signed, &self.signature).is_ok()
        })
    }
}

impl Jwk {
    /// The key, if it is one for Ed25519.
    fn bytes(&self) -> Option<Vec<u8>> {
        if self.crv.as_deref() != Some("Ed25519") {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(self.x.as_deref()?).ok()?;
        (bytes.len() == ED25519_PUBLIC_KEY_LEN).then_some(bytes)
    }
}
