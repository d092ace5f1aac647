//! What somebody could try.

use nexora_core::{Clock, SystemClock};
use nexora_sandbox::Forgery;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::surfer::{BROWSER, Surfer, UAT, expired, forged, on_clerk};
use crate::browser::{Browser, PASSWORD, header, text};
use crate::studio::{Studio, plans};

/// How a program with this token is answered.
async fn call(studio: &Studio, scheme: &str, token: &str) -> StatusCode {
    let program = Browser::new(studio);
    let request = program.request(Method::GET, "/api/credits");
    let request = request.header("authorization", format!("{scheme}{token}"));
    program.send(request).await.status()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_of_our_own_pages_counts() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let sid = ada.sid();
        let now = SystemClock.now().as_ms() / 1_000;
        let cases: [(Value, u16); 12] = [
            (json!({}), 200),
            (json!({ "aud": "another" }), 200),
            (expired(), 401),
            (json!({ "nbf": now + 60 }), 401),
            (json!({ "iat": now + 60 }), 401),
            (json!({ "iss": "https://clerk.evil.example" }), 401),
            (json!({ "azp": "https://evil.example" }), 401),
            (json!({ "azp": null }), 401),
            (json!({ "sub": "mch_machine" }), 401),
            (json!({ "sid": null }), 401),
            (json!({ "sts": "pending" }), 401),
            // A session that never was: the signature is good, Clerk knows nothing of it.
            (json!({ "sid": "sess_invented" }), 401),
        ];
        for (claims, status) in cases {
            let token = forged(studio, &sid, &claims);
            let answer = call(studio, "Bearer ", &token).await;
            assert_eq!(answer.as_u16(), status, "{claims}");
        }
        let good = forged(studio, &sid, &json!({}));
        for scheme in ["", "Basic ", "bearer  "] {
            assert_eq!(
                call(studio, scheme, &good).await,
                StatusCode::UNAUTHORIZED,
                "{scheme:?}"
            );
        }
        let (head, rest) = good.split_once('.').unwrap();
        for broken in [
            "x",
            &format!("{head}.{rest}x"),
            &format!("{head}."),
            &rest.repeat(40),
        ] {
            assert_eq!(
                call(studio, "Bearer ", broken).await,
                StatusCode::UNAUTHORIZED
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_or_class_signs_nobody_in() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let header = |name: &str, value: Value| Forgery {
            header: [(name.to_owned(), value)].into_iter().collect(),
            ..Forgery::default()
        };
        let foreign = Forgery {
            foreign_key: true,
            ..Forgery::default()
        };
        let forgeries = [
            foreign,
            header("cat", "cl_B7d4PD222AAA".into()),
            header("alg", "none".into()),
            header("alg", "HS256".into()),
            header("typ", "at+jwt".into()),
            header("kid", "ins_other".into()),
            header("crit", json!(["exp"])),
        ];
        for forgery in forgeries {
            let played = studio.sandbox.clerk();
            let token = played.forge(&ada.sid(), Some(&studio.url("")), &forgery);
            let token = token.unwrap();
            let answer = call(studio, "Bearer ", &token).await;
            assert_eq!(answer, StatusCode::UNAUTHORIZED, "{forgery:?}");
            // In a cookie it is as good as none: no handshake, no loop.
            let browser = Browser::new(studio);
            browser.put("__clerk_db_jwt", "dvb_x");
            browser.put("__session", &token);
            browser.put("__client_uat", "1700000000");
            let page = browser.get("/studio").await;
            assert_eq!(page.status(), StatusCode::SEE_OTHER, "{forgery:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_cookie_does_not_end_a_session() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let foreign = Forgery {
            foreign_key: true,
            claims: [("sub".to_owned(), "user_mallory".into())]
                .into_iter()
                .collect(),
            ..Forgery::default()
        };
        let played = studio.sandbox.clerk();
        let token = played
            .forge(&ada.sid(), Some(&studio.url("")), &foreign)
            .unwrap();
        ada.bring(&token);
        assert_eq!(ada.asks().await, StatusCode::OK);
        ada.bring("nonsense");
        assert_eq!(ada.asks().await, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_something_left_to_do_is_sent_to_do_it() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        ada.bring(&ada.token(&json!({ "sts": "pending" })));
        assert_eq!(ada.asks().await, StatusCode::UNAUTHORIZED);
        let page = ada.browser.get("/profile").await;
        let door = header(&page, "location").to_owned();
        assert_eq!(door, "/sign-in?return_to=%2Fprofile");
        let door = ada.browser.get(&door).await;
        let tasks: url::Url = header(&door, "location").parse().unwrap();
        assert_eq!(tasks.path(), "/clerk/sign-in/tasks");
        let back = tasks
            .query_pairs()
            .find(|(name, _)| name == "redirect_url")
            .unwrap();
        assert_eq!(back.1, studio.url("/profile"));
        let home = ada.browser.page("/").await;
        assert!(
            home.contains("Start free"),
            "public pages are for everybody"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_of_another_instance_is_told_apart() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let foreign = Forgery {
            foreign_key: true,
            ..Forgery::default()
        };
        let played = studio.sandbox.clerk();
        let token = played.forge(&ada.sid(), None, &foreign).unwrap();
        let stranger = Browser::new(studio);
        let page = stranger
            .get(&format!("/studio?__clerk_handshake={token}"))
            .await;
        assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(text(page).await.contains("compare the keys"));
        // Whoever is inside already stays it.
        let page = ada
            .browser
            .get(&format!("/studio?__clerk_handshake={token}"))
            .await;
        assert_eq!(page.status(), StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_no_cookies_does_not_go_round_for_ever() {
    on_clerk(async |studio| {
        let browser = Browser::new(studio);
        for round in 0..3 {
            let asks = browser.get("/").await;
            assert_eq!(asks.status(), StatusCode::TEMPORARY_REDIRECT, "{round}");
        }
        assert_eq!(browser.get("/").await.status(), StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn htmx_and_programs_are_never_sent_round() {
    on_clerk(async |studio| {
        let stranger = Browser::new(studio);
        stranger.put_all(UAT, "1700000000");
        let wish = [("model", "flux-schnell"), ("prompt", "a lake")];
        let answer = stranger.htmx("/api/image/generate", &wish).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            header(&answer, "hx-redirect"),
            "/sign-in?return_to=%2Fstudio%3Fx%3D1"
        );
        let fragment = stranger
            .request(Method::GET, "/studio")
            .header("accept", "text/html")
            .header("hx-request", "true");
        assert_eq!(
            stranger.send(fragment).await.status(),
            StatusCode::UNAUTHORIZED
        );
        for path in ["/api/credits", "/live"] {
            let request = stranger.request(Method::GET, path).header("accept", "*/*");
            assert_eq!(
                stranger.send(request).await.status(),
                StatusCode::UNAUTHORIZED
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_acts_for_somebody_is_told_so_on_every_page() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let act = json!({ "act": { "sub": "user_support", "iss": "https://clerk.example" } });
        let support = Surfer::new(studio);
        support.browser.put_all(BROWSER, "dvb_x");
        support.browser.put_all(UAT, "1700000000");
        support.bring(&forged(studio, &ada.sid(), &act));
        for path in [
            "/",
            "/studio",
            "/generate",
            "/history",
            "/profile",
            "/terms",
            "/nope",
        ] {
            let page = text(support.browser.get(path).await).await;
            assert!(page.contains("You act in the name of <b>Ada</b>"), "{path}");
        }
        let own = ada.browser.page("/studio").await;
        assert!(
            !own.contains("You act in the name of"),
            "Ada acts for herself"
        );
        // Without the claim the same session is Ada's own again.
        support.bring(&forged(studio, &ada.sid(), &json!({})));
        let page = support.browser.page("/studio").await;
        assert!(!page.contains("You act in the name of"));
        for nonsense in [
            json!({ "act": {} }),
            json!({ "act": "user_x" }),
            json!({ "act": { "sub": 7 } }),
        ] {
            let answer = call(studio, "Bearer ", &forged(studio, &ada.sid(), &nonsense)).await;
            assert_eq!(answer, StatusCode::UNAUTHORIZED, "{nonsense}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_studio_that_changes_sides_knows_nobody_any_more() {
    for plan in plans() {
        let studio = Studio::open(plan).await;
        let ada = Browser::signed_up(&studio, "Ada").await;
        let token = ada.cookie("nexora").unwrap();
        let studio = studio.reopened_as(|plan| plan.has_clerk = true).await;
        let same = Browser::new(&studio);
        same.put("nexora", &token);
        let request = same.request(Method::GET, "/api/credits");
        assert_eq!(same.send(request).await.status(), StatusCode::UNAUTHORIZED);
        // The same address at Clerk's is not the same person.
        let other = Surfer::signed_up(&studio, "Ada").await;
        let (_, account) = studio
            .engine
            .clerk_session(&other.sid())
            .await
            .unwrap()
            .unwrap();
        assert!(account.email.as_str().ends_with("@clerk.invalid"));
        let clerks = other.browser.cookie("nexora").unwrap();

        let studio = studio.reopened_as(|plan| plan.has_clerk = false).await;
        let back = Browser::new(&studio);
        back.put("nexora", &clerks);
        assert_eq!(back.get("/studio").await.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            back.sign_in("Ada", PASSWORD).await.status(),
            StatusCode::SEE_OTHER
        );
        studio.close().await;
    }
}
