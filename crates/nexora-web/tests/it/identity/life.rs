//! A session's life: it begins with a token of Clerk's, is looked at again, and outlives the token.

use std::time::Duration;

use futures_util::future::{join, join_all};
use nexora_sandbox::{Cue, Fault};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::surfer::{Surfer, TOKEN, UAT, on_clerk, on_clerk_in_time};
use crate::browser::{Browser, code, header, text};
use crate::post_box::until;

/// A little longer than Clerk's word counts.
const A_WHILE: Duration = Duration::from_secs(301);

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_up_at_clerks_arrives_with_fifteen_credits() {
    on_clerk(async |studio| {
        let stranger = Surfer::new(studio);
        let door = stranger.load("/history?kind=video").await;
        assert_eq!(
            door.url().path(),
            "/sign-in",
            "strangers are shown the door"
        );

        let ada = Surfer::signed_up(studio, "Ada").await;
        assert_eq!(ada.browser.available().await, 15);
        let page = ada.browser.page("/profile").await;
        assert!(page.contains("Ada"), "Clerk told the name");
        let own = ada.browser.cookie("nexora").unwrap();
        assert_eq!(own.len(), 64, "a session of our own");
        ada.browser.page("/studio").await;
        assert_eq!(ada.browser.cookie("nexora").unwrap(), own, "which stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_the_token_and_asks_again_after_a_while() {
    on_clerk_in_time(async |studio, clock| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.let_token_expire();
        assert_eq!(ada.browser.get("/studio").await.status(), StatusCode::OK);
        clock.advance(A_WHILE);
        let asks = ada.browser.get("/studio").await;
        assert_eq!(asks.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(header(&asks, "cache-control"), "no-store");
        let place = header(&asks, "location");
        assert!(place.contains("/v1/client/handshake") && place.contains("session-token-expired"));
        let arrived = ada.follow(asks).await;
        assert_eq!(arrived.status(), StatusCode::OK);
        assert_eq!(arrived.url().path(), "/studio");
        ada.let_token_expire();
        assert_eq!(
            ada.browser.get("/studio").await.status(),
            StatusCode::OK,
            "its word counts for a while again"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_lay_open_for_an_hour_is_still_taken() {
    on_clerk_in_time(async |studio, clock| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.let_token_expire();
        clock.advance(Duration::from_secs(3_600));
        let sent = ada
            .browser
            .post("/profile/sessions/revoke-others", &[])
            .await;
        assert_eq!(header(&sent, "location"), "/profile#sessions");

        // Clerk was asked once; for a while nobody asks again.
        let deaf = Cue::new(Fault::Down).about("/v1/sessions/").times(100);
        studio.sandbox.script().push(deaf);
        let calls = (0..20).map(|_| ada.asks());
        assert!(join_all(calls).await.iter().all(StatusCode::is_success));
        clock.advance(A_WHILE);
        assert_eq!(ada.asks().await, StatusCode::SERVICE_UNAVAILABLE);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_pictures_of_one_page_ask_clerk_once() {
    on_clerk_in_time(async |studio, clock| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.let_token_expire();
        clock.advance(A_WHILE);
        let played = studio.sandbox.clerk();
        let asked = || played.calls("GET /clerk/v1/sessions/");
        let before = asked();
        let held = played.hold_calls().await;
        let calls = join_all((0..20).map(|_| ada.asks()));
        // The first asks; the others come while Clerk still thinks about it.
        let thinking = async {
            until(async || asked() > before).await;
            for _ in 0..50 {
                ada.browser.get("/healthz").await;
            }
            drop(held);
        };
        let (answers, ()) = join(calls, thinking).await;
        assert!(answers.iter().all(StatusCode::is_success));
        assert_eq!(asked() - before, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn first_requests_that_race_open_one_account() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let bob = Surfer::new(studio);
        let arriving = bob.sign_up_only("Bob").await;
        let requests = (0..20).map(|_| {
            let browser = Browser::new(studio);
            for (name, value) in &arriving {
                browser.put(name, value);
            }
            async move { browser.get("/studio").await.status() }
        });
        let answers = join_all(requests).await;
        assert!(answers.iter().all(StatusCode::is_success), "{answers:?}");
        for (name, value) in &arriving {
            bob.browser.put(name, value);
        }
        assert_eq!(bob.browser.available().await, 15);
        assert_eq!(ada.browser.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_somewhere_comes_back_there() {
    on_clerk(async |studio| {
        let ada = Surfer::new(studio);
        let door = ada.load("/history?q=blue+sea&kind=video").await;
        let link = super::surfer::portal(&text(door).await);
        let link: url::Url = link.parse().unwrap();
        let back = link.query_pairs().find(|(name, _)| name == "redirect_url");
        let back = back.unwrap().1.into_owned();
        assert_eq!(back, studio.url("/history?q=blue+sea&kind=video"));
        ada.sign_up("Ada").await;
        let again = ada
            .browser
            .get("/sign-in?return_to=%2Fhistory%3Fq%3Dx")
            .await;
        assert_eq!(header(&again, "location"), "/history?q=x");
        for evil in ["//evil.example", "https://evil.example/", "/\\evil.example"] {
            let answer = Surfer::new(studio)
                .page(&format!("/sign-in?return_to={evil}"))
                .await;
            assert!(!answer.contains("evil.example"), "{evil}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_brings_its_token_with_every_call() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let token = ada.token(&json!({}));
        let program = Browser::new(studio);
        let call = async |path: &str| {
            let request = program.request(Method::GET, path).bearer_auth(&token);
            program.send(request).await
        };
        for _ in 0..3 {
            assert_eq!(call("/api/credits").await.status(), StatusCode::OK);
        }
        assert_eq!(program.cookies(), [], "a program keeps no cookies");
        let own = studio
            .engine
            .clerk_session(&ada.sid())
            .await
            .unwrap()
            .unwrap();
        let sessions = studio.engine.sessions(own.1.id).await.unwrap();
        assert_eq!(sessions.len(), 1, "and shares its session");

        // One that never had a browser opens an account all the same.
        let user = json!({ "email_address": ["robot@example.org"] });
        let user = super::surfer::tell_backend(studio, "users", &user).await;
        let session = json!({ "user_id": user["id"] });
        let session = super::surfer::tell_backend(studio, "sessions", &session).await;
        let sid = session["id"].as_str().unwrap();
        let token = super::surfer::forged(studio, sid, &json!({}));
        let calls = (0..10).map(|_| {
            let robot = Browser::new(studio);
            let request = robot
                .request(Method::GET, "/api/credits")
                .bearer_auth(&token);
            async move { robot.send(request).await.json().await.unwrap() }
        });
        let answers: Vec<serde_json::Value> = join_all(calls).await;
        assert!(answers.iter().all(|credits| credits["available"] == 15));
        let own = studio.engine.clerk_session(sid).await.unwrap().unwrap();
        let sessions = studio.engine.sessions(own.1.id).await.unwrap();
        assert_eq!(sessions.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_clerk_nobody_is_let_in_and_nobody_is_thrown_out() {
    on_clerk_in_time(async |studio, clock| {
        let down = |part: &str| Cue::new(Fault::Down).about(part).times(1_000);
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.let_token_expire();
        studio.sandbox.script().push(down("/v1/sessions/"));
        assert_eq!(ada.asks().await, StatusCode::OK, "its word still counts");
        clock.advance(A_WHILE);
        let answer = ada
            .browser
            .send(ada.browser.request(Method::GET, "/api/credits"))
            .await;
        assert_eq!(header(&answer, "retry-after"), "5");
        assert_eq!(code(answer).await, (503, "identity_away".to_owned()));
        let form = ada
            .browser
            .post("/profile/sessions/revoke-others", &[])
            .await;
        assert_eq!(form.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            text(form)
                .await
                .contains("Nothing was lost and nothing was charged.")
        );
        // A page being loaded asks by way of the browser.
        assert_eq!(ada.load("/studio").await.status(), StatusCode::OK);

        let newcomer = Surfer::new(studio);
        let arrived = newcomer.sign_up("Bob").await;
        assert_eq!(arrived.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(text(arrived).await.contains("does not answer"));
        assert_eq!(newcomer.browser.cookie("nexora"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_a_token_is_neither_good_nor_bad() {
    on_clerk(async |studio| {
        let keyless = Cue::new(Fault::Down).about("jwks").times(1_000);
        studio.sandbox.script().push(keyless);
        let ada = Browser::new(studio);
        ada.put_all(UAT, "1700000000");
        ada.put("__clerk_db_jwt", "dvb_x");
        ada.put_all(TOKEN, "eyJhbGciOiJSUzI1NiIsImtpZCI6Imluc18xIn0.e30.c2ln");
        let page = ada.get("/studio").await;
        assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
        let request = ada.request(Method::GET, "/api/credits");
        let call = request.bearer_auth("eyJhbGciOiJSUzI1NiIsImtpZCI6Imluc18xIn0.e30.c2ln");
        assert_eq!(
            ada.send(call).await.status(),
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(ada.get("/healthz").await.status(), StatusCode::OK);
    })
    .await;
}
