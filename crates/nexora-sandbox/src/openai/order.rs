//! What an images request asks for, after every check `OpenAI` documents for gpt-image models.

use serde_json::{Map, Value, json};

use super::MODELS;
use super::problem::Problem;
use crate::given::Given;
use crate::script;
use crate::shelf::{Form, Piece};
use crate::size::Size;
use crate::stage::random_seed;
use crate::studio::Wish;

const PROMPT_CHARS_MAX: usize = 32_000;
const PICTURES_MAX: u64 = 10;
const PARTIALS_MAX: u64 = 3;
/// Any width and height within these, since gpt-image-2.
const PIXELS_MIN: u32 = 655_360;
const PIXELS_MAX: u32 = 8_294_400;
const LONG_SIDE_MAX: u32 = 3_840;
const SHORT_SIDE_MAX: u32 = 2_160;
const SIDE_STEP: u32 = 16;
const RATIO_MAX: u32 = 3;

/// Parameters both endpoints know.
const KNOWN: &[&str] = &[
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "background",
    "output_format",
    "output_compression",
    "stream",
    "partial_images",
    "user",
    "safety_identifier",
];

/// Which endpoint was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Generations,
    Edits,
}

/// A checked request.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) endpoint: Endpoint,
    /// The prompt with its magic words.
    pub(super) prompt: String,
    pub(super) count: u64,
    pub(super) size: Size,
    pub(super) quality: String,
    pub(super) background: String,
    pub(super) form: Form,
    /// How many partial pictures come first, when the answer is streamed.
    pub(super) stream: Option<u64>,
    pub(super) seed: u64,
    /// The pictures of an edit.
    pub(super) given: Given,
}

impl Endpoint {
    fn knows(self, param: &str) -> bool {
        let own: &[&str] = match self {
            Self::Generations => &["moderation"],
            Self::Edits => &["input_fidelity", "images"],
        };
        KNOWN.contains(&param) || own.contains(&param)
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Generations => "v1/images/generations",
            Self::Edits => "v1/images/edits",
        }
    }
}

impl Order {
    /// Checks a request in the order a person would: the model, then names, then values.
    pub(super) fn parse(endpoint: Endpoint, body: &Map<String, Value>) -> Result<Self, Problem> {
        let words = Words(body);
        let model = words.text("model")?.unwrap_or("gpt-image-2.6-flare");
        if !MODELS.contains(&model) {
            return Err(Problem::unknown_model(model));
        }
        if let Some(stranger) = body.keys().find(|param| !endpoint.knows(param)) {
            return Err(Problem::unknown(stranger));
        }
        let prompt = parse_prompt(&words)?;
        let form = parse_form(&words)?;
        let background = words.one_of("background", &["auto", "opaque", "transparent"])?;
        if background == Some("transparent") && form == Form::Jpeg {
            let sentence = "transparent needs output_format png or webp.";
            return Err(Problem::wrong_value("background", sentence));
        }
        words.one_of("moderation", &["auto", "low"])?;
        words.one_of("input_fidelity", &["high", "low"])?;
        words.text("user")?;
        words.text("safety_identifier")?;
        Ok(Self {
            endpoint,
            prompt,
            count: words.whole("n", 1, PICTURES_MAX)?.unwrap_or(1),
            size: parse_size(words.text("size")?.unwrap_or("auto"))?,
            quality: words
                .one_of("quality", qualities(model))?
                .filter(|quality| *quality != "auto")
                .unwrap_or("medium")
                .to_owned(),
            background: background
                .filter(|background| *background != "auto")
                .unwrap_or("opaque")
                .to_owned(),
            form,
            stream: parse_stream(&words)?,
            seed: random_seed(),
            given: Given::default(),
        })
    }

    /// One of the pictures asked for.
    pub(super) fn piece(&self, index: u64) -> Piece {
        Piece {
            wish: Wish {
                prompt: script::strip(&self.prompt),
                negative: String::new(),
                seed: self.seed + index,
                width: self.size.width,
                height: self.size.height,
                given: self.given.clone(),
            },
            form: self.form,
        }
    }

    /// `output_format` as it is echoed.
    pub(super) fn format_name(&self) -> &'static str {
        match self.form {
            Form::Jpeg => "jpeg",
            Form::Webp => "webp",
            Form::Png | Form::Clip(_) => "png",
        }
    }

    pub(super) fn size_name(&self) -> String {
        format!("{}x{}", self.size.width, self.size.height)
    }

    /// About what `OpenAI` counts: four letters a token, and a price per picture by quality.
    pub(super) fn usage(&self, pictures: u64) -> Value {
        let input = u64::try_from(self.prompt.len() / 4).unwrap_or(0) + 1;
        let each = match self.quality.as_str() {
            "low" => 272,
            "medium" => 1_056,
            _ => 4_160,
        };
        let output = each * pictures;
        json!({
            "total_tokens": input + output,
            "input_tokens": input,
            "output_tokens": output,
            "input_tokens_details": { "text_tokens": input, "image_tokens": 0 },
        })
    }
}

fn parse_prompt(words: &Words<'_>) -> Result<String, Problem> {
    let prompt = words.text("prompt")?.unwrap_or_default();
    if prompt.is_empty() {
        return Err(Problem::missing("prompt"));
    }
    if prompt.chars().count() > PROMPT_CHARS_MAX {
        return Err(Problem::wrong_value(
            "prompt",
            "at most 32000 characters are allowed.",
        ));
    }
    Ok(prompt.to_owned())
}

/// The sandbox cannot paint the newest formats (gif, svg) and refuses them like an older model.
fn parse_form(words: &Words<'_>) -> Result<Form, Problem> {
    let format = words.one_of("output_format", &["png", "jpeg", "webp"])?;
    let form = Form::named(format.unwrap_or("png"));
    let compression = words.whole("output_compression", 0, 100)?;
    if compression.is_some_and(|percent| percent < 100) && form == Form::Png {
        let sentence = "only jpeg and webp can be compressed.";
        return Err(Problem::wrong_value("output_compression", sentence));
    }
    Ok(form)
}

fn parse_stream(words: &Words<'_>) -> Result<Option<u64>, Problem> {
    let partials = words.whole("partial_images", 0, PARTIALS_MAX)?;
    let streams = words.flag("stream")?.unwrap_or(false);
    match (streams, partials) {
        (true, partials) => Ok(Some(partials.unwrap_or(0))),
        (false, Some(1..)) => {
            let sentence = "partial images are only sent when stream is true.";
            Err(Problem::wrong_value("partial_images", sentence))
        }
        (false, Some(0) | None) => Ok(None),
    }
}

fn qualities(model: &str) -> &'static [&'static str] {
    if model == "gpt-image-2" {
        &["auto", "low", "medium", "high"]
    } else {
        &["auto", "low", "medium", "high", "xhigh", "max"]
    }
}

fn parse_size(size: &str) -> Result<Size, Problem> {
    if size == "auto" {
        return Ok(Size {
            width: 1024,
            height: 1024,
        });
    }
    let parsed = size
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let Some((width, height)) = parsed else {
        let sentence = "expected WIDTHxHEIGHT or auto.";
        return Err(Problem::wrong_value("size", sentence));
    };
    let size = Size { width, height };
    match flaw_of(size) {
        Some(sentence) => Err(Problem::wrong_value("size", sentence)),
        None => Ok(size),
    }
}

fn flaw_of(Size { width, height }: Size) -> Option<&'static str> {
    let (short, long) = (width.min(height), width.max(height));
    let pixels = width.checked_mul(height)?;
    if width % SIDE_STEP != 0 || height % SIDE_STEP != 0 {
        Some("width and height must be multiples of 16.")
    } else if short == 0 || long > RATIO_MAX * short {
        Some("the longer side may be at most three times the shorter.")
    } else if !(PIXELS_MIN..=PIXELS_MAX).contains(&pixels) {
        Some("between 655360 and 8294400 pixels are allowed.")
    } else if long > LONG_SIDE_MAX || short > SHORT_SIDE_MAX {
        Some("at most 3840x2160 is allowed.")
    } else {
        None
    }
}

/// Typed reading of a body.
struct Words<'a>(&'a Map<String, Value>);

impl<'a> Words<'a> {
    fn given(&self, param: &str) -> Option<&'a Value> {
        self.0.get(param).filter(|value| !value.is_null())
    }

    fn text(&self, param: &str) -> Result<Option<&'a str>, Problem> {
        let read = |value: &'a Value| {
            let text = value.as_str();
            text.ok_or_else(|| Problem::wrong_type(param, "a string"))
        };
        self.given(param).map(read).transpose()
    }

    fn flag(&self, param: &str) -> Result<Option<bool>, Problem> {
        let read = |value: &Value| {
            let flag = value.as_bool();
            flag.ok_or_else(|| Problem::wrong_type(param, "a boolean"))
        };
        self.given(param).map(read).transpose()
    }

    fn one_of(&self, param: &str, words: &[&str]) -> Result<Option<&'a str>, Problem> {
        let text = self.text(param)?;
        if text.is_none_or(|text| words.contains(&text)) {
            return Ok(text);
        }
        let sentence = format!("expected one of {}.", words.join(", "));
        Err(Problem::wrong_value(param, &sentence))
    }

    fn whole(&self, param: &str, least: u64, most: u64) -> Result<Option<u64>, Problem> {
        let Some(value) = self.given(param) else {
            return Ok(None);
        };
        if !value.is_number() {
            return Err(Problem::wrong_type(param, "an integer"));
        }
        match value.as_u64() {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            Some(_) | None => {
                let sentence = format!("expected an integer from {least} to {most}.");
                Err(Problem::wrong_value(param, &sentence))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(body: Value) -> Result<Order, Problem> {
        let body = body.as_object().cloned().unwrap_or_default();
        Order::parse(Endpoint::Generations, &body)
    }

    #[test]
    fn sizes_follow_the_published_limits() {
        let accepted = [
            "auto",
            "1024x1024",
            "1536x1024",
            "3840x2160",
            "2160x3840",
            "640x1024",
        ];
        let refused = [
            "512x512",
            "1025x1024",
            "4096x1024",
            "3072x1008",
            "2880x2880",
            "big",
        ];
        for size in accepted {
            assert!(
                order(json!({"prompt": "x", "size": size})).is_ok(),
                "{size}"
            );
        }
        for size in refused {
            assert!(
                order(json!({"prompt": "x", "size": size})).is_err(),
                "{size}"
            );
        }
    }

    #[test]
    fn retired_models_are_gone() {
        let problem = order(json!({"prompt": "x", "model": "dall-e-3"})).unwrap_err();
        assert_eq!(problem, Problem::unknown_model("dall-e-3"));
    }

    #[test]
    fn response_format_is_unknown() {
        let problem = order(json!({"prompt": "x", "response_format": "url"})).unwrap_err();
        assert_eq!(problem, Problem::unknown("response_format"));
    }

    #[test]
    fn a_jpeg_is_never_transparent() {
        let body = json!({"prompt": "x", "output_format": "jpeg", "background": "transparent"});
        assert!(order(body).is_err());
    }
}
