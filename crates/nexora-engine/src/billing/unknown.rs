//! The merchant knows nothing of a subscription it told us of.
//!
//! Where no real money moves that is a store that was begun afresh, for example the sandbox's: what
//! was paid for lasts to its end, nothing renews, and another plan can be bought. Where it does
//! move, our key may be of another store: nothing changes here, and the operator is told.

use nexora_core::billing::{SubscriptionFacts, SubscriptionStatus};
use nexora_core::{MemberId, Timestamp};
use nexora_providers::BillingError;
use nexora_store::billing::subscriptions;
use nexora_store::{Lane, StoreError};
use tracing::{error, warn};

use super::news::News;
use super::review::Reviewer;
use super::subscription::OpenSubscription;
use super::{Billing, PurchaseError};
use crate::job::Job;
use crate::{Engine, EngineError};

impl Engine {
    /// Asks the merchant about every subscription that is not over: its store may have been begun
    /// afresh since we last ran.
    pub async fn look_at_subscriptions(&self) -> Result<(), EngineError> {
        let Some(billing) = self.billing() else {
            return Ok(());
        };
        let reviewer = Reviewer::of(billing, self.now());
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    for id in subscriptions::list_open(tx).await? {
                        let job = Job::LookAtSubscription(id);
                        reviewer.enqueue(tx, job, None, reviewer.now).await?;
                    }
                    Ok(())
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.wake();
        Ok(())
    }

    /// What follows when the merchant answers that it does not know a subscription.
    pub(super) async fn not_known(
        &self,
        billing: &Billing,
        facts: &SubscriptionFacts,
    ) -> Result<(), EngineError> {
        let id = &facts.id;
        if !billing.offers.test_mode() {
            error!(
                subscription = id,
                "the merchant does not know a subscription of ours; is the key of our store?"
            );
            return Ok(());
        }
        let Some(ended) = ended(facts, self.now()) else {
            return Ok(());
        };
        warn!(
            subscription = id,
            "the merchant does not know a subscription any more: it ends with what is paid for"
        );
        self.take_in(billing, News::answer(ended)).await
    }

    /// Why the merchant did not do what a member asked for; what follows from that is done.
    pub(super) async fn not_done(
        &self,
        billing: &Billing,
        facts: &SubscriptionFacts,
        why: BillingError,
    ) -> PurchaseError {
        if why == BillingError::NotFound
            && let Err(trouble) = self.not_known(billing, facts).await
        {
            return trouble.into();
        }
        PurchaseError::Merchant(why)
    }

    /// The subscription that stands in the way of a second one, if it is still there: before
    /// somebody is turned away, the merchant is asked. While it does not answer, it is.
    pub(super) async fn still_open(
        &self,
        billing: &Billing,
        member: MemberId,
    ) -> Result<Option<OpenSubscription>, EngineError> {
        let Some(open) = self.open_subscription(billing, member).await? else {
            return Ok(None);
        };
        match billing.merchant.subscription(&open.facts.id).await {
            Ok(facts) => {
                self.take_in(billing, News::answer(facts)).await?;
                self.open_subscription(billing, member).await
            }
            Err(BillingError::NotFound) => {
                self.not_known(billing, &open.facts).await?;
                Ok(Some(open).filter(|_| !billing.offers.test_mode()))
            }
            Err(_) => Ok(Some(open)),
        }
    }
}

/// The facts of a subscription that will not renew; `None` if that is what they say already.
fn ended(facts: &SubscriptionFacts, now: Timestamp) -> Option<SubscriptionFacts> {
    match facts.status {
        SubscriptionStatus::Cancelled | SubscriptionStatus::Expired => None,
        SubscriptionStatus::OnTrial
        | SubscriptionStatus::Active
        | SubscriptionStatus::Paused
        | SubscriptionStatus::PastDue
        | SubscriptionStatus::Unpaid => Some(SubscriptionFacts {
            status: SubscriptionStatus::Cancelled,
            cancelled: true,
            ends_at: facts.renews_at.or(Some(now)),
            ..facts.clone()
        }),
    }
}
