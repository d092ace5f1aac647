//! Joining, signing in and out, and keeping others out.

use std::sync::Arc;
use std::time::Duration;

use nexora_core::{Clock, ManualClock, SystemClock};
use reqwest::{Method, StatusCode};

use crate::browser::{Browser, PASSWORD, header, text};
use crate::studio::{Studio, on_both, on_both_with, plans};

#[tokio::test(flavor = "multi_thread")]
async fn signing_up_brings_the_starter_credits_once() {
    on_both(async |studio| {
        let ada = Browser::new(studio);
        let answer = ada.sign_up("Ada").await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&answer, "location"), "/studio");
        assert_eq!(ada.available().await, 15);
        let page = ada.page("/studio").await;
        assert!(page.contains("Welcome. 15 credits"), "{page}");
        let second = ada.page("/studio").await;
        assert!(
            !second.contains("Welcome. 15 credits"),
            "a notice is shown once"
        );

        let again = Browser::new(studio).sign_up("ADA").await;
        assert_eq!(again.status(), StatusCode::CONFLICT);
        assert!(text(again).await.contains("already"));
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_does_not_fit_comes_back_with_what_was_typed() {
    on_both(async |studio| {
        let nobody = Browser::new(studio);
        let fields = [
            ("email", "ada@example.org"),
            ("password", "short"),
            ("display_name", "Ada <3"),
        ];
        let answer = nobody.post("/sign-up", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(page.contains("at least 8 characters"), "{page}");
        assert!(page.contains("value=\"ada@example.org\""));
        assert!(page.contains("Ada &lt;3"));
        assert!(
            !page.contains("value=\"short\""),
            "a password is never sent back"
        );
        let answer = nobody
            .post("/sign-in", &[("email", "nonsense"), ("password", "x")])
            .await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_and_unknown_people_are_told_the_same() {
    on_both(async |studio| {
        Browser::signed_up(studio, "Ada").await;
        let stranger = Browser::new(studio);
        let wrong = stranger.sign_in("Ada", "not the password").await;
        let unknown = stranger.sign_in("Nobody", "not the password").await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(unknown.status(), StatusCode::UNAUTHORIZED);
        let sentence = "E-mail address or password are not right.";
        assert!(text(wrong).await.contains(sentence));
        assert!(text(unknown).await.contains(sentence));
        assert_eq!(stranger.cookie("nexora"), None);

        let right = stranger.sign_in("Ada", PASSWORD).await;
        assert_eq!(right.status(), StatusCode::SEE_OTHER);
        assert_eq!(stranger.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_stays_slow_over_a_restart() {
    for plan in plans() {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let mut plan = plan;
        plan.clock = clock.clone();
        plan.has_worker = false;
        let studio = Studio::open(plan).await;
        Browser::signed_up(&studio, "Ada").await;
        let guesser = Browser::new(&studio);
        for _ in 0..10 {
            let wrong = guesser.sign_in("Ada", "a guess of mine").await;
            assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
        }
        let slowed = guesser.sign_in("Ada", PASSWORD).await;
        assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(header(&slowed, "retry-after"), "1");

        let studio = studio.reopened().await;
        let guesser = Browser::new(&studio);
        let still = guesser.sign_in("Ada", PASSWORD).await;
        assert_eq!(still.status(), StatusCode::TOO_MANY_REQUESTS);
        clock.advance(Duration::from_secs(61));
        let right = guesser.sign_in("Ada", PASSWORD).await;
        assert_eq!(
            right.status(),
            StatusCode::SEE_OTHER,
            "the owner is not locked out"
        );
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_accounts_from_one_place() {
    on_both_with(
        |plan| {
            let mut plan = plan;
            plan.sign_ups_per_hour = 2;
            plan
        },
        async |studio| {
            Browser::signed_up(studio, "One").await;
            Browser::signed_up(studio, "Two").await;
            let third = Browser::new(studio).sign_up("Three").await;
            assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
            assert!(text(third).await.contains("Many accounts"));
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_can_be_ended_from_another_browser() {
    on_both(async |studio| {
        let laptop = Browser::signed_up(studio, "Ada").await;
        let phone = Browser::new(studio);
        phone.sign_in("Ada", PASSWORD).await;
        assert_eq!(phone.get("/studio").await.status(), StatusCode::OK);

        let profile = laptop.page("/profile").await;
        let action = profile
            .split("action=\"")
            .filter_map(|rest| rest.split('"').next())
            .find(|action| action.ends_with("/revoke"))
            .expect("the other session can be ended");
        let answer = laptop.post(action, &[]).await;
        assert_eq!(header(&answer, "location"), "/profile#sessions");
        assert_eq!(phone.get("/studio").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(laptop.get("/studio").await.status(), StatusCode::OK);
        let again = laptop.post(action, &[]).await;
        assert_eq!(again.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_signs_everybody_else_out() {
    on_both(async |studio| {
        let laptop = Browser::signed_up(studio, "Ada").await;
        let phone = Browser::new(studio);
        phone.sign_in("Ada", PASSWORD).await;
        let before = laptop.cookie("nexora").unwrap();
        let new = "a much better sentence";

        let wrong = [("current", "not this one"), ("new", new)];
        let answer = laptop.post("/profile/password", &wrong).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text(answer).await.contains("not right"));

        let answer = laptop
            .post("/profile/password", &[("current", PASSWORD), ("new", new)])
            .await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_ne!(
            laptop.cookie("nexora").unwrap(),
            before,
            "the token is a new one"
        );
        assert_eq!(laptop.get("/studio").await.status(), StatusCode::OK);
        assert_eq!(phone.get("/studio").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            phone.sign_in("Ada", PASSWORD).await.status(),
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(
            phone.sign_in("Ada", new).await.status(),
            StatusCode::SEE_OTHER
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let token = ada.cookie("nexora").unwrap();
        let answer = ada.post("/sign-out", &[]).await;
        assert_eq!(header(&answer, "location"), "/");
        assert_eq!(ada.cookie("nexora"), None);
        let kept = ada
            .request(Method::GET, "/api/credits")
            .header("cookie", format!("nexora={token}"));
        assert_eq!(ada.send(kept).await.status(), StatusCode::UNAUTHORIZED);
        assert!(ada.page("/").await.contains("You are signed out."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_not_used_runs_out() {
    for plan in plans() {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let mut plan = plan;
        plan.clock = clock.clone();
        plan.has_worker = false;
        let studio = Studio::open(plan).await;
        let ada = Browser::signed_up(&studio, "Ada").await;
        clock.advance(Duration::from_secs(29 * 86_400));
        let page = ada.get("/studio").await;
        assert!(
            header(&page, "set-cookie").contains("Max-Age=2592000"),
            "the cookie lives on"
        );
        clock.advance(Duration::from_secs(29 * 86_400));
        assert_eq!(ada.get("/studio").await.status(), StatusCode::OK);
        clock.advance(Duration::from_secs(31 * 86_400));
        let late = ada.get("/studio").await;
        assert_eq!(header(&late, "location"), "/sign-in?return_to=%2Fstudio");
        let wish = serde_json::json!({ "model": "flux-schnell", "prompt": "a lake" });
        let late = ada.call("/api/image/generate", &wish).await;
        assert_eq!(
            crate::browser::code(late).await,
            (401, "sign_in_required".to_owned())
        );
        studio.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_signing_in_one_is_where_one_wanted_to_be() {
    on_both(async |studio| {
        Browser::signed_up(studio, "Ada").await;
        let stranger = Browser::new(studio);
        let answer = stranger.get("/history?q=blue+sea&kind=video").await;
        let door = header(&answer, "location").to_owned();
        assert_eq!(
            door,
            "/sign-in?return_to=%2Fhistory%3Fq%3Dblue%2Bsea%26kind%3Dvideo"
        );
        let page = stranger.page(&door).await;
        assert!(
            page.contains("value=\"/history?q=blue+sea&amp;kind=video\""),
            "{page}"
        );

        for (wanted, leads_to) in [
            ("/history?q=blue", "/history?q=blue"),
            ("", "/studio"),
            ("//evil.example", "/studio"),
            ("/\\evil.example", "/studio"),
            ("https://evil.example/", "/studio"),
            ("/%0d%0aset-cookie:x", "/%0d%0aset-cookie:x"),
            ("/a\r\nset-cookie: x=y", "/studio"),
            ("javascript:alert(1)", "/studio"),
        ] {
            let email = crate::browser::email("Ada");
            let form = [
                ("email", email.as_str()),
                ("password", PASSWORD),
                ("return_to", wanted),
            ];
            let answer = Browser::new(studio).post("/sign-in", &form).await;
            assert_eq!(header(&answer, "location"), leads_to, "{wanted:?}");
            assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 1);
        }
        let page = stranger.page("/sign-in?return_to=//evil.example").await;
        assert!(!page.contains("evil.example"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_what_its_owner_says_and_never_markup() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let name = "<script>alert('Ada')</script>";
        let answer = ada.post("/profile/name", &[("display_name", name)]).await;
        assert_eq!(header(&answer, "location"), "/profile");
        let page = ada.page("/profile").await;
        assert!(page.contains("Your name was saved."));
        assert!(page.contains("&lt;script&gt;") && !page.contains(name));
        let answer = ada.post("/profile/name", &[("display_name", "  ")]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
