//! What we send to Replicate's models.

use nexora_core::{MediaKind, Model, Order, Route};
use serde_json::Value;

use crate::input::Input;
use crate::media::Submission;
use crate::place;
use crate::shot::{Need, Placed, ShotTakes};
use crate::takes::Takes;

/// The field that names the picture a clip begins with.
pub(super) const PICTURE: &str = "image";
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
    shape.shot_takes().check_offer(model)?;
    shape.takes().check(model)
}

/// The `input` of the prediction.
pub(super) fn input(job: &Submission<'_>) -> Result<Value, String> {
    let shape = Shape::of(job.route)?;
    job.check_shot(&shape.shot_takes())?;
    let first_frame = job.shot.and_then(|shot| shot.first_frame.as_ref());
    let input = words(job.order, shape).with_some(PICTURE, first_frame.map(Placed::as_text));
    Ok(input.fixed(job.fixed()))
}

/// The same without the picture, whose address is another one each time it is brought.
pub(super) fn input_without_picture(job: &Submission<'_>) -> Result<Value, String> {
    let shape = Shape::of(job.route)?;
    Ok(words(job.order, shape).fixed(job.fixed()))
}

fn words(order: &Order, shape: Shape) -> Input {
    match shape {
        Shape::FluxSchnell => flux_schnell(order),
        Shape::Gen45 => gen_4_5(order),
    }
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

fn gen_4_5(order: &Order) -> Input {
    Input::new()
        .with("prompt", order.prompt.as_str())
        .with_some("duration", order.seconds)
        .with("aspect_ratio", order.aspect_ratio.to_string())
        .with_some("seed", order.seed)
}

#[cfg(test)]
mod tests {
    use nexora_core::Provider;
    use serde_json::json;

    use super::*;
    use crate::example::{Example, PICTURE, altered};

    fn sent(model: &str, wishes: &[(&str, &str)]) -> Value {
        input(&Example::of(model, wishes).submission(Provider::Replicate)).unwrap()
    }

    #[test]
    fn flux_gets_everything_it_takes_and_reproduces() {
        let wishes = [("aspect_ratio", "16:9"), ("seed", "42"), ("count", "3")];
        let expected = json!({
            "prompt": "a lake at dawn", "aspect_ratio": "16:9", "num_outputs": 3, "seed": 42,
            "output_format": "webp", "output_quality": 95, "go_fast": false,
        });
        assert_eq!(sent("flux-schnell", &wishes), expected);
    }

    #[test]
    fn gen_4_5_begins_with_words_or_with_a_picture() {
        let wishes = [("aspect_ratio", "9:16"), ("duration", "10"), ("seed", "42")];
        let words = json!({
            "prompt": "a lake at dawn", "aspect_ratio": "9:16", "duration": 10, "seed": 42,
        });
        assert_eq!(sent("runway-gen-4.5", &wishes), words);
        let example = Example::of("runway-gen-4.5", &[("first_frame", PICTURE)]);
        let job = example.submission(Provider::Replicate);
        let mut expected = json!({
            "prompt": "a lake at dawn", "aspect_ratio": "16:9", "duration": 5,
            "image": "https://a.example/first.png",
        });
        assert_eq!(input(&job).unwrap(), expected);
        expected.as_object_mut().unwrap().remove("image");
        assert_eq!(input_without_picture(&job).unwrap(), expected);
    }

    #[test]
    fn the_catalog_offers_only_what_can_be_sent() {
        for (id, route) in [("flux-schnell", 0), ("runway-gen-4.5", 1)] {
            let model = altered(id, &|_| {});
            assert_eq!(check(&model, &model.routes[route]), Ok(()), "{id}");
        }
        let last = |m: &mut Model| m.params.frames.as_mut().unwrap().last = true;
        let model = altered("runway-gen-4.5", &last);
        let told = check(&model, &model.routes[1]).unwrap_err();
        assert!(told.contains("last frame"), "{told}");
    }

    #[test]
    fn an_impossible_route_is_named() {
        let model = altered("flux-schnell", &|_| {});
        let fault = |change: &dyn Fn(&mut Route)| {
            let mut route = model.routes[0].clone();
            change(&mut route);
            check(&model, &route).unwrap_err()
        };
        assert!(fault(&|route| route.shape = "sdxl".to_owned()).contains("sdxl"));
        assert!(fault(&|route| route.upstream = "flux".to_owned()).contains("owner/name"));
        assert!(fault(&|route| route.upstream = "a/b/c".to_owned()).contains("owner/name"));
    }
}
