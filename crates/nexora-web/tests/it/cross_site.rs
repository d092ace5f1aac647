//! What another website can make a member's browser do: nothing.

use reqwest::{Method, StatusCode};

use crate::browser::{Browser, code, text};
use crate::studio::{Studio, on_both, on_both_with};

/// Headers a browser adds, and whether the studio believes that the member meant it.
const TABLE: [(&[(&str, &str)], bool); 9] = [
    (&[("sec-fetch-site", "same-origin")], true),
    (&[("sec-fetch-site", "none")], true),
    (&[("sec-fetch-site", "same-site")], false),
    (&[("sec-fetch-site", "cross-site")], false),
    (&[("sec-fetch-site", "whatever")], false),
    (&[], true),
    (&[("origin", "SELF")], true),
    (&[("origin", "https://evil.example")], false),
    (&[("origin", "null")], false),
];

async fn star(studio: &Studio, browser: &Browser, headers: &[(&str, &str)]) -> StatusCode {
    let own = studio.url("");
    let mut request = browser
        .request(Method::POST, "/profile/name")
        .header("accept", "text/html")
        .form(&[("display_name", "Ada")]);
    for (name, value) in headers {
        request = request.header(
            *name,
            if *value == "SELF" {
                own.as_str()
            } else {
                *value
            },
        );
    }
    browser.send(request).await.status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_on_another_site_does_nothing() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        for (headers, is_believed) in TABLE {
            let status = star(studio, &ada, headers).await;
            let expected = if is_believed {
                StatusCode::SEE_OTHER
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(status, expected, "{headers:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_to_do_in_every_form() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let foreign = |accept: &str| {
            ada.request(Method::POST, "/api/image/generate")
                .header("accept", accept)
                .header("sec-fetch-site", "cross-site")
                .form(&[("model", "flux-schnell"), ("prompt", "a lake")])
        };
        let answer = ada.send(foreign("application/json")).await;
        assert_eq!(code(answer).await, (403, "cross_origin".to_owned()));
        let page = text(ada.send(foreign("text/html")).await).await;
        assert!(
            page.contains("another website") && page.contains("href=\"/studio\""),
            "{page}"
        );
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_the_public_address_counts() {
    on_both_with(
        |plan| {
            let mut plan = plan;
            plan.public_url = Some("https://studio.example".parse().unwrap());
            plan
        },
        async |studio| {
            let ada = Browser::signed_up(studio, "Ada").await;
            assert!(ada.cookie("__Host-nexora").is_some());
            let ours = [("origin", "https://studio.example")];
            assert_eq!(star(studio, &ada, &ours).await, StatusCode::SEE_OTHER);
            let theirs = [("origin", "https://studio.example.evil.example")];
            assert_eq!(star(studio, &ada, &theirs).await, StatusCode::FORBIDDEN);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        for path in [
            "/api/image/generate",
            "/api/quote",
            "/sign-out",
            "/profile/name",
            "/profile/sessions/revoke-others",
        ] {
            let status = ada.get(path).await.status();
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        assert_eq!(ada.available().await, 15);
    })
    .await;
}
