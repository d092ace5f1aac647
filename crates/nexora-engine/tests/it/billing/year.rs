//! A year of two hundred subscriptions, told badly: ten thousand deliveries, some twice, most in
//! the wrong order, some never. After a comparison everybody has what a perfect telling gives.

use std::collections::BTreeMap;
use std::time::Duration;

use nexora_core::billing::SubscriptionStatus;
use nexora_core::{Clock, Member};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::stage::{Stage, Standing};
use super::till::{Delivery, GROWTH, PACK, PRO};

const SUBSCRIPTIONS: usize = 200;
const DAYS: u64 = 365;
/// Deliveries arrive up to so many days late.
const LATE_DAYS_MAX: u64 = 4;
/// One in so many is lost for good.
const LOST_ONE_IN: u32 = 8;

struct Payer {
    member: Member,
    subscription: Option<String>,
    joins_on: u64,
}

/// Plays the year. The same seed makes the same things happen; `is_told_badly` says how they are
/// told.
struct Year {
    stage: Stage,
    fate: SmallRng,
    post: SmallRng,
    is_told_badly: bool,
    payers: Vec<Payer>,
    waiting: BTreeMap<u64, Vec<Delivery>>,
    delivered: usize,
}

#[tokio::test]
async fn a_year_told_badly_ends_like_a_year_told_well() {
    let well = Year::new(Stage::on_sqlite().await, false).await;
    let expected = well.play().await;
    let badly = Year::new(Stage::on_sqlite().await, true).await;
    assert_eq!(badly.play().await, expected);
    if let Some(stage) = Stage::on_postgres().await {
        let badly = Year::new(stage, true).await;
        assert_eq!(badly.play().await, expected);
    }
}

impl Year {
    async fn new(stage: Stage, is_told_badly: bool) -> Self {
        let mut fate = SmallRng::seed_from_u64(7);
        let mut payers = Vec::new();
        for _ in 0..SUBSCRIPTIONS {
            payers.push(Payer {
                member: stage.newcomer().await,
                subscription: None,
                joins_on: fate.random_range(0..120),
            });
        }
        Self {
            stage,
            fate,
            post: SmallRng::seed_from_u64(11),
            is_told_badly,
            payers,
            waiting: BTreeMap::new(),
            delivered: 0,
        }
    }

    async fn play(mut self) -> Vec<Standing> {
        for day in 0..DAYS {
            for place in 0..self.payers.len() {
                self.live(place, day).await;
            }
            self.post(day).await;
            self.stage.wait(Duration::from_secs(86_400)).await;
            let moment = self.stage.clock.now().as_ms() % 86_400_000;
            // Days begin together in every telling.
            let rest = u64::try_from(86_400_000 - moment).unwrap();
            self.stage.clock.advance(Duration::from_millis(rest));
        }
        for day in DAYS..=DAYS + LATE_DAYS_MAX {
            self.post(day).await;
        }
        if self.is_told_badly {
            assert!(self.delivered >= 10_000, "only {}", self.delivered);
        }
        self.stage.reconcile().await;
        let mut standings = Vec::new();
        for payer in &self.payers {
            standings.push(self.stage.standing(payer.member.id).await);
        }
        self.stage.close().await;
        standings
    }

    /// What one payer does on one day.
    async fn live(&mut self, place: usize, day: u64) {
        let chance = self.fate.random_range(0..1_000_u32);
        let payer = &self.payers[place];
        let stage = &self.stage;
        if payer.joins_on == day {
            let variant = if chance < 600 { GROWTH } else { PRO };
            let begun = stage.buys(&payer.member, variant).await;
            self.payers[place].subscription = begun.subscription;
            return;
        }
        if chance < 3 && payer.joins_on < day {
            stage.buys(&payer.member, PACK).await;
            return;
        }
        let Some(id) = payer.subscription.clone() else {
            return;
        };
        self.go_on(&id, chance);
    }

    /// What becomes of a subscription on one day.
    fn go_on(&self, id: &str, chance: u32) {
        let till = &self.stage.till;
        let facts = till.books().subscriptions[id].clone();
        let now = self.stage.clock.now();
        let is_due = facts.renews_at.is_some_and(|due| due <= now);
        let other = if facts.variant_id == GROWTH {
            PRO
        } else {
            GROWTH
        };
        match (facts.status, is_due, chance) {
            (SubscriptionStatus::Active, true, 0..60) => till.fail_to_renew(id),
            (SubscriptionStatus::Active, true, _) => till.renew(id),
            (SubscriptionStatus::Active, false, 100..103) => till.refund(id, 700),
            (SubscriptionStatus::Active, false, 110..113) => {
                let step_up = (other == PRO).then_some(3_000);
                till.switch(id, other, step_up);
            }
            (SubscriptionStatus::Active, false, 120..123) => {
                till.change(id, "subscription_cancelled", |facts| {
                    facts.status = SubscriptionStatus::Cancelled;
                    facts.ends_at = facts.renews_at;
                });
            }
            (SubscriptionStatus::Active, false, 130..160) => {
                till.change(id, "subscription_updated", |_| {});
            }
            (SubscriptionStatus::PastDue, _, 0..300) => till.recover(id),
            (SubscriptionStatus::PastDue, _, 300..320) => {
                till.change(id, "subscription_updated", |facts| {
                    facts.status = SubscriptionStatus::Unpaid;
                });
            }
            (SubscriptionStatus::Cancelled, true, _) => {
                till.change(id, "subscription_expired", |facts| {
                    facts.status = SubscriptionStatus::Expired;
                });
            }
            (SubscriptionStatus::Cancelled, false, 0..50) => {
                till.change(id, "subscription_resumed", |facts| {
                    facts.status = SubscriptionStatus::Active;
                    facts.ends_at = None;
                });
            }
            _ => {}
        }
    }

    /// What was told today leaves; what is on its way arrives.
    async fn post(&mut self, day: u64) {
        for delivery in self.stage.till.outbox() {
            self.send(delivery, day);
        }
        for delivery in self.waiting.remove(&day).unwrap_or_default() {
            self.delivered += 1;
            self.stage.deliver(&delivery).await;
        }
        self.stage.work().await;
    }

    fn send(&mut self, delivery: Delivery, day: u64) {
        if !self.is_told_badly {
            self.waiting.entry(day).or_default().push(delivery);
            return;
        }
        // Without the first word of a purchase nobody could say whose it is.
        let names_its_payer = matches!(delivery.name, "order_created" | "subscription_created");
        if !names_its_payer && self.post.random_range(0..LOST_ONE_IN) == 0 {
            return;
        }
        let copies = self.post.random_range(1..=2);
        for _ in 0..copies {
            let arrives = day + self.post.random_range(0..=LATE_DAYS_MAX);
            let waiting = self.waiting.entry(arrives).or_default();
            let place = self.post.random_range(0..=waiting.len());
            waiting.insert(place, delivery.clone());
        }
    }
}
