//! Storyboards: a row each, their shots in order, and the runs that were started for them.

use nexora_core::board::{BoardTitle, Brief, Shot};
use nexora_core::{Board, BoardId, Credits, GenerationId, MemberId, ShotId};

use crate::db::{Row, Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// The columns that [`read`] reads, in its order.
macro_rules! BOARD_COLUMNS {
    () => {
        "id, user_id, title, aspect_ratio, cap, created_at, updated_at, version"
    };
}

/// What the runs of a board come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// What was charged.
    pub charged: Credits,
    /// What is held for those that have not ended.
    pub held: Credits,
}

/// Adds a board without shots.
pub async fn insert(tx: &mut Tx<'_>, board: &Board) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO boards (id, user_id, title, aspect_ratio, cap, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let args = args![
        board.id,
        board.member,
        board.brief.title.as_str(),
        board.brief.ratio.to_string(),
        board.brief.cap,
        board.created_at,
        board.updated_at,
        board.version,
    ];
    tx.send(&INSERT, args).await
}

/// A member's board with this id.
pub async fn of_member(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: BoardId,
) -> Result<Option<Board>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(concat!(
        "SELECT ",
        BOARD_COLUMNS!(),
        " FROM boards WHERE id = $1 AND user_id = $2"
    ));
    const SHOTS_OF: Sql = Sql::both(
        "SELECT board_id, id, plan_json, still_id, clip_id, approved
         FROM board_shots WHERE board_id = $1 ORDER BY position",
    );
    let found = tx.first(&OF_MEMBER, args![id, member], read).await?;
    let Some(board) = found else {
        return Ok(None);
    };
    let shots = tx.all(&SHOTS_OF, args![id], read_shot).await?;
    let shots = shots.into_iter().map(|(_, shot)| shot).collect();
    Ok(Some(Board { shots, ..board }))
}

/// A member's boards with their shots, the one that was changed last first.
pub async fn list(tx: &mut Tx<'_>, member: MemberId, limit: u32) -> Result<Vec<Board>, StoreError> {
    const LIST: Sql = Sql::both(concat!(
        "SELECT ",
        BOARD_COLUMNS!(),
        " FROM boards WHERE user_id = $1 ORDER BY updated_at DESC, id DESC LIMIT $2"
    ));
    const SHOTS: Sql = Sql::both(
        "SELECT s.board_id, s.id, s.plan_json, s.still_id, s.clip_id, s.approved
         FROM boards b JOIN board_shots s ON s.board_id = b.id
         WHERE b.user_id = $1 ORDER BY s.board_id, s.position",
    );
    let mut boards = tx.all(&LIST, args![member, limit], read).await?;
    for (id, shot) in tx.all(&SHOTS, args![member], read_shot).await? {
        if let Some(board) = boards.iter_mut().find(|board| board.id == id) {
            board.shots.push(shot);
        }
    }
    Ok(boards)
}

/// How many boards a member has.
pub async fn count(tx: &mut Tx<'_>, member: MemberId) -> Result<u32, StoreError> {
    const COUNT: Sql = Sql::both("SELECT COUNT(*) FROM boards WHERE user_id = $1");
    let counted = tx.first(&COUNT, args![member], only).await?;
    Ok(counted.unwrap_or(0))
}

/// Writes a board with its shots over the version it was made from, and gives it back with the new
/// one.
///
/// [`StoreError::Conflict`] if somebody else changed or deleted it: read it again.
pub async fn save(tx: &mut Tx<'_>, board: &Board) -> Result<Board, StoreError> {
    const SAVE: Sql = Sql::both(
        "UPDATE boards SET title = $3, aspect_ratio = $4, cap = $5, updated_at = $6,
                           version = version + 1
         WHERE id = $1 AND version = $2",
    );
    const CLEAR: Sql = Sql::both("DELETE FROM board_shots WHERE board_id = $1");
    const PUT: Sql = Sql::both(
        "INSERT INTO board_shots (board_id, position, id, plan_json, still_id, clip_id, approved)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    let args = args![
        board.id,
        board.version,
        board.brief.title.as_str(),
        board.brief.ratio.to_string(),
        board.brief.cap,
        board.updated_at,
    ];
    if tx.run(&SAVE, args).await? == 0 {
        return Err(StoreError::Conflict);
    }
    // Twelve rows at most: to write them anew is simpler than to move them.
    tx.send(&CLEAR, args![board.id]).await?;
    for (position, shot) in (0_u32..).zip(&board.shots) {
        let plan = serde_json::to_string(&shot.plan).map_err(StoreError::corrupt)?;
        let args = args![
            board.id,
            position,
            shot.id,
            plan,
            shot.still,
            shot.clip,
            shot.is_approved,
        ];
        tx.send(&PUT, args).await?;
    }
    let version = board.version.saturating_add(1);
    Ok(Board {
        version,
        ..board.clone()
    })
}

/// Deletes a board; what was made for it stays. `false` if its owner has none such.
pub async fn delete(tx: &mut Tx<'_>, member: MemberId, id: BoardId) -> Result<bool, StoreError> {
    const DELETE_RUNS: Sql = Sql::both(
        "DELETE FROM board_runs WHERE board_id = $1
           AND EXISTS (SELECT 1 FROM boards WHERE id = $1 AND user_id = $2)",
    );
    const DELETE_SHOTS: Sql = Sql::both(
        "DELETE FROM board_shots WHERE board_id = $1
           AND EXISTS (SELECT 1 FROM boards WHERE id = $1 AND user_id = $2)",
    );
    const DELETE: Sql = Sql::both("DELETE FROM boards WHERE id = $1 AND user_id = $2");
    tx.send(&DELETE_RUNS, args![id, member]).await?;
    tx.send(&DELETE_SHOTS, args![id, member]).await?;
    Ok(tx.run(&DELETE, args![id, member]).await? == 1)
}

/// Binds a run to the shot it was started for.
pub async fn bind(
    tx: &mut Tx<'_>,
    board: BoardId,
    shot: ShotId,
    run: GenerationId,
) -> Result<(), StoreError> {
    const BIND: Sql =
        Sql::both("INSERT INTO board_runs (generation_id, board_id, shot_id) VALUES ($1, $2, $3)");
    tx.send(&BIND, args![run, board, shot]).await
}

/// What was charged and is held for all runs of a board, those of shots included that left it.
pub async fn spent(tx: &mut Tx<'_>, id: BoardId) -> Result<Spent, StoreError> {
    // The server adds whole numbers up to a type that we do not read.
    const SPENT: Sql = Sql::both(
        "SELECT CAST(COALESCE(SUM(COALESCE(g.charged, 0)), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN g.ended_at IS NULL THEN g.quoted ELSE 0 END), 0)
                     AS BIGINT)
         FROM board_runs r JOIN generations g ON g.id = r.generation_id
         WHERE r.board_id = $1",
    );
    let spent: Option<Spent> = tx
        .first(&SPENT, args![id], |row| {
            Ok(Spent {
                charged: row.next()?,
                held: row.next()?,
            })
        })
        .await?;
    spent.ok_or_else(|| StoreError::corrupt("a sum of nothing"))
}

fn read(row: &mut Row<'_>) -> Result<Board, StoreError> {
    Ok(Board {
        id: row.next()?,
        member: row.next()?,
        brief: Brief {
            title: row.parse(|text| BoardTitle::parse(text).ok())?,
            ratio: row.parse(|text| text.parse().ok())?,
            cap: row.next()?,
        },
        shots: Vec::new(),
        created_at: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    })
}

fn read_shot(row: &mut Row<'_>) -> Result<(BoardId, Shot), StoreError> {
    let board = row.next()?;
    let shot = Shot {
        id: row.next()?,
        plan: row.parse(|json| serde_json::from_str(json).ok())?,
        still: row.next()?,
        clip: row.next()?,
        is_approved: row.next()?,
    };
    Ok((board, shot))
}
