//! The life of a generation: `Queued → Submitting → Running → Saving → Ready`, or an end that
//! gives the credits back.

mod reason;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use reason::with_detail;
pub use reason::{Failure, Refusal, cut_detail};

use crate::catalog::Provider;
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::id::{GenerationId, MemberId};
use crate::order::{Order, Quote};

/// One run of one model for one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Its id.
    pub id: GenerationId,
    /// Who ordered it and pays for it.
    pub member: MemberId,
    /// What was ordered.
    pub order: Order,
    /// The price that was accepted. It is never exceeded.
    pub quote: Quote,
    /// Where it is in its life.
    pub state: GenerationState,
    /// How often a provider was asked to start it. Each attempt is submitted at most once.
    pub attempt: u32,
    /// Which of the model's routes is in use, from 0.
    pub route_index: u32,
    /// Who runs it; `None` until the first attempt.
    pub run_by: Option<RunBy>,
    /// The provider's receipt for the submitted job, in the adapter's own form.
    pub ticket: Option<String>,
    /// Where the finished outputs are waiting, in the adapter's own form, while they are saved.
    pub outputs: Option<String>,
    /// What the provider last said about its progress.
    pub progress: Progress,
    /// Whether the member asked for it to be stopped.
    pub cancel_requested: bool,
    /// What was charged in the end: `None` while it lives, 0 when the credits came back.
    pub charged: Option<Credits>,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the present attempt was handed to the provider.
    pub submitted_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether its owner marked it as a favourite.
    pub favourite: bool,
    /// Counts changes; a change is written only over the version it was made from.
    pub version: i64,
}

/// The route an attempt took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBy {
    /// Who.
    pub provider: Provider,
    /// The provider's own name for the model.
    pub upstream: String,
}

/// How far a provider says it is. None of it is promised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub percent: Option<u8>,
    /// Place in the provider's queue, from 0.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub queue_position: Option<u32>,
    /// Its last log line, cut to 120 characters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<String>,
}

/// Where a generation is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GenerationState {
    /// Waiting for a place. Nobody has been asked yet.
    Queued,
    /// An attempt was written down and is being handed to the provider.
    Submitting,
    /// The provider accepted it.
    Running,
    /// The provider is done; the outputs are on their way into our store.
    Saving,
    /// The outputs are stored and paid for.
    Ready,
    /// It could not be made; the credits came back.
    Failed(Failure),
    /// The provider did not want to make it; the credits came back.
    Refused(Refusal),
    /// The member stopped it; the credits came back.
    Cancelled,
    /// The provider may or may not have accepted it. The credits stay held until `until`.
    Unknown {
        /// When we stop waiting for an answer and give the credits back.
        until: Timestamp,
    },
}

/// A change that its state does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTransition {
    /// The state it was in.
    pub from: &'static str,
    /// What was tried.
    pub to: &'static str,
}

impl fmt::Display for InvalidTransition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a generation that is {} cannot become {}",
            self.from, self.to
        )
    }
}

impl std::error::Error for InvalidTransition {}

impl GenerationState {
    /// The name stored and sent.
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Running => "running",
            Self::Saving => "saving",
            Self::Ready => "ready",
            Self::Failed(_) => "failed",
            Self::Refused(_) => "refused",
            Self::Cancelled => "cancelled",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// All state names, in the order of a life.
    pub const SLUGS: [&'static str; 9] = [
        "queued",
        "submitting",
        "running",
        "saving",
        "ready",
        "failed",
        "refused",
        "cancelled",
        "unknown",
    ];

    /// Whether nothing will change any more.
    pub const fn has_ended(&self) -> bool {
        matches!(
            self,
            Self::Ready | Self::Failed(_) | Self::Refused(_) | Self::Cancelled
        )
    }
}

impl Generation {
    /// A new order, accepted at `quote`.
    pub fn new(
        id: GenerationId,
        member: MemberId,
        order: Order,
        quote: Quote,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            member,
            order,
            quote,
            state: GenerationState::Queued,
            attempt: 0,
            route_index: 0,
            run_by: None,
            ticket: None,
            outputs: None,
            progress: Progress::default(),
            cancel_requested: false,
            charged: None,
            created_at: now,
            updated_at: now,
            submitted_at: None,
            ended_at: None,
            favourite: false,
            version: 0,
        }
    }

    /// Writes down the next attempt, before the provider is called: `Queued → Submitting`.
    pub fn begin(self, run_by: RunBy, now: Timestamp) -> Result<Self, InvalidTransition> {
        let attempt = self.attempt.saturating_add(1);
        let queued = self.only("submitting", &["queued"])?;
        Ok(Self {
            attempt,
            run_by: Some(run_by),
            submitted_at: Some(now),
            progress: Progress::default(),
            ..queued.become_state(GenerationState::Submitting, now)
        })
    }

    /// The provider did not take it, or took it and broke it, and said so: back to the queue, to
    /// be submitted anew by `route_index`.
    pub fn requeue(self, route_index: u32, now: Timestamp) -> Result<Self, InvalidTransition> {
        let given_back = self.only("queued", &["submitting", "running"])?;
        Ok(Self {
            route_index,
            ticket: None,
            ..given_back.become_state(GenerationState::Queued, now)
        })
    }

    /// The provider took it: `Submitting` (or `Unknown`, found again) `→ Running`.
    pub fn accept(self, ticket: String, now: Timestamp) -> Result<Self, InvalidTransition> {
        let asked = self.only("running", &["submitting", "unknown"])?;
        Ok(Self {
            ticket: Some(ticket),
            ..asked.become_state(GenerationState::Running, now)
        })
    }

    /// The provider said something new about its progress.
    pub fn advance(self, progress: Progress, now: Timestamp) -> Result<Self, InvalidTransition> {
        let running = self.only("running", &["running"])?;
        Ok(Self {
            progress,
            ..running.become_state(GenerationState::Running, now)
        })
    }

    /// The provider is done: `→ Saving`.
    pub fn save(self, outputs: String, now: Timestamp) -> Result<Self, InvalidTransition> {
        let made = self.only("saving", &["submitting", "running", "saving", "unknown"])?;
        Ok(Self {
            outputs: Some(outputs),
            ..made.become_state(GenerationState::Saving, now)
        })
    }

    /// The outputs are stored: `→ Ready`, charged with `charged`.
    pub fn finish(self, charged: Credits, now: Timestamp) -> Result<Self, InvalidTransition> {
        let made = self.only("ready", &["submitting", "running", "saving", "unknown"])?;
        Ok(made.end(GenerationState::Ready, charged, now))
    }

    /// It cannot be made.
    pub fn fail(self, failure: Failure, now: Timestamp) -> Result<Self, InvalidTransition> {
        let alive = self.only_alive("failed")?;
        Ok(alive.end(GenerationState::Failed(failure), Credits::ZERO, now))
    }

    /// The provider does not want to make it.
    pub fn refuse(self, refusal: Refusal, now: Timestamp) -> Result<Self, InvalidTransition> {
        let alive = self.only_alive("refused")?;
        Ok(alive.end(GenerationState::Refused(refusal), Credits::ZERO, now))
    }

    /// It was stopped before it was made.
    pub fn cancel(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        let alive = self.only_alive("cancelled")?;
        Ok(alive.end(GenerationState::Cancelled, Credits::ZERO, now))
    }

    /// Nobody can say whether the provider took it.
    pub fn lose_sight(self, until: Timestamp, now: Timestamp) -> Result<Self, InvalidTransition> {
        let asked = self.only("unknown", &["submitting"])?;
        Ok(asked.become_state(GenerationState::Unknown { until }, now))
    }

    /// The member asked for it to be stopped; what the provider answers decides how it ends.
    pub fn ask_to_cancel(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        let alive = self.only_alive("cancelled")?;
        let state = alive.state.clone();
        Ok(Self {
            cancel_requested: true,
            ..alive.become_state(state, now)
        })
    }

    fn only(self, to: &'static str, from: &[&str]) -> Result<Self, InvalidTransition> {
        let slug = self.state.slug();
        if from.contains(&slug) {
            Ok(self)
        } else {
            Err(InvalidTransition { from: slug, to })
        }
    }

    fn only_alive(self, to: &'static str) -> Result<Self, InvalidTransition> {
        if self.state.has_ended() {
            let from = self.state.slug();
            return Err(InvalidTransition { from, to });
        }
        Ok(self)
    }

    fn become_state(self, state: GenerationState, now: Timestamp) -> Self {
        Self {
            state,
            updated_at: now,
            ..self
        }
    }

    fn end(self, state: GenerationState, charged: Credits, now: Timestamp) -> Self {
        Self {
            charged: Some(charged),
            ended_at: Some(now),
            outputs: None,
            ..self.become_state(state, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn queued() -> Generation {
        let catalog = Catalog::built_in().unwrap();
        let pairs = [("model", "wan-2.1-turbo"), ("prompt", "a lake at dawn")];
        let order = Order::parse(None, pairs, &catalog).unwrap();
        let quote = order.quote(&catalog).unwrap();
        let now = Timestamp::from_ms(1_000);
        Generation::new(
            GenerationId::new(now),
            MemberId::new(now),
            order,
            quote,
            now,
        )
    }

    fn by_fal() -> RunBy {
        RunBy {
            provider: Provider::Fal,
            upstream: "fal-ai/wan-t2v".to_owned(),
        }
    }

    const LATER: Timestamp = Timestamp::from_ms(2_000);

    #[test]
    fn a_good_life() {
        let ready = queued()
            .begin(by_fal(), LATER)
            .and_then(|it| it.accept("ticket".to_owned(), LATER))
            .and_then(|it| it.save("urls".to_owned(), LATER))
            .and_then(|it| it.finish(Credits::new(8), LATER))
            .unwrap();
        assert_eq!(ready.state, GenerationState::Ready);
        assert_eq!(ready.attempt, 1);
        assert_eq!(ready.charged, Some(Credits::new(8)));
        assert_eq!(ready.ended_at, Some(LATER));
    }

    #[test]
    fn an_end_is_final() {
        let failed = queued().fail(Failure::NoRoute, LATER).unwrap();
        assert!(failed.clone().begin(by_fal(), LATER).is_err());
        assert!(failed.clone().cancel(LATER).is_err());
        assert!(failed.clone().finish(Credits::new(8), LATER).is_err());
        assert_eq!(failed.charged, Some(Credits::ZERO));
    }

    #[test]
    fn nothing_is_finished_that_was_never_submitted() {
        assert!(queued().finish(Credits::new(8), LATER).is_err());
        assert!(queued().accept("ticket".to_owned(), LATER).is_err());
    }

    #[test]
    fn a_lost_job_can_be_found_again() {
        let until = Timestamp::from_ms(9_000);
        let lost = queued()
            .begin(by_fal(), LATER)
            .and_then(|it| it.lose_sight(until, LATER))
            .unwrap();
        assert_eq!(lost.state, GenerationState::Unknown { until });
        assert!(!lost.state.has_ended());
        assert!(
            lost.clone().requeue(0, LATER).is_err(),
            "never sent again blindly"
        );
        assert!(lost.accept("found".to_owned(), LATER).is_ok());
    }
}
