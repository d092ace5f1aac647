//! How the routes are doing: remembered in the database, read every few seconds at most, and used
//! to choose a way for a run and to tell people what to expect.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nexora_core::health::{Breaker, Ending, Health, Outcome, RUNS_MAX, Record};
use nexora_core::{
    Failure, Generation, GenerationId, GenerationState, Model, Provider, Route, Timestamp,
};
use nexora_store::health::{self, RouteName};
use nexora_store::{Lane, StoreError, Tx};
use tracing::warn;

use crate::{Engine, EngineError};

/// How long a reading is good for. What this node learns by itself counts at once.
const FRESH_FOR: Duration = Duration::from_secs(5);
/// How long a run that finds out whether a route works again keeps others from finding out, too.
/// It ends long before, unless it is stopped.
const PROBE_MAX: Duration = Duration::from_secs(300);
/// Endings of one route at which those that do not count any more are removed.
const KEPT_MAX: usize = 2 * RUNS_MAX;

/// How every route is doing.
#[derive(Debug, Default)]
pub struct HealthBook(BTreeMap<RouteName, Health>);

/// The last reading, and which run finds out about which route.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    reading: Option<(Arc<HealthBook>, Timestamp)>,
    probes: HashMap<RouteName, (GenerationId, Timestamp)>,
}

impl HealthBook {
    /// What can be said about a model: of the first of its routes, of which anything can be said.
    pub fn record(&self, model: &Model) -> Option<Record> {
        let mut routes = model.routes.iter();
        routes.find_map(|route| self.of(model, route.provider).record())
    }

    /// Whether none of the ways to run a model works at the moment, as far as we know; `is_on`
    /// says which providers there are.
    pub fn is_in_trouble(
        &self,
        model: &Model,
        is_on: impl Fn(Provider) -> bool,
        now: Timestamp,
    ) -> bool {
        let mut ways = model
            .routes
            .iter()
            .filter(|it| is_on(it.provider))
            .peekable();
        let rests = |route: &Route| {
            let health = self.of(model, route.provider);
            matches!(health.breaker(now), Breaker::Open { .. })
        };
        ways.peek().is_some() && ways.all(rests)
    }

    /// One provider's ways to run a model, with words or with pictures, as one.
    fn of(&self, model: &Model, provider: Provider) -> Health {
        let is_its = |name: &RouteName| name.model == model.id && name.provider == provider;
        let its = self.0.iter().filter(|(name, _)| is_its(name));
        Health::together(its.map(|(_, health)| health))
    }
}

impl Pulse {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An attempt failed: whoever asks next reads anew.
    fn failed(&self) {
        self.known().reading = None;
    }

    /// A run ended. What was made changes nothing in a hurry, unless its model was failing: then
    /// whoever asks next should know. Else a busy studio would read anew for every picture.
    pub(crate) fn ended(&self, run: &Generation) {
        let mut known = self.known();
        let is_news = known.reading.as_ref().is_none_or(|(book, at)| {
            let fails = |(name, health): (&RouteName, &Health)| {
                name.model == run.order.model && health.breaker(*at) != Breaker::Closed
            };
            run.state != GenerationState::Ready || book.0.iter().any(fails)
        });
        if is_news {
            known.reading = None;
        }
    }

    /// Whether a run may take a route: one that works, or one that it finds out about.
    fn admits(
        &self,
        health: &Health,
        route: &RouteName,
        run: GenerationId,
        now: Timestamp,
    ) -> bool {
        match health.breaker(now) {
            Breaker::Closed => return true,
            Breaker::Open { .. } => return false,
            Breaker::HalfOpen => {}
        }
        let mut known = self.known();
        let is_other = known.probes.get(route).is_some_and(|(probe, since)| {
            let has_ended = health.last_at().is_some_and(|at| at >= *since);
            *probe != run && !has_ended && now.since(*since) < PROBE_MAX
        });
        if !is_other {
            known.probes.insert(route.clone(), (run, now));
        }
        !is_other
    }
}

impl Engine {
    /// How the routes are doing. If the database cannot say, what it last said.
    pub async fn health(&self) -> Arc<HealthBook> {
        let now = self.now();
        let old = match &self.0.pulse.known().reading {
            Some((book, at)) if now.since(*at) < FRESH_FOR => return Arc::clone(book),
            Some((book, _)) => Some(Arc::clone(book)),
            None => None,
        };
        match self.read_health().await {
            Ok(book) => {
                let book = Arc::new(book);
                self.0.pulse.known().reading = Some((Arc::clone(&book), now));
                book
            }
            Err(trouble) => {
                warn!("how the routes are doing cannot be read: {trouble}");
                old.unwrap_or_default()
            }
        }
    }

    async fn read_health(&self) -> Result<HealthBook, EngineError> {
        let all: Vec<(RouteName, Ending)> = self
            .read(|tx| Box::pin(async move { health::endings(tx).await }))
            .await?;
        let mut endings: BTreeMap<RouteName, Vec<Ending>> = BTreeMap::new();
        for (route, ending) in all {
            endings.entry(route).or_default().push(ending);
        }
        if endings.values().any(|of_one| of_one.len() > KEPT_MAX) {
            let removed: Result<u64, StoreError> = self
                .store()
                .write(Lane::Any, |tx| {
                    Box::pin(async move { health::forget_old(tx).await })
                })
                .await;
            removed?;
        }
        let healths = endings.into_iter();
        let healths = healths.map(|(route, endings)| (route, Health::of(endings)));
        Ok(HealthBook(healths.collect()))
    }

    /// Whether a run that was not tried anywhere yet may take this route. Whoever has tried one in
    /// vain tries every other.
    pub(crate) async fn may_take(&self, generation: &Generation, route: &Route) -> bool {
        if generation.attempt > 0 {
            return true;
        }
        let name = RouteName {
            model: generation.order.model.clone(),
            provider: route.provider,
            upstream: route.upstream_for(&generation.order.inputs).to_owned(),
        };
        let book = self.health().await;
        let Some(health) = book.0.get(&name) else {
            return true;
        };
        let now = self.now();
        self.0.pulse.admits(health, &name, generation.id, now)
    }

    /// An attempt ended at its provider's, and the run goes on: that is remembered of the route.
    pub(crate) async fn note_route_failure(
        &self,
        generation: &Generation,
    ) -> Result<(), EngineError> {
        let outcome = Outcome::Failed;
        let at = self.now();
        let Some(route) = route_of(generation) else {
            return Ok(());
        };
        let attempt = (generation.id, generation.attempt);
        let noted: Result<(), StoreError> = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(
                    async move { health::note(tx, attempt, &route, Ending { outcome, at }).await },
                )
            })
            .await;
        noted?;
        self.0.pulse.failed();
        Ok(())
    }
}

/// Remembers of its route how a run ended, in the transaction that ends it.
pub(crate) async fn note_end(
    tx: &mut Tx<'_>,
    ended: &Generation,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (Some(route), Some(outcome)) = (route_of(ended), outcome_of(ended, at)) else {
        return Ok(());
    };
    let attempt = (ended.id, ended.attempt);
    health::note(tx, attempt, &route, Ending { outcome, at }).await
}

fn route_of(generation: &Generation) -> Option<RouteName> {
    let run_by = generation.run_by.as_ref()?;
    Some(RouteName {
        model: generation.order.model.clone(),
        provider: run_by.provider,
        upstream: run_by.upstream.clone(),
    })
}

/// What an end says about the route; `None` if it was not the provider's doing.
fn outcome_of(ended: &Generation, at: Timestamp) -> Option<Outcome> {
    match &ended.state {
        GenerationState::Ready => Some(Outcome::Made {
            wait: at.since(ended.submitted_at?),
        }),
        GenerationState::Refused(_) => Some(Outcome::Refused),
        GenerationState::Failed(failure) => match failure {
            Failure::ProviderDown { .. }
            | Failure::ProviderAccount { .. }
            | Failure::ProviderFailed { .. }
            | Failure::TimedOut
            | Failure::BadOutput { .. }
            | Failure::OutputLost
            | Failure::Unresolved => Some(Outcome::Failed),
            Failure::NoRoute
            | Failure::ProviderBusy { .. }
            | Failure::InvalidInput { .. }
            | Failure::InputLost => None,
        },
        GenerationState::Queued
        | GenerationState::Submitting
        | GenerationState::Running
        | GenerationState::Saving
        | GenerationState::Unknown { .. }
        | GenerationState::Cancelled => None,
    }
}
