//! A merchant the stories own: its books are the truth, and it tells about them in Lemon
//! Squeezy's own form.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::FutureExt;
use nexora_core::billing::{
    InvoiceFacts, InvoiceReason, InvoiceStatus, OrderFacts, OrderStatus, Origin, PauseMode,
    SubscriptionFacts, SubscriptionStatus,
};
use nexora_core::{Clock, ManualClock, Timestamp};
use nexora_engine::Merchant;
use nexora_providers::lemon::{CheckoutWish, Listed, PaidFrom, ParseError, PortalLinks, Received};
use nexora_providers::{BillingError, BoxFuture, Lemon};
use serde_json::{Value, json};
use url::Url;

use super::calendar::{iso, months_after};

pub(super) const STORE: &str = "1";
pub(super) const GROWTH: &str = "11";
pub(super) const PRO: &str = "12";
pub(super) const PACK: &str = "31";
/// What the till signs with.
pub(super) const SIGNATURE: &str = "signed by the till";
const PAGE_SIZE: usize = 100;

/// A delivery: the name and the body.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) name: &'static str,
    pub(super) body: String,
}

#[derive(Debug)]
pub(super) struct Till {
    clock: Arc<ManualClock>,
    books: Mutex<Books>,
    pub(super) is_down: AtomicBool,
    pub(super) questions: AtomicU32,
}

#[derive(Debug, Default)]
pub(super) struct Books {
    made: u64,
    pub(super) subscriptions: BTreeMap<String, SubscriptionFacts>,
    pub(super) invoices: BTreeMap<String, InvoiceFacts>,
    pub(super) orders: BTreeMap<String, OrderFacts>,
    months: BTreeMap<String, i64>,
    /// Which reference and member an order was paid with.
    custom: BTreeMap<String, (String, String)>,
    opened: BTreeMap<String, Opened>,
    outbox: Vec<Delivery>,
    /// A way of paying whose plan is changed on the till's own page.
    pub(super) changes_by_hand: bool,
}

#[derive(Clone, Debug)]
struct Opened {
    member: String,
    variant_id: String,
}

/// A subscription just paid for.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) subscription: Option<String>,
    pub(super) order: String,
}

impl Till {
    pub(super) fn new(clock: Arc<ManualClock>) -> Self {
        Self {
            clock,
            books: Mutex::default(),
            is_down: AtomicBool::new(false),
            questions: AtomicU32::new(0),
        }
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// What was told since the last time.
    pub(super) fn outbox(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.books().outbox)
    }

    /// Every change has a moment of its own.
    fn tick(&self) -> Timestamp {
        self.clock.advance(Duration::from_secs(1));
        self.clock.now()
    }

    /// Somebody pays what a checkout asks for.
    pub(super) fn pay(&self, checkout: &Url) -> Begun {
        let checkout_ref = checkout.path_segments().unwrap().next_back().unwrap();
        let opened = self.books().opened[checkout_ref].clone();
        let custom = Some((checkout_ref.to_owned(), opened.member));
        self.sell(&opened.variant_id, custom)
    }

    /// Somebody pays, with what the checkout told about them.
    pub(super) fn sell(&self, variant_id: &str, custom: Option<(String, String)>) -> Begun {
        let now = self.tick();
        let mut books = self.books();
        let order = books.add_order(variant_id, now, custom);
        if variant_id == PACK {
            books.tell_order("order_created", &order);
            return Begun {
                subscription: None,
                order,
            };
        }
        let id = books.add_subscription(variant_id, &order, now);
        let invoice = books.add_invoice(&id, InvoiceReason::Initial, price(variant_id), now);
        books.tell_order("order_created", &order);
        books.tell("subscription_created", &id);
        books.tell("subscription_updated", &id);
        books.tell_invoice("subscription_payment_success", &invoice);
        Begun {
            subscription: Some(id),
            order,
        }
    }

    /// Changes a subscription and tells about it.
    pub(super) fn change(
        &self,
        id: &str,
        name: &'static str,
        change: impl FnOnce(&mut SubscriptionFacts),
    ) -> SubscriptionFacts {
        let now = self.tick();
        let mut books = self.books();
        let facts = books.subscriptions.get_mut(id).unwrap();
        change(facts);
        facts.updated_at = now;
        let facts = facts.clone();
        if name != "subscription_updated" {
            books.tell(name, id);
        }
        books.tell("subscription_updated", id);
        facts
    }

    /// The next month is paid.
    pub(super) fn renew(&self, id: &str) {
        let now = self.tick();
        let mut books = self.books();
        let total = price(&books.subscriptions[id].variant_id);
        let invoice = books.add_invoice(id, InvoiceReason::Renewal, total, now);
        books.next_month(id, now);
        books.tell("subscription_updated", id);
        books.tell_invoice("subscription_payment_success", &invoice);
    }

    /// The next month is not paid.
    pub(super) fn fail_to_renew(&self, id: &str) {
        let now = self.tick();
        let mut books = self.books();
        let total = price(&books.subscriptions[id].variant_id);
        let invoice = books.add_invoice(id, InvoiceReason::Renewal, total, now);
        books.invoices.get_mut(&invoice).unwrap().status = InvoiceStatus::Pending;
        books.next_month(id, now);
        books.set_status(id, SubscriptionStatus::PastDue);
        books.tell_invoice("subscription_payment_failed", &invoice);
        books.tell("subscription_updated", id);
    }

    /// The month that was not paid is paid after all.
    pub(super) fn recover(&self, id: &str) {
        let now = self.tick();
        let mut books = self.books();
        let invoice = books.last_invoice(id);
        let facts = books.invoices.get_mut(&invoice).unwrap();
        facts.status = InvoiceStatus::Paid;
        facts.updated_at = now;
        books.set_status(id, SubscriptionStatus::Active);
        books.subscriptions.get_mut(id).unwrap().updated_at = now;
        books.tell_invoice("subscription_payment_success", &invoice);
        books.tell_invoice("subscription_payment_recovered", &invoice);
        books.tell("subscription_updated", id);
    }

    /// Another plan, paid for now if `total_cents` says so.
    pub(super) fn switch(&self, id: &str, variant_id: &str, total_cents: Option<i64>) {
        self.change(id, "subscription_updated", |facts| {
            variant_id.clone_into(&mut facts.variant_id);
        });
        if let Some(total_cents) = total_cents {
            let now = self.tick();
            let mut books = self.books();
            let invoice = books.add_invoice(id, InvoiceReason::Updated, total_cents, now);
            books.tell_invoice("subscription_payment_success", &invoice);
        }
    }

    /// Pays back so much of the last invoice in all; of the first one, tells so twice.
    pub(super) fn refund(&self, id: &str, cents: i64) {
        let now = self.tick();
        let mut books = self.books();
        let invoice = books.last_invoice(id);
        let facts = books.invoices.get_mut(&invoice).unwrap();
        facts.refunded_cents = cents;
        facts.updated_at = now;
        facts.status = if cents >= facts.total_cents {
            InvoiceStatus::Refunded
        } else {
            InvoiceStatus::PartialRefund
        };
        let is_first = facts.reason == InvoiceReason::Initial;
        books.tell_invoice("subscription_payment_refunded", &invoice);
        if is_first {
            let order = books.subscriptions[id].order_id.clone().unwrap();
            books.refund_order(&order, cents, now);
        }
    }

    /// Pays back so much of an order in all.
    pub(super) fn refund_order(&self, order: &str, cents: i64) {
        let now = self.tick();
        self.books().refund_order(order, cents, now);
    }

    /// An order turns out to be paid with somebody else's card.
    pub(super) fn stolen(&self, order: &str) {
        let now = self.tick();
        let mut books = self.books();
        let facts = books.orders.get_mut(order).unwrap();
        facts.status = OrderStatus::Fraudulent;
        facts.updated_at = now;
    }

    fn can_change(&self, id: &str) -> bool {
        let is_known = self.books().subscriptions.contains_key(id);
        is_known && !self.is_down.load(Ordering::SeqCst)
    }

    fn answer<T: Send + 'static>(
        &self,
        answer: Option<T>,
    ) -> BoxFuture<'_, Result<T, BillingError>> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let answer = if self.is_down.load(Ordering::SeqCst) {
            Err(BillingError::Down)
        } else {
            answer.ok_or(BillingError::NotFound)
        };
        async move { answer }.boxed()
    }
}

impl Books {
    fn next_id(&mut self) -> String {
        self.made += 1;
        self.made.to_string()
    }

    fn add_order(
        &mut self,
        variant_id: &str,
        now: Timestamp,
        custom: Option<(String, String)>,
    ) -> String {
        let id = self.next_id();
        let facts = OrderFacts {
            id: id.clone(),
            customer_id: "7".to_owned(),
            variant_id: Some(variant_id.to_owned()),
            status: OrderStatus::Paid,
            total_cents: price(variant_id),
            refunded_cents: 0,
            created_at: now,
            updated_at: now,
            origin: origin(),
        };
        self.orders.insert(id.clone(), facts);
        if let Some(custom) = custom {
            self.custom.insert(id.clone(), custom);
        }
        id
    }

    fn add_subscription(&mut self, variant_id: &str, order: &str, now: Timestamp) -> String {
        let id = self.next_id();
        let facts = SubscriptionFacts {
            id: id.clone(),
            customer_id: "7".to_owned(),
            order_id: Some(order.to_owned()),
            variant_id: variant_id.to_owned(),
            status: SubscriptionStatus::Active,
            cancelled: false,
            pause: None,
            renews_at: Some(months_after(now, 1)),
            ends_at: None,
            trial_ends_at: None,
            created_at: now,
            updated_at: now,
            card: None,
            processor: Some("stripe".to_owned()),
            origin: origin(),
        };
        self.subscriptions.insert(id.clone(), facts);
        self.months.insert(id.clone(), 1);
        id
    }

    fn add_invoice(
        &mut self,
        subscription: &str,
        reason: InvoiceReason,
        total_cents: i64,
        now: Timestamp,
    ) -> String {
        let id = self.next_id();
        let facts = InvoiceFacts {
            id: id.clone(),
            subscription_id: subscription.to_owned(),
            reason,
            status: InvoiceStatus::Paid,
            total_cents,
            refunded_cents: 0,
            currency: "USD".to_owned(),
            created_at: now,
            updated_at: now,
            origin: origin(),
        };
        self.invoices.insert(id.clone(), facts);
        id
    }

    fn next_month(&mut self, id: &str, now: Timestamp) {
        let months = self.months.get_mut(id).unwrap();
        *months += 1;
        let facts = self.subscriptions.get_mut(id).unwrap();
        facts.renews_at = Some(months_after(facts.created_at, *months));
        facts.updated_at = now;
    }

    fn set_status(&mut self, id: &str, status: SubscriptionStatus) {
        self.subscriptions.get_mut(id).unwrap().status = status;
    }

    fn last_invoice(&self, subscription: &str) -> String {
        let own = self
            .invoices
            .values()
            .filter(|invoice| invoice.subscription_id == subscription);
        own.max_by_key(|invoice| invoice.created_at)
            .unwrap()
            .id
            .clone()
    }

    fn refund_order(&mut self, order: &str, cents: i64, now: Timestamp) {
        let facts = self.orders.get_mut(order).unwrap();
        facts.refunded_cents = cents;
        facts.updated_at = now;
        facts.status = if cents >= facts.total_cents {
            OrderStatus::Refunded
        } else {
            OrderStatus::PartialRefund
        };
        self.tell_order("order_refunded", order);
    }

    fn tell(&mut self, name: &'static str, id: &str) {
        let facts = self.subscriptions[id].clone();
        let order = facts.order_id.clone().unwrap();
        let attributes = json!({
            "store_id": 1, "customer_id": 7, "order_id": number(&order),
            "variant_id": number(&facts.variant_id), "status": facts.status.slug(),
            "cancelled": facts.cancelled,
            "pause": facts.pause.map(|mode| json!({ "mode": mode.slug(), "resumes_at": null })),
            "renews_at": facts.renews_at.map(iso), "ends_at": facts.ends_at.map(iso),
            "trial_ends_at": null, "created_at": iso(facts.created_at),
            "updated_at": iso(facts.updated_at), "payment_processor": "stripe",
            "card_brand": null, "card_last_four": null, "test_mode": true,
        });
        self.post(name, "subscriptions", id, &attributes, &order);
    }

    fn tell_invoice(&mut self, name: &'static str, id: &str) {
        let facts = self.invoices[id].clone();
        let order = self.subscriptions[&facts.subscription_id].order_id.clone();
        let attributes = json!({
            "store_id": 1, "subscription_id": number(&facts.subscription_id), "customer_id": 7,
            "billing_reason": facts.reason.slug(), "status": facts.status.slug(),
            "total": facts.total_cents, "refunded_amount": facts.refunded_cents,
            "currency": "USD", "created_at": iso(facts.created_at),
            "updated_at": iso(facts.updated_at), "test_mode": true,
        });
        self.post(
            name,
            "subscription-invoices",
            id,
            &attributes,
            &order.unwrap(),
        );
    }

    pub(super) fn tell_order(&mut self, name: &'static str, id: &str) {
        let facts = self.orders[id].clone();
        let variant_id = facts.variant_id.as_deref().map(number);
        let attributes = json!({
            "store_id": 1, "customer_id": 7, "status": facts.status.slug(),
            "total": facts.total_cents, "refunded_amount": facts.refunded_cents,
            "first_order_item": { "variant_id": variant_id },
            "created_at": iso(facts.created_at), "updated_at": iso(facts.updated_at),
            "test_mode": true,
        });
        self.post(name, "orders", id, &attributes, id);
    }

    fn post(&mut self, name: &'static str, kind: &str, id: &str, attributes: &Value, order: &str) {
        let mut meta = json!({
            "test_mode": true, "event_name": name, "webhook_id": self.next_id(),
        });
        if let Some((checkout_ref, member)) = self.custom.get(order) {
            meta["custom_data"] = json!({ "checkout_ref": checkout_ref, "member": member });
        }
        let data = json!({ "type": kind, "id": id, "attributes": attributes });
        let body = json!({ "meta": meta, "data": data }).to_string();
        self.outbox.push(Delivery { name, body });
    }
}

impl Merchant for Till {
    fn slug(&self) -> &'static str {
        "lemonsqueezy"
    }

    fn has_signed(&self, _: &[u8], signature: Option<&str>) -> bool {
        signature == Some(SIGNATURE)
    }

    fn read(&self, raw: &[u8]) -> Result<Received, ParseError> {
        Lemon::parse(raw)
    }

    fn create_checkout<'a>(
        &'a self,
        wish: CheckoutWish<'a>,
    ) -> BoxFuture<'a, Result<Url, BillingError>> {
        let opened = Opened {
            member: wish.member.to_owned(),
            variant_id: wish.variant_id.to_owned(),
        };
        let checkout_ref = wish.checkout_ref.to_owned();
        let url = format!("https://till.example/checkout/{checkout_ref}");
        self.books().opened.insert(checkout_ref, opened);
        self.answer(url.parse().ok())
    }

    fn subscription<'a>(
        &'a self,
        id: &'a str,
    ) -> BoxFuture<'a, Result<SubscriptionFacts, BillingError>> {
        let found = self.books().subscriptions.get(id).cloned();
        self.answer(found)
    }

    fn subscriptions(
        &self,
        page: u32,
    ) -> BoxFuture<'_, Result<Listed<SubscriptionFacts>, BillingError>> {
        let listed = page_of(self.books().subscriptions.values(), page);
        self.answer(Some(listed))
    }

    fn invoices<'a>(
        &'a self,
        subscription_id: &'a str,
    ) -> BoxFuture<'a, Result<Listed<InvoiceFacts>, BillingError>> {
        let books = self.books();
        let own = books
            .invoices
            .values()
            .filter(|invoice| invoice.subscription_id == subscription_id);
        let facts: Vec<InvoiceFacts> = own.cloned().collect();
        drop(books);
        self.answer(Some(Listed {
            facts,
            unread: 0,
            more: false,
        }))
    }

    fn orders(&self, page: u32) -> BoxFuture<'_, Result<Listed<OrderFacts>, BillingError>> {
        let listed = page_of(self.books().orders.values(), page);
        self.answer(Some(listed))
    }

    fn change_plan<'a>(
        &'a self,
        id: &'a str,
        variant_id: &'a str,
        paid_from: PaidFrom,
    ) -> BoxFuture<'a, Result<SubscriptionFacts, BillingError>> {
        if !self.is_down.load(Ordering::SeqCst) {
            let present = self.books().subscriptions[id].variant_id.clone();
            let missing = (price(variant_id) - price(&present)).max(0);
            let total_cents = (paid_from == PaidFrom::Now).then_some(missing);
            self.switch(id, variant_id, total_cents);
        }
        self.subscription(id)
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<SubscriptionFacts, BillingError>> {
        if self.can_change(id) {
            self.change(id, "subscription_cancelled", |facts| {
                facts.status = SubscriptionStatus::Cancelled;
                facts.cancelled = true;
                facts.ends_at = facts.renews_at;
            });
        }
        self.subscription(id)
    }

    fn resume<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<SubscriptionFacts, BillingError>> {
        if self.can_change(id) {
            self.change(id, "subscription_resumed", |facts| {
                facts.status = SubscriptionStatus::Active;
                facts.cancelled = false;
                facts.ends_at = None;
            });
        }
        self.subscription(id)
    }

    fn links<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<PortalLinks, BillingError>> {
        let page = |name: &str| format!("https://till.example/{name}/{id}").parse().ok();
        let by_hand = self.books().changes_by_hand;
        self.answer(Some(PortalLinks {
            customer_portal: page("portal"),
            update_payment_method: page("card"),
            update_subscription: page("plan").filter(|_| by_hand),
        }))
    }

    fn invoice_link<'a>(
        &'a self,
        invoice_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Url>, BillingError>> {
        let page = format!("https://till.example/invoice/{invoice_id}");
        self.answer(Some(page.parse().ok()))
    }
}

fn page_of<'b, T: Clone + 'b>(all: impl Iterator<Item = &'b T>, page: u32) -> Listed<T> {
    let before = usize::try_from(page - 1).unwrap() * PAGE_SIZE;
    let mut facts: Vec<T> = all.skip(before).take(PAGE_SIZE + 1).cloned().collect();
    let more = facts.len() > PAGE_SIZE;
    facts.truncate(PAGE_SIZE);
    Listed {
        facts,
        unread: 0,
        more,
    }
}

pub(super) fn price(variant_id: &str) -> i64 {
    match variant_id {
        GROWTH => 2_900,
        PRO => 5_900,
        _ => 1_500,
    }
}

/// A pause of this kind.
pub(super) fn pause(facts: &mut SubscriptionFacts, mode: PauseMode) {
    facts.status = SubscriptionStatus::Paused;
    facts.pause = Some(mode);
}

fn origin() -> Origin {
    Origin {
        store_id: STORE.to_owned(),
        test_mode: true,
        checkout_ref: None,
        claimed_member: None,
    }
}

fn number(id: &str) -> u64 {
    id.parse().unwrap()
}
