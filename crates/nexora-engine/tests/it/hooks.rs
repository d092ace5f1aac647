//! What a provider tells by itself hurries the look at one run, and nothing else.

use std::time::Duration;

use nexora_core::{Clock, Generation, GenerationState, Member, Provider};
use nexora_providers::webhook::Notice;
use nexora_store::jobs::{self, Claimed};
use nexora_store::{Lane, StoreError};

use crate::scene::{Scene, both};

const WISH: [(&str, &str); 2] = [("model", "wan-2.1-turbo"), ("prompt", "a lake at dawn")];

/// A clip that fal accepted and that is not due for a look yet.
async fn running(scene: &Scene, member: &Member) -> Generation {
    let id = scene.start(member, &WISH).await.id;
    assert_eq!(scene.worker.step().await.unwrap(), 1);
    let running = scene.run(member, id).await.generation;
    assert_eq!(running.state, GenerationState::Running);
    running
}

/// The name the provider has for it.
fn job_of(generation: &Generation) -> Notice {
    let ticket: serde_json::Value =
        serde_json::from_str(generation.ticket.as_deref().unwrap()).unwrap();
    Notice {
        provider: Provider::Fal,
        job: ticket["request_id"].as_str().unwrap().to_owned(),
    }
}

/// How much work is due after this was heard.
async fn work_after(scene: &Scene, run: &str, notice: &Notice) -> usize {
    scene.engine.hear_provider(run, notice).await.unwrap();
    scene.worker.step().await.unwrap()
}

#[tokio::test]
async fn news_hurry_the_run_they_are_about_and_no_other() {
    both(async |scene| {
        let ada = scene.newcomer().await;
        let adas = running(&scene, &ada).await;
        let bob = scene.newcomer().await;
        let bobs = running(&scene, &bob).await;
        let (notice, of_bob) = (job_of(&adas), job_of(&bobs));
        let run = format!("{}.1", adas.id);
        let of_another = Notice {
            provider: Provider::Replicate,
            ..notice.clone()
        };
        let of_nobody = Notice {
            job: "none".to_owned(),
            ..notice.clone()
        };
        let idle = [
            (run.clone(), of_bob),
            (run.clone(), of_another),
            (run.clone(), of_nobody),
            (format!("{}.1", bobs.id), notice.clone()),
            (format!("{}.0", adas.id), notice.clone()),
            (format!("{}.2", adas.id), notice.clone()),
            (adas.id.to_string(), notice.clone()),
            (String::new(), notice.clone()),
            (
                "gen_0190c6bc00007000800000000000000a.1".to_owned(),
                notice.clone(),
            ),
        ];
        for (run, notice) in &idle {
            let worked = work_after(&scene, run, notice).await;
            assert_eq!(worked, 0, "{run:?} {notice:?}");
        }
        for _ in 0..3 {
            scene.engine.hear_provider(&run, &notice).await.unwrap();
        }
        assert_eq!(
            scene.worker.step().await.unwrap(),
            1,
            "one look, however often"
        );
        let ready = scene.run(&ada, adas.id).await.generation;
        assert_eq!(ready.state, GenerationState::Ready);
        assert_eq!(work_after(&scene, &run, &notice).await, 0, "it has ended");
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn news_that_are_faster_than_the_answer_are_not_lost() {
    both(async |scene| {
        let ada = scene.newcomer().await;
        let running = running(&scene, &ada).await;
        scene.clock.advance(Duration::from_secs(10));
        let taken = take_work(&scene).await;
        // As it was when the provider had been asked and had not answered yet.
        let submitting = Generation {
            state: GenerationState::Submitting,
            ticket: None,
            ..running.clone()
        };
        scene.leave_as(submitting).await;
        let (run, notice) = (format!("{}.1", running.id), job_of(&running));
        scene.engine.hear_provider(&run, &notice).await.unwrap();
        // Now the answer.
        let version = running.version + 1;
        scene.leave_as(Generation { version, ..running }).await;
        let later = scene.clock.now().plus(Duration::from_secs(600));
        give_back(&scene, taken, later).await;
        assert_eq!(
            scene.worker.step().await.unwrap(),
            1,
            "it is looked at at once"
        );
        scene
    })
    .await;
}

async fn take_work(scene: &Scene) -> Claimed {
    let now = scene.clock.now();
    let until = now.plus(Duration::from_secs(15));
    let taken: Result<Vec<Claimed>, StoreError> = scene
        .engine
        .store()
        .write(Lane::Any, move |tx| {
            Box::pin(async move { jobs::claim(tx, "story", now, until, 10).await })
        })
        .await;
    let [one] = <[Claimed; 1]>::try_from(taken.unwrap()).unwrap();
    one
}

async fn give_back(scene: &Scene, row: Claimed, at: nexora_core::Timestamp) {
    let given: Result<(), StoreError> = scene
        .engine
        .store()
        .write(Lane::Any, move |tx| {
            Box::pin(async move { jobs::reschedule(tx, row.id, at).await })
        })
        .await;
    given.unwrap();
}
