//! Holds end exactly once: charged when the outputs are stored, given back otherwise. This is the
//! only place that calls the ledger's second half.

use nexora_core::{Asset, Credits, Generation, GenerationState, Timestamp};
use nexora_store::{Tx, assets, credits, generations, jobs};

use crate::EngineError;
use crate::health;
use crate::job::Job;

/// Writes the end of a generation and settles its hold in the same transaction. `ended` says how
/// much is charged; the rest of the hold goes back to where it came from. `title` is what the
/// journal calls the model.
pub(crate) async fn end(
    tx: &mut Tx<'_>,
    ended: Generation,
    title: &str,
    now: Timestamp,
) -> Result<Generation, EngineError> {
    let charge = ended.charged.unwrap_or(Credits::ZERO);
    let saved = generations::save(tx, &ended).await?;
    health::note_end(tx, &saved, now).await?;
    let (charge_note, release_note) = notes(&saved, title);
    credits::settle(
        tx,
        saved.member,
        saved.id,
        charge,
        &charge_note,
        &release_note,
        now,
    )
    .await?;
    // A place became free: the member's next one need not wait for its turn to look.
    jobs::hurry_waiting(tx, Job::DRIVE, saved.member, now).await?;
    Ok(saved)
}

/// Writes down the stored outputs and the end they bring, in one transaction.
pub(crate) async fn deliver(
    tx: &mut Tx<'_>,
    ready: Generation,
    title: &str,
    outputs: &[Asset],
    now: Timestamp,
) -> Result<Generation, EngineError> {
    for asset in outputs {
        assets::insert(tx, asset).await?;
    }
    end(tx, ready, title, now).await
}

/// What the journal says about a charge and about a release, for the member to read.
fn notes(ended: &Generation, model: &str) -> (String, String) {
    let delivered = format!("{model} delivered");
    let returned = match &ended.state {
        GenerationState::Ready => format!("{model}: not every output was delivered"),
        GenerationState::Refused(refusal) => {
            format!("{model}: {} declined the prompt", refusal.provider)
        }
        GenerationState::Cancelled => format!("{model}: stopped before it was made"),
        GenerationState::Failed(_)
        | GenerationState::Queued
        | GenerationState::Submitting
        | GenerationState::Running
        | GenerationState::Saving
        | GenerationState::Unknown { .. } => format!("{model}: it could not be made"),
    };
    (delivered, returned)
}
