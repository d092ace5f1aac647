//! Entries as Lemon Squeezy's JSON:API shows them: ids are numbers inside attributes and texts outside.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::books::{
    About, Bill, Books, Customer, Invoice, Order, PauseMode, Reason, Standing, Subscription,
};
use super::catalogue::{Billing, Offer, STORE_ID};
use super::clock::{day_of_month, stamp};
use super::signed;

/// The entries as they are at one moment; addresses in them are signed at that moment.
pub(super) struct View<'a> {
    pub(super) books: &'a Books,
    /// `http://127.0.0.1:PORT`.
    pub(super) base_url: &'a str,
    pub(super) now: Timestamp,
}

impl View<'_> {
    pub(super) fn about(&self, about: About) -> Option<Value> {
        match about {
            About::Order(id) => Some(self.order(self.books.orders.get(&id)?)),
            About::Subscription(id) => Some(self.subscription(self.books.subscriptions.get(&id)?)),
            About::Invoice(id) => Some(self.invoice(self.books.invoices.get(&id)?)),
        }
    }

    pub(super) fn subscription(&self, subscription: &Subscription) -> Value {
        let id = subscription.id;
        let status = status(subscription.standing);
        let (name, email) = self.buyer(subscription.customer_id);
        let own = format!("/lemon/subscription/{id}");
        let plan_page =
            (subscription.card.processor() == "paypal").then(|| self.link(&format!("{own}/plan")));
        let attributes = json!({
            "store_id": STORE_ID,
            "customer_id": subscription.customer_id,
            "order_id": subscription.order_id,
            "order_item_id": subscription.order_item_id,
            "product_id": subscription.offer.product_id,
            "variant_id": subscription.offer.variant_id,
            "product_name": subscription.offer.product_name,
            "variant_name": subscription.offer.name,
            "user_name": name,
            "user_email": email,
            "status": status,
            "status_formatted": formatted(status),
            "card_brand": subscription.card.brand(),
            "card_last_four": subscription.card.last_four(),
            "payment_processor": subscription.card.processor(),
            "pause": pause(subscription.standing),
            "cancelled": matches!(subscription.standing, Standing::Cancelled { .. }),
            "trial_ends_at": subscription.trial_ends_at.map(stamp),
            "billing_anchor": day_of_month(subscription.anchor),
            "first_subscription_item": {
                "id": subscription.item_id,
                "subscription_id": id,
                "price_id": subscription.first_price_id,
                "quantity": 1,
                "is_usage_based": false,
                "created_at": stamp(subscription.created_at),
                "updated_at": stamp(subscription.created_at),
            },
            "urls": {
                "update_payment_method": self.link(&format!("{own}/payment-details")),
                "customer_portal": self.portal(subscription.customer_id),
                "customer_portal_update_subscription": plan_page,
            },
            "renews_at": stamp(subscription.renews_at),
            "ends_at": ends_at(subscription.standing).map(stamp),
            "created_at": stamp(subscription.created_at),
            "updated_at": stamp(subscription.updated_at),
            "test_mode": true,
        });
        let others = [
            "store",
            "customer",
            "order",
            "order-item",
            "product",
            "variant",
        ];
        self.resource("subscriptions", id, attributes, &others)
    }

    pub(super) fn invoice(&self, invoice: &Invoice) -> Value {
        let (name, email) = self.buyer(invoice.customer_id);
        let status = if invoice.is_paid {
            bill_status(&invoice.bill)
        } else {
            "pending"
        };
        let mut attributes = json!({
            "store_id": STORE_ID,
            "subscription_id": invoice.subscription_id,
            "customer_id": invoice.customer_id,
            "user_name": name,
            "user_email": email,
            "billing_reason": reason(invoice.reason),
            "card_brand": invoice.card.brand(),
            "card_last_four": invoice.card.last_four(),
            "status": status,
            "status_formatted": formatted(status),
            "urls": { "invoice_url": self.link(&format!("/lemon/document/{}", invoice.id)) },
            "created_at": stamp(invoice.created_at),
            "updated_at": stamp(invoice.updated_at),
            "test_mode": true,
        });
        put_money(&mut attributes, &invoice.bill);
        let others = ["store", "subscription", "customer"];
        self.resource("subscription-invoices", invoice.id, attributes, &others)
    }

    pub(super) fn order(&self, order: &Order) -> Value {
        let (name, email) = self.buyer(order.customer_id);
        let status = if order.is_fraudulent {
            "fraudulent"
        } else {
            bill_status(&order.bill)
        };
        let mut attributes = json!({
            "store_id": STORE_ID,
            "customer_id": order.customer_id,
            "identifier": order.identifier.to_string(),
            "order_number": order.id,
            "user_name": name,
            "user_email": email,
            "setup_fee": 0,
            "setup_fee_usd": 0,
            "setup_fee_formatted": usd(0),
            "tax_name": "",
            "tax_rate": "0.00",
            "status": status,
            "status_formatted": formatted(status),
            "first_order_item": {
                "id": order.item_id,
                "order_id": order.id,
                "product_id": order.offer.product_id,
                "variant_id": order.offer.variant_id,
                "price_id": order.offer.price_id(),
                "quantity": 1,
                "product_name": order.offer.product_name,
                "variant_name": order.offer.name,
                "price": order.bill.subtotal,
                "created_at": stamp(order.created_at),
                "updated_at": stamp(order.created_at),
                "test_mode": true,
            },
            "urls": { "receipt": self.link(&format!("/lemon/document/{}", order.id)) },
            "created_at": stamp(order.created_at),
            "updated_at": stamp(order.updated_at),
            "test_mode": true,
        });
        put_money(&mut attributes, &order.bill);
        let others = ["store", "customer", "order-items", "subscriptions"];
        self.resource("orders", order.id, attributes, &others)
    }

    pub(super) fn customer(&self, customer: &Customer) -> Value {
        let subscriptions = self.books.subscriptions.values();
        let theirs = subscriptions.filter(|one| one.customer_id == customer.id);
        let monthly: i64 = theirs
            .clone()
            .filter(|one| one.standing == Standing::Active)
            .map(Subscription::price)
            .sum();
        let has_subscribed = theirs.count() > 0;
        let orders = self.books.orders.values();
        let revenue: i64 = orders
            .filter(|order| order.customer_id == customer.id)
            .map(|order| order.bill.total() - order.bill.refunded)
            .sum();
        let attributes = json!({
            "store_id": STORE_ID,
            "name": customer.name,
            "email": customer.email,
            "status": "subscribed",
            "status_formatted": "Subscribed",
            "city": null,
            "region": null,
            "country": "US",
            "country_formatted": "United States",
            "total_revenue_currency": revenue,
            "total_revenue_currency_formatted": usd(revenue),
            "mrr": monthly,
            "mrr_formatted": usd(monthly),
            "urls": { "customer_portal": has_subscribed.then(|| self.portal(customer.id)) },
            "created_at": stamp(customer.created_at),
            "updated_at": stamp(customer.created_at),
            "test_mode": true,
        });
        let others = ["store", "orders", "subscriptions", "license-keys"];
        self.resource("customers", customer.id, attributes, &others)
    }

    pub(super) fn variant(&self, offer: &Offer) -> Value {
        let interval = match offer.billing {
            Billing::Monthly => Some("month"),
            Billing::Once => None,
        };
        let attributes = json!({
            "product_id": offer.product_id,
            "name": offer.name,
            "slug": format!("sandbox-{}", offer.variant_id),
            "description": "",
            "price": offer.price_cents,
            "is_subscription": interval.is_some(),
            "interval": interval,
            "interval_count": interval.map(|_| 1),
            "has_free_trial": false,
            "status": "published",
            "status_formatted": "Published",
            "sort": 1,
            "created_at": stamp(self.now),
            "updated_at": stamp(self.now),
            "test_mode": true,
        });
        let others = ["product", "files", "price-model"];
        self.resource("variants", offer.variant_id, attributes, &others)
    }

    pub(super) fn resource(
        &self,
        kind: &str,
        id: impl ToString,
        attributes: Value,
        others: &[&str],
    ) -> Value {
        let id = id.to_string();
        let own = format!("{}/lemon/v1/{kind}/{id}", self.base_url);
        let mut resource = json!({
            "type": kind, "id": id, "attributes": attributes, "relationships": {},
            "links": { "self": own },
        });
        for other in others {
            resource["relationships"][*other] = json!({ "links": {
                "related": format!("{own}/{other}"),
                "self": format!("{own}/relationships/{other}"),
            } });
        }
        resource
    }

    /// The customer's portal, signed.
    pub(super) fn portal(&self, customer_id: u64) -> String {
        self.link(&format!("/lemon/portal/{customer_id}"))
    }

    fn link(&self, path: &str) -> String {
        signed::link(self.base_url, path, self.now)
    }

    fn buyer(&self, customer_id: u64) -> (&str, &str) {
        match self.books.customers.get(&customer_id) {
            Some(customer) => (&customer.name, &customer.email),
            None => ("", ""),
        }
    }
}

/// The amounts every invoice and order has, in cents of the currency, of US dollars, and as text.
fn put_money(attributes: &mut Value, bill: &Bill) {
    let amounts = [
        ("subtotal", bill.subtotal),
        ("discount_total", bill.discount),
        ("tax", 0),
        ("total", bill.total()),
        ("refunded_amount", bill.refunded),
    ];
    for (name, cents) in amounts {
        attributes[name] = cents.into();
        attributes[format!("{name}_usd")] = cents.into();
        attributes[format!("{name}_formatted")] = usd(cents).into();
    }
    attributes["currency"] = "USD".into();
    attributes["currency_rate"] = "1.00000000".into();
    attributes["tax_inclusive"] = false.into();
    attributes["refunded"] = (bill.refunded > 0 && bill.refunded == bill.total()).into();
    attributes["refunded_at"] = bill.refunded_at.map(stamp).into();
}

fn bill_status(bill: &Bill) -> &'static str {
    match bill.refunded {
        0 => "paid",
        all if all == bill.total() => "refunded",
        _ => "partial_refund",
    }
}

/// `$29.00`
pub(super) fn usd(cents: i64) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// `past_due` is shown as `Past due`.
fn formatted(status: &str) -> String {
    let words = status.replace('_', " ");
    let (first, rest) = words.split_at(1.min(words.len()));
    format!("{}{rest}", first.to_uppercase())
}

/// The word for where a subscription stands.
pub(super) fn status(standing: Standing) -> &'static str {
    match standing {
        Standing::OnTrial => "on_trial",
        Standing::Active => "active",
        Standing::PastDue { .. } => "past_due",
        Standing::Unpaid { .. } => "unpaid",
        Standing::Paused { .. } => "paused",
        Standing::Cancelled { .. } => "cancelled",
        Standing::Expired { .. } => "expired",
    }
}

fn ends_at(standing: Standing) -> Option<Timestamp> {
    match standing {
        Standing::Cancelled { ends_at } => Some(ends_at),
        Standing::Expired { ended_at } => Some(ended_at),
        Standing::OnTrial
        | Standing::Active
        | Standing::PastDue { .. }
        | Standing::Unpaid { .. }
        | Standing::Paused { .. } => None,
    }
}

fn pause(standing: Standing) -> Value {
    let Standing::Paused { mode, resumes_at } = standing else {
        return Value::Null;
    };
    let mode = match mode {
        PauseMode::Void => "void",
        PauseMode::Free => "free",
    };
    json!({ "mode": mode, "resumes_at": resumes_at.map(stamp) })
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Initial => "initial",
        Reason::Renewal => "renewal",
        Reason::Updated => "updated",
    }
}
