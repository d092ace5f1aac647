//! Signed-in browsers. The secret in the cookie is not here, only its hash.

mod vouched;

use nexora_core::{Member, MemberId, SessionId, Timestamp};

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::users;

pub use vouched::{of_sid, revoke_sid};

/// Most sessions listed for one person.
const LISTED_MAX: u32 = 200;

/// One signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id, as its owner sees it.
    pub id: SessionId,
    /// SHA-256 of the secret in the cookie, in hexadecimal.
    pub token_hash: String,
    /// Who is signed in.
    pub member: MemberId,
    /// What vouched for them, for example `local`.
    pub provider: String,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When they were last seen.
    pub last_seen_at: Timestamp,
    /// When it ends unless they are seen again.
    pub expires_at: Timestamp,
    /// When it ends in any case.
    pub absolute_expires_at: Timestamp,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Where it signed in from.
    pub ip: String,
    /// The sign-in service's own name for the session, if one vouches for it.
    pub provider_sid: Option<String>,
    /// When the sign-in service last vouched for it.
    pub last_verified_at: Option<Timestamp>,
    /// Who acts in the member's name, if somebody does.
    pub actor: Option<String>,
}

/// Adds a session.
pub async fn insert(tx: &mut Tx<'_>, session: &SessionRow) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO sessions (id, token_hash, user_id, provider, created_at, last_seen_at,
                               expires_at, absolute_expires_at, user_agent, ip, provider_sid,
                               last_verified_at, actor)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    );
    let args = args![
        session.id,
        &session.token_hash,
        session.member,
        &session.provider,
        session.created_at,
        session.last_seen_at,
        session.expires_at,
        session.absolute_expires_at,
        &session.user_agent,
        &session.ip,
        session.provider_sid.as_deref(),
        session.last_verified_at,
        session.actor.as_deref(),
    ];
    tx.run(&INSERT, args).await.map(|_| ())
}

/// The living session with this hash, and who it belongs to, with what they pay for now.
pub async fn find(
    tx: &mut Tx<'_>,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<(SessionRow, Member)>, StoreError> {
    const FIND: Sql = Sql::both(
        "SELECT e.id, e.token_hash, e.user_id, e.provider, e.created_at, e.last_seen_at,
                e.expires_at, e.absolute_expires_at, e.user_agent, e.ip, e.provider_sid,
                e.last_verified_at, e.actor, u.id, u.display_name, u.email,
                CASE WHEN s.ends_at IS NULL OR s.ends_at > $2
                     THEN s.plan_name ELSE s.then_plan END, u.created_at
         FROM sessions e
         JOIN users u ON u.id = e.user_id
         LEFT JOIN user_subscriptions s ON s.user_id = e.user_id
         WHERE e.token_hash = $1 AND e.expires_at > $2 AND e.absolute_expires_at > $2
           AND u.deleted_at IS NULL",
    );
    tx.first(&FIND, args![token_hash, now], |row| {
        Ok((read(row)?, users::read(row)?))
    })
    .await
}

/// Somebody was seen: the session lives on until `expires_at`.
pub async fn touch(
    tx: &mut Tx<'_>,
    id: SessionId,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    const TOUCH: Sql =
        Sql::both("UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1");
    tx.send(&TOUCH, args![id, last_seen_at, expires_at]).await
}

/// The sign-in service vouched for a session again.
pub async fn verified(tx: &mut Tx<'_>, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    const VERIFIED: Sql = Sql::both("UPDATE sessions SET last_verified_at = $2 WHERE id = $1");
    tx.send(&VERIFIED, args![id, now]).await
}

/// A person's living sessions, the last seen first.
pub async fn of_member(
    tx: &mut Tx<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<Vec<SessionRow>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(
        "SELECT id, token_hash, user_id, provider, created_at, last_seen_at,
                expires_at, absolute_expires_at, user_agent, ip, provider_sid, last_verified_at,
                actor
         FROM sessions WHERE user_id = $1 AND expires_at > $2 AND absolute_expires_at > $2
         ORDER BY last_seen_at DESC, id DESC LIMIT $3",
    );
    tx.all(&OF_MEMBER, args![member, now, LISTED_MAX], read)
        .await
}

/// Ends one of a person's sessions. `false` if they have no such session.
pub async fn revoke(tx: &mut Tx<'_>, member: MemberId, id: SessionId) -> Result<bool, StoreError> {
    const REVOKE: Sql = Sql::both("DELETE FROM sessions WHERE user_id = $1 AND id = $2");
    Ok(tx.run(&REVOKE, args![member, id]).await? == 1)
}

/// Ends a person's sessions except `keep`, and says how many.
pub async fn revoke_others(
    tx: &mut Tx<'_>,
    member: MemberId,
    keep: Option<SessionId>,
) -> Result<u64, StoreError> {
    const REVOKE_OTHERS: Sql =
        Sql::both("DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR id <> $2)");
    tx.run(&REVOKE_OTHERS, args![member, keep]).await
}

/// Forgets sessions that have ended, and says how many.
pub async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    const SWEEP: Sql =
        Sql::both("DELETE FROM sessions WHERE expires_at <= $1 OR absolute_expires_at <= $1");
    tx.run(&SWEEP, args![now]).await
}

fn read(row: &mut Row<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: row.next()?,
        token_hash: row.next()?,
        member: row.next()?,
        provider: row.next()?,
        created_at: row.next()?,
        last_seen_at: row.next()?,
        expires_at: row.next()?,
        absolute_expires_at: row.next()?,
        user_agent: row.next()?,
        ip: row.next()?,
        provider_sid: row.next()?,
        last_verified_at: row.next()?,
        actor: row.next()?,
    })
}
