//! Sessions: a random token in the cookie, only its hash in the database.

use std::fmt;
use std::time::Duration;

use nexora_core::{Member, MemberId, SessionId, Timestamp};
use nexora_store::sessions::{self, SessionRow};
use nexora_store::{Lane, StoreError};
use rand::RngExt;
use sha2::{Digest, Sha256};

use super::LOCAL;
use crate::{Change, Engine, EngineError};

/// How long a session lives without being used.
const IDLE_MAX: Duration = Duration::from_secs(30 * 86_400);
/// How long it lives at all.
const LIFE_MAX: Duration = Duration::from_secs(90 * 86_400);
/// How often its last use is written down; more often would be a write for every page.
const TOUCH_EVERY: Duration = Duration::from_secs(300);
/// What is kept of a browser's name for itself.
const USER_AGENT_CHARS_MAX: usize = 200;

/// 256 random bits as 64 hexadecimal digits. Whoever has it is signed in; it is never stored or
/// printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

/// What is known of the device a request comes from.
#[derive(Clone, Debug)]
pub struct ClientDevice {
    /// Its address, from the socket or a trusted proxy.
    pub ip: String,
    /// What its browser calls itself.
    pub user_agent: String,
}

/// A member with a fresh session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub member: Member,
    /// The session.
    pub session: SessionRow,
    /// What goes into the cookie.
    pub token: SessionToken,
    /// How long the cookie lives.
    pub life: Duration,
}

impl SessionToken {
    /// Reads a cookie's value; `None` if it cannot be a token.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| Self(text.to_owned()))
    }

    /// The cookie's value.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn fresh() -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        Self(hex::encode(bytes))
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// A session about to be written down.
pub(super) struct NewSession {
    pub(super) token: SessionToken,
    pub(super) row: SessionRow,
}

impl NewSession {
    pub(super) fn of(member: MemberId, device: &ClientDevice, now: Timestamp) -> Self {
        let token = SessionToken::fresh();
        let row = SessionRow {
            id: SessionId::new(now),
            token_hash: token.hash(),
            member,
            provider: LOCAL.to_owned(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(IDLE_MAX),
            absolute_expires_at: now.plus(LIFE_MAX),
            user_agent: device
                .user_agent
                .chars()
                .take(USER_AGENT_CHARS_MAX)
                .collect(),
            ip: device.ip.clone(),
            provider_sid: None,
            last_verified_at: None,
            actor: None,
        };
        Self { token, row }
    }

    pub(super) fn signed_in(self, member: Member) -> SignedIn {
        SignedIn {
            member,
            session: self.row,
            token: self.token,
            life: IDLE_MAX,
        }
    }
}

impl Engine {
    pub(super) async fn open_session(
        &self,
        member: MemberId,
        device: &ClientDevice,
    ) -> Result<NewSession, EngineError> {
        let session = NewSession::of(member, device, self.now());
        let row = session.row.clone();
        self.store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move { sessions::insert(tx, &row).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        Ok(session)
    }

    /// Whose session this is, if it lives. Using it prolongs it.
    pub async fn authenticate(
        &self,
        token: &SessionToken,
    ) -> Result<Option<(SessionRow, Member)>, EngineError> {
        let (hash, now) = (token.hash(), self.now());
        let found: Option<(SessionRow, Member)> = self
            .read(move |tx| Box::pin(async move { sessions::find(tx, &hash, now).await }))
            .await?;
        if let Some((session, _)) = &found
            && now.since(session.last_seen_at) >= TOUCH_EVERY
        {
            let id = session.id;
            let expires_at = now.plus(IDLE_MAX).min(session.absolute_expires_at);
            self.store()
                .write(Lane::Any, move |tx| {
                    Box::pin(async move { sessions::touch(tx, id, now, expires_at).await })
                })
                .await
                .map_err(|error: StoreError| EngineError::from(error))?;
        }
        Ok(found)
    }

    /// The member's living sessions, the most recently used first.
    pub async fn sessions(&self, member: MemberId) -> Result<Vec<SessionRow>, EngineError> {
        let now = self.now();
        self.read(move |tx| Box::pin(async move { sessions::of_member(tx, member, now).await }))
            .await
    }

    /// Ends one of the member's sessions. Whether there was one.
    pub async fn revoke_session(
        &self,
        member: MemberId,
        id: SessionId,
    ) -> Result<bool, EngineError> {
        let was_there: bool = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { sessions::revoke(tx, member, id).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.live().publish(member, Change::Sessions);
        Ok(was_there)
    }

    /// Ends all the member's sessions but one. How many ended.
    pub async fn revoke_other_sessions(
        &self,
        member: MemberId,
        keep: SessionId,
    ) -> Result<u64, EngineError> {
        let ended: u64 = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { sessions::revoke_others(tx, member, Some(keep)).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.live().publish(member, Change::Sessions);
        Ok(ended)
    }
}
