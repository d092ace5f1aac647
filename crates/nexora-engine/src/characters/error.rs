//! Why nobody was made. In every case nobody was called and nothing was charged.

use std::fmt;

use nexora_core::Plan;
use nexora_core::character::{ATTEMPTS_MAX, PICTURES_MAX};
use nexora_store::StoreError;

use super::{CAST_TIER, CHARACTERS_MAX};
use crate::EngineError;

/// Why nobody was made, or tried again.
#[derive(Debug)]
pub enum CharacterError {
    /// The plan does not reach characters; the cheapest that does.
    Locked(Plan),
    /// A payment of the member's was reported as stolen.
    Frozen,
    /// Nobody who trains characters is switched on here.
    Off,
    /// The member did not agree to what is asked.
    NoConsent,
    /// No picture, or too many.
    PictureCount,
    /// The member has as many as they may.
    TooMany,
    /// A picture is not there: it was deleted, or it is somebody else's.
    PictureGone,
    /// The member has no such character.
    NotFound,
    /// There is nothing to try again, or it was tried often enough.
    NoRetry,
    /// Something inside failed.
    Engine(EngineError),
}

impl CharacterError {
    pub(super) const fn locked() -> Self {
        Self::Locked(CAST_TIER.cheapest_plan())
    }
}

impl fmt::Display for CharacterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked(needs) => write!(
                f,
                "Characters need the {needs} plan (${} a month). Nothing was charged.",
                needs.price_cents() / 100
            ),
            Self::Frozen => f.write_str(
                "This account is on hold because a payment was reported as stolen. \
                 Nothing was charged. Write to us and we look into it.",
            ),
            Self::Off => f.write_str(
                "Characters are not switched on in this studio. Nothing was charged. \
                 Make pictures and clips without one.",
            ),
            Self::NoConsent => f.write_str(
                "A character is made only of somebody who agreed. Nobody was made. \
                 Confirm that they did, or choose other pictures.",
            ),
            Self::PictureCount => write!(
                f,
                "A character is made from 1 to {PICTURES_MAX} pictures. Nobody was made. \
                 Choose some of one face, from several sides."
            ),
            Self::TooMany => write!(
                f,
                "You can have {CHARACTERS_MAX} characters, and make as many in 30 days. Nothing \
                 was charged. Delete one you made longer ago, or wait."
            ),
            Self::PictureGone => f.write_str(
                "One of the pictures is not there any more. Nothing was charged. \
                 Choose it once more.",
            ),
            Self::NotFound => f.write_str("You have no such character. It may have been deleted."),
            Self::NoRetry => write!(
                f,
                "A training is tried again after it failed, {ATTEMPTS_MAX} times at most. \
                 Nothing was charged. Make a new character from other pictures."
            ),
            Self::Engine(_) => f.write_str(
                "Something went wrong on our side. Nothing was charged. Try again in a moment.",
            ),
        }
    }
}

impl std::error::Error for CharacterError {}

impl From<EngineError> for CharacterError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for CharacterError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}
