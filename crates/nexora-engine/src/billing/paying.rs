//! How a member's plan stands, told so that a page can put it into words.

use nexora_core::billing::{Card, PauseMode, SubscriptionFacts, SubscriptionStatus};
use nexora_core::{MemberId, Plan, Timestamp};
use nexora_store::StoreError;
use nexora_store::Tx;
use nexora_store::billing::subscriptions::{self, SubscriptionRow};
use nexora_store::credits::{self, Balance};
use nexora_store::users::{self, PlanView, Rights};

use super::Billing;
use super::subscription::open_of;
use crate::{Engine, EngineError};

/// What every page of a member's shows around its own matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// What is there to spend.
    pub balance: Balance,
    /// What is paid for.
    pub paying: Paying,
}

/// How a member stands with the merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paying {
    /// The plan that counts, by our own clock.
    pub plan: Plan,
    /// How it stands.
    pub state: PlanState,
    /// The subscription that something could be done to, if there is one.
    pub subscription: Option<Subscribed>,
    /// A payment was reported as stolen: nothing is spent or bought until a person has looked.
    pub is_frozen: bool,
}

/// A subscription that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribed {
    /// What it is for. The plan that counts may be another one until it renews.
    pub plan: Plan,
    /// When the merchant asks for money again; `None` if it will not.
    pub renews_at: Option<Timestamp>,
    /// The card it is paid with, if it is one.
    pub card: Option<Card>,
}

/// How a plan stands. Pages speak differently about each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanState {
    /// Nothing is paid for.
    Free,
    /// It was given by hand; nothing is paid for it.
    Given,
    /// A subscription began, and we wait for the news of its payment.
    Confirming,
    /// Nothing was paid yet, and nothing is due before this moment.
    Trial(Option<Timestamp>),
    /// It renews at this moment.
    Renews(Option<Timestamp>),
    /// It renews as another plan.
    Becomes {
        /// Which one.
        plan: Plan,
        /// From when on.
        at: Option<Timestamp>,
    },
    /// It was cancelled and lasts until this moment.
    Ends(Option<Timestamp>),
    /// A renewal was not paid; the card is tried again, and the plan kept until this moment.
    PastDue(Option<Timestamp>),
    /// A renewal was not paid, and the card is not tried any more.
    Unpaid,
    /// Payments are paused.
    Paused {
        /// Whether the plan is kept meanwhile.
        is_kept: bool,
    },
}

/// Everything it is read from.
struct Known {
    rights: Rights,
    view: Option<PlanView>,
    rows: Vec<SubscriptionRow>,
}

impl Engine {
    /// What a member has and what they pay for, at one moment.
    pub async fn glance(&self, member: MemberId) -> Result<Glance, EngineError> {
        let now = self.now();
        let (balance, known): (Balance, Known) = self
            .read(move |tx| {
                Box::pin(async move {
                    let balance = credits::balance(tx, member, now).await?;
                    Ok((balance, known_of(tx, member, now).await?))
                })
            })
            .await?;
        let paying = paying(&known, self.billing(), now);
        Ok(Glance { balance, paying })
    }

    /// How a member stands with the merchant.
    pub async fn paying(&self, member: MemberId) -> Result<Paying, EngineError> {
        let now = self.now();
        let known: Known = self
            .read(move |tx| Box::pin(async move { known_of(tx, member, now).await }))
            .await?;
        Ok(paying(&known, self.billing(), now))
    }
}

async fn known_of(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<Known, StoreError> {
    let rights = users::rights_of(tx, member, now).await?;
    let view = users::plan_view_of(tx, member).await?;
    let rows = match view {
        Some(_) => subscriptions::of_member(tx, member).await?,
        // Whoever has a subscription has a view: both are written together.
        None => Vec::new(),
    };
    Ok(Known { rights, view, rows })
}

fn paying(known: &Known, billing: Option<&Billing>, now: Timestamp) -> Paying {
    let open = billing.and_then(|billing| open_of(&known.rows, known.rights.plan, billing, now));
    let state = match &open {
        Some(open) => state_of(known, &open.facts, open.plan),
        None => state_without(known),
    };
    Paying {
        plan: known.rights.plan,
        state,
        subscription: open.map(|open| Subscribed {
            plan: open.plan,
            renews_at: open.facts.renews_at.filter(|_| !open.is_cancelled),
            card: open.facts.card,
        }),
        is_frozen: known.rights.is_frozen,
    }
}

fn state_of(known: &Known, facts: &SubscriptionFacts, wanted: Plan) -> PlanState {
    let (plan, view) = (known.rights.plan, known.view.as_ref());
    let is_given = plan > Plan::Free && plan == known.rights.given;
    let until = view.and_then(|view| view.ends_at);
    match facts.status {
        SubscriptionStatus::OnTrial => PlanState::Trial(facts.trial_ends_at),
        SubscriptionStatus::Active if plan == Plan::Free => PlanState::Confirming,
        SubscriptionStatus::Active if plan == wanted || is_given => {
            PlanState::Renews(facts.renews_at)
        }
        SubscriptionStatus::Active => PlanState::Becomes {
            plan: wanted,
            at: facts.renews_at,
        },
        SubscriptionStatus::Paused => PlanState::Paused {
            is_kept: facts.pause == Some(PauseMode::Free),
        },
        SubscriptionStatus::PastDue => PlanState::PastDue(until),
        SubscriptionStatus::Cancelled if is_given => PlanState::Given,
        SubscriptionStatus::Cancelled => PlanState::Ends(facts.ends_at.or(until)),
        SubscriptionStatus::Unpaid | SubscriptionStatus::Expired => state_without(known),
    }
}

fn state_without(known: &Known) -> PlanState {
    let unpaid = SubscriptionStatus::Unpaid.slug();
    match &known.view {
        Some(_) if known.rights.plan > Plan::Free => PlanState::Given,
        Some(view) if view.status == unpaid => PlanState::Unpaid,
        Some(_) | None => PlanState::Free,
    }
}
