//! Credits are whole numbers, counted with checks.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of credits. Never a fraction, never a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credits(i64);

impl Credits {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// What a new member is given to try the studio with.
    pub const STARTER: Self = Self(15);

    /// `amount` credits.
    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    /// The bare number.
    pub const fn amount(self) -> i64 {
        self.0
    }

    /// The sum, unless it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it would fall below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0
            .checked_sub(other.0)
            .filter(|rest| *rest >= 0)
            .map(Self)
    }

    /// `times` this amount, unless it does not fit.
    pub fn checked_mul(self, times: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(times)).map(Self)
    }

    /// Whether there is nothing here.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 1 {
            write!(f, "1 credit")
        } else {
            write!(f, "{} credits", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_read_like_words() {
        assert_eq!(Credits::new(1).to_string(), "1 credit");
        assert_eq!(Credits::STARTER.to_string(), "15 credits");
    }

    #[test]
    fn taking_more_than_there_is_gives_nothing() {
        assert_eq!(Credits::new(3).checked_sub(Credits::new(5)), None);
        assert_eq!(
            Credits::new(5).checked_sub(Credits::new(5)),
            Some(Credits::ZERO)
        );
        assert_eq!(Credits::new(i64::MAX).checked_add(Credits::new(1)), None);
        assert_eq!(Credits::new(i64::MAX).checked_mul(2), None);
    }
}
