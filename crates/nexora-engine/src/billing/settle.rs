//! One subscription's credits are made to be what follows from what we were told. Doing it again
//! changes nothing.

use nexora_core::billing::{Due, InvoiceReason, Standing, Told, standing};
use nexora_core::{Credits, GrantId, MemberId, Timestamp};
use nexora_store::billing::grants::{self, BillingGrant, NewGrant, Payment};
use nexora_store::billing::subscriptions::SubscriptionRow;
use nexora_store::billing::{invoices, orders, subscriptions};
use nexora_store::credits::{self, Replenishment};
use nexora_store::{StoreError, Tx};
use tracing::{info, warn};

use super::review::Reviewer;

/// What the journal says when a payment goes back.
pub(super) const REFUND_NOTE: &str = "The payment was refunded";

/// Grants what is due, takes back what was refunded, and lets expire what is over.
pub(super) async fn settle(
    tx: &mut Tx<'_>,
    reviewer: &Reviewer,
    member: MemberId,
    row: &SubscriptionRow,
) -> Result<Standing, StoreError> {
    let told = told(tx, row).await?;
    let found = standing(&told, &reviewer.offers, reviewer.now);
    let granted = grants::of_subscription(tx, &row.provider, &row.facts.id).await?;
    take_back(tx, reviewer, &found, &granted).await?;
    let Some(until) = found.credits_until else {
        return Ok(found);
    };
    let (current, past): (Vec<&BillingGrant>, Vec<&BillingGrant>) = granted
        .iter()
        .partition(|grant| found.current.contains(&grant.payment_id));
    let mut closes: Vec<GrantId> = still_open(&past, reviewer.now);
    if until <= reviewer.now {
        closes.extend(still_open(&current, reviewer.now));
    } else {
        move_expiry(tx, &current, until, reviewer.now).await?;
    }
    for due in &found.due {
        let opening = Opening {
            row,
            member,
            due,
            until,
        };
        opening.grant(tx, reviewer, &closes).await?;
    }
    credits::close_buckets(tx, member, &closes, reviewer.now).await?;
    Ok(found)
}

async fn told(tx: &mut Tx<'_>, row: &SubscriptionRow) -> Result<Told, StoreError> {
    let (provider, id) = (row.provider.as_str(), row.facts.id.as_str());
    let first_order = match &row.facts.order_id {
        Some(order_id) => orders::find(tx, provider, order_id).await?,
        None => None,
    };
    Ok(Told {
        facts: row.facts.clone(),
        variants: subscriptions::variants(tx, provider, id).await?,
        invoices: invoices::of_subscription(tx, provider, id).await?,
        first_order: first_order.map(|order| order.facts),
    })
}

async fn take_back(
    tx: &mut Tx<'_>,
    reviewer: &Reviewer,
    found: &Standing,
    granted: &[BillingGrant],
) -> Result<(), StoreError> {
    for back in &found.take_back {
        let grant = granted
            .iter()
            .find(|grant| grant.payment_id == back.invoice_id);
        if let Some(grant) = grant {
            take_back_of(tx, reviewer, grant, back.credits).await?;
        }
    }
    Ok(())
}

/// Takes back until `wanted` in all is settled: what is left of the bucket, and a note of the
/// rest.
pub(super) async fn take_back_of(
    tx: &mut Tx<'_>,
    reviewer: &Reviewer,
    grant: &BillingGrant,
    wanted: Credits,
) -> Result<(), StoreError> {
    let missing = wanted.checked_sub(grant.settled()).unwrap_or(Credits::ZERO);
    if missing.is_zero() {
        return Ok(());
    }
    let (member, bucket, now) = (grant.member, grant.grant, reviewer.now);
    let taken = credits::claw_back(tx, member, bucket, missing, REFUND_NOTE, now).await?;
    let shortfall = missing.checked_sub(taken).unwrap_or(Credits::ZERO);
    if !shortfall.is_zero() {
        warn!(%member, payment = grant.payment_id, "{shortfall} of a refund had been spent");
    }
    grants::note_take_back(tx, reviewer.provider, bucket, taken, shortfall).await
}

fn still_open(granted: &[&BillingGrant], now: Timestamp) -> Vec<GrantId> {
    let open = granted.iter().filter(|grant| is_open(grant, now));
    open.map(|grant| grant.grant).collect()
}

fn is_open(grant: &BillingGrant, now: Timestamp) -> bool {
    grant.expires_at.is_none_or(|at| at > now)
}

async fn move_expiry(
    tx: &mut Tx<'_>,
    current: &[&BillingGrant],
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    for grant in current.iter().filter(|grant| is_open(grant, now)) {
        if grant.expires_at != Some(until) {
            credits::set_expiry(tx, grant.grant, until).await?;
        }
    }
    Ok(())
}

/// A month's credits about to be granted.
struct Opening<'s> {
    row: &'s SubscriptionRow,
    member: MemberId,
    due: &'s Due,
    until: Timestamp,
}

impl Opening<'_> {
    async fn grant(
        &self,
        tx: &mut Tx<'_>,
        reviewer: &Reviewer,
        closes: &[GrantId],
    ) -> Result<(), StoreError> {
        let Self {
            row, member, due, ..
        } = self;
        let source = format!("{}:invoice:{}", reviewer.provider, due.invoice_id);
        let note = self.note();
        let new = Replenishment {
            closes,
            amount: due.credits,
            expires_at: self.until,
            source: &source,
            note: &note,
        };
        let opened = credits::replenish(tx, *member, new, reviewer.now).await?;
        let Some(grant) = opened else {
            // The source gave before, and no grant was noted: somebody changed rows by hand.
            return Err(StoreError::Corrupt(format!("{source} granted unnoted")));
        };
        let noted = NewGrant {
            provider: reviewer.provider,
            payment: Payment::Invoice,
            payment_id: &due.invoice_id,
            subscription_id: Some(&row.facts.id),
            member: *member,
            grant,
            granted: due.credits,
        };
        info!(%member, invoice = due.invoice_id, "{} for {}", due.credits, due.plan);
        grants::insert(tx, noted, reviewer.now).await
    }

    fn note(&self) -> String {
        let plan = self.due.plan;
        match self.due.reason {
            InvoiceReason::Initial => format!("{plan}: the first month"),
            InvoiceReason::Renewal => format!("{plan}: a new month"),
            InvoiceReason::Updated => format!("{plan}: the larger plan for this month"),
        }
    }
}
