//! News is kept as it was said; then everything that follows for its member is worked out anew.

use nexora_core::billing::{
    BillingEvent, InvoiceFacts, OrderFacts, OrderStatus, SubscriptionFacts,
};
use nexora_core::{MemberId, Timestamp};
use nexora_store::billing::{checkouts, invoices, orders, subscriptions};
use nexora_store::{Lane, StoreError, Tx, live, users};
use tracing::{error, warn};

use super::review::Reviewer;
use super::{Billing, packs};
use crate::{Change, Engine, EngineError};

/// What a delivery or an answer of the merchant's told us. All of it is about one purchase.
#[derive(Clone, Debug, Default)]
pub(super) struct News {
    pub(super) subscription: Option<SubscriptionFacts>,
    /// Whether the merchant was asked about the subscription just now.
    pub(super) was_asked: bool,
    pub(super) invoices: Vec<InvoiceFacts>,
    pub(super) order: Option<OrderFacts>,
}

impl News {
    /// The merchant answered how a subscription stands.
    pub(super) fn answer(subscription: SubscriptionFacts) -> Self {
        Self {
            subscription: Some(subscription),
            was_asked: true,
            ..Self::default()
        }
    }

    pub(super) fn of(event: BillingEvent) -> Self {
        let nothing = Self::default();
        match event {
            BillingEvent::Subscription(facts) => Self {
                subscription: Some(facts),
                ..nothing
            },
            BillingEvent::Invoice(facts) => Self {
                invoices: vec![facts],
                ..nothing
            },
            BillingEvent::Order(facts) => Self {
                order: Some(facts),
                ..nothing
            },
        }
    }

    fn subscription_id(&self) -> Option<&str> {
        let told = self.subscription.as_ref().map(|facts| facts.id.as_str());
        let invoice = self.invoices.first();
        told.or_else(|| invoice.map(|facts| facts.subscription_id.as_str()))
    }

    fn order_id(&self) -> Option<&str> {
        let told = self.order.as_ref().map(|facts| facts.id.as_str());
        let begun = self.subscription.as_ref();
        told.or_else(|| begun.and_then(|facts| facts.order_id.as_deref()))
    }

    fn checkout_ref(&self) -> Option<&str> {
        let subscription = self.subscription.iter().map(|facts| &facts.origin);
        let invoices = self.invoices.iter().map(|facts| &facts.origin);
        let order = self.order.iter().map(|facts| &facts.origin);
        let mut origins = subscription.chain(invoices).chain(order);
        origins.find_map(|origin| origin.checkout_ref.as_deref())
    }
}

impl Engine {
    /// Keeps news and works out what follows, in one transaction. Hearing the same twice changes
    /// nothing.
    pub(super) async fn take_in(&self, billing: &Billing, news: News) -> Result<(), EngineError> {
        let provider = billing.merchant.slug();
        let asked = news.clone();
        let member: Option<MemberId> = self
            .read(move |tx| Box::pin(async move { probably_of(tx, provider, &asked).await }))
            .await?;
        let lane = member.map_or(Lane::Any, Lane::Member);
        let (engine, reviewer) = (self.clone(), Reviewer::of(billing, self.now()));
        let member: Option<MemberId> = self
            .store()
            .write(lane, move |tx| {
                Box::pin(async move {
                    let member = keep(tx, &reviewer, &news).await?;
                    if let Some(member) = member {
                        live::notify(tx, &engine.0.parts.node, member, None).await?;
                    }
                    Ok::<_, EngineError>(member)
                })
            })
            .await?;
        if let Some(member) = member {
            self.live().publish(member, Change::Everything);
        }
        Ok(())
    }
}

/// Whose the news will turn out to be, to wait in the right line. Nothing is decided by it.
async fn probably_of(
    tx: &mut Tx<'_>,
    provider: &str,
    news: &News,
) -> Result<Option<MemberId>, StoreError> {
    if let Some(id) = news.subscription_id()
        && let Some(found) = subscriptions::find(tx, provider, id).await?
        && found.member.is_some()
    {
        return Ok(found.member);
    }
    if let Some(id) = news.order_id()
        && let Some(found) = orders::find(tx, provider, id).await?
        && found.member.is_some()
    {
        return Ok(found.member);
    }
    match news.checkout_ref() {
        Some(checkout_ref) => checkouts::member_of(tx, checkout_ref).await,
        None => Ok(None),
    }
}

async fn keep(
    tx: &mut Tx<'_>,
    reviewer: &Reviewer,
    news: &News,
) -> Result<Option<MemberId>, EngineError> {
    let (provider, now) = (reviewer.provider, reviewer.now);
    if let Some(facts) = &news.subscription {
        let asked_at = news.was_asked.then_some(now);
        subscriptions::save(tx, provider, facts, asked_at).await?;
    }
    for facts in &news.invoices {
        invoices::save(tx, provider, facts).await?;
    }
    if let Some(facts) = &news.order {
        orders::save(tx, provider, facts).await?;
    }
    let Some(member) = claim(tx, provider, news, now).await? else {
        warn!(
            subscription = news.subscription_id(),
            order = news.order_id(),
            "a payment belongs to no member we know: it is kept until its checkout is told"
        );
        return Ok(None);
    };
    users::lock(tx, member).await?;
    if let Some(facts) = &news.order {
        freeze_if_stolen(tx, reviewer, member, facts).await?;
        packs::settle(tx, reviewer, member, &facts.id).await?;
    }
    reviewer.review(tx, member).await?;
    Ok(Some(member))
}

/// Whose it is: by the mapping made earlier, or by the single-use reference of a checkout. Never
/// by an address, a customer or what a link claims. Once known, every part of it is theirs.
async fn claim(
    tx: &mut Tx<'_>,
    provider: &str,
    news: &News,
    now: Timestamp,
) -> Result<Option<MemberId>, EngineError> {
    let mut subscription = match news.subscription_id() {
        Some(id) => subscriptions::find(tx, provider, id).await?,
        None => None,
    };
    let begun_with = subscription.as_ref();
    let begun_with = begun_with.and_then(|row| row.facts.order_id.clone());
    let order_id = news.order_id().map(str::to_owned).or(begun_with);
    let order = match &order_id {
        Some(id) => orders::find(tx, provider, id).await?,
        None => None,
    };
    if let (None, Some(id)) = (&subscription, &order_id) {
        subscription = subscriptions::by_order(tx, provider, id).await?;
    }
    let by_subscription = subscription.as_ref().and_then(|row| row.member);
    let known = by_subscription.or_else(|| order.as_ref().and_then(|row| row.member));
    let used_by = order_id
        .as_deref()
        .or(subscription.as_ref().map(|row| row.facts.id.as_str()));
    let member = match (known, news.checkout_ref(), used_by) {
        (Some(member), _, _) => Some(member),
        (None, Some(checkout_ref), Some(used_by)) => {
            checkouts::redeem(tx, checkout_ref, used_by, now).await?
        }
        (None, _, _) => None,
    };
    if let Some(member) = member {
        if let Some(row) = subscription.filter(|row| row.member.is_none()) {
            subscriptions::claim(tx, provider, &row.facts.id, member).await?;
        }
        if let Some(row) = order.filter(|row| row.member.is_none()) {
            orders::claim(tx, provider, &row.facts.id, member).await?;
        }
    }
    Ok(member)
}

/// Freezes whoever paid with what was stolen, unless a person has looked into this payment already:
/// the merchant reports it again every night.
async fn freeze_if_stolen(
    tx: &mut Tx<'_>,
    reviewer: &Reviewer,
    member: MemberId,
    order: &OrderFacts,
) -> Result<(), EngineError> {
    let is_stolen = order.status == OrderStatus::Fraudulent;
    if !is_stolen || orders::is_cleared(tx, reviewer.provider, &order.id).await? {
        return Ok(());
    }
    if users::freeze(tx, member, reviewer.now).await? {
        error!(%member, order = order.id, "{member} is frozen: a payment was reported as stolen");
    }
    Ok(())
}
