//! The models fal plays: their input fields and what they paint.
//!
//! Fields and limits are those of `@fal-ai/client` 1.10.1's endpoint types.

use serde_json::{Map, Value, json};

use super::problem::{complaint, detail};
use crate::check::{
    Field, Judge, anything, check, choice, flag, frame, frame_of, real, seed, text, text_in, whole,
    whole_in,
};
use crate::queue::Work;
use crate::script;
use crate::shelf::{Form, Piece};
use crate::size::{Size, by_area, by_short_side};
use crate::studio::Wish;

/// One endpoint.
#[derive(Debug)]
pub(super) struct Model {
    endpoint: &'static str,
    pub(super) family: Family,
    fields: &'static [Field],
}

/// Models that share their fields' meaning and the shape of their result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Wan,
    Kling,
    Luma,
    Seedance,
    NanoBanana,
    Flux,
}

const MODELS: &[Model] = &[
    model("fal-ai/wan-t2v", Family::Wan, WAN),
    model(
        "fal-ai/kling-video/v3/standard/text-to-video",
        Family::Kling,
        KLING,
    ),
    model(
        "fal-ai/kling-video/v3/pro/text-to-video",
        Family::Kling,
        KLING,
    ),
    model("fal-ai/luma-dream-machine/ray-2", Family::Luma, LUMA),
    model(
        "bytedance/seedance-2.0/text-to-video",
        Family::Seedance,
        SEEDANCE,
    ),
    model("fal-ai/nano-banana-2", Family::NanoBanana, NANO_BANANA),
    model("fal-ai/flux/schnell", Family::Flux, FLUX),
];

const WAN: &[Field] = &[
    text("prompt").required(),
    text("negative_prompt"),
    choice("aspect_ratio", &["16:9", "9:16"]),
    choice("resolution", &["480p", "580p", "720p"]),
    whole("num_frames", 81, 100),
    whole("frames_per_second", 5, 24),
    whole("num_inference_steps", 2, 40),
    seed(),
    flag("enable_safety_checker"),
    flag("enable_prompt_expansion"),
    flag("turbo_mode"),
];

const KLING: &[Field] = &[
    text("prompt").nullable(),
    anything("multi_prompt").nullable(),
    choice(
        "duration",
        &[
            "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
        ],
    ),
    choice("aspect_ratio", &["16:9", "9:16", "1:1"]),
    text("negative_prompt"),
    real("cfg_scale", 0.0, 1.0),
    flag("generate_audio"),
    choice("shot_type", &["customize", "intelligent"]),
];

const LUMA: &[Field] = &[
    text("prompt").required(),
    choice("duration", &["5s", "9s"]),
    choice(
        "aspect_ratio",
        &["16:9", "9:16", "4:3", "3:4", "21:9", "9:21"],
    ),
    choice("resolution", &["540p", "720p", "1080p"]),
    flag("loop"),
];

const SEEDANCE: &[Field] = &[
    text("prompt").required(),
    choice("resolution", &["480p", "720p", "1080p", "4k"]),
    choice(
        "duration",
        &[
            "auto", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
        ],
    ),
    choice(
        "aspect_ratio",
        &["auto", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16"],
    ),
    flag("generate_audio"),
    choice("bitrate_mode", &["standard", "high"]),
    text("end_user_id").nullable(),
];

const NANO_BANANA: &[Field] = &[
    text("prompt").required(),
    whole("num_images", 1, 4),
    choice(
        "aspect_ratio",
        &[
            "auto", "21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "4:1",
            "1:4", "8:1", "1:8",
        ],
    ),
    choice("output_format", &["jpeg", "png", "webp"]),
    choice("resolution", &["0.5K", "1K", "2K", "4K"]),
    choice("safety_tolerance", &["1", "2", "3", "4", "5", "6"]),
    seed(),
    flag("sync_mode"),
    flag("limit_generations"),
    flag("enable_web_search"),
    choice("thinking_level", &["minimal", "high"]).nullable(),
];

const FLUX: &[Field] = &[
    text("prompt").required(),
    frame(
        "image_size",
        &[
            "square_hd",
            "square",
            "portrait_4_3",
            "portrait_16_9",
            "landscape_4_3",
            "landscape_16_9",
        ],
    ),
    whole("num_inference_steps", 1, 12),
    real("guidance_scale", 1.0, 20.0),
    whole("num_images", 1, 4),
    seed(),
    flag("enable_safety_checker"),
    choice("output_format", &["jpeg", "png"]),
    choice("acceleration", &["none", "regular", "high"]),
    flag("sync_mode"),
];

const fn model(endpoint: &'static str, family: Family, fields: &'static [Field]) -> Model {
    Model {
        endpoint,
        family,
        fields,
    }
}

/// The model with this endpoint id.
pub(super) fn find(endpoint: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.endpoint == endpoint)
}

impl Model {
    pub(super) fn work(&self) -> Work {
        match self.family {
            Family::Wan | Family::Kling | Family::Luma | Family::Seedance => Work::Clip,
            Family::NanoBanana | Family::Flux => Work::Still,
        }
    }

    /// Everything wrong with an input, as entries of `detail`.
    pub(super) fn complaints(&self, input: &Map<String, Value>) -> Vec<Value> {
        let complaints = check(self.fields, input, Judge::Pydantic);
        let mut details: Vec<Value> = complaints.into_iter().map(complaint).collect();
        if self.family == Family::Kling && details.is_empty() {
            details.extend(kling_prompts(input));
        }
        details
    }

    /// What a valid input asks for, one piece per output.
    pub(super) fn pieces(&self, input: &Map<String, Value>, prompt: &str, seed: u64) -> Vec<Piece> {
        let Size { width, height } = self.size(input);
        let form = self.form(input);
        let negative = text_in(input, "negative_prompt").unwrap_or_default();
        let count = match self.work() {
            Work::Clip => 1,
            Work::Still => whole_in(input, "num_images").unwrap_or(1),
        };
        let piece = |index| Piece {
            wish: Wish {
                prompt: script::strip(prompt),
                negative: negative.to_owned(),
                seed: seed + index,
                width,
                height,
            },
            form,
        };
        (0..count).map(piece).collect()
    }

    fn form(&self, input: &Map<String, Value>) -> Form {
        let duration = text_in(input, "duration").unwrap_or("5");
        match self.family {
            Family::Wan => {
                let frames = whole_in(input, "num_frames").unwrap_or(81);
                let per_second = whole_in(input, "frames_per_second").unwrap_or(16);
                Form::Clip(u32::try_from(frames / per_second).unwrap_or(5))
            }
            Family::Kling | Family::Luma | Family::Seedance => {
                Form::Clip(duration.trim_end_matches('s').parse().unwrap_or(5))
            }
            Family::NanoBanana => Form::named(text_in(input, "output_format").unwrap_or("png")),
            Family::Flux => Form::named(text_in(input, "output_format").unwrap_or("jpeg")),
        }
    }

    fn size(&self, input: &Map<String, Value>) -> Size {
        let ratio = text_in(input, "aspect_ratio").unwrap_or("16:9");
        let resolution = text_in(input, "resolution");
        match self.family {
            Family::Wan | Family::Seedance => clip_size(ratio, resolution.unwrap_or("720p")),
            Family::Kling => clip_size(ratio, "720p"),
            Family::Luma => clip_size(ratio, resolution.unwrap_or("540p")),
            Family::NanoBanana => {
                let pixels = match resolution {
                    Some("0.5K") => 1 << 18,
                    Some("2K") => 1 << 22,
                    Some("4K") => 1 << 24,
                    Some(_) | None => 1 << 20,
                };
                by_area(text_in(input, "aspect_ratio").unwrap_or("1:1"), pixels)
            }
            Family::Flux => flux_size(input.get("image_size")),
        }
    }
}

fn kling_prompts(input: &Map<String, Value>) -> Option<Value> {
    let given = |name| input.get(name).is_some_and(|value| !value.is_null());
    if given("prompt") != given("multi_prompt") {
        return None;
    }
    let sentence = "Value error, exactly one of prompt and multi_prompt is needed";
    Some(detail(
        "prompt",
        "value_error",
        sentence,
        json!({}),
        Value::Null,
    ))
}

fn clip_size(ratio: &str, resolution: &str) -> Size {
    let ratio = if ratio == "auto" { "16:9" } else { ratio };
    let short_side = match resolution {
        "4k" => 2160,
        named => named.trim_end_matches('p').parse().unwrap_or(720),
    };
    by_short_side(ratio, short_side)
}

fn flux_size(asked: Option<&Value>) -> Size {
    if let Some((width, height)) = asked.and_then(frame_of) {
        return Size { width, height };
    }
    let (width, height) = match asked.and_then(Value::as_str) {
        Some("square_hd") => (1024, 1024),
        Some("square") => (512, 512),
        Some("portrait_4_3") => (768, 1024),
        Some("portrait_16_9") => (576, 1024),
        Some("landscape_16_9") => (1024, 576),
        Some(_) | None => (1024, 768),
    };
    Size { width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(endpoint: &str, input: Value) -> Vec<Value> {
        let input = input.as_object().cloned().unwrap_or_default();
        let details = find(endpoint).unwrap().complaints(&input);
        details
            .into_iter()
            .map(|detail| detail["type"].clone())
            .collect()
    }

    #[test]
    fn a_duration_as_a_number_is_refused() {
        let seedance = "bytedance/seedance-2.0/text-to-video";
        assert_eq!(
            kinds(seedance, json!({"prompt": "x", "duration": 10})),
            ["one_of"]
        );
        assert!(kinds(seedance, json!({"prompt": "x", "duration": "10"})).is_empty());
    }

    #[test]
    fn kling_wants_one_prompt_or_several_shots() {
        let kling = "fal-ai/kling-video/v3/pro/text-to-video";
        assert_eq!(kinds(kling, json!({})), ["value_error"]);
        assert!(
            kinds(
                kling,
                json!({"multi_prompt": [{"prompt": "x", "duration": "3"}]})
            )
            .is_empty()
        );
    }

    #[test]
    fn wan_turns_frames_into_seconds() {
        let input = json!({"prompt": "x", "num_frames": 96, "frames_per_second": 24});
        let wan = find("fal-ai/wan-t2v").unwrap();
        let pieces = wan.pieces(input.as_object().unwrap(), "x", 1);
        assert_eq!(pieces[0].form, Form::Clip(4));
        assert_eq!((pieces[0].wish.width, pieces[0].wish.height), (1280, 720));
    }
}
