//! Lemon Squeezy over HTTP: checkouts, webhooks, changes of plan, money back.

mod backstage;
mod months;

use hmac::{Hmac, KeyInit, Mac};
use nexora_sandbox::{Cue, Fault, Mail, Provider, Sandbox, catalogue};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

use crate::inbox::{Inbox, Letter};
use crate::{Answer, Bench, answer, browser, text};

/// Nobody listens there; the tests only look at where they are sent.
const BACK: &str = "http://127.0.0.1:9/account?paid=1";
const JSON_API: &str = "application/vnd.api+json";

/// A store, a receiver of its webhooks, and a buyer.
struct Shop {
    bench: Bench,
    inbox: Inbox,
    buyer: reqwest::Client,
}

impl Shop {
    /// With webhooks in their natural order.
    async fn open() -> Self {
        let shop = Self::with(Inbox::open().await).await;
        shop.bench.sandbox.lemon().set_mail(Mail::Orderly);
        shop
    }

    async fn with(inbox: Inbox) -> Self {
        let bench = Bench::instant().await;
        bench.sandbox.lemon().deliver_to(&inbox.url);
        let buyer = browser();
        Self {
            bench,
            inbox,
            buyer,
        }
    }

    async fn api(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = self.bench.url(&format!("/lemon/v1/{path}"));
        let request = self.bench.http.request(method, url);
        let request = request.bearer_auth(Sandbox::lemon_api_key());
        let request = request.header(CONTENT_TYPE, JSON_API);
        answer(request.body(body.to_string())).await
    }

    async fn get(&self, path: &str) -> Value {
        let got = self.api(Method::GET, path, Value::Null).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.body);
        got.body["data"].clone()
    }

    async fn patch(&self, id: &str, attributes: Value) -> Answer {
        let data = json!({"type": "subscriptions", "id": id, "attributes": attributes});
        let path = format!("subscriptions/{id}");
        self.api(Method::PATCH, &path, json!({ "data": data }))
            .await
    }

    /// The URL of a checkout for a member.
    async fn checkout(&self, variant_id: u64) -> String {
        let made = self.api(Method::POST, "checkouts", wish(variant_id)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        text(&made.body["data"]["attributes"], "url")
    }

    async fn pay(&self, url: &str, card: &str) -> reqwest::Response {
        self.send_form(url, format!("card={card}")).await
    }

    async fn send_form(&self, url: &str, fields: String) -> reqwest::Response {
        let form = "application/x-www-form-urlencoded";
        let sending = self.buyer.post(url).header(CONTENT_TYPE, form);
        sending.body(fields).send().await.unwrap()
    }

    async fn buy(&self, variant_id: u64, card: &str) {
        let url = self.checkout(variant_id).await;
        let paid = self.pay(&url, card).await;
        assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    }

    /// Buys a plan and reads its webhooks; the subscription's id.
    async fn subscribe(&mut self, variant_id: u64, card: &str) -> String {
        self.buy(variant_id, card).await;
        let letters = self.letters(4).await;
        text(&letters[1].body["data"], "id")
    }

    async fn letters(&mut self, count: usize) -> Vec<Letter> {
        let mut letters = Vec::new();
        for _ in 0..count {
            letters.push(self.inbox.next().await);
        }
        letters
    }

    async fn events(&mut self, count: usize) -> Vec<String> {
        self.letters(count).await.iter().map(event).collect()
    }

    async fn days(&self, days: u64) {
        let time = Duration::from_secs(days * 24 * 3_600);
        self.bench.sandbox.lemon().advance(time).await;
    }

    /// A minute after a plan renews, long before a declined charge is tried again.
    async fn renewal(&self, id: &str) {
        let renews_at = text(&self.subscription(id).await, "renews_at");
        let renews_at: jiff::Timestamp = renews_at.parse().unwrap();
        let lemon = self.bench.sandbox.lemon();
        let left = renews_at.duration_since(lemon.now());
        let left = Duration::try_from(left).unwrap();
        lemon.advance(left + Duration::from_secs(60)).await;
    }

    async fn subscription(&self, id: &str) -> Value {
        self.get(&format!("subscriptions/{id}")).await["attributes"].clone()
    }
}

fn wish(variant_id: u64) -> Value {
    json!({ "data": {
        "type": "checkouts",
        "attributes": {
            "product_options": { "enabled_variants": [variant_id], "redirect_url": BACK },
            "checkout_options": { "skip_trial": true },
            "checkout_data": {
                "email": "ada@example.com", "name": "Ada",
                "custom": { "checkout_ref": "ref_1", "member": 7 },
            },
            "test_mode": true,
        },
        "relationships": {
            "store": { "data": { "type": "stores", "id": catalogue::STORE_ID.to_string() } },
            "variant": { "data": { "type": "variants", "id": variant_id.to_string() } },
        },
    } })
}

fn event(letter: &Letter) -> String {
    text(&letter.body["meta"], "event_name")
}

fn check_signature(letter: &Letter) {
    let secret = Sandbox::lemon_signing_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(&letter.raw);
    let ours = hex::encode(mac.finalize().into_bytes());
    assert_eq!(letter.headers["x-signature"], ours.as_str());
    assert_eq!(letter.headers["x-event-name"], event(letter).as_str());
}

#[tokio::test]
async fn the_api_asks_for_a_key_and_its_media_type() {
    let shop = Shop::open().await;
    let url = shop.bench.url("/lemon/v1/variants/101");
    let without = answer(shop.bench.http.get(&url)).await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
    let url = shop.bench.url("/lemon/v1/checkouts");
    let plain = shop
        .bench
        .http
        .post(&url)
        .bearer_auth("key")
        .json(&wish(101));
    assert_eq!(
        answer(plain).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let cue = Cue::new(Fault::Busy).at(Provider::Lemon);
    shop.bench.sandbox.script().push(cue);
    let busy = shop.api(Method::GET, "variants", Value::Null).await;
    assert_eq!(busy.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(busy.headers["retry-after"], "1");
}

#[tokio::test]
async fn a_checkout_shows_what_it_was_asked_for() {
    let shop = Shop::open().await;
    let mut body = wish(101);
    body["data"]["attributes"]["preview"] = true.into();
    body["data"]["attributes"]["expires_at"] = "2999-01-01T00:00:00Z".into();
    let made = shop.api(Method::POST, "checkouts", body).await;
    assert_eq!(made.headers["content-type"], JSON_API);
    let data = &made.body["data"];
    assert_eq!(text(data, "id").len(), 36);
    let attributes = &data["attributes"];
    assert_eq!(attributes["store_id"], 1);
    assert_eq!(attributes["variant_id"], 101);
    assert_eq!(attributes["product_options"]["redirect_url"], BACK);
    assert_eq!(attributes["preview"]["total"], 2_900);
    assert_eq!(attributes["preview"]["total_formatted"], "$29.00");
    assert_eq!(attributes["expires_at"], "2999-01-01T00:00:00.000000Z");
    assert!(text(attributes, "url").contains("?expires=32472144000&signature="));
}

#[tokio::test]
async fn every_wrong_field_of_a_checkout_is_named() {
    let shop = Shop::open().await;
    let mut body = wish(999);
    body["data"]["attributes"] = json!({
        "product_options": { "enabled_variants": ["101"], "redirect_url": "nowhere" },
        "checkout_options": { "colour": "red" },
        "checkout_data": { "email": "", "custom": { "deep": {} }, "discount_code": "X" },
        "custom_price": "1",
        "expires_at": "2001-01-01T00:00:00Z",
    });
    let refused = shop.api(Method::POST, "checkouts", body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let errors = refused.body["errors"].as_array().unwrap();
    let pointers: Vec<String> = errors
        .iter()
        .map(|error| text(&error["source"], "pointer"))
        .collect();
    let expected = [
        "relationships/variant/data/id",
        "attributes/checkout_options/colour",
        "attributes/checkout_data/email",
        "attributes/checkout_data/custom/deep",
        "attributes/custom_price",
        "attributes/checkout_data/discount_code",
        "attributes/product_options/redirect_url",
        "attributes/product_options/enabled_variants",
        "attributes/expires_at",
    ];
    assert_eq!(pointers, expected.map(|place| format!("/data/{place}")));
    assert_eq!(errors[0]["status"], "422");
}

#[tokio::test]
async fn a_checkout_is_paid_once_and_cannot_be_changed() {
    let shop = Shop::open().await;
    let url = shop.checkout(101).await;
    let page = shop.buyer.get(&url).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.unwrap();
    assert!(html.contains("Pay with the test card"));
    assert!(html.contains("Pay with a card that fails"));
    assert!(!html.contains("Pro"), "only the enabled variant is shown");
    let changed = format!("{url}0");
    let changed = shop.buyer.get(&changed).send().await.unwrap();
    assert_eq!(changed.status(), StatusCode::FORBIDDEN);

    let declined = shop.pay(&url, "declined").await;
    assert_eq!(declined.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let paid = shop.pay(&url, "good").await;
    assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    assert_eq!(paid.headers()[LOCATION], BACK);
    let again = shop.pay(&url, "good").await;
    assert_eq!(again.status(), StatusCode::GONE);
    let list = shop.get("orders").await;
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_checkout_expires() {
    let shop = Shop::open().await;
    let now = shop.bench.sandbox.lemon().now();
    let mut body = wish(201);
    let expires = now.as_second() + 3_600;
    let expires = jiff::Timestamp::from_second(expires).unwrap();
    body["data"]["attributes"]["expires_at"] = expires.to_string().into();
    let made = shop.api(Method::POST, "checkouts", body).await;
    let url = text(&made.body["data"]["attributes"], "url");
    shop.days(1).await;
    assert_eq!(shop.pay(&url, "good").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_enabled_variants_the_buyer_may_choose() {
    let mut shop = Shop::open().await;
    let mut body = wish(101);
    body["data"]["attributes"]["product_options"] = json!({});
    let made = shop.api(Method::POST, "checkouts", body).await;
    let url = text(&made.body["data"]["attributes"], "url");
    let top_up = shop.pay(&url, "good&variant=201").await;
    assert_eq!(top_up.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let paid = shop.pay(&url, "good&variant=102").await;
    assert_eq!(paid.status(), StatusCode::OK, "there is no way back");
    let order = shop.letters(1).await.remove(0).body;
    let item = &order["data"]["attributes"]["first_order_item"];
    assert_eq!(item["variant_id"], 102);
}

#[tokio::test]
async fn a_plan_is_told_in_four_webhooks_out_of_order_and_one_twice() {
    let mut shop = Shop::with(Inbox::open().await).await;
    shop.buy(101, "good").await;
    let letters = shop.letters(5).await;
    letters.iter().for_each(check_signature);
    let natural = [
        "order_created",
        "subscription_created",
        "subscription_updated",
        "subscription_payment_success",
    ];
    let events: Vec<String> = letters.iter().map(event).collect();
    assert_ne!(events[..4], natural);
    assert!(
        natural
            .iter()
            .all(|event| events.iter().any(|one| one == event))
    );
    let id = |letter: &Letter| text(&letter.body["meta"], "webhook_id");
    let mut ids: Vec<String> = letters.iter().map(id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "a duplicate keeps its id");

    for letter in &letters {
        let raw = std::str::from_utf8(&letter.raw).unwrap();
        assert!(raw.contains("http:\\/\\/127.0.0.1"));
        assert!(!raw.contains("http://"));
        let meta = &letter.body["meta"];
        assert_eq!(
            meta["custom_data"],
            json!({"checkout_ref": "ref_1", "member": "7"})
        );
        assert_eq!(meta["test_mode"], true);
        let data = &letter.body["data"];
        assert!(data["id"].is_string());
        let attributes = &data["attributes"];
        assert_eq!(attributes["store_id"], 1);
        assert!(attributes["customer_id"].is_i64());
        let created_at = text(attributes, "created_at");
        assert_eq!(created_at.len(), "2025-11-19T11:04:54.000000Z".len());
    }
}

#[tokio::test]
async fn a_paid_plan_has_its_documented_fields() {
    let mut shop = Shop::open().await;
    shop.buy(101, "good").await;
    let letters = shop.letters(4).await;
    let attributes = |index: usize| &letters[index].body["data"]["attributes"];
    assert_eq!(letters[0].body["data"]["type"], "orders");
    assert_eq!(attributes(0)["status"], "paid");
    let subscription = attributes(1);
    assert_eq!(subscription["status"], "active");
    assert_eq!(subscription["card_last_four"], "4242");
    assert_eq!(subscription["payment_processor"], "stripe");
    assert_eq!(subscription["updated_at"], attributes(2)["updated_at"]);
    let portal = text(&subscription["urls"], "customer_portal");
    let page = shop.buyer.get(&portal).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let invoice = attributes(3);
    assert_eq!(letters[3].body["data"]["type"], "subscription-invoices");
    assert_eq!(invoice["billing_reason"], "initial");
    assert_eq!(invoice["status"], "paid");
    assert_eq!(invoice["total"], 2_900);
    assert!(invoice.get("variant_id").is_none());
    assert!(invoice.get("order_id").is_none());
    shop.days(1).await;
    let late = shop.buyer.get(&portal).send().await.unwrap();
    assert_eq!(late.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_pack_of_credits_is_an_order_alone() {
    let mut shop = Shop::open().await;
    shop.buy(202, "good").await;
    let order = shop.letters(1).await.remove(0).body;
    assert_eq!(order["meta"]["event_name"], "order_created");
    assert_eq!(order["data"]["attributes"]["total"], 6_000);
    shop.days(40).await;
    assert_eq!(shop.inbox.waiting(), 0);
    let customer = &order["data"]["attributes"]["customer_id"];
    let customer = shop.get(&format!("customers/{customer}")).await;
    assert_eq!(
        customer["attributes"]["urls"]["customer_portal"],
        Value::Null
    );
}

#[tokio::test]
async fn only_200_ends_the_retries() {
    let mut shop = Shop::with(Inbox::refusing(3).await).await;
    shop.bench.sandbox.lemon().set_mail(Mail::Orderly);
    shop.buy(201, "good").await;
    shop.days(1).await;
    assert_eq!(shop.events(1).await, ["order_created"]);
    let posted = shop.bench.sandbox.lemon().posted();
    assert_eq!((posted[0].attempts, posted[0].arrived), (4, true));

    assert!(shop.bench.sandbox.lemon().resend(&posted[0].webhook_id));
    let again = shop.letters(1).await.remove(0).body;
    assert_eq!(text(&again["meta"], "webhook_id"), posted[0].webhook_id);
}

#[tokio::test]
async fn after_four_attempts_a_webhook_is_lost() {
    let mut shop = Shop::with(Inbox::refusing(4).await).await;
    shop.bench.sandbox.lemon().set_mail(Mail::Orderly);
    shop.buy(201, "good").await;
    shop.days(1).await;
    let posted = shop.bench.sandbox.lemon().posted();
    assert_eq!((posted[0].attempts, posted[0].arrived), (4, false));
    shop.buy(202, "good").await;
    let order = shop.letters(1).await.remove(0).body;
    assert_eq!(order["data"]["attributes"]["total"], 6_000);
}

#[tokio::test]
async fn a_plan_is_changed_at_once_and_paid_as_wished() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "good").await;
    let wish = json!({"variant_id": 102, "invoice_immediately": true});
    let changed = shop.patch(&id, wish).await;
    let attributes = &changed.body["data"]["attributes"];
    assert_eq!(attributes["variant_id"], 102);
    assert_eq!(attributes["first_subscription_item"]["price_id"], 1_011);
    let letters = shop.letters(2).await;
    assert_eq!(event(&letters[0]), "subscription_updated");
    assert_eq!(event(&letters[1]), "subscription_payment_success");
    let invoice = &letters[1].body["data"]["attributes"];
    assert_eq!(invoice["billing_reason"], "updated");
    let total = invoice["total"].as_i64().unwrap();
    assert!((2_990..=3_000).contains(&total), "{total}");

    let unknown = shop.patch(&id, json!({"variant_id": 201})).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    shop.patch(&id, json!({"variant_id": 101})).await;
    assert_eq!(shop.events(1).await, ["subscription_updated"]);
    shop.days(32).await;
    let letters = shop.letters(2).await;
    let total = &letters[1].body["data"]["attributes"]["total"];
    assert!(
        total.as_i64().unwrap() < 100,
        "the rest of Pro is given back: {total}"
    );
}

#[tokio::test]
async fn paypal_does_not_change_its_plan() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "paypal").await;
    let changed = shop.patch(&id, json!({"variant_id": 102})).await;
    let attributes = &changed.body["data"]["attributes"];
    assert_eq!(attributes["variant_id"], 101);
    assert_eq!(attributes["card_brand"], Value::Null);
    let page = text(&attributes["urls"], "customer_portal_update_subscription");
    let fields = format!("action=plan&subscription={id}&variant=102");
    let changed = shop.send_form(&page, fields).await;
    assert_eq!(changed.status(), StatusCode::SEE_OTHER);
    assert_eq!(shop.subscription(&id).await["variant_id"], 102);
    let other = page.replace(&id, "1");
    let forged = shop.buyer.get(&other).send().await.unwrap();
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_plan_is_cancelled_resumed_and_paused() {
    let mut shop = Shop::open().await;
    let id = shop.subscribe(101, "good").await;
    let path = format!("subscriptions/{id}");
    let cancelled = shop.api(Method::DELETE, &path, Value::Null).await;
    let attributes = &cancelled.body["data"]["attributes"];
    assert_eq!(attributes["status"], "cancelled");
    assert_eq!(attributes["cancelled"], true);
    assert_eq!(attributes["ends_at"], attributes["renews_at"]);
    let events = shop.events(2).await;
    assert_eq!(events, ["subscription_cancelled", "subscription_updated"]);
    let resumed = shop.patch(&id, json!({"cancelled": false})).await;
    let attributes = &resumed.body["data"]["attributes"];
    assert_eq!(attributes["status"], "active");
    assert_eq!(attributes["ends_at"], Value::Null);
    assert_eq!(shop.events(2).await[0], "subscription_resumed");
    let paused = shop.patch(&id, json!({"pause": {"mode": "void"}})).await;
    let attributes = &paused.body["data"]["attributes"];
    assert_eq!(attributes["status"], "paused");
    assert_eq!(attributes["pause"]["mode"], "void");
    assert_eq!(shop.events(2).await[0], "subscription_paused");
    shop.patch(&id, json!({"pause": null})).await;
    assert_eq!(shop.events(2).await[0], "subscription_unpaused");
    let unknown = shop.patch(&id, json!({"pause": {"mode": "nap"}})).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_first_refund_is_told_twice() {
    let mut shop = Shop::open().await;
    shop.buy(101, "good").await;
    let letters = shop.letters(4).await;
    let (order, invoice) = (&letters[0].body["data"], &letters[3].body["data"]);
    let refund = |amount: Value| json!({"data": {"attributes": {"amount": amount}}});
    let path = format!("subscription-invoices/{}/refund", text(invoice, "id"));
    let part = shop.api(Method::POST, &path, refund(900.into())).await;
    let attributes = &part.body["data"]["attributes"];
    assert_eq!(attributes["status"], "partial_refund");
    assert_eq!(attributes["refunded_amount"], 900);
    assert_eq!(attributes["refunded"], false);
    let events = shop.events(2).await;
    assert_eq!(events, ["subscription_payment_refunded", "order_refunded"]);
    let too_much = shop.api(Method::POST, &path, refund(2_001.into())).await;
    assert_eq!(too_much.status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("orders/{}/refund", text(order, "id"));
    let rest = shop.api(Method::POST, &path, refund(Value::Null)).await;
    assert_eq!(rest.body["data"]["attributes"]["status"], "refunded");
    assert_eq!(shop.events(2).await.len(), 2);
}

#[tokio::test]
async fn fraud_shows_only_when_the_order_is_read() {
    let mut shop = Shop::open().await;
    shop.buy(201, "good").await;
    let order = text(&shop.letters(1).await[0].body["data"], "id");
    let number = order.parse().unwrap();
    assert!(shop.bench.sandbox.lemon().mark_fraudulent(number));
    let read = shop.get(&format!("orders/{order}")).await;
    assert_eq!(read["attributes"]["status"], "fraudulent");
    shop.days(1).await;
    assert_eq!(shop.inbox.waiting(), 0);
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let mut shop = Shop::open().await;
    for variant in [101, 102, 101] {
        shop.subscribe(variant, "good").await;
    }
    let path = "subscriptions?filter%5Bvariant_id%5D=101&page%5Bsize%5D=1&page%5Bnumber%5D=2";
    let list = shop.api(Method::GET, path, Value::Null).await.body;
    assert_eq!(list["meta"]["page"]["total"], 2);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert!(list["links"].get("next").is_none());
    let id = text(&list["data"][0], "id");
    let path = format!("subscription-invoices?filter[subscription_id]={id}");
    let invoices = shop.get(&path).await;
    assert_eq!(invoices.as_array().unwrap().len(), 1);
    let customers = shop.get("customers").await;
    assert_eq!(customers.as_array().unwrap().len(), 1);
    let variants = shop.get("variants?filter[product_id]=20").await;
    assert_eq!(variants[1]["attributes"]["price"], 6_000);
}
