//! Leaving: the subscription ends first, then nothing says any more who it was. The books stay.

use std::fmt;
use std::time::Duration;

use nexora_core::billing::SubscriptionStatus;
use nexora_core::{GenerationId, Member, MemberId};
use nexora_providers::BillingError;
use nexora_store::{Lane, Listing, StoreError, comparisons, jobs, users};

use super::CLERK;
use crate::drive::Next;
use crate::job::Job;
use crate::{CancelError, Change, Engine, EngineError};

/// Runs taken up at a time.
const RUNS_PAGE: u32 = 100;
/// When to look for what was still being made: most pictures and clips have ended by then.
const LEFTOVERS_WAIT: Duration = Duration::from_secs(600);

/// Why somebody did not leave. Nothing was deleted.
#[derive(Debug)]
pub enum FarewellError {
    /// Their subscription could not be ended, and would be paid for on.
    Merchant(BillingError),
    /// Something inside failed.
    Engine(EngineError),
}

impl Engine {
    /// Deletes an account: ends its subscription, stops and removes what it made, takes away
    /// name, address, password and sessions. Its lines in the books stay, under nobody's name.
    /// Clerk is told by a worker, as often as it takes.
    pub async fn farewell(&self, member: &Member) -> Result<(), FarewellError> {
        self.end_subscriptions(member).await?;
        self.remove_runs(member).await?;
        self.forget_boards(member.id).await?;
        self.forget_cast(member.id).await?;
        self.forget_uploads(member.id).await?;
        let (id, now) = (member.id, self.now());
        let _left: bool = self
            .store()
            .write(Lane::Member(id), move |tx| {
                Box::pin(async move {
                    let job = Job::ForgetRuns(id);
                    let soon = now.plus(LEFTOVERS_WAIT);
                    jobs::enqueue(tx, job.kind(), job.subject(), Some(id), soon, now).await?;
                    if !users::identities_of(tx, CLERK, id).await?.is_empty() {
                        let job = Job::ForgetAtClerk(id);
                        jobs::enqueue(tx, job.kind(), job.subject(), Some(id), now, now).await?;
                    }
                    comparisons::forget(tx, id).await?;
                    users::forget_words(tx, id).await?;
                    users::bury(tx, id, now).await
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.live().publish(id, Change::Sessions);
        self.0.bell.notify_one();
        Ok(())
    }

    /// Removes what was still being made when its member left, once it has ended.
    pub(crate) async fn forget_runs(&self, id: MemberId) -> Result<Next, EngineError> {
        let mut is_left = false;
        let mut before = None;
        loop {
            let page = self.runs(page_of(id, before)).await?;
            let Some(last) = page.last() else {
                break;
            };
            before = Some(last.generation.id);
            for run in page {
                is_left |= !self.delete_run(id, run.generation.id).await?;
            }
        }
        let _forgotten: u64 = self
            .store()
            .write(Lane::Member(id), move |tx| {
                Box::pin(async move { users::forget_words(tx, id).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        Ok(if is_left {
            Next::At(self.now().plus(LEFTOVERS_WAIT))
        } else {
            Next::Done
        })
    }

    async fn end_subscriptions(&self, member: &Member) -> Result<(), FarewellError> {
        for row in self.subscription_rows(member.id).await? {
            let is_paid_on = match row.facts.status {
                SubscriptionStatus::OnTrial
                | SubscriptionStatus::Active
                | SubscriptionStatus::PastDue
                | SubscriptionStatus::Paused
                | SubscriptionStatus::Unpaid => true,
                SubscriptionStatus::Cancelled | SubscriptionStatus::Expired => false,
            };
            if is_paid_on {
                self.end_subscription(&row.facts.id).await?;
            }
        }
        Ok(())
    }

    async fn remove_runs(&self, member: &Member) -> Result<(), FarewellError> {
        let mut before = None;
        loop {
            let page = self.runs(page_of(member.id, before)).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            before = Some(last.generation.id);
            for run in page {
                let id = run.generation.id;
                match self.cancel(member, id).await {
                    Ok(_) | Err(CancelError::NotFound | CancelError::Ended(_)) => {}
                    Err(CancelError::Engine(error)) => return Err(error.into()),
                }
                // One that a provider is still busy with is removed when it has ended.
                self.delete_run(member.id, id).await?;
            }
        }
    }
}

fn page_of(member: MemberId, before: Option<GenerationId>) -> Listing {
    Listing {
        member,
        before,
        limit: RUNS_PAGE,
        words: Vec::new(),
        kind: None,
        model: None,
        states: Vec::new(),
        favourite: false,
    }
}

impl fmt::Display for FarewellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Merchant(_) => f.write_str(
                "Your subscription could not be ended, so nothing was deleted. \
                 Try again in a moment.",
            ),
            Self::Engine(_) => {
                f.write_str("Something went wrong on our side. Try again in a moment.")
            }
        }
    }
}

impl std::error::Error for FarewellError {}

impl<E: Into<EngineError>> From<E> for FarewellError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}
