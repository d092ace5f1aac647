//! One generation as its owner sees it, and the words for where it stands.

use nexora_core::{
    Asset, Catalog, Credits, Generation, GenerationState, MediaKind, Model, Timestamp,
};
use nexora_engine::Run as Made;

/// One generation with everything its card shows.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The generation.
    pub generation: &'a Generation,
    /// Its model; `None` when the catalog no longer has it.
    pub model: Option<&'a Model>,
    /// Its stored outputs, in order.
    pub assets: &'a [Asset],
    /// Its place in our own queue, from 1; `None` when it is not waiting there.
    pub place: Option<u32>,
    /// When the page is drawn.
    pub now: Timestamp,
}

/// What became of the credits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// Set aside until it ends.
    Held(Credits),
    /// Paid.
    Charged(Credits),
    /// Came back.
    Returned(Credits),
}

impl<'a> Run<'a> {
    /// A run as it stands at this moment.
    pub fn of(made: &'a Made, catalog: &'a Catalog, now: Timestamp) -> Self {
        Self {
            generation: &made.generation,
            model: catalog.find(made.generation.order.model.as_str()),
            assets: &made.assets,
            // People count places from 1.
            place: made.place.map(|place| place.saturating_add(1)),
            now,
        }
    }

    /// The model's name as people read it.
    pub fn model_title(&self) -> &'a str {
        match self.model {
            Some(model) => &model.title,
            None => self.generation.order.model.as_str(),
        }
    }

    /// Whether something may still change by itself.
    pub fn is_pending(&self) -> bool {
        !self.generation.state.has_ended()
    }

    /// What became of its credits.
    pub fn money(&self) -> Money {
        let quoted = self.generation.quote.credits;
        match &self.generation.state {
            GenerationState::Ready => Money::Charged(self.generation.charged.unwrap_or(quoted)),
            GenerationState::Failed(_)
            | GenerationState::Refused(_)
            | GenerationState::Cancelled => Money::Returned(quoted),
            GenerationState::Queued
            | GenerationState::Submitting
            | GenerationState::Running
            | GenerationState::Saving
            | GenerationState::Unknown { .. } => Money::Held(quoted),
        }
    }

    /// One or two words for its state.
    pub fn state_title(&self) -> &'static str {
        state_title(&self.generation.state, self.generation.cancel_requested)
    }

    /// What is happening, in a sentence; `None` when the state says it all.
    pub fn state_sentence(&self) -> Option<String> {
        let generation = self.generation;
        match &generation.state {
            GenerationState::Queued => Some(queue_sentence(self.place, generation.attempt)),
            GenerationState::Submitting => Some(match &generation.run_by {
                Some(by) => format!("Handing it to {}.", by.provider),
                None => "Handing it to the provider.".to_owned(),
            }),
            GenerationState::Running => generation
                .progress
                .line
                .clone()
                .or_else(|| generation.progress.queue_position.map(provider_queue)),
            GenerationState::Saving => Some(format!(
                "Your {} is made. Copying it into your library.",
                generation.order.kind.noun()
            )),
            GenerationState::Ready => None,
            GenerationState::Failed(failure) => Some(failure.sentence()),
            GenerationState::Refused(refusal) => Some(refusal.sentence()),
            GenerationState::Cancelled => {
                Some("You stopped this one. Nothing was charged.".to_owned())
            }
            GenerationState::Unknown { .. } => Some(
                "The provider has not said whether it took this. We keep asking; a late result \
                 still arrives here."
                    .to_owned(),
            ),
        }
    }

    /// "Picture" or "5 s clip", with the number when there are several.
    pub fn what(&self) -> String {
        let order = &self.generation.order;
        match (order.kind, order.seconds, order.count) {
            (MediaKind::Video, Some(seconds), _) => format!("{seconds} s clip"),
            (kind, _, 1) => kind.noun().to_owned(),
            (kind, _, count) => format!("{count} {}s", kind.noun()),
        }
    }
}

impl Money {
    /// "8 credits held", "8 credits charged", "8 credits returned".
    pub fn sentence(self) -> String {
        match self {
            Self::Held(credits) => format!("{credits} held"),
            Self::Charged(credits) => format!("{credits} charged"),
            Self::Returned(credits) => format!("{credits} returned"),
        }
    }

    /// The class that colours it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Held(_) => "money is-held",
            Self::Charged(_) => "money is-charged",
            Self::Returned(_) => "money is-returned",
        }
    }
}

/// One or two words for a state, also used by the filter on the history page.
pub fn state_title(state: &GenerationState, cancel_requested: bool) -> &'static str {
    if cancel_requested && !state.has_ended() {
        return "Stopping";
    }
    slug_title(state.slug())
}

/// The words for a state's stored name.
pub fn slug_title(slug: &str) -> &'static str {
    match slug {
        "queued" => "In line",
        "submitting" => "Starting",
        "running" => "Rendering",
        "saving" => "Saving",
        "ready" => "Ready",
        "failed" => "Did not work",
        "refused" => "Declined",
        "cancelled" => "Cancelled",
        _ => "Waiting for an answer",
    }
}

fn queue_sentence(place: Option<u32>, attempt: u32) -> String {
    match (place, attempt) {
        (Some(1), 0) => "Next in line.".to_owned(),
        (Some(place), 0) => format!("Number {place} in your line."),
        (_, 0) => "Waiting for a free place.".to_owned(),
        _ => "The provider had no room. Trying again shortly.".to_owned(),
    }
}

fn provider_queue(position: u32) -> String {
    match position {
        0 => "Next in the provider's line.".to_owned(),
        ahead => format!("{ahead} ahead in the provider's line."),
    }
}
