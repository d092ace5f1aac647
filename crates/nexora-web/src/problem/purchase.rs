//! The problems of buying: why nothing was sold, changed or deleted.

use std::time::Duration;

use axum::http::StatusCode;
use nexora_engine::{FarewellError, PurchaseError};
use nexora_providers::BillingError;

use super::{Problem, Way};

/// How long to leave the merchant alone when it does not answer.
const MERCHANT_WAIT: Duration = Duration::from_secs(10);

impl Problem {
    pub(crate) fn no_such_invoice() -> Self {
        let detail = "You have no such invoice.";
        let (status, title) = (StatusCode::NOT_FOUND, "No such invoice");
        Self::new(status, "not_found", title, detail).way(Way::PAYMENTS)
    }

    /// The merchant has no such page for this member.
    pub(crate) fn no_such_link() -> Self {
        let detail = "The payment service has no such page for you at this moment. Nothing was \
                      charged. Your profile shows what was paid.";
        let (status, title) = (StatusCode::NOT_FOUND, "Not there");
        Self::new(status, "not_found", title, detail).way(Way::PAYMENTS)
    }

    fn merchant(error: &BillingError, detail: String) -> Self {
        let status = match error {
            BillingError::Refused(_) => StatusCode::BAD_GATEWAY,
            BillingError::NotFound
            | BillingError::Down
            | BillingError::Busy(_)
            | BillingError::Misconfigured
            | BillingError::Broken => StatusCode::SERVICE_UNAVAILABLE,
        };
        let wait = if let BillingError::Busy(Some(asked)) = error {
            (*asked).max(MERCHANT_WAIT)
        } else {
            MERCHANT_WAIT
        };
        Self::new(status, "payment_service", "One moment", detail)
            .after(wait)
            .way(Way::PLAN)
            .way(Way::PRICING)
    }
}

/// Where a purchase that failed is logged: once, here.
impl From<PurchaseError> for Problem {
    fn from(error: PurchaseError) -> Self {
        let detail = error.to_string();
        let conflict = |code, title| Self::new(StatusCode::CONFLICT, code, title, detail.clone());
        match error {
            PurchaseError::Off => {
                let (status, title) = (StatusCode::SERVICE_UNAVAILABLE, "Nothing for sale");
                Self::new(status, "nothing_for_sale", title, detail).way(Way::STUDIO)
            }
            PurchaseError::NotForSale => {
                let (status, title) = (StatusCode::UNPROCESSABLE_ENTITY, "Not for sale");
                Self::new(status, "not_for_sale", title, detail).way(Way::PRICING)
            }
            PurchaseError::AlreadySubscribed { plan, is_cancelled } => {
                conflict("already_subscribed", "You have a plan already")
                    .fact("plan", plan.slug())
                    .fact("is_cancelled", is_cancelled)
                    .way(Way::PLAN)
            }
            PurchaseError::NotSubscribed => {
                conflict("not_subscribed", "No subscription").way(Way::PRICING)
            }
            PurchaseError::NotRunning => {
                conflict("subscription_not_running", "Not at this moment").way(Way::PLAN)
            }
            PurchaseError::Frozen => Self::on_hold(detail),
            // Whoever asks is sent there before it comes to this.
            PurchaseError::AtMerchant(_) => {
                conflict("at_merchant", "On the payment page").way(Way::PLAN)
            }
            PurchaseError::Merchant(BillingError::NotFound) => {
                tracing::warn!("the merchant knows nothing of what a member asked for");
                conflict("not_there_any_more", "Not there any more").way(Way::PRICING)
            }
            PurchaseError::Merchant(why) => {
                tracing::warn!("the merchant did not do what a member asked for: {why}");
                Self::merchant(&why, detail)
            }
            PurchaseError::Engine(error) => error.into(),
        }
    }
}

impl From<FarewellError> for Problem {
    fn from(error: FarewellError) -> Self {
        let detail = error.to_string();
        match error {
            FarewellError::Merchant(why) => {
                tracing::warn!("a subscription could not be ended, so nobody left: {why}");
                Self::merchant(&why, detail)
            }
            FarewellError::Engine(error) => error.into(),
        }
    }
}
