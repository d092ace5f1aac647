//! What a person does behind the counter.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::Shop;
use crate::{Bench, browser, text};

impl Shop {
    async fn press(&self, fields: &str) -> StatusCode {
        let page = self.bench.sandbox.lemon().backstage_url();
        self.send_form(&page, fields.to_owned()).await.status()
    }

    async fn backstage(&self) -> String {
        let page = self.bench.sandbox.lemon().backstage_url();
        let shown = self.buyer.get(page).send().await.unwrap();
        assert_eq!(shown.status(), StatusCode::OK);
        shown.text().await.unwrap()
    }
}

#[tokio::test]
async fn a_button_moves_time_to_what_happens_next() {
    let mut shop = Shop::open().await;
    assert_eq!(shop.press("step=next").await, StatusCode::CONFLICT);
    let id = shop.subscribe(101, "good").await;
    let renews_at = text(&shop.subscription(&id).await, "renews_at");
    assert!(shop.backstage().await.contains("To what happens next"));
    assert_eq!(shop.press("step=next").await, StatusCode::SEE_OTHER);
    assert_eq!(shop.events(2).await[1], "subscription_payment_success");
    let renewed = text(&shop.subscription(&id).await, "renews_at");
    assert!(renewed > renews_at);
    let before = shop.bench.sandbox.lemon().now();
    for (step, days) in [("day", 1), ("week", 7), ("month", 28)] {
        assert_eq!(
            shop.press(&format!("step={step}")).await,
            StatusCode::SEE_OTHER
        );
        let passed = shop.bench.sandbox.lemon().now().duration_since(before);
        assert!(passed.as_secs() >= days * 24 * 3_600, "{step}");
    }
}

#[tokio::test]
async fn a_card_can_be_made_to_fail_and_to_pay_again() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(102, "good").await;
    let fails = format!("subscription={id}&card=fails_later");
    assert_eq!(shop.press(&fails).await, StatusCode::SEE_OTHER);
    assert_eq!(shop.events(1).await, ["subscription_updated"]);
    shop.press("step=next").await;
    assert_eq!(shop.events(2).await[1], "subscription_payment_failed");
    assert_eq!(shop.subscription(&id).await["status"], "past_due");
    shop.press(&format!("subscription={id}&card=good")).await;
    assert_eq!(shop.events(3).await[1], "subscription_payment_recovered");
}

#[tokio::test]
async fn money_goes_back_and_a_payment_is_reported() {
    let mut shop = Shop::open().await;
    shop.subscribe(101, "good").await;
    let invoices = shop.get("subscription-invoices").await;
    let invoice = text(&invoices[0], "id");
    let paid_back = format!("refund={invoice}");
    assert_eq!(shop.press(&paid_back).await, StatusCode::SEE_OTHER);
    assert_eq!(shop.events(2).await[0], "subscription_payment_refunded");
    assert_eq!(shop.press(&paid_back).await, StatusCode::CONFLICT);
    let order = text(&shop.get("orders").await[0], "id");
    assert_eq!(
        shop.press(&format!("stolen={order}")).await,
        StatusCode::SEE_OTHER
    );
    let order = shop.get(&format!("orders/{order}")).await;
    assert_eq!(order["attributes"]["status"], "fraudulent");
    assert!(shop.backstage().await.contains("as stolen"));
    let sent = shop.bench.sandbox.lemon().posted();
    let again = format!("resend={}", sent[0].webhook_id);
    assert_eq!(shop.press(&again).await, StatusCode::SEE_OTHER);
    assert_eq!(shop.events(1).await, [sent[0].event_name]);
    assert_eq!(shop.press("").await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn no_page_of_others_presses_buttons() {
    let (bench, visitor) = (Bench::instant().await, browser());
    let lemon = bench.sandbox.lemon();
    let press = async |site: &str| {
        let request = visitor.post(lemon.backstage_url());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", site).body("step=month");
        request.send().await.unwrap().status()
    };
    for site in ["cross-site", "same-site"] {
        assert_eq!(press(site).await, StatusCode::FORBIDDEN, "{site}");
        assert_eq!(lemon.ahead().ms(), 0);
    }
    assert_eq!(press("same-origin").await, StatusCode::SEE_OTHER);
    assert!(lemon.ahead().ms() > 0);
}

#[tokio::test]
async fn whoever_lives_in_the_stores_time_is_told_before_it_moves() {
    let bench = Bench::instant().await;
    let lemon = bench.sandbox.lemon();
    let ahead = lemon.ahead();
    let told = Arc::new(Mutex::new(Vec::new()));
    let (notes, before) = (Arc::clone(&told), ahead.clone());
    lemon.warn_before_moves(move |by| {
        notes.lock().unwrap().push((by, before.ms()));
        Box::pin(async {})
    });
    let day = Duration::from_secs(24 * 3_600);
    lemon.advance(day).await;
    ahead.grown().await;
    assert_eq!(*told.lock().unwrap(), [(day, 0)]);
    let ahead_ms = u128::try_from(ahead.ms()).unwrap();
    let (least, most) = (day.as_millis(), day.as_millis() + 1);
    assert!((least..=most).contains(&ahead_ms), "{ahead_ms}");
}

#[tokio::test]
async fn a_store_in_another_process_is_told_where_webhooks_go() {
    let mut shop = Shop::open().await;
    let base = shop.bench.sandbox.base_url();
    let (here, elsewhere) = (shop.inbox.url.clone(), "http://127.0.0.1:9/hook");
    shop.bench.sandbox.lemon().deliver_to(elsewhere);
    assert!(nexora_sandbox::deliver_to(&base, &here, &here).await);
    shop.subscribe(101, "good").await;
    let endpoints = shop.get("webhooks").await;
    assert_eq!(endpoints[0]["attributes"]["url"], json!(here));
    assert!(!nexora_sandbox::deliver_to("http://127.0.0.1:9", &here, &here).await);
    assert!(!nexora_sandbox::deliver_to("http://example.com", &here, &here).await);
}
