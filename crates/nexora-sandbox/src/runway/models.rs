//! What Runway's endpoints take, and what they paint.
//!
//! Fields and limits are those of the `runwayml` SDK 5.24's request types.

use serde_json::{Map, Value};

use super::problem::{complaint, issue};
use crate::check::{Field, Judge, anything, check, choice, text, text_in, whole, whole_in};
use crate::given::Given;
use crate::script;
use crate::shelf::{Form, Piece};
use crate::studio::Wish;

/// Prompts are counted in UTF-16 code units.
const PROMPT_UNITS_MAX: usize = 1_000;
/// Longest picture inside a request, as the text of its data URI.
const DATA_URI_CHARS_MAX: usize = 5 << 20;
/// How fast an avatar speaks, in characters a second.
const SPEECH_CHARS_PER_SECOND: usize = 15;
/// The longest speech that is filmed.
const SPEECH_SECONDS_MAX: u32 = 30;

/// One endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Picture,
    Avatar,
}

const TEXT_TO_VIDEO: &[Field] = &[
    choice("model", &["gen4.5"]).required(),
    text("promptText").required(),
    choice("ratio", &["1280:720", "720:1280"]).required(),
    whole("duration", 2, 10).required(),
    whole("seed", 0, 0xffff_ffff),
    anything("contentModeration"),
    choice("outputFormat", &["mp4"]),
];

const IMAGE_TO_VIDEO: &[Field] = &[
    choice("model", &["gen4.5"]).required(),
    text("promptText").required(),
    anything("promptImage").required(),
    choice(
        "ratio",
        &[
            "1280:720", "720:1280", "1104:832", "960:960", "832:1104", "1584:672",
        ],
    )
    .required(),
    whole("duration", 2, 10).required(),
    whole("seed", 0, 0xffff_ffff),
    anything("contentModeration"),
    choice("outputFormat", &["mp4"]),
];

const AVATAR_VIDEOS: &[Field] = &[
    choice("model", &["gwm1_avatars"]).required(),
    anything("avatar").required(),
    anything("speech").required(),
];

const AVATARS: [&str; 9] = [
    "game-character",
    "music-superstar",
    "game-character-man",
    "cat-character",
    "influencer",
    "tennis-coach",
    "human-resource",
    "fashion-designer",
    "cooking-teacher",
];

impl Kind {
    /// The path of the endpoint, as a submit is remembered.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Text => "v1/text_to_video",
            Self::Picture => "v1/image_to_video",
            Self::Avatar => "v1/avatar_videos",
        }
    }

    const fn fields(self) -> &'static [Field] {
        match self {
            Self::Text => TEXT_TO_VIDEO,
            Self::Picture => IMAGE_TO_VIDEO,
            Self::Avatar => AVATAR_VIDEOS,
        }
    }

    /// Everything wrong with an input, as entries of `issues`.
    pub(super) fn issues(self, input: &Map<String, Value>) -> Vec<Value> {
        let known = |name: &String| self.fields().iter().any(|field| field.name == name);
        let strangers = input.keys().filter(|name| !known(name));
        let mut issues: Vec<Value> = strangers
            .map(|name| issue(name, "unrecognized_keys", "Unrecognized key in object"))
            .collect();
        let complaints = check(self.fields(), input, Judge::JsonSchema);
        issues.extend(complaints.into_iter().map(complaint));
        if !issues.is_empty() {
            return issues;
        }
        let more = match self {
            Self::Text => length_issue(input),
            Self::Picture => length_issue(input).or_else(|| picture_issue(input)),
            Self::Avatar => avatar_issue(input),
        };
        more.into_iter().collect()
    }

    /// The words to paint, or those that are spoken.
    pub(super) fn prompt(self, input: &Map<String, Value>) -> &str {
        let spoken = || input.get("speech")?.get("text")?.as_str();
        match self {
            Self::Text | Self::Picture => text_in(input, "promptText").unwrap_or_default(),
            Self::Avatar => spoken().unwrap_or_default(),
        }
    }

    /// What a valid input asks for.
    pub(super) fn piece(self, input: &Map<String, Value>, seed: u64) -> Piece {
        let prompt = script::strip(self.prompt(input));
        let ratio = text_in(input, "ratio").unwrap_or("1280:720");
        let (width, height) = ratio
            .split_once(':')
            .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
            .unwrap_or((1280, 720));
        Piece {
            form: Form::Clip(self.seconds(input)),
            wish: Wish {
                prompt,
                negative: String::new(),
                seed,
                width,
                height,
                given: Given::default(),
            },
        }
    }

    /// How long the clip is: as ordered, or as long as the speech takes.
    pub(super) fn seconds(self, input: &Map<String, Value>) -> u32 {
        let ordered = || u32::try_from(whole_in(input, "duration")?).ok();
        let chars = || self.prompt(input).chars().count();
        match self {
            Self::Text | Self::Picture => ordered().unwrap_or(5),
            Self::Avatar => u32::try_from(chars().div_ceil(SPEECH_CHARS_PER_SECOND))
                .unwrap_or(SPEECH_SECONDS_MAX)
                .clamp(1, SPEECH_SECONDS_MAX),
        }
    }
}

/// The address of the picture a clip begins with.
pub(super) fn first_frame(input: &Map<String, Value>) -> Option<&str> {
    let picture = input.get("promptImage")?;
    let Some(list) = picture.as_array() else {
        return picture.as_str();
    };
    match list.as_slice() {
        [only] if only.get("position")? == "first" => only.get("uri")?.as_str(),
        _ => None,
    }
}

fn length_issue(input: &Map<String, Value>) -> Option<Value> {
    let prompt = text_in(input, "promptText")?;
    let units = prompt.encode_utf16().count();
    let sentence = match units {
        0 => "String must contain at least 1 character(s)",
        _ if units > PROMPT_UNITS_MAX => "String must contain at most 1000 character(s)",
        _ => return None,
    };
    Some(issue("promptText", "too_big", sentence))
}

fn picture_issue(input: &Map<String, Value>) -> Option<Value> {
    let address = first_frame(input).unwrap_or_default();
    let here = crate::post::loopback(address).is_some();
    let fine = match address.split_once(':') {
        Some(("https" | "runway", _)) => true,
        Some(("data", _)) => {
            address.starts_with("data:image/") && address.len() <= DATA_URI_CHARS_MAX
        }
        Some(_) | None => here,
    };
    (!fine).then(|| issue("promptImage", "custom", "Invalid asset"))
}

fn avatar_issue(input: &Map<String, Value>) -> Option<Value> {
    let part = |name: &str, key: &str| input.get(name)?.get(key)?.as_str();
    let avatar_is_known = match part("avatar", "type") {
        Some("runway-preset") => {
            part("avatar", "presetId").is_some_and(|preset| AVATARS.contains(&preset))
        }
        Some("custom") => part("avatar", "avatarId").is_some(),
        Some(_) | None => false,
    };
    let says_something = match part("speech", "type") {
        Some("text") => part("speech", "text").is_some_and(|text| !text.is_empty()),
        Some("audio") => part("speech", "audio").is_some(),
        Some(_) | None => false,
    };
    match (avatar_is_known, says_something) {
        (true, true) => None,
        (false, _) => Some(issue("avatar", "invalid_union", "Invalid input")),
        (true, false) => Some(issue("speech", "invalid_union", "Invalid input")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(kind: Kind, input: Value) -> Vec<Value> {
        let input = input.as_object().cloned().unwrap_or_default();
        let issues = kind.issues(&input);
        issues
            .into_iter()
            .map(|issue| issue["path"][0].clone())
            .collect()
    }

    fn with(change: Value) -> Value {
        let mut input = json!({
            "model": "gen4.5", "promptText": "x", "ratio": "1280:720", "duration": 5,
        });
        let changes = change.as_object().cloned().unwrap_or_default();
        input.as_object_mut().unwrap().extend(changes);
        input
    }

    #[test]
    fn text_to_video_takes_two_shapes_and_counts_in_utf_16() {
        assert!(paths(Kind::Text, with(json!({"seed": 0}))).is_empty());
        assert_eq!(paths(Kind::Text, json!({})).len(), 4);
        for (field, value) in [
            ("ratio", json!("960:960")),
            ("duration", json!("5")),
            ("duration", json!(11)),
            ("seed", json!(-1)),
            ("promptText", json!("")),
            ("promptText", json!("😀".repeat(501))),
            ("mood", json!("calm")),
        ] {
            assert_eq!(paths(Kind::Text, with(json!({field: value}))), [field]);
        }
    }

    #[test]
    fn a_first_frame_is_an_address_or_a_list_of_one() {
        let picture = |value| paths(Kind::Picture, with(json!({"promptImage": value})));
        for fine in [
            json!("https://a.example/b.png"),
            json!("runway://upload"),
            json!("data:image/png;base64,AAAA"),
            json!([{"uri": "https://a.example/b.png", "position": "first"}]),
        ] {
            assert!(picture(fine.clone()).is_empty(), "{fine}");
        }
        for wrong in [
            json!("http://a.example/b.png"),
            json!("data:text/html,x"),
            json!([]),
            json!([{"uri": "https://a.example/b.png", "position": "last"}]),
        ] {
            assert_eq!(picture(wrong.clone()), ["promptImage"], "{wrong}");
        }
    }

    #[test]
    fn a_speech_is_as_long_as_it_takes_to_say() {
        let input = json!({
            "model": "gwm1_avatars", "avatar": {"type": "runway-preset", "presetId": "influencer"},
            "speech": {"type": "text", "text": "a".repeat(60)},
        });
        assert!(paths(Kind::Avatar, input.clone()).is_empty());
        assert_eq!(Kind::Avatar.seconds(input.as_object().unwrap()), 4);
        let mut nobody = input;
        nobody["avatar"]["presetId"] = "nobody".into();
        assert_eq!(paths(Kind::Avatar, nobody), ["avatar"]);
    }
}
