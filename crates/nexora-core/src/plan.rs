//! Plans, tiers, and which reaches which.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::credits::Credits;

/// What a member pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// The default: starter credits and the standard models.
    Free,
    /// Monthly credits and the premium models.
    Growth,
    /// More monthly credits and everything there is.
    Pro,
}

/// How much plan a model asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Everyone.
    Standard,
    /// Any paid plan.
    Premium,
    /// The Pro plan.
    Pro,
}

impl Plan {
    /// All plans, the cheapest first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Growth, Self::Pro];

    /// The name stored in the database and used in URLs.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Growth => "growth",
            Self::Pro => "pro",
        }
    }

    /// The name people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Growth => "Growth",
            Self::Pro => "Pro",
        }
    }

    /// The monthly price in US cents.
    pub const fn price_cents(self) -> u32 {
        match self {
            Self::Free => 0,
            Self::Growth => 2_900,
            Self::Pro => 5_900,
        }
    }

    /// The credits each paid month brings.
    pub const fn monthly_credits(self) -> Credits {
        match self {
            Self::Free => Credits::ZERO,
            Self::Growth => Credits::new(200),
            Self::Pro => Credits::new(1_000),
        }
    }

    /// How many generations may be with providers at the same time. More wait in the queue, so
    /// that one member cannot take every place a provider gives us.
    pub const fn running_max(self) -> u32 {
        match self {
            Self::Free => 2,
            Self::Growth => 4,
            Self::Pro => 8,
        }
    }

    /// Whether this plan opens models of `tier`.
    pub fn reaches(self, tier: Tier) -> bool {
        self >= tier.cheapest_plan()
    }
}

impl Tier {
    /// The cheapest plan that opens this tier.
    pub const fn cheapest_plan(self) -> Plan {
        match self {
            Self::Standard => Plan::Free,
            Self::Premium => Plan::Growth,
            Self::Pro => Plan::Pro,
        }
    }

    /// The name people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Premium => "Premium",
            Self::Pro => "Pro",
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// A text that names no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPlan;

impl fmt::Display for UnknownPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown plan; the plans are free, growth and pro")
    }
}

impl std::error::Error for UnknownPlan {}

impl FromStr for Plan {
    type Err = UnknownPlan;
    fn from_str(text: &str) -> Result<Self, UnknownPlan> {
        Self::ALL
            .into_iter()
            .find(|plan| plan.slug() == text)
            .ok_or(UnknownPlan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plan_opens_its_tiers_and_no_more() {
        let opened =
            |plan: Plan| [Tier::Standard, Tier::Premium, Tier::Pro].map(|tier| plan.reaches(tier));
        assert_eq!(opened(Plan::Free), [true, false, false]);
        assert_eq!(opened(Plan::Growth), [true, true, false]);
        assert_eq!(opened(Plan::Pro), [true, true, true]);
    }

    #[test]
    fn plans_are_found_by_their_slug_only() {
        assert_eq!("pro".parse(), Ok(Plan::Pro));
        assert_eq!("Pro".parse::<Plan>(), Err(UnknownPlan));
    }
}
