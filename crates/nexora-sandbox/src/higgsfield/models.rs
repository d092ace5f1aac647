//! The models Higgsfield plays: their input fields and what they paint.
//!
//! Fields and limits are those of docs.higgsfield.ai. How DoP wants its motions is not certain:
//! a list of ids with strengths, or one id and one strength; both are taken here.

use serde_json::{Map, Value};

use super::problem::{complain, complaint};
use crate::check::{
    Field, Judge, anything, check, choice, flag, real, text, text_in, whole, whole_in,
};
use crate::given::{Addresses, Given};
use crate::queue::Work;
use crate::script;
use crate::shelf::{Form, Piece};
use crate::size::{Size, by_long_side, by_short_side};
use crate::studio::Wish;

/// One model.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) family: Family,
    fields: &'static [Field],
}

/// Models that share their fields' meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Stills, perhaps of a character trained for this version.
    Soul { version: &'static str },
    /// A picture that begins to move.
    Dop,
    /// A directed clip.
    Cinema,
}

const MODELS: &[Model] = &[
    Model {
        id: "higgsfield-ai/soul/standard",
        family: Family::Soul { version: "v1" },
        fields: SOUL,
    },
    Model {
        id: "higgsfield-ai/soul/v2/standard",
        family: Family::Soul { version: "v2" },
        fields: SOUL_V2,
    },
    dop("higgsfield-ai/dop/lite"),
    dop("higgsfield-ai/dop/turbo"),
    dop("higgsfield-ai/dop/standard"),
    Model {
        id: "higgsfield/cinema-studio/4.0",
        family: Family::Cinema,
        fields: CINEMA,
    },
];

const fn dop(id: &'static str) -> Model {
    Model {
        id,
        family: Family::Dop,
        fields: DOP,
    }
}

const RATIOS: &[&str] = &["9:16", "16:9", "4:3", "3:4", "1:1", "2:3", "3:2"];

const SOUL: &[Field] = &[
    text("prompt").required(),
    choice("aspect_ratio", RATIOS),
    choice("resolution", &["720p", "1080p"]),
    text("style_id").nullable(),
    real("style_strength", 0.0, 1.0),
    whole("batch_size", 1, 4),
    flag("enhance_prompt"),
    whole("seed", 1, 1_000_000).nullable(),
];

const SOUL_V2: &[Field] = &[
    text("prompt").required(),
    choice("aspect_ratio", RATIOS),
    choice("resolution", &["720p", "1080p"]),
    text("style_id").nullable(),
    real("style_strength", 0.0, 1.0),
    whole("batch_size", 1, 4),
    flag("enhance_prompt"),
    whole("seed", 1, 1_000_000).nullable(),
    text("custom_reference_id").nullable(),
    real("custom_reference_strength", 0.01, 1.0),
];

const DOP: &[Field] = &[
    text("image_url").required(),
    text("end_image_url").nullable(),
    text("prompt"),
    flag("enhance_prompt"),
    whole("seed", 1, 1_000_000).nullable(),
    anything("motions"),
    text("motions_id"),
    real("motions_strength", 0.0, 1.0),
];

const CINEMA: &[Field] = &[
    text("prompt").required(),
    whole("duration", 4, 30),
    choice("resolution", &["720p", "480p"]),
    choice(
        "aspect_ratio",
        &["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"],
    ),
    anything("image_urls"),
    anything("video_urls"),
    anything("audio_urls"),
    choice("camera_movement", CAMERA_MOVEMENTS),
    choice(
        "camera_model",
        &["modern", "35mm-film", "8mm-film", "dv-camcorder"],
    ),
    choice(
        "camera_lens",
        &[
            "clean-sharp",
            "anamorphic",
            "vintage-anamorphic",
            "warm-vintage",
            "halation-vintage",
        ],
    ),
    choice(
        "camera_aperture",
        &["f14-wide-open", "f4-moderate", "f11-deep-focus"],
    ),
    choice("era", &["1960s", "1980s", "1990s", "2000s", "2020s"]),
    choice(
        "genre",
        &["epic", "drama", "noir", "comedy", "horror", "action"],
    ),
    choice(
        "light",
        &[
            "silhouette",
            "practicals",
            "window",
            "overhead-fall",
            "contre-jour",
            "soft-cross",
        ],
    ),
    choice("pacing", &["chaotic", "dynamic", "calm", "single-shot"]),
    text("color_palette"),
];

const CAMERA_MOVEMENTS: &[&str] = &[
    "static-shot",
    "pan-left",
    "pan-right",
    "tilt-up",
    "tilt-down",
    "whip-pan",
    "dolly-in",
    "dolly-out",
    "dolly-zoom",
    "crush-zoom",
    "slow-zoom-in",
    "slow-zoom-out",
    "truck-left",
    "truck-right",
    "slider-left",
    "slider-right",
    "side-tracking",
    "tracking",
    "pedestal-up",
    "pedestal-down",
    "crane-up",
    "crane-down",
    "arc-left",
    "arc-right",
    "drone-orbit",
    "helicopter-shot",
    "aerial-pullback",
    "bullet-time",
    "handheld",
    "pov",
    "snorricam",
    "robot-arm",
    "rack-focus",
];

/// The parameters of the older protocol's DoP.
const DOP_PARAMS: &[Field] = &[
    choice("model", &["dop-lite", "dop-turbo", "dop-standard"]).required(),
    text("prompt").required(),
    anything("input_images").required(),
    anything("input_images_end"),
    anything("motions"),
    whole("seed", 0, 1_000_000).nullable(),
    flag("enhance_prompt"),
];

/// The model with this id.
pub(super) fn find(id: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.id == id)
}

impl Model {
    pub(super) fn work(&self) -> Work {
        match self.family {
            Family::Soul { .. } => Work::Still,
            Family::Dop | Family::Cinema => Work::Clip,
        }
    }

    /// Everything wrong with an input, as entries of `detail`.
    pub(super) fn complaints(&self, input: &Map<String, Value>) -> Vec<Value> {
        let mut details = judge(self.fields, input);
        let more = match self.family {
            Family::Soul { .. } => batch_complaint(input),
            Family::Dop => super::motions::complaint(input)
                .or_else(|| address_complaint("image_url", input.get("image_url"))),
            Family::Cinema => images_complaint(input),
        };
        if details.is_empty() {
            details.extend(more);
        }
        details
    }

    /// What a valid input asks for, one piece per output.
    pub(super) fn pieces(&self, input: &Map<String, Value>, prompt: &str, seed: u64) -> Vec<Piece> {
        let ratio = text_in(input, "aspect_ratio");
        let resolution = text_in(input, "resolution").unwrap_or("720p");
        let (form, size, count) = match self.family {
            Family::Soul { .. } => {
                let size = still_size(ratio.unwrap_or("4:3"), resolution);
                let count = whole_in(input, "batch_size").unwrap_or(1);
                (Form::Png, size, count)
            }
            Family::Dop => (Form::Clip(5), by_short_side("16:9", 720), 1),
            Family::Cinema => {
                let seconds = whole_in(input, "duration").unwrap_or(5);
                let seconds = u32::try_from(seconds).unwrap_or(5);
                let short_side = resolution.trim_end_matches('p').parse().unwrap_or(720);
                let size = by_short_side(ratio.unwrap_or("16:9"), short_side);
                (Form::Clip(seconds), size, 1)
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
        (0..count).map(piece).collect()
    }
}

/// The pictures an input begins with, in the words of either protocol.
pub(super) fn addresses(input: &Map<String, Value>) -> Addresses<'_> {
    let older = |name: &str| input.get(name)?.get(0)?.get("image_url")?.as_str();
    let listed = input.get("image_urls").and_then(Value::as_array);
    Addresses {
        first: text_in(input, "image_url").or_else(|| older("input_images")),
        last: text_in(input, "end_image_url").or_else(|| older("input_images_end")),
        references: listed
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect(),
    }
}

/// Everything wrong with the parameters of the older protocol's DoP.
pub(super) fn dop_complaints(params: &Map<String, Value>) -> Vec<Value> {
    let mut details = judge(DOP_PARAMS, params);
    if details.is_empty() {
        let picture = params
            .get("input_images")
            .and_then(|pictures| pictures.get(0)?.get("image_url"));
        details.extend(
            super::motions::complaint(params)
                .or_else(|| address_complaint("input_images", picture)),
        );
    }
    details
}

/// Fields nobody knows are mistakes here.
fn judge(fields: &[Field], input: &Map<String, Value>) -> Vec<Value> {
    let known = |name: &String| fields.iter().any(|field| field.name == name);
    let strangers = input.keys().filter(|name| !known(name));
    let mut details: Vec<Value> = strangers
        .map(|name| complain(name, "extra_forbidden", "Extra inputs are not permitted"))
        .collect();
    let complaints = check(fields, input, Judge::Pydantic);
    details.extend(complaints.into_iter().map(complaint));
    details
}

fn batch_complaint(input: &Map<String, Value>) -> Option<Value> {
    let batch = whole_in(input, "batch_size");
    let odd = matches!(batch, Some(2 | 3));
    odd.then(|| complain("batch_size", "enum", "Input should be 1 or 4"))
}

/// Pictures are fetched from public addresses, or from this machine.
fn address_complaint(field: &str, address: Option<&Value>) -> Option<Value> {
    let address = address.and_then(Value::as_str).unwrap_or_default();
    let fine = address.starts_with("https://") || crate::post::loopback(address).is_some();
    (!fine).then(|| complain(field, "url_parsing", "Input should be a valid URL"))
}

fn images_complaint(input: &Map<String, Value>) -> Option<Value> {
    const IMAGES_MAX: usize = 30;
    let images = input.get("image_urls")?.as_array();
    let Some(images) = images.filter(|images| images.len() <= IMAGES_MAX) else {
        return Some(complain(
            "image_urls",
            "list_type",
            "Input should be a list of up to 30",
        ));
    };
    images
        .iter()
        .find_map(|image| address_complaint("image_urls", Some(image)))
}

/// 720p stills have 1536 pixels on the long side, 1080p ones 2048; squares have three quarters.
fn still_size(ratio: &str, resolution: &str) -> Size {
    let long_side = if resolution == "1080p" { 2048 } else { 1536 };
    match ratio {
        "1:1" => by_long_side(ratio, long_side * 3 / 4),
        _ => by_long_side(ratio, long_side),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(id: &str, input: Value) -> Vec<Value> {
        let input = input.as_object().cloned().unwrap_or_default();
        let complaints = find(id).unwrap().complaints(&input);
        complaints
            .into_iter()
            .map(|complaint| complaint["loc"][1].clone())
            .collect()
    }

    #[test]
    fn a_soul_still_comes_alone_or_in_fours() {
        let soul = "higgsfield-ai/soul/v2/standard";
        assert!(fields(soul, json!({"prompt": "x", "batch_size": 4, "seed": 1})).is_empty());
        assert_eq!(
            fields(soul, json!({"prompt": "x", "batch_size": 2})),
            ["batch_size"]
        );
        assert_eq!(fields(soul, json!({"prompt": "x", "seed": 0})), ["seed"]);
        assert_eq!(
            fields(soul, json!({"prompt": "x", "mood": "calm"})),
            ["mood"]
        );
        let input = json!({"prompt": "x", "aspect_ratio": "16:9"});
        let pieces = find(soul)
            .unwrap()
            .pieces(input.as_object().unwrap(), "x", 1);
        assert_eq!((pieces[0].wish.width, pieces[0].wish.height), (1536, 864));
    }

    #[test]
    fn dop_takes_motions_as_a_list_or_as_one() {
        let dop = "higgsfield-ai/dop/turbo";
        let with = |more: Value| {
            let mut input = json!({"prompt": "x", "image_url": "https://a.example/b.png"});
            input
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            fields(dop, input)
        };
        let crash = "3ec247ed-063d-476d-8266-48829c2eced6";
        assert!(with(json!({})).is_empty());
        assert!(with(json!({"motions": [{"id": crash, "strength": 0.5}]})).is_empty());
        assert!(with(json!({"motions_id": crash, "motions_strength": 0.5})).is_empty());
        assert_eq!(with(json!({"motions": [{"id": "nobody"}]})), ["motions"]);
        assert_eq!(
            with(json!({"motions": [{"id": crash, "strength": 2}]})),
            ["motions"]
        );
        assert_eq!(with(json!({"motions_id": "nobody"})), ["motions_id"]);
        assert_eq!(
            with(json!({"image_url": "http://a.example/b.png"})),
            ["image_url"]
        );
        assert_eq!(fields(dop, json!({"prompt": "x"})), ["image_url"]);
    }

    #[test]
    fn the_director_names_a_movement_or_none() {
        let cinema = "higgsfield/cinema-studio/4.0";
        assert!(
            fields(
                cinema,
                json!({"prompt": "x", "camera_movement": "pan-left"})
            )
            .is_empty()
        );
        assert_eq!(
            fields(cinema, json!({"prompt": "x", "camera_movement": "auto"})),
            ["camera_movement"]
        );
        assert_eq!(
            fields(cinema, json!({"prompt": "x", "duration": 3})),
            ["duration"]
        );
        let input = json!({"prompt": "x", "duration": 8, "aspect_ratio": "9:16"});
        let pieces = find(cinema)
            .unwrap()
            .pieces(input.as_object().unwrap(), "x", 1);
        assert_eq!(pieces[0].form, Form::Clip(8));
        assert_eq!((pieces[0].wish.width, pieces[0].wish.height), (720, 1280));
    }
}
