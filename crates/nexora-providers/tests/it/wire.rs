//! What the wire makes of far sides that hang up, lie, or lead astray.

use std::net::TcpListener;

use nexora_core::{Catalog, Provider};
use nexora_providers::{ErrorKind, MediaProvider, MotionForm, ProviderError, Providers, info_of};
use url::Url;

use crate::far_side::{FarSide, json, redirect};
use crate::stage::{Stage, fal_at, higgsfield_at, openai_at, replicate_at, runway_at};

/// How many adapters [`submit_at`] asks.
const ADAPTERS: usize = 5;

/// What each adapter makes of a submit at this address.
async fn submit_at(url: &Url) -> Vec<ProviderError> {
    let stage = Stage::open().await;
    let order = stage.order("flux-schnell", "a lake at dawn", &[]);
    let picture = stage.order("dall-e-2", "a lake at dawn", &[]);
    let clip = stage.order("runway-gen-4.5", "a lake at dawn", &[]);
    let shot = stage.order("director", "a lake at dawn", &[]);
    let (fal, replicate) = (fal_at(url.clone(), url.clone()), replicate_at(url.clone()));
    let (openai, runway) = (openai_at(url.clone()), runway_at(url.clone()));
    let higgsfield = higgsfield_at(url.clone(), MotionForm::V1);
    let errors: [_; ADAPTERS] = [
        stage.submit(&fal, &order).await.unwrap_err(),
        stage.submit(&replicate, &order).await.unwrap_err(),
        stage.submit(&openai, &picture).await.unwrap_err(),
        stage.submit(&runway, &clip).await.unwrap_err(),
        stage.submit(&higgsfield, &shot).await.unwrap_err(),
    ];
    errors.to_vec()
}

#[tokio::test]
async fn a_closed_door_proves_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("http://127.0.0.1:{port}").parse().unwrap();
    for error in submit_at(&url).await {
        assert_eq!(error.kind, ErrorKind::Down, "{error}");
        assert!(!error.detail.contains("/flux"), "{error}");
    }
}

#[tokio::test]
async fn a_handshake_that_fails_proves_that_nothing_was_sent() {
    let far_side = FarSide::saying(&[""; ADAPTERS]);
    let mut url = far_side.url("");
    url.set_scheme("https").unwrap();
    for error in submit_at(&url).await {
        assert_eq!(error.kind, ErrorKind::Down, "{error}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_our_own_mistake() {
    let url = "ftp://127.0.0.1/".parse().unwrap();
    for error in submit_at(&url).await {
        assert_eq!(error.kind, ErrorKind::Misconfigured, "{error}");
    }
}

#[tokio::test]
async fn hanging_up_after_the_request_proves_nothing() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"request_id\":";
    for answer in ["", half] {
        let far_side = FarSide::saying(&[answer; ADAPTERS]);
        for error in submit_at(&far_side.url("")).await {
            assert_eq!(error.kind, ErrorKind::Ambiguous, "{error}");
        }
        assert_eq!(far_side.heard().len(), ADAPTERS, "each was sent once");
    }
}

#[tokio::test]
async fn an_error_status_decides_even_if_its_words_are_cut_off() {
    let half = "HTTP/1.1 402 Payment Required\r\ncontent-length: 100\r\n\r\n{\"det";
    let far_side = FarSide::saying(&[half; ADAPTERS]);
    for error in submit_at(&far_side.url("")).await {
        assert_eq!(error.kind, ErrorKind::Exhausted, "{error}");
    }
}

#[tokio::test]
async fn our_key_follows_no_redirect() {
    let foreign = FarSide::saying(&["never"]);
    let astray = redirect("307 Temporary Redirect", foreign.url("/").as_str());
    let far_side = FarSide::saying(&[astray.as_str(); ADAPTERS]);
    for error in submit_at(&far_side.url("")).await {
        assert_eq!(error.kind, ErrorKind::Misconfigured, "{error}");
    }
    assert_eq!(foreign.heard().len(), 0);
}

#[tokio::test]
async fn a_key_that_is_repeated_to_us_is_not_repeated_by_us() {
    let body = r#"{"detail":"bad key kid:sesame-fal r8_sesame sk-sesame, bad secret sesame-hf",
        "error":{"message":"bad key sk-sesame"}}"#;
    let answer = json("401 Unauthorized", body);
    let runways = json("401 Unauthorized", r#"{"error":"bad key key_sesame"}"#);
    let answers = [&answer, &answer, &answer, &runways, &answer].map(String::as_str);
    let far_side = FarSide::saying(&answers);
    let errors = submit_at(&far_side.url("")).await;
    let keys = [
        "sesame-fal",
        "r8_sesame",
        "sk-sesame",
        "key_sesame",
        "sesame-hf",
    ];
    for (error, key) in errors.iter().zip(keys) {
        assert_eq!(error.kind, ErrorKind::Misconfigured);
        assert!(!format!("{error:?} {error}").contains(key), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n\"{}", "x".repeat(3 << 20));
    let far_side = FarSide::saying(&[&endless, &endless]);
    let stage = Stage::open().await;
    let order = stage.order("flux-schnell", "a lake at dawn", &[]);
    let error = stage
        .submit(&fal_at(far_side.url(""), far_side.url("")), &order)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Broken, "{error}");
}

#[tokio::test]
async fn the_built_in_catalog_can_be_asked_for() {
    let stage = Stage::open().await;
    let mut providers = Providers::new();
    providers.insert(std::sync::Arc::new(stage.fal()));
    assert!(providers.get(Provider::OpenAi).is_none());
    providers.insert(std::sync::Arc::new(stage.replicate()));
    providers.insert(std::sync::Arc::new(stage.openai()));
    providers.insert(std::sync::Arc::new(stage.runway()));
    providers.insert(std::sync::Arc::new(stage.higgsfield()));
    let catalog = Catalog::built_in().unwrap();
    assert_eq!(providers.check(&catalog), Vec::<String>::new());
    for provider in Provider::ALL {
        let adapter = providers.get(provider).unwrap();
        assert_eq!(adapter.info().provider, provider);
        assert_eq!(info_of(provider).provider, provider);
    }
}

#[tokio::test]
async fn an_unknown_shape_is_named_at_start_up() {
    let stage = Stage::open().await;
    let mut providers = Providers::new();
    providers.insert(std::sync::Arc::new(stage.replicate()));
    let toml = include_str!("../../../nexora-core/src/catalog/models.toml");
    let odd = toml.replace("shape = \"flux-schnell\"", "shape = \"flux-dev\"");
    let catalog = Catalog::from_toml(&odd).unwrap();
    let said = providers.check(&catalog);
    assert_eq!(said.len(), 1, "fal is off and is not asked: {said:?}");
    assert!(said[0].starts_with("flux-schnell on Replicate"), "{said:?}");
}

#[tokio::test]
async fn no_key_shows_in_an_adapters_own_words() {
    let stage = Stage::open().await;
    let adapters: [&dyn MediaProvider; ADAPTERS] = [
        &stage.fal(),
        &stage.replicate(),
        &stage.openai(),
        &stage.runway(),
        &stage.higgsfield(),
    ];
    for adapter in adapters {
        assert!(!format!("{adapter:?}").contains("sesame"));
    }
}
