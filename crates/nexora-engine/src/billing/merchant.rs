//! Who takes the money: the few things we ask of a merchant of record.

use std::fmt;

use nexora_core::billing::{InvoiceFacts, OrderFacts, SubscriptionFacts};
use nexora_providers::lemon::{
    self, CheckoutWish, Listed, PaidFrom, ParseError, PortalLinks, Received,
};
use nexora_providers::{BillingError, BoxFuture, Lemon};
use url::Url;

/// An answer of the merchant's, some time later.
type Answer<'a, T> = BoxFuture<'a, Result<T, BillingError>>;

/// A merchant of record. Reads may be repeated, and every change made twice is made once.
pub trait Merchant: Send + Sync + fmt::Debug {
    /// The name under which what it says is kept.
    fn slug(&self) -> &'static str;
    /// Whether it sent exactly this body.
    fn has_signed(&self, raw: &[u8], signature: Option<&str>) -> bool;
    /// Reads a body it signed.
    fn read(&self, raw: &[u8]) -> Result<Received, ParseError>;
    /// Opens a page to pay on.
    fn create_checkout<'a>(&'a self, wish: CheckoutWish<'a>) -> Answer<'a, Url>;
    /// How a subscription stands.
    fn subscription<'a>(&'a self, id: &'a str) -> Answer<'a, SubscriptionFacts>;
    /// A page of all subscriptions; the first is page 1.
    fn subscriptions(&self, page: u32) -> Answer<'_, Listed<SubscriptionFacts>>;
    /// Every invoice of a subscription.
    fn invoices<'a>(&'a self, subscription_id: &'a str) -> Answer<'a, Listed<InvoiceFacts>>;
    /// A page of all orders; the first is page 1.
    fn orders(&self, page: u32) -> Answer<'_, Listed<OrderFacts>>;
    /// Changes what a subscription is for.
    fn change_plan<'a>(
        &'a self,
        id: &'a str,
        variant_id: &'a str,
        paid_from: PaidFrom,
    ) -> Answer<'a, SubscriptionFacts>;
    /// Ends a subscription with the period that is paid for.
    fn cancel<'a>(&'a self, id: &'a str) -> Answer<'a, SubscriptionFacts>;
    /// Takes a cancellation back.
    fn resume<'a>(&'a self, id: &'a str) -> Answer<'a, SubscriptionFacts>;
    /// Fresh links to its own pages about a subscription.
    fn links<'a>(&'a self, id: &'a str) -> Answer<'a, PortalLinks>;
    /// A fresh link to a printable invoice.
    fn invoice_link<'a>(&'a self, invoice_id: &'a str) -> Answer<'a, Option<Url>>;
}

impl Merchant for Lemon {
    fn slug(&self) -> &'static str {
        lemon::SLUG
    }

    fn has_signed(&self, raw: &[u8], signature: Option<&str>) -> bool {
        self.verify(raw, signature).is_ok()
    }

    fn read(&self, raw: &[u8]) -> Result<Received, ParseError> {
        Self::parse(raw)
    }

    fn create_checkout<'a>(&'a self, wish: CheckoutWish<'a>) -> Answer<'a, Url> {
        Box::pin(async move { Self::create_checkout(self, &wish).await })
    }

    fn subscription<'a>(&'a self, id: &'a str) -> Answer<'a, SubscriptionFacts> {
        Box::pin(Self::subscription(self, id))
    }

    fn subscriptions(&self, page: u32) -> Answer<'_, Listed<SubscriptionFacts>> {
        Box::pin(Self::subscriptions(self, page))
    }

    fn invoices<'a>(&'a self, subscription_id: &'a str) -> Answer<'a, Listed<InvoiceFacts>> {
        Box::pin(Self::invoices(self, subscription_id))
    }

    fn orders(&self, page: u32) -> Answer<'_, Listed<OrderFacts>> {
        Box::pin(Self::orders(self, page))
    }

    fn change_plan<'a>(
        &'a self,
        id: &'a str,
        variant_id: &'a str,
        paid_from: PaidFrom,
    ) -> Answer<'a, SubscriptionFacts> {
        Box::pin(Self::change_plan(self, id, variant_id, paid_from))
    }

    fn cancel<'a>(&'a self, id: &'a str) -> Answer<'a, SubscriptionFacts> {
        Box::pin(Self::cancel(self, id))
    }

    fn resume<'a>(&'a self, id: &'a str) -> Answer<'a, SubscriptionFacts> {
        Box::pin(Self::resume(self, id))
    }

    fn links<'a>(&'a self, id: &'a str) -> Answer<'a, PortalLinks> {
        Box::pin(Self::links(self, id))
    }

    fn invoice_link<'a>(&'a self, invoice_id: &'a str) -> Answer<'a, Option<Url>> {
        Box::pin(Self::invoice_link(self, invoice_id))
    }
}
