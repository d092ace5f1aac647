//! What is for sale, and under which of the merchant's ids: configuration.

use std::collections::BTreeSet;
use std::fmt;

use crate::credits::Credits;
use crate::plan::Plan;

use super::facts::Origin;

/// Everything for sale in one store of the merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offers {
    plans: Vec<PlanOffer>,
    topups: Vec<TopUp>,
    store_id: String,
    test_mode: bool,
}

/// A plan for sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOffer {
    /// Which plan.
    pub plan: Plan,
    /// The merchant's id of what is bought.
    pub variant_id: String,
}

/// A pack of credits for sale, paid once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Its name in URLs and forms, for example `pack-100`.
    pub slug: String,
    /// What it brings; these credits do not expire.
    pub credits: Credits,
    /// What the page says it costs, in US cents. The merchant's own price is what is paid.
    pub price_cents: u32,
    /// The merchant's id of what is bought.
    pub variant_id: String,
}

/// What somebody wants to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purchase {
    /// A plan.
    Plan(Plan),
    /// The top-up pack with this slug.
    TopUp(String),
}

/// What a variant stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bought<'o> {
    /// A plan.
    Plan(Plan),
    /// A top-up pack.
    TopUp(&'o TopUp),
}

/// Why a list of offers cannot be sold from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidOffers {
    /// The free plan is not sold.
    FreePlan,
    /// A plan, a slug or a variant is named twice, or is empty: this one.
    Ambiguous(String),
    /// A pack brings no credits: this one.
    EmptyPack(String),
}

impl Offers {
    /// Checks a list of offers: every plan, slug and variant at most once, none empty.
    pub fn new(
        store_id: String,
        test_mode: bool,
        plans: Vec<PlanOffer>,
        topups: Vec<TopUp>,
    ) -> Result<Self, InvalidOffers> {
        let mut seen = BTreeSet::new();
        let mut once = |kind: &str, name: &str| {
            if name.is_empty() || !seen.insert(format!("{kind} {name}")) {
                return Err(InvalidOffers::Ambiguous(format!("{kind} {name:?}")));
            }
            Ok(())
        };
        once("store", &store_id)?;
        for offer in &plans {
            if offer.plan == Plan::Free {
                return Err(InvalidOffers::FreePlan);
            }
            once("plan", offer.plan.slug())?;
            once("variant", &offer.variant_id)?;
        }
        for pack in &topups {
            if pack.credits <= Credits::ZERO {
                return Err(InvalidOffers::EmptyPack(pack.slug.clone()));
            }
            once("pack", &pack.slug)?;
            once("variant", &pack.variant_id)?;
        }
        Ok(Self {
            plans,
            topups,
            store_id,
            test_mode,
        })
    }

    /// The plans for sale.
    pub fn plans(&self) -> &[PlanOffer] {
        &self.plans
    }

    /// The top-up packs for sale.
    pub fn topups(&self) -> &[TopUp] {
        &self.topups
    }

    /// The merchant's id of our store.
    pub fn store_id(&self) -> &str {
        &self.store_id
    }

    /// Whether no real money moves.
    pub const fn test_mode(&self) -> bool {
        self.test_mode
    }

    /// Whether a fact is about our store, in our mode.
    pub fn concerns(&self, origin: &Origin) -> bool {
        origin.store_id == self.store_id && origin.test_mode == self.test_mode
    }

    /// The variant to check out for a purchase; `None` if it is not for sale.
    pub fn variant_of(&self, wanted: &Purchase) -> Option<&str> {
        match wanted {
            Purchase::Plan(plan) => {
                let found = self.plans.iter().find(|known| known.plan == *plan);
                found.map(|known| known.variant_id.as_str())
            }
            Purchase::TopUp(slug) => {
                let found = self.topups.iter().find(|known| known.slug == *slug);
                found.map(|known| known.variant_id.as_str())
            }
        }
    }

    /// What a variant stands for; `None` if we do not sell it.
    pub fn bought(&self, variant_id: &str) -> Option<Bought<'_>> {
        let plan = self
            .plans
            .iter()
            .find(|known| known.variant_id == variant_id);
        let pack = self
            .topups
            .iter()
            .find(|known| known.variant_id == variant_id);
        plan.map(|offer| Bought::Plan(offer.plan))
            .or_else(|| pack.map(Bought::TopUp))
    }

    /// The plan a variant stands for; `None` if it is none of ours.
    pub fn plan_of(&self, variant_id: &str) -> Option<Plan> {
        match self.bought(variant_id)? {
            Bought::Plan(plan) => Some(plan),
            Bought::TopUp(_) => None,
        }
    }

    /// The pack a variant stands for; `None` if it is none of ours.
    pub fn topup_of(&self, variant_id: &str) -> Option<&TopUp> {
        match self.bought(variant_id)? {
            Bought::Plan(_) => None,
            Bought::TopUp(pack) => Some(pack),
        }
    }
}

impl fmt::Display for InvalidOffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FreePlan => f.write_str("the free plan is not for sale"),
            Self::Ambiguous(what) => write!(f, "{what} is empty or named twice"),
            Self::EmptyPack(slug) => write!(f, "the pack {slug:?} brings no credits"),
        }
    }
}

impl std::error::Error for InvalidOffers {}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth() -> PlanOffer {
        PlanOffer {
            plan: Plan::Growth,
            variant_id: "11".to_owned(),
        }
    }

    fn pack(variant_id: &str, credits: i64) -> TopUp {
        TopUp {
            slug: "pack-100".to_owned(),
            credits: Credits::new(credits),
            price_cents: 900,
            variant_id: variant_id.to_owned(),
        }
    }

    fn offers(plans: Vec<PlanOffer>, topups: Vec<TopUp>) -> Result<Offers, InvalidOffers> {
        Offers::new("1".to_owned(), true, plans, topups)
    }

    #[test]
    fn a_variant_stands_for_one_thing() {
        let sold = offers(vec![growth()], vec![pack("21", 100)]).unwrap();
        assert_eq!(sold.plan_of("11"), Some(Plan::Growth));
        assert_eq!(sold.plan_of("21"), None);
        assert_eq!(
            sold.topup_of("21").map(|pack| pack.credits.amount()),
            Some(100)
        );
        assert_eq!(sold.bought("99"), None);
        assert_eq!(sold.variant_of(&Purchase::Plan(Plan::Pro)), None);
        assert_eq!(
            sold.variant_of(&Purchase::TopUp("pack-100".to_owned())),
            Some("21")
        );
    }

    #[test]
    fn a_list_that_says_two_things_is_refused() {
        let twice = offers(vec![growth()], vec![pack("11", 100)]);
        assert_eq!(
            twice,
            Err(InvalidOffers::Ambiguous("variant \"11\"".to_owned()))
        );
        assert!(offers(vec![growth(), growth()], vec![]).is_err());
        assert!(offers(vec![], vec![pack("", 100)]).is_err());
        assert!(offers(vec![], vec![pack("21", 0)]).is_err());
        let free = PlanOffer {
            plan: Plan::Free,
            variant_id: "9".to_owned(),
        };
        assert_eq!(offers(vec![free], vec![]), Err(InvalidOffers::FreePlan));
    }

    #[test]
    fn another_store_or_mode_is_not_ours() {
        let sold = offers(vec![growth()], vec![]).unwrap();
        let origin = |store_id: &str, test_mode| Origin {
            store_id: store_id.to_owned(),
            test_mode,
            checkout_ref: None,
            claimed_member: None,
        };
        assert!(sold.concerns(&origin("1", true)));
        assert!(!sold.concerns(&origin("1", false)));
        assert!(!sold.concerns(&origin("2", true)));
    }
}
