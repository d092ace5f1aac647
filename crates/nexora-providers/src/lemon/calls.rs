//! The calls we make. Reads may be repeated; every change can be made twice without harm.

use nexora_core::billing::{InvoiceFacts, OrderFacts, SubscriptionFacts};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::facts::{self, Told};
use super::links::PortalLinks;
use super::resource::{Document, Lacks, Resource};
use super::{CheckoutWish, Lemon, number};
use crate::place;
use crate::remote::BillingError;

/// The largest page Lemon Squeezy gives; at 300 questions a minute, thirty thousand facts.
const PAGE_SIZE: &str = "100";
/// A subscription has one invoice a month and some changes: five hundred is forty years.
const INVOICE_PAGES_MAX: u32 = 5;

/// When a change of plan is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaidFrom {
    /// At once: the difference for the days that are left is charged with an invoice of its own.
    Now,
    /// From the next renewal on. Nothing is charged or credited for the days that are left.
    Renewal,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// What we could read.
    pub facts: Vec<T>,
    /// How many there were besides, in a state we do not know. Tell the operator.
    pub unread: usize,
    /// Whether there is another page.
    pub more: bool,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Resource>,
    #[serde(default)]
    meta: Value,
}

type Reading<T> = fn(&Resource, &Told) -> Result<Option<T>, Lacks>;

impl Lemon {
    /// Creates a checkout and returns the page to send the buyer to. A checkout nobody opens
    /// costs nothing, so a lost answer is simply asked for again.
    pub async fn create_checkout(&self, wish: &CheckoutWish<'_>) -> Result<Url, BillingError> {
        let body = self.checkout(wish)?;
        let url = place::below(&self.base_url, "checkouts");
        let made = self
            .change("create_checkout", Method::POST, url, Some(&body))
            .await?;
        self.link(&made.data.attributes, "url")
            .ok_or(BillingError::Broken)
    }

    /// How a subscription stands.
    pub async fn subscription(&self, id: &str) -> Result<SubscriptionFacts, BillingError> {
        let document = self.read("subscription", "subscriptions", id).await?;
        one(&document.data, facts::subscription)
    }

    /// A page of our store's subscriptions; the first is page 1.
    pub async fn subscriptions(
        &self,
        page: u32,
    ) -> Result<Listed<SubscriptionFacts>, BillingError> {
        let filter = ("filter[store_id]", self.store_id.as_str());
        self.list("subscriptions", filter, page, facts::subscription)
            .await
    }

    /// Every invoice of a subscription.
    pub async fn invoices(
        &self,
        subscription_id: &str,
    ) -> Result<Listed<InvoiceFacts>, BillingError> {
        let filter = ("filter[subscription_id]", subscription_id);
        let mut all = Listed {
            facts: Vec::new(),
            unread: 0,
            more: true,
        };
        for page in 1..=INVOICE_PAGES_MAX {
            if !all.more {
                break;
            }
            let listed = self
                .list("subscription-invoices", filter, page, facts::invoice)
                .await?;
            all.facts.extend(listed.facts);
            all.unread += listed.unread;
            all.more = listed.more;
        }
        Ok(all)
    }

    /// How an order stands.
    pub async fn order(&self, id: &str) -> Result<OrderFacts, BillingError> {
        let document = self.read("order", "orders", id).await?;
        one(&document.data, facts::order)
    }

    /// A page of our store's orders, refunds and frauds included; the first is page 1.
    pub async fn orders(&self, page: u32) -> Result<Listed<OrderFacts>, BillingError> {
        let filter = ("filter[store_id]", self.store_id.as_str());
        self.list("orders", filter, page, facts::order).await
    }

    /// Changes what a subscription pays for, at once. A subscription paid by `PayPal` answers as
    /// if it worked and does not change: send its owner to
    /// [`PortalLinks::update_subscription`].
    pub async fn change_plan(
        &self,
        id: &str,
        variant_id: &str,
        paid_from: PaidFrom,
    ) -> Result<SubscriptionFacts, BillingError> {
        let how = match paid_from {
            PaidFrom::Now => "invoice_immediately",
            // Without it a step down would become a credit note on the next invoice.
            PaidFrom::Renewal => "disable_prorations",
        };
        let attributes = json!({ "variant_id": number(variant_id)?, how: true });
        self.change_subscription("change_plan", id, &attributes)
            .await
    }

    /// Ends a subscription with the period that is paid for.
    pub async fn cancel(&self, id: &str) -> Result<SubscriptionFacts, BillingError> {
        let url = self.place("subscriptions", id)?;
        let document = self.change("cancel", Method::DELETE, url, None).await?;
        one(&document.data, facts::subscription)
    }

    /// Takes a cancellation back, while the period lasts.
    pub async fn resume(&self, id: &str) -> Result<SubscriptionFacts, BillingError> {
        self.change_subscription("resume", id, &json!({ "cancelled": false }))
            .await
    }

    /// Fresh links to Lemon Squeezy's pages about a subscription.
    pub async fn links(&self, id: &str) -> Result<PortalLinks, BillingError> {
        let document = self.read("links", "subscriptions", id).await?;
        Ok(self.portal_links(&document.data))
    }

    /// A fresh link to a customer's portal; `None` for somebody who never subscribed.
    pub async fn customer_portal(&self, customer_id: &str) -> Result<Option<Url>, BillingError> {
        let document = self.read("customer", "customers", customer_id).await?;
        Ok(self.portal_links(&document.data).customer_portal)
    }

    /// A fresh link to the printable invoice; `None` while there is none.
    pub async fn invoice_link(&self, invoice_id: &str) -> Result<Option<Url>, BillingError> {
        let document = self
            .read("invoice", "subscription-invoices", invoice_id)
            .await?;
        let urls = document.data.attributes.within("urls");
        Ok(self.link(&urls, "invoice_url"))
    }

    async fn change_subscription(
        &self,
        call: &'static str,
        id: &str,
        attributes: &Value,
    ) -> Result<SubscriptionFacts, BillingError> {
        let url = self.place("subscriptions", id)?;
        let body = json!({
            "data": { "type": "subscriptions", "id": id, "attributes": attributes },
        });
        let document = self.change(call, Method::PATCH, url, Some(&body)).await?;
        one(&document.data, facts::subscription)
    }

    async fn read(
        &self,
        call: &'static str,
        kind: &str,
        id: &str,
    ) -> Result<Document, BillingError> {
        let url = self.place(kind, id)?;
        self.desk.get(call, url).await?.read()
    }

    async fn list<T>(
        &self,
        kind: &'static str,
        filter: (&str, &str),
        page: u32,
        reading: Reading<T>,
    ) -> Result<Listed<T>, BillingError> {
        let mut url = place::below(&self.base_url, kind);
        url.query_pairs_mut()
            .append_pair(filter.0, filter.1)
            .append_pair("page[number]", &page.to_string())
            .append_pair("page[size]", PAGE_SIZE);
        let answer: Page = self.desk.get(kind, url).await?.read()?;
        let seen = answer.data.len();
        let read = answer
            .data
            .iter()
            .filter_map(|resource| reading(resource, &Told::default()).ok().flatten());
        let facts: Vec<T> = read.collect();
        let last = answer
            .meta
            .pointer("/page/lastPage")
            .and_then(Value::as_u64);
        Ok(Listed {
            unread: seen - facts.len(),
            facts,
            more: seen > 0 && last.is_some_and(|last| last > u64::from(page)),
        })
    }
}

/// An answer to a question about one thing has to be about it, in a state we know.
fn one<T>(resource: &Resource, reading: Reading<T>) -> Result<T, BillingError> {
    let read = reading(resource, &Told::default());
    read.ok().flatten().ok_or(BillingError::Broken)
}
