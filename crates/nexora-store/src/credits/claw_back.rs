//! A payment went back to whoever paid: the credits it bought go too, as far as they are there.

use nexora_core::ledger::Movement;
use nexora_core::{Credits, GrantId, MemberId, Timestamp};

use super::books::Books;
use super::buckets::{Part, empty};
use crate::db::Tx;
use crate::error::StoreError;

/// Takes up to `amount` out of one bucket, from what is neither spent nor held nor expired, and
/// says how much that was. The balance never falls below zero: whoever calls this notes what was
/// missing.
pub async fn claw_back(
    tx: &mut Tx<'_>,
    member: MemberId,
    bucket: GrantId,
    amount: Credits,
    note: &str,
    now: Timestamp,
) -> Result<Credits, StoreError> {
    let mut books = Books::open(tx, member, now).await?;
    let found = books.buckets.iter_mut().find(|live| live.id == bucket);
    let Some(live) = found else {
        return Ok(Credits::ZERO);
    };
    let taken = amount.min(live.remaining);
    if taken <= Credits::ZERO {
        return Ok(Credits::ZERO);
    }
    live.remaining = live.remaining.checked_sub(taken).unwrap_or(Credits::ZERO);
    let part = Part {
        bucket,
        amount: taken,
    };
    empty(tx, part).await?;
    let line = Movement::correct_down(bucket, taken, note);
    books.append(tx, line).await?;
    books.close(tx).await?;
    Ok(taken)
}
