//! Bringing the outputs home, and being paid for them in the same transaction.

use std::time::Duration;

use nexora_core::generation::cut_detail;
use nexora_core::{Asset, AssetId, Failure, Generation};
use nexora_providers::Output;
use nexora_store::{Lane, comparisons};
use tracing::{info, warn};

use super::Next;
use crate::live::Change;
use crate::media::{KeepError, Kept};
use crate::{Engine, EngineError, settle};

/// How soon to try again to fetch an output that could not be fetched just now.
const FETCH_AGAIN: Duration = Duration::from_secs(4);

impl Engine {
    /// Outputs whose place was written down: after a crash, or after a fetch that failed.
    pub(super) async fn keep(&self, generation: Generation) -> Result<Next, EngineError> {
        let outputs = generation.outputs.as_deref().and_then(list_from_text);
        match outputs {
            Some(outputs) => self.keep_all(generation, outputs).await,
            None => self.fail(generation, Failure::OutputLost).await,
        }
    }

    /// Stores every output and delivers those that are what was ordered.
    pub(super) async fn keep_all(
        &self,
        generation: Generation,
        outputs: Vec<Output>,
    ) -> Result<Next, EngineError> {
        let ordered = usize::try_from(generation.quote.count).unwrap_or(usize::MAX);
        let mut kept = Vec::new();
        let mut faults = Vec::new();
        for output in outputs.into_iter().take(ordered) {
            let by_link = matches!(output, Output::Url { .. });
            match self
                .keep_output(generation.member, generation.order.kind, output)
                .await
            {
                Ok(one) => kept.push(one),
                Err(KeepError::Unreachable(why)) if by_link => {
                    return self.fetch_again(generation, &why).await;
                }
                Err(KeepError::Store(why)) => return self.store_again(generation, why).await,
                Err(fault) => faults.push(fault),
            }
        }
        if kept.is_empty() {
            return self.fail(generation, why_nothing_was_kept(&faults)).await;
        }
        self.deliver(generation, kept).await
    }

    async fn deliver(&self, generation: Generation, kept: Vec<Kept>) -> Result<Next, EngineError> {
        let now = self.now();
        let (owner, id) = (generation.member, generation.id);
        let delivered = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        let charge = generation.quote.share(delivered);
        let assets: Vec<Asset> = (0..)
            .zip(kept)
            .map(|(position, kept)| kept.into_asset(AssetId::new(now), id, (owner, position), now))
            .collect();
        let title = self.title_of(&generation);
        let ready = generation.finish(charge, now)?;
        let judgement = self.judge(&ready, &assets).await;
        let node = self.0.parts.node.clone();
        let saved = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    let saved = settle::deliver(tx, ready, &title, &assets, now).await?;
                    if let Some(judgement) = judgement {
                        comparisons::judge(tx, id, &judgement).await?;
                    }
                    nexora_store::live::notify(tx, &node, owner, Some(id)).await?;
                    Ok::<_, EngineError>(saved)
                })
            })
            .await?;
        info!(generation = %id, outputs = delivered, "{id} is ready and charged");
        self.0.pulse.ended(&saved);
        self.live().publish(owner, Change::Generation(id));
        self.0.bell.notify_one();
        Ok(Next::Done)
    }

    async fn fetch_again(&self, generation: Generation, why: &str) -> Result<Next, EngineError> {
        let now = self.now();
        warn!(generation = %generation.id, "an output could not be fetched: {why}");
        if now.since(generation.updated_at) >= self.settings().saving_max {
            return self.fail(generation, Failure::OutputLost).await;
        }
        Ok(Next::At(now.plus(FETCH_AGAIN)))
    }

    /// Our own media store is in trouble. Links can wait; bytes that came with the answer exist
    /// nowhere else, so that generation ends here, unpaid.
    async fn store_again(&self, generation: Generation, why: String) -> Result<Next, EngineError> {
        if generation.outputs.is_some() {
            return Err(EngineError::Media(why));
        }
        let detail = "the studio's media store is not available".to_owned();
        self.fail(generation, Failure::BadOutput { detail }).await
    }
}

fn why_nothing_was_kept(faults: &[KeepError]) -> Failure {
    match faults.first() {
        None | Some(KeepError::Gone) => Failure::OutputLost,
        Some(fault) => Failure::BadOutput {
            detail: cut_detail(&fault.to_string()),
        },
    }
}

/// One output a line.
pub(super) fn list_to_text(outputs: &[Output]) -> String {
    let lines: Vec<String> = outputs.iter().filter_map(Output::to_text).collect();
    lines.join("\n")
}

fn list_from_text(text: &str) -> Option<Vec<Output>> {
    text.lines().map(Output::from_text).collect()
}
