//! The models Replicate plays: their input fields and what they paint.

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
use crate::given::Given;
use crate::queue::Work;
use crate::script;
use crate::shelf::{Form, Piece};
use crate::size::{Size, by_area, by_short_side};
use crate::stage::Stage;
use crate::studio::Wish;

/// One model.
#[derive(Debug)]
pub(super) struct Model {
    /// `owner/name`.
    pub(super) name: &'static str,
    /// The hash of its version; invented, the form is Replicate's.
    version: &'static str,
    description: &'static str,
    pub(super) work: Work,
    fields: &'static [Field],
}

const MODELS: &[Model] = &[
    Model {
        name: "black-forest-labs/flux-schnell",
        version: "c846a69991daf4c0e5d016514849d14ee5b2e6846ce6b9d6f21369e564cfe51e",
        description: "The fastest image generation model tailored for local development",
        work: Work::Still,
        fields: FLUX_SCHNELL,
    },
    Model {
        name: "runwayml/gen-4.5",
        version: "5e2b1f9a90c34d0e8f2bb6a7cf8d4a2391a4c0de77d2f10b6c3e9d8a51f0427b",
        description: "Video generation with strong motion and prompt adherence",
        work: Work::Clip,
        fields: GEN_4_5,
    },
];

const FLUX_SCHNELL: &[Field] = &[
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

const GEN_4_5: &[Field] = &[
    text("prompt").required(),
    text("image").nullable(),
    whole("duration", 5, 10),
    choice(
        "aspect_ratio",
        &["16:9", "9:16", "4:3", "3:4", "1:1", "21:9"],
    ),
    seed(),
];

/// `GET /v1/models/{owner}/{name}`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let model = find(&format!("{owner}/{name}")).ok_or(Problem::NotFound)?;
    Ok(Json(json!({
        "url": format!("{}/replicate/{}", stage.base_url, model.name),
        "owner": owner,
        "name": name,
        "description": model.description,
        "visibility": "public",
        "is_official": true,
        "run_count": 1,
        "default_example": null,
        "latest_version": {
            "id": model.version,
            "created_at": "2024-08-01T00:00:00.000Z",
            "cog_version": "0.9.0",
            "openapi_schema": {
                "components": { "schemas": { "Input": schema(model.fields) } },
            },
        },
    })))
}

/// The model of this `owner/name`.
pub(super) fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// The model of this version: its hash, its name, or both.
pub(super) fn of_version(version: &str) -> Option<&'static Model> {
    let is_it = |model: &&Model| match version.split_once(':') {
        Some((name, hash)) => name == model.name && hash == model.version,
        None => version == model.name || version == model.version,
    };
    MODELS.iter().find(is_it)
}

impl Model {
    /// Everything wrong with an input.
    pub(super) fn flaws(&self, input: &Map<String, Value>) -> Vec<Flaw> {
        let complaints = check(self.fields, input, Judge::JsonSchema);
        let flaws = complaints.into_iter().map(Flaw::from);
        flaws.chain(self.odd_length(input)).collect()
    }

    /// A clip is five seconds long or ten, nothing between.
    fn odd_length(&self, input: &Map<String, Value>) -> Option<Flaw> {
        let seconds = whole_in(input, "duration")?;
        let odd = self.work == Work::Clip && (6..10).contains(&seconds);
        odd.then(|| Flaw::of_field("duration", "duration must be one of the following: 5, 10"))
    }

    /// What a valid input asks for, one piece per output.
    pub(super) fn pieces(&self, input: &Map<String, Value>, prompt: &str, seed: u64) -> Vec<Piece> {
        let ratio = text_in(input, "aspect_ratio");
        let (form, size) = match self.work {
            Work::Still => {
                let pixels = match text_in(input, "megapixels") {
                    Some("0.25") => 1 << 18,
                    Some(_) | None => 1 << 20,
                };
                let form = Form::named(text_in(input, "output_format").unwrap_or("webp"));
                (form, by_area(ratio.unwrap_or("1:1"), pixels))
            }
            Work::Clip => {
                let seconds = whole_in(input, "duration").unwrap_or(5);
                let form = Form::Clip(u32::try_from(seconds).unwrap_or(5));
                (form, by_short_side(ratio.unwrap_or("16:9"), 720))
            }
        };
        let Size { width, height } = size;
        let piece = |index| Piece {
            wish: Wish {
                prompt: script::strip(prompt),
                negative: String::new(),
                seed: seed + index,
                width,
                height,
                given: Given::default(),
            },
            form,
        };
        let count = whole_in(input, "num_outputs").unwrap_or(1);
        (0..count).map(piece).collect()
    }
}
