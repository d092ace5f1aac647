//! How a subscription stands: one function from everything we were told to everything that
//! follows. It is computed anew after each piece of news, so the order of arrival does not matter.

use std::time::Duration;

use super::facts::{
    InvoiceFacts, InvoiceReason, InvoiceStatus, OrderFacts, PauseMode, SubscriptionFacts,
    SubscriptionStatus,
};
use super::offers::Offers;
use super::period::{DUNNING_WINDOW, period_end};
use super::plans::Step;
use super::refund::Refunded;
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::plan::Plan;

/// The variant flips and the invoice is written within this time of each other, in either order.
const SAME_CHANGE: Duration = Duration::from_secs(3_600);

/// Everything we were told about one subscription.
#[derive(Clone, Debug)]
pub struct Told {
    /// How it stands, by the latest news.
    pub facts: SubscriptionFacts,
    /// What it was for, the oldest first.
    pub variants: Vec<VariantSeen>,
    /// Its invoices, in any order.
    pub invoices: Vec<InvoiceTold>,
    /// The order it began with. A refund of the first payment may be told there alone.
    pub first_order: Option<OrderFacts>,
}

/// At what moment a subscription was for which variant. Every piece of news counts, also one that
/// changes nothing: it tells that nothing had changed by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantSeen {
    /// The merchant's id.
    pub variant_id: String,
    /// The merchant's own moment of the news.
    pub since: Timestamp,
}

/// An invoice, and what it did to our books so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceTold {
    /// What the merchant says.
    pub facts: InvoiceFacts,
    /// The earliest moment at which it is known to have been paid.
    pub paid_at: Option<Timestamp>,
    /// What it granted; `None` if nothing yet.
    pub granted: Option<Credits>,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Credits to grant now: they are paid for and were not granted.
    pub due: Vec<Due>,
    /// The invoices of the present period. What the others granted and is left expires.
    pub current: Vec<String>,
    /// When the present period's credits expire at the latest.
    pub credits_until: Option<Timestamp>,
    /// How much of what each invoice granted has to be taken back in all.
    pub take_back: Vec<TakeBack>,
    /// The plan it gives, now and next.
    pub steps: Vec<Step>,
    /// Whether the present period was paid back whole, so that nobody expects it to renew.
    pub is_refunded: bool,
}

/// Credits to grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// For which invoice; it grants once.
    pub invoice_id: String,
    /// How many.
    pub credits: Credits,
    /// The plan that was paid for.
    pub plan: Plan,
    /// Why the invoice was written.
    pub reason: InvoiceReason,
}

/// Credits to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeBack {
    /// For which invoice.
    pub invoice_id: String,
    /// How many in all, those taken back earlier included.
    pub credits: Credits,
}

/// Computes how a subscription stands at `now`.
pub fn standing(told: &Told, offers: &Offers, now: Timestamp) -> Standing {
    let take_back = told.take_back();
    let Some(period) = told.present_period(offers) else {
        return Standing {
            due: Vec::new(),
            current: Vec::new(),
            credits_until: None,
            take_back,
            steps: Vec::new(),
            is_refunded: false,
        };
    };
    let credits_until = period.credits_until(told);
    let is_refunded = told.refund_of(period.base).is_whole();
    let usable = !is_refunded && credits_until > now;
    Standing {
        due: if usable { period.due(told) } else { Vec::new() },
        current: period.invoice_ids(),
        credits_until: Some(credits_until),
        take_back,
        steps: if is_refunded {
            Vec::new()
        } else {
            period.steps(told, offers)
        },
        is_refunded,
    }
}

/// The period that was paid for last.
struct PaidPeriod<'t> {
    /// The invoice that began it.
    base: &'t InvoiceTold,
    /// The plan it was for.
    plan: Plan,
    /// Changes of plan that were paid for within it, the oldest first, with the plan paid for.
    upgrades: Vec<(&'t InvoiceTold, Plan)>,
    ends_at: Timestamp,
}

impl Told {
    fn present_period(&self, offers: &Offers) -> Option<PaidPeriod<'_>> {
        let base = self
            .invoices
            .iter()
            .filter(|invoice| self.begins_period(invoice))
            .max_by_key(|invoice| (invoice.facts.created_at, &invoice.facts.id))?;
        let began = base.facts.created_at;
        let mut updates: Vec<&InvoiceTold> = self
            .invoices
            .iter()
            .filter(|invoice| invoice.is_upgrade() && invoice.facts.created_at >= began)
            .filter(|invoice| !self.refund_of(invoice).is_whole())
            .collect();
        updates.sort_by_key(|invoice| (invoice.facts.created_at, &invoice.facts.id));
        let plan_of = |variant_id: &str| offers.plan_of(variant_id).unwrap_or(Plan::Free);
        let plan = self.plan_begun_by(base, plan_of);
        let upgrades = updates.into_iter().map(|invoice| {
            let paid = self.plan_paid_by(invoice, plan, plan_of);
            (invoice, paid)
        });
        Some(PaidPeriod {
            base,
            plan,
            upgrades: upgrades.collect(),
            ends_at: period_end(began, self.facts.renews_at),
        })
    }

    /// Paid, and for a new period. An invoice over nothing at the start of a trial pays for
    /// nothing.
    fn begins_period(&self, invoice: &InvoiceTold) -> bool {
        let facts = &invoice.facts;
        let tries_out = facts.total_cents <= 0
            && self
                .facts
                .trial_ends_at
                .is_some_and(|end| end > facts.created_at);
        match facts.reason {
            InvoiceReason::Initial => invoice.was_paid() && !tries_out,
            InvoiceReason::Renewal => invoice.was_paid(),
            InvoiceReason::Updated => false,
        }
    }

    /// What the subscription was for when a period began: what was heard right after it. If
    /// nothing was, and it changed between what was heard before and later, the plan whose price
    /// was paid counts; if it was neither price, nobody knows, and the smaller plan counts.
    fn plan_begun_by(&self, invoice: &InvoiceTold, plan_of: impl Fn(&str) -> Plan) -> Plan {
        let moment = invoice.facts.created_at;
        let plan = |seen: &VariantSeen| plan_of(&seen.variant_id);
        let before = self.variants.iter().rfind(|seen| seen.since < moment);
        let after = self.variants.iter().find(|seen| seen.since >= moment);
        match (before.map(plan), after.map(plan)) {
            (Some(before), Some(later)) => {
                let is_right_after = |seen: &VariantSeen| seen.since <= moment.plus(SAME_CHANGE);
                if after.is_some_and(is_right_after) {
                    later
                } else {
                    invoice.pays_for(before.max(later), before.min(later))
                }
            }
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => Plan::Free,
        }
    }

    /// The plan that a paid change of plan was for: the highest one seen around it, or, if the
    /// news of the change is late, the first one seen after it.
    fn plan_paid_by(
        &self,
        invoice: &InvoiceTold,
        base: Plan,
        plan_of: impl Fn(&str) -> Plan,
    ) -> Plan {
        let moment = invoice.facts.created_at;
        let (from, to) = (moment.minus(SAME_CHANGE), moment.plus(SAME_CHANGE));
        let before = self.variants.iter().rfind(|seen| seen.since <= from);
        let around = self
            .variants
            .iter()
            .filter(|seen| seen.since > from && seen.since <= to);
        let highest = before
            .into_iter()
            .chain(around)
            .map(|seen| plan_of(&seen.variant_id))
            .max()
            .unwrap_or(base);
        if highest > base {
            return highest;
        }
        let after = self.variants.iter().find(|seen| seen.since > to);
        after.map_or(base, |seen| plan_of(&seen.variant_id).max(base))
    }

    fn take_back(&self) -> Vec<TakeBack> {
        let granted = self
            .invoices
            .iter()
            .filter_map(|invoice| Some((invoice, invoice.granted?)));
        let wanted = granted.map(|(invoice, granted)| TakeBack {
            invoice_id: invoice.facts.id.clone(),
            credits: self.takes_back(invoice, granted),
        });
        wanted.filter(|back| !back.credits.is_zero()).collect()
    }

    /// The first payment is told about twice, as an invoice and as an order: the larger refund
    /// counts, once.
    fn takes_back(&self, invoice: &InvoiceTold, granted: Credits) -> Credits {
        let by_invoice = Refunded::of_invoice(&invoice.facts).takes_back(granted);
        let by_order = self.order_refund(invoice).map(|it| it.takes_back(granted));
        by_order.map_or(by_invoice, |by_order| by_order.max(by_invoice))
    }

    fn refund_of(&self, invoice: &InvoiceTold) -> Refunded {
        let by_invoice = Refunded::of_invoice(&invoice.facts);
        match self.order_refund(invoice) {
            Some(Refunded::Whole) => Refunded::Whole,
            Some(Refunded::Part { .. }) | None => by_invoice,
        }
    }

    fn order_refund(&self, invoice: &InvoiceTold) -> Option<Refunded> {
        let is_first = invoice.facts.reason == InvoiceReason::Initial;
        let order = self.first_order.as_ref().filter(|_| is_first)?;
        Some(Refunded::of_order(order))
    }

    /// The state that counts for a period. News of an end that is older than the payment is
    /// overtaken by it.
    fn status_for(&self, period: &PaidPeriod<'_>) -> SubscriptionStatus {
        let news = self.facts.updated_at;
        let paid_at = period.base.paid_at.unwrap_or(period.base.facts.created_at);
        let overtaken = match self.facts.status {
            SubscriptionStatus::Unpaid
            | SubscriptionStatus::Expired
            | SubscriptionStatus::PastDue => news < paid_at,
            SubscriptionStatus::Cancelled | SubscriptionStatus::Paused => {
                news < period.base.facts.created_at
            }
            SubscriptionStatus::OnTrial | SubscriptionStatus::Active => false,
        };
        if overtaken {
            SubscriptionStatus::Active
        } else {
            self.facts.status
        }
    }
}

impl InvoiceTold {
    fn was_paid(&self) -> bool {
        match self.facts.status {
            InvoiceStatus::Paid | InvoiceStatus::Refunded | InvoiceStatus::PartialRefund => true,
            InvoiceStatus::Pending | InvoiceStatus::Void => false,
        }
    }

    /// Which of two plans its price says it is for; the smaller one if it says neither.
    fn pays_for(&self, larger: Plan, smaller: Plan) -> Plan {
        if self.facts.total_cents == i64::from(larger.price_cents()) {
            larger
        } else {
            smaller
        }
    }

    /// A paid change of plan; one that costs nothing is a step down or sideways.
    fn is_upgrade(&self) -> bool {
        self.facts.reason == InvoiceReason::Updated && self.was_paid() && self.facts.total_cents > 0
    }
}

impl PaidPeriod<'_> {
    /// The highest plan paid for in this period.
    fn highest(&self) -> Plan {
        let upgraded = self.upgrades.iter().map(|(_, plan)| *plan).max();
        upgraded.map_or(self.plan, |upgraded| upgraded.max(self.plan))
    }

    fn invoice_ids(&self) -> Vec<String> {
        let upgrades = self.upgrades.iter().map(|(invoice, _)| invoice);
        std::iter::once(&self.base)
            .chain(upgrades)
            .map(|invoice| invoice.facts.id.clone())
            .collect()
    }

    fn due(&self, told: &Told) -> Vec<Due> {
        let mut due = Vec::new();
        let mut granted = Credits::ZERO;
        let first = std::iter::once((self.base, self.plan));
        for (invoice, plan) in first.chain(self.upgrades.iter().copied()) {
            let full = plan.monthly_credits();
            let missing = full.checked_sub(granted).unwrap_or(Credits::ZERO);
            let given = invoice.granted.unwrap_or(missing);
            granted = granted.checked_add(given).unwrap_or(granted);
            let wanted = invoice.granted.is_none() && !missing.is_zero();
            if wanted && !told.refund_of(invoice).is_whole() {
                due.push(Due {
                    invoice_id: invoice.facts.id.clone(),
                    credits: missing,
                    plan,
                    reason: invoice.facts.reason,
                });
            }
        }
        due
    }

    fn credits_until(&self, told: &Told) -> Timestamp {
        match told.status_for(self) {
            SubscriptionStatus::OnTrial
            | SubscriptionStatus::Active
            | SubscriptionStatus::PastDue
            | SubscriptionStatus::Paused => self.ends_at.plus(DUNNING_WINDOW),
            SubscriptionStatus::Cancelled => told.facts.ends_at.unwrap_or(self.ends_at),
            SubscriptionStatus::Unpaid | SubscriptionStatus::Expired => told.facts.updated_at,
        }
    }

    fn steps(&self, told: &Told, offers: &Offers) -> Vec<Step> {
        let paid = self.highest();
        let step = |plan, until| Step { plan, until };
        match told.status_for(self) {
            SubscriptionStatus::OnTrial
            | SubscriptionStatus::Active
            | SubscriptionStatus::PastDue => {
                // A step down counts from the next period, a step up from its payment.
                let chosen = offers.plan_of(&told.facts.variant_id).unwrap_or(Plan::Free);
                let hard_stop = self.ends_at.plus(DUNNING_WINDOW);
                vec![
                    step(paid, Some(self.ends_at)),
                    step(paid.min(chosen), Some(hard_stop)),
                ]
            }
            SubscriptionStatus::Paused => match told.facts.pause {
                Some(PauseMode::Free) => vec![step(paid, None)],
                Some(PauseMode::Void) | None => Vec::new(),
            },
            SubscriptionStatus::Cancelled => {
                vec![step(paid, Some(told.facts.ends_at.unwrap_or(self.ends_at)))]
            }
            SubscriptionStatus::Unpaid | SubscriptionStatus::Expired => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
