//! `OpenAI` Images over HTTP: answers, streams, edits, errors.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{Answer, Bench, Part, answer, multipart, text};

const GENERATIONS: &str = "/openai/v1/images/generations";
/// The smallest picture that is allowed is still 0.65 megapixels.
const SMALL: &str = "640x1024";

fn picture(answer: &Answer, index: usize) -> image::DynamicImage {
    let base64 = text(&answer.body["data"][index], "b64_json");
    image::load_from_memory(&STANDARD.decode(base64).unwrap()).unwrap()
}

#[tokio::test]
async fn the_pictures_are_in_the_answer() {
    let bench = Bench::instant().await;
    let body = json!({
        "model": "gpt-image-2.6-flare", "prompt": "a fox", "n": 2, "size": SMALL,
        "quality": "low", "output_format": "jpeg",
    });
    let made = bench.post(GENERATIONS, body).await;
    assert_eq!(made.status, StatusCode::OK);
    assert_eq!(made.body["data"].as_array().unwrap().len(), 2);
    assert_eq!(made.body["output_format"], "jpeg");
    assert_eq!(made.body["quality"], "low");
    assert_eq!(made.body["size"], SMALL);
    assert_eq!(made.body["usage"]["output_tokens"], 544);
    assert!(
        made.headers["x-request-id"]
            .to_str()
            .unwrap()
            .starts_with("req_")
    );
    let first = picture(&made, 0);
    assert_eq!((first.width(), first.height()), (640, 1024));
    assert_ne!(first, picture(&made, 1));
}

#[tokio::test]
async fn a_stream_ends_with_the_finished_picture() {
    let bench = Bench::instant().await;
    let body = json!({"prompt": "x", "size": SMALL, "stream": true, "partial_images": 1});
    let stream = bench.call(Method::POST, GENERATIONS).json(&body);
    let stream = stream.send().await.unwrap().text().await.unwrap();
    let events: Vec<(&str, Value)> = stream.trim_end().split("\n\n").map(event).collect();
    let names: Vec<&str> = events.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "image_generation.partial_image",
            "image_generation.completed"
        ]
    );
    assert_eq!(events[0].1["partial_image_index"], 0);
    assert_eq!(events[1].1["type"], "image_generation.completed");
    assert!(events[1].1["usage"]["total_tokens"].is_u64());
}

fn event(text: &str) -> (&str, Value) {
    let (name, body) = text.split_once('\n').unwrap();
    let body = serde_json::from_str(body.strip_prefix("data: ").unwrap()).unwrap();
    (name.strip_prefix("event: ").unwrap(), body)
}

#[tokio::test]
async fn an_edit_needs_a_picture() {
    let bench = Bench::instant().await;
    let edit = async |file: Option<Part<'_>>| {
        let words = [
            ("prompt", None, "a hat"),
            ("size", None, SMALL),
            ("n", None, "1"),
        ];
        let parts: Vec<Part<'_>> = words.into_iter().chain(file).collect();
        let request = bench.call(Method::POST, "/openai/v1/images/edits");
        answer(multipart(request, &parts)).await
    };
    let refused = edit(None).await;
    assert_eq!(refused.body["error"]["param"], "image");
    let page = ("image", Some(("a.html", "text/html")), "page");
    let refused = edit(Some(page)).await;
    assert_eq!(refused.body["error"]["code"], "invalid_value");
    let edited = edit(Some(("image[]", Some(("a.png", "image/png")), "png"))).await;
    assert_eq!(edited.status, StatusCode::OK);
    assert_eq!(picture(&edited, 0).width(), 640);
    let submits = bench.sandbox.submits();
    assert_eq!(submits[0].path, "v1/images/edits");
    assert_eq!(
        submits[0].body["image"],
        json!([{"file_name": "a.png", "bytes": 3}])
    );
}

#[tokio::test]
async fn every_wrong_parameter_is_named() {
    let bench = Bench::instant().await;
    for (name, value, code) in [
        ("response_format", json!("url"), "unknown_parameter"),
        ("style", json!("vivid"), "unknown_parameter"),
        ("n", json!(11), "invalid_value"),
        ("n", json!("2"), "invalid_type"),
        ("size", json!("512x512"), "invalid_value"),
        ("quality", json!("hd"), "invalid_value"),
        ("output_format", json!("bmp"), "invalid_value"),
        ("moderation", json!("none"), "invalid_value"),
        ("partial_images", json!(2), "invalid_value"),
        ("stream", json!("yes"), "invalid_type"),
        ("prompt", json!(""), "missing_required_parameter"),
        ("prompt", json!("x".repeat(32_001)), "invalid_value"),
    ] {
        let mut body = json!({"model": "gpt-image-2", "prompt": "x"});
        body[name] = value;
        let refused = bench.post(GENERATIONS, body).await;
        let error = &refused.body["error"];
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{name}");
        assert_eq!(error["param"], name);
        assert_eq!(error["code"], code, "{name}");
        assert_eq!(error["type"], "invalid_request_error");
    }
    assert!(bench.sandbox.submits().is_empty());
}

#[tokio::test]
async fn retired_models_are_not_found() {
    let bench = Bench::instant().await;
    for model in ["dall-e-2", "dall-e-3", "gpt-image-1"] {
        let refused = bench
            .post(GENERATIONS, json!({"model": model, "prompt": "x"}))
            .await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(refused.body["error"]["code"], "model_not_found");
    }
    let models = bench.get("/openai/v1/models").await.body;
    assert_eq!(models["data"][3]["id"], "gpt-image-2.6-flare");
}

#[tokio::test]
async fn a_stranger_gets_an_error_with_a_request_id() {
    let bench = Bench::instant().await;
    let request = bench.http.post(bench.url(GENERATIONS));
    let refused = answer(request.json(&json!({"prompt": "x"}))).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.body["error"]["code"], "invalid_api_key");
    assert!(refused.headers.contains_key("x-request-id"));
}
