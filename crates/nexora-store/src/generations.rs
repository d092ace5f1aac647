//! Generations: one row each, from the order to the end.

mod keys;
mod list;
mod row;

use nexora_core::{Generation, GenerationId, MemberId, Provider, Timestamp};

pub use keys::{by_key, insert_key};
pub use list::{Listing, changed_since, list, on_boards};

use crate::db::{Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::search::fold;
use row::{ROW_COLUMNS, Written, read};

/// Most unfinished generations named at once.
const ACTIVE_MAX: u32 = 10_000;

/// Adds a new generation.
pub async fn insert(tx: &mut Tx<'_>, generation: &Generation) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO generations (id, user_id, model, kind, prompt, search_text, order_json,
                                  quoted, state, attempt, route_index, progress_json,
                                  cancel_requested, created_at, updated_at, favourite, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    );
    let order = &generation.order;
    let written = Written::of(generation)?;
    let (model, prompt) = (order.model.as_str(), order.prompt.as_str());
    let args = args![
        generation.id,
        generation.member,
        model,
        order.kind.slug(),
        prompt,
        fold(&format!("{prompt} {model}")),
        serde_json::to_string(order).map_err(StoreError::corrupt)?,
        generation.quote.credits,
        written.state,
        generation.attempt,
        generation.route_index,
        written.progress,
        generation.cancel_requested,
        generation.created_at,
        generation.updated_at,
        generation.favourite,
        generation.version,
    ];
    tx.send(&INSERT, args).await
}

/// The generation with this id, deleted or not.
pub async fn by_id(tx: &mut Tx<'_>, id: GenerationId) -> Result<Option<Generation>, StoreError> {
    const BY_ID: Sql = Sql::both(concat!(
        "SELECT ",
        ROW_COLUMNS!(),
        " FROM generations WHERE id = $1"
    ));
    tx.first(&BY_ID, args![id], read).await
}

/// The member's generation with this id, unless they deleted it.
pub async fn of_member(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: GenerationId,
) -> Result<Option<Generation>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(concat!(
        "SELECT ",
        ROW_COLUMNS!(),
        " FROM generations WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL"
    ));
    tx.first(&OF_MEMBER, args![id, member], read).await
}

/// Writes a generation over the version it was made from, and gives it back with the new one.
/// What its owner marked or deleted meanwhile stays.
///
/// [`StoreError::Conflict`] if somebody else changed it: read it again.
pub async fn save(tx: &mut Tx<'_>, generation: &Generation) -> Result<Generation, StoreError> {
    const SAVE: Sql = Sql::both(
        "UPDATE generations SET
             state = $3, reason_json = $4, unknown_until = $5, attempt = $6, route_index = $7,
             provider = $8, upstream = $9, ticket = $10, outputs = $11, progress_json = $12,
             cancel_requested = $13, charged = $14, updated_at = $15, submitted_at = $16,
             ended_at = $17, version = version + 1
         WHERE id = $1 AND version = $2",
    );
    let written = Written::of(generation)?;
    let run_by = generation.run_by.as_ref();
    let args = args![
        generation.id,
        generation.version,
        written.state,
        written.reason,
        written.unknown_until,
        generation.attempt,
        generation.route_index,
        run_by.map(|run| run.provider.slug()),
        run_by.map(|run| run.upstream.as_str()),
        generation.ticket.as_deref(),
        generation.outputs.as_deref(),
        written.progress,
        generation.cancel_requested,
        generation.charged,
        generation.updated_at,
        generation.submitted_at,
        generation.ended_at,
    ];
    if tx.run(&SAVE, args).await? != 1 {
        return Err(StoreError::Conflict);
    }
    Ok(Generation {
        version: generation.version.saturating_add(1),
        ..generation.clone()
    })
}

/// How many of a member's generations are with providers or on their way back.
pub async fn running_of(tx: &mut Tx<'_>, member: MemberId) -> Result<u32, StoreError> {
    const RUNNING_OF: Sql = Sql::both(
        "SELECT COUNT(*) FROM generations
         WHERE user_id = $1 AND ended_at IS NULL
           AND state IN ('submitting', 'running', 'saving', 'unknown')",
    );
    count(tx.first(&RUNNING_OF, args![member], only).await?)
}

/// How many of a member's generations have not ended; counts up to `count_max` only.
pub async fn active_of(
    tx: &mut Tx<'_>,
    member: MemberId,
    count_max: u32,
) -> Result<u32, StoreError> {
    const ACTIVE_OF: Sql = Sql::both(
        "SELECT COUNT(*) FROM (
             SELECT id FROM generations WHERE user_id = $1 AND ended_at IS NULL LIMIT $2
         ) AS counted",
    );
    count(tx.first(&ACTIVE_OF, args![member, count_max], only).await?)
}

/// Whether a generation holds this provider's ticket.
pub async fn has_ticket(
    tx: &mut Tx<'_>,
    provider: Provider,
    ticket: &str,
) -> Result<bool, StoreError> {
    const HAS_TICKET: Sql =
        Sql::both("SELECT COUNT(*) FROM generations WHERE provider = $1 AND ticket = $2");
    let args = args![provider.slug(), ticket];
    let holders = count(tx.first(&HAS_TICKET, args, only).await?)?;
    Ok(holders > 0)
}

/// How many generations a provider has at this moment.
pub async fn running_at(tx: &mut Tx<'_>, provider: Provider) -> Result<u32, StoreError> {
    const RUNNING_AT: Sql = Sql::both(
        "SELECT COUNT(*) FROM generations
         WHERE provider = $1 AND ended_at IS NULL
           AND state IN ('submitting', 'running', 'saving', 'unknown')",
    );
    let args = args![provider.slug()];
    count(tx.first(&RUNNING_AT, args, only).await?)
}

/// What of a member's waits in our own queue, the next one first; the first `limit` of it.
pub async fn queue_of(
    tx: &mut Tx<'_>,
    member: MemberId,
    limit: u32,
) -> Result<Vec<GenerationId>, StoreError> {
    const QUEUE_OF: Sql = Sql::both(
        "SELECT id FROM generations
         WHERE user_id = $1 AND ended_at IS NULL AND state = 'queued' ORDER BY id LIMIT $2",
    );
    tx.all(&QUEUE_OF, args![member, limit], only).await
}

/// Marks a member's generation as a favourite, or not any more. `false` if they have no such
/// generation.
pub async fn set_favourite(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: GenerationId,
    favourite: bool,
) -> Result<bool, StoreError> {
    const SET_FAVOURITE: Sql = Sql::both(
        "UPDATE generations SET favourite = $3
         WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
    );
    let changed = tx.run(&SET_FAVOURITE, args![id, member, favourite]).await?;
    Ok(changed == 1)
}

/// Takes a generation that has ended out of its owner's sight. The row stays: the books refer to
/// it. `false` if there is none to delete.
pub async fn delete(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: GenerationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const DELETE: Sql = Sql::both(
        "UPDATE generations SET deleted_at = $3
         WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL AND ended_at IS NOT NULL",
    );
    Ok(tx.run(&DELETE, args![id, member, now]).await? == 1)
}

/// Generations that have not ended, the oldest first.
pub async fn active(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<GenerationId>, StoreError> {
    const ACTIVE: Sql =
        Sql::both("SELECT id FROM generations WHERE ended_at IS NULL ORDER BY id LIMIT $1");
    tx.all(&ACTIVE, args![limit.min(ACTIVE_MAX)], only).await
}

/// How many generations a member has, and how many of them have not ended.
pub async fn counts(tx: &mut Tx<'_>, member: MemberId) -> Result<(u32, u32), StoreError> {
    const COUNTS: Sql = Sql::both(
        "SELECT COUNT(*), COUNT(CASE WHEN ended_at IS NULL THEN 1 END)
         FROM generations WHERE user_id = $1 AND deleted_at IS NULL",
    );
    let counted = tx
        .first(&COUNTS, args![member], |row| Ok((row.next()?, row.next()?)))
        .await?;
    Ok(counted.unwrap_or((0, 0)))
}

fn count(counted: Option<u32>) -> Result<u32, StoreError> {
    counted.ok_or_else(|| StoreError::corrupt("a count that counted nothing"))
}
