//! What time does to subscriptions: renewals, retries of declined charges, ends.

use jiff::Timestamp;

use super::books::{About, Bill, Books, Fact, Reason, Standing, Subscription};
use super::clock::{days_after, months_after};
use super::sell::{charge_event, fact};

/// A declined renewal is tried again on these days after it: four times over two weeks.
const RETRY_DAYS: [u64; 4] = [3, 6, 10, 14];
/// An unpaid subscription ends after so many days more.
const UNPAID_DAYS: u64 = 14;

impl Subscription {
    /// When something will happen by itself.
    fn due(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::OnTrial | Standing::Active => Some(self.renews_at),
            Standing::PastDue { retries, since, .. } => {
                let days = RETRY_DAYS.get(retries).copied().unwrap_or_default();
                Some(days_after(since, days))
            }
            Standing::Unpaid { since, .. } => Some(days_after(since, UNPAID_DAYS)),
            Standing::Paused { resumes_at, .. } => {
                Some(resumes_at.map_or(self.renews_at, |at| at.min(self.renews_at)))
            }
            Standing::Cancelled { ends_at } => Some(ends_at),
            Standing::Expired { .. } => None,
        }
    }

    /// The next period begins where this one ends.
    pub(super) fn turn_over(&mut self) {
        self.period_start = self.renews_at;
        self.months += 1;
        self.renews_at = months_after(self.anchor, self.months);
    }

    /// What a month costs.
    pub(super) fn price(&self) -> i64 {
        self.custom_price.unwrap_or(self.offer.price_cents)
    }
}

impl Books {
    /// When something will happen by itself next.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.subscriptions
            .values()
            .filter_map(Subscription::due)
            .min()
    }

    /// Lets everything happen that is due; the facts of each subscription come together.
    pub(super) fn play_due(&mut self, now: Timestamp) -> Vec<Vec<Fact>> {
        let is_due = |subscription: &&Subscription| subscription.due().is_some_and(|at| at <= now);
        let due = self.subscriptions.values().filter(is_due);
        let due: Vec<(u64, Standing)> = due
            .map(|subscription| (subscription.id, subscription.standing))
            .collect();
        due.into_iter()
            .map(|(id, standing)| self.happen(id, standing, now))
            .collect()
    }

    fn happen(&mut self, id: u64, standing: Standing, now: Timestamp) -> Vec<Fact> {
        let facts = match standing {
            Standing::OnTrial | Standing::Active => self.renew(id, now),
            Standing::PastDue { .. } => self.retry(id, now),
            Standing::Paused { resumes_at, .. } => self.pass_pause(id, resumes_at, now),
            Standing::Unpaid { .. } | Standing::Cancelled { .. } => self.expire(id, now),
            Standing::Expired { .. } => None,
        };
        facts.unwrap_or_default()
    }

    fn renew(&mut self, id: u64, now: Timestamp) -> Option<Vec<Fact>> {
        let subscription = self.subscriptions.get_mut(&id)?;
        let owed = subscription.price() + subscription.carried;
        subscription.carried = owed.min(0);
        subscription.updated_at = now;
        let is_paid = subscription.card.pays_later();
        if is_paid {
            subscription.standing = Standing::Active;
            subscription.turn_over();
        }
        let bill = Bill::of(owed.max(0), 0);
        let invoice_id = self.invoice(id, Reason::Renewal, bill, is_paid, now)?;
        if !is_paid {
            self.subscriptions.get_mut(&id)?.standing = Standing::PastDue {
                invoice_id,
                retries: 0,
                since: now,
            };
        }
        Some(vec![
            fact("subscription_updated", About::Subscription(id)),
            fact(charge_event(is_paid), About::Invoice(invoice_id)),
        ])
    }

    /// Tries a declined charge again. Also asked for when the buyer changes the card.
    pub(super) fn retry(&mut self, id: u64, now: Timestamp) -> Option<Vec<Fact>> {
        let subscription = self.subscriptions.get_mut(&id)?;
        let (invoice_id, tried) = match subscription.standing {
            Standing::PastDue {
                invoice_id,
                retries,
                ..
            } => (invoice_id, retries + 1),
            Standing::Unpaid { invoice_id, .. } => (invoice_id, RETRY_DAYS.len()),
            Standing::OnTrial
            | Standing::Active
            | Standing::Paused { .. }
            | Standing::Cancelled { .. }
            | Standing::Expired { .. } => return None,
        };
        subscription.updated_at = now;
        let updated = fact("subscription_updated", About::Subscription(id));
        let about = About::Invoice(invoice_id);
        if subscription.card.pays_later() {
            subscription.standing = Standing::Active;
            while subscription.renews_at <= now {
                subscription.turn_over();
            }
            let (card, invoice) = (subscription.card, self.invoices.get_mut(&invoice_id)?);
            invoice.is_paid = true;
            invoice.card = card;
            invoice.updated_at = now;
            return Some(vec![
                fact("subscription_payment_success", about),
                fact("subscription_payment_recovered", about),
                updated,
            ]);
        }
        subscription.standing = match subscription.standing {
            Standing::PastDue { since, .. } if tried < RETRY_DAYS.len() => Standing::PastDue {
                invoice_id,
                retries: tried,
                since,
            },
            Standing::Unpaid { .. } => subscription.standing,
            Standing::PastDue { .. }
            | Standing::OnTrial
            | Standing::Active
            | Standing::Paused { .. }
            | Standing::Cancelled { .. }
            | Standing::Expired { .. } => Standing::Unpaid {
                invoice_id,
                since: now,
            },
        };
        self.invoices.get_mut(&invoice_id)?.updated_at = now;
        Some(vec![fact("subscription_payment_failed", about), updated])
    }

    /// A pause ends, or outlives a period, which is not charged.
    fn pass_pause(
        &mut self,
        id: u64,
        resumes_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Vec<Fact>> {
        let subscription = self.subscriptions.get_mut(&id)?;
        subscription.updated_at = now;
        let about = About::Subscription(id);
        let updated = fact("subscription_updated", about);
        if resumes_at.is_some_and(|at| at <= now) {
            subscription.standing = Standing::Active;
            return Some(vec![fact("subscription_unpaused", about), updated]);
        }
        subscription.turn_over();
        Some(vec![updated])
    }

    fn expire(&mut self, id: u64, now: Timestamp) -> Option<Vec<Fact>> {
        let subscription = self.subscriptions.get_mut(&id)?;
        subscription.standing = Standing::Expired { ended_at: now };
        subscription.updated_at = now;
        let about = About::Subscription(id);
        Some(vec![
            fact("subscription_expired", about),
            fact("subscription_updated", about),
        ])
    }
}
