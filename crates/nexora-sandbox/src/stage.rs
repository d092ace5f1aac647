//! What all played providers share: the clock, the script, the files and the way out.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::Pace;
use crate::clerk::Clerk;
use crate::fal::Fal;
use crate::files::Files;
use crate::higgsfield::Higgsfield;
use crate::lemon::Lemon;
use crate::post::Post;
use crate::replicate::Replicate;
use crate::runway::Runway;
use crate::script::{Fault, Gate, Moment, Provider, Script};
use crate::submits::Submits;

/// The shared parts of one sandbox.
pub(crate) struct Stage {
    /// `http://127.0.0.1:PORT`.
    pub(crate) base_url: String,
    pub(crate) pace: Pace,
    pub(crate) script: Script,
    pub(crate) submits: Submits,
    pub(crate) files: Files,
    pub(crate) post: Post,
    pub(crate) fal: Fal,
    pub(crate) replicate: Replicate,
    pub(crate) runway: Runway,
    pub(crate) higgsfield: Higgsfield,
    pub(crate) clerk: Clerk,
    pub(crate) lemon: Lemon,
    /// Webhooks on their way, and the server itself.
    pub(crate) tasks: TaskTracker,
    /// Ends every wait and stream.
    pub(crate) closing: CancellationToken,
}

impl Stage {
    pub(crate) fn new(base_url: String, pace: Pace) -> Self {
        Self {
            base_url,
            pace,
            script: Script::new(),
            submits: Submits::new(),
            files: Files::new(),
            post: Post::new(),
            fal: Fal::new(),
            replicate: Replicate::new(),
            runway: Runway::new(),
            higgsfield: Higgsfield::new(),
            clerk: Clerk::new(),
            lemon: Lemon::new(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }
    }

    /// What happens to an upload before the provider looks at it. A stuck one is never answered.
    pub(crate) async fn upload_gate(&self, provider: Provider) -> Gate {
        let faults = self.script.draw(provider, Moment::Upload, "");
        if faults.contains(&Fault::Stuck) {
            self.closing.cancelled().await;
            return Gate::Lost;
        }
        Gate::through(&faults)
    }

    /// Waits, or returns at once when the sandbox stops.
    pub(crate) async fn pause(&self, length: Duration) {
        tokio::select! {
            () = tokio::time::sleep(length) => {}
            () = self.closing.cancelled() => {}
        }
    }
}

/// The wall clock. Only shown on the wire and used to sign; no decision hangs on it.
pub(crate) fn wall() -> Timestamp {
    Timestamp::now()
}

/// As the providers print it: `2026-11-22T10:00:00.000Z`.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Time passed since, added to a wall time.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

/// A random seed below 2³¹, as every provider can carry it.
pub(crate) fn random_seed() -> u64 {
    let (_, low) = Uuid::new_v4().as_u64_pair();
    low & 0x7fff_ffff
}

/// An unguessable text of 26 lower-case letters and digits, the form of Replicate's ids.
pub(crate) fn short_id() -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut rest = Uuid::new_v4().as_u128();
    let mut id = String::with_capacity(26);
    for _ in 0..26 {
        let index = usize::from(rest.to_le_bytes()[0] & 31);
        id.push(char::from(LETTERS[index]));
        rest >>= 5;
    }
    id
}
