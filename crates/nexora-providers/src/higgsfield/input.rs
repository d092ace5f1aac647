//! What we send to Higgsfield's models.
//!
//! Fields and limits are those of docs.higgsfield.ai and of its official clients.

use nexora_core::{MediaKind, Model, Order, Route};
use serde_json::{Map, Value, json};

use crate::config::MotionForm;
use crate::input::Input;
use crate::media::Submission;
use crate::place;
use crate::shot::{self, Camera, Motion, Need, Placed, Shot, ShotTakes};
use crate::takes::Takes;

/// Seeds there are 1 to a million; ours begin at 0 and are moved up by one.
const SEED_MAX: u64 = 999_999;
/// More than two motions at once get in each other's way.
const MOTIONS_MAX: usize = 2;
/// Pictures a directed clip can go by.
const REFERENCES_MAX: usize = 30;
/// The path of the older protocol's `DoP`.
const OLDER_DOP: &str = "v1/image2video/dop";

/// Where a request goes, and what it says.
#[derive(Debug, PartialEq)]
pub(super) enum Request<'a> {
    /// To a model, by the newer protocol.
    Newer { path: &'a str, body: Value },
    /// To an endpoint of the older protocol.
    Older { path: &'static str, body: Value },
}

/// Which request body a model takes: a route's `shape`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Stills, perhaps of a character.
    Soul,
    /// A picture that begins to move.
    Dop,
    /// A directed clip.
    CinemaStudio,
}

const SOUL: Takes = Takes {
    kind: MediaKind::Image,
    aspect_ratios: &["9:16", "16:9", "4:3", "3:4", "1:1", "2:3", "3:2"],
    resolutions: &["720p", "1080p"],
    seconds: &[],
    negative_prompt: false,
    seed: true,
    // It makes one, or four: what lies between cannot be ordered.
    count_max: 1,
};

/// It is told neither shape nor length: it makes five seconds of 1280 by 720.
const DOP: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9"],
    resolutions: &[],
    seconds: &[5],
    negative_prompt: false,
    seed: true,
    count_max: 1,
};

const CINEMA_STUDIO: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"],
    resolutions: &["720p", "480p"],
    seconds: &[
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30,
    ],
    negative_prompt: false,
    seed: false,
    count_max: 1,
};

impl Shape {
    fn of(route: &Route) -> Result<Self, String> {
        match route.shape.as_str() {
            "soul" => Ok(Self::Soul),
            "dop" => Ok(Self::Dop),
            "cinema-studio" => Ok(Self::CinemaStudio),
            other => Err(format!("the shape {other:?} is not known for Higgsfield")),
        }
    }

    const fn shot_takes(self) -> ShotTakes {
        let nothing = ShotTakes::NOTHING;
        match self {
            Self::Soul => ShotTakes {
                character: true,
                ..nothing
            },
            Self::Dop => ShotTakes {
                first_frame: Need::Must,
                last_frame: true,
                motions_max: MOTIONS_MAX,
                ..nothing
            },
            Self::CinemaStudio => ShotTakes {
                references_max: REFERENCES_MAX,
                camera: true,
                ..nothing
            },
        }
    }
}

/// Whether every order the catalog allows on this route can be sent.
pub(super) fn check(model: &Model, route: &Route) -> Result<(), String> {
    let shape = Shape::of(route)?;
    let plain = |part: &str| place::is_plain_id(&part.replace('.', "-"));
    if !route.upstream.split('/').all(plain) {
        return Err("a Higgsfield model is written like higgsfield-ai/soul/standard".to_owned());
    }
    let offer = shape.shot_takes().check_offer(model);
    match shape {
        Shape::Soul | Shape::Dop if model.params.seed_max.is_some_and(|most| most > SEED_MAX) => {
            Err(format!("its seeds end at {SEED_MAX}"))
        }
        Shape::Soul => offer.and_then(|()| SOUL.check(model)),
        Shape::CinemaStudio => offer.and_then(|()| CINEMA_STUDIO.check(model)),
        Shape::Dop if !model.params.frames.as_ref().is_some_and(|it| it.required) => {
            Err("it animates a picture: its frames have to be required".to_owned())
        }
        Shape::Dop => offer.and_then(|()| DOP.check(model)),
    }
}

/// The request for an order.
pub(super) fn request<'a>(
    job: &'a Submission<'_>,
    motions: MotionForm,
) -> Result<Request<'a>, String> {
    let shape = Shape::of(job.route)?;
    job.check_shot(&shape.shot_takes())?;
    let empty = Shot::default();
    let shot = job.shot.unwrap_or(&empty);
    let path = job.upstream();
    let fixed = job.fixed();
    let input = match shape {
        Shape::Soul => soul(job.order, shot),
        Shape::CinemaStudio => cinema_studio(job.order, shot),
        Shape::Dop if motions == MotionForm::V1 && !shot.motions.is_empty() => {
            let params = older_dop(job.order, shot, path)?.fixed(fixed);
            return Ok(Request::Older {
                path: OLDER_DOP,
                body: json!({ "params": params }),
            });
        }
        Shape::Dop => dop(job.order, shot, motions)?,
    };
    let body = input.fixed(fixed);
    Ok(Request::Newer { path, body })
}

fn soul(order: &Order, shot: &Shot) -> Input {
    let cast = shot.character.as_ref();
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with_some("resolution", order.resolution.clone())
        .with("batch_size", order.count)
        .with_some("seed", order.seed.map(|seed| seed.saturating_add(1)))
        .with_some("custom_reference_id", cast.map(|cast| cast.id.as_str()))
        .with_some(
            "custom_reference_strength",
            cast.map(|cast| cast.strength.fraction()),
        )
}

fn cinema_studio(order: &Order, shot: &Shot) -> Input {
    let references = (!shot.references.is_empty()).then(|| shot::texts(&shot.references));
    let Camera {
        movement,
        body,
        lens,
        aperture,
        light,
        pacing,
        era,
        genre,
    } = shot.camera.clone();
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with_some("duration", order.seconds)
        .with_some("resolution", order.resolution.clone())
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with_some("image_urls", references)
        .with_some("camera_movement", movement)
        .with_some("camera_model", body)
        .with_some("camera_lens", lens)
        .with_some("camera_aperture", aperture)
        .with_some("light", light)
        .with_some("pacing", pacing)
        .with_some("era", era)
        .with_some("genre", genre)
}

fn dop(order: &Order, shot: &Shot, motions: MotionForm) -> Result<Input, String> {
    let input = Input::new()
        .with("prompt", order.prompt.as_str())
        .with_some("image_url", shot.first_frame.as_ref().map(Placed::as_text))
        .with_some(
            "end_image_url",
            shot.last_frame.as_ref().map(Placed::as_text),
        )
        .with_some("seed", order.seed.map(|seed| seed.saturating_add(1)));
    match (motions, shot.motions.as_slice()) {
        (_, []) => Ok(input),
        (MotionForm::V2Single, [only]) => Ok(input
            .with("motions_id", only.id.as_str())
            .with("motions_strength", only.strength.fraction())),
        (MotionForm::V2Single, _) => Err("it takes one motion at a time".to_owned()),
        (MotionForm::V1 | MotionForm::V2List, several) => {
            Ok(input.with("motions", motion_list(several)))
        }
    }
}

/// `params` of the older protocol, which calls `higgsfield-ai/dop/turbo` `dop-turbo`.
fn older_dop(order: &Order, shot: &Shot, upstream: &str) -> Result<Input, String> {
    let size = upstream
        .split_once("dop/")
        .and_then(|(_, rest)| rest.split('/').next())
        .ok_or("the older protocol knows dop/lite, dop/turbo and dop/standard")?;
    let picture = |placed: &Placed| json!([{ "type": "image_url", "image_url": placed.as_text() }]);
    Ok(Input::new()
        .with("model", format!("dop-{size}"))
        .with("prompt", order.prompt.as_str())
        .with_some("input_images", shot.first_frame.as_ref().map(picture))
        .with_some("input_images_end", shot.last_frame.as_ref().map(picture))
        .with("motions", motion_list(&shot.motions))
        .with_some("seed", order.seed.map(|seed| seed.saturating_add(1))))
}

fn motion_list(motions: &[Motion]) -> Value {
    let entry = |motion: &Motion| {
        let mut entry = Map::new();
        entry.insert("id".to_owned(), motion.id.as_str().into());
        entry.insert("strength".to_owned(), motion.strength.fraction().into());
        Value::Object(entry)
    };
    motions.iter().map(entry).collect()
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
