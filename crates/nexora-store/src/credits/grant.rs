//! Credits come in, once per source.

use nexora_core::ledger::{Movement, Seal};
use nexora_core::{Credits, GrantId, MemberId, Timestamp};

use super::GrantKind;
use super::books::Books;
use super::buckets::NewBucket;
use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Gives a member `amount` credits as a new bucket. `source` names the reason, for example
/// `starter:mem_…` or an invoice: the same source never gives twice, and the second time is
/// answered with `None`. Nothing is granted either if `amount` is not more than zero.
#[expect(
    clippy::too_many_arguments,
    reason = "a grant is exactly these facts, each of its own type"
)]
pub async fn grant(
    tx: &mut Tx<'_>,
    member: MemberId,
    kind: GrantKind,
    amount: Credits,
    expires_at: Option<Timestamp>,
    source: &str,
    note: &str,
    now: Timestamp,
) -> Result<Option<GrantId>, StoreError> {
    if amount <= Credits::ZERO {
        return Ok(None);
    }
    open_account(tx, member).await?;
    let mut books = Books::open_account(tx, member, now).await?;
    let bucket = NewBucket {
        kind,
        amount,
        expires_at,
        source,
    };
    let Some(id) = books.add_bucket(tx, bucket).await? else {
        return Ok(None);
    };
    books.append(tx, Movement::grant(id, amount, note)).await?;
    books.close(tx).await?;
    Ok(Some(id))
}

/// Gives a member an empty account if they have none.
pub(super) async fn open_account(tx: &mut Tx<'_>, member: MemberId) -> Result<(), StoreError> {
    const OPEN_EMPTY: Sql = Sql::both(
        "INSERT INTO user_credits (user_id, balance, held, entries, last_seal)
         VALUES ($1, 0, 0, 0, $2) ON CONFLICT (user_id) DO NOTHING",
    );
    tx.send(&OPEN_EMPTY, args![member, Seal::FIRST.to_hex()])
        .await
}
