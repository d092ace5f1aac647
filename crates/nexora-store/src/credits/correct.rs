//! An operator puts something right, in either direction, and the journal says so.

use nexora_core::ledger::Movement;
use nexora_core::{Credits, GrantId, MemberId, Timestamp};

use super::books::Books;
use super::buckets::NewBucket;
use super::grant::open_account;
use super::{Balance, GrantKind, HoldError};
use crate::db::Tx;
use crate::error::StoreError;

/// Adds `delta` credits that do not expire, or takes them away if it is negative (those that
/// expire soonest first), and says what there is now.
pub async fn correct(
    tx: &mut Tx<'_>,
    member: MemberId,
    delta: i64,
    note: &str,
    now: Timestamp,
) -> Result<Balance, HoldError> {
    let amount = delta.checked_abs().map(Credits::new);
    let amount = amount.ok_or_else(|| StoreError::corrupt("a correction beyond all numbers"))?;
    open_account(tx, member).await?;
    let mut books = Books::open(tx, member, now).await?;
    books.expire_due(tx).await?;
    if delta > 0 {
        add(tx, &mut books, amount, note).await?;
    } else {
        take(tx, &mut books, amount, note).await?;
    }
    Ok(books.close(tx).await?)
}

async fn add(
    tx: &mut Tx<'_>,
    books: &mut Books,
    amount: Credits,
    note: &str,
) -> Result<(), HoldError> {
    // Two corrections are never the same one: the id of a new bucket is as good a source as any.
    let source = format!("correction:{}", GrantId::new(books.now()));
    let bucket = NewBucket {
        kind: GrantKind::Correction,
        amount,
        expires_at: None,
        source: &source,
    };
    let id = books.add_bucket(tx, bucket).await?;
    let id = id.ok_or(StoreError::Conflict)?;
    let line = Movement::correct_up(id, amount, note);
    Ok(books.append(tx, line).await?)
}

async fn take(
    tx: &mut Tx<'_>,
    books: &mut Books,
    amount: Credits,
    note: &str,
) -> Result<(), HoldError> {
    let available = books.balance().available();
    if amount > available {
        return Err(HoldError::Insufficient { available });
    }
    for part in books.take(tx, amount).await? {
        let line = Movement::correct_down(part.bucket, part.amount, note);
        books.append(tx, line).await?;
    }
    Ok(())
}
