//! A ticket is the provider's receipt for a job; only the adapter that wrote it reads it.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// An adapter's own note of how to ask for a job. It is stored with the generation and survives
/// restarts; nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket(String);

impl Ticket {
    /// The ticket as it was stored.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_text(&self) -> &str {
        &self.0
    }

    pub(crate) fn write(note: &impl Serialize) -> Self {
        // Notes are structs of plain texts, which always serialise; an empty ticket would be
        // read back as unreadable, not as another job.
        Self(serde_json::to_string(note).unwrap_or_default())
    }

    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.0).ok()
    }
}
