//! The buckets a balance is made of: what is taken comes from the one that expires soonest.

use nexora_core::ledger::Movement;
use nexora_core::{Credits, GrantId, MemberId, Timestamp};

use super::books::Books;
use super::{Balance, GrantKind};
use crate::db::{Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most members named at once as having something to expire.
const EXPIRING_MAX: u32 = 1_000;

/// Expires what is due for this member. [`hold`](super::hold()) does it by itself first; this is
/// for members who spend nothing.
pub async fn expire(
    tx: &mut Tx<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<Balance, StoreError> {
    let mut books = Books::open(tx, member, now).await?;
    books.expire_due(tx).await?;
    books.close(tx).await
}

/// Members who have credits that are due to expire.
pub async fn expiring(
    tx: &mut Tx<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<MemberId>, StoreError> {
    const EXPIRING: Sql = Sql::both(
        "SELECT DISTINCT user_id FROM credit_grants
         WHERE expires_at <= $1 AND remaining > 0 LIMIT $2",
    );
    tx.all(&EXPIRING, args![now, limit.min(EXPIRING_MAX)], only)
        .await
}

/// Some credits of one bucket.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) bucket: GrantId,
    pub(super) amount: Credits,
}

/// A bucket about to be added.
pub(super) struct NewBucket<'a> {
    pub(super) kind: GrantKind,
    pub(super) amount: Credits,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) source: &'a str,
}

impl Books {
    /// Expires what is due, each bucket with its own line.
    pub(super) async fn expire_due(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let now = self.now();
        let is_due = |expires_at: Option<Timestamp>| expires_at.is_some_and(|at| at <= now);
        let buckets = std::mem::take(&mut self.buckets);
        let (due, live) = buckets
            .into_iter()
            .partition::<Vec<_>, _>(|bucket| is_due(bucket.expires_at));
        self.buckets = live;
        for bucket in due {
            let part = Part {
                bucket: bucket.id,
                amount: bucket.remaining,
            };
            empty(tx, part).await?;
            let line = Movement::expire(part.bucket, part.amount, "Unused credits expired");
            self.append(tx, line).await?;
        }
        Ok(())
    }

    /// Takes `amount` out of the buckets, soonest-expiring first. The caller has checked that
    /// there is enough.
    pub(super) async fn take(
        &mut self,
        tx: &mut Tx<'_>,
        amount: Credits,
    ) -> Result<Vec<Part>, StoreError> {
        let mut wanted = amount;
        let mut parts = Vec::new();
        for bucket in &mut self.buckets {
            if wanted.is_zero() {
                break;
            }
            let part = Part {
                bucket: bucket.id,
                amount: wanted.min(bucket.remaining),
            };
            let less = |from: Credits| from.checked_sub(part.amount).unwrap_or(Credits::ZERO);
            (wanted, bucket.remaining) = (less(wanted), less(bucket.remaining));
            empty(tx, part).await?;
            parts.push(part);
        }
        if wanted.is_zero() {
            return Ok(parts);
        }
        let member = self.member();
        Err(StoreError::Corrupt(format!(
            "the buckets of {member} hold {wanted} fewer than the account"
        )))
    }

    /// Adds a bucket, unless its source has one already.
    pub(super) async fn add_bucket(
        &self,
        tx: &mut Tx<'_>,
        bucket: NewBucket<'_>,
    ) -> Result<Option<GrantId>, StoreError> {
        const ADD: Sql = Sql::both(
            "INSERT INTO credit_grants (id, user_id, kind, amount, remaining, expires_at, source,
                                        created_at)
             VALUES ($1, $2, $3, $4, $4, $5, $6, $7)
             ON CONFLICT (source) DO NOTHING",
        );
        let id = GrantId::new(self.now());
        let args = args![
            id,
            self.member(),
            bucket.kind.slug(),
            bucket.amount,
            bucket.expires_at,
            bucket.source,
            self.now(),
        ];
        Ok((tx.run(&ADD, args).await? == 1).then_some(id))
    }
}

/// Takes a part out of its bucket.
pub(super) async fn empty(tx: &mut Tx<'_>, part: Part) -> Result<(), StoreError> {
    const EMPTY: Sql = Sql::both(
        "UPDATE credit_grants SET remaining = remaining - $2 WHERE id = $1 AND remaining >= $2",
    );
    tx.must(&EMPTY, args![part.bucket, part.amount]).await
}

/// Puts a part back into its bucket.
pub(super) async fn refill(tx: &mut Tx<'_>, part: Part) -> Result<(), StoreError> {
    const REFILL: Sql = Sql::both(
        "UPDATE credit_grants SET remaining = remaining + $2
         WHERE id = $1 AND remaining + $2 <= amount",
    );
    tx.must(&REFILL, args![part.bucket, part.amount]).await
}
