//! What we send to each of fal's models.
//!
//! Fields and limits are those of fal's own endpoint types (`@fal-ai/client` 1.10.1).

use nexora_core::catalog::AspectRatio;
use nexora_core::prompt::Prompt;
use nexora_core::{MediaKind, Model, Order, Route};
use serde_json::Value;

use crate::input::Input;
use crate::media::Submission;
use crate::shot::ShotTakes;
use crate::takes::Takes;

/// Wan counts frames; sixteen a second is its own pace.
const WAN_FRAMES_PER_SECOND: u32 = 16;

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

/// Whether every order the catalog allows on this route can be sent.
pub(super) fn check(model: &Model, route: &Route) -> Result<(), String> {
    let shape = Shape::of(route)?;
    let segments: Vec<&str> = route.upstream.split('/').collect();
    if segments.len() < 2 || segments.iter().any(|segment| segment.is_empty()) {
        return Err("a fal endpoint is written like fal-ai/flux/schnell".to_owned());
    }
    shape.takes().check(model)
}

/// The request body: the model's input itself, not wrapped.
pub(super) fn body(job: &Submission<'_>) -> Result<Value, String> {
    let (order, route) = (job.order, job.route);
    job.check_shot(&ShotTakes::NOTHING)?;
    let input = match Shape::of(route)? {
        Shape::FluxSchnell => flux_schnell(order)?,
        Shape::NanoBanana => nano_banana(order),
        Shape::Wan => wan(order),
        Shape::Kling => kling(order),
        Shape::Luma => luma(order),
        Shape::Seedance => seedance(order, job.end_user),
    };
    Ok(input.fixed(&route.fixed))
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
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with_some("resolution", order.resolution.clone())
        .with_some("seed", order.seed)
        .with("output_format", "png")
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
        .with("aspect_ratio", order.aspect_ratio.to_string())
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
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with_some("negative_prompt", negative(order))
        .with("aspect_ratio", order.aspect_ratio.to_string())
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
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with_some("resolution", order.resolution.clone())
        .with_some("duration", order.seconds.map(|seconds| seconds.to_string()))
        .with("end_user_id", end_user)
}

fn negative(order: &Order) -> Option<&str> {
    order.negative_prompt.as_ref().map(Prompt::as_str)
}

#[cfg(test)]
mod tests {
    use nexora_core::{Catalog, Provider};
    use serde_json::json;

    use super::*;

    fn sent(model: &str, wishes: &[(&str, &str)]) -> Value {
        let catalog = Catalog::built_in().unwrap();
        let base = [("model", model), ("prompt", "a lake at dawn")];
        let pairs = base.iter().chain(wishes).copied();
        let order = Order::parse(None, pairs, &catalog).unwrap();
        let routes = &catalog.find(model).unwrap().routes;
        let route = routes.iter().find(|route| route.provider == Provider::Fal);
        let job = Submission {
            order: &order,
            route: route.unwrap(),
            request_id: "gen_1.1",
            end_user: "e5f0",
            webhook: None,
            shot: None,
        };
        body(&job).unwrap()
    }

    #[test]
    fn flux_gets_a_named_size() {
        let wishes = [("aspect_ratio", "9:16"), ("seed", "0"), ("count", "4")];
        let expected = json!({
            "prompt": "a lake at dawn", "image_size": "portrait_16_9", "num_images": 4, "seed": 0,
            "output_format": "png",
        });
        assert_eq!(sent("flux-schnell", &wishes), expected);
    }

    #[test]
    fn nano_banana_gets_everything_it_takes() {
        let wishes = [
            ("aspect_ratio", "21:9"),
            ("resolution", "4K"),
            ("seed", "7"),
            ("count", "2"),
        ];
        let expected = json!({
            "prompt": "a lake at dawn", "num_images": 2, "aspect_ratio": "21:9",
            "resolution": "4K", "seed": 7, "output_format": "png",
        });
        assert_eq!(sent("nano-banana-2", &wishes), expected);
    }

    #[test]
    fn wan_counts_frames_and_is_turbo() {
        let wishes = [
            ("negative_prompt", "people"),
            ("aspect_ratio", "9:16"),
            ("resolution", "580p"),
            ("duration", "5"),
            ("seed", "2147483647"),
        ];
        let expected = json!({
            "prompt": "a lake at dawn", "negative_prompt": "people", "aspect_ratio": "9:16",
            "resolution": "580p", "num_frames": 81, "frames_per_second": 16,
            "seed": 2_147_483_647, "turbo_mode": true,
        });
        assert_eq!(sent("wan-2.1-turbo", &wishes), expected);
    }

    #[test]
    fn kling_gets_seconds_as_text() {
        let wishes = [
            ("negative_prompt", "rain"),
            ("aspect_ratio", "1:1"),
            ("duration", "15"),
        ];
        let expected = json!({
            "prompt": "a lake at dawn", "negative_prompt": "rain", "aspect_ratio": "1:1",
            "duration": "15",
        });
        assert_eq!(sent("kling-3.0", &wishes), expected);
    }

    #[test]
    fn luma_gets_seconds_with_a_unit() {
        let wishes = [
            ("aspect_ratio", "9:21"),
            ("resolution", "1080p"),
            ("duration", "9"),
        ];
        let expected = json!({
            "prompt": "a lake at dawn", "aspect_ratio": "9:21", "resolution": "1080p",
            "duration": "9s",
        });
        assert_eq!(sent("luma-ray-2", &wishes), expected);
    }

    #[test]
    fn seedance_is_told_who_asks_by_a_hash() {
        let wishes = [
            ("aspect_ratio", "21:9"),
            ("resolution", "4k"),
            ("duration", "10"),
        ];
        let expected = json!({
            "prompt": "a lake at dawn", "aspect_ratio": "21:9", "resolution": "4k",
            "duration": "10", "end_user_id": "e5f0",
        });
        assert_eq!(sent("seedance-2.0", &wishes), expected);
    }

    #[test]
    fn what_was_not_wished_for_is_left_to_the_model() {
        let expected = json!({
            "prompt": "a lake at dawn", "image_size": "square_hd", "num_images": 1,
            "output_format": "png",
        });
        assert_eq!(sent("flux-schnell", &[]), expected);
    }

    #[test]
    fn the_catalog_offers_only_what_can_be_sent() {
        let catalog = Catalog::built_in().unwrap();
        for model in catalog.models() {
            for route in &model.routes {
                if route.provider == Provider::Fal {
                    assert_eq!(check(model, route), Ok(()), "{}", model.id);
                }
            }
        }
    }

    #[test]
    fn an_impossible_offer_is_named() {
        let catalog = Catalog::built_in().unwrap();
        let fault = |change: &dyn Fn(&mut Model)| {
            let mut model = catalog.find("luma-ray-2").unwrap().clone();
            change(&mut model);
            check(&model, &model.routes[0]).unwrap_err()
        };
        assert!(fault(&|m| m.routes[0].shape = "lumen".to_owned()).contains("lumen"));
        assert!(fault(&|m| m.routes[0].upstream = "luma".to_owned()).contains("written like"));
        assert!(fault(&|m| m.params.seconds.push(7)).contains("7 seconds"));
        assert!(fault(&|m| m.params.aspect_ratios.push(AspectRatio::SQUARE)).contains("1:1"));
        assert!(fault(&|m| m.params.resolutions.push("8k".to_owned())).contains("8k"));
        assert!(fault(&|m| m.params.negative_prompt = true).contains("negative"));
        assert!(fault(&|m| m.params.seed_max = Some(1)).contains("seed"));
        assert!(fault(&|m| m.params.count_max = 2).contains("at most 1"));
        assert!(fault(&|m| m.kind = MediaKind::Image).contains("clips"));
    }
}
