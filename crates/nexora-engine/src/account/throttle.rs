//! Guessing passwords and opening accounts by the dozen is made slow. The counts are in the
//! database: a restart does not forgive.

use std::time::Duration;

use nexora_core::Email;
use nexora_store::{Lane, StoreError, throttle};
use sha2::{Digest, Sha256};

use super::ClientDevice;
use crate::{Engine, EngineError, SignUpError};

/// Wrong passwords that are forgiven within the window.
const FAILURES_FREE: u32 = 10;
/// How long a wrong password is remembered.
const FAILURES_WINDOW: Duration = Duration::from_secs(15 * 60);
/// The longest wait between two tries: slow enough to stop guessing, short enough not to lock
/// anybody out for good.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// How long an opened account is remembered against its address.
const SIGN_UPS_WINDOW: Duration = Duration::from_secs(3_600);

/// Who is trying what: one address from one place. Somebody who guesses from elsewhere does not
/// slow down the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grasp(String);

impl Grasp {
    /// Trying to sign in.
    pub fn sign_in(email: &Email, device: &ClientDevice) -> Self {
        // Hashed: a list of who was attacked is nobody's business.
        let who = hex::encode(Sha256::digest(email.as_str()));
        Self(format!("sign-in:{who}:{}", device.ip))
    }

    fn sign_up(device: &ClientDevice) -> Self {
        Self(format!("sign-up:{}", device.ip))
    }
}

/// The wait after this many failures: 1 s after the free ones, then twice as long each time.
fn wait_after(failures: u32) -> Option<Duration> {
    let over = failures.checked_sub(FAILURES_FREE)?;
    Some(Duration::from_secs(1_u64 << over.min(6)).min(WAIT_MAX))
}

impl Engine {
    /// Seconds until the next try counts, if there were too many failures.
    pub(super) async fn wait_of(&self, grasp: &Grasp) -> Result<Option<u64>, EngineError> {
        let now = self.now();
        let (key, since) = (grasp.0.clone(), now.minus(FAILURES_WINDOW));
        let tried: Option<throttle::Tries> = self
            .read(move |tx| Box::pin(async move { throttle::tries(tx, &key, since).await }))
            .await?;
        let Some(tried) = tried else {
            return Ok(None);
        };
        let left = wait_after(tried.count).map(|wait| tried.last_at.plus(wait).since(now));
        Ok(left
            .filter(|left| !left.is_zero())
            .map(|left| left.as_secs().max(1)))
    }

    pub(super) async fn note_failure(&self, grasp: &Grasp) -> Result<(), EngineError> {
        self.note(grasp.0.clone(), FAILURES_WINDOW).await
    }

    pub(super) async fn forget_failures(&self, grasp: &Grasp) -> Result<(), EngineError> {
        let key = grasp.0.clone();
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { throttle::clear(tx, &key).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))
    }

    /// Free credits are worth opening accounts for; only so many an hour from one place.
    pub(super) async fn check_sign_ups(&self, device: &ClientDevice) -> Result<(), SignUpError> {
        let now = self.now();
        let (key, since) = (Grasp::sign_up(device).0, now.minus(SIGN_UPS_WINDOW));
        let tried: Option<throttle::Tries> = self
            .read(move |tx| Box::pin(async move { throttle::tries(tx, &key, since).await }))
            .await?;
        match tried {
            Some(tried) if tried.count >= self.settings().sign_ups_per_hour => {
                let left = tried.first_at.plus(SIGN_UPS_WINDOW).since(now);
                Err(SignUpError::TooMany {
                    wait_seconds: left.as_secs().max(1),
                })
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn note_sign_up(&self, device: &ClientDevice) -> Result<(), EngineError> {
        self.note(Grasp::sign_up(device).0, SIGN_UPS_WINDOW).await
    }

    async fn note(&self, key: String, window: Duration) -> Result<(), EngineError> {
        let now = self.now();
        let window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { throttle::record(tx, &key, now, window_ms).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_mistakes_are_free_and_then_each_costs_twice_as_long() {
        let seconds = |failures| wait_after(failures).map(|wait| wait.as_secs());
        assert_eq!(seconds(9), None);
        assert_eq!(seconds(10), Some(1));
        assert_eq!(seconds(13), Some(8));
        assert_eq!(seconds(500), Some(60));
    }
}
