//! Comparisons: a row each, and the runs that are looked at side by side.

use nexora_core::comparison::{Comparison, Judgement, Purpose};
use nexora_core::{ComparisonId, GenerationId, MemberId};

use crate::db::{Row, Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Writes down runs that were ordered together.
pub async fn insert(tx: &mut Tx<'_>, comparison: &Comparison) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO comparisons (id, user_id, purpose, original, created_at)
         VALUES ($1, $2, $3, $4, $5)",
    );
    const INSERT_RUN: Sql = Sql::both(
        "INSERT INTO comparison_runs (comparison_id, position, generation_id) VALUES ($1, $2, $3)",
    );
    let args = args![
        comparison.id,
        comparison.member,
        comparison.purpose.slug(),
        comparison.purpose.original(),
        comparison.created_at,
    ];
    tx.send(&INSERT, args).await?;
    for (position, run) in (0_u32..).zip(&comparison.runs) {
        tx.send(&INSERT_RUN, args![comparison.id, position, *run])
            .await?;
    }
    Ok(())
}

/// One of a member's comparisons.
pub async fn of_member(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: ComparisonId,
) -> Result<Option<Comparison>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(
        "SELECT id, user_id, purpose, original, created_at FROM comparisons
         WHERE user_id = $1 AND id = $2",
    );
    match tx.first(&OF_MEMBER, args![member, id], read).await? {
        Some(found) => with_runs(tx, found).await.map(Some),
        None => Ok(None),
    }
}

/// The comparison a run is part of, if it was ordered in one.
pub async fn of_run(tx: &mut Tx<'_>, run: GenerationId) -> Result<Option<Comparison>, StoreError> {
    const OF_RUN: Sql = Sql::both(
        "SELECT c.id, c.user_id, c.purpose, c.original, c.created_at
         FROM comparison_runs r JOIN comparisons c ON c.id = r.comparison_id
         WHERE r.generation_id = $1",
    );
    match tx.first(&OF_RUN, args![run], read).await? {
        Some(found) => with_runs(tx, found).await.map(Some),
        None => Ok(None),
    }
}

/// A member's comparisons, the newest first.
pub async fn list(
    tx: &mut Tx<'_>,
    member: MemberId,
    limit: u32,
) -> Result<Vec<Comparison>, StoreError> {
    const LIST: Sql = Sql::both(
        "SELECT id, user_id, purpose, original, created_at FROM comparisons
         WHERE user_id = $1 ORDER BY id DESC LIMIT $2",
    );
    let mut listed = Vec::new();
    for found in tx.all(&LIST, args![member, limit], read).await? {
        listed.push(with_runs(tx, found).await?);
    }
    Ok(listed)
}

/// Writes down how far a run is from the one it makes again.
pub async fn judge(
    tx: &mut Tx<'_>,
    run: GenerationId,
    judgement: &Judgement,
) -> Result<(), StoreError> {
    const JUDGE: Sql =
        Sql::both("UPDATE comparison_runs SET verdict_json = $2 WHERE generation_id = $1");
    let json = serde_json::to_string(judgement).map_err(StoreError::corrupt)?;
    tx.send(&JUDGE, args![run, json]).await
}

/// How far a run is from the one it makes again, as soon as it is known.
pub async fn judgement_of(
    tx: &mut Tx<'_>,
    run: GenerationId,
) -> Result<Option<Judgement>, StoreError> {
    const JUDGEMENT_OF: Sql = Sql::both(
        "SELECT verdict_json FROM comparison_runs
         WHERE generation_id = $1 AND verdict_json IS NOT NULL",
    );
    let json: Option<String> = tx.first(&JUDGEMENT_OF, args![run], only).await?;
    json.map(|json| serde_json::from_str(&json).map_err(StoreError::corrupt))
        .transpose()
}

/// Forgets a member's comparisons: they leave. The runs stay, as far as they do.
pub async fn forget(tx: &mut Tx<'_>, member: MemberId) -> Result<(), StoreError> {
    const FORGET_RUNS: Sql = Sql::both(
        "DELETE FROM comparison_runs WHERE comparison_id IN (
             SELECT id FROM comparisons WHERE user_id = $1)",
    );
    const FORGET: Sql = Sql::both("DELETE FROM comparisons WHERE user_id = $1");
    tx.send(&FORGET_RUNS, args![member]).await?;
    tx.send(&FORGET, args![member]).await
}

async fn with_runs(tx: &mut Tx<'_>, found: Comparison) -> Result<Comparison, StoreError> {
    const RUNS: Sql = Sql::both(
        "SELECT generation_id FROM comparison_runs WHERE comparison_id = $1 ORDER BY position",
    );
    let runs = tx.all(&RUNS, args![found.id], only).await?;
    Ok(Comparison { runs, ..found })
}

fn read(row: &mut Row<'_>) -> Result<Comparison, StoreError> {
    let (id, member) = (row.next()?, row.next()?);
    let purpose: String = row.next()?;
    let original: Option<GenerationId> = row.next()?;
    let purpose = Purpose::of(&purpose, original)
        .ok_or_else(|| StoreError::Corrupt(format!("there is no comparison of {purpose:?}")))?;
    Ok(Comparison {
        id,
        member,
        purpose,
        runs: Vec::new(),
        created_at: row.next()?,
    })
}
