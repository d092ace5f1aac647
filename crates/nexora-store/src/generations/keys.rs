//! Idempotency keys: the same request twice is one generation.

use nexora_core::{GenerationId, MemberId, Timestamp};

use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// What a member's key stands for, and the fingerprint of the order it was used with.
pub async fn by_key(
    tx: &mut Tx<'_>,
    member: MemberId,
    key: &str,
) -> Result<Option<(GenerationId, String)>, StoreError> {
    const BY_KEY: Sql = Sql::both(
        "SELECT generation_id, fingerprint FROM idempotency_keys WHERE user_id = $1 AND key = $2",
    );
    tx.first(&BY_KEY, args![member, key], |row| {
        Ok((row.next()?, row.next()?))
    })
    .await
}

/// Remembers a key. `false` if the member used it before.
pub async fn insert_key(
    tx: &mut Tx<'_>,
    member: MemberId,
    key: &str,
    fingerprint: &str,
    generation: GenerationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const INSERT_KEY: Sql = Sql::both(
        "INSERT INTO idempotency_keys (user_id, key, fingerprint, generation_id, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, key) DO NOTHING",
    );
    let inserted = tx
        .run(
            &INSERT_KEY,
            args![member, key, fingerprint, generation, now],
        )
        .await?;
    Ok(inserted == 1)
}
