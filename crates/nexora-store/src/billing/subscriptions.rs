//! Subscriptions, as the merchant last described them.

use nexora_core::billing::{
    Card, Origin, PauseMode, SubscriptionFacts, SubscriptionStatus, VariantSeen,
};
use nexora_core::{MemberId, Timestamp};
use uuid::Uuid;

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most subscriptions read for one member; nobody has more than a few.
const OF_MEMBER_MAX: u32 = 100;
/// Most news read for one subscription, the latest: years of it, and only the present period
/// matters.
const VARIANTS_MAX: u32 = 200;
/// Most subscriptions named at once as worth a look.
const DUE_MAX: u32 = 1_000;

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Our own id of it, for background work.
    pub id: Uuid,
    /// Which merchant's.
    pub provider: String,
    /// Whose; `None` while nobody has claimed it.
    pub member: Option<MemberId>,
    /// How it stands.
    pub facts: SubscriptionFacts,
    /// When we last asked the merchant about it, by our clock.
    pub looked_at: Option<Timestamp>,
}

/// Keeps a subscription's facts, unless we have later ones; `looked_at` says that they were asked
/// for just now.
pub async fn save(
    tx: &mut Tx<'_>,
    provider: &str,
    facts: &SubscriptionFacts,
    looked_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    const SAVE: Sql = Sql::both(
        "INSERT INTO subscriptions (id, provider, provider_id, store_id, test_mode, customer_id,
                                    order_id, variant_id, status, cancelled, pause_mode, renews_at,
                                    ends_at, trial_ends_at, began_at, updated_at, card_brand,
                                    card_last_four, processor)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19)
         ON CONFLICT (provider, provider_id) DO UPDATE
         SET customer_id = excluded.customer_id, order_id = excluded.order_id,
             variant_id = excluded.variant_id, status = excluded.status,
             cancelled = excluded.cancelled, pause_mode = excluded.pause_mode,
             renews_at = excluded.renews_at, ends_at = excluded.ends_at,
             trial_ends_at = excluded.trial_ends_at, updated_at = excluded.updated_at,
             card_brand = excluded.card_brand, card_last_four = excluded.card_last_four,
             processor = excluded.processor
         WHERE excluded.updated_at >= subscriptions.updated_at",
    );
    const LOOKED: Sql = Sql::both(
        "UPDATE subscriptions SET looked_at = $3 WHERE provider = $1 AND provider_id = $2",
    );
    let card = facts.card.as_ref();
    let args = args![
        Uuid::new_v4(),
        provider,
        &facts.id,
        &facts.origin.store_id,
        facts.origin.test_mode,
        &facts.customer_id,
        facts.order_id.as_deref(),
        &facts.variant_id,
        facts.status.slug(),
        facts.cancelled,
        facts.pause.map(PauseMode::slug),
        facts.renews_at,
        facts.ends_at,
        facts.trial_ends_at,
        facts.created_at,
        facts.updated_at,
        card.map(|card| card.brand.as_str()),
        card.map(|card| card.last_four.as_str()),
        facts.processor.as_deref(),
    ];
    tx.run(&SAVE, args).await?;
    if let Some(looked_at) = looked_at {
        tx.send(&LOOKED, args![provider, &facts.id, looked_at])
            .await?;
    }
    see_variant(tx, provider, facts).await
}

/// Remembers what it was for at that moment, also if that had not changed.
async fn see_variant(
    tx: &mut Tx<'_>,
    provider: &str,
    facts: &SubscriptionFacts,
) -> Result<(), StoreError> {
    const SEE_VARIANT: Sql = Sql::both(
        "INSERT INTO subscription_variants (provider, subscription_id, since, variant_id)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    );
    let args = args![provider, &facts.id, facts.updated_at, &facts.variant_id];
    tx.send(&SEE_VARIANT, args).await
}

/// What a subscription was for, the oldest first.
pub async fn variants(
    tx: &mut Tx<'_>,
    provider: &str,
    provider_id: &str,
) -> Result<Vec<VariantSeen>, StoreError> {
    const VARIANTS: Sql = Sql::both(
        "SELECT variant_id, since FROM subscription_variants
         WHERE provider = $1 AND subscription_id = $2
         ORDER BY since DESC, variant_id DESC LIMIT $3",
    );
    let args = args![provider, provider_id, VARIANTS_MAX];
    let mut seen = tx
        .all(&VARIANTS, args, |row| {
            Ok(VariantSeen {
                variant_id: row.next()?,
                since: row.next()?,
            })
        })
        .await?;
    seen.reverse();
    Ok(seen)
}

/// Says whose it is. Once said, it stays.
pub async fn claim(
    tx: &mut Tx<'_>,
    provider: &str,
    provider_id: &str,
    member: MemberId,
) -> Result<bool, StoreError> {
    const CLAIM: Sql = Sql::both(
        "UPDATE subscriptions SET user_id = $3
         WHERE provider = $1 AND provider_id = $2 AND user_id IS NULL",
    );
    Ok(tx.run(&CLAIM, args![provider, provider_id, member]).await? == 1)
}

/// The subscription with the merchant's id.
pub async fn find(
    tx: &mut Tx<'_>,
    provider: &str,
    provider_id: &str,
) -> Result<Option<SubscriptionRow>, StoreError> {
    const FIND: Sql = Sql::both(
        "SELECT id, provider, user_id, provider_id, store_id, test_mode, customer_id, order_id,
                variant_id, status, cancelled, pause_mode, renews_at, ends_at, trial_ends_at,
                began_at, updated_at, card_brand, card_last_four, processor, looked_at
         FROM subscriptions WHERE provider = $1 AND provider_id = $2",
    );
    tx.first(&FIND, args![provider, provider_id], read).await
}

/// The subscription with our own id.
pub async fn by_id(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<SubscriptionRow>, StoreError> {
    const BY_ID: Sql = Sql::both(
        "SELECT id, provider, user_id, provider_id, store_id, test_mode, customer_id, order_id,
                variant_id, status, cancelled, pause_mode, renews_at, ends_at, trial_ends_at,
                began_at, updated_at, card_brand, card_last_four, processor, looked_at
         FROM subscriptions WHERE id = $1",
    );
    tx.first(&BY_ID, args![id], read).await
}

/// The subscription that began with this order.
pub async fn by_order(
    tx: &mut Tx<'_>,
    provider: &str,
    order_id: &str,
) -> Result<Option<SubscriptionRow>, StoreError> {
    const BY_ORDER: Sql = Sql::both(
        "SELECT id, provider, user_id, provider_id, store_id, test_mode, customer_id, order_id,
                variant_id, status, cancelled, pause_mode, renews_at, ends_at, trial_ends_at,
                began_at, updated_at, card_brand, card_last_four, processor, looked_at
         FROM subscriptions WHERE provider = $1 AND order_id = $2 ORDER BY id LIMIT 1",
    );
    tx.first(&BY_ORDER, args![provider, order_id], read).await
}

/// A member's subscriptions, ended ones too, the latest first.
pub async fn of_member(
    tx: &mut Tx<'_>,
    member: MemberId,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(
        "SELECT id, provider, user_id, provider_id, store_id, test_mode, customer_id, order_id,
                variant_id, status, cancelled, pause_mode, renews_at, ends_at, trial_ends_at,
                began_at, updated_at, card_brand, card_last_four, processor, looked_at
         FROM subscriptions WHERE user_id = $1 ORDER BY began_at DESC, provider_id LIMIT $2",
    );
    tx.all(&OF_MEMBER, args![member, OF_MEMBER_MAX], read).await
}

/// Subscriptions about which there should have been news: a date of theirs passed between `since`
/// and `now`, they are not over, and we have not asked after `asked_before`.
pub async fn due(
    tx: &mut Tx<'_>,
    (since, now): (Timestamp, Timestamp),
    asked_before: Timestamp,
    limit: u32,
) -> Result<Vec<Uuid>, StoreError> {
    const DUE: Sql = Sql::both(
        "SELECT id FROM subscriptions
         WHERE ((renews_at > $1 AND renews_at <= $2) OR (ends_at > $1 AND ends_at <= $2))
           AND status NOT IN ('expired', 'unpaid')
           AND (looked_at IS NULL OR looked_at <= $3)
         ORDER BY COALESCE(looked_at, 0), id LIMIT $4",
    );
    let args = args![since, now, asked_before, limit.min(DUE_MAX)];
    tx.all(&DUE, args, crate::db::only).await
}

/// How many subscriptions nobody has claimed.
pub async fn unclaimed(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    const UNCLAIMED: Sql = Sql::both("SELECT COUNT(*) FROM subscriptions WHERE user_id IS NULL");
    let count = tx.first(&UNCLAIMED, args![], crate::db::only).await?;
    Ok(count.unwrap_or(0))
}

/// Subscriptions that are not over, the longest not asked about first.
pub async fn list_open(tx: &mut Tx<'_>) -> Result<Vec<Uuid>, StoreError> {
    const LIST_OPEN: Sql = Sql::both(
        "SELECT id FROM subscriptions WHERE status NOT IN ('expired', 'cancelled')
         ORDER BY COALESCE(looked_at, 0), id LIMIT $1",
    );
    tx.all(&LIST_OPEN, args![DUE_MAX], crate::db::only).await
}

/// Subscriptions nobody has claimed, the latest first, at most `limit`.
pub async fn list_unclaimed(
    tx: &mut Tx<'_>,
    limit: u32,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    const LIST_UNCLAIMED: Sql = Sql::both(
        "SELECT id, provider, user_id, provider_id, store_id, test_mode, customer_id, order_id,
                variant_id, status, cancelled, pause_mode, renews_at, ends_at, trial_ends_at,
                began_at, updated_at, card_brand, card_last_four, processor, looked_at
         FROM subscriptions WHERE user_id IS NULL ORDER BY began_at DESC, provider_id LIMIT $1",
    );
    tx.all(&LIST_UNCLAIMED, args![limit.min(DUE_MAX)], read)
        .await
}

fn read(row: &mut Row<'_>) -> Result<SubscriptionRow, StoreError> {
    let (id, provider, member) = (row.next()?, row.next()?, row.next()?);
    let provider_id = row.next()?;
    let origin = Origin {
        store_id: row.next()?,
        test_mode: row.next()?,
        checkout_ref: None,
        claimed_member: None,
    };
    let facts = SubscriptionFacts {
        id: provider_id,
        customer_id: row.next()?,
        order_id: row.next()?,
        variant_id: row.next()?,
        status: row.parse(SubscriptionStatus::from_slug)?,
        cancelled: row.next()?,
        pause: read_pause(row)?,
        renews_at: row.next()?,
        ends_at: row.next()?,
        trial_ends_at: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        card: read_card(row)?,
        processor: row.next()?,
        origin,
    };
    Ok(SubscriptionRow {
        id,
        provider,
        member,
        facts,
        looked_at: row.next()?,
    })
}

fn read_pause(row: &mut Row<'_>) -> Result<Option<PauseMode>, StoreError> {
    let Some(slug) = row.next::<Option<String>>()? else {
        return Ok(None);
    };
    let unknown = || StoreError::corrupt(format!("{slug:?} is no way to pause"));
    PauseMode::from_slug(&slug).map(Some).ok_or_else(unknown)
}

fn read_card(row: &mut Row<'_>) -> Result<Option<Card>, StoreError> {
    let (brand, last_four) = (row.next::<Option<String>>()?, row.next()?);
    let card = brand.zip(last_four);
    Ok(card.map(|(brand, last_four)| Card { brand, last_four }))
}
