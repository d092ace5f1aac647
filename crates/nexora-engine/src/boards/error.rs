//! Why a board stayed as it was. In every case nothing was started and nothing was charged.

use std::fmt;

use nexora_core::board::SHOTS_MAX;
use nexora_core::{Credits, FieldError, Plan};
use nexora_store::StoreError;

use super::{BOARDS_MAX, Step};
use crate::{EngineError, StartError};

/// Why a board stayed as it was.
#[derive(Debug)]
pub enum BoardError {
    /// The plan does not reach boards; the cheapest that does.
    Locked(Plan),
    /// The member has no such board.
    NotFound,
    /// The board has no such shot.
    NoShot,
    /// The member has as many boards as they may.
    TooManyBoards,
    /// The board has as many shots as it may.
    TooManyShots,
    /// Who is to be in a shot is not among the member's characters.
    NoCharacter,
    /// The picture a shot is to go by is not among the member's.
    NoPicture,
    /// Something stands in the way of one shot.
    Shot {
        /// Which shot, from 1.
        number: usize,
        /// What.
        why: Snag,
    },
    /// No shot needs it.
    NothingToDo(Step),
    /// It costs more than was shown.
    Dearer {
        /// What it costs.
        total: Credits,
        /// What was shown.
        shown: Credits,
    },
    /// It would cost more than the board's cap leaves.
    OverCap {
        /// The cap.
        cap: Credits,
        /// What was charged and is held already.
        used: Credits,
        /// What this would cost.
        total: Credits,
    },
    /// A run could not be started, so none was.
    Start(StartError),
    /// Something inside failed.
    Engine(EngineError),
}

/// What stands in the way of a shot.
#[derive(Debug)]
pub enum Snag {
    /// There is nothing to approve or to animate yet.
    NoStill,
    /// It goes by a picture of its owner's, so no still is made.
    HasPicture,
    /// Only approved shots are animated.
    NotApproved,
    /// Its words are not written yet.
    Unwritten,
    /// It is being made at this moment.
    AtWork,
    /// The catalog changed under it: what does not fit any more.
    Unmakeable(Vec<FieldError>),
}

impl fmt::Display for BoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked(needs) => write!(
                f,
                "Storyboards need the {needs} plan (${} a month). Nothing was charged.",
                needs.price_cents() / 100
            ),
            Self::NotFound => f.write_str("You have no such board. It may have been deleted."),
            Self::NoShot => f.write_str("There is no such shot on this board any more."),
            Self::TooManyBoards => write!(
                f,
                "You can have {BOARDS_MAX} boards. Delete one you are done with; its stills and \
                 clips stay."
            ),
            Self::TooManyShots => write!(
                f,
                "A board has at most {SHOTS_MAX} shots. Delete one, or begin another board."
            ),
            Self::NoCharacter => f.write_str(
                "This character is not among yours any more. Choose another one, or none.",
            ),
            Self::NoPicture => f.write_str(
                "This picture is not among yours any more. Choose another one, or let a still be \
                 made.",
            ),
            Self::OverCap { cap, used, total } => write!(
                f,
                "This costs {total}. The board may cost {} and {} of them are used, so nothing \
                 was started and nothing was charged. Raise the cap, or approve less.",
                cap.amount(),
                used.amount()
            ),
            Self::Dearer { total, shown } => write!(
                f,
                "This costs {total} now, not {}. Nothing was started; press again to accept the \
                 new price.",
                shown.amount()
            ),
            Self::Start(why) => why.fmt(f),
            Self::Engine(_) => f.write_str(
                "Something went wrong on our side. Nothing was charged. Try again in a moment.",
            ),
            Self::Shot { number, why } => write!(f, "Shot {number} {why} Nothing was charged."),
            Self::NothingToDo(Step::Stills) => f.write_str(
                "Every shot that is written has its still already, or one on its way. Nothing was \
                 charged.",
            ),
            Self::NothingToDo(Step::Clips) => f.write_str(
                "There is nothing to animate: approve a still that has no clip yet. Nothing was \
                 charged.",
            ),
        }
    }
}

impl fmt::Display for Snag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoStill => "has no still yet. Make one first, or choose a picture to go by.",
            Self::HasPicture => "goes by a picture of yours, so no still is made.",
            Self::NotApproved => "is not approved. Approve its still first.",
            Self::Unwritten => "has no words yet. Write what it shows.",
            Self::AtWork => "is being made at this moment.",
            Self::Unmakeable(errors) => {
                let first = errors.first().map_or("", |error| &error.message);
                return write!(f, "cannot be made as it is written. {first}");
            }
        })
    }
}

impl std::error::Error for BoardError {}

impl From<StartError> for BoardError {
    fn from(why: StartError) -> Self {
        if let StartError::Engine(error) = why {
            return Self::Engine(error);
        }
        Self::Start(why)
    }
}

impl From<EngineError> for BoardError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for BoardError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}
