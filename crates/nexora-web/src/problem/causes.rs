//! The problems there are.

use std::time::Duration;

use axum::http::StatusCode;
use nexora_core::Credits;
use nexora_engine::{CancelError, EngineError, Irreproducible, StartError};
use nexora_store::StoreError;

use super::{Lack, Problem, Way};

/// How long to leave a database alone that has more to do than it can.
const BUSY_WAIT: Duration = Duration::from_secs(1);
/// How long to leave a database alone that cannot be reached.
const AWAY_WAIT: Duration = Duration::from_secs(5);
/// How long until one of a hundred waiting generations has likely ended.
const QUEUE_WAIT: Duration = Duration::from_secs(30);

impl Problem {
    pub(crate) fn no_such_page() -> Self {
        let detail = "There is nothing at this address. The link may be old or mistyped.";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Nothing is here",
            detail,
        )
        .way(Way::STUDIO)
        .way(Way::HOME)
    }

    /// The same words whether it never existed, was deleted, or is somebody else's.
    pub(crate) fn no_such_run() -> Self {
        let detail = "You have no such generation. It may have been deleted.";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not in your library",
            detail,
        )
        .way(Way::HISTORY)
        .way(Way::STUDIO)
    }

    pub(crate) fn no_result_yet() -> Self {
        let detail = "Only a result can be varied, and this run has none. Nothing was charged. \
                      Order it again instead.";
        Self::new(
            StatusCode::CONFLICT,
            "no_result",
            "There is no result",
            detail,
        )
        .way(Way::HISTORY)
        .way(Way::STUDIO)
    }

    pub(crate) fn irreproducible(why: &Irreproducible) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "irreproducible",
            "This cannot be made again",
            why.to_string(),
        )
        .way(Way::HISTORY)
        .way(Way::MODELS)
    }

    pub(crate) fn no_such_comparison() -> Self {
        let detail = "You have no such comparison. Its runs may have been deleted.";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Nothing to compare",
            detail,
        )
        .way(Way::COMPARE)
        .way(Way::HISTORY)
    }

    pub(crate) fn no_such_file() -> Self {
        let detail = "You have no such file. It may have been deleted.";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not in your library",
            detail,
        )
        .way(Way::HISTORY)
    }

    pub(crate) fn no_such_session() -> Self {
        let detail = "You have no such session. It may have ended already.";
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "No such session",
            detail,
        )
        .way(Way::PROFILE)
    }

    pub(crate) fn wrong_method() -> Self {
        let detail = "This address does not do that. The Allow header says what it does.";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Not like this",
            detail,
        )
        .way(Way::STUDIO)
    }

    pub(crate) fn sign_in_required() -> Self {
        let detail = "Sign in first. Nothing was started and nothing was charged.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign_in_required",
            "Please sign in",
            detail,
        )
        .way(Way::SIGN_IN)
    }

    pub(crate) fn foreign_origin() -> Self {
        let detail = "This request came from another website, so it was not carried out. If you \
                      meant to do this, open the studio and do it there.";
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_origin",
            "That came from elsewhere",
            detail,
        )
        .way(Way::STUDIO)
        .way(Way::SIGN_IN)
    }

    pub(crate) fn too_often(wait: Duration) -> Self {
        let detail = "That was quick. Nothing was charged. Wait a moment and try again.";
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "A little slower",
            detail,
        )
        .after(wait)
        .way(Way::STUDIO)
    }

    pub(crate) fn too_many_streams() -> Self {
        let detail = "The studio is open in many tabs already. Close some of them; the others \
                      stay up to date.";
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_streams",
            "Many tabs",
            detail,
        )
        .after(QUEUE_WAIT)
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let detail = format!(
            "The request is larger than {} kB, so it was not read. Nothing was charged.",
            bytes_max / 1_024
        );
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "That is too much",
            detail,
        )
        .way(Way::STUDIO)
    }

    pub(crate) fn too_slow() -> Self {
        let detail = "The request did not arrive in time. Nothing was charged. Try again.";
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "That took too long",
            detail,
        )
        .way(Way::STUDIO)
    }

    pub(crate) fn wrong_content_type() -> Self {
        let detail = "Send application/json or application/x-www-form-urlencoded.";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Not readable here",
            detail,
        )
        .way(Way::STUDIO)
    }

    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "Not readable",
            what.into(),
        )
        .way(Way::STUDIO)
    }

    pub(crate) fn crashed() -> Self {
        let detail = "Something went wrong on our side. If you started a generation, your \
                      history shows whether it counts; nothing is charged without a result.";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "That was our fault",
            detail,
        )
        .way(Way::STUDIO)
        .way(Way::HISTORY)
    }

    fn busy(wait: Duration) -> Self {
        let detail = "The studio has more to do than it can at this moment. Nothing was charged. \
                      Try again in a moment.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "One moment",
            detail,
        )
        .after(wait)
        .way(Way::STUDIO)
    }

    pub(crate) fn media_away() -> Self {
        let detail = "The file cannot be read at this moment. It is not lost; try again shortly.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "media_away",
            "One moment",
            detail,
        )
        .after(AWAY_WAIT)
        .way(Way::HISTORY)
    }

    fn already_ended(error: &CancelError) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "already_ended",
            "Already over",
            error.to_string(),
        )
        .way(Way::HISTORY)
    }

    /// Nothing is spent or bought until a person has looked into it.
    pub(super) fn on_hold(detail: String) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "account_on_hold",
            "This account is on hold",
            detail,
        )
        .way(Way::STUDIO)
    }

    pub(crate) fn still_running() -> Self {
        let detail = "It is still being made. Cancel it first, or wait until it has ended.";
        Self::new(
            StatusCode::CONFLICT,
            "still_running",
            "Still at work",
            detail,
        )
        .way(Way::HISTORY)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

/// Where an error inside is logged: once, here.
impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match &error {
            // Somebody else was faster with the same thing: asking again shows what it is now.
            EngineError::Store(
                StoreError::TooManyWaiting | StoreError::Contended | StoreError::Conflict,
            )
            | EngineError::Transition(_) => {
                tracing::warn!("a request was turned away: {error}");
                Self::busy(BUSY_WAIT)
            }
            EngineError::Store(StoreError::Unavailable(_)) => {
                tracing::error!("a request failed: {error}");
                Self::busy(AWAY_WAIT)
            }
            EngineError::Store(StoreError::Refused(_) | StoreError::Corrupt(_))
            | EngineError::Media(_) => {
                tracing::error!("a request failed: {error}");
                Self::crashed()
            }
        }
    }
}

impl Problem {
    fn too_dear(need: Credits, have: Credits, detail: String) -> Self {
        Self::new(
            StatusCode::PAYMENT_REQUIRED,
            "insufficient_credits",
            "Not enough credits",
            detail,
        )
        .fact("price", need.amount())
        .fact("available", have.amount())
        .fact("missing", need.amount().saturating_sub(have.amount()))
        .lacks(Lack::Credits(
            need.checked_sub(have).unwrap_or(Credits::ZERO),
        ))
        .way(Way::CREDITS)
        .way(Way::PRICING)
        .way(Way::MODELS)
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        let detail = error.to_string();
        match error {
            StartError::Locked {
                tier, needs, price, ..
            } => Self::new(
                StatusCode::FORBIDDEN,
                "plan_required",
                "A larger plan is needed",
                detail,
            )
            .fact("price", price.amount())
            .fact("tier", tier.title().to_lowercase())
            .fact("needs_plan", needs.slug())
            .lacks(Lack::Plan(needs))
            .way(Way::pricing_of(needs))
            .way(Way::PLAN)
            .way(Way::MODELS),
            StartError::Insufficient { need, have } => Self::too_dear(need, have, detail),
            StartError::TooDearTogether { parts, have } => {
                let each = parts.iter();
                let each = each.map(
                    |(model, price)| serde_json::json!({ "model": model, "price": price.amount() }),
                );
                Self::too_dear(StartError::sum(&parts), have, detail)
                    .fact("models", each.collect::<Vec<_>>())
            }
            StartError::Frozen => Self::on_hold(detail),
            StartError::Unusable(unusable) => {
                Self::invalid_field(unusable.slot.field(), detail).way(Way::STUDIO)
            }
            StartError::NoCharacter | StartError::Untrained { .. } => {
                Self::invalid_field("character", detail).way(Way::DIRECTOR)
            }
            StartError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key_reused",
                "This key is taken",
                detail,
            )
            .field("key")
            .way(Way::STUDIO),
            StartError::TooManyWaiting { waiting_max } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_waiting",
                "Many are waiting",
                detail,
            )
            .fact("waiting_max", waiting_max)
            .after(QUEUE_WAIT)
            .way(Way::STUDIO),
            StartError::ModelOff { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "model_off",
                "Not available here",
                detail,
            )
            .field("model")
            .way(Way::STUDIO),
            StartError::Engine(error) => error.into(),
        }
    }
}

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NotFound => Self::no_such_run(),
            CancelError::Ended(_) => Self::already_ended(&error),
            CancelError::Engine(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn a_database_with_too_much_to_do_asks_to_come_back() {
        let busy = Problem::from(StoreError::TooManyWaiting);
        assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(busy.0.retry_after_s, Some(1));
        let away = Problem::from(StoreError::Unavailable("no route to host".to_owned()));
        assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            !away.detail().contains("route"),
            "what went wrong inside stays inside"
        );
    }

    #[test]
    fn our_own_faults_are_not_blamed_on_anybody() {
        let broken = Problem::from(StoreError::Corrupt("a row".to_owned()));
        assert_eq!(
            broken.into_response().status(),
            StatusCode::INTERNAL_SERVER_ERROR
        );
    }
}
