//! Storyboards: kept while they are written, and what is made for them.

mod error;
mod film;
mod press;
mod story;

use nexora_core::board::{Brief, SHOTS_MAX, Shift, Shot, ShotPlan};
use nexora_core::{Board, BoardId, Member, MemberId, ShotId, Timestamp};
use nexora_store::{Lane, StoreError, Tx, boards, characters, users};

pub use error::{BoardError, Snag};
pub use film::FilmError;
pub use press::{Press, Pressed, Step};
pub use story::{BoardQuote, Part, Storyboard};

use crate::characters::CAST_TIER;
use crate::{Engine, EngineError, pictures};

/// Most boards a member has: what a page lists without turning it.
pub const BOARDS_MAX: u32 = 24;

/// What is changed on a board.
#[derive(Clone, Debug)]
pub enum BoardChange {
    /// Its title, shape and cap.
    Brief(Brief),
    /// Another shot at the end.
    Add(ShotPlan),
    /// What is written about a shot.
    Rewrite(ShotId, ShotPlan),
    /// A copy behind a shot.
    Duplicate(ShotId),
    /// A shot leaves the board.
    Remove(ShotId),
    /// A shot goes elsewhere.
    Shift(ShotId, Shift),
    /// A still is liked, or not any more.
    Approve(ShotId, bool),
}

impl Engine {
    /// A member's boards, the one that was changed last first.
    pub async fn boards(&self, member: MemberId) -> Result<Vec<Storyboard>, EngineError> {
        self.read(move |tx| Box::pin(async move { Storyboard::all(tx, member).await }))
            .await
    }

    /// One of a member's boards.
    pub async fn board(
        &self,
        member: MemberId,
        id: BoardId,
    ) -> Result<Option<Storyboard>, EngineError> {
        self.read(move |tx| Box::pin(async move { Storyboard::load(tx, member, id).await }))
            .await
    }

    /// Makes a board without shots.
    pub async fn open_board(&self, member: &Member, brief: Brief) -> Result<Board, BoardError> {
        let now = self.now();
        let board = Board {
            id: BoardId::new(now),
            member: member.id,
            brief,
            shots: Vec::new(),
            created_at: now,
            updated_at: now,
            version: 0,
        };
        let added = board.clone();
        let written: Result<(), BoardError> = self
            .store()
            .write(Lane::Member(member.id), move |tx| {
                Box::pin(async move {
                    check_plan(tx, added.member, now).await?;
                    if boards::count(tx, added.member).await? >= BOARDS_MAX {
                        return Err(BoardError::TooManyBoards);
                    }
                    boards::insert(tx, &added).await?;
                    Ok(())
                })
            })
            .await;
        written?;
        Ok(board)
    }

    /// Changes one of a member's boards. Nothing is started.
    pub async fn change_board(
        &self,
        member: &Member,
        id: BoardId,
        change: BoardChange,
    ) -> Result<Board, BoardError> {
        let (owner, now) = (member.id, self.now());
        self.store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    check_plan(tx, owner, now).await?;
                    let found = Storyboard::load(tx, owner, id).await?;
                    let story = found.ok_or(BoardError::NotFound)?;
                    if let BoardChange::Add(plan) | BoardChange::Rewrite(_, plan) = &change {
                        check_belongings(tx, owner, plan).await?;
                    }
                    let mut board = changed(story, change, now)?;
                    board.updated_at = now;
                    Ok(boards::save(tx, &board).await?)
                })
            })
            .await
    }

    /// Deletes a board; its stills and clips stay in the history. Whether there was such a board.
    pub async fn delete_board(&self, member: MemberId, id: BoardId) -> Result<bool, EngineError> {
        self.store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move { boards::delete(tx, member, id).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))
    }

    /// Deletes every board of a member who leaves.
    pub(crate) async fn forget_boards(&self, member: MemberId) -> Result<(), EngineError> {
        for story in self.boards(member).await? {
            self.delete_board(member, story.board.id).await?;
        }
        Ok(())
    }
}

/// The board with the change on it.
fn changed(story: Storyboard, change: BoardChange, now: Timestamp) -> Result<Board, BoardError> {
    if let BoardChange::Approve(id, true) = change {
        let shot = story.board.shot(id).ok_or(BoardError::NoShot)?;
        if story.picture(shot).is_none() {
            let number = story.board.number(id);
            let why = Snag::NoStill;
            return Err(BoardError::Shot { number, why });
        }
    }
    let mut board = story.board;
    let is_there = match change {
        BoardChange::Brief(brief) => {
            board.brief = brief;
            true
        }
        BoardChange::Add(_) | BoardChange::Duplicate(_) if board.shots.len() >= SHOTS_MAX => {
            return Err(BoardError::TooManyShots);
        }
        BoardChange::Add(plan) => {
            board.shots.push(Shot::new(ShotId::new(now), plan));
            true
        }
        BoardChange::Rewrite(id, plan) => {
            let shot = board.shot_mut(id);
            shot.map(|shot| shot.rewrite(plan)).is_some()
        }
        BoardChange::Duplicate(id) => board.duplicate(id, ShotId::new(now)),
        BoardChange::Remove(id) => board.remove(id),
        BoardChange::Shift(id, shift) => board.shift(id, shift),
        BoardChange::Approve(id, is_approved) => {
            let shot = board.shot_mut(id);
            shot.map(|shot| shot.is_approved = is_approved).is_some()
        }
    };
    if is_there {
        Ok(board)
    } else {
        Err(BoardError::NoShot)
    }
}

/// Boards are part of the plan that has characters.
async fn check_plan(tx: &mut Tx<'_>, owner: MemberId, now: Timestamp) -> Result<(), BoardError> {
    let rights = users::rights_of(tx, owner, now).await?;
    if rights.plan.reaches(CAST_TIER) {
        Ok(())
    } else {
        Err(BoardError::Locked(CAST_TIER.cheapest_plan()))
    }
}

/// Who and what a shot names is its owner's.
async fn check_belongings(
    tx: &mut Tx<'_>,
    owner: MemberId,
    plan: &ShotPlan,
) -> Result<(), BoardError> {
    if let Some(id) = plan.character {
        let found = characters::by_id(tx, id).await?;
        if found.is_none_or(|character| character.member != owner) {
            return Err(BoardError::NoCharacter);
        }
    }
    if let Some(source) = plan.start
        && pictures::find(tx, owner, source).await?.is_none()
    {
        return Err(BoardError::NoPicture);
    }
    Ok(())
}
