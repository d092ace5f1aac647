//! What Clerk tells us, and what we tell Clerk.

use std::sync::Arc;
use std::time::Duration;

use nexora_core::{Clock, DisplayName, Email, Member, SystemClock};
use nexora_engine::{ExchangeError, Profile, SignedIn, Vouched};
use nexora_providers::clerk::{ClerkEmail, ClerkEvent, ClerkUser};
use nexora_providers::{Clerk, ClerkConfig, RemoteError, Wire};
use nexora_sandbox::{Cue, Fault, Sandbox};
use secrecy::SecretString;
use url::Url;

use crate::scene::{Scene, both, device};

/// The Clerk that the scene's sandbox plays.
fn played(scene: &Scene) -> Arc<Clerk> {
    let url: Url = scene.sandbox.clerk().url().parse().unwrap();
    let config = ClerkConfig {
        publishable_key: Sandbox::clerk_publishable_key().to_owned(),
        secret_key: SecretString::from(Sandbox::clerk_secret_key()),
        jwt_key: None,
        webhook_secret: None,
        frontend_api_url: Some(url.clone()),
        api_url: url,
        public_origins: vec!["http://127.0.0.1:3000".to_owned()],
    };
    let clerk = Clerk::new(config, &Wire::new().unwrap(), Arc::new(SystemClock)).unwrap();
    let clerk = Arc::new(clerk);
    scene.engine.use_clerk(Arc::clone(&clerk));
    clerk
}

/// Dan comes in by this session.
async fn enter(scene: &Scene, subject: &str, sid: &str) -> Result<SignedIn, ExchangeError> {
    let vouched = Vouched {
        subject: subject.to_owned(),
        sid: sid.to_owned(),
        actor: None,
    };
    let profile = Profile {
        email: Some(Email::parse("dan@example.com").unwrap()),
        name: Some(DisplayName::parse("Dan").unwrap()),
        updated_at: scene.clock.now(),
    };
    let entering = scene.engine.exchange(vouched, Some(profile), device());
    entering.await
}

/// What Clerk says of Dan some minutes from now.
fn changed(scene: &Scene, name: &str, minutes: u64) -> ClerkEvent {
    ClerkEvent::UserChanged(ClerkUser {
        subject: "user_dan".to_owned(),
        email: Some(ClerkEmail {
            address: Email::parse("daniel@example.com").unwrap(),
            verified: true,
        }),
        name: Some(DisplayName::parse(name).unwrap()),
        updated_at: scene.clock.now().plus(Duration::from_secs(minutes * 60)),
    })
}

fn deleted(subject: &str) -> ClerkEvent {
    ClerkEvent::UserDeleted {
        subject: subject.to_owned(),
    }
}

/// A delivery; its name stands for its body, too.
async fn hear(scene: &Scene, id: &str, event: ClerkEvent) {
    let heard = scene.engine.hear_clerk(id, id.as_bytes(), event);
    heard.await.unwrap();
}

async fn name_of(scene: &Scene, member: &Member) -> String {
    let found = scene.engine.member(member.id).await.unwrap();
    found.unwrap().display_name.as_str().to_owned()
}

#[tokio::test]
async fn news_of_a_profile_is_taken_in_any_order_and_whoever_left_stays_gone() {
    both(|scene| async move {
        let _clerk = played(&scene);
        let dan = enter(&scene, "user_dan", "sess_1").await.unwrap().member;
        hear(&scene, "msg_1", changed(&scene, "Daniel", 2)).await;
        hear(&scene, "msg_2", changed(&scene, "Dan the old", 1)).await;
        assert_eq!(name_of(&scene, &dan).await, "Daniel");
        let found = scene.engine.member(dan.id).await.unwrap().unwrap();
        assert_eq!(found.email.as_str(), "daniel@example.com");
        scene.engine.farewell(&found).await.unwrap();
        scene.play().await;
        hear(&scene, "msg_3", changed(&scene, "Daniel again", 3)).await;
        let again = enter(&scene, "user_dan", "sess_1").await;
        assert!(matches!(again, Err(ExchangeError::Gone)));
        assert_eq!(scene.journal(&dan).await, ["grant 15"]);
        scene
    })
    .await;
}

#[tokio::test]
async fn a_delivery_counts_once() {
    both(|scene| async move {
        let dan = enter(&scene, "user_dan", "sess_1").await.unwrap().member;
        hear(&scene, "msg_1", changed(&scene, "Daniel", 1)).await;
        let name = DisplayName::parse("Danny").unwrap();
        scene.engine.rename(&dan, name).await.unwrap();
        hear(&scene, "msg_1", changed(&scene, "Daniel", 1)).await;
        assert_eq!(name_of(&scene, &dan).await, "Danny");
        for nobody in [
            changed(&scene, "x", 1),
            deleted("user_x"),
            ClerkEvent::Ignored,
        ] {
            hear(&scene, "msg_2", nobody).await;
        }
        scene
    })
    .await;
}

#[tokio::test]
async fn a_newer_profile_is_taken_over_on_coming_in() {
    both(|scene| async move {
        let dan = enter(&scene, "user_dan", "sess_1").await.unwrap().member;
        let name = DisplayName::parse("Danny").unwrap();
        scene.engine.rename(&dan, name).await.unwrap();
        scene.clock.advance(Duration::from_secs(60));
        let again = enter(&scene, "user_dan", "sess_2").await.unwrap().member;
        assert_eq!((again.id, again.display_name.as_str()), (dan.id, "Dan"));
        scene
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ended_there_ends_here() {
    both(|scene| async move {
        let dan = enter(&scene, "user_dan", "sess_1").await.unwrap();
        let ended = || ClerkEvent::SessionEnded {
            sid: "sess_1".to_owned(),
            subject: None,
        };
        hear(&scene, "msg_1", ended()).await;
        let found = scene.engine.authenticate(&dan.token).await.unwrap();
        assert!(found.is_none());
        hear(&scene, "msg_2", ended()).await;
        scene
    })
    .await;
}

#[tokio::test]
async fn whoever_is_deleted_there_is_signed_out_at_once_and_leaves() {
    both(|scene| async move {
        let _clerk = played(&scene);
        let dan = enter(&scene, "user_dan", "sess_1").await.unwrap();
        hear(&scene, "msg_1", deleted("user_dan")).await;
        let found = scene.engine.authenticate(&dan.token).await.unwrap();
        assert!(found.is_none(), "at once");
        scene.play().await;
        assert!(scene.engine.member(dan.member.id).await.unwrap().is_none());
        hear(&scene, "msg_2", deleted("user_dan")).await;
        assert_eq!(scene.journal(&dan.member).await, ["grant 15"]);
        scene
    })
    .await;
}

#[tokio::test]
async fn whoever_left_here_is_deleted_there_however_long_it_takes() {
    both(|scene| async move {
        let clerk = played(&scene);
        let user = sign_up(&scene).await;
        let dan = enter(&scene, &user, "sess_1").await.unwrap().member;
        let delete = format!("DELETE /clerk/v1/users/{user}");
        let down = || Cue::new(Fault::Down).about(&delete);
        scene.sandbox.script().push(down().times(2));
        scene.engine.farewell(&dan).await.unwrap();
        scene.worker.step().await.unwrap();
        assert!(clerk.user(&user).await.is_ok(), "Clerk did not do it");
        // A studio that ends here finds the work again when it comes back.
        scene.play().await;
        assert_eq!(clerk.user(&user).await, Err(RemoteError::NotFound));
        scene
    })
    .await;
}

/// Somebody with an account at the played Clerk.
async fn sign_up(scene: &Scene) -> String {
    // A client wants cryptography, even for an office on this machine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/v1/users", scene.sandbox.clerk().url());
    let asking = reqwest::Client::new()
        .post(url)
        .bearer_auth(Sandbox::clerk_secret_key())
        .body(r#"{"email_address": ["dan@example.com"]}"#);
    let answer = asking.send().await.unwrap().text().await.unwrap();
    let user: serde_json::Value = serde_json::from_str(&answer).unwrap();
    user["id"].as_str().unwrap().to_owned()
}
