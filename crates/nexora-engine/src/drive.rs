//! Takes a generation one step further. No transaction is ever open while a provider is called.
//!
//! Every write is guarded by the version the step began with: if another node was faster, the
//! step ends without effect and the next look sees what is true.

mod bring;
mod keep;
mod look;
mod submit;

pub(crate) use bring::NotBrought;

use std::sync::Arc;

use nexora_core::generation::{InvalidTransition, RunBy};
use nexora_core::{
    Failure, Generation, GenerationId, GenerationState, Model, Provider, Refusal, Route, Timestamp,
};
use nexora_providers::MediaProvider;
use nexora_store::{Lane, generations};
use tracing::{info, warn};

use crate::live::Change;
use crate::{Engine, EngineError, settle};

/// When to look at a piece of work again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Not before this moment.
    At(Timestamp),
    /// Never: it is done.
    Done,
}

impl Engine {
    /// One step of a generation's life.
    pub(crate) async fn drive(&self, id: GenerationId) -> Result<Next, EngineError> {
        let found: Option<Generation> = self
            .store()
            .read(move |tx| Box::pin(async move { generations::by_id(tx, id).await }))
            .await?;
        let Some(generation) = found else {
            return Ok(Next::Done);
        };
        match generation.state {
            GenerationState::Queued => self.submit(generation).await,
            GenerationState::Submitting => self.lose_sight(generation).await,
            GenerationState::Running => self.look(generation).await,
            GenerationState::Saving => self.keep(generation).await,
            GenerationState::Unknown { until } => self.search(generation, until).await,
            GenerationState::Ready
            | GenerationState::Failed(_)
            | GenerationState::Refused(_)
            | GenerationState::Cancelled => Ok(Next::Done),
        }
    }

    /// Writes a change that leaves the hold as it is, and tells whoever is watching.
    async fn save(&self, changed: Generation) -> Result<Generation, EngineError> {
        let (owner, id) = (changed.member, changed.id);
        let node = self.0.parts.node.clone();
        let saved: Generation = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    let saved = generations::save(tx, &changed).await?;
                    nexora_store::live::notify(tx, &node, owner, Some(id)).await?;
                    Ok::<_, EngineError>(saved)
                })
            })
            .await?;
        self.live().publish(owner, Change::Generation(id));
        Ok(saved)
    }

    /// Writes an end that was not a success: the hold is given back in the same transaction.
    async fn give_back(
        &self,
        ended: Result<Generation, InvalidTransition>,
    ) -> Result<Next, EngineError> {
        let ended = ended?;
        let (owner, id, now) = (ended.member, ended.id, self.now());
        let title = self.title_of(&ended);
        let node = self.0.parts.node.clone();
        let saved: Generation = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    let saved = settle::end(tx, ended, &title, now).await?;
                    nexora_store::live::notify(tx, &node, owner, Some(id)).await?;
                    Ok::<_, EngineError>(saved)
                })
            })
            .await?;
        info!(
            generation = %id,
            state = saved.state.slug(),
            "{id} ended as {} and its credits went back",
            saved.state.slug()
        );
        self.0.pulse.ended(&saved);
        self.live().publish(owner, Change::Generation(id));
        self.0.bell.notify_one();
        Ok(Next::Done)
    }

    async fn fail(&self, generation: Generation, failure: Failure) -> Result<Next, EngineError> {
        let now = self.now();
        self.give_back(generation.fail(failure, now)).await
    }

    async fn refuse(&self, generation: Generation, refusal: Refusal) -> Result<Next, EngineError> {
        let now = self.now();
        self.give_back(generation.refuse(refusal, now)).await
    }

    /// Nobody knows whether the provider took it: it is not sent again. The credits stay held
    /// until the provider was asked often enough.
    async fn lose_sight(&self, generation: Generation) -> Result<Next, EngineError> {
        let now = self.now();
        let until = now.plus(self.settings().unknown_for);
        warn!(
            generation = %generation.id,
            attempt = generation.attempt,
            "nobody knows whether {} was accepted; its credits stay held for {} s",
            generation.id,
            self.settings().unknown_for.as_secs()
        );
        self.save(generation.lose_sight(until, now)?).await?;
        Ok(Next::At(now))
    }

    /// What people call the model; its id, if the catalog has dropped it.
    pub(crate) fn title_of(&self, generation: &Generation) -> String {
        let model = self.model_of(generation);
        model.map_or_else(
            || generation.order.model.to_string(),
            |model| model.title.clone(),
        )
    }

    fn model_of(&self, generation: &Generation) -> Option<&Model> {
        self.catalog().find(generation.order.model.as_str())
    }

    /// The route an attempt took, if the catalog still has it.
    fn route_taken(&self, generation: &Generation) -> Option<&Route> {
        let run_by = generation.run_by.as_ref()?;
        let inputs = &generation.order.inputs;
        let same = |route: &&Route| {
            route.provider == run_by.provider && route.upstream_for(inputs) == run_by.upstream
        };
        self.model_of(generation)?.routes.iter().find(same)
    }

    fn adapter(&self, provider: Provider) -> Option<Arc<dyn MediaProvider>> {
        self.providers().get(provider).cloned()
    }

    fn adapter_of(&self, generation: &Generation) -> Option<Arc<dyn MediaProvider>> {
        self.adapter(generation.run_by.as_ref()?.provider)
    }
}

fn provider_title(generation: &Generation) -> String {
    let run_by: Option<&RunBy> = generation.run_by.as_ref();
    run_by
        .map_or("The provider", |run_by| run_by.provider.title())
        .to_owned()
}
