//! What we send to Replicate's models.

use nexora_core::{MediaKind, Model, Order, Route};
use serde_json::Value;

use crate::input::Input;
use crate::media::Submission;
use crate::place;
use crate::shot::{Need, Placed, Shot, ShotTakes};
use crate::takes::Takes;

/// 80 by default; the originals people keep deserve better.
const OUTPUT_QUALITY: u32 = 95;

/// Fields and limits of `black-forest-labs/flux-schnell` as its page gives them.
const FLUX_SCHNELL: Takes = Takes {
    kind: MediaKind::Image,
    aspect_ratios: &[
        "1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21",
    ],
    resolutions: &[],
    seconds: &[],
    negative_prompt: false,
    seed: true,
    count_max: 4,
};

/// Fields and limits of `runwayml/gen-4.5` as its page gives them.
const GEN_4_5: Takes = Takes {
    kind: MediaKind::Video,
    aspect_ratios: &["16:9", "9:16", "4:3", "3:4", "1:1", "21:9"],
    resolutions: &[],
    seconds: &[5, 10],
    negative_prompt: false,
    seed: true,
    count_max: 1,
};

/// Which input a model takes: a route's `shape`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    FluxSchnell,
    Gen45,
}

impl Shape {
    fn of(route: &Route) -> Result<Self, String> {
        match route.shape.as_str() {
            "flux-schnell" => Ok(Self::FluxSchnell),
            "gen-4.5" => Ok(Self::Gen45),
            other => Err(format!("the shape {other:?} is not known for Replicate")),
        }
    }

    const fn takes(self) -> &'static Takes {
        match self {
            Self::FluxSchnell => &FLUX_SCHNELL,
            Self::Gen45 => &GEN_4_5,
        }
    }

    const fn shot_takes(self) -> ShotTakes {
        match self {
            Self::FluxSchnell => ShotTakes::NOTHING,
            Self::Gen45 => ShotTakes {
                first_frame: Need::May,
                ..ShotTakes::NOTHING
            },
        }
    }
}

/// Whether every order the catalog allows on this route can be sent.
pub(super) fn check(model: &Model, route: &Route) -> Result<(), String> {
    let shape = Shape::of(route)?;
    let name = route.upstream.split_once('/');
    let plain = |part: &str| place::is_plain_id(&part.replace('.', "-"));
    if !name.is_some_and(|(owner, name)| plain(owner) && plain(name)) {
        return Err("a Replicate model is written like owner/name".to_owned());
    }
    shape.takes().check(model)
}

/// The `input` of the prediction.
pub(super) fn input(job: &Submission<'_>) -> Result<Value, String> {
    let shape = Shape::of(job.route)?;
    job.check_shot(&shape.shot_takes())?;
    let input = match shape {
        Shape::FluxSchnell => flux_schnell(job.order),
        Shape::Gen45 => gen_4_5(job.order, job.shot),
    };
    Ok(input.fixed(&job.route.fixed))
}

fn flux_schnell(order: &Order) -> Input {
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with("num_outputs", order.count)
        .with_some("seed", order.seed)
        .with("output_format", "webp")
        .with("output_quality", OUTPUT_QUALITY)
        // The fast kernels do not give the same picture for the same seed.
        .with("go_fast", false)
}

fn gen_4_5(order: &Order, shot: Option<&Shot>) -> Input {
    let first_frame = shot.and_then(|shot| shot.first_frame.as_ref());
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with_some("image", first_frame.map(Placed::as_text))
        .with_some("duration", order.seconds)
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with_some("seed", order.seed)
}

#[cfg(test)]
mod tests {
    use nexora_core::Catalog;
    use serde_json::json;

    use super::*;

    #[test]
    fn flux_gets_everything_it_takes_and_reproduces() {
        let catalog = Catalog::built_in().unwrap();
        let model = catalog.find("flux-schnell").unwrap();
        let wishes = [
            ("model", "flux-schnell"),
            ("prompt", "a lake at dawn"),
            ("aspect_ratio", "16:9"),
            ("seed", "42"),
            ("count", "3"),
        ];
        let order = Order::parse(None, wishes, &catalog).unwrap();
        let job = Submission {
            order: &order,
            route: &model.routes[0],
            request_id: "gen_1.1",
            end_user: "e5f0",
            webhook: None,
            shot: None,
        };
        let expected = json!({
            "prompt": "a lake at dawn", "aspect_ratio": "16:9", "num_outputs": 3, "seed": 42,
            "output_format": "webp", "output_quality": 95, "go_fast": false,
        });
        assert_eq!(input(&job).unwrap(), expected);
        assert_eq!(check(model, &model.routes[0]), Ok(()));
    }

    #[test]
    fn an_impossible_route_is_named() {
        let catalog = Catalog::built_in().unwrap();
        let model = catalog.find("flux-schnell").unwrap();
        let fault = |change: &dyn Fn(&mut Route)| {
            let mut route = model.routes[0].clone();
            change(&mut route);
            check(model, &route).unwrap_err()
        };
        assert!(fault(&|route| route.shape = "sdxl".to_owned()).contains("sdxl"));
        assert!(fault(&|route| route.upstream = "flux".to_owned()).contains("owner/name"));
        assert!(fault(&|route| route.upstream = "a/b/c".to_owned()).contains("owner/name"));
    }
}
