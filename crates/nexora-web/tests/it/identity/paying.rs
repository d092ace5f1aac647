//! Clerk's people pay and leave, and nobody does it for them.

use nexora_core::Plan;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::surfer::{BROWSER, Surfer, TOKEN, UAT, backend, forged, on_clerk};
use crate::browser::{code, header, text};
use crate::post_box::until;

#[tokio::test(flavor = "multi_thread")]
async fn who_acts_for_somebody_neither_pays_nor_deletes() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        studio.subscribe(&ada.browser, Plan::Growth, "good").await;
        let support = Surfer::new(studio);
        support.browser.put_all(BROWSER, "dvb_x");
        support.browser.put_all(UAT, "1700000000");
        let act = json!({ "act": { "sub": "user_support" } });
        support.bring(&forged(studio, &ada.sid(), &act));
        assert_eq!(support.asks().await, StatusCode::OK);

        let refused = (403, "acting_for_somebody".to_owned());
        for path in ["checkout", "change", "cancel", "resume"] {
            let path = format!("/api/lemon/{path}");
            let answer = support.browser.call(&path, &json!({ "plan": "pro" })).await;
            assert_eq!(code(answer).await, refused, "{path}");
        }
        for path in ["portal", "payment-method", "invoices/1"] {
            let path = format!("/api/lemon/{path}");
            let request = support.browser.request(Method::GET, &path);
            assert_eq!(
                code(support.browser.send(request).await).await,
                refused,
                "{path}"
            );
        }
        let form = [("words", "delete my account")];
        let leaving = support.browser.post("/profile/delete", &form).await;
        assert_eq!(leaving.status(), StatusCode::FORBIDDEN);
        assert!(
            text(leaving)
                .await
                .contains("for them alone. Nothing was changed.")
        );
        let page = support.browser.get("/profile/delete").await;
        assert_eq!(page.status(), StatusCode::FORBIDDEN);

        // What they may do is done in Ada's name and with her credits.
        let id = support.browser.order_picture("a lake").await;
        support.browser.ended(&id).await;
        assert_eq!(ada.browser.available().await, 210);
        let standing = ada.browser.read("/api/billing").await;
        assert_eq!(standing["plan"], "growth");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_takes_their_account_at_clerks_along() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let user = ada.claims()["sub"].as_str().unwrap().to_owned();
        studio.subscribe(&ada.browser, Plan::Pro, "good").await;
        let page = ada.browser.page("/profile/delete").await;
        assert!(
            !page.contains("type=\"password\""),
            "Clerk has the password"
        );
        let wrong = ada
            .browser
            .post("/profile/delete", &[("words", "yes")])
            .await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);

        let form = [("words", "Delete my account.")];
        let left = ada.browser.post("/profile/delete", &form).await;
        assert_eq!(header(&left, "location"), "/");
        for name in TOKEN.into_iter().chain(UAT).chain(["nexora"]) {
            assert_eq!(ada.browser.cookie(name), None, "{name} is left");
        }
        until(async || {
            let posted = studio.sandbox.lemon().posted();
            let mut names = posted.iter().map(|it| it.event_name);
            names.any(|name| name == "subscription_cancelled")
        })
        .await;
        until(async || {
            let found = backend(studio, Method::GET, &format!("users/{user}")).await;
            found["errors"].is_array()
        })
        .await;
        assert_eq!(ada.load("/studio").await.url().path(), "/sign-in");
    })
    .await;
}
