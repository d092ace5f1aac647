//! Background work, as it is written down.

use nexora_core::{CharacterId, GenerationId, MemberId};
use nexora_store::jobs::Claimed;
use uuid::Uuid;

/// One kind of background work and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Take a generation one step further.
    Drive(GenerationId),
    /// Work off a delivery of the merchant's.
    ApplyWebhook(Uuid),
    /// Ask the merchant how a subscription stands.
    LookAtSubscription(Uuid),
    /// End a subscription at the merchant: its payment was paid back whole.
    CancelSubscription(Uuid),
    /// A member's period ends, by our own clock.
    TurnPeriod(MemberId),
    /// Remove what was still being made when a member left.
    ForgetRuns(MemberId),
    /// Let somebody go who was deleted at Clerk's.
    Leave(MemberId),
    /// Delete at Clerk's somebody who left.
    ForgetAtClerk(MemberId),
    /// Remove uploaded pictures that no run used in time.
    SweepUploads,
    /// Take the training of a character one step further.
    Train(CharacterId),
    /// Delete at the provider's a character that was deleted here.
    ForgetCharacter(CharacterId),
    /// Look for subscriptions and deliveries about which there should have been news.
    ReviewDue,
    /// Begin the nightly comparison of everything.
    ReviewNight,
    /// Compare a page of the merchant's subscriptions.
    ReviewSubscriptions(u32),
    /// Compare a page of the merchant's orders.
    ReviewOrders(u32),
}

impl Job {
    /// The name under which [`Job::Drive`] is stored.
    pub(crate) const DRIVE: &'static str = "drive";
    const APPLY_WEBHOOK: &'static str = "apply-webhook";
    const LOOK_AT_SUBSCRIPTION: &'static str = "look-at-subscription";
    const CANCEL_SUBSCRIPTION: &'static str = "cancel-subscription";
    const TURN_PERIOD: &'static str = "turn-period";
    const FORGET_RUNS: &'static str = "forget-runs";
    const LEAVE: &'static str = "leave";
    const FORGET_AT_CLERK: &'static str = "forget-at-clerk";
    const SWEEP_UPLOADS: &'static str = "sweep-uploads";
    const TRAIN: &'static str = "train";
    const FORGET_CHARACTER: &'static str = "forget-character";
    const REVIEW_DUE: &'static str = "review-due";
    const REVIEW_NIGHT: &'static str = "review-night";
    const REVIEW_SUBSCRIPTIONS: &'static str = "review-subscriptions";
    const REVIEW_ORDERS: &'static str = "review-orders";

    /// The name it is stored under.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Drive(_) => Self::DRIVE,
            Self::ApplyWebhook(_) => Self::APPLY_WEBHOOK,
            Self::LookAtSubscription(_) => Self::LOOK_AT_SUBSCRIPTION,
            Self::CancelSubscription(_) => Self::CANCEL_SUBSCRIPTION,
            Self::TurnPeriod(_) => Self::TURN_PERIOD,
            Self::ForgetRuns(_) => Self::FORGET_RUNS,
            Self::Leave(_) => Self::LEAVE,
            Self::ForgetAtClerk(_) => Self::FORGET_AT_CLERK,
            Self::SweepUploads => Self::SWEEP_UPLOADS,
            Self::Train(_) => Self::TRAIN,
            Self::ForgetCharacter(_) => Self::FORGET_CHARACTER,
            Self::ReviewDue => Self::REVIEW_DUE,
            Self::ReviewNight => Self::REVIEW_NIGHT,
            Self::ReviewSubscriptions(_) => Self::REVIEW_SUBSCRIPTIONS,
            Self::ReviewOrders(_) => Self::REVIEW_ORDERS,
        }
    }

    /// What it is about, as it is stored.
    pub(crate) fn subject(self) -> Uuid {
        match self {
            Self::Drive(id) => id.as_uuid(),
            Self::TurnPeriod(member)
            | Self::ForgetRuns(member)
            | Self::Leave(member)
            | Self::ForgetAtClerk(member) => member.as_uuid(),
            Self::ApplyWebhook(id)
            | Self::LookAtSubscription(id)
            | Self::CancelSubscription(id) => id,
            Self::Train(id) | Self::ForgetCharacter(id) => id.as_uuid(),
            Self::SweepUploads | Self::ReviewDue | Self::ReviewNight => Uuid::nil(),
            Self::ReviewSubscriptions(page) | Self::ReviewOrders(page) => {
                Uuid::from_u128(u128::from(page))
            }
        }
    }

    /// Reads a stored row; `None` for a kind this version does not know (written by a newer one).
    pub(crate) fn read(row: &Claimed) -> Option<Self> {
        let subject = row.subject;
        let page = || u32::try_from(subject.as_u128()).unwrap_or(u32::MAX);
        Some(match row.kind.as_str() {
            Self::DRIVE => Self::Drive(GenerationId::from_uuid(subject)),
            Self::APPLY_WEBHOOK => Self::ApplyWebhook(subject),
            Self::LOOK_AT_SUBSCRIPTION => Self::LookAtSubscription(subject),
            Self::CANCEL_SUBSCRIPTION => Self::CancelSubscription(subject),
            Self::TURN_PERIOD => Self::TurnPeriod(MemberId::from_uuid(subject)),
            Self::FORGET_RUNS => Self::ForgetRuns(MemberId::from_uuid(subject)),
            Self::LEAVE => Self::Leave(MemberId::from_uuid(subject)),
            Self::FORGET_AT_CLERK => Self::ForgetAtClerk(MemberId::from_uuid(subject)),
            Self::SWEEP_UPLOADS => Self::SweepUploads,
            Self::TRAIN => Self::Train(CharacterId::from_uuid(subject)),
            Self::FORGET_CHARACTER => Self::ForgetCharacter(CharacterId::from_uuid(subject)),
            Self::REVIEW_DUE => Self::ReviewDue,
            Self::REVIEW_NIGHT => Self::ReviewNight,
            Self::REVIEW_SUBSCRIPTIONS => Self::ReviewSubscriptions(page()),
            Self::REVIEW_ORDERS => Self::ReviewOrders(page()),
            _ => return None,
        })
    }
}
