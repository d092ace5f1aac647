//! The one model Replicate plays: FLUX schnell.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::authorize;
use super::problem::{Flaw, Problem};
use crate::check::{
    Field, Judge, check, choice, flag, schema, seed, text, text_in, whole, whole_in,
};
use crate::script;
use crate::shelf::{Form, Piece};
use crate::size::{Size, by_area};
use crate::stage::Stage;
use crate::studio::Wish;

pub(super) const MODEL: &str = "black-forest-labs/flux-schnell";
/// The hash of the model's version; invented, the form is Replicate's.
pub(super) const VERSION: &str = "c846a69991daf4c0e5d016514849d14ee5b2e6846ce6b9d6f21369e564cfe51e";

const FIELDS: &[Field] = &[
    text("prompt").required(),
    choice(
        "aspect_ratio",
        &[
            "1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21",
        ],
    ),
    whole("num_outputs", 1, 4),
    whole("num_inference_steps", 1, 4),
    seed(),
    choice("output_format", &["webp", "jpg", "png"]),
    whole("output_quality", 0, 100),
    flag("disable_safety_checker"),
    flag("go_fast"),
    choice("megapixels", &["1", "0.25"]),
];

/// `GET /v1/models/{owner}/{name}`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    if format!("{owner}/{name}") != MODEL {
        return Err(Problem::NotFound);
    }
    Ok(Json(json!({
        "url": format!("{}/replicate/{MODEL}", stage.base_url),
        "owner": owner,
        "name": name,
        "description": "The fastest image generation model tailored for local development",
        "visibility": "public",
        "is_official": true,
        "run_count": 1,
        "default_example": null,
        "latest_version": {
            "id": VERSION,
            "created_at": "2024-08-01T00:00:00.000Z",
            "cog_version": "0.9.0",
            "openapi_schema": { "components": { "schemas": { "Input": schema(FIELDS) } } },
        },
    })))
}

/// Everything wrong with an input.
pub(super) fn flaws(input: &Map<String, Value>) -> Vec<Flaw> {
    let complaints = check(FIELDS, input, Judge::JsonSchema);
    complaints.into_iter().map(Flaw::from).collect()
}

/// What a valid input asks for, one piece per output.
pub(super) fn pieces(input: &Map<String, Value>, prompt: &str, seed: u64) -> Vec<Piece> {
    let pixels = match text_in(input, "megapixels") {
        Some("0.25") => 1 << 18,
        Some(_) | None => 1 << 20,
    };
    let ratio = text_in(input, "aspect_ratio").unwrap_or("1:1");
    let Size { width, height } = by_area(ratio, pixels);
    let form = Form::named(text_in(input, "output_format").unwrap_or("webp"));
    let piece = |index| Piece {
        wish: Wish {
            prompt: script::strip(prompt),
            negative: String::new(),
            seed: seed + index,
            width,
            height,
        },
        form,
    };
    let count = whole_in(input, "num_outputs").unwrap_or(1);
    (0..count).map(piece).collect()
}
