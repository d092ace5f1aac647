//! How sessions end: here, at Clerk's, from another browser, with the account.

use std::time::Duration;

use nexora_sandbox::{Cue, Fault};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::surfer::{Surfer, TOKEN, UAT, backend, on_clerk, on_clerk_in_time, tell_backend};
use crate::browser::{Browser, code, header, text};
use crate::live::Line;
use crate::post_box::until;
use crate::studio::Studio;

async fn status_there(studio: &Studio, sid: &str) -> String {
    let session = backend(studio, Method::GET, &format!("sessions/{sid}")).await;
    session["status"].as_str().unwrap().to_owned()
}

/// The action of the first button that ends another session.
fn revoke_action(profile: &str) -> &str {
    let actions = profile
        .split("action=\"")
        .filter_map(|rest| rest.split('"').next());
    let mut ends = actions.filter(|action| action.ends_with("/revoke"));
    ends.next().expect("the other session can be ended")
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_on_both_sides() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let (sid, before) = (ada.sid(), ada.browser.cookies());
        let program = Browser::new(studio);
        let token = ada.token(&json!({}));
        let calls = || {
            program
                .request(Method::GET, "/api/credits")
                .bearer_auth(&token)
        };
        assert_eq!(program.send(calls()).await.status(), StatusCode::OK);
        let answer = ada.browser.post("/sign-out", &[]).await;
        assert_eq!(header(&answer, "location"), "/");
        let left: Vec<String> = ada
            .browser
            .cookies()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        for name in TOKEN.into_iter().chain(UAT).chain(["nexora"]) {
            assert!(!left.iter().any(|known| known == name), "{name} is left");
        }
        assert!(ada.page("/").await.contains("You are signed out."));
        assert_eq!(status_there(studio, &sid).await, "revoked");
        let answer = program.send(calls()).await;
        assert_eq!(
            answer.status(),
            StatusCode::UNAUTHORIZED,
            "a program with it, too"
        );
        assert_eq!(ada.load("/studio").await.url().path(), "/sign-in");

        // Whoever kept the cookies has nothing: the token verifies for a minute, and is refused.
        let thief = Browser::new(studio);
        for (name, value) in &before {
            thief.put(name, value);
        }
        let stolen = thief.get("/studio").await;
        assert_eq!(stolen.status(), StatusCode::SEE_OTHER);
        thief.put("nexora", "");
        let stolen = thief.get("/studio").await;
        assert_eq!(header(&stolen, "location"), "/sign-in?return_to=%2Fstudio");
        let again = ada.browser.post("/sign-out", &[]).await;
        assert_eq!(
            again.status(),
            StatusCode::SEE_OTHER,
            "twice is as good as once"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_kept_in_who_wants_out() {
    on_clerk_in_time(async |studio, clock| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.let_token_expire();
        clock.advance(Duration::from_secs(3_600));
        let down = Cue::new(Fault::Down)
            .at(nexora_sandbox::Provider::Clerk)
            .times(1_000);
        studio.sandbox.script().push(down);
        let token = ada.browser.cookie("nexora").unwrap();
        let answer = ada.browser.post("/sign-out", &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let page = ada.page("/").await;
        assert!(page.contains("did not answer"), "{page}");
        ada.browser.put("nexora", &token);
        assert_eq!(
            ada.asks().await,
            StatusCode::UNAUTHORIZED,
            "the session is dead"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_our_cookie_is_ended_too() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let sid = ada.sid();
        ada.browser.put("nexora", "");
        ada.browser.post("/sign-out", &[]).await;
        assert_eq!(status_there(studio, &sid).await, "revoked");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_is_signed_out_for_good() {
    on_clerk(async |studio| {
        let laptop = Surfer::signed_up(studio, "Ada").await;
        let phone = Surfer::new(studio);
        phone.sign_in("Ada").await;
        let (here, there) = (laptop.sid(), phone.sid());
        assert_ne!(here, there);
        assert_eq!(phone.asks().await, StatusCode::OK);
        let profile = laptop.browser.page("/profile").await;
        let action = revoke_action(&profile);

        let deaf = Cue::new(Fault::Down).about("/revoke").times(1);
        studio.sandbox.script().push(deaf);
        let failed = laptop.browser.post(action, &[]).await;
        assert_eq!(failed.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(phone.asks().await, StatusCode::OK, "nothing has ended");

        let ended = laptop.browser.post(action, &[]).await;
        assert_eq!(header(&ended, "location"), "/profile#sessions");
        assert_eq!(status_there(studio, &there).await, "revoked");
        assert_eq!(phone.load("/studio").await.url().path(), "/sign-in");

        phone.sign_in("Ada").await;
        laptop
            .browser
            .post("/profile/sessions/revoke-others", &[])
            .await;
        assert_eq!(phone.load("/studio").await.url().path(), "/sign-in");
        assert_eq!(status_there(studio, &here).await, "active");
        assert_eq!(laptop.load("/studio").await.url().path(), "/studio");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_signed_out_elsewhere_is_out_at_once() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let own = ada.browser.cookie("nexora").unwrap();
        ada.browser.put_all(UAT, "0");
        assert_eq!(ada.asks().await, StatusCode::UNAUTHORIZED);
        let only = Browser::new(studio);
        only.put("nexora", &own);
        let request = only.request(Method::GET, "/api/credits");
        assert_eq!(code(only.send(request).await).await.0, 401, "and for good");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_after_somebody_is_not_them() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let bob = Surfer::signed_up(studio, "Bob").await;
        let adas = ada.browser.cookie("nexora").unwrap();
        for name in TOKEN.into_iter().chain(UAT) {
            ada.browser.put(name, &bob.browser.cookie(name).unwrap());
        }
        let page = ada.browser.page("/profile").await;
        assert!(page.contains("Bob") && !page.contains("Ada"));
        assert_ne!(ada.browser.cookie("nexora").unwrap(), adas);
        let old = Browser::new(studio);
        old.put("nexora", &adas);
        assert_eq!(
            old.get("/studio").await.status(),
            StatusCode::TEMPORARY_REDIRECT
        );
        old.put("__clerk_db_jwt", "dvb_x");
        assert_eq!(old.get("/studio").await.status(), StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_in_the_browser_is_asked_about() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.let_token_expire();
        // Somebody signed in or out in this browser, a little later than we last heard.
        let later = nexora_core::Clock::now(&nexora_core::SystemClock).as_ms() / 1_000 + 2;
        ada.browser.put_all(UAT, &later.to_string());
        let asks = ada.browser.get("/studio").await;
        assert_eq!(asks.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(
            ada.asks().await,
            StatusCode::OK,
            "a call lets us ask ourselves"
        );
        assert_eq!(ada.follow(asks).await.url().path(), "/studio");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_at_clerks_ends_here_with_its_lines() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let mut line = Line::open(&ada.browser, None).await;
        line.next().await.unwrap();
        let sid = ada.sid();
        tell_backend(studio, &format!("sessions/{sid}/revoke"), &json!({})).await;
        assert_eq!(line.next().await, None, "the line ends by itself");
        assert_eq!(ada.asks().await, StatusCode::UNAUTHORIZED);
        // The token in the browser is good for another minute; its session is not.
        assert_eq!(ada.load("/studio").await.url().path(), "/sign-in");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webhooks_an_end_is_noticed_after_a_while() {
    on_clerk_in_time(async |studio, clock| {
        studio.sandbox.clerk().hold_webhooks();
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.let_token_expire();
        let sid = ada.sid_of_own(studio).await;
        tell_backend(studio, &format!("sessions/{sid}/revoke"), &json!({})).await;
        assert_eq!(ada.asks().await, StatusCode::OK);
        clock.advance(Duration::from_secs(301));
        assert_eq!(ada.asks().await, StatusCode::UNAUTHORIZED);
        assert_eq!(ada.load("/studio").await.url().path(), "/sign-in");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_is_deleted_at_clerks_and_stays_gone() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let (row, account) = studio
            .engine
            .clerk_session(&ada.sid())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.member, account.id);
        let user = ada.claims()["sub"].as_str().unwrap().to_owned();
        let deleting = format!("DELETE /clerk/v1/users/{user}");
        studio
            .sandbox
            .script()
            .push(Cue::new(Fault::Down).about(&deleting).times(1));
        studio.engine.farewell(&account).await.unwrap();

        // Clerk was down when it was told, so the browser is still signed in there.
        let gone = ada.load("/studio").await;
        assert_eq!(gone.status(), StatusCode::FORBIDDEN);
        assert!(text(gone).await.contains("This account was deleted."));
        assert_eq!(ada.asks().await, StatusCode::FORBIDDEN);
        assert!(
            ada.page("/").await.contains("Start free"),
            "a stranger to public pages"
        );
        let door = ada.page("/sign-in").await;
        assert!(door.contains("This account is gone") && door.contains("action=\"/sign-out\""));
        assert!(
            !door.contains("<script defer"),
            "nothing is mounted for them"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clerk_forgets_whoever_left_and_its_own_word_of_it_changes_nothing() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let (_, account) = studio
            .engine
            .clerk_session(&ada.sid())
            .await
            .unwrap()
            .unwrap();
        let user = ada.claims()["sub"].as_str().unwrap().to_owned();
        studio.engine.farewell(&account).await.unwrap();
        until(async || {
            let found = backend(studio, Method::GET, &format!("users/{user}")).await;
            found["errors"].is_array()
        })
        .await;
        assert_eq!(ada.load("/studio").await.url().path(), "/sign-in");
        // Whoever comes back is somebody new.
        let again = Surfer::signed_up(studio, "Ada").await;
        assert_eq!(again.browser.available().await, 15);
        assert_ne!(again.claims()["sub"], user);
    })
    .await;
}
