//! What happens, and what a member has afterwards: the rule table, line by line.

use std::time::Duration;

use nexora_core::Plan::{self, Free, Growth, Pro};
use nexora_core::billing::{PauseMode, SubscriptionStatus};
use nexora_core::{Clock, Member, Timestamp};
use nexora_store::credits::GrantKind::{self, Monthly, Topup};

use super::calendar::months_after;
use super::stage::{Stage, both};
use super::till::{Begun, GROWTH, PACK, PRO, pause};

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Buy(&'static str),
    Days(u64),
    /// Waits until the subscription's renewal date and pays.
    Renew,
    FailToRenew,
    Recover,
    Becomes(SubscriptionStatus),
    /// Changes the plan here.
    Change(Plan),
    /// Changes the plan on the merchant's page, to be paid with the next invoice.
    ChangeThere(&'static str),
    /// Changes the plan on the merchant's page, with an invoice over this now.
    PaidThere(&'static str, i64),
    Cancel,
    CancelThere,
    Resume,
    Pause(PauseMode),
    /// So much of the last invoice was paid back, in all.
    Refund(i64),
    /// So much of the order was paid back, in all; the invoice says nothing.
    RefundOrder(i64),
    Stolen,
    Spend(i64),
    Reconcile,
}

use Step::{
    Becomes, Buy, Cancel, CancelThere, Change, ChangeThere, Days, FailToRenew, PaidThere, Pause,
    Reconcile, Recover, Refund, RefundOrder, Renew, Resume, Spend, Stolen,
};

type Case = (
    &'static str,
    &'static [Step],
    Plan,
    &'static [(GrantKind, i64)],
);

const M200: &[(GrantKind, i64)] = &[(Monthly, 200)];
const M1000: &[(GrantKind, i64)] = &[(Monthly, 1_000)];
const UPGRADED: &[(GrantKind, i64)] = &[(Monthly, 200), (Monthly, 800)];
const NONE: &[(GrantKind, i64)] = &[];

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("Growth begins", &[Buy(GROWTH)], Growth, M200),
    ("Pro begins", &[Buy(PRO)], Pro, M1000),
    ("a pack needs no plan", &[Buy(PACK)], Free, &[(Topup, 100)]),
    ("a pack besides a plan", &[Buy(GROWTH), Buy(PACK)], Growth, &[(Monthly, 200), (Topup, 100)]),
    ("two packs", &[Buy(PACK), Buy(PACK)], Free, &[(Topup, 100), (Topup, 100)]),
    ("a renewal replaces", &[Buy(GROWTH), Renew], Growth, M200),
    ("a renewal does not add up", &[Buy(GROWTH), Renew, Renew, Renew], Growth, M200),
    ("what was spent comes back", &[Buy(GROWTH), Spend(215), Renew], Growth, M200),
    ("starters are spent last", &[Buy(GROWTH), Spend(150)], Growth, &[(Monthly, 50)]),
    ("packs outlive the month", &[Buy(GROWTH), Buy(PACK), Renew], Growth, &[(Monthly, 200), (Topup, 100)]),
    ("nobody renews: the plan stays two weeks", &[Buy(GROWTH), Days(44)], Growth, M200),
    ("nobody renews: then it ends", &[Buy(GROWTH), Days(47)], Free, NONE),
    ("a failed renewal keeps", &[Buy(PRO), Days(31), FailToRenew, Days(10)], Pro, M1000),
    ("a failed renewal ends by our clock", &[Buy(PRO), Days(31), FailToRenew, Days(16)], Free, NONE),
    ("a failed renewal is paid after all", &[Buy(PRO), Spend(900), Days(31), FailToRenew, Days(3), Recover], Pro, M1000),
    ("unpaid for good", &[Buy(PRO), Days(31), FailToRenew, Days(5), Becomes(SubscriptionStatus::Unpaid)], Free, NONE),
    ("unpaid, then paid", &[Buy(PRO), Days(31), FailToRenew, Becomes(SubscriptionStatus::Unpaid), Days(1), Recover], Pro, M1000),
    ("expired", &[Buy(PRO), Days(10), Becomes(SubscriptionStatus::Expired)], Free, NONE),
    ("expired keeps packs", &[Buy(PRO), Buy(PACK), Becomes(SubscriptionStatus::Expired)], Free, &[(Topup, 100)]),
    ("cancelled keeps until the end", &[Buy(PRO), Cancel, Days(30)], Pro, M1000),
    ("cancelled ends by our clock", &[Buy(PRO), Cancel, Days(32)], Free, NONE),
    ("cancelled there", &[Buy(GROWTH), CancelThere, Days(32)], Free, NONE),
    ("cancelled twice", &[Buy(PRO), Cancel, Cancel, Days(5)], Pro, M1000),
    ("resumed", &[Buy(PRO), Cancel, Days(5), Resume, Days(30)], Pro, M1000),
    ("resumed and renewed", &[Buy(PRO), Cancel, Resume, Renew], Pro, M1000),
    ("paused for nothing", &[Buy(PRO), Pause(PauseMode::Free), Days(200)], Pro, NONE),
    ("paused", &[Buy(PRO), Pause(PauseMode::Void)], Free, M1000),
    ("a step up here", &[Buy(GROWTH), Days(3), Change(Pro)], Pro, UPGRADED),
    ("a step up counts what was granted", &[Buy(GROWTH), Spend(215), Change(Pro)], Pro, &[(Monthly, 800)]),
    ("a step up there waits for its invoice", &[Buy(GROWTH), ChangeThere(PRO), Days(5)], Growth, M200),
    ("a step up there is paid with the renewal", &[Buy(GROWTH), ChangeThere(PRO), Renew], Pro, M1000),
    ("a step up there, paid now", &[Buy(GROWTH), PaidThere(PRO, 1_500)], Pro, UPGRADED),
    ("a step down keeps this month", &[Buy(PRO), Days(3), Change(Growth), Days(20)], Pro, M1000),
    ("a step down counts from the next month", &[Buy(PRO), Days(3), Change(Growth), Renew], Growth, M200),
    ("a step down ends by our clock", &[Buy(PRO), Change(Growth), Days(33)], Growth, M1000),
    ("up, down, up brings the difference once", &[Buy(GROWTH), Change(Pro), Days(1), Change(Growth), Days(1), Change(Pro)], Pro, UPGRADED),
    ("down and up again is free of charge", &[Buy(PRO), ChangeThere(GROWTH), Days(1), PaidThere(PRO, 0)], Pro, M1000),
    ("a change over nothing brings nothing", &[Buy(GROWTH), PaidThere(PRO, 0)], Growth, M200),
    ("up, then a renewal", &[Buy(GROWTH), Change(Pro), Renew], Pro, M1000),
    ("half is paid back", &[Buy(GROWTH), Refund(1_450)], Growth, &[(Monthly, 100)]),
    ("half is paid back twice", &[Buy(GROWTH), Refund(1_450), Refund(2_175)], Growth, &[(Monthly, 50)]),
    ("all is paid back", &[Buy(GROWTH), Refund(2_900)], Free, NONE),
    ("all is paid back, as an order", &[Buy(GROWTH), RefundOrder(2_900)], Free, NONE),
    ("half is paid back, as an order", &[Buy(GROWTH), RefundOrder(1_450)], Growth, &[(Monthly, 100)]),
    ("paid back after spending", &[Buy(GROWTH), Spend(180), Refund(1_450)], Growth, NONE),
    ("paid back after spending, packs stay", &[Buy(GROWTH), Buy(PACK), Spend(180), Refund(2_900)], Free, &[(Topup, 100)]),
    ("a renewal is paid back", &[Buy(GROWTH), Renew, Refund(2_900)], Free, NONE),
    ("a step up is paid back", &[Buy(GROWTH), Change(Pro), Refund(3_000)], Growth, M200),
    ("a pack is paid back", &[Buy(PACK), RefundOrder(1_500)], Free, NONE),
    ("half a pack is paid back", &[Buy(PACK), RefundOrder(750)], Free, &[(Topup, 50)]),
    ("a spent pack is paid back", &[Buy(PACK), Spend(90), RefundOrder(1_500)], Free, NONE),
    ("a stolen subscription", &[Buy(PRO), Stolen, Reconcile], Free, NONE),
];

#[tokio::test]
async fn what_is_paid_for_is_what_a_member_has() {
    assert!(CASES.len() >= 40);
    both(|stage| async move {
        for (name, steps, plan, buckets) in CASES {
            stage.wait_for_a_long_month().await;
            let member = stage.newcomer().await;
            let mut begun: Vec<Begun> = Vec::new();
            for step in *steps {
                stage.play(&member, &mut begun, *step).await;
                stage.hear().await;
                // Hearing it again changes nothing.
                stage.hear().await;
            }
            let found = stage.standing(member.id).await;
            assert_eq!(found, (*plan, buckets.to_vec()), "{name}");
        }
        stage
    })
    .await;
}

impl Stage {
    /// The table counts in days: its months have thirty-one.
    async fn wait_for_a_long_month(&self) {
        let present = self.clock.now();
        let mut months = (1..).map(|count| first_of_month(present, count));
        let start = months.find(|first| {
            months_after(*first, 1).since(*first) == Duration::from_secs(31 * 86_400)
        });
        self.wait(start.unwrap().since(present)).await;
    }

    async fn play(&self, member: &Member, begun: &mut Vec<Begun>, step: Step) {
        let order = begun.last().map(|last| last.order.clone());
        let plan = begun.iter().find_map(|one| one.subscription.clone());
        let id = plan.as_deref().unwrap_or_default();
        let here = &self.engine;
        let there = &self.till;
        match step {
            Buy(variant) => begun.push(self.buys(member, variant).await),
            Days(days) => self.wait_days(days).await,
            Renew => {
                let due = there.books().subscriptions[id].renews_at.unwrap();
                self.wait(due.since(self.clock.now())).await;
                there.renew(id);
            }
            FailToRenew => there.fail_to_renew(id),
            Recover => there.recover(id),
            Becomes(status) => {
                there.change(id, "subscription_updated", |facts| facts.status = status);
            }
            Change(plan) => here.change_plan(member, plan).await.unwrap(),
            ChangeThere(variant) => there.switch(id, variant, None),
            PaidThere(variant, cents) => there.switch(id, variant, Some(cents)),
            Cancel => here.cancel_subscription(member).await.unwrap(),
            CancelThere => {
                there.change(id, "subscription_cancelled", |facts| {
                    facts.status = SubscriptionStatus::Cancelled;
                    facts.ends_at = facts.renews_at;
                });
            }
            Resume => here.resume_subscription(member).await.unwrap(),
            Pause(mode) => {
                there.change(id, "subscription_paused", |facts| pause(facts, mode));
            }
            Refund(cents) => there.refund(id, cents),
            RefundOrder(cents) => there.refund_order(&order.unwrap(), cents),
            Stolen => there.stolen(&order.unwrap()),
            Spend(amount) => self.spend(member, amount).await,
            Reconcile => self.reconcile().await,
        }
    }
}

/// The first moment of a month, so many months on.
fn first_of_month(present: Timestamp, count: i64) -> Timestamp {
    let utc = jiff::tz::Offset::UTC;
    let at = utc.to_datetime(jiff::Timestamp::from_millisecond(present.as_ms()).unwrap());
    let first = at
        .date()
        .first_of_month()
        .to_datetime(jiff::civil::Time::midnight());
    let first = utc.to_timestamp(first).unwrap().as_millisecond();
    months_after(Timestamp::from_ms(first), count)
}

/// A month ends with the month, for the plan as for the credits.
#[tokio::test]
async fn somebody_who_pays_on_the_thirty_first_has_every_month_whole() {
    both(|stage| async move {
        stage.wait_days(30).await;
        let (member, id) = stage.subscriber(GROWTH).await;
        let began = stage.till.books().subscriptions[&id].created_at;
        for month in 1..=14 {
            let due = months_after(began, month);
            let renews_at = stage.till.books().subscriptions[&id].renews_at;
            assert_eq!(renews_at, Some(due));
            stage.wait(due.since(stage.clock.now())).await;
            let plan = stage.standing(member.id).await.0;
            assert_eq!(plan, Growth, "at the end of month {month}");
            stage.till.renew(&id);
            stage.hear().await;
            assert_eq!(stage.standing(member.id).await, (Growth, M200.to_vec()));
        }
        stage
    })
    .await;
}
