//! What browsers are told about every answer.

use reqwest::{Method, StatusCode};

use crate::browser::{Browser, header, text};
use crate::studio::{on_both, on_both_with};

/// Ends with where forms may lead besides: to the merchant.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self' data:; media-src 'self' blob:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      manifest-src 'self'; form-action 'self'";

const PATHS: [&str; 16] = [
    "/",
    "/sign-in",
    "/studio",
    "/generate",
    "/history",
    "/profile",
    "/terms",
    "/design",
    "/no/such/page",
    "/api/models",
    "/api/credits",
    "/api/nothing",
    "/g/gen_nonsense",
    "/assets/missing",
    "/healthz",
    "/favicon.ico",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_dressed() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let stranger = Browser::new(studio);
        let policy = format!("{POLICY} {}", studio.sandbox.base_url());
        for browser in [&ada, &stranger] {
            for path in PATHS {
                let answer = browser.get(path).await;
                assert_eq!(header(&answer, "content-security-policy"), policy, "{path}");
                assert_eq!(
                    header(&answer, "x-content-type-options"),
                    "nosniff",
                    "{path}"
                );
                assert_eq!(header(&answer, "referrer-policy"), "same-origin", "{path}");
                assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
                assert!(header(&answer, "permissions-policy").contains("camera=()"));
                assert_eq!(
                    header(&answer, "strict-transport-security"),
                    "",
                    "not on http"
                );
                assert!(!header(&answer, "x-request-id").is_empty());
            }
        }
        let live = ada.send(ada.request(Method::GET, "/live")).await;
        assert_eq!(header(&live, "content-security-policy"), policy);
        let page = ada.get("/studio").await;
        assert_eq!(header(&page, "cache-control"), "private, no-cache");
        let api = ada.get("/api/credits").await;
        assert_eq!(header(&api, "cache-control"), "no-store");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_a_page_is_inline() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let detail = format!("/g/{id}");
        for path in [
            "/",
            "/sign-in",
            "/studio",
            "/generate",
            "/history",
            "/profile",
            &detail,
        ] {
            let page = text(ada.get(path).await).await;
            for inline in [
                " style=\"",
                "<style",
                " onclick=",
                " onload=",
                "javascript:",
            ] {
                assert!(!page.contains(inline), "{inline} on {path}");
            }
            let scripts = page.matches("<script").count();
            assert_eq!(
                scripts,
                page.matches(" src=\"/assets/").count().min(scripts),
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_https_browsers_are_told_to_stay() {
    on_both_with(
        |plan| {
            let mut plan = plan;
            plan.public_url = Some("https://studio.example".parse().unwrap());
            plan
        },
        async |studio| {
            let page = Browser::new(studio).get("/").await;
            let strict = header(&page, "strict-transport-security");
            assert!(strict.starts_with("max-age=63072000"));
            let ada = Browser::new(studio);
            let answer = ada.sign_up("Ada").await;
            let cookies = answer.headers().get_all("set-cookie").iter();
            let session = cookies
                .map(|cookie| cookie.to_str().unwrap())
                .find(|cookie| cookie.starts_with("__Host-nexora="))
                .unwrap();
            assert!(session.contains("; Secure") && session.contains("; HttpOnly"));
            assert_eq!(ada.get("/studio").await.status(), StatusCode::OK);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_travel_packed_and_everything_else_as_it_is() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let asked = async |path: &str| {
            let request = ada
                .request(Method::GET, path)
                .header("accept-encoding", "gzip, br");
            ada.send(request).await
        };
        let page = asked("/studio").await;
        assert_eq!(header(&page, "content-encoding"), "br");
        let small = asked("/api/credits").await;
        assert_eq!(
            header(&small, "content-encoding"),
            "",
            "small answers are not worth it"
        );
        let live = asked("/live").await;
        assert_eq!(header(&live, "content-encoding"), "");

        let html = text(ada.get("/studio").await).await;
        let style = html
            .split("stylesheet\" href=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let packed = asked(style).await;
        assert_eq!(header(&packed, "content-encoding"), "br");
        assert_eq!(
            header(&packed, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        let plain = ada.send(ada.request(Method::GET, style)).await;
        assert_eq!(header(&plain, "content-encoding"), "");
    })
    .await;
}
