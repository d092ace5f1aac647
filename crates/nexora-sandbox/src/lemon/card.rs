//! The cards a buyer can pay with.

use serde::Deserialize;

/// A means of payment with a fate of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    /// Always pays.
    Good,
    /// Is declined, at the checkout and later.
    Declined,
    /// Pays at the checkout and is declined at every renewal.
    FailsLater,
    /// Always pays, and cannot change the plan through the API.
    Paypal,
}

impl Card {
    pub(super) fn pays_now(self) -> bool {
        match self {
            Self::Good | Self::FailsLater | Self::Paypal => true,
            Self::Declined => false,
        }
    }

    pub(super) fn pays_later(self) -> bool {
        match self {
            Self::Good | Self::Paypal => true,
            Self::Declined | Self::FailsLater => false,
        }
    }

    pub(super) fn brand(self) -> Option<&'static str> {
        match self {
            Self::Good | Self::Declined | Self::FailsLater => Some("visa"),
            Self::Paypal => None,
        }
    }

    pub(super) fn last_four(self) -> Option<&'static str> {
        match self {
            Self::Good => Some("4242"),
            Self::Declined => Some("0002"),
            Self::FailsLater => Some("0341"),
            Self::Paypal => None,
        }
    }

    pub(super) fn processor(self) -> &'static str {
        match self {
            Self::Good | Self::Declined | Self::FailsLater => "stripe",
            Self::Paypal => "paypal",
        }
    }
}
