//! The merchant's deliveries: believed for their signature, kept once, answered with exactly 200.

use hmac::{Hmac, KeyInit, Mac};
use nexora_core::Plan;
use nexora_sandbox::Sandbox;
use nexora_store::StoreError;
use nexora_store::billing::inbox;
use reqwest::{Method, Response};
use serde_json::json;
use sha2::Sha256;

use crate::browser::{Browser, code, text};
use crate::studio::{Studio, on_both, on_both_with};
use crate::till::{checkout, pay};

fn signature(body: &[u8]) -> String {
    let secret = Sandbox::lemon_signing_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

async fn deliver(studio: &Studio, body: &str, signature: Option<&str>) -> Response {
    let nobody = Browser::new(studio);
    let mut request = nobody
        .request(Method::POST, "/api/webhooks/lemon")
        .header("content-type", "application/json")
        .body(body.to_owned());
    if let Some(signature) = signature {
        request = request.header("x-signature", signature);
    }
    nobody.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_merchant_signed_is_taken_in() {
    on_both(async |studio| {
        let body = json!({ "meta": { "event_name": "customer_updated" },
                           "data": { "type": "customers", "id": "7" } })
        .to_string();
        let right = signature(body.as_bytes());
        let upper = right.to_uppercase();
        let truncated = &right[..32];
        for wrong in [
            None,
            Some(""),
            Some("sesame"),
            Some(truncated),
            Some(&*"0".repeat(64)),
        ] {
            let answer = deliver(studio, &body, wrong).await;
            assert_eq!(
                code(answer).await,
                (401, "not_signed".to_owned()),
                "{wrong:?}"
            );
        }
        let changed = body.replace('7', "8");
        assert_eq!(deliver(studio, &changed, Some(&right)).await.status(), 401);
        for _ in 0..2 {
            let answer = deliver(studio, &body, Some(&right)).await;
            assert_eq!(answer.status().as_u16(), 200);
            assert_eq!(text(answer).await, "");
        }
        // Hexadecimal digits have no case of their own; the merchant writes small ones.
        assert!([200, 401].contains(&deliver(studio, &body, Some(&upper)).await.status().as_u16()));
    })
    .await;
}

/// Anything but 200 is sent again and then lost; what we cannot read is kept for a person.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_kept_whatever_it_says() {
    on_both(async |studio| {
        let bodies = [
            "{}".to_owned(),
            "not json".to_owned(),
            json!({ "meta": { "event_name": "license_key_created" },
                    "data": { "type": "license-keys", "id": 9 } })
            .to_string(),
            json!({ "meta": { "event_name": "order_created", "future": [1, 2] },
                    "data": { "type": "orders", "id": "1", "attributes": {} } })
            .to_string(),
        ];
        for body in &bodies {
            let answer = deliver(studio, body, Some(&signature(body.as_bytes()))).await;
            assert_eq!(answer.status().as_u16(), 200, "{body}");
        }
        let parked: Result<i64, StoreError> = studio
            .engine
            .store()
            .read(|tx| Box::pin(async move { inbox::parked(tx).await }))
            .await;
        assert_eq!(
            parked.unwrap(),
            3,
            "those that cannot be read wait for a person"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_is_not_read() {
    on_both(async |studio| {
        let body = "x".repeat(300 << 10);
        let answer = deliver(studio, &body, Some(&signature(body.as_bytes()))).await;
        assert_eq!(code(answer).await, (413, "too_large".to_owned()));
        let nobody = Browser::new(studio);
        let asked = nobody.get("/api/webhooks/lemon").await;
        assert_eq!(asked.status(), 405);
    })
    .await;
}

/// A merchant's burst is no attack, and its requests carry no origin worth anything.
#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_not_counted_and_come_from_anywhere() {
    on_both_with(
        |mut plan| {
            plan.requests_per_minute = 2;
            plan
        },
        async |studio| {
            let nobody = Browser::new(studio);
            for number in 0..20 {
                let body = json!({ "meta": { "event_name": "customer_updated" },
                                   "data": { "type": "customers", "id": number } })
                .to_string();
                let request = nobody
                    .request(Method::POST, "/api/webhooks/lemon")
                    .header("x-signature", signature(body.as_bytes()))
                    .header("origin", "https://app.lemonsqueezy.com")
                    .header("sec-fetch-site", "cross-site")
                    .body(body);
                assert_eq!(nobody.send(request).await.status().as_u16(), 200);
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_again_changes_nothing() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        studio.subscribe(&ada, Plan::Growth, "good").await;
        let page = checkout(&ada, &json!({ "topup": "pack-100" })).await;
        pay(&page, "good").await;
        studio
            .until(&ada, |standing| {
                standing["bills"].as_array().unwrap().len() == 2
            })
            .await;
        studio.settled().await;
        assert_eq!(ada.available().await, 315);
        let lemon = studio.sandbox.lemon();
        for posted in lemon.posted() {
            assert!(posted.arrived, "{posted:?}");
            assert!(lemon.resend(&posted.webhook_id));
        }
        studio.settled().await;
        assert_eq!(ada.available().await, 315);
        let standing = ada.read("/api/billing").await;
        assert_eq!(standing["bills"].as_array().unwrap().len(), 2);
    })
    .await;
}
