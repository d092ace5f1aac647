//! How keys are fetched: seldom, once for everybody, and never from a token.

use std::time::Duration;

use futures_util::future::join_all;
use nexora_providers::ClerkConfig;
use nexora_providers::clerk::{Flaw, TokenError, Transport};
use serde_json::{Value, json};
use url::Url;

use super::mint::{KID, Mint, changed, claims, config, header, open};
use crate::far_side::{FarSide, json as answer};

const BEARER: Transport = Transport::Bearer;

fn key_set(keys: &[Value]) -> String {
    answer("200 OK", &json!({ "keys": keys }).to_string())
}

fn down() -> String {
    answer("503 Service Unavailable", "{}")
}

/// An instance whose Frontend API is at one address and whose Backend API is at another.
fn fetching(frontend: &Url, backend: &Url) -> ClerkConfig {
    ClerkConfig {
        jwt_key: None,
        frontend_api_url: Some(frontend.clone()),
        api_url: backend.clone(),
        ..config()
    }
}

fn issuer(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// A token of this mint that never expires, under this key's name.
fn token(mint: &Mint, kid: &str, url: &Url) -> String {
    let header = changed(header(), &json!({ "kid": kid }));
    let claims = changed(claims(&issuer(url)), &json!({ "exp": 4_000_000_000_i64 }));
    mint.token_with(&header, &claims)
}

fn invalid(flaw: Flaw) -> TokenError {
    TokenError::Invalid(flaw)
}

#[tokio::test]
async fn everybody_waits_for_one_question() {
    let own = Mint::own();
    let other = json!({ "kty": "EC", "use": "sig", "alg": "ES256", "kid": KID });
    let far = FarSide::saying(&[&key_set(&[other, own.jwk(KID)])]);
    let (clerk, clock) = open(fetching(&far.url(""), &far.url("")));
    let token = token(&own, KID, &far.url(""));
    let outcomes = join_all((0..20).map(|_| clerk.verify_session(&token, BEARER))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    clock.advance(Duration::from_secs(299));
    clerk.verify_session(&token, BEARER).await.unwrap();
    let heard = far.heard();
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with("GET /.well-known/jwks.json "));
    assert!(
        !heard[0].contains("sesame"),
        "our secret key is not for browsers' hosts"
    );
}

#[tokio::test]
async fn a_flood_of_unknown_names_asks_twice_a_minute_at_most() {
    let own = Mint::own();
    let set = key_set(&[own.jwk(KID)]);
    let far = FarSide::saying(&[&set, &set, &set, &set]);
    let (clerk, clock) = open(fetching(&far.url(""), &far.url("")));
    for minute_half in 1..=3 {
        for name in 0..50 {
            let kid = format!("ins_{name}");
            let strange = token(&own, &kid, &far.url(""));
            let outcome = clerk.verify_session(&strange, BEARER).await;
            assert_eq!(outcome, Err(invalid(Flaw::UnknownKey)));
        }
        assert_eq!(far.heard().len(), minute_half);
        clock.advance(Duration::from_secs(30));
    }
    let good = token(&own, KID, &far.url(""));
    assert!(clerk.verify_session(&good, BEARER).await.is_ok());
}

#[tokio::test]
async fn another_key_under_the_same_name_is_not_ours() {
    // The name is the instance's id: a neighbour in the same process has its own keys, whatever
    // its tokens call them.
    let (own, stranger) = (Mint::own(), Mint::stranger());
    let far = FarSide::saying(&[&key_set(&[own.jwk(KID)])]);
    let near = FarSide::saying(&[&key_set(&[stranger.jwk(KID)])]);
    let (clerk, _) = open(fetching(&far.url(""), &far.url("")));
    let (neighbour, _) = open(fetching(&near.url(""), &near.url("")));
    let theirs = token(&stranger, KID, &near.url(""));
    assert!(neighbour.verify_session(&theirs, BEARER).await.is_ok());
    let posing = token(&stranger, KID, &far.url(""));
    for forged in [theirs, posing] {
        let outcome = clerk.verify_session(&forged, BEARER).await;
        assert_eq!(outcome, Err(invalid(Flaw::Signature)));
    }
}

#[tokio::test]
async fn a_new_key_is_found_under_the_old_name_and_under_a_new_one() {
    let (own, stranger) = (Mint::own(), Mint::stranger());
    let rotated = key_set(&[stranger.jwk(KID), own.jwk("ins_next")]);
    let far = FarSide::saying(&[&key_set(&[own.jwk(KID)]), &rotated]);
    let (clerk, clock) = open(fetching(&far.url(""), &far.url("")));
    let old = token(&own, KID, &far.url(""));
    clerk.verify_session(&old, BEARER).await.unwrap();
    let new = token(&stranger, KID, &far.url(""));
    let at_once = clerk.verify_session(&new, BEARER).await;
    assert_eq!(
        at_once,
        Err(invalid(Flaw::Signature)),
        "not looked for again so soon"
    );
    clock.advance(Duration::from_secs(30));
    clerk.verify_session(&new, BEARER).await.unwrap();
    let renamed = token(&own, "ins_next", &far.url(""));
    clerk.verify_session(&renamed, BEARER).await.unwrap();
    let after = clerk.verify_session(&old, BEARER).await;
    assert_eq!(after, Err(invalid(Flaw::Signature)));
    assert_eq!(far.heard().len(), 2);
}

#[tokio::test]
async fn the_last_good_keys_serve_for_an_hour_and_then_nobody_knows() {
    let own = Mint::own();
    let far = FarSide::saying(&[&key_set(&[own.jwk(KID)])]);
    let (clerk, clock) = open(fetching(&far.url(""), &far.url("")));
    let good = token(&own, KID, &far.url(""));
    clerk.verify_session(&good, BEARER).await.unwrap();
    for _ in 0..11 {
        clock.advance(Duration::from_secs(301));
        assert!(clerk.verify_session(&good, BEARER).await.is_ok());
    }
    let strange = token(&own, "ins_strange", &far.url(""));
    let outcome = clerk.verify_session(&strange, BEARER).await;
    assert!(outcome.is_err());
    clock.advance(Duration::from_secs(301));
    let outcome = clerk.verify_session(&good, BEARER).await;
    assert_eq!(outcome, Err(TokenError::Unavailable));
}

#[tokio::test]
async fn without_any_key_nobody_is_let_in_nor_refused() {
    let own = Mint::own();
    let empty = key_set(&[]);
    let far = FarSide::saying(&[&empty, &down()]);
    let (clerk, _) = open(fetching(&far.url(""), &far.url("")));
    let token = token(&own, KID, &far.url(""));
    for _ in 0..5 {
        let outcome = clerk.verify_session(&token, BEARER).await;
        assert_eq!(outcome, Err(TokenError::Unavailable));
    }
    assert_eq!(far.heard().len(), 2, "left alone for a while");
}

#[tokio::test]
async fn the_backend_is_asked_when_the_frontend_does_not_answer() {
    let own = Mint::own();
    let frontend = FarSide::saying(&[&down()]);
    let backend = FarSide::saying(&[&key_set(&[own.jwk(KID)])]);
    let (clerk, _) = open(fetching(&frontend.url(""), &backend.url("")));
    let token = token(&own, KID, &frontend.url(""));
    clerk.verify_session(&token, BEARER).await.unwrap();
    let heard = backend.heard();
    assert!(heard[0].starts_with("GET /v1/jwks "), "{}", heard[0]);
    assert!(heard[0].contains("authorization: Bearer sk_live_sesame"));
    assert!(heard[0].contains("clerk-api-version: 2026-05-12"));
}

#[tokio::test]
async fn a_key_that_a_token_brings_along_is_not_used() {
    let stranger = Mint::stranger();
    let far = FarSide::saying(&[&key_set(&[Mint::own().jwk(KID)])]);
    let evil = FarSide::saying(&[&key_set(&[stranger.jwk(KID)])]);
    let (clerk, _) = open(fetching(&far.url(""), &far.url("")));
    let brought = json!({ "jwk": stranger.jwk(KID), "jku": evil.url("/jwks").as_str() });
    let header = changed(header(), &brought);
    let token = stranger.token_with(&header, &claims(&issuer(&far.url(""))));
    let outcome = clerk.verify_session(&token, BEARER).await;
    assert_eq!(outcome, Err(invalid(Flaw::Signature)));
    assert_eq!(evil.heard().len(), 0);
}
