//! Orders, as the merchant last described them: each begins a subscription or buys a pack.

use nexora_core::billing::{OrderFacts, OrderStatus, Origin};
use nexora_core::{Credits, MemberId, Timestamp};

use crate::db::{Row, Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most orders listed for one member.
const OF_MEMBER_MAX: u32 = 200;

/// An order, whose it is, and what it granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// How it stands.
    pub facts: OrderFacts,
    /// Whose; `None` while nobody has claimed it.
    pub member: Option<MemberId>,
    /// What it granted; `None` if nothing yet.
    pub granted: Option<Credits>,
}

/// Keeps an order's facts, unless we have later ones. What was paid back never falls.
pub async fn save(tx: &mut Tx<'_>, provider: &str, facts: &OrderFacts) -> Result<(), StoreError> {
    const SAVE: Sql = Sql::both(
        "INSERT INTO orders (provider, provider_id, customer_id, store_id, test_mode, variant_id,
                             status, total_cents, refunded_cents, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (provider, provider_id) DO UPDATE
         SET status = CASE WHEN excluded.updated_at >= orders.updated_at
                           THEN excluded.status ELSE orders.status END,
             total_cents = CASE WHEN excluded.updated_at >= orders.updated_at
                           THEN excluded.total_cents ELSE orders.total_cents END,
             refunded_cents = CASE WHEN excluded.refunded_cents > orders.refunded_cents
                           THEN excluded.refunded_cents ELSE orders.refunded_cents END,
             variant_id = COALESCE(excluded.variant_id, orders.variant_id),
             updated_at = CASE WHEN excluded.updated_at >= orders.updated_at
                           THEN excluded.updated_at ELSE orders.updated_at END",
    );
    let args = args![
        provider,
        &facts.id,
        &facts.customer_id,
        &facts.origin.store_id,
        facts.origin.test_mode,
        facts.variant_id.as_deref(),
        facts.status.slug(),
        facts.total_cents,
        facts.refunded_cents,
        facts.created_at,
        facts.updated_at,
    ];
    tx.run(&SAVE, args).await.map(|_| ())
}

/// Says whose it is. Once said, it stays.
pub async fn claim(
    tx: &mut Tx<'_>,
    provider: &str,
    provider_id: &str,
    member: MemberId,
) -> Result<bool, StoreError> {
    const CLAIM: Sql = Sql::both(
        "UPDATE orders SET user_id = $3
         WHERE provider = $1 AND provider_id = $2 AND user_id IS NULL",
    );
    Ok(tx.run(&CLAIM, args![provider, provider_id, member]).await? == 1)
}

/// The order with the merchant's id.
pub async fn find(
    tx: &mut Tx<'_>,
    provider: &str,
    provider_id: &str,
) -> Result<Option<OrderRow>, StoreError> {
    const FIND: Sql = Sql::both(
        "SELECT o.provider_id, o.customer_id, o.variant_id, o.status, o.total_cents,
                o.refunded_cents, o.created_at, o.updated_at, o.store_id, o.test_mode, o.user_id,
                g.granted
         FROM orders o
         LEFT JOIN billing_grants g ON g.provider = o.provider AND g.kind = 'order'
                                   AND g.provider_id = o.provider_id
         WHERE o.provider = $1 AND o.provider_id = $2",
    );
    tx.first(&FIND, args![provider, provider_id], read).await
}

/// A member's orders, the latest first.
pub async fn of_member(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<OrderRow>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(
        "SELECT o.provider_id, o.customer_id, o.variant_id, o.status, o.total_cents,
                o.refunded_cents, o.created_at, o.updated_at, o.store_id, o.test_mode, o.user_id,
                g.granted
         FROM orders o
         LEFT JOIN billing_grants g ON g.provider = o.provider AND g.kind = 'order'
                                   AND g.provider_id = o.provider_id
         WHERE o.user_id = $1 ORDER BY o.created_at DESC, o.provider_id DESC LIMIT $2",
    );
    tx.all(&OF_MEMBER, args![member, OF_MEMBER_MAX], read).await
}

/// Whether a person looked into this order, stolen or not, and let its member go on.
pub async fn is_cleared(
    tx: &mut Tx<'_>,
    provider: &str,
    provider_id: &str,
) -> Result<bool, StoreError> {
    const IS_CLEARED: Sql = Sql::both(
        "SELECT COUNT(*) FROM orders
         WHERE provider = $1 AND provider_id = $2 AND cleared_at IS NOT NULL",
    );
    let found: Option<i64> = tx
        .first(&IS_CLEARED, args![provider, provider_id], only)
        .await?;
    Ok(found.is_some_and(|found| found > 0))
}

/// A person looked into a member's stolen orders: they are no reason to freeze any more.
pub async fn clear(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<u64, StoreError> {
    const CLEAR: Sql = Sql::both(
        "UPDATE orders SET cleared_at = $2
         WHERE user_id = $1 AND status = 'fraudulent' AND cleared_at IS NULL",
    );
    tx.run(&CLEAR, args![member, now]).await
}

fn read(row: &mut Row<'_>) -> Result<OrderRow, StoreError> {
    let facts = OrderFacts {
        id: row.next()?,
        customer_id: row.next()?,
        variant_id: row.next()?,
        status: row.parse(OrderStatus::from_slug)?,
        total_cents: row.next()?,
        refunded_cents: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        origin: Origin {
            store_id: row.next()?,
            test_mode: row.next()?,
            checkout_ref: None,
            claimed_member: None,
        },
    };
    Ok(OrderRow {
        facts,
        member: row.next()?,
        granted: row.next()?,
    })
}
