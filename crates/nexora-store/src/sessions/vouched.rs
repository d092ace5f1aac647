//! Sessions that stand on a sign-in service's: found and ended by its name for them.

use nexora_core::{Member, Timestamp};

use super::{SessionRow, read};
use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::users;

/// A living session that stands on the sign-in service's session `sid`, the last seen of them,
/// and who it belongs to, with what they pay for now.
pub async fn of_sid(
    tx: &mut Tx<'_>,
    provider: &str,
    sid: &str,
    now: Timestamp,
) -> Result<Option<(SessionRow, Member)>, StoreError> {
    const OF_SID: Sql = Sql::both(
        "SELECT e.id, e.token_hash, e.user_id, e.provider, e.created_at, e.last_seen_at,
                e.expires_at, e.absolute_expires_at, e.user_agent, e.ip, e.provider_sid,
                e.last_verified_at, e.actor, u.id, u.display_name, u.email,
                CASE WHEN s.ends_at IS NULL OR s.ends_at > $3
                     THEN s.plan_name ELSE s.then_plan END, u.created_at
         FROM sessions e
         JOIN users u ON u.id = e.user_id
         LEFT JOIN user_subscriptions s ON s.user_id = e.user_id
         WHERE e.provider = $1 AND e.provider_sid = $2 AND e.expires_at > $3
           AND e.absolute_expires_at > $3 AND u.deleted_at IS NULL
         ORDER BY e.last_seen_at DESC, e.id DESC LIMIT 1",
    );
    tx.first(&OF_SID, args![provider, sid, now], |row| {
        Ok((read(row)?, users::read(row)?))
    })
    .await
}

/// Ends every session that stands on the sign-in service's session `sid`, and says how many.
pub async fn revoke_sid(tx: &mut Tx<'_>, provider: &str, sid: &str) -> Result<u64, StoreError> {
    const REVOKE_SID: Sql =
        Sql::both("DELETE FROM sessions WHERE provider = $1 AND provider_sid = $2");
    tx.run(&REVOKE_SID, args![provider, sid]).await
}
