//! Invoices of subscriptions, as the merchant last described them.

use nexora_core::billing::{InvoiceFacts, InvoiceReason, InvoiceStatus, InvoiceTold, Origin};
use nexora_core::{MemberId, Timestamp};

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most invoices read for one subscription: one a month and some changes make forty years.
const OF_SUBSCRIPTION_MAX: u32 = 1_000;
/// Most invoices listed for one member.
const OF_MEMBER_MAX: u32 = 200;

/// Keeps an invoice's facts, unless we have later ones. What was paid back never falls, and the
/// moment of payment never moves on.
pub async fn save(tx: &mut Tx<'_>, provider: &str, facts: &InvoiceFacts) -> Result<(), StoreError> {
    const SAVE: Sql = Sql::both(
        "INSERT INTO invoices (provider, provider_id, subscription_id, store_id, test_mode, reason,
                               status, total_cents, refunded_cents, currency, created_at,
                               updated_at, paid_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (provider, provider_id) DO UPDATE
         SET status = CASE WHEN excluded.updated_at >= invoices.updated_at
                           THEN excluded.status ELSE invoices.status END,
             total_cents = CASE WHEN excluded.updated_at >= invoices.updated_at
                           THEN excluded.total_cents ELSE invoices.total_cents END,
             refunded_cents = CASE WHEN excluded.refunded_cents > invoices.refunded_cents
                           THEN excluded.refunded_cents ELSE invoices.refunded_cents END,
             updated_at = CASE WHEN excluded.updated_at >= invoices.updated_at
                           THEN excluded.updated_at ELSE invoices.updated_at END,
             paid_at = CASE WHEN invoices.paid_at IS NULL
                              OR excluded.paid_at < invoices.paid_at
                           THEN excluded.paid_at ELSE invoices.paid_at END",
    );
    let args = args![
        provider,
        &facts.id,
        &facts.subscription_id,
        &facts.origin.store_id,
        facts.origin.test_mode,
        facts.reason.slug(),
        facts.status.slug(),
        facts.total_cents,
        facts.refunded_cents,
        &facts.currency,
        facts.created_at,
        facts.updated_at,
        paid_at(facts),
    ];
    tx.run(&SAVE, args).await.map(|_| ())
}

/// When it was paid, as far as these facts tell: those of a refund say when that was.
fn paid_at(facts: &InvoiceFacts) -> Option<Timestamp> {
    match facts.status {
        InvoiceStatus::Paid => Some(facts.updated_at),
        InvoiceStatus::Refunded | InvoiceStatus::PartialRefund => Some(facts.created_at),
        InvoiceStatus::Pending | InvoiceStatus::Void => None,
    }
}

/// A subscription's invoices with what each granted, the latest first.
pub async fn of_subscription(
    tx: &mut Tx<'_>,
    provider: &str,
    subscription_id: &str,
) -> Result<Vec<InvoiceTold>, StoreError> {
    const OF_SUBSCRIPTION: Sql = Sql::both(
        "SELECT i.provider_id, i.subscription_id, i.reason, i.status, i.total_cents,
                i.refunded_cents, i.currency, i.created_at, i.updated_at, i.store_id, i.test_mode,
                i.paid_at, g.granted
         FROM invoices i
         LEFT JOIN billing_grants g ON g.provider = i.provider AND g.kind = 'invoice'
                                   AND g.provider_id = i.provider_id
         WHERE i.provider = $1 AND i.subscription_id = $2
         ORDER BY i.created_at DESC, i.provider_id DESC LIMIT $3",
    );
    let args = args![provider, subscription_id, OF_SUBSCRIPTION_MAX];
    tx.all(&OF_SUBSCRIPTION, args, read).await
}

/// A member's invoices with what each granted, the latest first.
pub async fn of_member(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<InvoiceTold>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(
        "SELECT i.provider_id, i.subscription_id, i.reason, i.status, i.total_cents,
                i.refunded_cents, i.currency, i.created_at, i.updated_at, i.store_id, i.test_mode,
                i.paid_at, g.granted
         FROM subscriptions s
         JOIN invoices i ON i.provider = s.provider AND i.subscription_id = s.provider_id
         LEFT JOIN billing_grants g ON g.provider = i.provider AND g.kind = 'invoice'
                                   AND g.provider_id = i.provider_id
         WHERE s.user_id = $1 ORDER BY i.created_at DESC, i.provider_id DESC LIMIT $2",
    );
    tx.all(&OF_MEMBER, args![member, OF_MEMBER_MAX], read).await
}

fn read(row: &mut Row<'_>) -> Result<InvoiceTold, StoreError> {
    let facts = InvoiceFacts {
        id: row.next()?,
        subscription_id: row.next()?,
        reason: row.parse(InvoiceReason::from_slug)?,
        status: row.parse(InvoiceStatus::from_slug)?,
        total_cents: row.next()?,
        refunded_cents: row.next()?,
        currency: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        origin: Origin {
            store_id: row.next()?,
            test_mode: row.next()?,
            checkout_ref: None,
            claimed_member: None,
        },
    };
    Ok(InvoiceTold {
        facts,
        paid_at: row.next()?,
        granted: row.next()?,
    })
}
