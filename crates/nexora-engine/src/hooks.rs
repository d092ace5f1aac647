//! Providers tell us that a run has news, and we ask them for it now instead of later.
//!
//! A delivery is never the news itself: all it does is make the next look at the run due. So it
//! does not matter whether it comes twice, late, early or never.

use nexora_core::{Generation, GenerationId, GenerationState};
use nexora_providers::webhook::Notice;
use nexora_providers::{MediaProvider, Ticket};
use nexora_store::{Lane, generations, jobs, live};
use tracing::debug;
use url::Url;

use crate::job::Job;
use crate::{Engine, EngineError};

/// What names the run in the address that a provider is given.
const RUN: &str = "run";

impl Engine {
    /// Where this provider may tell of the run of this name; `None` if we would not hear or could
    /// not believe it.
    pub(crate) fn webhook_for(&self, provider: &dyn MediaProvider, run: &str) -> Option<Url> {
        let mut url = self
            .0
            .parts
            .webhooks_at
            .get(&provider.info().provider)?
            .clone();
        provider.hooks()?;
        url.query_pairs_mut().append_pair(RUN, run);
        Some(url)
    }

    /// Takes in that there is news. `run` is what the address says it is about; whatever does not
    /// belong together has no effect.
    pub async fn hear_provider(&self, run: &str, notice: &Notice) -> Result<(), EngineError> {
        let Some((id, attempt)) = read_run(run) else {
            debug!("a webhook names no run of ours");
            return Ok(());
        };
        let found: Option<Generation> = self
            .read(move |tx| Box::pin(async move { generations::by_id(tx, id).await }))
            .await?;
        let Some(generation) = found.filter(|it| it.attempt == attempt && is_about(it, notice))
        else {
            debug!(generation = %id, "a webhook brings no news of {id}");
            return Ok(());
        };
        let (owner, now) = (generation.member, self.now());
        let node = self.0.parts.node.clone();
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    jobs::hurry(tx, Job::DRIVE, id.as_uuid(), now).await?;
                    // Wakes the node that does the work, if it is another.
                    live::notify(tx, &node, owner, Some(id)).await?;
                    Ok::<_, EngineError>(())
                })
            })
            .await?;
        self.0.bell.notify_one();
        Ok(())
    }
}

/// A run's name, as it was given to the provider: the generation and the attempt.
pub(crate) fn name_run(begun: &Generation) -> String {
    format!("{}.{}", begun.id, begun.attempt)
}

fn read_run(name: &str) -> Option<(GenerationId, u32)> {
    let (id, attempt) = name.rsplit_once('.')?;
    Some((id.parse().ok()?, attempt.parse().ok()?))
}

/// Whether looking at the run now could bring anything, and the job is its own.
fn is_about(generation: &Generation, notice: &Notice) -> bool {
    let runs_there = generation
        .run_by
        .as_ref()
        .is_some_and(|run| run.provider == notice.provider);
    let is_its_job = match (&generation.state, &generation.ticket) {
        (GenerationState::Running, Some(ticket)) => {
            Ticket::from_text(ticket.as_str()).is_for(&notice.job)
        }
        // The provider was faster than its own answer, or its answer was lost: what its job is
        // called is not known yet.
        (GenerationState::Submitting | GenerationState::Unknown { .. }, _) => true,
        (
            GenerationState::Queued
            | GenerationState::Running
            | GenerationState::Saving
            | GenerationState::Ready
            | GenerationState::Failed(_)
            | GenerationState::Refused(_)
            | GenerationState::Cancelled,
            _,
        ) => false,
    };
    runs_there && is_its_job
}
