//! Holds end exactly once: charged, released, or some of each.

use std::time::Duration;

use nexora_core::ledger::Movement;
use nexora_core::{Credits, GenerationId, MemberId, Timestamp};

use super::books::Books;
use super::buckets::{NewBucket, Part, refill};
use super::{Balance, GrantKind};
use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// How long credits live that come back after their bucket expired: a day, so that somebody who
/// waited for a result overnight can still use them.
const RETURNED_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Ends the hold of `generation`: `charge` credits are spent, the rest goes back to the buckets
/// it came from. The credits that expire soonest are spent first, so the member gets back the
/// ones that last.
///
/// [`StoreError::Conflict`] if nothing is held for it (any more), or if `charge` is more than was
/// held.
#[expect(
    clippy::too_many_arguments,
    reason = "an end is exactly these facts, each of its own type"
)]
pub async fn settle(
    tx: &mut Tx<'_>,
    member: MemberId,
    generation: GenerationId,
    charge: Credits,
    charge_note: &str,
    release_note: &str,
    now: Timestamp,
) -> Result<Balance, StoreError> {
    let mut books = Books::open_account(tx, member, now).await?;
    let held = open_hold(tx, member, generation).await?;
    let released = held
        .amount
        .checked_sub(charge)
        .filter(|_| charge >= Credits::ZERO)
        .ok_or(StoreError::Conflict)?;
    end_hold(tx, generation, (charge, released), now).await?;
    if charge > Credits::ZERO {
        let line = Movement::charge(generation, charge, charge_note);
        books.append(tx, line).await?;
    }
    if released > Credits::ZERO {
        give_back(tx, &books, generation, unspent(held.parts, charge)).await?;
        let line = Movement::release(generation, released, release_note);
        books.append(tx, line).await?;
    }
    books.close(tx).await
}

/// An open hold.
struct OpenHold {
    amount: Credits,
    /// Soonest-expiring first.
    parts: Vec<HeldPart>,
}

/// What is held of one bucket.
#[derive(Clone, Copy)]
struct HeldPart {
    part: Part,
    expires_at: Option<Timestamp>,
}

async fn open_hold(
    tx: &mut Tx<'_>,
    member: MemberId,
    generation: GenerationId,
) -> Result<OpenHold, StoreError> {
    const OPEN_HOLD: Sql = Sql::both(
        "SELECT h.amount, p.grant_id, p.amount, g.expires_at
         FROM credit_holds h
         LEFT JOIN credit_hold_parts p ON p.generation_id = h.generation_id
         LEFT JOIN credit_grants g ON g.id = p.grant_id
         WHERE h.generation_id = $1 AND h.user_id = $2 AND h.state = 'held'
         ORDER BY CASE WHEN g.expires_at IS NULL THEN 1 ELSE 0 END, g.expires_at, g.id",
    );
    let rows = tx
        .all(&OPEN_HOLD, args![generation, member], read_open_hold)
        .await?;
    let amount = rows.first().map(|(amount, _)| *amount);
    Ok(OpenHold {
        amount: amount.ok_or(StoreError::Conflict)?,
        parts: rows.into_iter().filter_map(|(_, part)| part).collect(),
    })
}

fn read_open_hold(row: &mut Row<'_>) -> Result<(Credits, Option<HeldPart>), StoreError> {
    let amount = row.next()?;
    let Some(bucket) = row.next()? else {
        return Ok((amount, None));
    };
    let part = Part {
        bucket,
        amount: row.next()?,
    };
    let expires_at = row.next()?;
    Ok((amount, Some(HeldPart { part, expires_at })))
}

async fn end_hold(
    tx: &mut Tx<'_>,
    generation: GenerationId,
    (charged, released): (Credits, Credits),
    now: Timestamp,
) -> Result<(), StoreError> {
    const END_HOLD: Sql = Sql::both(
        "UPDATE credit_holds SET charged = $2, released = $3, state = 'settled', ended_at = $4
         WHERE generation_id = $1 AND state = 'held'",
    );
    tx.must(&END_HOLD, args![generation, charged, released, now])
        .await
}

/// What is left of the parts when `charge` is spent from the first ones.
fn unspent(parts: Vec<HeldPart>, charge: Credits) -> Vec<HeldPart> {
    let mut to_spend = charge;
    let mut left = Vec::new();
    for held in parts {
        let spent = to_spend.min(held.part.amount);
        let less = |from: Credits| from.checked_sub(spent).unwrap_or(Credits::ZERO);
        to_spend = less(to_spend);
        let amount = less(held.part.amount);
        if !amount.is_zero() {
            let part = Part {
                amount,
                ..held.part
            };
            left.push(HeldPart { part, ..held });
        }
    }
    left
}

/// Puts the parts back into their buckets; those of expired buckets share a new one.
async fn give_back(
    tx: &mut Tx<'_>,
    books: &Books,
    generation: GenerationId,
    parts: Vec<HeldPart>,
) -> Result<(), StoreError> {
    let mut homeless = Credits::ZERO;
    for held in parts {
        if held.expires_at.is_some_and(|at| at <= books.now()) {
            homeless = homeless
                .checked_add(held.part.amount)
                .ok_or_else(|| StoreError::corrupt("more credits than there are"))?;
        } else {
            refill(tx, held.part).await?;
        }
    }
    if homeless.is_zero() {
        return Ok(());
    }
    let source = format!("returned:{generation}");
    let bucket = NewBucket {
        kind: GrantKind::Returned,
        amount: homeless,
        expires_at: Some(books.now().plus(RETURNED_LIFE)),
        source: &source,
    };
    let added = books.add_bucket(tx, bucket).await?;
    added.map(|_| ()).ok_or(StoreError::Conflict)
}
