//! Keys that are asked of the sender itself: once for everybody who waits for them, and seldom.

use std::time::Duration;

use nexora_core::Timestamp;
use tokio::sync::Mutex;

use super::HookError;
use crate::signature::SignatureError;

/// Keys may be kept for a day, says fal.
const FRESH_FOR: Duration = Duration::from_hours(24);
/// How often deliveries that do not fit can make us look for new keys: a flood of forgeries must
/// not become a flood of questions to the sender.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What a sender's deliveries are checked with, as far as we know it.
#[derive(Debug)]
pub(crate) struct Asked<K> {
    /// Held by whoever asks; the others wait for what comes of it.
    known: Mutex<Known<K>>,
}

#[derive(Debug)]
struct Known<K> {
    keys: Option<(K, Timestamp)>,
    tried_at: Option<Timestamp>,
}

impl<K> Asked<K> {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        let known = Known {
            keys: None,
            tried_at: None,
        };
        Self {
            known: Mutex::new(known),
        }
    }

    /// Whether a delivery `fits` the keys. Keys that do not fit may be old ones: then, and when
    /// they are older than a day, `ask` brings those of today.
    pub(crate) async fn check(
        &self,
        now: Timestamp,
        fits: impl Fn(&K) -> bool,
        ask: impl AsyncFnOnce() -> Result<K, HookError>,
    ) -> Result<(), HookError> {
        let mut known = self.known.lock().await;
        let is_fresh = match &known.keys {
            Some((keys, since)) if now.since(*since) < FRESH_FOR => {
                if fits(keys) {
                    return Ok(());
                }
                true
            }
            Some(_) | None => false,
        };
        let forged = Err(SignatureError::Forged.into());
        let asked_lately = |at: Timestamp| now.since(at) < LOOK_AGAIN_AFTER;
        if known.tried_at.is_some_and(asked_lately) {
            return if is_fresh {
                forged
            } else {
                Err(HookError::Unchecked)
            };
        }
        known.tried_at = Some(now);
        let keys = ask().await?;
        let does_fit = fits(&keys);
        known.keys = Some((keys, now));
        if does_fit { Ok(()) } else { forged }
    }
}
