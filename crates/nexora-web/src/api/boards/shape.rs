//! A board, as programs see it. Names here are promises to programs.

use nexora_core::board::Shot;
use nexora_engine::{Part, Pressed, Run, Storyboard};
use serde_json::{Map, Value, json};

use crate::components::moment::rfc3339;
use crate::state::App;

pub(super) fn board(story: &Storyboard, app: &App) -> Value {
    let it = &story.board;
    let id = it.id;
    let quote = story.quote(app.catalog());
    let shots = it.shots.iter().zip(1..);
    let shots = shots.map(|(one, number)| shot(story, one, number));
    json!({
        "id": id,
        "title": it.brief.title.as_str(),
        "aspect_ratio": it.brief.ratio,
        "cap": it.brief.cap,
        "charged": story.spent.charged,
        "held": story.spent.held,
        "quote": {
            "stills": part(quote.stills),
            "clips": part(quote.clips),
            "whole": quote.whole(),
            "approved_clips": part(quote.approved),
            "approved": quote.chosen(),
            "saved": quote.saved(),
            "next_stills": part(quote.stills_now),
            "next_clips": part(quote.clips_now),
        },
        "shots": shots.collect::<Vec<_>>(),
        "created_at": rfc3339(it.created_at),
        "updated_at": rfc3339(it.updated_at),
        "links": {
            "self": format!("/api/boards/{id}"),
            "shots": format!("/api/boards/{id}/shots"),
            "stills": format!("/api/boards/{id}/stills"),
            "animate": format!("/api/boards/{id}/animate"),
            "film": format!("/api/boards/{id}/film.mp4"),
            "bundle": format!("/api/boards/{id}/shots.zip"),
            "page": format!("/director/board/{id}"),
        },
    })
}

pub(super) fn pressed(pressed: &Pressed) -> Value {
    let started = pressed.started.iter().map(|run| {
        json!({
            "id": run.id,
            "credits": run.quote.credits,
            "links": { "self": format!("/api/generations/{}", run.id) },
        })
    });
    json!({
        "started": started.collect::<Vec<_>>(),
        "replayed": pressed.replayed,
        "balance": {
            "available": pressed.balance.available(),
            "held": pressed.balance.held,
        },
    })
}

fn part(part: Part) -> Value {
    json!({ "count": part.count, "credits": part.credits })
}

/// What is written about a shot under the names of its form, and what was made for it.
fn shot(story: &Storyboard, shot: &Shot, number: usize) -> Value {
    let texts = shot.plan.texts().into_iter();
    let mut fields: Map<String, Value> = texts
        .map(|(name, text)| {
            (
                name.to_owned(),
                Some(text).filter(|text| !text.is_empty()).into(),
            )
        })
        .collect();
    let made = json!({
        "id": shot.id,
        "number": number,
        "picture": story.picture(shot),
        "approved": shot.is_approved,
        "still": story.still(shot).map(run),
        "clip": story.clip(shot).map(run),
    });
    if let Value::Object(made) = made {
        fields.extend(made);
    }
    Value::Object(fields)
}

fn run(run: &Run) -> Value {
    let it = &run.generation;
    json!({
        "id": it.id,
        "state": it.state.slug(),
        "credits": it.quote.credits,
        "charged": it.charged,
        "outputs": run.assets.iter().map(|asset| asset.id).collect::<Vec<_>>(),
        "links": { "self": format!("/api/generations/{}", it.id) },
    })
}
