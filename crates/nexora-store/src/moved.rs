//! What has to move along when a demonstration moves the clock.

use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Puts the times of all sessions forward by `by_ms`, and says how many there are: browsers count
/// the lives of their cookies by themselves and know nothing of a moved clock.
pub async fn carry_sessions(tx: &mut Tx<'_>, by_ms: i64) -> Result<u64, StoreError> {
    const CARRY_SESSIONS: Sql = Sql::both(
        "UPDATE sessions SET last_seen_at = last_seen_at + $1, expires_at = expires_at + $1,
                             absolute_expires_at = absolute_expires_at + $1,
                             last_verified_at = last_verified_at + $1",
    );
    tx.run(&CARRY_SESSIONS, args![by_ms]).await
}
