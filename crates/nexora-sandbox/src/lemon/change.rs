//! What people do to subscriptions: another plan, cancel, resume, pause, another card, money back.

use jiff::Timestamp;

use super::books::{About, Bill, Books, Fact, Invoice, PauseMode, Reason, Standing, Subscription};
use super::card::Card;
use super::catalogue::Offer;
use super::sell::{charge_event, fact};

/// Why a change is refused, in the words of the API's error.
pub(super) type Refusal = &'static str;

/// How a change of plan is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proration {
    /// With the next invoice.
    Next,
    /// With an invoice of its own, now.
    Now,
    /// Not at all; the new price counts from the next renewal.
    Never,
}

impl Books {
    /// Another variant, at once.
    pub(super) fn change_plan(
        &mut self,
        id: u64,
        offer: Offer,
        proration: Proration,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Refusal> {
        let subscription = self.living(id)?;
        let before = subscription.price();
        let left = share_left(subscription, offer.price_cents - before, now);
        subscription.offer = offer;
        subscription.custom_price = None;
        subscription.updated_at = now;
        let mut facts = vec![fact("subscription_updated", About::Subscription(id))];
        match proration {
            Proration::Never => {}
            Proration::Next => subscription.carried += left,
            Proration::Now => {
                subscription.carried += left.min(0);
                let is_paid = left <= 0 || subscription.card.pays_later();
                let bill = Bill::of(left.max(0), 0);
                let invoice_id = self.invoice(id, Reason::Updated, bill, is_paid, now);
                let event = charge_event(is_paid);
                facts.extend(invoice_id.map(|id| fact(event, About::Invoice(id))));
            }
        }
        Ok(facts)
    }

    /// Runs out at the end of what is paid. Cancelling twice changes nothing.
    pub(super) fn cancel(&mut self, id: u64, now: Timestamp) -> Result<Vec<Fact>, Refusal> {
        let subscription = self.living(id)?;
        let ends_at = match subscription.standing {
            Standing::Cancelled { .. } => return Ok(Vec::new()),
            Standing::OnTrial
            | Standing::Active
            | Standing::PastDue { .. }
            | Standing::Unpaid { .. }
            | Standing::Paused { .. }
            | Standing::Expired { .. } => subscription.renews_at.max(now),
        };
        subscription.standing = Standing::Cancelled { ends_at };
        subscription.updated_at = now;
        Ok(told("subscription_cancelled", id))
    }

    pub(super) fn resume(&mut self, id: u64, now: Timestamp) -> Result<Vec<Fact>, Refusal> {
        let subscription = self.living(id)?;
        if !matches!(subscription.standing, Standing::Cancelled { .. }) {
            return Ok(Vec::new());
        }
        subscription.standing = Standing::Active;
        subscription.updated_at = now;
        Ok(told("subscription_resumed", id))
    }

    pub(super) fn pause(
        &mut self,
        id: u64,
        mode: PauseMode,
        resumes_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Refusal> {
        let subscription = self.living(id)?;
        let can_pause = matches!(
            subscription.standing,
            Standing::Active | Standing::OnTrial | Standing::Paused { .. }
        );
        if !can_pause {
            return Err("Only an active subscription can be paused.");
        }
        subscription.standing = Standing::Paused { mode, resumes_at };
        subscription.updated_at = now;
        Ok(told("subscription_paused", id))
    }

    pub(super) fn unpause(&mut self, id: u64, now: Timestamp) -> Result<Vec<Fact>, Refusal> {
        let subscription = self.living(id)?;
        if !matches!(subscription.standing, Standing::Paused { .. }) {
            return Ok(Vec::new());
        }
        subscription.standing = Standing::Active;
        subscription.updated_at = now;
        Ok(told("subscription_unpaused", id))
    }

    /// A trial until then; the first charge follows it.
    pub(super) fn set_trial(
        &mut self,
        id: u64,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Refusal> {
        let subscription = self.living(id)?;
        subscription.standing = Standing::OnTrial;
        subscription.trial_ends_at = Some(ends_at);
        subscription.anchor = ends_at;
        subscription.months = 0;
        subscription.renews_at = ends_at;
        subscription.updated_at = now;
        Ok(vec![fact("subscription_updated", About::Subscription(id))])
    }

    /// Another card; what is owed is charged to it at once.
    pub(super) fn set_card(
        &mut self,
        id: u64,
        card: Card,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Refusal> {
        let subscription = self.living(id)?;
        subscription.card = card;
        subscription.updated_at = now;
        if card.pays_later()
            && let Some(facts) = self.retry(id, now)
        {
            return Ok(facts);
        }
        Ok(vec![fact("subscription_updated", About::Subscription(id))])
    }

    /// Gives money back; all that is left when no amount is named. The first invoice of a subscription
    /// and its order are one payment.
    pub(super) fn refund_invoice(
        &mut self,
        id: u64,
        amount: Option<i64>,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Refusal> {
        let invoice = self.invoices.get_mut(&id).ok_or(UNKNOWN)?;
        if !invoice.is_paid {
            return Err("Only a paid invoice can be refunded.");
        }
        refund(&mut invoice.bill, amount, now)?;
        invoice.updated_at = now;
        let (bill, reason) = (invoice.bill, invoice.reason);
        let subscription_id = invoice.subscription_id;
        let mut facts = vec![fact("subscription_payment_refunded", About::Invoice(id))];
        let mut orders = self.orders.values_mut();
        let order = orders.find(|order| order.subscription_id == Some(subscription_id));
        if let (Reason::Initial, Some(order)) = (reason, order) {
            order.bill = bill;
            order.updated_at = now;
            facts.push(fact("order_refunded", About::Order(order.id)));
        }
        Ok(facts)
    }

    pub(super) fn refund_order(
        &mut self,
        id: u64,
        amount: Option<i64>,
        now: Timestamp,
    ) -> Result<Vec<Fact>, Refusal> {
        let order = self.orders.get_mut(&id).ok_or(UNKNOWN)?;
        if let Some(subscription_id) = order.subscription_id {
            let is_first = |invoice: &&Invoice| {
                invoice.subscription_id == subscription_id && invoice.reason == Reason::Initial
            };
            let first = self.invoices.values().find(is_first).ok_or(UNKNOWN)?.id;
            return self.refund_invoice(first, amount, now);
        }
        refund(&mut order.bill, amount, now)?;
        order.updated_at = now;
        Ok(vec![fact("order_refunded", About::Order(id))])
    }

    fn living(&mut self, id: u64) -> Result<&mut Subscription, Refusal> {
        let subscription = self.subscriptions.get_mut(&id).ok_or(UNKNOWN)?;
        match subscription.standing {
            Standing::Expired { .. } => Err("The subscription has expired."),
            Standing::OnTrial
            | Standing::Active
            | Standing::PastDue { .. }
            | Standing::Unpaid { .. }
            | Standing::Paused { .. }
            | Standing::Cancelled { .. } => Ok(subscription),
        }
    }
}

/// The entry is not in the books; the API asks before and answers 404.
const UNKNOWN: Refusal = "The resource does not exist.";

fn told(event: &'static str, id: u64) -> Vec<Fact> {
    let about = About::Subscription(id);
    vec![fact(event, about), fact("subscription_updated", about)]
}

fn refund(bill: &mut Bill, amount: Option<i64>, now: Timestamp) -> Result<(), Refusal> {
    let left = bill.total() - bill.refunded;
    let amount = amount.unwrap_or(left);
    if amount <= 0 || amount > left {
        return Err("The amount must be between 1 and what is not refunded yet.");
    }
    bill.refunded += amount;
    bill.refunded_at = Some(now);
    Ok(())
}

/// The part of a monthly amount that belongs to the rest of the period.
fn share_left(subscription: &Subscription, amount: i64, now: Timestamp) -> i64 {
    let (start, end) = (subscription.period_start, subscription.renews_at);
    let length = (end.as_second() - start.as_second()).max(1);
    let left = (end.as_second() - now.as_second()).clamp(0, length);
    amount * left / length
}
