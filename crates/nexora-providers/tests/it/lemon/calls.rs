//! The calls to Lemon Squeezy's API, against answers as real ones look.

use std::time::Duration;

use nexora_core::Timestamp;
use nexora_core::billing::SubscriptionStatus;
use nexora_providers::lemon::{CheckoutWish, PaidFrom, PortalLinks};
use nexora_providers::signature::SignatureError;
use nexora_providers::{BillingError, Lemon, LemonConfig, Wire};
use ring::hmac;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use crate::far_side::{FarSide, json as answer};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/lemon/", $name, ".json"))
    };
}

fn config(far: &FarSide) -> LemonConfig {
    LemonConfig {
        key: SecretString::from("lemon-sesame"),
        base_url: far.url("/v1"),
        store_id: "148001".to_owned(),
        signing_secret: SecretString::from("swordfish"),
        test_mode: true,
    }
}

fn asking(far: &FarSide) -> Lemon {
    Lemon::new(config(far), &Wire::new().unwrap()).unwrap()
}

fn ok(body: &str) -> String {
    answer("200 OK", body)
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// The first line of a request, its headers in lower case, and its body.
fn heard(far: &FarSide) -> (String, String, Value) {
    let request = far.heard().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let line = head.lines().next().unwrap().to_owned();
    let body = serde_json::from_str(body).unwrap_or_default();
    (line, head.to_lowercase(), body)
}

fn wish(redirect_url: &Url) -> CheckoutWish<'_> {
    CheckoutWish {
        variant_id: "900011",
        email: Some("ada@example.com"),
        name: None,
        checkout_ref: "chk_7d1f",
        member: "mem_1",
        redirect_url,
        // 2025-11-19T12:04:54Z
        expires_at: Timestamp::from_ms(1_763_553_894_000),
    }
}

#[tokio::test]
async fn a_checkout_sells_one_thing_for_an_hour() {
    let far = FarSide::saying(&[&answer("201 Created", fixture!("api_checkout"))]);
    let back = url("https://studio.example/billing");
    let page = asking(&far).create_checkout(&wish(&back)).await.unwrap();
    assert_eq!(page.host_str(), Some("nexora.lemonsqueezy.com"));
    let (line, head, body) = heard(&far);
    assert_eq!(line, "POST /v1/checkouts HTTP/1.1");
    assert!(head.contains("accept: application/vnd.api+json"), "{head}");
    assert_eq!(head.matches("content-type:").count(), 1);
    assert!(head.contains("content-type: application/vnd.api+json"));
    assert!(head.contains("authorization: bearer lemon-sesame"));
    let belongs = |kind: &str, id: &str| json!({ "data": { "type": kind, "id": id } });
    let expected = json!({ "data": {
        "type": "checkouts",
        "attributes": {
            "product_options": {
                "enabled_variants": [900_011],
                "redirect_url": "https://studio.example/billing",
            },
            "checkout_options": { "skip_trial": true },
            "checkout_data": {
                "email": "ada@example.com",
                "custom": { "checkout_ref": "chk_7d1f", "member": "mem_1" },
            },
            "expires_at": "2025-11-19T12:04:54Z",
            "test_mode": true,
        },
        "relationships": {
            "store": belongs("stores", "148001"),
            "variant": belongs("variants", "900011"),
        },
    }});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_checkout_that_cannot_be_written_down_is_not_asked_for() {
    let far = FarSide::saying(&[]);
    let back = url("https://studio.example/");
    let no_number = CheckoutWish {
        variant_id: "growth",
        ..wish(&back)
    };
    let outcome = asking(&far).create_checkout(&no_number).await;
    assert_eq!(outcome, Err(BillingError::Misconfigured));
}

#[tokio::test]
async fn an_empty_address_is_left_out() {
    let far = FarSide::saying(&[&ok(fixture!("api_checkout"))]);
    let back = url("https://studio.example/");
    let nobody = CheckoutWish {
        email: Some(""),
        name: Some("Ada"),
        ..wish(&back)
    };
    asking(&far).create_checkout(&nobody).await.unwrap();
    let (_, _, body) = heard(&far);
    let buyer = &body["data"]["attributes"]["checkout_data"];
    assert_eq!((buyer.get("email"), &buyer["name"]), (None, &json!("Ada")));
}

#[tokio::test]
async fn a_page_to_send_a_buyer_to_is_a_web_page() {
    for bad in [
        "javascript:alert(1)",
        "http://evil.example/",
        "",
        "/checkout",
    ] {
        let body =
            json!({ "data": { "type": "checkouts", "id": "x", "attributes": { "url": bad } } });
        let far = FarSide::saying(&[&ok(&body.to_string())]);
        let back = url("https://studio.example/");
        let outcome = asking(&far).create_checkout(&wish(&back)).await;
        assert_eq!(outcome, Err(BillingError::Broken), "{bad}");
    }
}

#[tokio::test]
async fn a_subscription_is_changed_by_patch_and_delete() {
    let text = fixture!("api_subscription");
    for (paid_from, how) in [
        (PaidFrom::Now, "invoice_immediately"),
        (PaidFrom::Renewal, "disable_prorations"),
    ] {
        let far = FarSide::saying(&[&ok(text)]);
        let changed = asking(&far)
            .change_plan("1400033", "900012", paid_from)
            .await;
        assert_eq!(changed.unwrap().id, "1400033");
        let (line, _, body) = heard(&far);
        assert_eq!(line, "PATCH /v1/subscriptions/1400033 HTTP/1.1");
        let attributes = json!({ "variant_id": 900_012, how: true });
        let expected =
            json!({ "type": "subscriptions", "id": "1400033", "attributes": attributes });
        assert_eq!(body["data"], expected);
    }
    let far = FarSide::saying(&[&ok(text)]);
    asking(&far).resume("1400033").await.unwrap();
    let (_, _, body) = heard(&far);
    assert_eq!(body["data"]["attributes"], json!({ "cancelled": false }));
    let ended = text.replace("\"status\": \"active\"", "\"status\": \"cancelled\"");
    let far = FarSide::saying(&[&ok(&ended)]);
    let cancelled = asking(&far).cancel("1400033").await.unwrap();
    assert_eq!(cancelled.status, SubscriptionStatus::Cancelled);
    assert_eq!(heard(&far).0, "DELETE /v1/subscriptions/1400033 HTTP/1.1");
}

#[tokio::test]
async fn what_is_read_names_no_checkout() {
    let far = FarSide::saying(&[
        &ok(fixture!("api_subscription")),
        &ok(fixture!("api_order")),
    ]);
    let lemon = asking(&far);
    let subscription = lemon.subscription("1400033").await.unwrap();
    assert_eq!(subscription.variant_id, "900011");
    assert_eq!(subscription.origin.checkout_ref, None);
    assert!(subscription.origin.test_mode);
    let order = lemon.order("6300021").await.unwrap();
    assert_eq!(order.variant_id.as_deref(), Some("900021"));
    assert!(far.heard()[1].starts_with("GET /v1/orders/6300021 "));
}

#[tokio::test]
async fn lists_come_in_pages_and_say_what_they_could_not_read() {
    let far = FarSide::saying(&[&ok(fixture!("api_subscriptions"))]);
    let page = asking(&far).subscriptions(1).await.unwrap();
    assert_eq!((page.facts.len(), page.unread, page.more), (1, 1, true));
    let line = heard(&far).0;
    let query = "filter%5Bstore_id%5D=148001&page%5Bnumber%5D=1&page%5Bsize%5D=100";
    assert_eq!(line, format!("GET /v1/subscriptions?{query} HTTP/1.1"));
    let far = FarSide::saying(&[&ok(fixture!("api_invoices"))]);
    let invoices = asking(&far).invoices("1400033").await.unwrap();
    assert_eq!(
        (invoices.facts.len(), invoices.unread, invoices.more),
        (2, 0, false)
    );
    assert!(
        heard(&far)
            .0
            .contains("filter%5Bsubscription_id%5D=1400033")
    );
}

#[tokio::test]
async fn a_list_that_never_ends_is_not_read_for_ever() {
    let endless = fixture!("api_invoices").replace("\"lastPage\": 1", "\"lastPage\": 999");
    let answers = vec![ok(&endless); 10];
    let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
    let far = FarSide::saying(&answers);
    let invoices = asking(&far).invoices("1400033").await.unwrap();
    assert_eq!((invoices.facts.len(), invoices.more), (10, true));
    assert_eq!(far.heard().len(), 5);
}

#[tokio::test]
async fn links_are_fetched_fresh() {
    let payment = fixture!("subscription_payment_success");
    let far = FarSide::saying(&[
        &ok(fixture!("api_subscription")),
        &ok(fixture!("api_customer")),
        &ok(payment),
    ]);
    let lemon = asking(&far);
    let PortalLinks {
        customer_portal,
        update_payment_method,
        update_subscription,
    } = lemon.links("1400033").await.unwrap();
    assert!(customer_portal.unwrap().path().ends_with("/billing"));
    assert!(
        update_payment_method
            .unwrap()
            .path()
            .ends_with("/payment-details")
    );
    assert_eq!(update_subscription, None);
    assert!(lemon.customer_portal("5200017").await.unwrap().is_some());
    assert!(far.heard()[1].starts_with("GET /v1/customers/5200017 "));
    assert!(lemon.invoice_link("4100055").await.unwrap().is_some());
    assert!(far.heard()[2].starts_with("GET /v1/subscription-invoices/4100055 "));
}

#[tokio::test]
async fn errors_are_told_apart() {
    let said = r#"{"jsonapi":{"version":"1.0"},"errors":[{"detail":"The variant_id field is invalid.",
        "source":{"pointer":"\/data\/attributes\/variant_id"},"status":"422","title":"Unprocessable"}]}"#;
    let later = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 30\r\ncontent-length: 34\r\n\
        connection: close\r\n\r\n{\"message\":\"Too Many Attempts.\"  }";
    let refused = BillingError::Refused("The variant_id field is invalid.".to_owned());
    let table = [
        (answer("422 Unprocessable Content", said), refused),
        (
            answer("400 Bad Request", r#"{"message":"lemon-sesame is no key"}"#),
            BillingError::Refused("(our key) is no key".to_owned()),
        ),
        (
            later.to_owned(),
            BillingError::Busy(Some(Duration::from_secs(30))),
        ),
        (
            answer("429 Too Many Requests", "{}"),
            BillingError::Busy(None),
        ),
        (
            answer("401 Unauthorized", r#"{"message":"Unauthenticated."}"#),
            BillingError::Misconfigured,
        ),
        (answer("404 Not Found", said), BillingError::NotFound),
        (
            answer("500 Internal Server Error", "<html>"),
            BillingError::Down,
        ),
        (ok("<html>"), BillingError::Broken),
        (ok(r#"{"data":null}"#), BillingError::Broken),
        (
            ok(fixture!("subscription_in_a_new_state")),
            BillingError::Broken,
        ),
        (String::new(), BillingError::Down),
    ];
    for (said, expected) in table {
        let far = FarSide::saying(&[&said]);
        let outcome = asking(&far).subscription("1400033").await;
        assert_eq!(outcome, Err(expected), "{said}");
    }
    let far = FarSide::saying(&[]);
    let outcome = asking(&far).subscription("../orders/1").await;
    assert_eq!(outcome, Err(BillingError::NotFound));
}

#[test]
fn a_delivery_is_believed_for_its_signature() {
    let far = FarSide::saying(&[]);
    let lemon = asking(&far);
    let raw = fixture!("order_created").as_bytes();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"swordfish");
    let signature = hex::encode(hmac::sign(&key, raw));
    assert_eq!(lemon.verify(raw, Some(&signature)), Ok(()));
    assert_eq!(lemon.verify(raw, None), Err(SignatureError::Unsigned));
    assert_eq!(
        lemon.verify(b"{}", Some(&signature)),
        Err(SignatureError::Forged)
    );
    assert!(!format!("{lemon:?}").contains("sesame"));
    let open = LemonConfig {
        signing_secret: SecretString::from(""),
        ..config(&far)
    };
    assert!(Lemon::new(open, &Wire::new().unwrap()).is_err());
}
