//! How often providers are asked, and what becomes of work that breaks in our own hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nexora_core::{GenerationState, Model, Plan, Route};
use nexora_providers::{
    BoxFuture, Finder, MediaProvider, Polled, ProviderError, ProviderInfo, Providers, Submission,
    Submitted, Ticket,
};
use nexora_sandbox::{Cue, Fault, Moment, Provider as Played};

use crate::scene::both;

const CLIP: [(&str, &str); 2] = [("model", "wan-2.1-turbo"), ("prompt", "a lake at dawn")];

/// A provider whose adapter panics when it is first asked how a job is doing. No bug of our own can
/// be had on demand otherwise.
#[derive(Debug)]
struct Careless {
    adapter: Arc<dyn MediaProvider>,
    has_slipped: AtomicBool,
}

impl MediaProvider for Careless {
    fn info(&self) -> &'static ProviderInfo {
        self.adapter.info()
    }

    fn check(&self, model: &Model, route: &Route) -> Result<(), String> {
        self.adapter.check(model, route)
    }

    fn submit<'a>(
        &'a self,
        job: &'a Submission<'a>,
    ) -> BoxFuture<'a, Result<Submitted, ProviderError>> {
        self.adapter.submit(job)
    }

    fn poll<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<Polled, ProviderError>> {
        assert!(
            self.has_slipped.swap(true, Ordering::SeqCst),
            "an adapter with a bug"
        );
        self.adapter.poll(ticket)
    }

    fn cancel<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>> {
        self.adapter.cancel(ticket)
    }

    fn finder(&self) -> Option<&dyn Finder> {
        self.adapter.finder()
    }
}

#[tokio::test]
async fn a_step_that_panics_is_tried_again_by_the_same_node() {
    both(async |scene| {
        let ada = scene.newcomer().await;
        let fal = scene.engine.providers().get(nexora_core::Provider::Fal);
        let mut providers = Providers::new();
        providers.insert(Arc::new(Careless {
            adapter: Arc::clone(fal.unwrap()),
            has_slipped: AtomicBool::new(false),
        }));
        let worker = scene.another_worker(providers);
        let id = scene.start(&ada, &CLIP).await.id;
        assert_eq!(worker.step().await.unwrap(), 1);
        scene.skip_to_next_work().await;
        assert_eq!(worker.step().await.unwrap(), 1);
        let running = scene.run(&ada, id).await.generation;
        assert_eq!(running.state, GenerationState::Running, "nothing was lost");
        scene.clock.advance(Duration::from_secs(61));
        assert_eq!(
            worker.step().await.unwrap(),
            1,
            "it is not in hand for ever"
        );
        let ready = scene.run(&ada, id).await.generation;
        assert_eq!(ready.state, GenerationState::Ready);
        scene
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_asks_for_quiet_is_not_asked_about_other_jobs_either() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        scene.start(&ada, &CLIP).await;
        scene.worker.step().await.unwrap();
        let busy = Cue::new(Fault::Busy).during(Moment::Poll);
        scene.sandbox.script().push(busy);
        scene.clock.advance(Duration::from_secs(1));
        scene.worker.step().await.unwrap();
        let asked = || scene.sandbox.script().polls(Played::Fal);
        assert_eq!(asked(), 1, "it says: too many questions");
        let other = scene.start(&ada, &CLIP).await.id;
        let picture = [("model", "flux-schnell"), ("prompt", "a lake at dawn")];
        let picture = scene.start(&ada, &picture).await.id;
        scene.play_for(Duration::from_secs(2)).await;
        assert_eq!(asked(), 1, "so nothing is asked");
        let elsewhere = scene.run(&ada, picture).await.generation;
        assert_eq!(elsewhere.state, GenerationState::Ready, "another was asked");
        scene.play().await;
        let late = scene.run(&ada, other).await.generation;
        assert_eq!(late.state, GenerationState::Ready);
        scene
    })
    .await;
}
