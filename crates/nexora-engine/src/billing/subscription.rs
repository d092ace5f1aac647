//! A member's own subscription: change it, end it, take that back, see what was paid.

use nexora_core::billing::{InvoiceReason, InvoiceStatus, SubscriptionFacts, SubscriptionStatus};
use nexora_core::{Credits, Member, MemberId, Plan, Timestamp};
use nexora_providers::BillingError;
use nexora_providers::lemon::PortalLinks;
use nexora_store::billing::subscriptions::{self, SubscriptionRow};
use nexora_store::billing::{invoices, orders};
use nexora_store::users::{self, PlanView};
use url::Url;

use super::news::News;
use super::{Billing, PurchaseError};
use crate::{Engine, EngineError, FarewellError};

/// What a member pays for, as their page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paying {
    /// What counts, by our own clock.
    pub view: PlanView,
    /// How the subscription stands that they could do something to, if there is one.
    pub subscription: Option<SubscriptionFacts>,
}

/// A payment, as the member's page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The merchant's id of it.
    pub id: String,
    /// What it was for, in a few words.
    pub what: &'static str,
    /// What was asked for, in cents.
    pub total_cents: i64,
    /// What was paid back, in cents.
    pub refunded_cents: i64,
    /// Whether it was paid.
    pub is_paid: bool,
    /// What it granted.
    pub granted: Option<Credits>,
    /// When.
    pub at: Timestamp,
    /// Whether it is an invoice, with a page of its own at the merchant's.
    pub is_invoice: bool,
}

/// A subscription that is not over.
pub(super) struct OpenSubscription {
    pub(super) facts: SubscriptionFacts,
    pub(super) plan: Plan,
    pub(super) is_cancelled: bool,
}

impl Engine {
    /// What a member pays for; `None` if they never paid for a plan.
    pub async fn paying(&self, member: MemberId) -> Result<Option<Paying>, EngineError> {
        let view: Option<PlanView> = self
            .read(move |tx| Box::pin(async move { users::plan_view_of(tx, member).await }))
            .await?;
        let open = match self.billing() {
            Some(billing) => self.open_subscription(billing, member).await?,
            None => None,
        };
        Ok(view.map(|view| Paying {
            view,
            subscription: open.map(|open| open.facts),
        }))
    }

    /// What a member paid, the latest first.
    pub async fn bills(&self, member: MemberId) -> Result<Vec<Bill>, EngineError> {
        let (invoices, orders): (Vec<_>, Vec<_>) = self
            .read(move |tx| {
                Box::pin(async move {
                    let invoices = invoices::of_member(tx, member).await?;
                    Ok((invoices, orders::of_member(tx, member).await?))
                })
            })
            .await?;
        let packs = orders.into_iter().filter_map(|row| {
            let variant = row.facts.variant_id.as_deref()?;
            self.offers()?.topup_of(variant)?;
            Some(bill_of_order(&row))
        });
        let mut bills: Vec<Bill> = invoices.iter().map(bill_of_invoice).chain(packs).collect();
        bills.sort_by_key(|bill| std::cmp::Reverse(bill.at));
        Ok(bills)
    }

    /// Changes the plan: up at once, against payment of the difference; down with the next
    /// period.
    pub async fn change_plan(&self, member: &Member, plan: Plan) -> Result<(), PurchaseError> {
        let (billing, open) = self.own_subscription(member).await?;
        let wanted = billing
            .offers
            .plans()
            .iter()
            .find(|offer| offer.plan == plan);
        let variant_id = &wanted.ok_or(PurchaseError::NotForSale)?.variant_id;
        if open.facts.variant_id == *variant_id {
            return Ok(());
        }
        let links = self.links(billing, &open.facts.id).await?;
        if let Some(page) = links.update_subscription {
            return Err(PurchaseError::AtMerchant(page));
        }
        let is_step_up = plan > open.plan;
        let changed = billing
            .merchant
            .change_plan(&open.facts.id, variant_id, is_step_up)
            .await
            .map_err(PurchaseError::of_merchant)?;
        Ok(self.take_in(billing, News::answer(changed)).await?)
    }

    /// Ends the subscription with the period that is paid for.
    pub async fn cancel_subscription(&self, member: &Member) -> Result<(), PurchaseError> {
        let (billing, open) = self.own_subscription(member).await?;
        if open.is_cancelled {
            return Ok(());
        }
        let cancelled = billing.merchant.cancel(&open.facts.id).await;
        let cancelled = cancelled.map_err(PurchaseError::of_merchant)?;
        Ok(self.take_in(billing, News::answer(cancelled)).await?)
    }

    /// Takes a cancellation back, while the period lasts.
    pub async fn resume_subscription(&self, member: &Member) -> Result<(), PurchaseError> {
        let (billing, open) = self.own_subscription(member).await?;
        if !open.is_cancelled {
            return Ok(());
        }
        let resumed = billing.merchant.resume(&open.facts.id).await;
        let resumed = resumed.map_err(PurchaseError::of_merchant)?;
        Ok(self.take_in(billing, News::answer(resumed)).await?)
    }

    /// Fresh links to the merchant's own pages. They live for hours: follow them at once, never
    /// keep them.
    pub async fn portal(&self, member: &Member) -> Result<PortalLinks, PurchaseError> {
        let billing = self.billing().ok_or(PurchaseError::Off)?;
        let rows = self.subscription_rows(member.id).await?;
        let latest = rows.first().ok_or(PurchaseError::NotSubscribed)?;
        self.links(billing, &latest.facts.id).await
    }

    /// A fresh link to one of the member's invoices; `None` if they have none with this id.
    pub async fn invoice_link(
        &self,
        member: &Member,
        invoice_id: &str,
    ) -> Result<Option<Url>, PurchaseError> {
        let billing = self.billing().ok_or(PurchaseError::Off)?;
        let bills = self.bills(member.id).await?;
        let is_theirs = |bill: &Bill| bill.is_invoice && bill.id == invoice_id;
        if !bills.iter().any(is_theirs) {
            return Ok(None);
        }
        let link = billing.merchant.invoice_link(invoice_id).await;
        link.map_err(PurchaseError::of_merchant)
    }

    pub(super) async fn open_subscription(
        &self,
        billing: &Billing,
        member: MemberId,
    ) -> Result<Option<OpenSubscription>, EngineError> {
        let now = self.now();
        let rows = self.subscription_rows(member).await?;
        let open = rows.into_iter().filter(|row| is_open(&row.facts, now));
        let found = open.map(|row| OpenSubscription {
            plan: billing
                .offers
                .plan_of(&row.facts.variant_id)
                .unwrap_or(Plan::Free),
            is_cancelled: row.facts.status == SubscriptionStatus::Cancelled,
            facts: row.facts,
        });
        // Of several, the one that renews, then the larger plan.
        Ok(found.max_by_key(|open| (!open.is_cancelled, open.plan)))
    }

    pub(crate) async fn subscription_rows(
        &self,
        member: MemberId,
    ) -> Result<Vec<SubscriptionRow>, EngineError> {
        self.read(move |tx| Box::pin(async move { subscriptions::of_member(tx, member).await }))
            .await
    }

    /// Ends a subscription for somebody who leaves; one that is gone already is ended.
    pub(crate) async fn end_subscription(&self, id: &str) -> Result<(), FarewellError> {
        let nobody = FarewellError::Merchant(BillingError::Misconfigured);
        let billing = self.billing().ok_or(nobody)?;
        match billing.merchant.cancel(id).await {
            Ok(facts) => Ok(self.take_in(billing, News::answer(facts)).await?),
            Err(BillingError::NotFound) => Ok(()),
            Err(why) => Err(FarewellError::Merchant(why)),
        }
    }

    async fn own_subscription(
        &self,
        member: &Member,
    ) -> Result<(&Billing, OpenSubscription), PurchaseError> {
        let billing = self.billing().ok_or(PurchaseError::Off)?;
        self.check_not_frozen(member).await?;
        let open = self.open_subscription(billing, member.id).await?;
        Ok((billing, open.ok_or(PurchaseError::NotSubscribed)?))
    }

    async fn links(&self, billing: &Billing, id: &str) -> Result<PortalLinks, PurchaseError> {
        let links = billing.merchant.links(id).await;
        links.map_err(PurchaseError::of_merchant)
    }
}

/// Whether it runs or will ask for money again. One that is unpaid for good does neither.
fn is_open(facts: &SubscriptionFacts, now: Timestamp) -> bool {
    match facts.status {
        SubscriptionStatus::OnTrial
        | SubscriptionStatus::Active
        | SubscriptionStatus::PastDue
        | SubscriptionStatus::Paused => true,
        SubscriptionStatus::Cancelled => facts.ends_at.is_none_or(|end| end > now),
        SubscriptionStatus::Unpaid | SubscriptionStatus::Expired => false,
    }
}

fn bill_of_invoice(told: &nexora_core::billing::InvoiceTold) -> Bill {
    let facts = &told.facts;
    Bill {
        id: facts.id.clone(),
        what: match facts.reason {
            InvoiceReason::Initial => "First month",
            InvoiceReason::Renewal => "Another month",
            InvoiceReason::Updated => "Change of plan",
        },
        total_cents: facts.total_cents,
        refunded_cents: facts.refunded_cents,
        is_paid: match facts.status {
            InvoiceStatus::Paid | InvoiceStatus::Refunded | InvoiceStatus::PartialRefund => true,
            InvoiceStatus::Pending | InvoiceStatus::Void => false,
        },
        granted: told.granted,
        at: facts.created_at,
        is_invoice: true,
    }
}

fn bill_of_order(row: &orders::OrderRow) -> Bill {
    let facts = &row.facts;
    Bill {
        id: facts.id.clone(),
        what: "Credits",
        total_cents: facts.total_cents,
        refunded_cents: facts.refunded_cents,
        is_paid: row.granted.is_some(),
        granted: row.granted,
        at: facts.created_at,
        is_invoice: false,
    }
}
