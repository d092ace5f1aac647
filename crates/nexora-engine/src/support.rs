//! What a person puts right when somebody asks for help. Only the database is needed: it can be
//! done beside a running studio, whose worker does the rest.

use std::fmt;

use nexora_core::{MemberId, Plan, Timestamp};
use nexora_store::billing::inbox::{self, Parked};
use nexora_store::billing::orders;
use nexora_store::billing::subscriptions::{self, SubscriptionRow};
use nexora_store::deeds::{self, Deed, DeedKind};
use nexora_store::{Lane, Store, StoreError, Tx, jobs, users};
use uuid::Uuid;

use crate::job::Job;

/// Most deliveries or subscriptions listed at once; more than that is an incident, not a case.
const LISTED_MAX: u32 = 500;

/// Why nothing was put right.
#[derive(Debug)]
pub enum SupportError {
    /// Whoever does it has to say why.
    NoReason,
    /// No delivery with this id was given up.
    NotParked,
    /// The merchant never told us of a subscription with this id.
    NoSubscription,
    /// It is a member's already.
    Claimed(MemberId),
    /// The member may spend and buy already.
    NotFrozen,
    /// Something inside failed.
    Store(StoreError),
}

/// Deliveries that were given up, the oldest first.
pub async fn parked(store: &Store) -> Result<Vec<Parked>, StoreError> {
    store
        .read(|tx| Box::pin(async move { inbox::list_parked(tx, LISTED_MAX).await }))
        .await
}

/// Lets a delivery that was given up be worked off again.
pub async fn retry_parked(store: &Store, id: Uuid, now: Timestamp) -> Result<(), SupportError> {
    store
        .write(Lane::Any, move |tx| {
            Box::pin(async move {
                if !inbox::unpark(tx, id).await? {
                    return Err(SupportError::NotParked);
                }
                enqueue(tx, Job::ApplyWebhook(id), None, now).await
            })
        })
        .await
}

/// Subscriptions nobody has claimed, the latest first.
pub async fn unclaimed(store: &Store) -> Result<Vec<SubscriptionRow>, StoreError> {
    store
        .read(|tx| Box::pin(async move { subscriptions::list_unclaimed(tx, LISTED_MAX).await }))
        .await
}

/// Gives a subscription that nobody has claimed to a member. `id` is the merchant's. The worker
/// asks the merchant about it then, and grants what is due.
pub async fn assign_subscription(
    store: &Store,
    (provider, id): (&'static str, String),
    member: MemberId,
    reason: String,
    now: Timestamp,
) -> Result<(), SupportError> {
    let reason = given(reason)?;
    store
        .write(Lane::Member(member), move |tx| {
            Box::pin(async move {
                let row = subscriptions::find(tx, provider, &id).await?;
                let row = row.ok_or(SupportError::NoSubscription)?;
                if let Some(owner) = row.member {
                    return Err(SupportError::Claimed(owner));
                }
                subscriptions::claim(tx, provider, &id, member).await?;
                if let Some(order_id) = &row.facts.order_id {
                    orders::claim(tx, provider, order_id, member).await?;
                }
                let deed = Deed {
                    kind: DeedKind::AssignSubscription,
                    subject: Some(id),
                    reason,
                    at: now,
                };
                deeds::insert(tx, member, &deed).await?;
                // What we know counts at once; what we do not know is asked for.
                enqueue(tx, Job::TurnPeriod(member), Some(member), now).await?;
                enqueue(tx, Job::LookAtSubscription(row.id), Some(member), now).await
            })
        })
        .await
}

/// Lets a frozen member spend and buy again. The payments it was frozen for are no reason any
/// more; another one is.
pub async fn unfreeze(
    store: &Store,
    member: MemberId,
    reason: String,
    now: Timestamp,
) -> Result<(), SupportError> {
    let reason = given(reason)?;
    store
        .write(Lane::Member(member), move |tx| {
            Box::pin(async move {
                if !users::rights_of(tx, member, now).await?.is_frozen {
                    return Err(SupportError::NotFrozen);
                }
                users::unfreeze(tx, member).await?;
                orders::clear(tx, member, now).await?;
                let deed = Deed {
                    kind: DeedKind::Unfreeze,
                    subject: None,
                    reason,
                    at: now,
                };
                Ok(deeds::insert(tx, member, &deed).await?)
            })
        })
        .await
}

/// Gives a member a plan; it lasts until another one is given, and [`Plan::Free`] takes it back.
/// Beside a subscription, the larger of the two counts: the worker finds out which that is.
pub async fn set_plan(
    store: &Store,
    member: MemberId,
    plan: Plan,
    reason: String,
    now: Timestamp,
) -> Result<(), SupportError> {
    let reason = given(reason)?;
    store
        .write(Lane::Member(member), move |tx| {
            Box::pin(async move {
                let has_subscription = !subscriptions::of_member(tx, member).await?.is_empty();
                let has = users::plan_of(tx, member, now).await?;
                if plan > has || !has_subscription {
                    users::set_plan(tx, member, plan, now).await?;
                } else {
                    users::give_plan(tx, member, plan, now).await?;
                }
                if has_subscription {
                    enqueue(tx, Job::TurnPeriod(member), Some(member), now).await?;
                }
                let deed = Deed {
                    kind: DeedKind::SetPlan,
                    subject: Some(plan.slug().to_owned()),
                    reason,
                    at: now,
                };
                Ok(deeds::insert(tx, member, &deed).await?)
            })
        })
        .await
}

fn given(reason: String) -> Result<String, SupportError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(SupportError::NoReason);
    }
    Ok(reason.to_owned())
}

async fn enqueue(
    tx: &mut Tx<'_>,
    job: Job,
    member: Option<MemberId>,
    now: Timestamp,
) -> Result<(), SupportError> {
    Ok(jobs::enqueue(tx, job.kind(), job.subject(), member, now, now).await?)
}

impl fmt::Display for SupportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReason => f.write_str("a reason is needed; it stays written down"),
            Self::NotParked => f.write_str("no delivery with this id waits for a person"),
            Self::NoSubscription => f.write_str(
                "the merchant never told us of this subscription; is it the number that \
                 Lemon Squeezy shows, and of our store?",
            ),
            Self::Claimed(owner) => write!(f, "it belongs to {owner} already, and stays there"),
            Self::NotFrozen => f.write_str("the member is not frozen"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SupportError {}

impl From<StoreError> for SupportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
