//! Who has an account at the played Clerk, and who is signed in from where.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::keep::Keep;

/// Clerk's own limit of users of a development instance is 100; tests want some more.
pub(super) const ACCOUNTS_MAX: usize = 1_000;
const SESSIONS_MAX: usize = 10_000;
const CLIENTS_MAX: usize = 10_000;
/// Clerk's default life of a session.
const SESSION_DAYS: i64 = 7;
const ABANDON_DAYS: i64 = 30;
const DAY_MS: i64 = 24 * 3_600_000;
const ID_LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Letters after the prefix of Clerk's ids.
const ID_CHARS: usize = 27;

/// Accounts, sessions and clients (browsers).
pub(super) struct Directory {
    pub(super) accounts: Keep<Account>,
    pub(super) sessions: Keep<Session>,
    pub(super) clients: Keep<Client>,
    /// How many accounts with this address were deleted: the next one gets another id.
    departed: Keep<u32>,
}

/// A person.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) id: String,
    /// Lower case; verified, as a hosted sign-up leaves it.
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// A sign-in that lasts.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) account_id: String,
    pub(super) client_id: String,
    pub(super) standing: Standing,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// Whether a session still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Active,
    /// By the person.
    Ended,
    /// By the application, through the Backend API.
    Revoked,
    /// With the account.
    Removed,
}

/// A browser that the Frontend API knows by a cookie.
#[derive(Clone)]
pub(super) struct Client {
    /// The dev browser's token `dvb_…`, which is also the cookie.
    pub(super) key: String,
    pub(super) id: String,
    pub(super) session_id: Option<String>,
    /// When somebody last signed in or out here.
    pub(super) changed_at: Timestamp,
}

impl Directory {
    pub(super) fn new() -> Self {
        Self {
            accounts: Keep::new(ACCOUNTS_MAX),
            sessions: Keep::new(SESSIONS_MAX),
            clients: Keep::new(CLIENTS_MAX),
            departed: Keep::new(ACCOUNTS_MAX),
        }
    }

    pub(super) fn by_email(&self, email: &str) -> Option<&Account> {
        self.accounts.all().find(|account| account.email == email)
    }

    /// A new account. Its id follows from the address, so that somebody who signs up again at a
    /// restarted sandbox is the same person; after a deletion it is another one, as in life.
    pub(super) fn enrol(
        &mut self,
        email: &str,
        (first_name, last_name): (&str, &str),
        now: Timestamp,
    ) -> Account {
        let departures = self.departed.get(email).copied().unwrap_or(0);
        let digest = Sha256::digest(format!("{email}\n{departures}"));
        let account = Account {
            id: format!("user_{}", letters(&digest)),
            email: email.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            created_at: now,
            updated_at: now,
        };
        self.accounts.put(account.id.clone(), account.clone());
        account
    }

    /// Deletes an account; its sessions are removed with it.
    pub(super) fn expel(&mut self, id: &str, now: Timestamp) -> Option<Account> {
        let account = self.accounts.remove(id)?;
        let departures = self.departed.get(&account.email).copied().unwrap_or(0);
        self.departed.put(account.email.clone(), departures + 1);
        let theirs: Vec<String> = self
            .sessions
            .all()
            .filter(|session| session.account_id == id)
            .map(|session| session.id.clone())
            .collect();
        for session in theirs {
            self.end(&session, Standing::Removed, now);
        }
        Some(account)
    }

    /// A session for this account, in this browser if there is one.
    pub(super) fn admit(
        &mut self,
        account_id: &str,
        client: Option<&str>,
        now: Timestamp,
    ) -> Session {
        let client_id = client.and_then(|key| self.clients.get(key));
        let client_id = client_id.map_or_else(|| fresh_id("client_"), |client| client.id.clone());
        let session = Session {
            id: fresh_id("sess_"),
            account_id: account_id.to_owned(),
            client_id,
            standing: Standing::Active,
            created_at: now,
            updated_at: now,
        };
        self.sessions.put(session.id.clone(), session.clone());
        if let Some(client) = client.and_then(|key| self.clients.get_mut(key)) {
            client.session_id = Some(session.id.clone());
            client.changed_at = now;
        }
        session
    }

    /// Ends a session that is active; the browser it was opened in learns of it at its next handshake.
    pub(super) fn end(&mut self, id: &str, standing: Standing, now: Timestamp) -> Option<Session> {
        let session = self.sessions.get_mut(id)?;
        if session.standing != Standing::Active {
            return None;
        }
        session.standing = standing;
        session.updated_at = now;
        let session = session.clone();
        for client in self.clients.all_mut() {
            if client.session_id.as_deref() == Some(id) {
                client.session_id = None;
                client.changed_at = now;
            }
        }
        Some(session)
    }

    /// The browser behind one of these keys (the first that is known), or a new one.
    pub(super) fn client(&mut self, keys: &[Option<String>], now: Timestamp) -> Client {
        let known = keys.iter().flatten().find_map(|key| self.clients.get(key));
        if let Some(client) = known {
            return client.clone();
        }
        let client = Client {
            key: fresh_id("dvb_"),
            id: fresh_id("client_"),
            session_id: None,
            changed_at: now,
        };
        self.clients.put(client.key.clone(), client.clone());
        client
    }

    /// The active session of a browser.
    pub(super) fn session_of(&self, client: &Client) -> Option<&Session> {
        let session = self.sessions.get(client.session_id.as_ref()?)?;
        (session.standing == Standing::Active).then_some(session)
    }
}

impl Account {
    /// As the Backend API and the webhooks show a user.
    pub(super) fn view(&self) -> Value {
        let address_id = self.id.replacen("user_", "idn_", 1);
        let (created_at, updated_at) = (ms(self.created_at), ms(self.updated_at));
        json!({
            "object": "user",
            "id": self.id,
            "username": null,
            "first_name": name(&self.first_name),
            "last_name": name(&self.last_name),
            "image_url": "https://img.clerk.com/sandbox",
            "has_image": false,
            "primary_email_address_id": address_id,
            "primary_phone_number_id": null,
            "primary_web3_wallet_id": null,
            "password_enabled": false,
            "two_factor_enabled": false,
            "totp_enabled": false,
            "backup_code_enabled": false,
            "email_addresses": [{
                "object": "email_address",
                "id": address_id,
                "email_address": self.email,
                "reserved": false,
                "verification": { "status": "verified", "strategy": "email_code",
                                  "attempts": 1, "expire_at": created_at + 600_000 },
                "linked_to": [],
                "created_at": created_at,
                "updated_at": updated_at,
            }],
            "phone_numbers": [],
            "web3_wallets": [],
            "passkeys": [],
            "external_accounts": [],
            "saml_accounts": [],
            "public_metadata": {},
            "private_metadata": {},
            "unsafe_metadata": {},
            "external_id": null,
            "last_sign_in_at": updated_at,
            "last_active_at": updated_at,
            "banned": false,
            "locked": false,
            "lockout_expires_in_seconds": null,
            "verification_attempts_remaining": 100,
            "delete_self_enabled": true,
            "create_organization_enabled": false,
            "legal_accepted_at": null,
            "created_at": created_at,
            "updated_at": updated_at,
        })
    }
}

impl Session {
    /// As the Backend API and the webhooks show a session.
    pub(super) fn view(&self) -> Value {
        let created_at = ms(self.created_at);
        json!({
            "object": "session",
            "id": self.id,
            "user_id": self.account_id,
            "client_id": self.client_id,
            "actor": null,
            "status": self.standing.name(),
            "last_active_organization_id": null,
            "last_active_at": ms(self.updated_at),
            "expire_at": created_at + SESSION_DAYS * DAY_MS,
            "abandon_at": created_at + ABANDON_DAYS * DAY_MS,
            "created_at": created_at,
            "updated_at": ms(self.updated_at),
        })
    }
}

impl Standing {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
            Self::Removed => "removed",
        }
    }
}

/// Clerk tells times in milliseconds.
pub(super) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// An unguessable id in Clerk's form.
pub(super) fn fresh_id(prefix: &str) -> String {
    let seed = Sha256::digest(Uuid::new_v4().as_bytes());
    format!("{prefix}{}", letters(&seed))
}

fn letters(digest: &[u8]) -> String {
    let letter = |byte: &u8| char::from(ID_LETTERS[usize::from(*byte) % ID_LETTERS.len()]);
    digest.iter().take(ID_CHARS).map(letter).collect()
}

fn name(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_person_until_the_account_is_deleted() {
        let now = Timestamp::UNIX_EPOCH;
        let mut directory = Directory::new();
        let first = directory.enrol("a@b.example", ("A", "B"), now).id;
        assert_eq!(
            Directory::new().enrol("a@b.example", ("", ""), now).id,
            first
        );
        let session = directory.admit(&first, None, now);
        directory.expel(&first, now).unwrap();
        let session = directory.sessions.get(&session.id).unwrap();
        assert_eq!(session.standing, Standing::Removed);
        assert_ne!(directory.enrol("a@b.example", ("A", "B"), now).id, first);
    }
}
