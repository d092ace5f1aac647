//! Deliveries: written down before they are answered, worked off afterwards.

use nexora_core::Timestamp;
use uuid::Uuid;

use crate::db::{Row, Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most deliveries named at once.
const LISTED_MAX: u32 = 1_000;
/// What is kept of an error.
const ERROR_CHARS_MAX: usize = 500;

/// A delivery about to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id here.
    pub id: Uuid,
    /// Who sent it.
    pub provider: String,
    /// What it is called, from inside the signed body.
    pub event_name: String,
    /// What it is about.
    pub resource_type: String,
    /// Which one.
    pub resource_id: String,
    /// When that was last changed, by the sender's clock.
    pub updated_at: Option<Timestamp>,
    /// The sender's name for it.
    pub webhook_id: Option<String>,
    /// SHA-256 of the body in hexadecimal.
    pub body_sha256: String,
    /// The body.
    pub raw: String,
    /// When it arrived.
    pub received_at: Timestamp,
}

/// A delivery as it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Who sent it.
    pub provider: String,
    /// What it is called.
    pub event_name: String,
    /// The body.
    pub raw: String,
    /// How often working it off failed.
    pub attempts: u32,
    /// Whether it was worked off already.
    pub is_processed: bool,
}

/// A delivery that was given up and waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Its id here.
    pub id: Uuid,
    /// Who sent it.
    pub provider: String,
    /// What it is called.
    pub event_name: String,
    /// What it is about.
    pub resource_type: String,
    /// Which one.
    pub resource_id: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// How often working it off failed.
    pub attempts: u32,
    /// Why, the last time.
    pub error: Option<String>,
}

/// What became of a delivery that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It waits under this id.
    Waiting(Uuid),
    /// The same body was worked off earlier.
    Known,
}

/// Writes a delivery down, once per body. One that was given up waits again when it is sent again.
pub async fn insert(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<Kept, StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO webhook_inbox (id, provider, event_name, resource_type, resource_id,
                                    provider_updated_at, webhook_id, body_sha256, raw,
                                    received_at, attempts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
         ON CONFLICT (provider, body_sha256) DO NOTHING",
    );
    const AGAIN: Sql = Sql::both(
        "UPDATE webhook_inbox SET parked_at = NULL, attempts = 0
         WHERE provider = $1 AND body_sha256 = $2 AND processed_at IS NULL
         RETURNING id",
    );
    let args = args![
        delivery.id,
        &delivery.provider,
        &delivery.event_name,
        &delivery.resource_type,
        &delivery.resource_id,
        delivery.updated_at,
        delivery.webhook_id.as_deref(),
        &delivery.body_sha256,
        &delivery.raw,
        delivery.received_at,
    ];
    if tx.run(&INSERT, args).await? == 1 {
        return Ok(Kept::Waiting(delivery.id));
    }
    let same = args![&delivery.provider, &delivery.body_sha256];
    let again = tx.first(&AGAIN, same, only).await?;
    Ok(again.map_or(Kept::Known, Kept::Waiting))
}

/// The delivery with this id.
pub async fn by_id(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Waiting>, StoreError> {
    const BY_ID: Sql = Sql::both(
        "SELECT provider, event_name, raw, attempts, processed_at FROM webhook_inbox
         WHERE id = $1",
    );
    tx.first(&BY_ID, args![id], read).await
}

/// It is worked off.
pub async fn processed(tx: &mut Tx<'_>, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
    const PROCESSED: Sql = Sql::both(
        "UPDATE webhook_inbox SET processed_at = $2, parked_at = NULL, error = NULL WHERE id = $1",
    );
    tx.send(&PROCESSED, args![id, now]).await
}

/// It could not be worked off; `parked_at` if nobody should try again by themselves.
pub async fn failed(
    tx: &mut Tx<'_>,
    id: Uuid,
    error: &str,
    parked_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    const FAILED: Sql = Sql::both(
        "UPDATE webhook_inbox SET attempts = attempts + 1, error = $2, parked_at = $3
         WHERE id = $1",
    );
    let error: String = error.chars().take(ERROR_CHARS_MAX).collect();
    tx.send(&FAILED, args![id, error, parked_at]).await
}

/// Deliveries that have been waiting since before `before` and were not given up.
pub async fn waiting(
    tx: &mut Tx<'_>,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Uuid>, StoreError> {
    const WAITING: Sql = Sql::both(
        "SELECT id FROM webhook_inbox
         WHERE processed_at IS NULL AND parked_at IS NULL AND received_at < $1
         ORDER BY received_at LIMIT $2",
    );
    tx.all(&WAITING, args![before, limit.min(LISTED_MAX)], only)
        .await
}

/// How many deliveries were given up and wait for a person.
pub async fn parked(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    const PARKED: Sql = Sql::both(
        "SELECT COUNT(*) FROM webhook_inbox WHERE processed_at IS NULL AND parked_at IS NOT NULL",
    );
    Ok(tx.first(&PARKED, args![], only).await?.unwrap_or(0))
}

/// The deliveries that were given up, the oldest first, at most `limit`.
pub async fn list_parked(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Parked>, StoreError> {
    const LIST_PARKED: Sql = Sql::both(
        "SELECT id, provider, event_name, resource_type, resource_id, received_at, attempts, error
         FROM webhook_inbox WHERE processed_at IS NULL AND parked_at IS NOT NULL
         ORDER BY received_at, id LIMIT $1",
    );
    tx.all(&LIST_PARKED, args![limit.min(LISTED_MAX)], |row| {
        Ok(Parked {
            id: row.next()?,
            provider: row.next()?,
            event_name: row.next()?,
            resource_type: row.next()?,
            resource_id: row.next()?,
            received_at: row.next()?,
            attempts: row.next()?,
            error: row.next()?,
        })
    })
    .await
}

/// A delivery that was given up waits again, with all its attempts. `false` if it was not.
pub async fn unpark(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, StoreError> {
    const UNPARK: Sql = Sql::both(
        "UPDATE webhook_inbox SET parked_at = NULL, attempts = 0
         WHERE id = $1 AND processed_at IS NULL AND parked_at IS NOT NULL",
    );
    Ok(tx.run(&UNPARK, args![id]).await? == 1)
}

/// Forgets deliveries that were worked off before `before`, and says how many: they name people.
pub async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    const SWEEP: Sql = Sql::both("DELETE FROM webhook_inbox WHERE processed_at < $1");
    tx.run(&SWEEP, args![before]).await
}

fn read(row: &mut Row<'_>) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        provider: row.next()?,
        event_name: row.next()?,
        raw: row.next()?,
        attempts: row.next()?,
        is_processed: row.next::<Option<i64>>()?.is_some(),
    })
}
