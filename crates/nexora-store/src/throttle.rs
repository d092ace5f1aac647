//! Failed attempts, counted in the database so that a restart does not forgive them.

use std::time::Duration;

use nexora_core::Timestamp;

use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// What was counted under a key within its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many.
    pub count: u32,
    /// When the first of them was.
    pub first_at: Timestamp,
    /// When the last of them was.
    pub last_at: Timestamp,
}

/// What was counted under `key` in a window that began after `since`.
pub async fn tries(
    tx: &mut Tx<'_>,
    key: &str,
    since: Timestamp,
) -> Result<Option<Tries>, StoreError> {
    const TRIES: Sql = Sql::both(
        "SELECT failures, first_at, last_at FROM throttle WHERE key = $1 AND first_at > $2",
    );
    tx.first(&TRIES, args![key, since], |row| {
        Ok(Tries {
            count: row.next()?,
            first_at: row.next()?,
            last_at: row.next()?,
        })
    })
    .await
}

/// Counts a failed attempt. The first one opens a window of `window_ms`; the first one after the
/// window opens the next.
pub async fn record(
    tx: &mut Tx<'_>,
    key: &str,
    now: Timestamp,
    window_ms: u64,
) -> Result<(), StoreError> {
    const RECORD: Sql = Sql::both(
        "INSERT INTO throttle (key, failures, first_at, last_at) VALUES ($1, 1, $2, $2)
         ON CONFLICT (key) DO UPDATE SET
             failures = CASE WHEN throttle.first_at > $3 THEN throttle.failures + 1 ELSE 1 END,
             first_at = CASE WHEN throttle.first_at > $3 THEN throttle.first_at ELSE $2 END,
             last_at = $2",
    );
    let window_began = now.minus(Duration::from_millis(window_ms));
    tx.send(&RECORD, args![key, now, window_began]).await
}

/// Forgives what was counted under `key`.
pub async fn clear(tx: &mut Tx<'_>, key: &str) -> Result<(), StoreError> {
    const CLEAR: Sql = Sql::both("DELETE FROM throttle WHERE key = $1");
    tx.send(&CLEAR, args![key]).await
}

/// Forgets keys under which nothing failed since `before`, and says how many.
pub async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    const SWEEP: Sql = Sql::both("DELETE FROM throttle WHERE last_at < $1");
    tx.run(&SWEEP, args![before]).await
}
