//! Every event, as real ones look, and what we read from it.

use nexora_core::Timestamp;
use nexora_core::billing::{
    BillingEvent, InvoiceFacts, InvoiceReason, InvoiceStatus, OrderFacts, OrderStatus, PauseMode,
    SubscriptionFacts, SubscriptionStatus,
};
use nexora_providers::Lemon;
use nexora_providers::lemon::{ParseError, Received};
use serde_json::{Value, json};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/lemon/", $name, ".json"))
    };
}

fn parse(text: &str) -> Received {
    Lemon::parse(text.as_bytes()).unwrap()
}

fn at(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().unwrap();
    Timestamp::from_ms(at.as_millisecond())
}

fn subscription(text: &str) -> SubscriptionFacts {
    match parse(text).event {
        Some(BillingEvent::Subscription(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

fn invoice(text: &str) -> InvoiceFacts {
    match parse(text).event {
        Some(BillingEvent::Invoice(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

fn order(text: &str) -> OrderFacts {
    match parse(text).event {
        Some(BillingEvent::Order(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_subscription_is_read_whole() {
    let text = fixture!("subscription_created");
    assert!(text.contains("\\/"), "real deliveries escape their slashes");
    let received = parse(text);
    assert_eq!(received.event_name, "subscription_created");
    assert_eq!(received.resource_type, "subscriptions");
    assert_eq!(received.resource_id, "1400033");
    assert!(received.webhook_id.is_some());
    assert_eq!(received.updated_at, Some(at("2025-11-19T11:04:54Z")));
    let facts = subscription(text);
    assert_eq!(facts.id, "1400033");
    assert_eq!(facts.customer_id, "5200017");
    assert_eq!(facts.order_id.as_deref(), Some("6300021"));
    assert_eq!(facts.variant_id, "900011");
    assert_eq!(facts.status, SubscriptionStatus::Active);
    assert!(!facts.cancelled);
    assert_eq!(facts.renews_at, Some(at("2025-12-19T11:04:50Z")));
    assert_eq!(
        (facts.ends_at, facts.trial_ends_at, facts.pause),
        (None, None, None)
    );
    assert_eq!(facts.created_at, at("2025-11-19T11:04:52Z"));
    let card = facts.card.unwrap();
    assert_eq!(
        (card.brand.as_str(), card.last_four.as_str()),
        ("visa", "4242")
    );
    assert_eq!(facts.processor.as_deref(), Some("stripe"));
    assert_eq!(facts.origin.store_id, "148001");
    assert!(facts.origin.test_mode);
    assert_eq!(facts.origin.checkout_ref.as_deref(), Some("chk_7d1f"));
    let member = "mem_0190a1b2c3d47e5f8a9b0c1d2e3f4a5b";
    assert_eq!(facts.origin.claimed_member.as_deref(), Some(member));
}

#[test]
fn every_state_of_a_subscription_is_known() {
    use SubscriptionStatus::{Active, Cancelled, Expired, OnTrial, PastDue, Paused, Unpaid};
    let table = [
        (fixture!("subscription_created"), Active, false),
        (fixture!("subscription_updated"), Active, false),
        (fixture!("subscription_cancelled"), Cancelled, true),
        (fixture!("subscription_resumed"), Active, false),
        (fixture!("subscription_expired"), Expired, true),
        (fixture!("subscription_paused"), Paused, false),
        (fixture!("subscription_unpaused"), Active, false),
        (fixture!("subscription_past_due"), PastDue, false),
        (fixture!("subscription_unpaid"), Unpaid, false),
        (fixture!("subscription_on_trial"), OnTrial, false),
    ];
    for (text, status, cancelled) in table {
        let facts = subscription(text);
        assert_eq!((facts.status, facts.cancelled), (status, cancelled));
    }
    let cancelled = subscription(fixture!("subscription_cancelled"));
    assert_eq!(cancelled.ends_at, Some(at("2025-12-19T11:04:50Z")));
    let paused = subscription(fixture!("subscription_paused"));
    assert_eq!(paused.pause, Some(PauseMode::Void));
    assert_eq!(subscription(fixture!("subscription_updated")).card, None);
    let trial = subscription(fixture!("subscription_on_trial"));
    assert_eq!(trial.trial_ends_at, Some(at("2025-11-26T11:04:50Z")));
}

/// Reason, state, total and what was paid back.
fn amounts(text: &str) -> (InvoiceReason, InvoiceStatus, i64, i64) {
    let facts = invoice(text);
    let ids = (facts.id.as_str(), facts.subscription_id.as_str());
    assert_eq!(ids, ("4100055", "1400033"));
    assert_eq!(facts.currency, "USD");
    (
        facts.reason,
        facts.status,
        facts.total_cents,
        facts.refunded_cents,
    )
}

#[test]
fn every_payment_is_an_invoice() {
    use InvoiceReason::{Initial, Renewal, Updated};
    use InvoiceStatus::{Paid, Pending};
    let initial = amounts(fixture!("subscription_payment_success"));
    assert_eq!(initial, (Initial, Paid, 2900, 0));
    let renewal = amounts(fixture!("subscription_payment_success_renewal"));
    assert_eq!(renewal, (Renewal, Paid, 2900, 0));
    let upgrade = amounts(fixture!("subscription_payment_success_updated"));
    assert_eq!(upgrade, (Updated, Paid, 1500, 0));
    let free = amounts(fixture!("subscription_payment_success_free"));
    assert_eq!(free, (Initial, Paid, 0, 0));
    let failed = amounts(fixture!("subscription_payment_failed"));
    assert_eq!(failed, (Renewal, Pending, 2900, 0));
    let recovered = amounts(fixture!("subscription_payment_recovered"));
    assert_eq!(recovered, (Renewal, Paid, 2900, 0));
}

#[test]
fn a_refund_is_whole_or_in_part() {
    use InvoiceReason::Initial;
    use InvoiceStatus::{PartialRefund, Refunded};
    let whole = amounts(fixture!("subscription_payment_refunded"));
    assert_eq!(whole, (Initial, Refunded, 2900, 2900));
    let part = amounts(fixture!("subscription_payment_refunded_in_part"));
    assert_eq!(part, (Initial, PartialRefund, 2900, 1000));
}

#[test]
fn custom_values_come_along_or_are_an_empty_list_or_are_not_there() {
    let told = |text| invoice(text).origin.checkout_ref;
    assert_eq!(
        told(fixture!("subscription_payment_success")).as_deref(),
        Some("chk_7d1f")
    );
    assert_eq!(told(fixture!("subscription_payment_success_updated")), None);
    assert_eq!(told(fixture!("subscription_payment_failed")), None);
}

#[test]
fn an_order_is_what_was_bought_once() {
    let paid = order(fixture!("order_created"));
    assert_eq!(
        (paid.id.as_str(), paid.customer_id.as_str()),
        ("6300021", "5200017")
    );
    assert_eq!(paid.variant_id.as_deref(), Some("900021"));
    assert_eq!(
        (paid.status, paid.total_cents, paid.refunded_cents),
        (OrderStatus::Paid, 900, 0)
    );
    let refunded = order(fixture!("order_refunded"));
    assert_eq!(
        (refunded.status, refunded.refunded_cents),
        (OrderStatus::Refunded, 900)
    );
    let part = order(fixture!("order_refunded_in_part"));
    assert_eq!(
        (part.status, part.refunded_cents),
        (OrderStatus::PartialRefund, 300)
    );
}

#[test]
fn a_stolen_payment_is_known() {
    let text = fixture!("order_created");
    let received = altered(text, "/data/attributes/status", json!("fraudulent")).unwrap();
    match received.event {
        Some(BillingEvent::Order(facts)) => assert_eq!(facts.status, OrderStatus::Fraudulent),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_we_do_not_know_is_ignored() {
    for text in [
        fixture!("an_unknown_event"),
        fixture!("customer_updated"),
        fixture!("license_key_created"),
        fixture!("subscription_in_a_new_state"),
    ] {
        assert_eq!(parse(text).event, None);
    }
    assert_eq!(parse(fixture!("an_unknown_event")).resource_id, "9");
}

/// A delivery with one part replaced.
fn altered(text: &str, pointer: &str, value: Value) -> Result<Received, ParseError> {
    let mut delivery: Value = serde_json::from_str(text).unwrap();
    *delivery.pointer_mut(pointer).unwrap() = value;
    Lemon::parse(delivery.to_string().as_bytes())
}

#[test]
fn an_event_about_the_wrong_thing_says_nothing() {
    let payment = fixture!("subscription_payment_success");
    let event = |name: &str| {
        altered(payment, "/meta/event_name", json!(name))
            .unwrap()
            .event
    };
    for name in [
        "subscription_created",
        "order_created",
        "Subscription_Payment_Success",
        "",
    ] {
        assert_eq!(event(name), None, "{name}");
    }
    assert!(event("subscription_payment_recovered").is_some());
    let kind = altered(payment, "/data/type", json!("subscriptions")).unwrap();
    assert_eq!(kind.event, None);
}

#[test]
fn ids_are_texts_or_numbers_and_new_reasons_are_ignored() {
    let text = fixture!("subscription_created");
    for id in [json!("77"), json!(77)] {
        let at = |pointer| altered(text, pointer, id.clone()).unwrap().event;
        assert!(
            matches!(at("/data/id"), Some(BillingEvent::Subscription(facts)) if facts.id == "77")
        );
        let variant = at("/data/attributes/variant_id");
        assert!(
            matches!(variant, Some(BillingEvent::Subscription(facts)) if facts.variant_id == "77")
        );
    }
    let payment = fixture!("subscription_payment_success");
    for (name, value) in [("billing_reason", "whim"), ("status", "pondered")] {
        let pointer = format!("/data/attributes/{name}");
        let received = altered(payment, &pointer, json!(value)).unwrap();
        assert_eq!(received.event, None, "{name}");
    }
}

#[test]
fn a_payment_without_an_amount_is_an_error_and_never_a_payment() {
    let payment = fixture!("subscription_payment_success");
    for name in [
        "status",
        "billing_reason",
        "total",
        "subscription_id",
        "store_id",
        "created_at",
    ] {
        let pointer = format!("/data/attributes/{name}");
        let outcome = altered(payment, &pointer, Value::Null);
        assert_eq!(outcome, Err(ParseError::Field(name)));
    }
    let wrong = [
        "",
        "[]",
        "{}",
        "null",
        r#"{"meta":{"event_name":"x"},"data":{"type":"y"}}"#,
    ];
    for text in wrong {
        assert_eq!(
            Lemon::parse(text.as_bytes()),
            Err(ParseError::Form),
            "{text}"
        );
    }
    let no_id = altered(payment, "/data/id", json!({}));
    assert_eq!(no_id, Err(ParseError::Form));
}

#[test]
fn a_fact_that_contradicts_itself_about_money_is_a_test() {
    let test_mode = |meta: Value, attribute: Value| {
        let text = fixture!("subscription_payment_success");
        let mut delivery: Value = serde_json::from_str(text).unwrap();
        delivery["meta"]["test_mode"] = meta;
        delivery["data"]["attributes"]["test_mode"] = attribute;
        let received = Lemon::parse(delivery.to_string().as_bytes()).unwrap();
        received.event.unwrap().origin().test_mode
    };
    assert!(!test_mode(json!(false), json!(false)));
    assert!(test_mode(json!(false), json!(true)));
    assert!(test_mode(json!(true), json!(false)));
    assert!(test_mode(Value::Null, Value::Null));
}
