//! The problems of finding out who somebody is, and of acting for somebody else.

use std::time::Duration;

use axum::http::StatusCode;

use super::{Problem, Way};

impl Problem {
    /// The sign-in service does not say who it is: neither yes nor no.
    pub(crate) fn identity_away(wait: Duration) -> Self {
        let detail = "Who you are is checked by our sign-in service, and it does not answer at \
                      this moment. Nothing was lost and nothing was charged. Try again shortly.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "identity_away",
            "One moment",
            detail,
        )
        .after(wait)
        .way(Way::STUDIO)
        .way(Way::HOME)
    }

    /// The sign-in service answers with a signature that is not of the configured instance.
    pub(crate) fn identity_mismatch() -> Self {
        let detail = "The sign-in service and this studio do not fit together, so nobody can be \
                      signed in. Its operator has to compare the keys. Nothing was charged.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "identity_mismatch",
            "Signing in does not work here",
            detail,
        )
        .way(Way::HOME)
    }

    /// Whoever it is left, and their account with them.
    pub(crate) fn account_gone() -> Self {
        let detail = "This account was deleted. Whoever left can come back with a new account.";
        Self::new(
            StatusCode::FORBIDDEN,
            "account_gone",
            "This account is gone",
            detail,
        )
        .way(Way::SIGN_IN)
        .way(Way::HOME)
    }

    /// Somebody acts in a member's name and asks for what only the member may do.
    pub(crate) fn only_themselves() -> Self {
        let detail = "You are acting in somebody else's name. Paying, changing a plan and \
                      deleting an account are for them alone. Nothing was changed.";
        Self::new(
            StatusCode::FORBIDDEN,
            "acting_for_somebody",
            "Only they may do this",
            detail,
        )
        .way(Way::PROFILE)
        .way(Way::STUDIO)
    }
}
