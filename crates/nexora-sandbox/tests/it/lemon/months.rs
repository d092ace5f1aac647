//! What time does to a subscription.

use std::time::Duration;

use nexora_sandbox::Card;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Shop, event};
use crate::text;

#[tokio::test]
async fn a_plan_renews_each_month_on_its_day() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "good").await;
    let before = shop.subscription(&id).await;
    for _ in 0..2 {
        shop.days(31).await;
        let letters = shop.letters(2).await;
        assert_eq!(event(&letters[0]), "subscription_updated");
        assert_eq!(event(&letters[1]), "subscription_payment_success");
        let invoice = &letters[1].body["data"]["attributes"];
        assert_eq!(invoice["billing_reason"], "renewal");
        assert_eq!(invoice["total"], 2_900);
        let renews_at = &letters[0].body["data"]["attributes"]["renews_at"];
        assert!(renews_at.as_str() > invoice["created_at"].as_str());
    }
    let after = shop.subscription(&id).await;
    let day = |attributes: &Value| text(attributes, "renews_at")[7..10].to_owned();
    let is_short = before["billing_anchor"].as_i64().unwrap() > 28;
    assert!(is_short || day(&before) == day(&after));
    assert_eq!(shop.inbox.waiting(), 0);
}

#[tokio::test]
async fn a_declined_renewal_is_tried_again_and_given_up() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "fails_later").await;
    shop.renewal(&id).await;
    let letters = shop.letters(2).await;
    assert_eq!(event(&letters[1]), "subscription_payment_failed");
    assert_eq!(letters[1].body["data"]["attributes"]["status"], "pending");
    assert_eq!(shop.subscription(&id).await["status"], "past_due");
    shop.days(14).await;
    let events = shop.events(8).await;
    let declined = events.iter().filter(|one| one.contains("failed")).count();
    assert_eq!(declined, 4);
    assert_eq!(shop.subscription(&id).await["status"], "unpaid");
    shop.days(14).await;
    let events = shop.events(2).await;
    assert_eq!(events, ["subscription_expired", "subscription_updated"]);
    let expired = shop.subscription(&id).await;
    assert_eq!(expired["status"], "expired");
    assert!(expired["ends_at"].is_string());
    let resumed = shop.patch(&id, json!({"cancelled": false})).await;
    assert_eq!(resumed.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn another_card_recovers_what_was_declined() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "fails_later").await;
    shop.renewal(&id).await;
    let failed = shop.letters(2).await.remove(1).body;
    let page = shop.subscription(&id).await;
    let page = text(&page["urls"], "update_payment_method");
    let fields = format!("action=card&subscription={id}&card=good");
    let changed = shop.send_form(&page, fields).await;
    assert_eq!(changed.status(), StatusCode::SEE_OTHER);
    let letters = shop.letters(3).await;
    assert_eq!(event(&letters[0]), "subscription_payment_success");
    assert_eq!(event(&letters[1]), "subscription_payment_recovered");
    assert_eq!(letters[0].body["data"]["id"], failed["data"]["id"]);
    assert_eq!(letters[0].body["data"]["attributes"]["status"], "paid");
    assert_eq!(shop.subscription(&id).await["status"], "active");
}

#[tokio::test]
async fn a_scheduled_retry_recovers_too() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(102, "fails_later").await;
    shop.renewal(&id).await;
    shop.letters(2).await;
    let number = id.parse().unwrap();
    assert!(shop.bench.sandbox.lemon().set_card(number, Card::Declined));
    assert_eq!(shop.events(1).await, ["subscription_updated"]);
    shop.days(3).await;
    assert_eq!(shop.events(2).await[0], "subscription_payment_failed");
    assert!(shop.bench.sandbox.lemon().set_card(number, Card::Good));
    assert_eq!(shop.events(3).await[1], "subscription_payment_recovered");
}

#[tokio::test]
async fn a_cancelled_plan_ends_when_its_month_does() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "good").await;
    shop.patch(&id, json!({"cancelled": true})).await;
    shop.letters(2).await;
    shop.days(32).await;
    let events = shop.events(2).await;
    assert_eq!(events, ["subscription_expired", "subscription_updated"]);
    shop.days(90).await;
    assert_eq!(shop.inbox.waiting(), 0);
}

#[tokio::test]
async fn a_paused_plan_is_not_charged_and_comes_back() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "good").await;
    let later = shop.bench.sandbox.lemon().now().as_second() + 40 * 24 * 3_600;
    let later = jiff::Timestamp::from_second(later).unwrap().to_string();
    let pause = json!({"pause": {"mode": "free", "resumes_at": later}});
    shop.patch(&id, pause).await;
    shop.letters(2).await;
    shop.days(41).await;
    let events = shop.events(3).await;
    let expected = [
        "subscription_updated",
        "subscription_unpaused",
        "subscription_updated",
    ];
    assert_eq!(events, expected);
    assert_eq!(shop.subscription(&id).await["status"], "active");
}

#[tokio::test]
async fn a_trial_is_charged_at_its_end() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "good").await;
    let end = shop.bench.sandbox.lemon().now().as_second() + 7 * 24 * 3_600;
    let end = jiff::Timestamp::from_second(end).unwrap().to_string();
    let trial = shop.patch(&id, json!({ "trial_ends_at": end })).await;
    assert_eq!(trial.body["data"]["attributes"]["status"], "on_trial");
    assert_eq!(shop.events(1).await, ["subscription_updated"]);
    shop.days(8).await;
    assert_eq!(shop.events(2).await[1], "subscription_payment_success");
    assert_eq!(shop.subscription(&id).await["status"], "active");
}

#[tokio::test]
async fn time_is_moved_over_http_too() {
    let mut shop = Shop::open().await;
    shop.subscribe(101, "good").await;
    let before = shop.bench.sandbox.lemon().now();
    let url = shop.bench.url("/lemon/_time/advance");
    let body = json!({"seconds": 31 * 24 * 3_600});
    let moved = shop.bench.http.post(url).json(&body).send().await.unwrap();
    let moved: Value = moved.json().await.unwrap();
    let now: jiff::Timestamp = text(&moved, "now").parse().unwrap();
    let passed = Duration::try_from(now.duration_since(before)).unwrap();
    assert!(passed >= Duration::from_secs(31 * 24 * 3_600));
    assert_eq!(shop.events(2).await[1], "subscription_payment_success");
}
