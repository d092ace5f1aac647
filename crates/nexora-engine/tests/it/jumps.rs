//! The clock jumps: a laptop slept, or a demonstration moved it.

use std::time::Duration;

use nexora_core::{DisplayName, Email, GenerationState, Password, Plan};
use nexora_engine::NewAccount;

use crate::scene::{both, device};

#[tokio::test]
async fn work_in_progress_is_not_begun_again_when_its_lease_runs_out() {
    both(|scene| async move {
        let member = scene.patron(Plan::Pro).await;
        let wish = [("model", "dall-e-2"), ("prompt", "a heron [sandbox:slow]")];
        let id = scene.start(&member, &wish).await.id;
        let jumping = async {
            while scene.run(&member, id).await.generation.state != GenerationState::Submitting {
                tokio::task::yield_now().await;
            }
            scene.clock.advance(Duration::from_secs(60));
            assert_eq!(scene.worker.step().await.unwrap(), 0, "it is in hand");
        };
        let (worked, ()) = tokio::join!(scene.worker.step(), jumping);
        assert_eq!(worked.unwrap(), 1);
        scene.play().await;
        let state = scene.run(&member, id).await.generation.state;
        assert_eq!(state, GenerationState::Ready);
        scene
    })
    .await;
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_moved_clock() {
    both(|scene| async move {
        let email = Email::parse("traveller@example.com").unwrap();
        let new = NewAccount {
            display_name: DisplayName::from_email(&email),
            email,
            password: Password::choose("correct horse").unwrap(),
        };
        let signed_in = scene.engine.sign_up(new, device()).await.unwrap();
        let month = Duration::from_secs(31 * 86_400);
        scene.engine.carry_sessions(month).await.unwrap();
        scene.clock.advance(month);
        let found = scene.engine.authenticate(&signed_in.token).await.unwrap();
        assert_eq!(
            found.map(|(_, member)| member.id),
            Some(signed_in.member.id)
        );
        scene.clock.advance(month);
        let found = scene.engine.authenticate(&signed_in.token).await.unwrap();
        assert!(found.is_none(), "a month that really passed is one");
        scene
    })
    .await;
}
