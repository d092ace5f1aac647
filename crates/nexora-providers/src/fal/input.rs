//! What we send to each of fal's models.
//!
//! Fields and limits are those of fal's own endpoint types (`@fal-ai/client` 1.10.1).

use nexora_core::catalog::AspectRatio;
use nexora_core::prompt::Prompt;
use nexora_core::{MediaKind, Model, Order, Route};
use serde_json::Value;

use crate::input::Input;
use crate::media::Submission;
use crate::shot::{self, Need, Placed, Shot, ShotTakes};
use crate::takes::Takes;

/// Wan counts frames; sixteen a second is its own pace.
const WAN_FRAMES_PER_SECOND: u32 = 16;

/// Pictures that Seedance goes by.
const SEEDANCE_REFERENCES_MAX: usize = 9;
/// Pictures that Nano Banana changes or goes by.
const NANO_BANANA_REFERENCES_MAX: usize = 14;

/// Which request body an endpoint takes: a route's `shape`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    FluxSchnell,
    NanoBanana,
    Wan,
    Kling,
    Luma,
    Seedance,
}

/// Which of a model's endpoints an order goes to: fal has another one for each way to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Words,
    Frames,
    References,
}

/// Whether every order the catalog allows on this route can be sent.
pub(super) fn check(model: &Model, route: &Route) -> Result<(), String> {
    let shape = Shape::of(route)?;
    check_doors(model, route)?;
    shape.pictures(Door::Frames).check_frames(model)?;
    shape.pictures(Door::References).check_references(model)?;
    let sizes = model.params.frames.as_ref().map(|frames| {
        let own = &frames.resolutions;
        if own.is_empty() {
            &model.params.resolutions
        } else {
            own
        }
    });
    let mut sizes = sizes.into_iter().flatten();
    if let Some(odd) = sizes.find(|name| !shape.sizes_from_frames().contains(&name.as_str())) {
        return Err(format!("from a picture it makes no {odd}"));
    }
    shape.takes().check(model)
}

/// Whether every way to begin has an endpoint, and each is written like one.
fn check_doors(model: &Model, route: &Route) -> Result<(), String> {
    let (frames, references) = (&route.frames, &route.references);
    if model.params.frames.is_some() && frames.is_none() {
        return Err("it begins with a picture at another endpoint: frames names it".to_owned());
    }
    if model.params.references.is_some() && references.is_none() {
        return Err("it goes by pictures at another endpoint: references names it".to_owned());
    }
    let others = frames.iter().chain(references);
    let mut names = others.map(|door| &door.upstream).chain([&route.upstream]);
    let is_odd = |name: &&String| {
        let mut segments = name.split('/');
        name.matches('/').count() == 0 || segments.any(str::is_empty)
    };
    match names.find(is_odd) {
        Some(_) => Err("a fal endpoint is written like fal-ai/flux/schnell".to_owned()),
        None => Ok(()),
    }
}

/// The request body: the model's input itself, not wrapped.
pub(super) fn body(job: &Submission<'_>) -> Result<Value, String> {
    let order = job.order;
    let (shape, door) = (Shape::of(job.route)?, Door::of(order));
    job.check_shot(&shape.pictures(door))?;
    let input = match shape {
        Shape::FluxSchnell => flux_schnell(order)?,
        Shape::NanoBanana => nano_banana(order),
        Shape::Wan => wan(order),
        Shape::Kling => kling(order),
        Shape::Luma => luma(order),
        Shape::Seedance => seedance(order, job.end_user),
    };
    let nothing = Shot::default();
    let input = shape.with_pictures(input, door, job.shot.unwrap_or(&nothing));
    Ok(input.fixed(job.fixed()))
}

impl Door {
    fn of(order: &Order) -> Self {
        match &order.inputs {
            inputs if inputs.has_frames() => Self::Frames,
            inputs if inputs.references.is_empty() => Self::Words,
            _ => Self::References,
        }
    }
}

impl Shape {
    fn of(route: &Route) -> Result<Self, String> {
        match route.shape.as_str() {
            "flux-schnell" => Ok(Self::FluxSchnell),
            "nano-banana" => Ok(Self::NanoBanana),
            "wan" => Ok(Self::Wan),
            "kling" => Ok(Self::Kling),
            "luma" => Ok(Self::Luma),
            "seedance" => Ok(Self::Seedance),
            other => Err(format!("the shape {other:?} is not known for fal")),
        }
    }

    const fn takes(self) -> &'static Takes {
        match self {
            Self::FluxSchnell => &FLUX_SCHNELL,
            Self::NanoBanana => &NANO_BANANA,
            Self::Wan => &WAN,
            Self::Kling => &KLING,
            Self::Luma => &LUMA,
            Self::Seedance => &SEEDANCE,
        }
    }

    /// What it takes besides words, at this door.
    const fn pictures(self, door: Door) -> ShotTakes {
        let nothing = ShotTakes::NOTHING;
        match (self, door) {
            (Self::Wan, Door::Frames) => ShotTakes {
                first_frame: Need::Must,
                ..nothing
            },
            (Self::Kling | Self::Luma | Self::Seedance, Door::Frames) => ShotTakes {
                first_frame: Need::Must,
                last_frame: true,
                ..nothing
            },
            (Self::Seedance, Door::References) => ShotTakes {
                references_max: SEEDANCE_REFERENCES_MAX,
                ..nothing
            },
            (Self::NanoBanana, Door::References) => ShotTakes {
                references_max: NANO_BANANA_REFERENCES_MAX,
                ..nothing
            },
            _ => nothing,
        }
    }

    /// Sizes of clips that begin with a picture.
    const fn sizes_from_frames(self) -> &'static [&'static str] {
        match self {
            Self::Wan => &["480p", "720p"],
            Self::FluxSchnell | Self::NanoBanana | Self::Kling | Self::Luma | Self::Seedance => {
                self.takes().resolutions
            }
        }
    }

    fn with_pictures(self, input: Input, door: Door, shot: &Shot) -> Input {
        let first_frame = shot.first_frame.as_ref().map(Placed::as_text);
        let last_frame = shot.last_frame.as_ref().map(Placed::as_text);
        let first_field = if self == Self::Kling {
            "start_image_url"
        } else {
            "image_url"
        };
        match door {
            Door::Words => input,
            Door::Frames => input
                .with_some(first_field, first_frame)
                .with_some("end_image_url", last_frame),
            Door::References => input.with("image_urls", shot::texts(&shot.references)),
        }
    }
}

const FLUX_SCHNELL: Takes = Takes {
    kind: MediaKind::Image,
    aspect_ratios: &["1:1", "4:3", "3:4", "16:9", "9:16"],
    resolutions: &[],
    seconds: &[],
    negative_prompt: false,
    seed: true,
    count_max: 4,
};

/// FLUX takes named sizes (1024 on the long side) rather than ratios.
fn flux_size(ratio: AspectRatio) -> Option<&'static str> {
    match (ratio.width(), ratio.height()) {
        (1, 1) => Some("square_hd"),
        (4, 3) => Some("landscape_4_3"),
        (3, 4) => Some("portrait_4_3"),
        (16, 9) => Some("landscape_16_9"),
        (9, 16) => Some("portrait_16_9"),
        _ => None,
    }
}

fn flux_schnell(order: &Order) -> Result<Input, String> {
    let ratio = order.aspect_ratio;
    let size = flux_size(ratio).ok_or_else(|| format!("FLUX has no size for {ratio}"))?;
    Ok(Input::new()
        .with("prompt", order.prompt.as_str())
        .with("image_size", size)
        .with("num_images", order.count)
        .with_some("seed", order.seed)
        .with("output_format", "png"))
}

const NANO_BANANA: Takes = Takes {
    kind: MediaKind::Image,
    aspect_ratios: &[
        "21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "4:1", "1:4",
        "8:1", "1:8",
    ],
    resolutions: &["0.5K", "1K", "2K", "4K"],
    seconds: &[],
    negative_prompt: false,
    seed: true,
    count_max: 4,
};

fn nano_banana(order: &Order) -> Input {
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with("num_images", order.count)
        .with("aspect_ratio", ratio_or_auto(order))
        .with_some("resolution", order.resolution.clone())
        .with_some("seed", order.seed)
        .with("output_format", "png")
}

/// Where the shape was left to the picture, the model keeps it to the pixel: ours is the nearest
/// that has a name.
fn ratio_or_auto(order: &Order) -> String {
    if order.fits_picture {
        return "auto".to_owned();
    }
    order.aspect_ratio.to_string()
}

/// 81 to 100 frames at sixteen a second is 5 or 6 seconds.
const WAN: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9", "9:16"],
    resolutions: &["480p", "580p", "720p"],
    seconds: &[5, 6],
    negative_prompt: true,
    seed: true,
    count_max: 1,
};

fn wan(order: &Order) -> Input {
    // One frame more than the steps between them: 81 for five seconds.
    let frames = order.seconds.map(|seconds| {
        seconds
            .saturating_mul(WAN_FRAMES_PER_SECOND)
            .saturating_add(1)
    });
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with_some("negative_prompt", negative(order))
        .with("aspect_ratio", ratio_or_auto(order))
        .with_some("resolution", order.resolution.clone())
        .with_some("num_frames", frames)
        .with("frames_per_second", WAN_FRAMES_PER_SECOND)
        .with_some("seed", order.seed)
}

const KLING: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9", "9:16", "1:1"],
    resolutions: &[],
    seconds: &[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    negative_prompt: true,
    seed: false,
    count_max: 1,
};

fn kling(order: &Order) -> Input {
    // From a picture it has that picture's shape, and no field to say another.
    let is_from_words = !order.inputs.has_frames();
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with_some("negative_prompt", negative(order))
        .with_some(
            "aspect_ratio",
            is_from_words.then(|| order.aspect_ratio.to_string()),
        )
        .with_some("duration", order.seconds.map(|seconds| seconds.to_string()))
}

const LUMA: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9", "9:16", "4:3", "3:4", "21:9", "9:21"],
    resolutions: &["540p", "720p", "1080p"],
    seconds: &[5, 9],
    negative_prompt: false,
    seed: false,
    count_max: 1,
};

fn luma(order: &Order) -> Input {
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with_some("resolution", order.resolution.clone())
        .with_some(
            "duration",
            order.seconds.map(|seconds| format!("{seconds}s")),
        )
}

const SEEDANCE: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"],
    resolutions: &["480p", "720p", "1080p", "4k"],
    seconds: &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    negative_prompt: false,
    seed: false,
    count_max: 1,
};

fn seedance(order: &Order, end_user: &str) -> Input {
    // Of several references none is what the clip should be shaped like.
    let ratio = if order.inputs.has_frames() {
        ratio_or_auto(order)
    } else {
        order.aspect_ratio.to_string()
    };
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with("aspect_ratio", ratio)
        .with_some("resolution", order.resolution.clone())
        .with_some("duration", order.seconds.map(|seconds| seconds.to_string()))
        .with("end_user_id", end_user)
}

fn negative(order: &Order) -> Option<&str> {
    order.negative_prompt.as_ref().map(Prompt::as_str)
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
