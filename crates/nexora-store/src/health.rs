//! How attempts on each route ended, the newest of each.

use nexora_core::health::{Ending, Outcome, RUNS_MAX};
use nexora_core::{GenerationId, ModelId, Provider};
use std::time::Duration;

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most endings read at once: those that count of a hundred routes, and as many that do not any
/// more. Beyond that the oldest are left out.
const READ_MAX: u32 = 10_000;

/// A way to run a model: who, and under which of their names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteName {
    /// Which model.
    pub model: ModelId,
    /// Who runs it.
    pub provider: Provider,
    /// The provider's own name for it.
    pub upstream: String,
}

/// Writes down how an attempt ended. If it was thought to have ended in another way (a job that was
/// lost and is found), this counts.
pub async fn note(
    tx: &mut Tx<'_>,
    (id, attempt): (GenerationId, u32),
    route: &RouteName,
    ending: Ending,
) -> Result<(), StoreError> {
    const NOTE: Sql = Sql::both(
        "INSERT INTO route_endings (generation_id, attempt, model, provider, upstream, outcome,
                                    wait_ms, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (generation_id, attempt) DO UPDATE SET
             outcome = excluded.outcome, wait_ms = excluded.wait_ms, at = excluded.at",
    );
    let (outcome, wait) = match ending.outcome {
        Outcome::Made { wait } => ("made", wait),
        Outcome::Failed => ("failed", Duration::ZERO),
        Outcome::Refused => ("refused", Duration::ZERO),
    };
    let args = args![
        id,
        attempt,
        route.model.as_str(),
        route.provider.slug(),
        route.upstream.as_str(),
        outcome,
        i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
        ending.at,
    ];
    tx.send(&NOTE, args).await
}

/// Every ending that is kept, the newest first.
pub async fn endings(tx: &mut Tx<'_>) -> Result<Vec<(RouteName, Ending)>, StoreError> {
    const ENDINGS: Sql = Sql::both(
        "SELECT model, provider, upstream, outcome, wait_ms, at FROM route_endings
         ORDER BY at DESC LIMIT $1",
    );
    tx.all(&ENDINGS, args![READ_MAX], read).await
}

/// Removes what does not count any more, and says how much that was.
pub async fn forget_old(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    const FORGET_OLD: Sql = Sql::both(
        "DELETE FROM route_endings WHERE (generation_id, attempt) IN (
             SELECT generation_id, attempt FROM (
                 SELECT generation_id, attempt, ROW_NUMBER() OVER (
                     PARTITION BY model, provider, upstream ORDER BY at DESC) AS place
                 FROM route_endings) AS placed
             WHERE place > $1)",
    );
    let kept = i64::try_from(RUNS_MAX).unwrap_or(i64::MAX);
    tx.run(&FORGET_OLD, args![kept]).await
}

fn read(row: &mut Row<'_>) -> Result<(RouteName, Ending), StoreError> {
    let model: String = row.next()?;
    let provider: String = row.next()?;
    let provider = Provider::from_slug(&provider)
        .ok_or_else(|| StoreError::Corrupt(format!("there is no provider {provider:?}")))?;
    let route = RouteName {
        model: ModelId::new(model),
        provider,
        upstream: row.next()?,
    };
    let outcome: String = row.next()?;
    let wait_ms: i64 = row.next()?;
    let wait = Duration::from_millis(u64::try_from(wait_ms).map_err(StoreError::corrupt)?);
    let outcome = match outcome.as_str() {
        "made" => Outcome::Made { wait },
        "failed" => Outcome::Failed,
        "refused" => Outcome::Refused,
        other => return Err(StoreError::Corrupt(format!("there is no ending {other:?}"))),
    };
    let at = row.next()?;
    Ok((route, Ending { outcome, at }))
}
