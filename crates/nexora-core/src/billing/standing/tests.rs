//! The rule table, line by line.

use super::*;
use crate::billing::{Origin, PlanOffer, entitled};

const GROWTH: &str = "11";
const PRO: &str = "12";

fn day(count: u64) -> Timestamp {
    // 2026-01-01T00:00:00Z
    Timestamp::from_ms(1_767_225_600_000).plus(Duration::from_secs(count * 86_400))
}

fn offers() -> Offers {
    let offer = |plan, variant_id: &str| PlanOffer {
        plan,
        variant_id: variant_id.to_owned(),
    };
    let plans = vec![offer(Plan::Growth, GROWTH), offer(Plan::Pro, PRO)];
    Offers::new("1".to_owned(), true, plans, vec![]).unwrap()
}

fn origin() -> Origin {
    Origin {
        store_id: "1".to_owned(),
        test_mode: true,
        checkout_ref: None,
        claimed_member: None,
    }
}

/// A subscription from day 0, told about step by step.
struct Story(Told);

impl Story {
    fn of(variant: &str) -> Self {
        let facts = SubscriptionFacts {
            id: "s1".to_owned(),
            customer_id: "c1".to_owned(),
            order_id: Some("o1".to_owned()),
            variant_id: variant.to_owned(),
            status: SubscriptionStatus::Active,
            cancelled: false,
            pause: None,
            renews_at: Some(day(31)),
            ends_at: None,
            trial_ends_at: None,
            created_at: day(0),
            updated_at: day(0),
            card: None,
            processor: None,
            origin: origin(),
        };
        let seen = VariantSeen {
            variant_id: variant.to_owned(),
            since: day(0),
        };
        Self(Told {
            facts,
            variants: vec![seen],
            invoices: vec![],
            first_order: None,
        })
    }

    fn invoice(mut self, id: &str, reason: InvoiceReason, at: u64, total_cents: i64) -> Self {
        let facts = InvoiceFacts {
            id: id.to_owned(),
            subscription_id: "s1".to_owned(),
            reason,
            status: InvoiceStatus::Paid,
            total_cents,
            refunded_cents: 0,
            currency: "USD".to_owned(),
            created_at: day(at),
            updated_at: day(at),
            origin: origin(),
        };
        self.0.invoices.push(InvoiceTold {
            facts,
            paid_at: Some(day(at)),
            granted: None,
        });
        self
    }

    fn begun(variant: &str) -> Self {
        Self::of(variant).invoice("i1", InvoiceReason::Initial, 0, 2_900)
    }

    fn granted(mut self, credits: i64) -> Self {
        self.0.invoices.last_mut().unwrap().granted = Some(Credits::new(credits));
        self
    }

    fn refunded(mut self, cents: i64) -> Self {
        let facts = &mut self.0.invoices.last_mut().unwrap().facts;
        facts.refunded_cents = cents;
        facts.status = if cents >= facts.total_cents {
            InvoiceStatus::Refunded
        } else {
            InvoiceStatus::PartialRefund
        };
        self
    }

    fn switched(mut self, variant: &str, at: u64) -> Self {
        variant.clone_into(&mut self.0.facts.variant_id);
        self.0.facts.updated_at = day(at);
        self.0.variants.push(VariantSeen {
            variant_id: variant.to_owned(),
            since: day(at),
        });
        self
    }

    fn became(mut self, status: SubscriptionStatus, at: u64) -> Self {
        self.0.facts.status = status;
        self.0.facts.updated_at = day(at);
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Told)) -> Self {
        change(&mut self.0);
        self
    }

    fn due(&self, at: u64) -> Vec<(String, i64)> {
        let found = standing(&self.0, &offers(), day(at)).due.into_iter();
        found
            .map(|due| (due.invoice_id, due.credits.amount()))
            .collect()
    }

    fn plan(&self, at: u64) -> Plan {
        let steps = standing(&self.0, &offers(), day(at)).steps;
        entitled(&[steps], day(at)).plan
    }

    fn credits_until(&self, at: u64) -> Option<Timestamp> {
        standing(&self.0, &offers(), day(at)).credits_until
    }

    fn take_back(&self) -> i64 {
        let found = standing(&self.0, &offers(), day(1)).take_back;
        found.iter().map(|back| back.credits.amount()).sum()
    }
}

fn due(id: &str, credits: i64) -> Vec<(String, i64)> {
    vec![(id.to_owned(), credits)]
}

#[test]
fn the_first_payment_opens_the_month_and_the_plan() {
    assert_eq!(Story::begun(GROWTH).due(0), due("i1", 200));
    assert_eq!(Story::begun(PRO).due(0), due("i1", 1_000));
    let growth = Story::begun(GROWTH);
    assert_eq!(growth.plan(0), Plan::Growth);
    assert_eq!(growth.credits_until(0), Some(day(31 + 15)));
    assert_eq!(Story::begun(GROWTH).granted(200).due(0), [], "once");
}

#[test]
fn without_a_payment_there_is_nothing() {
    let created = Story::of(PRO);
    assert_eq!((created.due(0), created.plan(0)), (vec![], Plan::Free));
    let pending = Story::begun(PRO).with(|told| {
        told.invoices[0].facts.status = InvoiceStatus::Pending;
    });
    assert_eq!((pending.due(0), pending.plan(0)), (vec![], Plan::Free));
}

#[test]
fn a_variant_we_do_not_sell_brings_nothing() {
    let other = Story::begun("99");
    assert_eq!((other.due(0), other.plan(0)), (vec![], Plan::Free));
}

#[test]
fn a_renewal_opens_the_next_month_and_closes_the_last() {
    let renewed = Story::begun(GROWTH)
        .granted(200)
        .with(|told| told.facts.renews_at = Some(day(59)))
        .invoice("i2", InvoiceReason::Renewal, 31, 2_900);
    assert_eq!(renewed.due(31), due("i2", 200));
    let found = standing(&renewed.0, &offers(), day(31));
    assert_eq!(found.current, ["i2"]);
    assert_eq!(found.credits_until, Some(day(59 + 15)));
}

#[test]
fn a_payment_for_a_month_that_is_over_grants_nothing() {
    let late = Story::begun(GROWTH).invoice("i2", InvoiceReason::Renewal, 31, 2_900);
    assert_eq!(late.due(31), due("i2", 200), "the first was never heard of");
    assert_eq!(Story::begun(GROWTH).due(31 + 15), []);
}

#[test]
fn our_own_clock_ends_what_nobody_renews() {
    let growth = Story::begun(GROWTH);
    assert_eq!(growth.plan(45), Plan::Growth);
    assert_eq!(growth.plan(46), Plan::Free);
}

#[test]
fn a_paid_step_up_brings_the_difference_once() {
    let flipped = Story::begun(GROWTH).granted(200).switched(PRO, 10);
    assert_eq!((flipped.due(10), flipped.plan(10)), (vec![], Plan::Growth));
    let paid = flipped.invoice("u1", InvoiceReason::Updated, 10, 1_900);
    assert_eq!((paid.due(10), paid.plan(10)), (due("u1", 800), Plan::Pro));
    let again = paid
        .granted(800)
        .switched(GROWTH, 12)
        .invoice("u2", InvoiceReason::Updated, 12, 0)
        .switched(PRO, 14)
        .invoice("u3", InvoiceReason::Updated, 14, 100);
    assert_eq!((again.due(14), again.plan(14)), (vec![], Plan::Pro));
}

#[test]
fn a_step_up_whose_news_is_late_is_still_paid_for() {
    let paid_first =
        Story::begun(GROWTH)
            .granted(200)
            .invoice("u1", InvoiceReason::Updated, 10, 1_900);
    assert_eq!(paid_first.due(10), []);
    assert_eq!(paid_first.switched(PRO, 13).due(13), due("u1", 800));
}

#[test]
fn a_step_up_paid_at_the_next_renewal_waits_for_it() {
    let waiting = Story::begun(GROWTH).granted(200).switched(PRO, 10);
    assert_eq!(waiting.plan(20), Plan::Growth);
    let renewed = waiting.invoice("i2", InvoiceReason::Renewal, 31, 8_800);
    assert_eq!(renewed.due(31), due("i2", 1_000));
    assert_eq!(renewed.plan(31), Plan::Pro);
}

#[test]
fn a_step_up_after_the_renewal_does_not_reach_back() {
    let late = Story::begun(GROWTH)
        .granted(200)
        .invoice("i2", InvoiceReason::Renewal, 31, 2_900)
        .switched(PRO, 35);
    assert_eq!(late.due(36), due("i2", 200));
}

#[test]
fn of_two_plans_nobody_can_date_the_one_that_was_paid_counts() {
    let renewed = |told_at: &[(&str, u64)], cents: i64| {
        let story = Story::begun(PRO).granted(1_000);
        let story = told_at
            .iter()
            .fold(story, |story, (variant, at)| story.switched(variant, *at));
        story
            .invoice("i2", InvoiceReason::Renewal, 31, cents)
            .due(37)
    };
    let changed_meanwhile = [(GROWTH, 35)];
    assert_eq!(renewed(&changed_meanwhile, 5_900), due("i2", 1_000));
    assert_eq!(renewed(&changed_meanwhile, 2_900), due("i2", 200));
    let neither_price = renewed(&changed_meanwhile, 5_310);
    assert_eq!(neither_price, due("i2", 200), "the smaller one");
    let told_in_between = [(PRO, 31), (GROWTH, 35)];
    assert_eq!(renewed(&told_in_between, 5_310), due("i2", 1_000));
}

#[test]
fn a_step_down_counts_from_the_next_period() {
    let down = Story::begun(PRO).granted(1_000).switched(GROWTH, 10);
    assert_eq!((down.plan(30), down.plan(31)), (Plan::Pro, Plan::Growth));
    assert_eq!(down.due(10), []);
    let renewed = down.invoice("i2", InvoiceReason::Renewal, 31, 2_900);
    assert_eq!(
        (renewed.due(31), renewed.plan(31)),
        (due("i2", 200), Plan::Growth)
    );
}

#[test]
fn a_refund_takes_back_its_share_and_a_whole_one_the_plan() {
    let half = Story::begun(GROWTH).granted(200).refunded(1_450);
    assert_eq!((half.take_back(), half.plan(1)), (100, Plan::Growth));
    let whole = Story::begun(GROWTH).granted(200).refunded(2_900);
    assert_eq!((whole.take_back(), whole.plan(1)), (200, Plan::Free));
    assert!(standing(&whole.0, &offers(), day(1)).is_refunded);
    assert_eq!(Story::begun(GROWTH).refunded(2_900).due(1), []);
}

#[test]
fn both_tellings_of_the_first_refund_are_one() {
    let order = OrderFacts {
        id: "o1".to_owned(),
        customer_id: "c1".to_owned(),
        variant_id: Some(GROWTH.to_owned()),
        status: crate::billing::OrderStatus::PartialRefund,
        total_cents: 2_900,
        refunded_cents: 1_450,
        created_at: day(0),
        updated_at: day(1),
        origin: origin(),
    };
    let told_as_order = |cents| {
        let order = order.clone();
        let story = Story::begun(GROWTH).granted(200);
        let story = if cents > 0 {
            story.refunded(cents)
        } else {
            story
        };
        story.with(|told| told.first_order = Some(order))
    };
    assert_eq!(told_as_order(0).take_back(), 100);
    assert_eq!(told_as_order(1_450).take_back(), 100);
    assert_eq!(told_as_order(725).take_back(), 100, "the larger one counts");
}

#[test]
fn a_cancelled_plan_lasts_until_its_end() {
    let cancelled = Story::begun(PRO)
        .became(SubscriptionStatus::Cancelled, 5)
        .with(|told| told.facts.ends_at = Some(day(31)));
    assert_eq!(
        (cancelled.plan(30), cancelled.plan(31)),
        (Plan::Pro, Plan::Free)
    );
    assert_eq!(cancelled.credits_until(5), Some(day(31)));
    let resumed = cancelled
        .became(SubscriptionStatus::Active, 6)
        .with(|told| told.facts.ends_at = None);
    assert_eq!(
        (resumed.plan(31), resumed.credits_until(6)),
        (Plan::Pro, Some(day(46)))
    );
}

#[test]
fn a_failed_renewal_keeps_the_plan_until_the_retries_are_over() {
    let past_due = Story::begun(PRO).became(SubscriptionStatus::PastDue, 31);
    assert_eq!(
        (past_due.plan(45), past_due.plan(46)),
        (Plan::Pro, Plan::Free)
    );
    for over in [SubscriptionStatus::Unpaid, SubscriptionStatus::Expired] {
        let ended = Story::begun(PRO).became(over, 40);
        assert_eq!(ended.plan(40), Plan::Free);
        assert_eq!(ended.credits_until(40), Some(day(40)));
    }
}

#[test]
fn a_payment_overtakes_older_news_of_an_end() {
    let recovered = Story::begun(PRO)
        .granted(1_000)
        .invoice("i2", InvoiceReason::Renewal, 31, 5_900)
        .with(|told| told.invoices[1].paid_at = Some(day(44)))
        .became(SubscriptionStatus::Unpaid, 43);
    assert_eq!(recovered.due(44), due("i2", 1_000));
    assert_eq!(recovered.plan(44), Plan::Pro);
}

#[test]
fn a_pause_keeps_the_plan_only_if_it_is_free() {
    let paused = |mode| {
        Story::begun(PRO)
            .became(SubscriptionStatus::Paused, 5)
            .with(|told| told.facts.pause = mode)
    };
    assert_eq!(paused(Some(PauseMode::Free)).plan(200), Plan::Pro);
    assert_eq!(paused(Some(PauseMode::Void)).plan(6), Plan::Free);
    assert_eq!(paused(None).plan(6), Plan::Free);
}

#[test]
fn a_trial_brings_nothing_until_it_is_paid() {
    let trial = Story::of(PRO)
        .invoice("i1", InvoiceReason::Initial, 0, 0)
        .became(SubscriptionStatus::OnTrial, 0)
        .with(|told| told.facts.trial_ends_at = Some(day(7)));
    assert_eq!((trial.due(0), trial.plan(0)), (vec![], Plan::Free));
    let paid = trial
        .invoice("i2", InvoiceReason::Renewal, 7, 5_900)
        .became(SubscriptionStatus::Active, 7);
    assert_eq!((paid.due(7), paid.plan(7)), (due("i2", 1_000), Plan::Pro));
}

#[test]
fn a_first_payment_of_nothing_is_the_owners_gift() {
    let gift = Story::of(PRO).invoice("i1", InvoiceReason::Initial, 0, 0);
    assert_eq!((gift.due(0), gift.plan(0)), (due("i1", 1_000), Plan::Pro));
}

#[test]
fn a_change_that_costs_nothing_brings_nothing() {
    for total in [0, -1_500] {
        let credit = Story::begun(GROWTH).granted(200).switched(PRO, 10).invoice(
            "u1",
            InvoiceReason::Updated,
            10,
            total,
        );
        assert_eq!((credit.due(10), credit.plan(10)), (vec![], Plan::Growth));
    }
}
