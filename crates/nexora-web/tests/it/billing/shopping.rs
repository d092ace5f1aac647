//! Checkouts: who may open one, for what, and what a payment brings.

use nexora_core::Plan;
use nexora_sandbox::{Cue, Fault, Moment, Provider};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, code, header, text};
use crate::studio::{on_both, on_both_with};
use crate::till::{Selling, checkout, pay};

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_bought_and_opens_what_it_promised() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let wish = json!({ "model": "seedance-2.0", "prompt": "a glass whale" });
        let locked = ada.call("/api/video/generate", &wish).await;
        assert_eq!(locked.status(), StatusCode::FORBIDDEN);
        let said: Value = locked.json().await.unwrap();
        assert_eq!(
            (&said["code"], &said["needs_plan"]),
            (&"plan_required".into(), &"pro".into())
        );
        assert_eq!(said["links"]["pricing"], "/pricing?plan=pro");
        let form = [("model", "seedance-2.0"), ("prompt", "a glass whale")];
        let page = text(ada.post("/api/video/generate", &form).await).await;
        assert!(page.contains("Get Pro · $59/month"), "{page}");
        studio.subscribe(&ada, Plan::Pro, "good").await;
        assert_eq!(ada.available().await, 1_015);
        let standing = ada.read("/api/billing").await;
        assert_eq!(standing["state"], "renews");
        assert_eq!(standing["subscription"]["plan"], "pro");
        assert_eq!(standing["subscription"]["card"]["last_four"], "4242");
        assert_eq!(standing["bills"][0]["total_cents"], 5_900);
        assert_eq!(standing["bills"][0]["credits"], 1_000);
        let started = ada.call("/api/video/generate", &wish).await;
        assert_eq!(started.status(), StatusCode::ACCEPTED);
        let body: Value = started.json().await.unwrap();
        ada.ended(body["id"].as_str().unwrap()).await;
        assert_eq!(ada.available().await, 965);

        let growth = json!({ "plan": "growth" });
        let second = ada.call("/api/lemon/checkout", &growth).await;
        assert_eq!(code(second).await, (409, "already_subscribed".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_leads_to_the_merchant_and_back() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let answer = ada
            .post("/api/lemon/checkout", &[("topup", "pack-100")])
            .await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let page = header(&answer, "location").to_owned();
        assert!(page.starts_with(&studio.sandbox.base_url()), "{page}");
        let declined = pay(&page, "declined").await;
        assert_eq!(declined.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let paid = pay(&page, "good").await;
        assert_eq!(header(&paid, "location"), studio.url("/paid"));
        let back = ada.get("/paid").await;
        assert_eq!(header(&back, "location"), "/studio");
        assert!(ada.page("/studio").await.contains("Thank you."));
        studio
            .until(&ada, |standing| standing["bills"][0]["credits"] == 100)
            .await;
        assert_eq!(ada.available().await, 115);
        let buckets = ada.read("/api/credits").await["buckets"].clone();
        let bought = buckets
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["kind"] == "topup");
        assert_eq!(bought.unwrap()["expires_at"], Value::Null, "a pack stays");

        let htmx = ada.htmx("/api/lemon/checkout", &[("plan", "growth")]).await;
        assert_eq!(htmx.status(), StatusCode::NO_CONTENT);
        assert!(header(&htmx, "hx-redirect").starts_with(&studio.sandbox.base_url()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_offered_where_it_is_missed() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let dear = [
            ("model", "kling-3.0"),
            ("prompt", "a lake"),
            ("duration", "10"),
        ];
        let short = ada.post("/api/video/generate", &dear).await;
        assert_eq!(short.status(), StatusCode::PAYMENT_REQUIRED);
        let page = text(short).await;
        assert!(
            page.contains("Get 100 credits · $15"),
            "the cheapest way to 15 more: {page}"
        );
        assert!(page.contains("form=\"buy\"") && page.contains("id=\"buy\""));
        let quoted = ada.htmx("/api/quote", &dear).await;
        let fragment = text(quoted).await;
        assert!(
            fragment.contains("<b>15 more</b> are needed."),
            "{fragment}"
        );
        let prices = Browser::new(studio).page("/pricing?plan=growth").await;
        assert!(prices.contains("Up to 40 pictures or 25 clips"), "{prices}");
        assert!(prices.contains("/sign-up?return_to=%2Fpricing%3Fplan%3Dgrowth"));
        let member = ada.page("/pricing").await;
        assert!(member.contains("name=\"plan\" value=\"growth\""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_sale_is_not_sold() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        for (wish, expected) in [
            (json!({}), (422, "invalid")),
            (json!({ "plan": "free" }), (422, "invalid")),
            (json!({ "plan": "Pro" }), (422, "invalid")),
            (json!({ "plan": ["pro"] }), (422, "invalid")),
            (
                json!({ "plan": "pro", "topup": "pack-100" }),
                (422, "invalid"),
            ),
            (json!({ "topup": "pack-9" }), (422, "not_for_sale")),
            (
                json!({ "topup": "x".repeat(10_000) }),
                (422, "not_for_sale"),
            ),
            (json!("pro"), (400, "malformed")),
        ] {
            let answer = ada.call("/api/lemon/checkout", &wish).await;
            let (status, name) = code(answer).await;
            assert_eq!((status, name.as_str()), expected, "{wish}");
        }
        let huge = "x".repeat(100_000);
        let answer = ada
            .call("/api/lemon/checkout", &json!({ "plan": huge }))
            .await;
        assert_eq!(code(answer).await.0, 413);
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_sign_in_first_and_come_back() {
    on_both(async |studio| {
        let stranger = Browser::new(studio);
        let program = stranger
            .call("/api/lemon/checkout", &json!({ "plan": "pro" }))
            .await;
        assert_eq!(code(program).await, (401, "sign_in_required".to_owned()));
        let form = stranger
            .request(Method::POST, "/api/lemon/checkout")
            .header("accept", "text/html")
            .header("referer", studio.url("/pricing?plan=pro"))
            .form(&[("plan", "pro")]);
        let answer = stranger.send(form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let back = "/sign-in?return_to=%2Fpricing%3Fplan%3Dpro";
        assert_eq!(header(&answer, "location"), back);
        for path in ["/api/billing", "/api/export", "/api/lemon/portal"] {
            let answer = stranger.send(stranger.request(Method::GET, path)).await;
            assert_eq!(code(answer).await.0, 401, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_studio_that_sells_nothing_says_so() {
    on_both_with(
        |mut plan| {
            plan.selling = Selling::Nothing;
            plan
        },
        async |studio| {
            let ada = Browser::signed_up(studio, "Ada").await;
            let answer = ada
                .call("/api/lemon/checkout", &json!({ "plan": "pro" }))
                .await;
            assert_eq!(code(answer).await, (503, "nothing_for_sale".to_owned()));
            let standing = ada.read("/api/billing").await;
            assert_eq!(
                (&standing["plan"], &standing["offers"]),
                (&"free".into(), &Value::Null)
            );
            let delivery = ada.request(Method::POST, "/api/webhooks/lemon").body("{}");
            assert_eq!(ada.send(delivery).await.status(), StatusCode::NOT_FOUND);
            for path in [
                "/pricing",
                "/studio",
                "/profile",
                "/generate?model=seedance-2.0",
            ] {
                let page = ada.page(path).await;
                assert!(!page.contains("/api/lemon/"), "{path} sells something");
            }
        },
    )
    .await;
}

/// Checkouts cost the merchant's patience: nobody opens them by the hundred.
#[tokio::test(flavor = "multi_thread")]
async fn checkouts_are_opened_at_the_pace_of_people() {
    on_both_with(
        |mut plan| {
            plan.requests_per_minute = 600;
            plan
        },
        async |studio| {
            let ada = Browser::signed_up(studio, "Ada").await;
            let pack = json!({ "topup": "pack-100" });
            for _ in 0..10 {
                checkout(&ada, &pack).await;
            }
            let answer = ada.call("/api/lemon/checkout", &pack).await;
            assert!(!header(&answer, "retry-after").is_empty());
            assert_eq!(code(answer).await, (429, "too_many_requests".to_owned()));
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_that_does_not_answer_costs_nothing() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let down = Cue::new(Fault::Down).during(Moment::Submit);
        studio.sandbox.script().push(down.at(Provider::Lemon));
        let form = ada.post("/api/lemon/checkout", &[("plan", "pro")]).await;
        assert_eq!(form.status(), StatusCode::SERVICE_UNAVAILABLE);
        let page = text(form).await;
        assert!(
            page.contains("does not answer. Nothing was charged."),
            "{page}"
        );
    })
    .await;
}
