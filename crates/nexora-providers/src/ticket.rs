//! A ticket is the provider's receipt for a job; only the adapter that wrote it reads it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

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

    /// Whether this is the receipt for the job of this name: for news that come by the
    /// provider's own name of a job.
    pub fn is_for(&self, job: &str) -> bool {
        let note: Value = serde_json::from_str(&self.0).unwrap_or_default();
        says(&note, job)
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

/// Whether one of a note's texts is exactly this.
fn says(note: &Value, text: &str) -> bool {
    match note {
        Value::String(told) => told == text,
        Value::Object(fields) => fields.values().any(|field| says(field, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_for_one_job() {
        let flat = Ticket::from_text(r#"{"prediction":"abc"}"#);
        let deep = Ticket::from_text(r#"{"request":{"request_id":"abc","status_url":null}}"#);
        for ticket in [flat, deep] {
            assert!(ticket.is_for("abc"));
            assert!(!ticket.is_for("ab"));
            assert!(!ticket.is_for("prediction"));
        }
        assert!(!Ticket::from_text("abc").is_for("abc"));
    }
}
