//! Which payment granted what, and how much of it was taken back so far.

use nexora_core::{Credits, GrantId, MemberId, Timestamp};

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most grants read for one subscription.
const OF_SUBSCRIPTION_MAX: u32 = 1_000;

/// What kind of payment it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// An invoice of a subscription.
    Invoice,
    /// An order of a pack.
    Order,
}

/// What a payment granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingGrant {
    /// The payment's id at the merchant.
    pub payment_id: String,
    /// Whose.
    pub member: MemberId,
    /// The bucket.
    pub grant: GrantId,
    /// How many credits.
    pub granted: Credits,
    /// How many were taken back.
    pub clawed_back: Credits,
    /// How many were due back, but had been spent.
    pub shortfall: Credits,
    /// When the bucket expires.
    pub expires_at: Option<Timestamp>,
    /// How many are left and not held.
    pub remaining: Credits,
}

/// A grant about to be noted.
#[derive(Clone, Copy, Debug)]
pub struct NewGrant<'a> {
    /// Which merchant's.
    pub provider: &'a str,
    /// What kind of payment.
    pub payment: Payment,
    /// The payment's id.
    pub payment_id: &'a str,
    /// The subscription it was for.
    pub subscription_id: Option<&'a str>,
    /// Whose.
    pub member: MemberId,
    /// The bucket.
    pub grant: GrantId,
    /// How many credits.
    pub granted: Credits,
}

impl Payment {
    const fn slug(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Order => "order",
        }
    }
}

impl BillingGrant {
    /// How much was settled of what has to come back: taken, or known to be spent.
    pub fn settled(&self) -> Credits {
        let settled = self.clawed_back.checked_add(self.shortfall);
        settled.unwrap_or(self.granted)
    }
}

/// Notes a grant. [`StoreError::Conflict`] if the payment granted already.
pub async fn insert(tx: &mut Tx<'_>, new: NewGrant<'_>, now: Timestamp) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO billing_grants (provider, kind, provider_id, subscription_id, user_id,
                                     grant_id, granted, clawed_back, shortfall, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8)",
    );
    let args = args![
        new.provider,
        new.payment.slug(),
        new.payment_id,
        new.subscription_id,
        new.member,
        new.grant,
        new.granted,
        now,
    ];
    tx.send(&INSERT, args).await
}

/// What a subscription's invoices granted, the latest first.
pub async fn of_subscription(
    tx: &mut Tx<'_>,
    provider: &str,
    subscription_id: &str,
) -> Result<Vec<BillingGrant>, StoreError> {
    const OF_SUBSCRIPTION: Sql = Sql::both(
        "SELECT b.provider_id, b.user_id, b.grant_id, b.granted, b.clawed_back, b.shortfall,
                g.expires_at, g.remaining
         FROM billing_grants b JOIN credit_grants g ON g.id = b.grant_id
         WHERE b.provider = $1 AND b.subscription_id = $2 AND b.kind = 'invoice'
         ORDER BY b.created_at DESC, b.provider_id DESC LIMIT $3",
    );
    let args = args![provider, subscription_id, OF_SUBSCRIPTION_MAX];
    tx.all(&OF_SUBSCRIPTION, args, read).await
}

/// What an order granted.
pub async fn of_order(
    tx: &mut Tx<'_>,
    provider: &str,
    order_id: &str,
) -> Result<Option<BillingGrant>, StoreError> {
    const OF_ORDER: Sql = Sql::both(
        "SELECT b.provider_id, b.user_id, b.grant_id, b.granted, b.clawed_back, b.shortfall,
                g.expires_at, g.remaining
         FROM billing_grants b JOIN credit_grants g ON g.id = b.grant_id
         WHERE b.provider = $1 AND b.provider_id = $2 AND b.kind = 'order'",
    );
    tx.first(&OF_ORDER, args![provider, order_id], read).await
}

/// Notes that so much more was taken back, and that so much more should have been.
pub async fn note_take_back(
    tx: &mut Tx<'_>,
    provider: &str,
    grant: GrantId,
    taken: Credits,
    shortfall: Credits,
) -> Result<(), StoreError> {
    const NOTE_TAKE_BACK: Sql = Sql::both(
        "UPDATE billing_grants SET clawed_back = clawed_back + $3, shortfall = shortfall + $4
         WHERE provider = $1 AND grant_id = $2",
    );
    tx.must(&NOTE_TAKE_BACK, args![provider, grant, taken, shortfall])
        .await
}

fn read(row: &mut Row<'_>) -> Result<BillingGrant, StoreError> {
    Ok(BillingGrant {
        payment_id: row.next()?,
        member: row.next()?,
        grant: row.next()?,
        granted: row.next()?,
        clawed_back: row.next()?,
        shortfall: row.next()?,
        expires_at: row.next()?,
        remaining: row.next()?,
    })
}
