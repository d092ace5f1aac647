//! The studio without scripts: pages, forms, and where each form leads.

use reqwest::StatusCode;

use crate::browser::{Browser, header, text};
use crate::studio::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_scripts() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let blank = ada.page("/studio").await;
        let key = blank
            .split("name=\"key\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let form = [
            ("key", key),
            ("prompt", "a lake at dawn"),
            ("model", "flux-schnell"),
            ("aspect_ratio", ""),
        ];
        let answer = ada.post("/api/image/generate", &form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        // No fragment: an address with one is never loaded again by a meta refresh.
        assert_eq!(header(&answer, "location"), "/studio");
        let listed = ada.read("/api/generations").await;
        let id = listed["items"][0]["id"].as_str().unwrap();
        let page = ada.page("/studio").await;
        assert!(page.contains(&format!("id=\"{id}\"")) && page.contains("On its way."));

        ada.ended(id).await;
        let page = ada.page("/studio").await;
        assert!(page.contains("data-state=\"ready\""));
        let detail = ada.page(&format!("/g/{id}")).await;
        assert!(detail.contains("a lake at dawn") && detail.contains("5 credits charged"));
        let receipt = ada.page(&format!("/g/{id}/receipt")).await;
        assert!(receipt.contains("5 credits held") && receipt.contains("5 credits charged"));
        let history = ada.page("/history?q=LAKE&kind=image&state=ready").await;
        assert!(history.contains(id));
        let none = ada.page("/history?q=ship&colour=red&state=nonsense").await;
        assert!(none.contains("Nothing fits this search."));
        let profile = ada.page("/profile").await;
        assert!(profile.contains("Starter credits") && profile.contains("5 credits charged"));
        let remix = ada.page(&format!("/generate?from={id}")).await;
        assert!(remix.contains("a lake at dawn"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_order_comes_back_filled_in() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let form = [
            ("prompt", "a <lake>"),
            ("model", "wan-2.1-turbo"),
            ("seed", "many"),
        ];
        let answer = ada.post("/api/video/generate", &form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(page.contains("a &lt;lake&gt;") && page.contains("A seed is a whole number"));

        let dear = [
            ("prompt", "a lake"),
            ("model", "kling-3.0"),
            ("duration", "15"),
        ];
        let answer = ada.post("/api/video/generate", &dear).await;
        assert_eq!(answer.status(), StatusCode::PAYMENT_REQUIRED);
        let page = text(answer).await;
        assert!(
            page.contains("Nothing was charged") && page.contains("/profile#credits"),
            "{page}"
        );

        let quoted = ada.post("/api/quote", &dear).await;
        assert_eq!(quoted.status(), StatusCode::OK);
        assert!(text(quoted).await.contains("45 credits"));
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_leads_back_to_its_page() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let path = format!("/api/generations/{id}/favourite");
        let mark = async |referer: String| {
            let request = ada
                .request(reqwest::Method::POST, &path)
                .header("accept", "text/html")
                .header("referer", referer)
                .form(&[("favourite", "on")]);
            header(&ada.send(request).await, "location").to_owned()
        };
        assert_eq!(mark(studio.url("/history?q=lake")).await, "/history?q=lake");
        let elsewhere = mark("http://evil.example/history".to_owned()).await;
        assert_eq!(elsewhere, "/studio");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_pages_need_nobody() {
    on_both(async |studio| {
        let stranger = Browser::new(studio);
        for path in ["/", "/terms", "/privacy", "/sign-in", "/sign-up", "/design"] {
            let page = stranger.page(path).await;
            assert!(
                page.contains("<!DOCTYPE html>") && page.contains("<h1"),
                "{path}"
            );
        }
        for path in ["/studio", "/generate", "/history", "/profile"] {
            let door = stranger.get(path).await;
            assert_eq!(door.status(), StatusCode::SEE_OTHER, "{path}");
        }
        let ada = Browser::signed_up(studio, "Ada").await;
        let inside = ada.get("/sign-in?return_to=/history").await;
        assert_eq!(header(&inside, "location"), "/history");
        assert_eq!(text(stranger.get("/healthz").await).await, "alive\n");
        assert_eq!(text(stranger.get("/readyz").await).await, "ready\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_asset_a_page_asks_for_exists() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let mut looked_at = 0;
        for path in [
            "/",
            "/sign-in",
            "/studio",
            "/generate",
            "/history",
            "/profile",
        ] {
            let page = ada.get(path).await;
            let page = text(page).await;
            for attribute in ["src=\"", "href=\""] {
                for address in page.split(attribute).skip(1) {
                    let address = address
                        .split(['"', '#'])
                        .next()
                        .unwrap()
                        .replace("&amp;", "&");
                    let is_file = ["/assets/", "/arts/", "/media/"]
                        .iter()
                        .any(|start| address.starts_with(start));
                    if is_file {
                        let status = ada.get(&address).await.status();
                        assert_eq!(status, StatusCode::OK, "{address} on {path}");
                        looked_at += 1;
                    }
                }
            }
        }
        assert!(looked_at > 20, "{looked_at}");
    })
    .await;
}
