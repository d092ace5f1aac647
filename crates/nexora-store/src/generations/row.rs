//! A generation as a row, there and back.

use nexora_core::generation::{Progress, RunBy};
use nexora_core::{Generation, GenerationState, Order, Provider, Quote, Timestamp};
use serde_json::{from_str, to_string};

use crate::db::Row;
use crate::error::StoreError;

/// The columns that [`read`] reads, in its order.
macro_rules! ROW_COLUMNS {
    () => {
        "id, user_id, order_json, quoted, state, reason_json, unknown_until, attempt,
         route_index, provider, upstream, ticket, outputs, progress_json, cancel_requested,
         charged, created_at, updated_at, submitted_at, ended_at, favourite, version"
    };
}
pub(super) use ROW_COLUMNS;

/// The parts of a generation that are stored in another form than they are used.
pub(super) struct Written {
    pub(super) state: &'static str,
    pub(super) reason: Option<String>,
    pub(super) unknown_until: Option<Timestamp>,
    pub(super) progress: String,
}

impl Written {
    pub(super) fn of(generation: &Generation) -> Result<Self, StoreError> {
        let (reason, unknown_until) = match &generation.state {
            GenerationState::Failed(failure) => (Some(to_string(failure)), None),
            GenerationState::Refused(refusal) => (Some(to_string(refusal)), None),
            GenerationState::Unknown { until } => (None, Some(*until)),
            GenerationState::Queued
            | GenerationState::Submitting
            | GenerationState::Running
            | GenerationState::Saving
            | GenerationState::Ready
            | GenerationState::Cancelled => (None, None),
        };
        Ok(Self {
            state: generation.state.slug(),
            reason: reason.transpose().map_err(StoreError::corrupt)?,
            unknown_until,
            progress: to_string(&generation.progress).map_err(StoreError::corrupt)?,
        })
    }
}

pub(super) fn read(row: &mut Row<'_>) -> Result<Generation, StoreError> {
    let (id, member) = (row.next()?, row.next()?);
    let order: Order = row.parse(|json| from_str(json).ok())?;
    let quote = Quote {
        credits: row.next()?,
        count: order.count,
    };
    Ok(Generation {
        id,
        member,
        order,
        quote,
        state: read_state(row)?,
        attempt: row.next()?,
        route_index: row.next()?,
        run_by: read_run_by(row)?,
        ticket: row.next()?,
        outputs: row.next()?,
        progress: read_progress(row)?,
        cancel_requested: row.next()?,
        charged: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        submitted_at: row.next()?,
        ended_at: row.next()?,
        favourite: row.next()?,
        version: row.next()?,
    })
}

fn read_state(row: &mut Row<'_>) -> Result<GenerationState, StoreError> {
    let slug: String = row.next()?;
    let reason: Option<String> = row.next()?;
    let unknown_until: Option<Timestamp> = row.next()?;
    let reason = reason.as_deref().unwrap_or("null");
    match slug.as_str() {
        "queued" => Ok(GenerationState::Queued),
        "submitting" => Ok(GenerationState::Submitting),
        "running" => Ok(GenerationState::Running),
        "saving" => Ok(GenerationState::Saving),
        "ready" => Ok(GenerationState::Ready),
        "cancelled" => Ok(GenerationState::Cancelled),
        "failed" => from_str(reason)
            .map(GenerationState::Failed)
            .map_err(StoreError::corrupt),
        "refused" => from_str(reason)
            .map(GenerationState::Refused)
            .map_err(StoreError::corrupt),
        "unknown" => unknown_until
            .map(|until| GenerationState::Unknown { until })
            .ok_or_else(|| StoreError::corrupt("unknown for ever")),
        other => Err(StoreError::Corrupt(format!("there is no state {other:?}"))),
    }
}

fn read_run_by(row: &mut Row<'_>) -> Result<Option<RunBy>, StoreError> {
    let provider: Option<String> = row.next()?;
    let upstream: Option<String> = row.next()?;
    let (Some(provider), Some(upstream)) = (provider, upstream) else {
        return Ok(None);
    };
    let provider = Provider::from_slug(&provider)
        .ok_or_else(|| StoreError::Corrupt(format!("there is no provider {provider:?}")))?;
    Ok(Some(RunBy { provider, upstream }))
}

fn read_progress(row: &mut Row<'_>) -> Result<Progress, StoreError> {
    row.parse(|json| from_str(json).ok())
}
