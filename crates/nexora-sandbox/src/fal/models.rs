//! The models fal plays: which pictures they begin with, and what they paint.

use axum::Json;
use axum::extract::Query;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::{
    FLUX, KLING, KLING_I2V, LUMA, LUMA_I2V, NANO_BANANA, NANO_BANANA_EDIT, SEEDANCE, SEEDANCE_I2V,
    SEEDANCE_REFERENCE, WAN, WAN_I2V,
};
use super::problem::{complaint, detail};
use crate::check::{Field, Judge, check, frame_of, text_in, whole_in};
use crate::given::{Addresses, Given};
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
    takes: Pictures,
}

/// Which fields name pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pictures {
    /// It is made of words alone.
    None,
    /// The first frame, and the last.
    Frames(&'static str, &'static str),
    /// `image_urls`, so many.
    List { most: usize, required: bool },
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

/// For models that take no last frame: no input has a field of this name.
const NO_LAST: &str = "";

const MODELS: &[Model] = &[
    model("fal-ai/wan-t2v", Family::Wan, WAN),
    Model {
        takes: Pictures::Frames("image_url", NO_LAST),
        ..model("fal-ai/wan-i2v", Family::Wan, WAN_I2V)
    },
    kling_i2v("fal-ai/kling-video/v3/standard/image-to-video"),
    kling_i2v("fal-ai/kling-video/v3/pro/image-to-video"),
    Model {
        takes: Pictures::Frames("image_url", "end_image_url"),
        ..model(
            "fal-ai/luma-dream-machine/ray-2/image-to-video",
            Family::Luma,
            LUMA_I2V,
        )
    },
    Model {
        takes: Pictures::Frames("image_url", "end_image_url"),
        ..model(
            "bytedance/seedance-2.0/image-to-video",
            Family::Seedance,
            SEEDANCE_I2V,
        )
    },
    Model {
        takes: Pictures::List {
            most: 9,
            required: false,
        },
        ..model(
            "bytedance/seedance-2.0/reference-to-video",
            Family::Seedance,
            SEEDANCE_REFERENCE,
        )
    },
    Model {
        takes: Pictures::List {
            most: 14,
            required: true,
        },
        ..model(
            "fal-ai/nano-banana-2/edit",
            Family::NanoBanana,
            NANO_BANANA_EDIT,
        )
    },
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

const fn model(endpoint: &'static str, family: Family, fields: &'static [Field]) -> Model {
    Model {
        endpoint,
        family,
        fields,
        takes: Pictures::None,
    }
}

const fn kling_i2v(endpoint: &'static str) -> Model {
    Model {
        takes: Pictures::Frames("start_image_url", "end_image_url"),
        ..model(endpoint, Family::Kling, KLING_I2V)
    }
}

/// What a search of the catalogue is for.
#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// `GET /fal/api/v1/models?q=…`: the models whose names contain the words.
pub(super) async fn list(Query(search): Query<Search>) -> Json<Value> {
    let found = MODELS.iter().filter(|it| it.endpoint.contains(&search.q));
    let shown = found.map(|model| {
        let metadata = json!({ "display_name": model.endpoint, "status": "active" });
        json!({ "endpoint_id": model.endpoint, "metadata": metadata })
    });
    let models: Vec<Value> = shown.collect();
    Json(json!({ "models": models, "next_cursor": null, "has_more": false }))
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
        if details.is_empty() {
            details.extend(self.more_complaints(input));
        }
        details
    }

    fn more_complaints(&self, input: &Map<String, Value>) -> Option<Value> {
        let prompts = match self.family {
            Family::Kling => kling_prompts(input),
            Family::Wan | Family::Luma | Family::Seedance | Family::NanoBanana | Family::Flux => {
                None
            }
        };
        prompts.or_else(|| match self.takes {
            Pictures::List { most, required } => list_complaint(input, most, required),
            Pictures::None | Pictures::Frames(..) => None,
        })
    }

    /// The addresses of the pictures it is to begin with.
    pub(super) fn addresses<'a>(&self, input: &'a Map<String, Value>) -> Addresses<'a> {
        match self.takes {
            Pictures::None => Addresses::default(),
            Pictures::Frames(first, last) => Addresses {
                first: text_in(input, first),
                last: text_in(input, last),
                references: Vec::new(),
            },
            Pictures::List { .. } => Addresses {
                references: listed(input),
                ..Addresses::default()
            },
        }
    }

    /// The field that names the first of them.
    pub(super) const fn picture_field(&self) -> &'static str {
        match self.takes {
            Pictures::Frames(first, _) => first,
            Pictures::List { .. } | Pictures::None => "image_urls",
        }
    }

    /// What a valid input asks for, one piece per output.
    pub(super) fn pieces(
        &self,
        input: &Map<String, Value>,
        prompt: &str,
        seed: u64,
        given: &Given,
    ) -> Vec<Piece> {
        let Size { width, height } = self.size(input, given);
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
                given: given.clone(),
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

    /// What says nothing about its shape has that of the picture it begins with.
    fn size(&self, input: &Map<String, Value>, given: &Given) -> Size {
        let said = text_in(input, "aspect_ratio").filter(|ratio| *ratio != "auto");
        let given_ratio = given.ratio();
        let ratio = said.or(given_ratio.as_deref()).unwrap_or("16:9");
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
                by_area(said.or(given_ratio.as_deref()).unwrap_or("1:1"), pixels)
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

/// The texts of `image_urls`, for input that has passed its checks.
fn listed(input: &Map<String, Value>) -> Vec<&str> {
    let list = input.get("image_urls").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn list_complaint(input: &Map<String, Value>, most: usize, required: bool) -> Option<Value> {
    let value = match input.get("image_urls") {
        None | Some(Value::Null) if !required => return None,
        value => value.cloned().unwrap_or(Value::Null),
    };
    let (kind, sentence, ctx) = match value.as_array() {
        Some(list) if list.iter().any(|one| !one.is_string()) => {
            ("string_type", "Input should be a valid string", json!({}))
        }
        Some(list) if list.is_empty() && required => (
            "sequence_too_short",
            "List should have at least 1 item",
            json!({ "min_length": 1 }),
        ),
        Some(list) if list.len() > most => (
            "sequence_too_long",
            "List has too many items",
            json!({ "max_length": most }),
        ),
        Some(_) => return None,
        None => ("list_type", "Input should be a valid list", json!({})),
    };
    Some(detail("image_urls", kind, sentence, ctx, value))
}

fn clip_size(ratio: &str, resolution: &str) -> Size {
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
    fn pictures_are_named_by_each_models_own_fields() {
        let url = "https://a.example/b.png";
        let names = |endpoint: &str, input: Value| {
            let model = find(endpoint).unwrap();
            let input = input.as_object().cloned().unwrap();
            assert_eq!(model.complaints(&input), [Value::Null; 0], "{endpoint}");
            let named = model.addresses(&input);
            (
                named.first.is_some(),
                named.last.is_some(),
                named.references.len(),
            )
        };
        let kling = "fal-ai/kling-video/v3/standard/image-to-video";
        let both = json!({"prompt": "x", "start_image_url": url, "end_image_url": url});
        assert_eq!(names(kling, both), (true, true, 0));
        let luma = "fal-ai/luma-dream-machine/ray-2/image-to-video";
        let last = json!({"prompt": "x", "image_url": url, "end_image_url": null});
        assert_eq!(names(luma, last), (true, false, 0));
        let seedance = "bytedance/seedance-2.0/reference-to-video";
        let list = json!({"prompt": "x", "image_urls": [url, url]});
        assert_eq!(names(seedance, list), (false, false, 2));

        let wan = "fal-ai/wan-i2v";
        assert_eq!(kinds(wan, json!({"prompt": "x"})), ["missing"]);
        assert_eq!(
            kinds(kling, json!({"prompt": "x", "image_url": url})),
            ["missing"]
        );
        let edit = "fal-ai/nano-banana-2/edit";
        let list = |list: Value| kinds(edit, json!({"prompt": "x", "image_urls": list}));
        assert_eq!(list(json!(url)), ["list_type"]);
        assert_eq!(list(json!([])), ["sequence_too_short"]);
        assert_eq!(list(json!([7])), ["string_type"]);
        assert_eq!(list(json!(vec![url; 15])), ["sequence_too_long"]);
        assert!(list(json!(vec![url; 14])).is_empty());
    }

    #[test]
    fn wan_turns_frames_into_seconds() {
        let input = json!({"prompt": "x", "num_frames": 96, "frames_per_second": 24});
        let wan = find("fal-ai/wan-t2v").unwrap();
        let pieces = wan.pieces(input.as_object().unwrap(), "x", 1, &Given::default());
        assert_eq!(pieces[0].form, Form::Clip(4));
        assert_eq!((pieces[0].wish.width, pieces[0].wish.height), (1280, 720));
    }
}
