//! Handing an order to a provider: written down before, decided after.

use std::sync::Arc;
use std::time::Duration;

use nexora_core::generation::{InvalidTransition, RunBy, cut_detail};
use nexora_core::prompt::Prompt;
use nexora_core::{
    Failure, Generation, GenerationId, MemberId, Order, Provider, Refusal, Route, Timestamp,
};
use nexora_providers::{
    ErrorKind, MediaProvider, Output, ProviderError, Shot, Submission, Submitted,
};
use nexora_store::{Lane, StoreError, Tx, generations, users};
use sha2::{Digest, Sha256};
use tracing::{error, warn};

use super::bring::NotBrought;
use super::{Next, provider_title};
use crate::agenda::Asker;
use crate::hooks::name_run;
use crate::live::Change;
use crate::pace::{poll_wait, retry_wait};
use crate::{Engine, EngineError};

/// Longest prompt that direction is added to: what Cinema Studio reads.
const SPOKEN_CHARS_MAX: usize = 3_000;
/// How soon a generation looks again for a place among its member's own: whoever leaves one rings
/// for the next, so this is for a ring that a crash swallowed.
const OWN_PLACE_WAIT: Duration = Duration::from_secs(30);
/// How soon it looks again for a place with a provider, if not many others do: nobody rings for
/// that.
const PROVIDER_PLACE_WAIT: Duration = Duration::from_secs(2);

impl Engine {
    pub(super) async fn submit(&self, generation: Generation) -> Result<Next, EngineError> {
        let now = self.now();
        if generation.cancel_requested {
            return self.give_back(generation.cancel(now)).await;
        }
        let Some((index, route, adapter)) = self.next_route(&generation).await else {
            return self.fail(generation, Failure::NoRoute).await;
        };
        let place = self.place(&generation, &*adapter);
        let id = generation.id;
        if let Some(full) = self.turned_away(&generation, place).await? {
            return Ok(Next::At(self.next_look(id, place, full)));
        }
        let planned = plan(generation, index, route, now)?;
        let shot = match self.bring(&planned, &*adapter).await {
            Ok(shot) => shot,
            Err(trouble) => return self.not_brought(planned, trouble).await,
        };
        let begun = match self.begin(planned, place).await? {
            Ok(begun) => *begun,
            Err(full) => return Ok(Next::At(self.next_look(id, place, full))),
        };
        let shot = shot.as_ref();
        let answer = self.call_submit(&begun, route, &*adapter, shot).await;
        match answer {
            Ok(Submitted::Accepted(ticket)) => {
                let now = self.now();
                let accepted = begun.accept(ticket.as_text().to_owned(), now)?;
                let running = self.save(accepted).await?;
                let least = adapter.info().poll_wait_min;
                let earliest = now.plus(poll_wait(Duration::ZERO, least, id));
                Ok(Next::At(self.turn_of(&running, earliest)))
            }
            Ok(Submitted::Done(outputs)) => self.keep_outputs(begun, outputs).await,
            Err(refused) => self.decide(begun, refused).await,
        }
    }

    /// The first route, from the one in turn on, whose provider is switched on and which is not
    /// given a rest. If all of them are, the first: the only way is never blocked.
    async fn next_route(&self, generation: &Generation) -> Option<Way<'_>> {
        let mut ways = self.ways(generation);
        if ways.len() < 2 {
            return ways.pop();
        }
        for place in 0..ways.len() {
            let (_, route, _) = ways.get(place)?;
            if self.may_take(generation, route).await {
                return Some(ways.swap_remove(place));
            }
        }
        Some(ways.swap_remove(0))
    }

    /// The routes from the one in turn on whose providers are switched on.
    fn ways(&self, generation: &Generation) -> Vec<Way<'_>> {
        let model = self.model_of(generation);
        let routes = model.map_or(&[][..], |model| model.routes.as_slice());
        let in_turn = |(index, _): &(u32, &Route)| *index >= generation.route_index;
        let may_make = |(_, route): &(u32, &Route)| {
            let only = generation.order.only;
            only.is_none_or(|only| only == route.provider)
        };
        let routes = (0..).zip(routes).filter(in_turn).filter(may_make);
        routes
            .filter_map(|(index, route)| Some((index, route, self.adapter(route.provider)?)))
            .collect()
    }

    /// Where the attempt is to have a place.
    fn place(&self, generation: &Generation, adapter: &dyn MediaProvider) -> Place {
        let info = adapter.info();
        Place {
            owner: generation.member,
            provider: info.provider,
            running_max: self.settings().running_max.unwrap_or(info.running_max),
            now: self.now(),
        }
    }

    /// When to look again for a place. Those who wait for one with a provider look in turns: the
    /// look costs the same however many they are.
    fn next_look(&self, id: GenerationId, place: Place, full: Full) -> Timestamp {
        match full {
            Full::Own => place.now.plus(OWN_PLACE_WAIT),
            Full::Provider => {
                let asker = Asker {
                    provider: place.provider,
                    id,
                    age: Duration::ZERO,
                };
                let earliest = place.now.plus(PROVIDER_PLACE_WAIT);
                self.0.places.book(asker, earliest)
            }
        }
    }

    /// Whether there is no place at the moment: pictures are not carried to a closed door. What
    /// begins with words alone finds out when it is written down.
    async fn turned_away(
        &self,
        generation: &Generation,
        place: Place,
    ) -> Result<Option<Full>, EngineError> {
        if generation.order.inputs.is_empty() {
            return Ok(None);
        }
        self.read(move |tx| Box::pin(async move { place.is_missing(tx).await }))
            .await
    }

    /// The attempt ends before the provider was asked for anything. Nothing of it was written
    /// down until now.
    async fn not_brought(
        &self,
        planned: Generation,
        trouble: NotBrought,
    ) -> Result<Next, EngineError> {
        match trouble {
            NotBrought::Refused(said) => self.decide(planned, said).await,
            NotBrought::Lost => self.fail(planned, Failure::InputLost).await,
            NotBrought::Away(why) => {
                let id = planned.id;
                warn!(generation = %id, "a picture could not be read: {why}");
                self.try_later(planned, None, Failure::InputLost).await
            }
        }
    }

    /// Writes the attempt down, if there is a place for it. From here on it counts as handed
    /// over, whatever happens to this process.
    async fn begin(
        &self,
        planned: Generation,
        place: Place,
    ) -> Result<Result<Box<Generation>, Full>, EngineError> {
        let now = self.now();
        let (owner, id) = (planned.member, planned.id);
        let begun = Generation {
            submitted_at: Some(now),
            updated_at: now,
            ..planned
        };
        let node = self.0.parts.node.clone();
        let beginning: Result<Box<Generation>, Full> = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    if let Some(full) = place.is_missing(tx).await? {
                        return Ok(Err(full));
                    }
                    let saved = generations::save(tx, &begun).await?;
                    nexora_store::live::notify(tx, &node, owner, Some(id)).await?;
                    Ok::<_, EngineError>(Ok(Box::new(saved)))
                })
            })
            .await?;
        if beginning.is_ok() {
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
        // One name for the attempt everywhere: a provider's support (and a test) can tell by it
        // whether it was ever sent twice.
        let run = name_run(begun);
        let webhook = self.webhook_for(adapter, &run);
        let spoken = spoken(&begun.order);
        adapter
            .submit(&Submission {
                order: spoken.as_ref().unwrap_or(&begun.order),
                route,
                request_id: &run,
                end_user: &end_user(begun.member),
                webhook: webhook.as_ref(),
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
        if is_its_failure(&said.kind) {
            self.note_route_failure(&begun).await?;
        }
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
        if let Some((index, ..)) = self.next_route(&elsewhere).await {
            let now = self.now();
            self.save(begun.requeue(index, now)?).await?;
            return Ok(Next::At(now));
        }
        if may_pass || self.has_passed_over(&begun) {
            self.try_later(begun, None, failure).await
        } else {
            self.fail(begun, failure).await
        }
    }

    /// Whether a first attempt passed over a way that had failed before: now that is as good as any.
    fn has_passed_over(&self, begun: &Generation) -> bool {
        let from_the_first = Generation {
            route_index: 0,
            ..begun.clone()
        };
        let ways = self.ways(&from_the_first);
        let is_earlier = |(index, ..): &Way<'_>| *index < begun.route_index;
        begun.attempt == 1 && ways.first().is_some_and(is_earlier)
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

/// A route, its place among the model's, and who is asked on it.
type Way<'a> = (u32, &'a Route, Arc<dyn MediaProvider>);

/// Whether a submit's error says that the route does not work. A refusal shows that it does, wrong
/// settings say nothing about it, and a provider without room has too much work, not too little.
const fn is_its_failure(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Down
        | ErrorKind::Exhausted
        | ErrorKind::Misconfigured
        | ErrorKind::Gone
        | ErrorKind::Ambiguous
        | ErrorKind::Broken => true,
        ErrorKind::Refused | ErrorKind::Invalid | ErrorKind::Busy { .. } => false,
    }
}

/// Why an attempt cannot begin at the moment.
#[derive(Clone, Copy, Debug)]
enum Full {
    /// The member has as many running as their plan allows.
    Own,
    /// The provider has as many of ours as it takes.
    Provider,
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
    async fn is_missing(self, tx: &mut Tx<'_>) -> Result<Option<Full>, StoreError> {
        let plan = users::plan_of(tx, self.owner, self.now).await?;
        if generations::running_of(tx, self.owner).await? >= plan.running_max() {
            return Ok(Some(Full::Own));
        }
        let is_full = generations::running_at(tx, self.provider).await? >= self.running_max;
        Ok(is_full.then_some(Full::Provider))
    }
}

/// The attempt as it will be written down once everything it begins with is where its provider
/// can read it. Until then the generation waits in the queue, as far as anybody can see: a crash on
/// the way is no riddle.
fn plan(
    generation: Generation,
    route_index: u32,
    route: &Route,
    now: Timestamp,
) -> Result<Generation, InvalidTransition> {
    let run_by = RunBy {
        provider: route.provider,
        upstream: route.upstream_for(&generation.order.inputs).to_owned(),
    };
    Ok(Generation {
        route_index,
        ..generation.begin(run_by, now)?
    })
}

/// The order with what its direction has to say in words, because the model has no field for it;
/// `None` if there is nothing to say, or no room to say it.
fn spoken(order: &Order) -> Option<Order> {
    let more = order.direction.spoken()?;
    let said = format!("{} {more}", order.prompt);
    let prompt = Prompt::parse(&said, SPOKEN_CHARS_MAX).ok()?;
    Some(Order {
        prompt,
        ..order.clone()
    })
}

/// What a provider may know of a member: a stable name that says nothing about them.
fn end_user(member: MemberId) -> String {
    let digest = Sha256::digest(format!("nexora-end-user:{member}"));
    hex::encode(digest).chars().take(32).collect()
}
