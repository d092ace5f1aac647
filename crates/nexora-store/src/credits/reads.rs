//! Reading the books: what there is, what it is made of, and how it came to be.

use nexora_core::ledger::{Account, Entry, EntryKind, Seal};
use nexora_core::{GenerationId, MemberId, Timestamp};

use super::{Balance, Bucket, GrantKind, Hold};
use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most lines of a journal read at once.
const ENTRIES_MAX: u32 = 1_000;
/// Most buckets shown; one a month is a hundred in eight years.
const BUCKETS_MAX: u32 = 500;

/// What a member has; nothing if they never had anything. What is due to expire is gone already,
/// as it is for [`hold`](super::hold), whether or not the journal says so yet.
pub async fn balance(
    tx: &mut Tx<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<Balance, StoreError> {
    const BALANCE: Sql = Sql::both(
        "SELECT c.balance - (SELECT CAST(COALESCE(SUM(g.remaining), 0) AS BIGINT)
                             FROM credit_grants g
                             WHERE g.user_id = c.user_id AND g.expires_at <= $2),
                c.held
         FROM user_credits c WHERE c.user_id = $1",
    );
    let balance = tx
        .first(&BALANCE, args![member, now], |row| {
            Ok(Balance {
                balance: row.next()?,
                held: row.next()?,
            })
        })
        .await?;
    Ok(balance.unwrap_or(Balance::ZERO))
}

/// The buckets with something left that have not expired, in the order in which they are spent.
pub async fn buckets(
    tx: &mut Tx<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<Vec<Bucket>, StoreError> {
    const BUCKETS: Sql = Sql::both(
        "SELECT id, kind, amount, remaining, expires_at, created_at
         FROM credit_grants
         WHERE user_id = $1 AND remaining > 0 AND (expires_at IS NULL OR expires_at > $2)
         ORDER BY CASE WHEN expires_at IS NULL THEN 1 ELSE 0 END, expires_at, id LIMIT $3",
    );
    tx.all(&BUCKETS, args![member, now, BUCKETS_MAX], |row| {
        Ok(Bucket {
            id: row.next()?,
            kind: row.parse(GrantKind::from_slug)?,
            amount: row.next()?,
            remaining: row.next()?,
            expires_at: row.next()?,
            created_at: row.next()?,
        })
    })
    .await
}

/// A member's journal, the newest line first, from the line before number `before`.
pub async fn entries(
    tx: &mut Tx<'_>,
    member: MemberId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    const ENTRIES: Sql = Sql::both(
        "SELECT user_id, number, kind, from_account, to_account, amount, generation_id, grant_id,
                note, at, previous, seal
         FROM credit_entries WHERE user_id = $1 AND number < $2
         ORDER BY number DESC LIMIT $3",
    );
    let before = before.unwrap_or(i64::MAX);
    let args = args![member, before, limit.min(ENTRIES_MAX)];
    tx.all(&ENTRIES, args, read_entry).await
}

/// What a generation did to the books, the oldest line first.
pub async fn entries_of(
    tx: &mut Tx<'_>,
    generation: GenerationId,
) -> Result<Vec<Entry>, StoreError> {
    const ENTRIES_OF: Sql = Sql::both(
        "SELECT user_id, number, kind, from_account, to_account, amount, generation_id, grant_id,
                note, at, previous, seal
         FROM credit_entries WHERE generation_id = $1 ORDER BY number",
    );
    tx.all(&ENTRIES_OF, args![generation], read_entry).await
}

/// What is or was held for a generation.
pub async fn hold_of(
    tx: &mut Tx<'_>,
    generation: GenerationId,
) -> Result<Option<Hold>, StoreError> {
    const HOLD_OF: Sql = Sql::both(
        "SELECT amount, charged, released, ended_at FROM credit_holds WHERE generation_id = $1",
    );
    tx.first(&HOLD_OF, args![generation], |row| {
        Ok(Hold {
            amount: row.next()?,
            charged: row.next()?,
            released: row.next()?,
            ended_at: row.next()?,
        })
    })
    .await
}

pub(crate) fn read_entry(row: &mut Row<'_>) -> Result<Entry, StoreError> {
    Ok(Entry {
        member: row.next()?,
        number: row.next()?,
        kind: row.parse(EntryKind::from_slug)?,
        from: row.parse(Account::from_slug)?,
        to: row.parse(Account::from_slug)?,
        amount: row.next()?,
        generation: row.next()?,
        grant: row.next()?,
        note: row.next()?,
        at: row.next()?,
        previous: row.parse(Seal::from_hex)?,
        seal: row.parse(Seal::from_hex)?,
    })
}
