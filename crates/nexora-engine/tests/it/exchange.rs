//! A sign-in service vouches for people: who they are here.

use std::time::Duration;

use futures_util::future::join_all;
use nexora_core::{Clock, DisplayName, Email};
use nexora_engine::{ExchangeError, Profile, Vouched};

use crate::scene::{Scene, both, device};

fn vouched(subject: &str, sid: &str) -> Vouched {
    Vouched {
        subject: subject.to_owned(),
        sid: sid.to_owned(),
        actor: None,
    }
}

fn profile(scene: &Scene, address: &str) -> Profile {
    Profile {
        email: Some(Email::parse(address).unwrap()),
        name: Some(DisplayName::parse("Ada").unwrap()),
        updated_at: scene.clock.now(),
    }
}

#[tokio::test]
async fn a_newcomer_gets_one_account_and_fifteen_credits_however_many_requests_race() {
    both(|scene| async move {
        let unknown = scene
            .engine
            .exchange(vouched("user_new", "sess_1"), None, device())
            .await;
        assert!(matches!(unknown, Err(ExchangeError::ProfileNeeded)));
        let requests = (0..20).map(|_| {
            let profile = profile(&scene, "new@example.com");
            let vouched = vouched("user_new", "sess_1");
            scene.engine.exchange(vouched, Some(profile), device())
        });
        let mut members: Vec<_> = join_all(requests)
            .await
            .into_iter()
            .map(|signed_in| signed_in.unwrap().member)
            .collect();
        members.dedup();
        assert_eq!(members.len(), 1);
        assert_eq!(scene.journal(&members[0]).await, ["grant 15"]);
        scene
    })
    .await;
}

#[tokio::test]
async fn the_same_address_is_not_the_same_person() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let address = ada.email.as_str().to_owned();
        let other = scene
            .engine
            .exchange(
                vouched("user_other", "sess_1"),
                Some(profile(&scene, &address)),
                device(),
            )
            .await
            .unwrap()
            .member;
        assert_ne!(other.id, ada.id);
        assert!(other.email.as_str().ends_with("@clerk.invalid"));
        scene
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_with_the_one_it_stands_on() {
    both(|scene| async move {
        let engine = &scene.engine;
        let enter = async |sid: &str| {
            let profile = profile(&scene, "eve@example.com");
            let signed_in = engine.exchange(vouched("user_eve", sid), Some(profile), device());
            signed_in.await.unwrap()
        };
        let (first, second) = (enter("sess_1").await, enter("sess_2").await);
        let lives = async |token| engine.authenticate(token).await.unwrap();
        let (row, _) = lives(&first.token).await.unwrap();
        assert_eq!(row.provider_sid.as_deref(), Some("sess_1"));
        scene.clock.advance(Duration::from_secs(60));
        engine.session_verified(row.id).await.unwrap();
        let (row, _) = lives(&first.token).await.unwrap();
        assert_eq!(row.last_verified_at, Some(scene.clock.now()));
        let (found, owner) = engine.clerk_session("sess_1").await.unwrap().unwrap();
        assert_eq!((found.id, owner.id), (row.id, first.member.id));
        assert_eq!(engine.end_clerk_session("sess_1").await.unwrap(), 1);
        assert!(lives(&first.token).await.is_none());
        assert!(lives(&second.token).await.is_some());
        assert!(engine.clerk_session("sess_1").await.unwrap().is_none());
        scene
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_takes_their_pictures_along_even_those_in_the_making() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let wish = [("model", "flux-schnell"), ("prompt", "my secret garden")];
        let made = scene.start(&ada, &wish).await;
        scene.play().await;
        let begun = scene.start(&ada, &wish).await;
        scene.worker.step().await.unwrap();
        scene.engine.farewell(&ada).await.unwrap();
        scene.play().await;
        for id in [made.id, begun.id] {
            assert!(scene.engine.run(ada.id, id).await.unwrap().is_none());
        }
        let journal = scene.journal(&ada).await;
        assert_eq!(journal[0], "grant 15", "the books keep their lines");
        scene
    })
    .await;
}
