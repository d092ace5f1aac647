//! Checkouts we opened, and the single-use references that say for whom.

use nexora_core::{MemberId, Timestamp};

use crate::db::{Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// A checkout about to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// An opaque text nobody can guess.
    pub checkout_ref: String,
    /// For whom.
    pub member: MemberId,
    /// What is bought.
    pub variant_id: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it can no longer be paid.
    pub expires_at: Timestamp,
}

/// Adds a checkout.
pub async fn insert(tx: &mut Tx<'_>, checkout: &Checkout) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO checkouts (checkout_ref, user_id, variant_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
    );
    let args = args![
        &checkout.checkout_ref,
        checkout.member,
        &checkout.variant_id,
        checkout.created_at,
        checkout.expires_at,
    ];
    tx.send(&INSERT, args).await
}

/// For whom a reference was opened. It counts for one order, named by `used_by`, however often
/// that order presents it; to another one it says `None`.
pub async fn redeem(
    tx: &mut Tx<'_>,
    checkout_ref: &str,
    used_by: &str,
    now: Timestamp,
) -> Result<Option<MemberId>, StoreError> {
    const REDEEM: Sql = Sql::both(
        "UPDATE checkouts SET used_by = $2, used_at = COALESCE(used_at, $3)
         WHERE checkout_ref = $1 AND (used_by IS NULL OR used_by = $2)
         RETURNING user_id",
    );
    tx.first(&REDEEM, args![checkout_ref, used_by, now], only)
        .await
}

/// For whom a reference was opened, used or not.
pub async fn member_of(
    tx: &mut Tx<'_>,
    checkout_ref: &str,
) -> Result<Option<MemberId>, StoreError> {
    const MEMBER_OF: Sql = Sql::both("SELECT user_id FROM checkouts WHERE checkout_ref = $1");
    tx.first(&MEMBER_OF, args![checkout_ref], only).await
}

/// Forgets unused checkouts that expired before `before`, and says how many.
pub async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    const SWEEP: Sql = Sql::both("DELETE FROM checkouts WHERE used_by IS NULL AND expires_at < $1");
    tx.run(&SWEEP, args![before]).await
}
