//! Stopping, waiting in line, and finding what a crash left behind.

use std::time::Duration;

use nexora_core::generation::RunBy;
use nexora_core::{Clock, GenerationState, Plan, Provider};
use nexora_engine::{CancelError, StartError};

use crate::scene::both;

const STUCK: [(&str, &str); 2] = [
    ("model", "wan-2.1-turbo"),
    ("prompt", "waves at night [sandbox:stuck]"),
];

#[tokio::test]
async fn what_nobody_has_seen_is_stopped_at_once() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let waves = scene.start(&ada, &STUCK).await;
        let stopped = scene.engine.cancel(&ada, waves.id).await.unwrap();
        assert_eq!(stopped.state, GenerationState::Cancelled);
        assert_eq!(scene.available(&ada).await, 15);
        assert!(scene.sandbox.submits().is_empty(), "nobody was called");
        let again = scene.engine.cancel(&ada, waves.id).await;
        assert!(matches!(again, Err(CancelError::Ended("cancelled"))));
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn what_is_running_ends_as_the_provider_answers() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let waves = scene.start(&ada, &STUCK).await;
        scene.play_for(Duration::from_secs(20)).await;
        assert_eq!(
            scene.run(&ada, waves.id).await.generation.state,
            GenerationState::Running
        );
        let asked = scene.engine.cancel(&ada, waves.id).await.unwrap();
        assert_eq!(
            asked.state,
            GenerationState::Running,
            "the provider has the last word"
        );
        assert_eq!(scene.held(&ada).await, 8);
        scene.play().await;
        assert_eq!(
            scene.run(&ada, waves.id).await.generation.state,
            GenerationState::Cancelled
        );
        assert_eq!(scene.available(&ada).await, 15);
        scene
    })
    .await;
}

#[tokio::test]
async fn stopping_works_with_every_provider_in_its_own_way() {
    both(|scene| async move {
        let ada = scene.patron(Plan::Pro).await;
        // fal says that it was stopped, Runway forgets it, Higgsfield stops what still waits.
        for model in ["seedance-2.0", "runway-gen-4.5", "director"] {
            let before = scene.available(&ada).await;
            let wish = [("model", model), STUCK[1]];
            let waves = scene.start(&ada, &wish).await;
            scene.play_for(Duration::from_secs(20)).await;
            let running = scene.run(&ada, waves.id).await.generation;
            assert_eq!(running.state, GenerationState::Running, "{model}");
            scene.engine.cancel(&ada, waves.id).await.unwrap();
            scene.play().await;
            let stopped = scene.run(&ada, waves.id).await.generation;
            assert_eq!(stopped.state, GenerationState::Cancelled, "{model}");
            assert_eq!(scene.available(&ada).await, before, "{model}");
        }
        scene
    })
    .await;
}

#[tokio::test]
async fn nobody_stops_what_is_not_theirs() {
    both(|scene| async move {
        let (ada, bob) = (scene.newcomer().await, scene.newcomer().await);
        let waves = scene.start(&ada, &STUCK).await;
        let tried = scene.engine.cancel(&bob, waves.id).await;
        assert!(matches!(tried, Err(CancelError::NotFound)));
        scene.engine.cancel(&ada, waves.id).await.unwrap();
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn a_free_member_has_two_places_and_the_others_wait_in_line() {
    both(|scene| async move {
        let ada = scene.patron(Plan::Free).await;
        let mut waves = Vec::new();
        for _ in 0..4 {
            waves.push(scene.start(&ada, &STUCK).await.id);
        }
        scene.play_for(Duration::from_secs(30)).await;
        let mut states = Vec::new();
        for id in &waves {
            let run = scene.run(&ada, *id).await;
            states.push((run.generation.state.slug(), run.place));
        }
        states.sort_unstable();
        assert_eq!(
            states,
            [
                ("queued", Some(0)),
                ("queued", Some(1)),
                ("running", None),
                ("running", None)
            ]
        );
        for id in waves {
            scene.engine.cancel(&ada, id).await.unwrap();
        }
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn a_hundred_waiting_is_enough() {
    both(|scene| async move {
        let ada = scene.patron(Plan::Free).await;
        let mut waiting = Vec::new();
        for _ in 0..100 {
            waiting.push(scene.start(&ada, &STUCK).await.id);
        }
        let one_more = scene.try_start(&ada, &STUCK).await;
        assert!(matches!(
            one_more,
            Err(StartError::TooManyWaiting { waiting_max: 100 })
        ));
        for id in waiting {
            scene.engine.cancel(&ada, id).await.unwrap();
        }
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_a_crash_interrupted_is_never_sent_again() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let wish = [("model", "wan-2.1-turbo"), ("prompt", "waves at night")];
        let waves = scene.start(&ada, &wish).await;
        let run_by = RunBy {
            provider: Provider::Fal,
            upstream: "fal-ai/wan-t2v".to_owned(),
        };
        let interrupted = waves.clone().begin(run_by, scene.clock.now()).unwrap();
        scene.leave_as(interrupted).await;

        scene.play_for(Duration::from_secs(60)).await;
        let found = scene.run(&ada, waves.id).await.generation;
        assert!(
            matches!(found.state, GenerationState::Unknown { .. }),
            "{:?}",
            found.state
        );
        assert_eq!(scene.held(&ada).await, 8, "held until it is known");
        scene.play().await;
        assert_eq!(
            scene.run(&ada, waves.id).await.generation.state.slug(),
            "failed"
        );
        assert_eq!(scene.available(&ada).await, 15);
        assert!(scene.sandbox.submits().is_empty(), "it was not sent again");
        scene
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_leaves_its_lines_in_the_books_and_no_file() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let wish = [("model", "flux-schnell"), ("prompt", "a lighthouse")];
        let picture = scene.start(&ada, &wish).await;
        assert!(
            !scene.engine.delete_run(ada.id, picture.id).await.unwrap(),
            "it has not ended"
        );
        scene.play().await;
        let key = scene.run(&ada, picture.id).await.assets[0].key.clone();
        assert!(scene.engine.blobs().size(&key).await.unwrap().is_some());
        assert!(scene.engine.delete_run(ada.id, picture.id).await.unwrap());
        assert!(
            scene
                .engine
                .run(ada.id, picture.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(scene.engine.blobs().size(&key).await.unwrap().is_none());
        assert_eq!(
            scene.journal(&ada).await,
            ["grant 15", "hold 5", "charge 5"]
        );
        scene
    })
    .await;
}
