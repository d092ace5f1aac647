//! What is for sale in the samples, and how a plan can stand.

use nexora_core::billing::{Card, Offers, PlanOffer, TopUp};
use nexora_core::{Credits, Plan, Timestamp};
use nexora_engine::{Paying, PlanState, Subscribed};

use super::{Stock, ago};
use crate::components::Sale;

const DAY_MINUTES: i64 = 24 * 60;

pub(super) fn offers() -> Offers {
    let plan = |plan, variant_id: &str| PlanOffer {
        plan,
        variant_id: variant_id.to_owned(),
    };
    let pack = |credits, price_cents| TopUp {
        slug: format!("pack-{credits}"),
        credits: Credits::new(credits),
        price_cents,
        variant_id: format!("2{credits}"),
    };
    let plans = vec![plan(Plan::Growth, "101"), plan(Plan::Pro, "102")];
    let packs = vec![pack(100, 1_500), pack(500, 6_000)];
    Offers::new("1".to_owned(), true, plans, packs).expect("each is named once")
}

impl Stock {
    /// What somebody on this plan, perhaps with a subscription, could buy.
    pub fn sale(&self, plan: Plan, subscribed: Option<Plan>) -> Sale<'_> {
        Sale {
            offers: Some(&self.offers),
            plan,
            subscribed,
        }
    }

    /// Every way in which a plan can stand.
    pub fn standings(&self) -> Vec<(&'static str, Paying)> {
        let soon = Some(ago(-30 * DAY_MINUTES));
        let later = Some(ago(-45 * DAY_MINUTES));
        let becomes = PlanState::Becomes {
            plan: Plan::Growth,
            at: soon,
        };
        let awaits = PlanState::Becomes {
            plan: Plan::Pro,
            at: soon,
        };
        let is_kept = |is_kept| PlanState::Paused { is_kept };
        let growth = Some(Plan::Growth);
        let frozen = Paying {
            is_frozen: true,
            ..paying(Plan::Free, PlanState::Free, None, None)
        };
        vec![
            ("free", paying(Plan::Free, PlanState::Free, None, None)),
            ("given", paying(Plan::Pro, PlanState::Given, None, None)),
            (
                "confirming",
                paying(Plan::Free, PlanState::Confirming, growth, soon),
            ),
            (
                "trial",
                paying(Plan::Free, PlanState::Trial(soon), growth, soon),
            ),
            (
                "renews",
                paying(Plan::Growth, PlanState::Renews(soon), growth, soon),
            ),
            ("steps down", paying(Plan::Pro, becomes, growth, soon)),
            (
                "waits for the larger plan",
                paying(Plan::Growth, awaits, Some(Plan::Pro), soon),
            ),
            (
                "ends",
                paying(Plan::Growth, PlanState::Ends(soon), growth, None),
            ),
            (
                "past due",
                paying(Plan::Growth, PlanState::PastDue(later), growth, soon),
            ),
            ("unpaid", paying(Plan::Free, PlanState::Unpaid, None, None)),
            ("paused", paying(Plan::Free, is_kept(false), growth, soon)),
            (
                "paused for nothing",
                paying(Plan::Growth, is_kept(true), growth, soon),
            ),
            ("frozen", frozen),
        ]
    }
}

fn paying(
    plan: Plan,
    state: PlanState,
    subscribed: Option<Plan>,
    renews_at: Option<Timestamp>,
) -> Paying {
    let card = Card {
        brand: "visa".to_owned(),
        last_four: "4242".to_owned(),
    };
    Paying {
        plan,
        state,
        subscription: subscribed.map(|plan| Subscribed {
            plan,
            renews_at,
            card: Some(card),
        }),
        is_frozen: false,
    }
}
