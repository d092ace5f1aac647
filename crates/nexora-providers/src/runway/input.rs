//! What we send to Runway's endpoints.
//!
//! Fields and limits are those of the `runwayml` SDK's request types (5.24).

use nexora_core::catalog::AspectRatio;
use nexora_core::{MediaKind, Model, Route};
use serde_json::{Value, json};

use crate::input::Input;
use crate::media::Submission;
use crate::shot::{Need, ShotTakes};
use crate::takes::Takes;

/// Runway counts a prompt in UTF-16 code units, so some letters count twice.
const PROMPT_UNITS_MAX: usize = 1_000;

/// Where a request goes, and what it says.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) path: &'static str,
    pub(super) body: Value,
}

/// Which request body a model takes: a route's `shape`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A clip from words, or from a picture and words.
    Gen45,
    /// Somebody who says the prompt. Who it is, is the route's fixed input `avatar`.
    Avatar,
}

/// Without a picture there are two shapes only.
const GEN_4_5: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9", "9:16"],
    resolutions: &[],
    seconds: &[2, 3, 4, 5, 6, 7, 8, 9, 10],
    negative_prompt: false,
    seed: true,
    count_max: 1,
};

const GEN_4_5_PICTURES: ShotTakes = ShotTakes {
    first_frame: Need::May,
    ..ShotTakes::NOTHING
};

/// The clip is as long as what is said.
const AVATAR: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9"],
    resolutions: &[],
    seconds: &[],
    negative_prompt: false,
    seed: false,
    count_max: 1,
};

impl Shape {
    fn of(route: &Route) -> Result<Self, String> {
        match route.shape.as_str() {
            "gen-4.5" => Ok(Self::Gen45),
            "avatar" => Ok(Self::Avatar),
            other => Err(format!("the shape {other:?} is not known for Runway")),
        }
    }
}

/// Whether every order the catalog allows on this route can be sent.
pub(super) fn check(model: &Model, route: &Route) -> Result<(), String> {
    match Shape::of(route)? {
        Shape::Gen45 => {
            check_pictures(model)?;
            GEN_4_5.check(model)
        }
        Shape::Avatar if !route.fixed.contains_key("avatar") => {
            Err("its fixed inputs have to say who speaks: avatar".to_owned())
        }
        Shape::Avatar => {
            ShotTakes::NOTHING.check_offer(model)?;
            AVATAR.check(model)
        }
    }
}

/// Whether every picture the catalog lets an order begin with can be sent.
fn check_pictures(model: &Model) -> Result<(), String> {
    GEN_4_5_PICTURES.check_offer(model)?;
    let Some(frames) = &model.params.frames else {
        return Ok(());
    };
    let mut ratios = frames.aspect_ratios.iter();
    match ratios.find(|ratio| size_with_picture(**ratio).is_none()) {
        Some(odd) => Err(format!("from a picture it makes no {odd}")),
        None => Ok(()),
    }
}

/// The request for an order.
pub(super) fn request(job: &Submission<'_>) -> Result<Request, String> {
    let (path, input) = match Shape::of(job.route)? {
        Shape::Gen45 => {
            job.check_shot(&GEN_4_5_PICTURES)?;
            gen_4_5(job)?
        }
        Shape::Avatar => {
            job.check_shot(&ShotTakes::NOTHING)?;
            ("v1/avatar_videos", avatar(job))
        }
    };
    let body = input.fixed(job.fixed());
    Ok(Request { path, body })
}

fn gen_4_5(job: &Submission<'_>) -> Result<(&'static str, Input), String> {
    let order = job.order;
    let prompt = order.prompt.as_str();
    if prompt.encode_utf16().count() > PROMPT_UNITS_MAX {
        return Err(format!(
            "it reads prompts of {PROMPT_UNITS_MAX} characters, and counts some of these twice"
        ));
    }
    let first_frame = job.shot.and_then(|shot| shot.first_frame.as_ref());
    let ratio = order.aspect_ratio;
    let size = match first_frame {
        Some(_) => size_with_picture(ratio),
        None => size(ratio),
    };
    let size = size.ok_or_else(|| format!("there is no size for {ratio}"))?;
    let input = Input::new()
        .with("model", job.upstream())
        .with("promptText", prompt)
        .with("ratio", size)
        .with_some("duration", order.seconds)
        .with_some("seed", order.seed);
    Ok(match first_frame {
        Some(picture) => {
            let frames = json!([{ "uri": picture.as_text(), "position": "first" }]);
            ("v1/image_to_video", input.with("promptImage", frames))
        }
        None => ("v1/text_to_video", input),
    })
}

fn avatar(job: &Submission<'_>) -> Input {
    let speech = json!({ "type": "text", "text": job.order.prompt.as_str() });
    Input::new()
        .with("model", job.upstream())
        .with("speech", speech)
}

fn size(ratio: AspectRatio) -> Option<&'static str> {
    match (ratio.width(), ratio.height()) {
        (16, 9) => Some("1280:720"),
        (9, 16) => Some("720:1280"),
        _ => None,
    }
}

fn size_with_picture(ratio: AspectRatio) -> Option<&'static str> {
    match (ratio.width(), ratio.height()) {
        (4, 3) => Some("1104:832"),
        (1, 1) => Some("960:960"),
        (3, 4) => Some("832:1104"),
        (21, 9) => Some("1584:672"),
        _ => size(ratio),
    }
}

#[cfg(test)]
mod tests {
    use nexora_core::Provider;

    use super::*;
    use crate::example::{Example, PICTURE, altered, placed};

    fn sent(model: &str, wishes: &[(&str, &str)]) -> Result<Request, String> {
        request(&Example::of(model, wishes).submission(Provider::Runway))
    }

    #[test]
    fn gen_4_5_gets_pixels_and_whole_seconds() {
        let wishes = [("aspect_ratio", "9:16"), ("duration", "10"), ("seed", "0")];
        let expected = Request {
            path: "v1/text_to_video",
            body: json!({
                "model": "gen4.5", "promptText": "a lake at dawn", "ratio": "720:1280",
                "duration": 10, "seed": 0,
            }),
        };
        assert_eq!(sent("runway-gen-4.5", &wishes), Ok(expected));
    }

    #[test]
    fn a_first_frame_goes_to_another_endpoint() {
        let first = [("first_frame", PICTURE)];
        let expected = Request {
            path: "v1/image_to_video",
            body: json!({
                "model": "gen4.5", "promptText": "a lake at dawn", "ratio": "1280:720",
                "duration": 5, "promptImage": [{
                    "uri": "https://a.example/first.png", "position": "first",
                }],
            }),
        };
        assert_eq!(sent("runway-gen-4.5", &first), Ok(expected));
        let mut avatar = Example::of("runway-gwm-1", &[]);
        avatar.shot.first_frame = Some(placed("first"));
        let refused = request(&avatar.submission(Provider::Runway)).unwrap_err();
        assert!(refused.contains("first frame"), "{refused}");
    }

    #[test]
    fn an_avatar_says_the_prompt() {
        let expected = Request {
            path: "v1/avatar_videos",
            body: json!({
                "model": "gwm1_avatars",
                "avatar": { "type": "runway-preset", "presetId": "influencer" },
                "speech": { "type": "text", "text": "a lake at dawn" },
            }),
        };
        assert_eq!(sent("runway-gwm-1", &[]), Ok(expected));
    }

    #[test]
    fn letters_that_count_twice_are_counted_twice() {
        let long = "😀".repeat(600);
        let told = sent("runway-gen-4.5", &[("prompt", &long)]).unwrap_err();
        assert!(told.contains("twice"), "{told}");
    }

    #[test]
    fn an_impossible_offer_is_named() {
        let fault = |id: &str, change: &dyn Fn(&mut Model)| {
            let model = altered(id, change);
            check(&model, &model.routes[0]).unwrap_err()
        };
        let gen_4_5 = "runway-gen-4.5";
        assert!(fault(gen_4_5, &|m| m.routes[0].shape = "gen-3".to_owned()).contains("gen-3"));
        assert!(fault(gen_4_5, &|m| m.params.seconds.push(11)).contains("11 seconds"));
        let square = |m: &mut Model| m.params.aspect_ratios.push(AspectRatio::SQUARE);
        assert!(fault(gen_4_5, &square).contains("1:1"));
        assert!(fault(gen_4_5, &|m| m.params.negative_prompt = true).contains("negative"));
        let references = nexora_core::catalog::References { count_max: 1 };
        let by_pictures = |m: &mut Model| m.params.references = Some(references.clone());
        assert!(fault(gen_4_5, &by_pictures).contains("no reference"));
        assert!(fault("runway-gwm-1", &by_pictures).contains("no reference"));
        let frames = |change: &dyn Fn(&mut nexora_core::catalog::Frames)| {
            fault(gen_4_5, &|m| change(m.params.frames.as_mut().unwrap()))
        };
        assert!(frames(&|frames| frames.last = true).contains("last frame"));
        let odd: AspectRatio = "3:2".parse().unwrap();
        assert!(frames(&|frames| frames.aspect_ratios.push(odd)).contains("no 3:2"));
        assert!(fault("runway-gwm-1", &|m| m.routes[0].fixed.clear()).contains("who speaks"));
        assert!(fault("runway-gwm-1", &|m| m.params.seconds.push(5)).contains("5 seconds"));
    }
}
