//! The doors: which of them are open, and what they may load.

use reqwest::{Method, StatusCode};

use super::surfer::{Surfer, on_clerk, portal};
use crate::browser::{Browser, code, header, text};
use crate::studio::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn the_link_is_there_and_so_is_clerks_form() {
    on_clerk(async |studio| {
        let stranger = Surfer::new(studio);
        for (path, word) in [
            ("/sign-in", "Continue to sign in"),
            ("/sign-up", "Continue to sign up"),
        ] {
            let answer = stranger.load(path).await;
            let policy = header(&answer, "content-security-policy").to_owned();
            let page = text(answer).await;
            assert!(page.contains(word), "{path}");
            let link = portal(&page);
            let played = studio.sandbox.clerk().url();
            assert!(
                link.starts_with(&format!("{played}{path}?redirect_url=")),
                "{link}"
            );
            assert!(!page.contains("type=\"password\""), "passwords are Clerk's");

            let origin = played.strip_suffix("/clerk").unwrap();
            for part in [
                format!("script-src 'self' {origin} https://challenges.cloudflare.com"),
                format!("connect-src 'self' {origin} "),
                "style-src 'self' 'unsafe-inline'".to_owned(),
                "worker-src 'self' blob:".to_owned(),
                "img-src 'self' data: https://img.clerk.com".to_owned(),
                "frame-ancestors 'none'".to_owned(),
            ] {
                assert!(policy.contains(&part), "{part} in {policy}");
            }
            assert!(!policy.contains("unsafe-eval"));
            let key = nexora_sandbox::Sandbox::clerk_publishable_key();
            assert!(page.contains(&format!("data-clerk-publishable-key=\"{key}\"")));
            assert!(!page.contains(nexora_sandbox::Sandbox::clerk_secret_key()));
            for script in [
                "@clerk/ui@1/dist/ui.browser.js",
                "@clerk/clerk-js@6/dist/clerk.browser.js",
            ] {
                let address = format!("{played}/npm/{script}");
                assert!(page.contains(&address), "{address}");
                let loaded = crate::browser::client().get(&address).send().await.unwrap();
                assert_eq!(header(&loaded, "access-control-allow-origin"), "*");
            }
        }
        let elsewhere = stranger.load("/").await;
        let policy = header(&elsewhere, "content-security-policy");
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-inline"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_our_own_accounts_are_closed() {
    on_clerk(async |studio| {
        let stranger = Browser::new(studio);
        let form = [
            ("email", "ada@example.org"),
            ("password", "correct horse battery"),
        ];
        for door in ["/sign-in", "/sign-up"] {
            let answer = stranger.post(door, &form).await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
            assert_eq!(header(&answer, "location"), door);
            assert_eq!(stranger.cookie("nexora"), None);
        }
        let ada = Surfer::signed_up(studio, "Ada").await;
        let name = ada
            .browser
            .post("/profile/name", &[("display_name", "Eve")])
            .await;
        assert_eq!(name.status(), StatusCode::NOT_FOUND);
        let form = [("current", "x"), ("new", "a new long password")];
        let password = ada.browser.post("/profile/password", &form).await;
        assert_eq!(password.status(), StatusCode::NOT_FOUND);
        let profile = ada.browser.page("/profile").await;
        assert!(!profile.contains("action=\"/profile/password\""));
        assert!(!profile.contains("action=\"/profile/name\""));
        assert!(profile.contains("href=\"/profile/account\""));
        let account = ada.browser.get("/profile/account").await;
        let place: url::Url = header(&account, "location").parse().unwrap();
        assert_eq!(place.path(), "/clerk/user");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_clerk_its_doors_are_closed() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let request = ada.request(Method::POST, "/api/webhooks/clerk").body("{}");
        assert_eq!(
            code(ada.send(request).await).await,
            (404, "not_found".to_owned())
        );
        let account = ada.get("/profile/account").await;
        assert_eq!(account.status(), StatusCode::NOT_FOUND);
        let page = Browser::new(studio).page("/sign-in").await;
        assert!(!page.contains("clerk"), "{page}");
        let program = Browser::new(studio);
        let request = program
            .request(Method::GET, "/api/credits")
            .bearer_auth("a.b.c");
        assert_eq!(
            program.send(request).await.status(),
            StatusCode::UNAUTHORIZED
        );
    })
    .await;
}
