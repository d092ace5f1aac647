//! A member's own subscription: change it, end it, take that back, see what was paid.

use nexora_core::billing::{InvoiceReason, InvoiceStatus, SubscriptionFacts, SubscriptionStatus};
use nexora_core::{Credits, Member, MemberId, Plan, Timestamp};
use nexora_providers::BillingError;
use nexora_providers::lemon::{PaidFrom, PortalLinks};
use nexora_store::billing::subscriptions::{self, SubscriptionRow};
use nexora_store::billing::{invoices, orders};
use nexora_store::users::{self, PlanView};
use url::Url;

use super::news::News;
use super::{Billing, PurchaseError};
use crate::{Engine, EngineError, FarewellError};

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
    /// period, and back up for nothing while the larger plan is paid for.
    pub async fn change_plan(&self, member: &Member, plan: Plan) -> Result<(), PurchaseError> {
        let (billing, open) = self.own_subscription(member).await?;
        check_changes(&open)?;
        let wanted = billing
            .offers
            .plans()
            .iter()
            .find(|offer| offer.plan == plan);
        let variant_id = &wanted.ok_or(PurchaseError::NotForSale)?.variant_id;
        if open.facts.variant_id == *variant_id {
            return Ok(());
        }
        let links = self.links(billing, &open.facts).await?;
        if let Some(page) = links.update_subscription {
            return Err(PurchaseError::AtMerchant(page));
        }
        let paid_from = if plan > open.plan && !self.is_paid_for(member.id, plan).await? {
            PaidFrom::Now
        } else {
            PaidFrom::Renewal
        };
        let changed = billing
            .merchant
            .change_plan(&open.facts.id, variant_id, paid_from)
            .await;
        match changed {
            Ok(changed) => Ok(self.take_in(billing, News::answer(changed)).await?),
            Err(why) => Err(self.not_done(billing, &open.facts, why).await),
        }
    }

    /// Ends the subscription with the period that is paid for.
    pub async fn cancel_subscription(&self, member: &Member) -> Result<(), PurchaseError> {
        let (billing, open) = self.own_subscription(member).await?;
        if open.is_cancelled {
            return Ok(());
        }
        match billing.merchant.cancel(&open.facts.id).await {
            Ok(cancelled) => Ok(self.take_in(billing, News::answer(cancelled)).await?),
            Err(why) => Err(self.not_done(billing, &open.facts, why).await),
        }
    }

    /// Takes a cancellation back, while the period lasts.
    pub async fn resume_subscription(&self, member: &Member) -> Result<(), PurchaseError> {
        let (billing, open) = self.own_subscription(member).await?;
        if !open.is_cancelled {
            return Ok(());
        }
        match billing.merchant.resume(&open.facts.id).await {
            Ok(resumed) => Ok(self.take_in(billing, News::answer(resumed)).await?),
            Err(why) => Err(self.not_done(billing, &open.facts, why).await),
        }
    }

    /// Fresh links to the merchant's own pages. They live for hours: follow them at once, never
    /// keep them.
    pub async fn portal(&self, member: &Member) -> Result<PortalLinks, PurchaseError> {
        let billing = self.billing().ok_or(PurchaseError::Off)?;
        let rows = self.subscription_rows(member.id).await?;
        let latest = rows.first().ok_or(PurchaseError::NotSubscribed)?;
        self.links(billing, &latest.facts).await
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
        link.map_err(PurchaseError::Merchant)
    }

    pub(super) async fn open_subscription(
        &self,
        billing: &Billing,
        member: MemberId,
    ) -> Result<Option<OpenSubscription>, EngineError> {
        let now = self.now();
        let (rows, plan): (Vec<SubscriptionRow>, Plan) = self
            .read(move |tx| {
                Box::pin(async move {
                    let rows = subscriptions::of_member(tx, member).await?;
                    Ok((rows, users::plan_of(tx, member, now).await?))
                })
            })
            .await?;
        Ok(open_of(&rows, plan, billing, now))
    }

    /// Whether this plan, or a larger one, was paid for until a moment that has not come. A plan
    /// given by hand has no end, and was not paid for.
    async fn is_paid_for(&self, member: MemberId, plan: Plan) -> Result<bool, EngineError> {
        let now = self.now();
        let view: Option<PlanView> = self
            .read(move |tx| Box::pin(async move { users::plan_view_of(tx, member).await }))
            .await?;
        let lasts = |view: PlanView| view.plan >= plan && view.ends_at.is_some_and(|end| end > now);
        Ok(view.is_some_and(lasts))
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

    async fn links(
        &self,
        billing: &Billing,
        facts: &SubscriptionFacts,
    ) -> Result<PortalLinks, PurchaseError> {
        match billing.merchant.links(&facts.id).await {
            Ok(links) => Ok(links),
            Err(why) => Err(self.not_done(billing, facts, why).await),
        }
    }
}

/// The subscription that something can be done to by somebody who `has` this plan. Of several, the
/// one that renews, then the larger plan. One that was cancelled and paid back is none.
pub(super) fn open_of(
    rows: &[SubscriptionRow],
    has: Plan,
    billing: &Billing,
    now: Timestamp,
) -> Option<OpenSubscription> {
    let open = rows.iter().filter(|row| is_open(&row.facts, now));
    let found = open.map(|row| OpenSubscription {
        plan: billing
            .offers
            .plan_of(&row.facts.variant_id)
            .unwrap_or(Plan::Free),
        is_cancelled: row.facts.status == SubscriptionStatus::Cancelled,
        facts: row.facts.clone(),
    });
    let lasts = |open: &OpenSubscription| !open.is_cancelled || has > Plan::Free;
    found
        .filter(lasts)
        .max_by_key(|open| (!open.is_cancelled, open.plan))
}

/// A plan is changed while it is paid for and renews: before that nobody can say what a change
/// would cost.
fn check_changes(open: &OpenSubscription) -> Result<(), PurchaseError> {
    match open.facts.status {
        SubscriptionStatus::OnTrial | SubscriptionStatus::Active => Ok(()),
        SubscriptionStatus::Cancelled => Err(PurchaseError::AlreadySubscribed {
            plan: open.plan,
            is_cancelled: true,
        }),
        SubscriptionStatus::Paused
        | SubscriptionStatus::PastDue
        | SubscriptionStatus::Unpaid
        | SubscriptionStatus::Expired => Err(PurchaseError::NotRunning),
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
