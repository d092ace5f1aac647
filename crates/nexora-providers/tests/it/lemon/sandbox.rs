//! A purchase at the played Lemon Squeezy, and everything that can be done with it.

use std::time::Duration;

use nexora_core::billing::{BillingEvent, InvoiceReason, InvoiceStatus, SubscriptionStatus};
use nexora_core::{Clock, SystemClock};
use nexora_providers::lemon::{CheckoutWish, PaidFrom};
use nexora_providers::{BillingError, Lemon, LemonConfig, Wire};
use nexora_sandbox::Sandbox;
use secrecy::SecretString;
use tokio::task::spawn_blocking;
use url::Url;

use crate::browser;
use crate::far_side::{FarSide, json};
use crate::stage::Stage;

const GROWTH: &str = "101";
const PRO: &str = "102";
/// No month is longer.
const MONTH: Duration = Duration::from_secs(31 * 86_400);

fn at(stage: &Stage) -> Lemon {
    let config = LemonConfig {
        key: SecretString::from(Sandbox::lemon_api_key()),
        base_url: stage.url("/lemon/v1"),
        store_id: "1".to_owned(),
        signing_secret: SecretString::from(Sandbox::lemon_signing_secret()),
        test_mode: true,
    };
    Lemon::new(config, &Wire::new().unwrap()).unwrap()
}

async fn buy(lemon: &Lemon, variant_id: &str) {
    let redirect_url: Url = "http://localhost:3000/billing".parse().unwrap();
    let wish = CheckoutWish {
        variant_id,
        email: Some("ada@example.com"),
        name: Some("Ada"),
        checkout_ref: "chk_1",
        member: "mem_1",
        redirect_url: &redirect_url,
        expires_at: SystemClock.now().plus(Duration::from_hours(1)),
    };
    let page = lemon.create_checkout(&wish).await.unwrap();
    let head = spawn_blocking(move || browser::post(&page, "", "card=good"));
    head.await.unwrap();
}

/// The body and the signature of a delivery, as they came.
fn delivery(request: &str) -> (&str, Option<&str>) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(name, _)| name.eq_ignore_ascii_case("x-signature"));
    (body, found.map(|(_, signature)| signature))
}

async fn subscribed(stage: &Stage, lemon: &Lemon) -> String {
    buy(lemon, GROWTH).await;
    let page = lemon.subscriptions(1).await.unwrap();
    assert_eq!((page.facts.len(), page.unread, page.more), (1, 0, false));
    assert!(stage.sandbox.lemon().now().as_second() > 0);
    page.facts[0].id.clone()
}

#[tokio::test]
async fn a_purchase_is_told_in_signed_deliveries() {
    let stage = Stage::open().await;
    let lemon = at(&stage);
    let fine = json("200 OK", "{}");
    let post_box = FarSide::saying(&vec![fine.as_str(); 20]);
    stage
        .sandbox
        .lemon()
        .deliver_to(post_box.url("/hook").as_str());
    buy(&lemon, GROWTH).await;
    stage.sandbox.lemon().advance(Duration::from_mins(1)).await;
    let mut names = Vec::new();
    for request in post_box.heard() {
        let (body, signature) = delivery(&request);
        lemon.verify(body.as_bytes(), signature).unwrap();
        let received = Lemon::parse(body.as_bytes()).unwrap();
        let event = received.event.unwrap();
        assert_eq!(event.origin().checkout_ref.as_deref(), Some("chk_1"));
        assert!(event.origin().test_mode);
        if let BillingEvent::Invoice(facts) = &event {
            let state = (facts.reason, facts.status, facts.total_cents);
            assert_eq!(state, (InvoiceReason::Initial, InvoiceStatus::Paid, 2_900));
        }
        names.push(received.event_name);
    }
    for name in [
        "order_created",
        "subscription_created",
        "subscription_payment_success",
    ] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
}

#[tokio::test]
async fn a_subscription_is_changed_cancelled_and_resumed() {
    let stage = Stage::open().await;
    let lemon = at(&stage);
    let id = subscribed(&stage, &lemon).await;
    let facts = lemon.subscription(&id).await.unwrap();
    assert_eq!(
        (facts.status, facts.variant_id.as_str()),
        (SubscriptionStatus::Active, GROWTH)
    );
    let facts = lemon.change_plan(&id, PRO, PaidFrom::Now).await.unwrap();
    assert_eq!(facts.variant_id, PRO);
    let reasons = lemon.invoices(&id).await.unwrap().facts;
    let reasons: Vec<InvoiceReason> = reasons.iter().map(|invoice| invoice.reason).collect();
    assert!(reasons.contains(&InvoiceReason::Updated), "{reasons:?}");
    let facts = lemon.change_plan(&id, GROWTH, PaidFrom::Renewal).await;
    assert_eq!(facts.unwrap().variant_id, GROWTH);
    assert_eq!(lemon.invoices(&id).await.unwrap().facts.len(), 2);
    stage.sandbox.lemon().advance(MONTH).await;
    let invoices = lemon.invoices(&id).await.unwrap().facts;
    let renewal = invoices
        .iter()
        .find(|invoice| invoice.reason == InvoiceReason::Renewal);
    assert_eq!(
        renewal.unwrap().total_cents,
        2_900,
        "no credit for the step down"
    );
    let facts = lemon.cancel(&id).await.unwrap();
    assert_eq!(facts.status, SubscriptionStatus::Cancelled);
    assert!(facts.cancelled && facts.ends_at.is_some());
    let facts = lemon.resume(&id).await.unwrap();
    assert_eq!(
        (facts.status, facts.ends_at),
        (SubscriptionStatus::Active, None)
    );
}

#[tokio::test]
async fn links_and_orders_are_found() {
    let stage = Stage::open().await;
    let lemon = at(&stage);
    let id = subscribed(&stage, &lemon).await;
    let facts = lemon.subscription(&id).await.unwrap();
    let links = lemon.links(&id).await.unwrap();
    assert!(links.customer_portal.is_some() && links.update_payment_method.is_some());
    assert!(
        lemon
            .customer_portal(&facts.customer_id)
            .await
            .unwrap()
            .is_some()
    );
    let order = lemon.order(&facts.order_id.unwrap()).await.unwrap();
    assert_eq!(order.variant_id.as_deref(), Some(GROWTH));
    assert_eq!(lemon.orders(1).await.unwrap().facts.len(), 1);
    let invoice = &lemon.invoices(&id).await.unwrap().facts[0];
    assert!(lemon.invoice_link(&invoice.id).await.unwrap().is_some());
    assert_eq!(lemon.order("999").await, Err(BillingError::NotFound));
}
