//! Resources become facts. A state we do not know yields no fact: it is not guessed.

use nexora_core::billing::{
    Card, InvoiceFacts, InvoiceReason, InvoiceStatus, OrderFacts, OrderStatus, Origin, PauseMode,
    SubscriptionFacts, SubscriptionStatus,
};

use super::resource::{Fields, Lacks, Resource, need};

/// What a webhook adds to a resource.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) test_mode: Option<bool>,
    pub(super) checkout_ref: Option<String>,
    pub(super) claimed_member: Option<String>,
}

/// Some versions of the official libraries spell it so.
const PARTIAL_REFUND_TOO: &str = "partial_refunded";

/// `None` if its state is one we do not know.
pub(super) fn subscription(
    resource: &Resource,
    told: &Told,
) -> Result<Option<SubscriptionFacts>, Lacks> {
    let fields = &resource.attributes;
    let status = need("status", fields.text("status"))?;
    let Some(status) = SubscriptionStatus::from_slug(&status) else {
        return Ok(None);
    };
    let created_at = need("created_at", fields.moment("created_at"))?;
    Ok(Some(SubscriptionFacts {
        id: resource.id.clone(),
        customer_id: need("customer_id", fields.id("customer_id"))?,
        order_id: fields.id("order_id"),
        variant_id: need("variant_id", fields.id("variant_id"))?,
        status,
        cancelled: fields
            .flag("cancelled")
            .unwrap_or(status == SubscriptionStatus::Cancelled),
        pause: pause(fields),
        renews_at: fields.moment("renews_at"),
        ends_at: fields.moment("ends_at"),
        trial_ends_at: fields.moment("trial_ends_at"),
        created_at,
        updated_at: fields.moment("updated_at").unwrap_or(created_at),
        card: card(fields),
        processor: fields.text("payment_processor"),
        origin: origin(fields, told)?,
    }))
}

/// `None` if its state or reason is one we do not know.
pub(super) fn invoice(resource: &Resource, told: &Told) -> Result<Option<InvoiceFacts>, Lacks> {
    let fields = &resource.attributes;
    let status = need("status", fields.text("status"))?;
    let reason = need("billing_reason", fields.text("billing_reason"))?;
    let status = match status.as_str() {
        PARTIAL_REFUND_TOO => Some(InvoiceStatus::PartialRefund),
        slug => InvoiceStatus::from_slug(slug),
    };
    let (Some(status), Some(reason)) = (status, InvoiceReason::from_slug(&reason)) else {
        return Ok(None);
    };
    let created_at = need("created_at", fields.moment("created_at"))?;
    let total_cents = need("total", fields.cents("total"))?;
    let whole = status == InvoiceStatus::Refunded;
    Ok(Some(InvoiceFacts {
        id: resource.id.clone(),
        subscription_id: need("subscription_id", fields.id("subscription_id"))?,
        reason,
        status,
        total_cents,
        refunded_cents: refunded_cents(fields, total_cents, whole),
        currency: need("currency", fields.text("currency"))?,
        created_at,
        updated_at: fields.moment("updated_at").unwrap_or(created_at),
        origin: origin(fields, told)?,
    }))
}

/// `None` if its state is one we do not know.
pub(super) fn order(resource: &Resource, told: &Told) -> Result<Option<OrderFacts>, Lacks> {
    let fields = &resource.attributes;
    let status = need("status", fields.text("status"))?;
    let status = match status.as_str() {
        PARTIAL_REFUND_TOO => Some(OrderStatus::PartialRefund),
        slug => OrderStatus::from_slug(slug),
    };
    let Some(status) = status else {
        return Ok(None);
    };
    let created_at = need("created_at", fields.moment("created_at"))?;
    let total_cents = need("total", fields.cents("total"))?;
    let whole = status == OrderStatus::Refunded;
    Ok(Some(OrderFacts {
        id: resource.id.clone(),
        customer_id: need("customer_id", fields.id("customer_id"))?,
        variant_id: fields.within("first_order_item").id("variant_id"),
        status,
        total_cents,
        refunded_cents: refunded_cents(fields, total_cents, whole),
        created_at,
        updated_at: fields.moment("updated_at").unwrap_or(created_at),
        origin: origin(fields, told)?,
    }))
}

fn origin(fields: &Fields, told: &Told) -> Result<Origin, Lacks> {
    // What does not say that it is about money is not: a fact that grants must say so.
    let modes = [fields.flag("test_mode"), told.test_mode];
    let real = modes.contains(&Some(false)) && !modes.contains(&Some(true));
    Ok(Origin {
        store_id: need("store_id", fields.id("store_id"))?,
        test_mode: !real,
        checkout_ref: told.checkout_ref.clone(),
        claimed_member: told.claimed_member.clone(),
    })
}

/// A pause of a kind we do not know gives nothing, like the strictest one.
fn pause(fields: &Fields) -> Option<PauseMode> {
    let mode = fields.get("pause")?.as_object()?.get("mode");
    let known = mode.and_then(|mode| PauseMode::from_slug(mode.as_str()?));
    Some(known.unwrap_or(PauseMode::Void))
}

/// Brand and digits are null or empty for some ways of paying.
fn card(fields: &Fields) -> Option<Card> {
    Some(Card {
        brand: fields.text("card_brand")?,
        last_four: fields.text("card_last_four")?,
    })
}

/// The amount is a newer field than the flag.
fn refunded_cents(fields: &Fields, total_cents: i64, whole: bool) -> i64 {
    match fields.cents("refunded_amount") {
        Some(cents) if cents > 0 => cents,
        _ if whole => total_cents,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(kind: &str, attributes: &Value, changes: &Value) -> Resource {
        let mut attributes = attributes.clone();
        for (name, value) in changes.as_object().unwrap() {
            attributes[name] = value.clone();
        }
        let resource = json!({ "type": kind, "id": 7, "attributes": attributes });
        serde_json::from_value(resource).unwrap()
    }

    fn order_with(changes: &Value) -> Result<Option<OrderFacts>, Lacks> {
        let base = json!({
            "store_id": 1, "customer_id": 2, "status": "paid", "total": 900,
            "created_at": "2025-11-19T11:04:54.000000Z", "test_mode": true,
            "first_order_item": { "variant_id": 21 },
        });
        order(&resource("orders", &base, changes), &Told::default())
    }

    fn subscription_with(changes: &Value) -> Result<Option<SubscriptionFacts>, Lacks> {
        let base = json!({
            "store_id": "1", "customer_id": 2, "status": "active", "variant_id": "11",
            "created_at": "2025-11-19T11:04:54.000000Z", "test_mode": false,
        });
        subscription(&resource("subscriptions", &base, changes), &Told::default())
    }

    #[test]
    fn a_whole_refund_without_an_amount_is_the_total() {
        let refunded = |changes: Value| order_with(&changes).unwrap().unwrap().refunded_cents;
        assert_eq!(refunded(json!({})), 0);
        assert_eq!(refunded(json!({ "status": "refunded" })), 900);
        assert_eq!(
            refunded(json!({ "status": "refunded", "refunded_amount": 0 })),
            900
        );
        let partial = json!({ "status": "partial_refunded", "refunded_amount": 300 });
        assert_eq!(refunded(partial), 300);
    }

    #[test]
    fn an_unknown_state_is_no_fact_and_a_missing_field_is_an_error() {
        assert_eq!(order_with(&json!({ "status": "teleported" })), Ok(None));
        assert_eq!(
            subscription_with(&json!({ "status": "dreaming" })),
            Ok(None)
        );
        for name in ["status", "created_at", "total", "customer_id", "store_id"] {
            assert_eq!(order_with(&json!({ name: null })), Err(Lacks(name)));
        }
        assert_eq!(
            subscription_with(&json!({ "variant_id": null })),
            Err(Lacks("variant_id"))
        );
    }

    #[test]
    fn what_does_not_say_that_it_is_real_is_a_test() {
        let fields = |mode: Value| {
            let fields = json!({ "store_id": 1, "test_mode": mode });
            serde_json::from_value::<Fields>(fields).unwrap()
        };
        let test_mode = |mode, told| {
            let told = Told {
                test_mode: told,
                ..Told::default()
            };
            origin(&fields(mode), &told).unwrap().test_mode
        };
        assert!(!test_mode(json!(false), Some(false)));
        assert!(!test_mode(json!(false), None));
        assert!(test_mode(json!(false), Some(true)));
        assert!(test_mode(json!(true), Some(false)));
        assert!(test_mode(Value::Null, None));
        assert!(test_mode(json!("false"), None));
    }

    #[test]
    fn a_pause_of_an_unknown_kind_gives_nothing() {
        let pause = |pause: Value| {
            let facts = subscription_with(&json!({ "status": "paused", "pause": pause }));
            facts.unwrap().unwrap().pause
        };
        assert_eq!(pause(Value::Null), None);
        assert_eq!(
            pause(json!({ "mode": "free", "resumes_at": null })),
            Some(PauseMode::Free)
        );
        assert_eq!(pause(json!({ "mode": "void" })), Some(PauseMode::Void));
        assert_eq!(pause(json!({ "mode": "half" })), Some(PauseMode::Void));
    }

    #[test]
    fn a_card_is_brand_and_digits_or_nothing() {
        let card = |brand: Value, last_four: Value| {
            let changes = json!({ "card_brand": brand, "card_last_four": last_four });
            subscription_with(&changes).unwrap().unwrap().card
        };
        assert!(card(json!("visa"), json!("4242")).is_some());
        assert!(card(json!(""), json!("4242")).is_none());
        assert!(card(json!("visa"), Value::Null).is_none());
    }
}
