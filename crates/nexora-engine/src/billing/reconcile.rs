//! Deliveries get lost; the merchant's books do not. We compare: at the start, every hour what
//! should have moved, every night everything.

use std::time::Duration;

use nexora_core::billing::{SubscriptionFacts, SubscriptionStatus};
use nexora_core::{MemberId, Timestamp};
use nexora_providers::BillingError;
use nexora_store::billing::subscriptions::{self, SubscriptionRow};
use nexora_store::billing::{checkouts, inbox};
use nexora_store::{Lane, StoreError, Tx, credits};
use tracing::{error, warn};
use uuid::Uuid;

use super::Billing;
use super::news::News;
use super::review::Reviewer;
use crate::drive::Next;
use crate::job::Job;
use crate::{Engine, EngineError};

/// How often we look for news that should have come.
const DUE_EVERY: Duration = Duration::from_secs(3_600);
/// How long a date that passed is worth asking about every hour; then the nights are enough.
const DUE_FOR: Duration = Duration::from_secs(3 * 86_400);
/// The nightly comparison begins at 03:00 UTC, when most of our members sleep or do not mind.
const NIGHT_HOUR: Duration = Duration::from_secs(3 * 3_600);
const DAY_MS: i64 = 86_400_000;
/// A delivery that waits longer than this is worth a push.
const DELIVERY_WAIT_MAX: Duration = Duration::from_secs(600);
/// Space between questions: thirty subscriptions a minute are sixty questions, a fifth of what
/// Lemon Squeezy allows.
const QUESTION_EVERY: Duration = Duration::from_secs(2);
/// A subscription that ended longer ago than this has nothing to refund any more.
const ENDED_FOR_GOOD: Duration = Duration::from_secs(120 * 86_400);
/// How long to wait when the merchant does not answer.
const DOWN_WAIT: Duration = Duration::from_secs(120);
/// Pages read in one night: a hundred thousand of each.
const PAGES_MAX: u32 = 1_000;
/// Subscriptions, deliveries or members taken up in one review.
const TAKEN_MAX: u32 = 1_000;
/// How long deliveries and unused checkouts are kept: long enough to look into a complaint.
const KEPT_FOR: Duration = Duration::from_secs(90 * 86_400);

impl Engine {
    /// Plans the reviews: one now, then every hour and every night. Calling it again changes
    /// nothing.
    pub async fn plan_reviews(&self) -> Result<(), EngineError> {
        let Some(billing) = self.billing() else {
            return Ok(());
        };
        let reviewer = Reviewer::of(billing, self.now());
        let tonight = next_night(reviewer.now);
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    let now = reviewer.now;
                    reviewer.enqueue(tx, Job::ReviewDue, None, now).await?;
                    reviewer.enqueue(tx, Job::ReviewNight, None, tonight).await
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.0.bell.notify_one();
        Ok(())
    }

    /// The hourly review.
    pub(crate) async fn review_due(&self, billing: &Billing) -> Result<Next, EngineError> {
        let reviewer = Reviewer::of(billing, self.now());
        let next = reviewer.now.plus(DUE_EVERY);
        let (parked, unclaimed): (i64, i64) = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { take_up_due(tx, &reviewer).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        if parked > 0 {
            error!("{parked} deliveries are parked and wait for a person");
        }
        if unclaimed > 0 {
            warn!("{unclaimed} subscriptions belong to no member we know");
        }
        Ok(Next::At(next))
    }

    /// Begins the nightly comparison.
    pub(crate) async fn review_night(&self, billing: &Billing) -> Result<Next, EngineError> {
        let reviewer = Reviewer::of(billing, self.now());
        let next = next_night(reviewer.now);
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    for job in [Job::ReviewSubscriptions(1), Job::ReviewOrders(1)] {
                        reviewer.enqueue(tx, job, None, reviewer.now).await?;
                    }
                    Ok(())
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        Ok(Next::At(next))
    }

    /// Compares a page of subscriptions: each that is not long over is looked at, one by one.
    pub(crate) async fn review_subscriptions(
        &self,
        billing: &Billing,
        page: u32,
    ) -> Result<Next, EngineError> {
        let listed = match billing.merchant.subscriptions(page).await {
            Ok(listed) => listed,
            Err(why) => return Ok(self.ask_again(&why)),
        };
        if listed.unread > 0 {
            error!(page, "{} subscriptions could not be read", listed.unread);
        }
        let now = self.now();
        let ours = |facts: &SubscriptionFacts| billing.offers.concerns(&facts.origin);
        let alive = |facts: &SubscriptionFacts| {
            facts.status != SubscriptionStatus::Expired
                || facts.updated_at.plus(ENDED_FOR_GOOD) > now
        };
        let seen: Vec<SubscriptionFacts> = listed.facts.into_iter().filter(ours).collect();
        for facts in seen.iter().filter(|facts| alive(facts)).cloned() {
            self.take_in(billing, News::answer(facts)).await?;
        }
        let ids: Vec<String> = seen
            .into_iter()
            .filter(alive)
            .map(|facts| facts.id)
            .collect();
        let reviewer = Reviewer::of(billing, now);
        let more = listed.more && page < PAGES_MAX;
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    let asked = look_at_each(tx, &reviewer, &ids).await?;
                    if more {
                        let next = Job::ReviewSubscriptions(page + 1);
                        reviewer.enqueue(tx, next, None, asked).await?;
                    }
                    Ok(())
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        Ok(Next::Done)
    }

    /// Compares a page of orders: refunds and stolen payments show here even if nobody told us.
    pub(crate) async fn review_orders(
        &self,
        billing: &Billing,
        page: u32,
    ) -> Result<Next, EngineError> {
        let listed = match billing.merchant.orders(page).await {
            Ok(listed) => listed,
            Err(why) => return Ok(self.ask_again(&why)),
        };
        for order in listed.facts {
            if billing.offers.concerns(&order.origin) {
                let order = Some(order);
                let news = News {
                    order,
                    ..News::default()
                };
                self.take_in(billing, news).await?;
            }
        }
        if listed.more && page < PAGES_MAX {
            let reviewer = Reviewer::of(billing, self.now());
            self.store()
                .write(Lane::Any, move |tx| {
                    Box::pin(async move {
                        let soon = reviewer.now.plus(QUESTION_EVERY);
                        let next = Job::ReviewOrders(page + 1);
                        reviewer.enqueue(tx, next, None, soon).await
                    })
                })
                .await
                .map_err(|error: StoreError| EngineError::from(error))?;
        }
        Ok(Next::Done)
    }

    /// Asks the merchant how one subscription and its invoices stand.
    pub(crate) async fn look_at_subscription(
        &self,
        billing: &Billing,
        id: Uuid,
    ) -> Result<Next, EngineError> {
        let Some(row) = self.subscription_row(id).await? else {
            return Ok(Next::Done);
        };
        let told = match self.ask_about(billing, &row.facts.id).await {
            Ok(told) => told,
            Err(BillingError::NotFound) => {
                self.not_known(billing, &row.facts).await?;
                return Ok(Next::Done);
            }
            Err(why) => return Ok(self.ask_again(&why)),
        };
        self.take_in(billing, told).await?;
        Ok(Next::Done)
    }

    /// Ends a subscription whose payment was paid back whole: nobody expects it to go on.
    pub(crate) async fn cancel_refunded(
        &self,
        billing: &Billing,
        id: Uuid,
    ) -> Result<Next, EngineError> {
        let Some(row) = self.subscription_row(id).await? else {
            return Ok(Next::Done);
        };
        match billing.merchant.cancel(&row.facts.id).await {
            Ok(facts) => self.take_in(billing, News::answer(facts)).await?,
            Err(why) => return Ok(self.ask_again(&why)),
        }
        Ok(Next::Done)
    }

    async fn ask_about(&self, billing: &Billing, id: &str) -> Result<News, BillingError> {
        let facts = billing.merchant.subscription(id).await?;
        let invoices = billing.merchant.invoices(id).await?;
        if invoices.unread > 0 {
            error!(
                subscription = id,
                "{} invoices could not be read", invoices.unread
            );
        }
        Ok(News {
            invoices: invoices.facts,
            ..News::answer(facts)
        })
    }

    async fn subscription_row(&self, id: Uuid) -> Result<Option<SubscriptionRow>, EngineError> {
        self.read(move |tx| Box::pin(async move { subscriptions::by_id(tx, id).await }))
            .await
    }

    /// What to do when the merchant does not answer: the same later, unless it never will.
    fn ask_again(&self, why: &BillingError) -> Next {
        let wait = match why {
            BillingError::Busy(asked) => asked.unwrap_or(DOWN_WAIT).max(DOWN_WAIT),
            BillingError::Down | BillingError::Broken => DOWN_WAIT,
            BillingError::Misconfigured => DUE_EVERY,
            BillingError::NotFound | BillingError::Refused(_) => {
                error!("the merchant will not answer a question of ours: {why}");
                return Next::Done;
            }
        };
        warn!("the merchant has to be asked again: {why}");
        Next::At(self.now().plus(wait))
    }
}

/// Pushes what waits, asks about what should have moved, lets expire what is due, forgets what is
/// old. Says how many deliveries are parked and how many subscriptions unclaimed.
async fn take_up_due(tx: &mut Tx<'_>, reviewer: &Reviewer) -> Result<(i64, i64), StoreError> {
    let now = reviewer.now;
    for id in inbox::waiting(tx, now.minus(DELIVERY_WAIT_MAX), TAKEN_MAX).await? {
        reviewer
            .enqueue(tx, Job::ApplyWebhook(id), None, now)
            .await?;
    }
    let lately = (now.minus(DUE_FOR), now);
    let due = subscriptions::due(tx, lately, now.minus(DUE_EVERY), TAKEN_MAX).await?;
    let mut at = now;
    for id in due {
        let job = Job::LookAtSubscription(id);
        reviewer.enqueue(tx, job, None, at).await?;
        at = at.plus(QUESTION_EVERY);
    }
    let members: Vec<MemberId> = credits::expiring(tx, now, TAKEN_MAX).await?;
    for member in members {
        let job = Job::TurnPeriod(member);
        reviewer.enqueue(tx, job, Some(member), now).await?;
    }
    inbox::sweep(tx, now.minus(KEPT_FOR)).await?;
    checkouts::sweep(tx, now.minus(KEPT_FOR)).await?;
    Ok((
        inbox::parked(tx).await?,
        subscriptions::unclaimed(tx).await?,
    ))
}

/// Plans a look at each, with space between. Says when the last one is over.
async fn look_at_each(
    tx: &mut Tx<'_>,
    reviewer: &Reviewer,
    ids: &[String],
) -> Result<Timestamp, StoreError> {
    let mut at = reviewer.now;
    for id in ids {
        at = at.plus(QUESTION_EVERY);
        if let Some(row) = subscriptions::find(tx, reviewer.provider, id).await? {
            let job = Job::LookAtSubscription(row.id);
            reviewer.enqueue(tx, job, row.member, at).await?;
        }
    }
    Ok(at.plus(QUESTION_EVERY))
}

/// The next 03:00 UTC.
fn next_night(now: Timestamp) -> Timestamp {
    let midnight = Timestamp::from_ms(now.as_ms() - now.as_ms().rem_euclid(DAY_MS));
    let tonight = midnight.plus(NIGHT_HOUR);
    if tonight > now {
        tonight
    } else {
        tonight.plus(Duration::from_secs(86_400))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_always_ahead() {
        let at = |hours: u64| Timestamp::from_ms(0).plus(Duration::from_secs(hours * 3_600));
        assert_eq!(next_night(at(1)), at(3));
        assert_eq!(next_night(at(3)), at(27));
        assert_eq!(next_night(at(26)), at(27));
    }
}
