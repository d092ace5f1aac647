//! What one member could buy at this moment, and the cheapest way on for somebody who lacks
//! something.

use maud::{Markup, html};
use nexora_core::billing::{Offers, TopUp};
use nexora_core::{Credits, Plan};

use crate::components::money;

/// The id of the form that leads to a checkout. Buttons anywhere on a page may send it, also from
/// within another form.
pub const FORM: &str = "buy";

/// What a member could buy.
#[derive(Clone, Copy, Debug)]
pub struct Sale<'a> {
    /// What is for sale; `None` where nothing is, or not to this member.
    pub offers: Option<&'a Offers>,
    /// The plan that counts for them.
    pub plan: Plan,
    /// The plan their subscription is for. Who has one changes it instead of buying another.
    pub subscribed: Option<Plan>,
}

/// A way on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOn<'a> {
    /// This plan can be bought.
    Buy(Plan),
    /// The subscription can be changed to this plan.
    Change(Plan),
    /// This pack can be bought.
    Pack(&'a TopUp),
    /// There is none here.
    None,
}

impl<'a> Sale<'a> {
    /// Nothing is for sale.
    pub const fn nothing(plan: Plan) -> Self {
        Self {
            offers: None,
            plan,
            subscribed: None,
        }
    }

    /// The way to a plan.
    pub fn to_plan(&self, plan: Plan) -> WayOn<'a> {
        let is_sold = |offers: &Offers| offers.plans().iter().any(|offer| offer.plan == plan);
        match (self.offers, self.subscribed) {
            (Some(offers), None) if is_sold(offers) => WayOn::Buy(plan),
            (Some(offers), Some(_)) if is_sold(offers) => WayOn::Change(plan),
            _ => WayOn::None,
        }
    }

    /// The cheapest way to so many more credits: a pack that holds them or, for somebody without a
    /// plan, a plan that brings them. If nothing brings that many, the largest pack.
    pub fn to_credits(&self, missing: Credits) -> WayOn<'a> {
        let Some(offers) = self.offers else {
            return WayOn::None;
        };
        let packs = offers.topups().iter();
        let plans = offers
            .plans()
            .iter()
            .map(|offer| offer.plan)
            .filter(|_| self.subscribed.is_none() && self.plan == Plan::Free);
        let enough = packs
            .clone()
            .filter(|pack| pack.credits >= missing)
            .map(|pack| (pack.price_cents, WayOn::Pack(pack)))
            .chain(
                plans
                    .filter(|plan| plan.monthly_credits() >= missing)
                    .map(|plan| (plan.price_cents(), WayOn::Buy(plan))),
            );
        let cheapest = enough.min_by_key(|(cents, _)| *cents).map(|(_, way)| way);
        let largest = || packs.max_by_key(|pack| pack.credits).map(WayOn::Pack);
        cheapest.or_else(largest).unwrap_or(WayOn::None)
    }
}

/// One click onwards, as a button or a link of this class. Nothing where there is no way.
pub fn way_on(way: WayOn<'_>, class: &str) -> Markup {
    html! {
        @match way {
            WayOn::Buy(plan) => {
                button class=(class) type="submit" form=(FORM) name="plan" value=(plan.slug()) {
                    "Get " (plan) " · " (money::monthly_price(plan))
                }
            },
            WayOn::Change(plan) => {
                a class=(class) href={ "/profile/plan?to=" (plan.slug()) } {
                    "Change to " (plan) " · " (money::monthly_price(plan))
                }
            },
            WayOn::Pack(pack) => {
                button class=(class) type="submit" form=(FORM) name="topup" value=(pack.slug) {
                    "Get " (pack.credits) " · " (money::dollars(pack.price_cents.into()))
                }
            },
            WayOn::None => {},
        }
    }
}

/// The form all of them send. It leads to the merchant; nothing is charged by sending it.
pub fn form() -> Markup {
    html! { form id=(FORM) method="post" action="/api/lemon/checkout" hidden {} }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::stock;

    #[test]
    fn the_cheapest_way_brings_what_is_missing() {
        let stock = stock();
        let free = stock.sale(Plan::Free, None);
        let subscriber = stock.sale(Plan::Growth, Some(Plan::Growth));
        let named = |way: WayOn<'_>| match way {
            WayOn::Pack(pack) => pack.slug.clone(),
            WayOn::Buy(plan) => plan.slug().to_owned(),
            WayOn::Change(plan) => format!("to {plan}"),
            WayOn::None => "nothing".to_owned(),
        };
        let to = |sale: &Sale<'_>, missing| named(sale.to_credits(Credits::new(missing)));
        assert_eq!(to(&free, 1), "pack-100");
        assert_eq!(to(&free, 100), "pack-100");
        assert_eq!(to(&free, 101), "growth", "cheaper than the large pack");
        assert_eq!(to(&free, 300), "pro", "$59 for 1000 beat $60 for 500");
        assert_eq!(to(&subscriber, 101), "pack-500");
        assert_eq!(to(&subscriber, 9_000), "pack-500", "the largest there is");
        assert_eq!(to(&Sale::nothing(Plan::Free), 1), "nothing");
        assert_eq!(named(free.to_plan(Plan::Pro)), "pro");
        assert_eq!(named(subscriber.to_plan(Plan::Pro)), "to Pro");
    }
}
