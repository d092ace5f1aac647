//! Somebody who looks the same in every still: a name, pictures of a face, and a training.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::generation::with_detail;
use crate::id::{CharacterId, MemberId};
use crate::member::Unfit;

/// What a member agrees to before anybody is trained. It is kept with the character, word for
/// word, together with the moment.
pub const CONSENT: &str = "These pictures show me, or somebody who agreed that I make a character \
                           of them here. The studio may send them to Higgsfield for training.";
/// Most pictures somebody is trained from: twenty show a face from every side.
pub const PICTURES_MAX: usize = 20;
/// How often the training of one character is begun; each time costs the studio money.
pub const ATTEMPTS_MAX: u32 = 5;
/// Fits on a card, and into the provider's own limit of 100 together with our id.
const NAME_CHARS_MAX: usize = 40;

/// Somebody who can be in stills and shots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Character {
    /// Their id.
    pub id: CharacterId,
    /// Who made them; nobody else can use them.
    pub member: MemberId,
    /// What they are called.
    pub name: CharacterName,
    /// How their training goes.
    pub state: CharacterState,
    /// How often a training was begun.
    pub attempt: u32,
    /// The provider's id of them, once it has told us.
    pub upstream: Option<String>,
    /// When the consent was given; the pictures came with it.
    pub created_at: Timestamp,
    /// When anything about them changed last.
    pub updated_at: Timestamp,
    /// Counts changes, so that two of them cannot overwrite each other.
    pub version: u32,
}

/// A name to show: 1 to 40 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharacterName(String);

/// How a training goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CharacterState {
    /// It waits for the worker.
    Queued,
    /// It is being handed over. Found after a crash, nobody knows whether it was.
    Submitting,
    /// The provider is at it, for about five minutes.
    Training,
    /// They can be in stills and shots.
    Ready,
    /// It ended without anybody.
    Failed(Setback),
}

/// Why a training ended without anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Setback {
    /// The provider did not take the pictures, or could not learn from them.
    Declined {
        /// Its words, cut to 200 characters.
        detail: String,
    },
    /// The provider could not be reached, or had no room, for as long as we tried.
    Down,
    /// Our own account with the provider is not in order.
    Account,
    /// A picture could not be read from our own store.
    PictureLost,
    /// The provider never said whether it took them.
    Unresolved,
    /// It did not end within the longest time we wait.
    TimedOut,
}

impl Character {
    /// What they are called at the provider's: it is how a training whose answer was lost is
    /// found again. Each attempt has its own.
    pub fn label(&self) -> String {
        format!("{} {}.{}", self.name, self.id, self.attempt)
    }

    /// Whether the same pictures can be tried once more.
    pub fn can_retry(&self) -> bool {
        matches!(self.state, CharacterState::Failed(_)) && self.attempt < ATTEMPTS_MAX
    }

    /// The same character at this moment, in another state.
    #[must_use]
    pub fn turned(self, state: CharacterState, now: Timestamp) -> Self {
        Self {
            state,
            updated_at: now,
            ..self
        }
    }
}

impl CharacterName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(Unfit("Give the character a name."));
        }
        if name.chars().count() > NAME_CHARS_MAX {
            return Err(Unfit("A character's name has at most 40 characters."));
        }
        if name.chars().any(char::is_control) {
            return Err(Unfit("A name is made of visible characters."));
        }
        Ok(Self(name))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CharacterState {
    /// The name it is stored under and programs see.
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Training => "training",
            Self::Ready => "ready",
            Self::Failed(_) => "failed",
        }
    }

    /// Reads a stored state.
    pub fn read(slug: &str, setback: Option<Setback>) -> Option<Self> {
        Some(match (slug, setback) {
            ("queued", None) => Self::Queued,
            ("submitting", None) => Self::Submitting,
            ("training", None) => Self::Training,
            ("ready", None) => Self::Ready,
            ("failed", Some(setback)) => Self::Failed(setback),
            _ => return None,
        })
    }

    /// Whether it may still change by itself.
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Queued | Self::Submitting | Self::Training)
    }
}

impl Setback {
    /// What happened, what it cost (nothing), and what to do.
    pub fn sentence(&self) -> String {
        let what = match self {
            Self::Declined { detail } => {
                with_detail("Higgsfield could not learn this face", detail)
            }
            Self::Down => "Higgsfield could not be reached, or had no room.".to_owned(),
            Self::Account => {
                "The studio's account with Higgsfield needs its operator's attention.".to_owned()
            }
            Self::PictureLost => "A picture could not be read.".to_owned(),
            Self::Unresolved => "Higgsfield never said whether it took the pictures.".to_owned(),
            Self::TimedOut => "The training took longer than we wait.".to_owned(),
        };
        let way_on = match self {
            Self::Declined { .. } => {
                "Use sharp pictures of one face, from several sides, in even light."
            }
            Self::PictureLost => "Delete this character and bring the pictures again.",
            Self::Account => "Try again later.",
            Self::Down | Self::Unresolved | Self::TimedOut => "Try again.",
        };
        format!("{what} Nothing was charged. {way_on}")
    }
}

impl fmt::Display for CharacterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_fits() {
        let name = CharacterName::parse("  Ada\n Lovelace ").unwrap();
        assert_eq!(name.as_str(), "Ada Lovelace");
        assert!(CharacterName::parse(" ").is_err());
        assert!(CharacterName::parse(&"x".repeat(41)).is_err());
        assert!(CharacterName::parse("a\u{7}b").is_err());
    }

    #[test]
    fn a_setback_says_what_it_cost_and_what_to_do() {
        let declined = Setback::Declined {
            detail: "No face was found.".to_owned(),
        };
        assert_eq!(
            declined.sentence(),
            "Higgsfield could not learn this face: No face was found. Nothing was charged. \
             Use sharp pictures of one face, from several sides, in even light."
        );
    }

    #[test]
    fn states_survive_the_trip_through_the_store() {
        for state in [
            CharacterState::Queued,
            CharacterState::Submitting,
            CharacterState::Training,
            CharacterState::Ready,
        ] {
            assert_eq!(CharacterState::read(state.slug(), None), Some(state));
        }
        let failed = CharacterState::Failed(Setback::Down);
        assert_eq!(
            CharacterState::read("failed", Some(Setback::Down)),
            Some(failed)
        );
        assert_eq!(CharacterState::read("failed", None), None);
    }
}
