//! What the API says, as JSON. Names here are promises to programs.

use nexora_core::ledger::Entry;
use nexora_core::{Asset, GenerationState, Order, Timestamp};
use nexora_engine::{Receipt, Run};
use serde::Serialize;
use serde_json::{Value, json};

use crate::components::moment::rfc3339;

/// A generation.
pub(super) fn generation(run: &Run) -> Value {
    let it = &run.generation;
    let (code, sentence) = reason(&it.state);
    json!({
        "id": it.id,
        "state": it.state.slug(),
        "has_ended": it.state.has_ended(),
        "reason": code.map(|code| json!({ "code": code, "sentence": sentence })),
        "kind": it.order.kind,
        "model": it.order.model,
        "order": order(&it.order),
        "credits": it.quote.credits,
        "charged": it.charged,
        "progress": {
            "percent": it.progress.percent,
            "provider_queue": it.progress.queue_position,
            "queue": run.place,
        },
        "run_by": it.run_by.as_ref().map(|by| json!({
            "provider": by.provider.slug(),
            "model": by.upstream,
        })),
        "cancel_requested": it.cancel_requested,
        "favourite": it.favourite,
        "created_at": rfc3339(it.created_at),
        "updated_at": rfc3339(it.updated_at),
        "ended_at": it.ended_at.map(rfc3339),
        "outputs": run.assets.iter().map(output).collect::<Vec<_>>(),
        "links": links(run),
    })
}

/// Where to go from a generation.
pub(super) fn links(run: &Run) -> Value {
    let id = run.generation.id;
    json!({
        "self": format!("/api/generations/{id}"),
        "cancel": format!("/api/generations/{id}/cancel"),
        "retry": format!("/api/generations/{id}/retry"),
        "vary": format!("/api/generations/{id}/vary"),
        "reproduce": format!("/api/generations/{id}/reproduce"),
        "receipt": format!("/api/generations/{id}/receipt"),
        "page": format!("/g/{id}"),
    })
}

/// The fields as they were ordered, ready to be sent again.
fn order(order: &Order) -> Value {
    json!({
        "model": order.model,
        "prompt": order.prompt,
        "negative_prompt": order.negative_prompt,
        // Left to the picture, as it was.
        "aspect_ratio": (!order.fits_picture).then_some(order.aspect_ratio),
        "resolution": order.resolution,
        "duration": order.seconds,
        "seed": order.seed,
        "count": order.count,
        "first_frame": order.inputs.first_frame,
        "last_frame": order.inputs.last_frame,
        "references": order.inputs.references,
        "character": order.character,
        "move": order.direction.movement,
        "move_strength": order.direction.strength,
        "lens": order.direction.lens,
        "light": order.direction.light,
        "pace": order.direction.pace,
    })
}

fn reason(state: &GenerationState) -> (Option<Value>, Option<String>) {
    match state {
        GenerationState::Failed(failure) => {
            let tagged = serde_json::to_value(failure).unwrap_or_default();
            (tagged.get("reason").cloned(), Some(failure.sentence()))
        }
        GenerationState::Refused(refusal) => (Some("refused".into()), Some(refusal.sentence())),
        GenerationState::Unknown { until } => (
            Some("unresolved".into()),
            Some(format!(
                "The provider has not said whether it took this. Without an answer by {} the \
                 credits come back.",
                rfc3339(*until)
            )),
        ),
        GenerationState::Queued
        | GenerationState::Submitting
        | GenerationState::Running
        | GenerationState::Saving
        | GenerationState::Ready
        | GenerationState::Cancelled => (None, None),
    }
}

fn output(asset: &Asset) -> Value {
    let base = format!("/media/{}", asset.id);
    json!({
        "id": asset.id,
        "kind": asset.kind,
        "content_type": asset.content_type,
        "width": asset.width,
        "height": asset.height,
        "duration_ms": asset.duration_ms,
        "size_bytes": asset.size_bytes,
        "links": {
            "self": base,
            "poster": asset.poster_key.as_ref().map(|_| format!("{base}/poster")),
            "thumbnail": asset.thumbnail_key.as_ref().map(|_| format!("{base}/thumb")),
            "download": format!("{base}/download"),
        },
    })
}

/// Where the credits of one generation went.
pub(super) fn receipt(receipt: &Receipt) -> Value {
    let it = &receipt.run.generation;
    json!({
        "generation": it.id,
        "state": it.state.slug(),
        "model": it.order.model,
        "run_by": it.run_by.as_ref().map(|by| json!({
            "provider": by.provider.slug(),
            "model": by.upstream,
        })),
        "quoted": it.quote.credits,
        "held": receipt.hold.amount,
        "charged": receipt.hold.charged,
        "returned": receipt.hold.released,
        "ordered_at": rfc3339(it.created_at),
        "settled_at": receipt.hold.ended_at.map(rfc3339),
        "entries": receipt.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn entry(entry: &Entry) -> Value {
    json!({
        "number": entry.number,
        "kind": entry.kind,
        "from": entry.from,
        "to": entry.to,
        "amount": entry.amount,
        "note": entry.note,
        "at": rfc3339(entry.at),
        "seal": entry.seal.to_hex(),
    })
}

/// A moment that may not come.
pub(super) fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(rfc3339)
}

/// One page of a list.
#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) items: Vec<Value>,
    /// The value of `before` that gives the next page.
    pub(super) next: Option<String>,
}
