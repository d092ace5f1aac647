//! What can be wrong with making a character.

use axum::http::StatusCode;
use nexora_core::Plan;
use nexora_engine::CharacterError;

use super::{Lack, Problem, Way};

impl Problem {
    pub(crate) fn no_such_character() -> Self {
        let detail = CharacterError::NotFound.to_string();
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not in your cast",
            detail,
        )
    }

    pub(super) fn plan_required(needs: Plan, detail: String) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "plan_required",
            "A larger plan is needed",
            detail,
        )
        .fact("needs_plan", needs.slug())
        .lacks(Lack::Plan(needs))
        .way(Way::pricing_of(needs))
        .way(Way::PLAN)
    }
}

impl From<CharacterError> for Problem {
    fn from(error: CharacterError) -> Self {
        let detail = error.to_string();
        match error {
            CharacterError::Locked(needs) => Self::plan_required(needs, detail),
            CharacterError::Frozen => Self::on_hold(detail),
            CharacterError::Off => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "characters_off",
                "Not available here",
                detail,
            )
            .way(Way::STUDIO),
            CharacterError::NoConsent => Self::invalid_field("consent", detail),
            CharacterError::PictureCount | CharacterError::PictureGone => {
                Self::invalid_field("pictures", detail)
            }
            CharacterError::TooMany => Self::new(
                StatusCode::CONFLICT,
                "too_many_characters",
                "Your cast is complete",
                detail,
            ),
            CharacterError::NotFound => Self::no_such_character(),
            CharacterError::NoRetry => Self::new(
                StatusCode::CONFLICT,
                "nothing_to_retry",
                "Nothing to try again",
                detail,
            ),
            CharacterError::Engine(error) => error.into(),
        }
        .way(Way::DIRECTOR)
    }
}
