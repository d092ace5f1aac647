//! What we send to `OpenAI`'s picture models.

use nexora_core::catalog::AspectRatio;
use nexora_core::{MediaKind, Model, Route};
use serde_json::Value;

use crate::input::Input;
use crate::media::Submission;
use crate::shot::ShotTakes;
use crate::takes::Takes;

/// The three sizes every `gpt-image` model takes.
const GPT_IMAGE: Takes = Takes {
    kind: MediaKind::Image,
    aspect_ratios: &["1:1", "3:2", "2:3"],
    resolutions: &[],
    seconds: &[],
    negative_prompt: false,
    seed: false,
    count_max: 10,
};

/// Whether every order the catalog allows on this route can be sent.
pub(super) fn check(model: &Model, route: &Route) -> Result<(), String> {
    is_known(route)?;
    GPT_IMAGE.check(model)
}

/// The request body.
pub(super) fn body(job: &Submission<'_>) -> Result<Value, String> {
    is_known(job.route)?;
    job.check_shot(&ShotTakes::NOTHING)?;
    let order = job.order;
    let ratio = order.aspect_ratio;
    let size = size(ratio).ok_or_else(|| format!("there is no size for {ratio}"))?;
    let input = Input::new()
        .with("model", job.route.upstream.as_str())
        .with("prompt", order.prompt.as_str())
        .with("n", order.count)
        .with("size", size)
        .with("output_format", "webp")
        .with("safety_identifier", job.end_user);
    Ok(input.fixed(&job.route.fixed))
}

fn is_known(route: &Route) -> Result<(), String> {
    match route.shape.as_str() {
        "gpt-image" => Ok(()),
        other => Err(format!("the shape {other:?} is not known for OpenAI")),
    }
}

fn size(ratio: AspectRatio) -> Option<&'static str> {
    match (ratio.width(), ratio.height()) {
        (1, 1) => Some("1024x1024"),
        (3, 2) => Some("1536x1024"),
        (2, 3) => Some("1024x1536"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use nexora_core::{Catalog, Order};
    use serde_json::json;

    use super::*;

    fn sent(model: &str, ratio: &str, count: &str) -> Value {
        let catalog = Catalog::built_in().unwrap();
        let wishes = [
            ("model", model),
            ("prompt", "a lake at dawn"),
            ("aspect_ratio", ratio),
            ("count", count),
        ];
        let order = Order::parse(None, wishes, &catalog).unwrap();
        let model = catalog.find(model).unwrap();
        assert_eq!(check(model, &model.routes[0]), Ok(()));
        body(&Submission {
            order: &order,
            route: &model.routes[0],
            request_id: "gen_1.1",
            end_user: "e5f0",
            webhook: None,
            shot: None,
        })
        .unwrap()
    }

    #[test]
    fn both_classes_get_their_successor_and_its_quality() {
        let expected = json!({
            "model": "gpt-image-2.6-flare", "prompt": "a lake at dawn", "n": 4,
            "size": "1536x1024", "quality": "low", "output_format": "webp",
            "safety_identifier": "e5f0",
        });
        assert_eq!(sent("dall-e-2", "3:2", "4"), expected);
        let expected = json!({
            "model": "gpt-image-2.6-sunburst", "prompt": "a lake at dawn", "n": 1,
            "size": "1024x1536", "quality": "high", "output_format": "webp",
            "safety_identifier": "e5f0",
        });
        assert_eq!(sent("dall-e-3", "2:3", "1"), expected);
        assert_eq!(sent("dall-e-3", "1:1", "1")["size"], "1024x1024");
    }

    #[test]
    fn an_impossible_offer_is_named() {
        let catalog = Catalog::built_in().unwrap();
        let mut model = catalog.find("dall-e-3").unwrap().clone();
        model.params.aspect_ratios = vec!["16:9".parse().unwrap()];
        assert!(
            check(&model, &model.routes[0])
                .unwrap_err()
                .contains("16:9")
        );
        model.routes[0].shape = "dall-e".to_owned();
        assert!(
            check(&model, &model.routes[0])
                .unwrap_err()
                .contains("dall-e")
        );
    }
}
