//! Why something was not bought, changed or taken in.

use std::fmt;

use nexora_core::Plan;
use nexora_providers::BillingError;
use url::Url;

use crate::EngineError;

/// Why nothing was bought or changed. In every case no money moved because of it.
#[derive(Debug)]
pub enum PurchaseError {
    /// This studio sells nothing.
    Off,
    /// There is no such plan or pack for sale.
    NotForSale,
    /// The member has a subscription: a second one would be paid besides.
    AlreadySubscribed {
        /// What it is for.
        plan: Plan,
        /// Whether it was cancelled and could be resumed.
        is_cancelled: bool,
    },
    /// The member has no subscription this could be done to.
    NotSubscribed,
    /// The member's subscription is paused or waits for a payment: it cannot be changed now.
    NotRunning,
    /// A payment of the member's was reported as stolen.
    Frozen,
    /// This way of paying is changed on the merchant's own page, here.
    AtMerchant(Url),
    /// The merchant did not do it.
    Merchant(BillingError),
    /// Something inside failed.
    Engine(EngineError),
}

/// Why a delivery was not taken in.
#[derive(Debug)]
pub enum ReceiveError {
    /// This studio sells nothing.
    Off,
    /// The merchant did not sign it.
    NotSigned,
    /// Something inside failed; the merchant should send it again.
    Engine(EngineError),
}

impl fmt::Display for PurchaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("Nothing is for sale in this studio."),
            Self::NotForSale => f.write_str("This is not for sale. Nothing was charged."),
            Self::AlreadySubscribed {
                plan,
                is_cancelled: false,
            } => write!(
                f,
                "You have the {plan} plan. Nothing was charged. Change it instead of buying \
                 a second one."
            ),
            Self::AlreadySubscribed { plan, .. } => write!(
                f,
                "Your {plan} plan was cancelled but still runs. Nothing was charged. \
                 Resume it instead of buying a second one."
            ),
            Self::NotSubscribed => {
                f.write_str("You have no subscription this could be done to. Nothing was charged.")
            }
            Self::NotRunning => f.write_str(
                "Your subscription is paused or waits for a payment, so its plan cannot be changed \
                 now. Nothing was charged. Put the payment right first.",
            ),
            Self::Frozen => f.write_str(
                "This account is on hold because a payment was reported as stolen. \
                 Nothing was charged. Write to us and we look into it.",
            ),
            Self::AtMerchant(_) => {
                f.write_str("With your way of paying, the plan is changed on the payment page.")
            }
            Self::Merchant(BillingError::Refused(_)) => f.write_str(
                "The payment service declined. Nothing was charged. Try again or write to us.",
            ),
            Self::Merchant(BillingError::NotFound) => f.write_str(
                "The payment service knows nothing of this any more. Nothing was charged, and what \
                 is paid for stays yours to its end. Buy a plan when you like, or write to us.",
            ),
            Self::Merchant(_) => f.write_str(
                "The payment service does not answer. Nothing was charged. Try again in a moment.",
            ),
            Self::Engine(_) => f.write_str(
                "Something went wrong on our side. Nothing was charged. Try again in a moment.",
            ),
        }
    }
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("Nothing is sold here."),
            Self::NotSigned => f.write_str("The signature does not fit the body."),
            Self::Engine(_) => f.write_str("It could not be kept. Send it again."),
        }
    }
}

impl std::error::Error for PurchaseError {}
impl std::error::Error for ReceiveError {}

impl<E: Into<EngineError>> From<E> for PurchaseError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl<E: Into<EngineError>> From<E> for ReceiveError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}
