//! The problems of deliveries from elsewhere. Programs read them, and operators who look why a
//! delivery failed.

use axum::http::StatusCode;

use super::Problem;

impl Problem {
    /// Nobody we know signed this.
    pub(crate) fn not_signed() -> Self {
        let detail = "The signature does not fit what was delivered, so nothing was taken in. The \
                      signing secret here has to be the one of this endpoint.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_signed",
            "Not believed",
            detail,
        )
    }

    /// There is nothing to check a signature with.
    pub(crate) fn webhook_off() -> Self {
        let detail = "This studio has no signing secret for these deliveries, so it cannot believe \
                      them. Nothing was taken in.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "webhook_off",
            "Not set up",
            detail,
        )
    }

    /// Whoever sends it does not say at the moment what it signs with.
    pub(crate) fn webhook_unchecked() -> Self {
        let detail = "The sender's keys cannot be had at the moment, so this could not be checked. \
                      Nothing was taken in; send it again.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "webhook_unchecked",
            "Not now",
            detail,
        )
    }

    /// It was signed, but nobody here understands it.
    pub(crate) fn unreadable_delivery() -> Self {
        let detail = "The delivery is signed, but not of the form this version knows. Nothing was \
                      taken in.";
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable_delivery",
            "Not readable",
            detail,
        )
    }
}
