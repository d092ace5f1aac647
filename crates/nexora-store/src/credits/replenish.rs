//! Monthly credits are replenished: a new bucket opens and what is left of the old ones expires,
//! in one change.

use nexora_core::ledger::Movement;
use nexora_core::{Credits, GrantId, MemberId, Timestamp};

use super::GrantKind;
use super::books::Books;
use super::buckets::{NewBucket, Part, empty};
use super::grant::open_account;
use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// A new month's credits.
#[derive(Clone, Copy, Debug)]
pub struct Replenishment<'a> {
    /// Buckets of earlier months, whose rest expires now.
    pub closes: &'a [GrantId],
    /// How many come in; more than none.
    pub amount: Credits,
    /// When they expire.
    pub expires_at: Timestamp,
    /// What they are for, for example an invoice; the same source never gives twice.
    pub source: &'a str,
    /// Why they come, in words for their owner.
    pub note: &'a str,
}

/// Opens a new bucket of monthly credits and expires what is left of the old ones. `None`, and
/// nothing changes, if this source gave already.
pub async fn replenish(
    tx: &mut Tx<'_>,
    member: MemberId,
    new: Replenishment<'_>,
    now: Timestamp,
) -> Result<Option<GrantId>, StoreError> {
    open_account(tx, member).await?;
    let mut books = Books::open(tx, member, now).await?;
    let bucket = NewBucket {
        kind: GrantKind::Monthly,
        amount: new.amount,
        expires_at: Some(new.expires_at),
        source: new.source,
    };
    let Some(id) = books.add_bucket(tx, bucket).await? else {
        return Ok(None);
    };
    books.close_buckets(tx, new.closes).await?;
    let line = Movement::grant(id, new.amount, new.note);
    books.append(tx, line).await?;
    books.close(tx).await?;
    Ok(Some(id))
}

/// Expires what is left of these buckets now, whenever they would have expired by themselves.
pub async fn close_buckets(
    tx: &mut Tx<'_>,
    member: MemberId,
    closes: &[GrantId],
    now: Timestamp,
) -> Result<(), StoreError> {
    if closes.is_empty() {
        return Ok(());
    }
    let mut books = Books::open(tx, member, now).await?;
    books.close_buckets(tx, closes).await?;
    books.close(tx).await.map(|_| ())
}

/// Moves the moment at which a bucket expires.
pub async fn set_expiry(
    tx: &mut Tx<'_>,
    bucket: GrantId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    const SET_EXPIRY: Sql = Sql::both("UPDATE credit_grants SET expires_at = $2 WHERE id = $1");
    tx.send(&SET_EXPIRY, args![bucket, expires_at]).await
}

impl Books {
    async fn close_buckets(
        &mut self,
        tx: &mut Tx<'_>,
        closes: &[GrantId],
    ) -> Result<(), StoreError> {
        // What is held of them comes back, if it does, as from any bucket that expired meanwhile.
        for bucket in closes {
            set_expiry(tx, *bucket, self.now()).await?;
        }
        let (closed, live) = std::mem::take(&mut self.buckets)
            .into_iter()
            .partition::<Vec<_>, _>(|bucket| closes.contains(&bucket.id));
        self.buckets = live;
        for bucket in closed {
            let part = Part {
                bucket: bucket.id,
                amount: bucket.remaining,
            };
            empty(tx, part).await?;
            let line = Movement::expire(part.bucket, part.amount, "Last month's credits expired");
            self.append(tx, line).await?;
        }
        Ok(())
    }
}
