//! A route that fails again and again is given a rest, and people are told what to expect.

use std::time::Duration;

use nexora_core::{GenerationState, Member, Plan, Provider};
use nexora_sandbox::{Cue, Fault, Provider as Played};

use crate::scene::{Scene, both};

/// FLUX runs on Replicate, and on fal if that does not work.
const WISH: [(&str, &str); 2] = [("model", "flux-schnell"), ("prompt", "a pier")];
/// Longer than a reading of the routes' health is good for.
const READ_AGAIN: Duration = Duration::from_secs(6);

/// Who makes a picture that is ordered now, in how many attempts.
async fn made_by(scene: &Scene, member: &Member, wish: &[(&str, &str)]) -> (Provider, u32) {
    let id = scene.start(member, wish).await.id;
    scene.play().await;
    let made = scene.run(member, id).await.generation;
    assert_eq!(made.state, GenerationState::Ready);
    assert_eq!(made.charged, Some(made.quote.credits), "at the same price");
    (made.run_by.unwrap().provider, made.attempt)
}

fn down(times: u32) -> Cue {
    Cue::new(Fault::Down).at(Played::Replicate).times(times)
}

#[tokio::test]
async fn a_route_that_failed_three_times_is_passed_over_until_one_run_finds_it_well() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        scene.sandbox.script().push(down(3));
        for _ in 0..3 {
            let (provider, attempts) = made_by(&scene, &ada, &WISH).await;
            assert_eq!(
                (provider, attempts),
                (Provider::Fal, 2),
                "tried, and made elsewhere"
            );
        }
        // Replicate works again, but nobody knows.
        let passed_over = made_by(&scene, &ada, &WISH).await;
        assert_eq!(passed_over, (Provider::Fal, 1), "at once");
        scene.clock.advance(Duration::from_secs(61));
        assert_eq!(made_by(&scene, &ada, &WISH).await, (Provider::Replicate, 1));
        assert_eq!(made_by(&scene, &ada, &WISH).await, (Provider::Replicate, 1));
        scene
    })
    .await;
}

#[tokio::test]
async fn what_is_known_of_a_route_survives_a_restart_and_one_run_at_a_time_finds_out() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        scene.sandbox.script().push(down(4));
        for _ in 0..3 {
            made_by(&scene, &ada, &WISH).await;
        }
        let another = scene.another_worker(scene.engine.providers().clone());
        let id = scene.start(&ada, &WISH).await.id;
        assert_eq!(another.step().await.unwrap(), 1);
        let begun = scene.run(&ada, id).await.generation;
        assert_eq!(begun.run_by.unwrap().provider, Provider::Fal, "it read it");
        scene.play().await;
        // The rest is over. Of two runs one finds out (in vain), the other is made without delay.
        scene.clock.advance(Duration::from_secs(61));
        let probe = scene.start(&ada, &WISH).await.id;
        let other = scene.start(&ada, &WISH).await.id;
        scene.play().await;
        let mut attempts = Vec::new();
        for id in [probe, other] {
            attempts.push(scene.run(&ada, id).await.generation.attempt);
        }
        attempts.sort_unstable();
        assert_eq!(attempts, [1, 2]);
        scene.clock.advance(Duration::from_secs(61));
        let still_resting = made_by(&scene, &ada, &WISH).await;
        assert_eq!(still_resting, (Provider::Fal, 1), "the next rest is longer");
        scene
    })
    .await;
}

#[tokio::test]
async fn the_only_way_is_never_blocked_and_is_called_what_it_is() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let wish = [("model", "wan-2.1-turbo"), ("prompt", "a pier")];
        let clip = scene.engine.catalog().find("wan-2.1-turbo").unwrap();
        let in_trouble = async || {
            let now = scene.engine.now();
            scene
                .engine
                .health()
                .await
                .is_in_trouble(clip, |_| true, now)
        };
        let broken = [
            ("model", "wan-2.1-turbo"),
            ("prompt", "a pier [sandbox:fail]"),
        ];
        assert!(!in_trouble().await);
        for _ in 0..3 {
            let id = scene.start(&ada, &broken).await.id;
            scene.play().await;
            let failed = scene.run(&ada, id).await.generation;
            assert!(matches!(failed.state, GenerationState::Failed(_)));
        }
        assert!(in_trouble().await);
        assert_eq!(made_by(&scene, &ada, &wish).await, (Provider::Fal, 1));
        assert!(!in_trouble().await);
        scene
    })
    .await;
}

#[tokio::test]
async fn refusals_and_wrong_settings_are_not_the_routes_failures() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let refused = [
            ("model", "flux-schnell"),
            ("prompt", "a pier [sandbox:refuse]"),
        ];
        for _ in 0..10 {
            scene.start(&ada, &refused).await;
            scene.play().await;
        }
        assert_eq!(made_by(&scene, &ada, &WISH).await, (Provider::Replicate, 1));
        scene.clock.advance(READ_AGAIN);
        let flux = scene.engine.catalog().find("flux-schnell").unwrap();
        let record = scene.engine.health().await.record(flux).unwrap();
        assert_eq!((record.runs, record.failed_percent), (11, 0));
        assert_eq!(record.refused_percent, 91);
        assert!(record.wait_usual > Duration::ZERO);
        scene
    })
    .await;
}
