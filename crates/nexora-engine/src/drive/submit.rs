//! Handing an order to a provider: written down before, decided after.

use std::time::Duration;

use nexora_core::generation::{RunBy, cut_detail};
use nexora_core::{Failure, Generation, MemberId, Provider, Refusal, Route, Timestamp};
use nexora_providers::{
    ErrorKind, MediaProvider, Output, ProviderError, Shot, Submission, Submitted,
};
use nexora_store::{Lane, Tx, generations, users};
use sha2::{Digest, Sha256};
use tracing::{error, warn};

use super::bring::NotBrought;
use super::{Next, provider_title};
use crate::live::Change;
use crate::pace::{poll_wait, retry_wait};
use crate::{Engine, EngineError};

/// How soon a generation looks again for a place among its member's own: whoever leaves one rings
/// for the next, so this is for a ring that a crash swallowed.
const OWN_PLACE_WAIT: Duration = Duration::from_secs(30);
/// How soon it looks again for a place with a provider: nobody rings for that.
const PROVIDER_PLACE_WAIT: Duration = Duration::from_secs(2);

impl Engine {
    pub(super) async fn submit(&self, generation: Generation) -> Result<Next, EngineError> {
        let now = self.now();
        if generation.cancel_requested {
            return self.give_back(generation.cancel(now)).await;
        }
        let Some((index, route, adapter)) = self.next_route(&generation) else {
            return self.fail(generation, Failure::NoRoute).await;
        };
        let begun = match self.begin(generation, index, route, &*adapter).await? {
            Beginning::Begun(begun) => *begun,
            Beginning::NoOwnPlace => return Ok(Next::At(now.plus(OWN_PLACE_WAIT))),
            Beginning::NoProviderPlace => return Ok(Next::At(now.plus(PROVIDER_PLACE_WAIT))),
        };
        let id = begun.id;
        let answer = match self.bring(&begun, &*adapter).await {
            Ok(shot) => {
                let shot = shot.as_ref();
                self.call_submit(&begun, route, &*adapter, shot).await
            }
            Err(NotBrought::Refused(refused)) => Err(refused),
            Err(NotBrought::Lost) => return self.fail(begun, Failure::InputLost).await,
            Err(NotBrought::Away(why)) => {
                warn!(generation = %id, "a picture could not be read: {why}");
                return self.try_later(begun, None, Failure::InputLost).await;
            }
        };
        match answer {
            Ok(Submitted::Accepted(ticket)) => {
                let now = self.now();
                self.save(begun.accept(ticket.as_text().to_owned(), now)?)
                    .await?;
                let least = adapter.info().poll_wait_min;
                Ok(Next::At(now.plus(poll_wait(Duration::ZERO, least, id))))
            }
            Ok(Submitted::Done(outputs)) => self.keep_outputs(begun, outputs).await,
            Err(refused) => self.decide(begun, refused).await,
        }
    }

    /// The first route, from the one in turn on, whose provider is switched on.
    fn next_route(
        &self,
        generation: &Generation,
    ) -> Option<(u32, &Route, std::sync::Arc<dyn MediaProvider>)> {
        let model = self.model_of(generation)?;
        let in_turn = |(index, _): &(u32, &Route)| *index >= generation.route_index;
        (0..)
            .zip(&model.routes)
            .filter(in_turn)
            .find_map(|(index, route)| Some((index, route, self.adapter(route.provider)?)))
    }

    /// Writes the attempt down, if there is a place for it. From here on it counts as handed
    /// over, whatever happens to this process.
    async fn begin(
        &self,
        generation: Generation,
        index: u32,
        route: &Route,
        adapter: &dyn MediaProvider,
    ) -> Result<Beginning, EngineError> {
        let now = self.now();
        let (owner, id) = (generation.member, generation.id);
        let run_by = RunBy {
            provider: route.provider,
            upstream: route.upstream_for(&generation.order.inputs).to_owned(),
        };
        let place = Place {
            owner,
            provider: route.provider,
            running_max: adapter.info().running_max,
            now: self.now(),
        };
        let begun = Generation {
            route_index: index,
            ..generation.begin(run_by, now)?
        };
        let node = self.0.parts.node.clone();
        let beginning: Beginning = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    if let Some(full) = place.is_missing(tx).await? {
                        return Ok(full);
                    }
                    let saved = generations::save(tx, &begun).await?;
                    nexora_store::live::notify(tx, &node, owner, Some(id)).await?;
                    Ok::<_, EngineError>(Beginning::Begun(Box::new(saved)))
                })
            })
            .await?;
        if matches!(beginning, Beginning::Begun(_)) {
            self.live().publish(owner, Change::Generation(id));
        }
        Ok(beginning)
    }

    async fn call_submit(
        &self,
        begun: &Generation,
        route: &Route,
        adapter: &dyn MediaProvider,
        shot: Option<&Shot>,
    ) -> Result<Submitted, ProviderError> {
        adapter
            .submit(&Submission {
                order: &begun.order,
                route,
                request_id: &request_id(begun),
                end_user: &end_user(begun.member),
                webhook: None,
                shot,
            })
            .await
    }

    /// What an error says to do next.
    async fn decide(&self, begun: Generation, said: ProviderError) -> Result<Next, EngineError> {
        let detail = cut_detail(&said.detail);
        let provider = provider_title(&begun);
        // Without the provider's words: they may quote the prompt.
        warn!(
            generation = %begun.id,
            attempt = begun.attempt,
            kind = ?said.kind,
            "{provider} did not take {}",
            begun.id
        );
        match said.kind {
            ErrorKind::Refused => self.refuse(begun, Refusal { provider, detail }).await,
            ErrorKind::Invalid => self.fail(begun, Failure::InvalidInput { detail }).await,
            ErrorKind::Ambiguous | ErrorKind::Broken => self.lose_sight(begun).await,
            ErrorKind::Busy { after } => {
                self.try_later(begun, after, Failure::ProviderBusy { provider })
                    .await
            }
            ErrorKind::Down => {
                self.try_elsewhere(begun, true, Failure::ProviderDown { provider })
                    .await
            }
            ErrorKind::Exhausted | ErrorKind::Misconfigured | ErrorKind::Gone => {
                error!(kind = ?said.kind, "the account with {provider} needs attention: {detail}");
                self.try_elsewhere(begun, false, Failure::ProviderAccount { provider })
                    .await
            }
        }
    }

    /// The next route takes over under the same quote. With none left, the whole round begins
    /// again later if `may_pass` (an outage may end by itself).
    async fn try_elsewhere(
        &self,
        begun: Generation,
        may_pass: bool,
        failure: Failure,
    ) -> Result<Next, EngineError> {
        let elsewhere = Generation {
            route_index: begun.route_index.saturating_add(1),
            ..begun.clone()
        };
        if let Some((index, ..)) = self.next_route(&elsewhere) {
            let now = self.now();
            self.save(begun.requeue(index, now)?).await?;
            return Ok(Next::At(now));
        }
        if may_pass {
            self.try_later(begun, None, failure).await
        } else {
            self.fail(begun, failure).await
        }
    }

    async fn try_later(
        &self,
        begun: Generation,
        asked: Option<Duration>,
        failure: Failure,
    ) -> Result<Next, EngineError> {
        let Some(wait) = retry_wait(begun.attempt, asked) else {
            return self.fail(begun, failure).await;
        };
        let now = self.now();
        self.save(begun.requeue(0, now)?).await?;
        Ok(Next::At(now.plus(wait)))
    }

    /// Outputs that came with the answer are kept at once: they exist nowhere else.
    async fn keep_outputs(
        &self,
        begun: Generation,
        outputs: Vec<Output>,
    ) -> Result<Next, EngineError> {
        self.keep_all(begun, outputs).await
    }
}

/// What became of the wish to begin.
enum Beginning {
    /// The attempt is written down.
    Begun(Box<Generation>),
    /// The member has as many running as their plan allows.
    NoOwnPlace,
    /// The provider has as many of ours as it takes.
    NoProviderPlace,
}

/// A place with a provider, for one member.
#[derive(Clone, Copy)]
struct Place {
    owner: MemberId,
    provider: Provider,
    running_max: u32,
    now: Timestamp,
}

impl Place {
    async fn is_missing(self, tx: &mut Tx<'_>) -> Result<Option<Beginning>, EngineError> {
        let plan = users::plan_of(tx, self.owner, self.now).await?;
        if generations::running_of(tx, self.owner).await? >= plan.running_max() {
            return Ok(Some(Beginning::NoOwnPlace));
        }
        let is_full = generations::running_at(tx, self.provider).await? >= self.running_max;
        Ok(is_full.then_some(Beginning::NoProviderPlace))
    }
}

/// Names one attempt of one generation, so that a provider's support (and a test) can tell
/// whether it was ever sent twice.
pub(super) fn request_id(begun: &Generation) -> String {
    format!("{}.{}", begun.id, begun.attempt)
}

/// What a provider may know of a member: a stable name that says nothing about them.
fn end_user(member: MemberId) -> String {
    let digest = Sha256::digest(format!("nexora-end-user:{member}"));
    hex::encode(digest).chars().take(32).collect()
}
