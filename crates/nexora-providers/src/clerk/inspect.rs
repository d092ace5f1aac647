//! What Clerk answers to each of our keys: for whoever checks a configuration.

use nexora_core::Timestamp;
use serde_json::Value;

use super::Clerk;
use super::key::Key;
use crate::place;
use crate::remote::RemoteError;

/// A session nobody has: whoever may ask is told that there is none.
const NOBODYS_SESSION: &str = "sess_nobody";

/// What Clerk answers.
#[derive(Clone, Debug)]
pub struct KeyFacts {
    /// Whether our secret key opens the Backend API.
    pub secret_key: Result<(), RemoteError>,
    /// Whether the publishable key, the secret key and, if there is one, the JWT key are of the
    /// same instance.
    pub agree: Result<bool, RemoteError>,
    /// What time it is there, to the second.
    pub at: Option<Timestamp>,
}

impl Clerk {
    /// Tries every key.
    pub async fn key_facts(&self) -> KeyFacts {
        let secret_key = self.session_status(NOBODYS_SESSION).await.map(|_| ());
        let (agree, at) = match self.compare().await {
            Ok((agree, at)) => (Ok(agree), at),
            Err(why) => (Err(why), None),
        };
        KeyFacts {
            secret_key,
            agree,
            at,
        }
    }

    /// Keys that browsers' tokens are signed with, as each half of Clerk publishes them.
    async fn compare(&self) -> Result<(bool, Option<Timestamp>), RemoteError> {
        let backend = place::below(&self.api_url, "v1/jwks");
        let reply = self.desk.get("keys", backend).await?;
        let (known, at) = (Key::all_of(reply.read::<Value>()?), reply.date());
        let ours = self.keyring.published().await?;
        let is_known = |key: &Key| known.iter().any(|other| other.is_same(key));
        Ok((ours.iter().any(is_known), at))
    }
}
