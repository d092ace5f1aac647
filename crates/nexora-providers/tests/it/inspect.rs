//! What identity and billing say about our own configuration.

use std::sync::Arc;
use std::time::Duration;

use nexora_core::{Clock, SystemClock, Timestamp};
use nexora_providers::lemon::EVENTS_NEEDED;
use nexora_providers::{Clerk, ClerkConfig, Lemon, LemonConfig, RemoteError, Wire, knock};
use nexora_sandbox::Sandbox;
use secrecy::SecretString;

use crate::far_side::{FarSide, json};
use crate::stage::Stage;

fn lemon(stage: &Stage, store_id: &str) -> Lemon {
    let config = LemonConfig {
        key: SecretString::from(Sandbox::lemon_api_key()),
        base_url: stage.url("/lemon/v1"),
        store_id: store_id.to_owned(),
        signing_secret: SecretString::from(Sandbox::lemon_signing_secret()),
        test_mode: true,
    };
    Lemon::new(config, &Wire::new().unwrap()).unwrap()
}

fn clerk(stage: &Stage, secret_key: &str, jwt_key: Option<String>) -> Clerk {
    let config = ClerkConfig {
        publishable_key: Sandbox::clerk_publishable_key().to_owned(),
        secret_key: SecretString::from(secret_key),
        jwt_key,
        webhook_secret: None,
        frontend_api_url: Some(stage.url("/clerk")),
        api_url: stage.url("/clerk"),
        public_origins: vec!["http://localhost:3000".to_owned()],
    };
    Clerk::new(config, &Wire::new().unwrap(), Arc::new(SystemClock)).unwrap()
}

#[track_caller]
fn assert_is_now(at: Option<Timestamp>) {
    let now = SystemClock.now();
    let at = at.unwrap();
    assert!(now.since(at).max(at.since(now)) < Duration::from_mins(1));
}

#[tokio::test]
async fn a_store_says_what_it_sells_and_where_it_delivers() {
    let stage = Stage::open().await;
    let lemon_at = lemon(&stage, "1");
    let key = lemon_at.key_facts().await.unwrap();
    assert_eq!(key.test_mode, Some(true));
    assert_is_now(key.at);
    let store = lemon_at.store_facts().await.unwrap();
    assert_eq!(store.name.as_deref(), Some("Sandbox"));
    assert_eq!(store.url, Some(stage.url("/lemon")));
    let pro = lemon_at.variant_facts("102").await.unwrap();
    assert_eq!(
        (pro.name.as_deref(), pro.price_cents),
        (Some("Pro"), Some(5_900))
    );
    assert_eq!(
        (pro.is_subscription, pro.is_published),
        (Some(true), Some(true))
    );
    let pack = lemon_at.variant_facts("201").await.unwrap();
    assert_eq!(pack.is_subscription, Some(false));
    assert_eq!(lemon_at.endpoints().await, Ok(vec![]));
    let hook = "http://127.0.0.1:9/api/webhooks/lemon";
    stage.sandbox.lemon().deliver_to(hook);
    let endpoints = lemon_at.endpoints().await.unwrap();
    assert_eq!(endpoints[0].url, hook);
    assert_eq!(endpoints[0].test_mode, Some(true));
    let is_told = |event: &&str| endpoints[0].events.iter().any(|told| told == event);
    assert!(EVENTS_NEEDED.iter().all(is_told));
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let stage = Stage::open().await;
    let variant = lemon(&stage, "1").variant_facts("999").await;
    assert_eq!(variant, Err(RemoteError::NotFound));
    let store = lemon(&stage, "2").store_facts().await;
    assert_eq!(store, Err(RemoteError::NotFound));
}

#[tokio::test]
async fn the_keys_of_an_instance_agree_or_do_not() {
    let stage = Stage::open().await;
    let facts = clerk(&stage, Sandbox::clerk_secret_key(), None)
        .key_facts()
        .await;
    assert_eq!((&facts.secret_key, &facts.agree), (&Ok(()), &Ok(true)));
    assert_is_now(facts.at);
    let jwt_key = Some(stage.sandbox.clerk().jwt_key());
    let pinned = clerk(&stage, Sandbox::clerk_secret_key(), jwt_key);
    assert_eq!(pinned.key_facts().await.agree, Ok(true));
    stage.sandbox.clerk().rotate_key();
    assert_eq!(pinned.key_facts().await.agree, Ok(false), "an old PEM");
}

#[tokio::test]
async fn a_secret_key_that_is_not_taken_is_said() {
    let refused = json("401 Unauthorized", r#"{"errors":[{"message":"no"}]}"#);
    let far = FarSide::saying(&[&refused, &refused]);
    let stage = Stage::open().await;
    let config = ClerkConfig {
        publishable_key: Sandbox::clerk_publishable_key().to_owned(),
        secret_key: SecretString::from("sk_test_other"),
        jwt_key: None,
        webhook_secret: None,
        frontend_api_url: Some(stage.url("/clerk")),
        api_url: far.url(""),
        public_origins: vec!["http://localhost:3000".to_owned()],
    };
    let clerk = Clerk::new(config, &Wire::new().unwrap(), Arc::new(SystemClock)).unwrap();
    let facts = clerk.key_facts().await;
    assert_eq!(facts.secret_key, Err(RemoteError::Misconfigured));
    assert_eq!(facts.agree, Err(RemoteError::Misconfigured));
}

#[tokio::test]
async fn a_studio_is_knocked_at() {
    let wire = Wire::new().unwrap();
    let far = FarSide::saying(&[&json("200 OK", "{}")]);
    assert_eq!(knock(&wire, far.url("/healthz")).await, Ok(None));
    let nobody = "http://127.0.0.1:9/healthz".parse().unwrap();
    assert_eq!(knock(&wire, nobody).await, Err(RemoteError::Down));
}
