//! Clerk's webhooks, read after their signature was verified. They come late, twice and in any
//! order; nothing waits for one.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::profile::{ClerkUser, UserJson, is_subject};
use crate::place::is_plain_id;

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClerkEvent {
    /// Somebody is new or has changed.
    UserChanged(ClerkUser),
    /// Somebody is gone for good.
    UserDeleted {
        /// `user_…`
        subject: String,
    },
    /// A session is over: signed out, revoked or removed.
    SessionEnded {
        /// `sess_…`
        sid: String,
        /// Whose, if it says so.
        subject: Option<String>,
    },
    /// Nothing we act on.
    Ignored,
}

/// A delivery that is not of the form Clerk documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClerkParseError;

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, rename = "data")]
    content: Value,
}

pub(super) fn parse(raw: &[u8]) -> Result<ClerkEvent, ClerkParseError> {
    let Envelope { kind, content } = serde_json::from_slice(raw).map_err(|_| ClerkParseError)?;
    match kind.as_str() {
        "user.created" | "user.updated" => {
            let user: UserJson = serde_json::from_value(content).map_err(|_| ClerkParseError)?;
            user.read()
                .map(ClerkEvent::UserChanged)
                .ok_or(ClerkParseError)
        }
        "user.deleted" => Ok(deleted(&content)),
        "session.ended" | "session.removed" | "session.revoked" => {
            ended(&content).ok_or(ClerkParseError)
        }
        _ => Ok(ClerkEvent::Ignored),
    }
}

/// The schema allows a deletion that does not say of whom. There is nothing to do about it.
fn deleted(content: &Value) -> ClerkEvent {
    match text(content, "id").filter(|id| is_subject(id)) {
        Some(subject) => ClerkEvent::UserDeleted { subject },
        None => ClerkEvent::Ignored,
    }
}

fn ended(content: &Value) -> Option<ClerkEvent> {
    let sid = text(content, "id").filter(|id| id.starts_with("sess_") && is_plain_id(id))?;
    let subject = text(content, "user_id").filter(|id| is_subject(id));
    Some(ClerkEvent::SessionEnded { sid, subject })
}

fn text(content: &Value, name: &str) -> Option<String> {
    Some(content.get(name)?.as_str()?.to_owned())
}

impl fmt::Display for ClerkParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the delivery is not of a form that Clerk documents")
    }
}

impl std::error::Error for ClerkParseError {}
