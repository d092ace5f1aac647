//! What Clerk knows about somebody, as far as we keep it.

use nexora_core::{DisplayName, Email, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::place::is_plain_id;
use crate::wire::lenient;

/// What fits on a card; longer names are cut.
const NAME_CHARS_MAX: usize = 60;

/// Somebody at Clerk's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkUser {
    /// `user_…`
    pub subject: String,
    /// Their primary address; some sign in by telephone and have none.
    pub email: Option<ClerkEmail>,
    /// First and last name, else the user name.
    pub name: Option<DisplayName>,
    /// When any of it last changed; older news do not count.
    pub updated_at: Timestamp,
}

/// An address at Clerk's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkEmail {
    /// The address.
    pub address: Email,
    /// Whether mail arrived there. An address that was only typed proves nothing.
    pub verified: bool,
}

/// A user as the Backend API and webhooks write one.
#[derive(Debug, Deserialize)]
pub(super) struct UserJson {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    email_addresses: Option<Vec<AddressJson>>,
    #[serde(default, deserialize_with = "lenient")]
    primary_email_address_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    last_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    username: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    updated_at: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    created_at: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct AddressJson {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    email_address: Option<String>,
    #[serde(default)]
    verification: Value,
}

/// Whether this can be the name of somebody at Clerk's.
pub(super) fn is_subject(id: &str) -> bool {
    id.starts_with("user_") && is_plain_id(id)
}

impl UserJson {
    /// `None` if it has no name of its own.
    pub(super) fn read(self) -> Option<ClerkUser> {
        let email = self.primary();
        let name = self.name();
        let updated_at_ms = self.updated_at.or(self.created_at)?;
        is_subject(&self.id).then(|| ClerkUser {
            subject: self.id,
            email,
            name,
            updated_at: Timestamp::from_ms(updated_at_ms),
        })
    }

    fn primary(&self) -> Option<ClerkEmail> {
        let wanted = self.primary_email_address_id.as_deref()?;
        let mut addresses = self.email_addresses.iter().flatten();
        let found = addresses.find(|address| address.id.as_deref() == Some(wanted))?;
        let status = found.verification.get("status").and_then(Value::as_str);
        Some(ClerkEmail {
            address: Email::parse(found.email_address.as_deref()?).ok()?,
            verified: status == Some("verified"),
        })
    }

    fn name(&self) -> Option<DisplayName> {
        let parts = [&self.first_name, &self.last_name];
        let words = parts.into_iter().flatten().map(|part| part.trim());
        let words: Vec<&str> = words.filter(|part| !part.is_empty()).collect();
        let full = words.join(" ");
        let name = if full.is_empty() {
            self.username.clone().unwrap_or_default()
        } else {
            full
        };
        let cut: String = name.chars().take(NAME_CHARS_MAX).collect();
        DisplayName::parse(&cut).ok()
    }
}
