//! A purchase: an order, and for a plan its subscription and first invoice.

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::books::{
    About, Bill, Books, Fact, Invoice, Order, Reason, Standing, Subscription, enter,
};
use super::card::Card;
use super::catalogue::{Billing, Offer};
use super::clock::months_after;

/// What the buyer agreed to at the checkout.
pub(super) struct Purchase {
    pub(super) offer: Offer,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) custom_price: Option<i64>,
    pub(super) is_free: bool,
    pub(super) card: Card,
    pub(super) custom: Map<String, Value>,
}

impl Books {
    /// Takes the money (the caller has asked whether the card pays).
    pub(super) fn sell(&mut self, purchase: Purchase, now: Timestamp) -> Vec<Fact> {
        let customer_id = self.customer(&purchase.email, &purchase.name, now);
        let price = purchase.custom_price.unwrap_or(purchase.offer.price_cents);
        let bill = Bill::of(price, if purchase.is_free { price } else { 0 });
        let (order_id, item_id) = (self.fresh_id(), self.fresh_id());
        let mut order = Order {
            id: order_id,
            item_id,
            identifier: Uuid::new_v4(),
            customer_id,
            offer: purchase.offer,
            subscription_id: None,
            bill,
            is_fraudulent: false,
            custom: purchase.custom.clone(),
            created_at: now,
            updated_at: now,
        };
        let mut facts = vec![fact("order_created", About::Order(order_id))];
        if purchase.offer.billing == Billing::Monthly {
            let (subscription_id, invoice_id) = self.subscribe(&order, &purchase, now);
            order.subscription_id = Some(subscription_id);
            let about = About::Subscription(subscription_id);
            facts.extend([
                fact("subscription_created", about),
                fact("subscription_updated", about),
                fact("subscription_payment_success", About::Invoice(invoice_id)),
            ]);
        }
        enter(&mut self.orders, order_id, order);
        facts
    }

    fn subscribe(&mut self, order: &Order, purchase: &Purchase, now: Timestamp) -> (u64, u64) {
        let (id, item_id) = (self.fresh_id(), self.fresh_id());
        let subscription = Subscription {
            id,
            item_id,
            customer_id: order.customer_id,
            order_id: order.id,
            order_item_id: order.item_id,
            offer: order.offer,
            first_price_id: order.offer.price_id(),
            custom_price: purchase.custom_price,
            standing: Standing::Active,
            card: purchase.card,
            trial_ends_at: None,
            anchor: now,
            months: 1,
            period_start: now,
            renews_at: months_after(now, 1),
            carried: 0,
            custom: purchase.custom.clone(),
            created_at: now,
            updated_at: now,
        };
        enter(&mut self.subscriptions, id, subscription);
        let invoice_id = self.invoice(id, Reason::Initial, order.bill, true, now);
        (id, invoice_id.unwrap_or_default())
    }

    /// Writes an invoice of a subscription.
    pub(super) fn invoice(
        &mut self,
        subscription_id: u64,
        reason: Reason,
        bill: Bill,
        is_paid: bool,
        now: Timestamp,
    ) -> Option<u64> {
        let id = self.fresh_id();
        let subscription = self.subscriptions.get(&subscription_id)?;
        let invoice = Invoice {
            id,
            subscription_id,
            customer_id: subscription.customer_id,
            reason,
            is_paid,
            bill,
            card: subscription.card,
            created_at: now,
            updated_at: now,
        };
        enter(&mut self.invoices, id, invoice);
        Some(id)
    }
}

/// What is told of a charge.
pub(super) fn charge_event(is_paid: bool) -> &'static str {
    if is_paid {
        "subscription_payment_success"
    } else {
        "subscription_payment_failed"
    }
}

pub(super) fn fact(event: &'static str, about: About) -> Fact {
    Fact { event, about }
}
