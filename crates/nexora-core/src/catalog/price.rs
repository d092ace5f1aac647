//! What a run costs: one rule, in whole credits.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::credits::Credits;

/// The rule for one model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Credits for one output, or for each started `per_seconds` of one.
    pub credits: Credits,
    /// Length one price covers; `None` when the length does not change the price.
    #[serde(default)]
    pub per_seconds: Option<u32>,
    /// Resolutions that cost more, in percent of the price (`"1080p" = 200`). Those not listed
    /// cost 100 %.
    #[serde(default)]
    pub resolution_percent: BTreeMap<String, u32>,
}

impl Price {
    /// The whole price of `count` outputs, rounded up to a whole credit each. `None` only when
    /// the numbers do not fit into 64 bits.
    pub fn of(
        &self,
        seconds: Option<u32>,
        resolution: Option<&str>,
        count: u32,
    ) -> Option<Credits> {
        let stretches = match (self.per_seconds, seconds) {
            (Some(per), Some(seconds)) => seconds.div_ceil(per.max(1)).max(1),
            _ => 1,
        };
        let percent = resolution
            .and_then(|name| self.resolution_percent.get(name))
            .copied()
            .unwrap_or(100);
        let hundredths = self.credits.checked_mul(stretches)?.checked_mul(percent)?;
        let each = hundredths.amount().checked_add(99)?.checked_div(100)?;
        Credits::new(each).checked_mul(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(per_seconds: Option<u32>, percent: u32) -> Price {
        Price {
            credits: Credits::new(15),
            per_seconds,
            resolution_percent: BTreeMap::from([("1080p".to_owned(), percent)]),
        }
    }

    #[test]
    fn a_flat_price_does_not_look_at_the_length() {
        assert_eq!(
            price(None, 100).of(Some(10), None, 2),
            Some(Credits::new(30))
        );
    }

    #[test]
    fn a_dearer_resolution_rounds_up() {
        let dear = price(None, 150);
        assert_eq!(dear.of(None, Some("1080p"), 1), Some(Credits::new(23)));
        assert_eq!(dear.of(None, Some("720p"), 1), Some(Credits::new(15)));
    }
}
