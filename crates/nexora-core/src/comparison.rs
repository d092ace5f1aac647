//! Runs that are looked at side by side, because they were ordered together.

mod wish;

pub use wish::{Common, Entrant, Wish};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{ComparisonId, GenerationId, MemberId};
use crate::pixels::{Distance, Verdict};

/// What came of making a run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Whether it is the same.
    pub verdict: Verdict,
    /// What was held side by side.
    pub by: Evidence,
    /// How far the pictures are apart; `None` where the files are equal, or not of one size.
    pub distance: Option<Distance>,
}

/// What a judgement goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The files are equal to the last byte.
    Bytes,
    /// Every pixel of the pictures.
    Pixels,
    /// Every pixel of the clips' posters, which are one picture of each.
    Posters,
}

/// Most runs in one comparison: what a desk shows side by side.
pub const RUNS_MAX: usize = 4;

/// Runs that were ordered together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Its id.
    pub id: ComparisonId,
    /// Whose it is.
    pub member: MemberId,
    /// What is compared.
    pub purpose: Purpose,
    /// The runs, in the order in which they are shown.
    pub runs: Vec<GenerationId>,
    /// When they were ordered.
    pub created_at: Timestamp,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What several models make of the same words.
    Models,
    /// What one model makes of the same words with other dice than this run's.
    Variations(GenerationId),
    /// Whether this run can be made again.
    Reproduction(GenerationId),
}

impl Purpose {
    /// The name stored and sent.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Variations(_) => "variations",
            Self::Reproduction(_) => "reproduction",
        }
    }

    /// The run that was there before.
    pub const fn original(self) -> Option<GenerationId> {
        match self {
            Self::Models => None,
            Self::Variations(original) | Self::Reproduction(original) => Some(original),
        }
    }

    /// The purpose with this name and original.
    pub fn of(slug: &str, original: Option<GenerationId>) -> Option<Self> {
        match (slug, original) {
            ("models", None) => Some(Self::Models),
            ("variations", Some(original)) => Some(Self::Variations(original)),
            ("reproduction", Some(original)) => Some(Self::Reproduction(original)),
            _ => None,
        }
    }
}
