//! What we send to `OpenAI`'s picture models.

use nexora_core::catalog::AspectRatio;
use nexora_core::{MediaKind, Model, Route};
use serde_json::Value;

use crate::form::Form;
use crate::input::Input;
use crate::media::{Submission, Upload};
use crate::shot::{Placed, ShotTakes};
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

/// Pictures that an edit goes by.
const PICTURES: ShotTakes = ShotTakes {
    references_max: 16,
    ..ShotTakes::NOTHING
};

/// Where a request goes, and what it says.
#[derive(Debug)]
pub(super) enum Request {
    /// A picture from words: JSON.
    Generation(Value),
    /// A picture from pictures and words: a form.
    Edit(Form),
}

/// Whether every order the catalog allows on this route can be sent.
pub(super) fn check(model: &Model, route: &Route) -> Result<(), String> {
    is_known(route)?;
    PICTURES.check_offer(model)?;
    GPT_IMAGE.check(model)
}

/// The request for an order.
pub(super) fn request(job: &Submission<'_>) -> Result<Request, String> {
    is_known(job.route)?;
    job.check_shot(&PICTURES)?;
    let words = words(job)?;
    match job.shot {
        Some(shot) if !shot.references.is_empty() => {
            Ok(Request::Edit(form(&words, &shot.references)?))
        }
        _ => Ok(Request::Generation(words)),
    }
}

fn words(job: &Submission<'_>) -> Result<Value, String> {
    let order = job.order;
    let ratio = order.aspect_ratio;
    let size = size(ratio).ok_or_else(|| format!("there is no size for {ratio}"))?;
    let input = Input::new()
        .with("model", job.upstream())
        .with("prompt", order.prompt.as_str())
        .with("n", order.count)
        .with("size", size)
        .with("output_format", "webp")
        .with("safety_identifier", job.end_user);
    Ok(input.fixed(job.fixed()))
}

/// The same words field by field, then the pictures in the order in which the prompt may count
/// them.
fn form(words: &Value, pictures: &[Placed]) -> Result<Form, String> {
    let fields = words.as_object().into_iter().flatten();
    let form = fields.fold(Form::new(), |form, (name, value)| match value.as_str() {
        Some(text) => form.with(name, text),
        None => form.with(name, &value.to_string()),
    });
    (1..)
        .zip(pictures)
        .try_fold(form, |form, (number, picture)| {
            let (content_type, bytes) = picture
                .as_file()
                .ok_or("it takes pictures inside the request only")?;
            let extension = content_type.rsplit('/').next().unwrap_or("bin");
            let file = Upload {
                name: format!("{number}.{extension}"),
                content_type: content_type.to_owned(),
                bytes: bytes.clone(),
            };
            Ok(form.with_file("image[]", &file))
        })
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
    use bytes::Bytes;
    use nexora_core::Provider;
    use serde_json::json;

    use super::*;
    use crate::example::{Example, OTHER, PICTURE, altered, placed};

    fn sent(model: &str, ratio: &str, count: &str) -> Value {
        let example = Example::of(model, &[("aspect_ratio", ratio), ("count", count)]);
        match request(&example.submission(Provider::OpenAi)).unwrap() {
            Request::Generation(body) => body,
            Request::Edit(form) => panic!("{form:?}"),
        }
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
    fn pictures_go_along_in_a_form_in_their_order() {
        let wishes = [("references", PICTURE), ("references", OTHER)];
        let mut example = Example::of("dall-e-2", &wishes);
        let picture = |type_: &str, bytes| Placed::inline(type_, Bytes::from_static(bytes));
        example.shot.references = vec![picture("image/jpeg", b"one"), picture("image/png", b"two")];
        let request = request(&example.submission(Provider::OpenAi)).unwrap();
        let Request::Edit(form) = request else {
            panic!("{request:?}");
        };
        let sealed = form.seal();
        let (_, boundary) = sealed.content_type.split_once("boundary=").unwrap();
        let body = String::from_utf8(sealed.body.to_vec()).unwrap();
        let part = |head: &str, said: &str| {
            let named = "Content-Disposition: form-data; name=";
            format!("--{boundary}\r\n{named}{head}\r\n\r\n{said}\r\n")
        };
        let file = |number: &str, type_: &str| {
            let name = format!("\"image[]\"; filename=\"{number}.{type_}\"");
            format!("{name}\r\nContent-Type: image/{type_}")
        };
        let expected = [
            part("\"model\"", "gpt-image-2.6-flare"),
            part("\"n\"", "1"),
            part("\"output_format\"", "webp"),
            part("\"prompt\"", "a lake at dawn"),
            part("\"quality\"", "low"),
            part("\"safety_identifier\"", "e5f0"),
            part("\"size\"", "1024x1024"),
            part(&file("1", "jpeg"), "one"),
            part(&file("2", "png"), "two"),
            format!("--{boundary}--\r\n"),
        ];
        assert_eq!(body, expected.concat());
    }

    #[test]
    fn a_picture_that_lies_elsewhere_is_not_sent() {
        let mut example = Example::of("dall-e-2", &[("references", PICTURE)]);
        let told = request(&example.submission(Provider::OpenAi)).unwrap_err();
        assert!(told.contains("inside the request"), "{told}");
        example.shot.references.clear();
        let told = request(&example.submission(Provider::OpenAi)).unwrap_err();
        assert!(told.contains("not brought along"), "{told}");
        example.shot.first_frame = Some(placed("first"));
        assert!(request(&example.submission(Provider::OpenAi)).is_err());
    }

    #[test]
    fn an_impossible_offer_is_named() {
        let fault = |change: &dyn Fn(&mut Model)| {
            let model = altered("dall-e-3", change);
            check(&model, &model.routes[0]).unwrap_err()
        };
        let wide = |m: &mut Model| m.params.aspect_ratios = vec!["16:9".parse().unwrap()];
        assert!(fault(&wide).contains("16:9"));
        assert!(fault(&|m| m.routes[0].shape = "dall-e".to_owned()).contains("dall-e"));
        let many = |m: &mut Model| m.params.references.as_mut().unwrap().count_max = 17;
        assert!(fault(&many).contains("at most 16"));
        let model = altered("dall-e-3", &|_| {});
        assert_eq!(check(&model, &model.routes[0]), Ok(()));
    }
}
