//! Credits are set aside for a generation before anybody is asked to make it.

use nexora_core::ledger::Movement;
use nexora_core::{Credits, GenerationId, MemberId, Timestamp};

use super::books::Books;
use super::buckets::Part;
use super::{Balance, HoldError};
use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Sets `amount` aside for `generation`, out of the buckets that expire soonest, and says what
/// there is now. What is due to expire expires first. However many callers race, never more is
/// held than there is.
///
/// [`StoreError::Conflict`] if the generation has a hold already.
pub async fn hold(
    tx: &mut Tx<'_>,
    member: MemberId,
    generation: GenerationId,
    amount: Credits,
    note: &str,
    now: Timestamp,
) -> Result<Balance, HoldError> {
    let mut books = Books::open(tx, member, now).await?;
    books.expire_due(tx).await?;
    let available = books.balance().available();
    if amount > available {
        return Err(HoldError::Insufficient { available });
    }
    insert_hold(tx, &books, generation, amount).await?;
    if amount > Credits::ZERO {
        for part in books.take(tx, amount).await? {
            insert_part(tx, generation, part).await?;
        }
        books
            .append(tx, Movement::hold(generation, amount, note))
            .await?;
    }
    Ok(books.close(tx).await?)
}

async fn insert_hold(
    tx: &mut Tx<'_>,
    books: &Books,
    generation: GenerationId,
    amount: Credits,
) -> Result<(), StoreError> {
    const INSERT_HOLD: Sql = Sql::both(
        "INSERT INTO credit_holds (generation_id, user_id, amount, charged, released, state,
                                   created_at)
         VALUES ($1, $2, $3, 0, 0, 'held', $4)",
    );
    let args = args![generation, books.member(), amount, books.now()];
    tx.send(&INSERT_HOLD, args).await
}

async fn insert_part(
    tx: &mut Tx<'_>,
    generation: GenerationId,
    part: Part,
) -> Result<(), StoreError> {
    const INSERT_PART: Sql = Sql::both(
        "INSERT INTO credit_hold_parts (generation_id, grant_id, amount) VALUES ($1, $2, $3)",
    );
    tx.send(&INSERT_PART, args![generation, part.bucket, part.amount])
        .await
}
