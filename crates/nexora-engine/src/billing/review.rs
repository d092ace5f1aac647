//! Everything that follows for one member, worked out anew: credits, plan, and when to look next.

use std::sync::Arc;

use nexora_core::billing::{Entitlement, Offers, Step, SubscriptionStatus, entitled};
use nexora_core::{MemberId, Plan, Timestamp};
use nexora_store::billing::subscriptions::{self, SubscriptionRow};
use nexora_store::users::{self, PlanView};
use nexora_store::{Lane, StoreError, Tx, credits, jobs, live};
use tracing::warn;

use super::{Billing, settle};
use crate::drive::Next;
use crate::job::Job;
use crate::{Change, Engine, EngineError};

/// Works out what follows at one moment.
#[derive(Clone, Debug)]
pub(super) struct Reviewer {
    pub(super) provider: &'static str,
    pub(super) offers: Arc<Offers>,
    pub(super) now: Timestamp,
}

impl Reviewer {
    pub(super) fn of(billing: &Billing, now: Timestamp) -> Self {
        Self {
            provider: billing.merchant.slug(),
            offers: Arc::clone(&billing.offers),
            now,
        }
    }

    /// Settles every subscription of a member, writes down what counts for them, and asks to be
    /// called again when that changes by itself. Says when that is.
    pub(super) async fn review(
        &self,
        tx: &mut Tx<'_>,
        member: MemberId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let rows = subscriptions::of_member(tx, member).await?;
        let mut steps = Vec::with_capacity(rows.len());
        for row in &rows {
            let found = settle::settle(tx, self, member, row).await?;
            if found.is_refunded && renews(row) {
                let job = Job::CancelSubscription(row.id);
                self.enqueue(tx, job, Some(member), self.now).await?;
            }
            steps.push(found.steps);
        }
        let given = users::rights_of(tx, member, self.now).await?.given;
        steps.push(lasting(given));
        credits::expire(tx, member, self.now).await?;
        self.warn_of_second(member, &rows, &steps);
        let entitlement = entitled(&steps, self.now);
        if !rows.is_empty() {
            let view = view(&rows, &entitlement);
            users::set_plan_view(tx, member, &view, self.now).await?;
        }
        let next = self.next_change(tx, member, entitlement.until).await?;
        if let Some(moment) = next {
            let job = Job::TurnPeriod(member);
            self.enqueue(tx, job, Some(member), moment).await?;
        }
        Ok(next)
    }

    pub(super) async fn enqueue(
        &self,
        tx: &mut Tx<'_>,
        job: Job,
        member: Option<MemberId>,
        run_at: Timestamp,
    ) -> Result<(), StoreError> {
        jobs::enqueue(tx, job.kind(), job.subject(), member, run_at, self.now).await
    }

    async fn next_change(
        &self,
        tx: &mut Tx<'_>,
        member: MemberId,
        plan_until: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let buckets = credits::buckets(tx, member, self.now).await?;
        let expiry = buckets.iter().filter_map(|bucket| bucket.expires_at).min();
        Ok(plan_until.into_iter().chain(expiry).min())
    }

    fn warn_of_second(&self, member: MemberId, rows: &[SubscriptionRow], steps: &[Vec<Step>]) {
        let paid = rows.iter().zip(steps).filter(|(row, steps)| {
            renews(row) && entitled(std::slice::from_ref(*steps), self.now).plan > Plan::Free
        });
        if paid.count() > 1 {
            warn!(%member, "{member} pays for more than one subscription");
        }
    }
}

/// What was given by hand has no end in sight.
fn lasting(plan: Plan) -> Vec<Step> {
    let step = Step { plan, until: None };
    Vec::from_iter((plan > Plan::Free).then_some(step))
}

/// Whether the merchant will ask for money again.
fn renews(row: &SubscriptionRow) -> bool {
    match row.facts.status {
        SubscriptionStatus::OnTrial
        | SubscriptionStatus::Active
        | SubscriptionStatus::Paused
        | SubscriptionStatus::PastDue => true,
        SubscriptionStatus::Unpaid
        | SubscriptionStatus::Cancelled
        | SubscriptionStatus::Expired => false,
    }
}

/// What the table shows: the subscription that counts, or the latest one if none does. What was
/// given counts after all of them.
fn view(rows: &[SubscriptionRow], entitlement: &Entitlement) -> PlanView {
    let shown = rows.get(entitlement.source.unwrap_or(0));
    PlanView {
        plan: entitlement.plan,
        status: shown
            .map_or("expired", |row| row.facts.status.slug())
            .to_owned(),
        renews_at: shown
            .filter(|row| renews(row))
            .and_then(|row| row.facts.renews_at),
        ends_at: entitlement.until,
        then: entitlement.then,
    }
}

impl Engine {
    /// A member's period ends by our own clock, whatever the merchant says or does not say.
    pub(crate) async fn turn_period(
        &self,
        billing: &Billing,
        member: MemberId,
    ) -> Result<Next, EngineError> {
        let (reviewer, node) = (Reviewer::of(billing, self.now()), self.0.parts.node.clone());
        let next: Option<Timestamp> = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    users::lock(tx, member).await?;
                    let next = reviewer.review(tx, member).await?;
                    live::notify(tx, &node, member, None).await?;
                    Ok::<_, StoreError>(next)
                })
            })
            .await?;
        self.live().publish(member, Change::Everything);
        Ok(next.map_or(Next::Done, Next::At))
    }
}
