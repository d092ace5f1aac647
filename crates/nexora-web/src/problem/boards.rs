//! What can be wrong with a storyboard.

use axum::http::StatusCode;
use nexora_engine::{BoardError, FilmError, Snag};

use super::{Problem, Way};

impl Problem {
    pub(crate) fn no_such_board() -> Self {
        let detail = BoardError::NotFound.to_string();
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not on your boards",
            detail,
        )
        .way(Way::BOARDS)
    }
}

impl From<BoardError> for Problem {
    fn from(error: BoardError) -> Self {
        let detail = error.to_string();
        let conflict = |code, title, detail| Self::new(StatusCode::CONFLICT, code, title, detail);
        match error {
            BoardError::Locked(needs) => Self::plan_required(needs, detail),
            BoardError::NotFound => Self::no_such_board(),
            BoardError::NoShot => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "Not on this board",
                detail,
            ),
            BoardError::TooManyBoards => {
                conflict("too_many_boards", "Your boards are full", detail)
            }
            BoardError::TooManyShots => conflict("too_many_shots", "This board is full", detail),
            BoardError::NoCharacter => Self::invalid_field("character", detail),
            BoardError::NoPicture => Self::invalid_field("start", detail),
            BoardError::Shot {
                why: Snag::Unwritten | Snag::Unmakeable(_),
                ..
            } => Self::invalid_field("prompt", detail),
            BoardError::Dearer { .. } => Self::invalid_field("quoted", detail),
            BoardError::NothingToDo(_) | BoardError::Shot { .. } => {
                conflict("nothing_to_make", "Nothing was started", detail)
            }
            BoardError::OverCap { cap, used, total } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "over_cap",
                "Above the board's cap",
                detail,
            )
            .field("cap")
            .fact("cap", cap.amount())
            .fact("used", used.amount())
            .fact("price", total.amount()),
            BoardError::Start(why) => why.into(),
            BoardError::Engine(error) => return error.into(),
        }
        .way(Way::BOARDS)
    }
}

impl From<FilmError> for Problem {
    fn from(error: FilmError) -> Self {
        let detail = error.to_string();
        match error {
            FilmError::NotFound => Self::no_such_board(),
            FilmError::Join(_) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "not_one_film",
                "Not in one file",
                detail,
            )
            .way(Way::BOARDS),
            FilmError::Lost => Self::no_such_file(),
            FilmError::Engine(error) => error.into(),
        }
    }
}
