//! What a subscriber does to a plan, and what the pages say about it before and after.

use std::time::Duration;

use nexora_core::Plan;
use nexora_store::{Lane, StoreError, users};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, code, header, text};
use crate::studio::{on_both, on_both_with};
use crate::till::{Selling, checkout, pay};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_changed_up_and_down() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let none = ada
            .call("/api/lemon/change", &json!({ "plan": "pro" }))
            .await;
        assert_eq!(code(none).await, (409, "not_subscribed".to_owned()));
        studio.subscribe(&ada, Plan::Growth, "good").await;
        let up = ada.post("/api/lemon/change", &[("plan", "pro")]).await;
        assert_eq!(header(&up, "location"), "/profile#plan");
        let standing = studio
            .until(&ada, |standing| standing["plan"] == "pro")
            .await;
        assert_eq!(standing["state"], "renews");
        assert_eq!(
            ada.available().await,
            1_015,
            "the difference, not a second month"
        );
        let bills = standing["bills"].as_array().unwrap();
        assert_eq!(bills.len(), 2);

        let down = ada
            .call("/api/lemon/change", &json!({ "plan": "growth" }))
            .await;
        assert_eq!(down.status(), StatusCode::OK);
        let standing: Value = down.json().await.unwrap();
        assert_eq!(
            (&standing["plan"], &standing["state"]),
            (&"pro".into(), &"becomes".into())
        );
        assert_eq!(standing["subscription"]["plan"], "growth");
        for (wish, expected) in [("free", 422), ("", 422), ("gold", 422)] {
            let answer = ada
                .call("/api/lemon/change", &json!({ "plan": wish }))
                .await;
            assert_eq!(answer.status(), expected, "{wish}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_cancelled_resumed_and_ends_by_the_calendar() {
    on_both_with(
        |mut plan| {
            plan.selling = Selling::InStoreTime;
            plan
        },
        async |studio| {
            let ada = Browser::signed_up(studio, "Ada").await;
            studio.subscribe(&ada, Plan::Pro, "good").await;
            let page = checkout(&ada, &json!({ "topup": "pack-100" })).await;
            pay(&page, "good").await;
            studio
                .until(&ada, |it| it["bills"].as_array().unwrap().len() == 2)
                .await;
            assert_eq!(ada.available().await, 1_115);

            let beforehand = ada.page("/profile/cancel").await;
            assert!(beforehand.contains("1000 monthly credits"), "{beforehand}");
            assert!(beforehand.contains("115 credits stay"), "{beforehand}");
            let ended = ada.post("/api/lemon/cancel", &[]).await;
            assert_eq!(ended.status(), StatusCode::SEE_OTHER);
            assert_eq!(ada.read("/api/billing").await["state"], "ends");
            assert!(ada.page("/studio").await.contains("does not renew"));
            let change = ada
                .call("/api/lemon/change", &json!({ "plan": "growth" }))
                .await;
            assert_eq!(code(change).await, (409, "already_subscribed".to_owned()));
            ada.post("/api/lemon/resume", &[]).await;
            assert_eq!(ada.read("/api/billing").await["state"], "renews");
            ada.post("/api/lemon/cancel", &[]).await;

            studio.pass(DAY * 32).await;
            let standing = studio.until(&ada, |it| it["plan"] == "free").await;
            assert_eq!(standing["state"], "free");
            // The starter credits and the pack.
            studio.until_left(&ada, 115).await;
            studio
                .until_told(&ada, "/profile", "1000 credits expired")
                .await;
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_fails_is_said_on_every_page() {
    on_both_with(
        |mut plan| {
            plan.selling = Selling::InStoreTime;
            plan
        },
        async |studio| {
            let ada = Browser::signed_up(studio, "Ada").await;
            studio.subscribe(&ada, Plan::Growth, "fails_later").await;
            studio.pass(DAY * 32).await;
            studio.until(&ada, |it| it["state"] == "past_due").await;
            for path in ["/studio", "/generate", "/history", "/profile"] {
                let page = ada.page(path).await;
                assert!(page.contains("did not go through"), "{path}");
                assert!(page.contains("/api/lemon/payment-method"), "{path}");
            }
            let answer = ada.get("/api/lemon/payment-method").await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
            let page = header(&answer, "location").to_owned();
            assert!(page.starts_with(&studio.sandbox.base_url()));
            let refused = ada
                .call("/api/lemon/change", &json!({ "plan": "pro" }))
                .await;
            assert_eq!(
                code(refused).await,
                (409, "subscription_not_running".to_owned())
            );

            studio.pass(DAY * 20).await;
            studio.until(&ada, |it| it["plan"] == "free").await;
            studio.until_left(&ada, 15).await;
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_ones_own() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        studio.subscribe(&ada, Plan::Growth, "good").await;
        let standing = ada.read("/api/billing").await;
        let link = standing["bills"][0]["links"]["invoice"].as_str().unwrap();
        let own = ada.get(link).await;
        assert_eq!(own.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&own, "cache-control"), "no-store");
        let paper = header(&own, "location").to_owned();
        assert!(paper.contains("/lemon/document/"), "{paper}");

        let eve = Browser::signed_up(studio, "Eve").await;
        let foreign = eve.send(eve.request(reqwest::Method::GET, link)).await;
        assert_eq!(code(foreign).await, (404, "not_found".to_owned()));
        for odd in ["0", "x", "..%2F..%2Fv1%2Fusers", &"9".repeat(300)] {
            let answer = ada.get(&format!("/api/lemon/invoices/{odd}")).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{odd}");
        }
        let none = eve.get("/api/lemon/portal").await;
        assert_eq!(none.status(), StatusCode::CONFLICT);
        assert!(text(none).await.contains("You have no subscription"));
        let portal = ada.get("/api/lemon/portal").await;
        assert!(header(&portal, "location").contains("/lemon/portal/"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn some_ways_of_paying_change_the_plan_at_the_merchants() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        studio.subscribe(&ada, Plan::Growth, "paypal").await;
        let form = ada.post("/api/lemon/change", &[("plan", "pro")]).await;
        assert_eq!(form.status(), StatusCode::SEE_OTHER);
        let page = header(&form, "location").to_owned();
        assert!(
            page.starts_with(&studio.sandbox.base_url()) && page.contains("/plan?"),
            "{page}"
        );
        let program = ada
            .call("/api/lemon/change", &json!({ "plan": "pro" }))
            .await;
        let body: Value = program.json().await.unwrap();
        assert!(
            body["url"]
                .as_str()
                .unwrap()
                .contains("/lemon/subscription/")
        );
        assert_eq!(ada.read("/api/billing").await["plan"], "growth");
    })
    .await;
}

/// What will happen is said before it happens, and only where it can happen.
#[tokio::test(flavor = "multi_thread")]
async fn pages_that_ask_once_more_fit_the_plan() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let leads = async |path: &str| header(&ada.get(path).await, "location").to_owned();
        assert_eq!(leads("/profile/plan?to=pro").await, "/pricing?plan=pro");
        assert_eq!(leads("/profile/plan?to=gold").await, "/profile#plan");
        assert_eq!(leads("/profile/cancel").await, "/profile#plan");
        studio.subscribe(&ada, Plan::Pro, "good").await;
        assert_eq!(leads("/profile/plan?to=pro").await, "/profile#plan");
        let down = ada.page("/profile/plan?to=growth").await;
        assert!(
            down.contains("Nothing is charged or paid back today."),
            "{down}"
        );
        ada.post("/api/lemon/change", &[("plan", "growth")]).await;
        let profile = ada.page("/profile").await;
        assert!(
            profile.contains("Becomes Growth") && profile.contains("Keep Pro"),
            "{profile}"
        );
        let pricing = ada.page("/pricing").await;
        let badge = |plan: &str, words: &str| {
            let card = pricing.split("data-plan=").find(|card| card.contains(plan));
            assert!(card.is_some_and(|card| card.contains(words)), "{pricing}");
        };
        badge("\"pro\"", "Your plan");
        badge("\"growth\"", "Chosen");
        let back = ada.page("/profile/plan?to=pro").await;
        assert!(back.contains("Nothing is charged today."), "{back}");
        ada.post("/api/lemon/change", &[("plan", "pro")]).await;
        assert_eq!(ada.read("/api/billing").await["state"], "renews");
        let bills = ada.read("/api/billing").await["bills"].clone();
        assert_eq!(
            bills.as_array().unwrap().len(),
            1,
            "a mind changed twice costs nothing"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_on_hold_says_so_and_offers_nothing() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let found = studio.engine.members("ada@".to_owned(), 1).await.unwrap();
        let (id, now) = (found[0].id, studio.engine.now());
        let frozen: Result<bool, StoreError> = studio
            .engine
            .store()
            .write(Lane::Member(id), move |tx| {
                Box::pin(async move { users::freeze(tx, id, now).await })
            })
            .await;
        assert!(frozen.unwrap());
        for path in ["/studio?model=seedance-2.0", "/pricing", "/profile"] {
            let page = ada.page(path).await;
            assert!(page.contains("This account is on hold"), "{path}");
            assert!(!page.contains("form=\"buy\""), "{path} sells something");
        }
        let checkout = ada
            .call("/api/lemon/checkout", &json!({ "plan": "pro" }))
            .await;
        assert_eq!(code(checkout).await, (403, "account_on_hold".to_owned()));
        assert_eq!(ada.read("/api/billing").await["is_frozen"], true);
    })
    .await;
}
