//! Replicate over HTTP: predictions, errors, files, webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use nexora_sandbox::Pace;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::inbox::Inbox;
use crate::{Answer, Bench, answer, multipart, text};

const BY_MODEL: &str = "/replicate/v1/models/black-forest-labs/flux-schnell/predictions";
const BY_VERSION: &str = "/replicate/v1/predictions";

async fn create(bench: &Bench, prompt: &str) -> Answer {
    bench
        .post(BY_MODEL, json!({"input": {"prompt": prompt}}))
        .await
}

async fn finished(bench: &Bench, created: &Answer) -> Value {
    bench.get(&text(&created.body["urls"], "get")).await.body
}

#[tokio::test]
async fn a_prediction_starts_and_succeeds() {
    let bench = Bench::instant().await;
    let input = json!({
        "prompt": "a fox", "num_outputs": 2, "megapixels": "0.25", "output_format": "png",
    });
    let created = bench.post(BY_MODEL, json!({"input": input})).await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert_eq!(created.body["status"], "starting");
    assert_eq!(created.body["output"], Value::Null);
    assert_eq!(text(&created.body, "id").len(), 26);
    let prediction = finished(&bench, &created).await;
    assert_eq!(prediction["status"], "succeeded");
    assert_eq!(prediction["input"], input);
    assert_eq!(prediction["model"], "black-forest-labs/flux-schnell");
    assert!(text(&prediction, "logs").contains("100%|██████████| 4/4"));
    assert!(prediction["metrics"]["predict_time"].is_number());
    let output = prediction["output"][1].as_str().unwrap();
    assert!(output.ends_with("/out-1.png"));
    let file = bench.http.get(output).send().await.unwrap();
    let picture = image::load_from_memory(&file.bytes().await.unwrap()).unwrap();
    assert_eq!((picture.width(), picture.height()), (512, 512));
}

#[tokio::test]
async fn a_version_is_the_model_or_its_hash() {
    let bench = Bench::instant().await;
    let model = bench
        .get("/replicate/v1/models/black-forest-labs/flux-schnell")
        .await
        .body;
    let hash = text(&model["latest_version"], "id");
    let named = format!("black-forest-labs/flux-schnell:{hash}");
    for version in [hash.as_str(), "black-forest-labs/flux-schnell", &named] {
        let body = json!({"version": version, "input": {"prompt": "x"}});
        assert_eq!(
            bench.post(BY_VERSION, body).await.status,
            StatusCode::CREATED
        );
    }
    let body = json!({"version": "0".repeat(64), "input": {"prompt": "x"}});
    let refused = bench.post(BY_VERSION, body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.body["title"], "Invalid version or not permitted");
}

#[tokio::test]
async fn waiting_gives_the_finished_prediction() {
    let bench = Bench::at(Pace::Believable).await;
    let request = bench.call(Method::POST, BY_MODEL).header("prefer", "wait");
    let waited = answer(request.json(&json!({"input": {"prompt": "x"}}))).await;
    assert_eq!(waited.status, StatusCode::CREATED);
    assert_eq!(waited.body["status"], "succeeded");
}

#[tokio::test]
async fn waiting_in_vain_gives_the_unfinished_prediction() {
    let bench = Bench::instant().await;
    let request = bench
        .call(Method::POST, BY_MODEL)
        .header("prefer", "wait=1");
    let body = json!({"input": {"prompt": "x [sandbox:stuck]"}});
    let waited = answer(request.json(&body)).await;
    assert_eq!(waited.status, StatusCode::ACCEPTED);
    assert_eq!(waited.body["status"], "processing");
}

#[tokio::test]
async fn a_wrong_input_names_every_field() {
    let bench = Bench::instant().await;
    let input = json!({"num_inference_steps": 28, "aspect_ratio": "7:1", "seed": "1", "mood": 1});
    let refused = bench.post(BY_MODEL, json!({"input": input})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.body["title"], "Input validation failed");
    let fields = refused.body["invalid_fields"].as_array().unwrap();
    let kinds: Vec<_> = fields
        .iter()
        .map(|flaw| {
            (
                flaw["field"].as_str().unwrap(),
                flaw["type"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("input", "required"),
        ("input.aspect_ratio", "enum"),
        ("input.num_inference_steps", "number_lte"),
        ("input.seed", "invalid_type"),
    ];
    assert_eq!(kinds, expected);
    assert!(text(&refused.body, "detail").starts_with("- input: prompt is required\n"));
}

#[tokio::test]
async fn a_body_has_an_input_and_nothing_strange() {
    let bench = Bench::instant().await;
    let refused = bench
        .post(BY_MODEL, json!({"inputs": {"prompt": "x"}}))
        .await;
    let detail = "- Additional property inputs is not allowed\n- input is required\n";
    assert_eq!(refused.body["detail"], detail);
}

#[tokio::test]
async fn strangers_and_unknown_things_are_refused() {
    let bench = Bench::instant().await;
    let stranger = answer(bench.http.get(bench.url("/replicate/v1/account"))).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.body["title"], "Unauthenticated");
    let account = bench.get("/replicate/v1/account").await;
    assert_eq!(account.status, StatusCode::OK);
    for path in ["predictions/nobody", "models/who/what", "files/none"] {
        let missing = bench.get(&format!("/replicate/v1/{path}")).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(missing.body["status"], 404);
    }
}

#[tokio::test]
async fn the_list_is_newest_first_and_pages() {
    let bench = Bench::instant().await;
    for number in 0..102 {
        create(&bench, &format!("number {number}")).await;
    }
    let first = bench.get(BY_VERSION).await.body;
    assert_eq!(first["results"].as_array().unwrap().len(), 100);
    assert_eq!(first["results"][0]["input"]["prompt"], "number 101");
    let second = bench.get(&text(&first, "next")).await.body;
    assert_eq!(second["results"].as_array().unwrap().len(), 2);
    assert_eq!(second["results"][1]["input"]["prompt"], "number 0");
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn a_canceled_prediction_stays_canceled() {
    let bench = Bench::instant().await;
    let created = create(&bench, "x [sandbox:stuck]").await;
    let canceled = bench
        .post(&text(&created.body["urls"], "cancel"), json!({}))
        .await;
    assert_eq!(canceled.status, StatusCode::OK);
    assert_eq!(canceled.body["status"], "canceled");
    let prediction = finished(&bench, &created).await;
    assert_eq!(prediction["status"], "canceled");
    assert!(prediction["completed_at"].is_string());
}

#[tokio::test]
async fn a_deadline_is_a_duration() {
    let bench = Bench::instant().await;
    for (value, status) in [("90s", 201), ("1h", 201), ("2s", 422), ("soon", 422)] {
        let request = bench
            .call(Method::POST, BY_MODEL)
            .header("cancel-after", value);
        let created = answer(request.json(&json!({"input": {"prompt": "x"}}))).await;
        assert_eq!(created.status.as_u16(), status, "{value}");
    }
}

#[tokio::test]
async fn the_stream_tells_the_outputs_and_ends() {
    let bench = Bench::instant().await;
    let created = create(&bench, "x").await;
    let stream = bench.call(Method::GET, &text(&created.body["urls"], "stream"));
    let stream = stream.send().await.unwrap().text().await.unwrap();
    assert!(
        stream.starts_with("event: output\ndata: http://127.0.0.1"),
        "{stream}"
    );
    assert!(
        stream.trim_end().ends_with("event: done\ndata: {}"),
        "{stream}"
    );
}

#[tokio::test]
async fn a_file_is_listed_until_it_is_deleted() {
    let bench = Bench::instant().await;
    let parts = [
        ("content", Some(("a.txt", "text/plain")), "bytes"),
        ("metadata", None, "{\"for\":\"me\"}"),
    ];
    let request = bench.call(Method::POST, "/replicate/v1/files");
    let uploaded = answer(multipart(request, &parts)).await;
    assert_eq!(uploaded.status, StatusCode::CREATED);
    assert_eq!(uploaded.body["size"], 5);
    assert_eq!(uploaded.body["metadata"]["for"], "me");
    let url = text(&uploaded.body["urls"], "get");
    assert_eq!(bench.get(&url).await.body, uploaded.body);
    let deleted = answer(bench.call(Method::DELETE, &url)).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.get(&url).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn expired_predictions_have_lost_everything() {
    let bench = Bench::instant().await;
    let created = create(&bench, "x").await;
    let output = finished(&bench, &created).await["output"][0].clone();
    bench.sandbox.script().expire_outputs();
    let prediction = finished(&bench, &created).await;
    assert_eq!(prediction["status"], "succeeded");
    assert_eq!(prediction["data_removed"], true);
    assert_eq!(prediction["output"], Value::Null);
    let file = bench
        .http
        .get(output.as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(file.status(), StatusCode::FORBIDDEN);
    let younger = create(&bench, "y").await;
    assert_eq!(finished(&bench, &younger).await["data_removed"], false);
}

#[tokio::test]
async fn webhooks_follow_the_filter_and_the_standard() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::refusing(2).await;
    let body = json!({
        "input": {"prompt": "x"}, "webhook": inbox.url,
        "webhook_events_filter": ["start", "completed"],
    });
    let created = bench.post(BY_MODEL, body).await;
    let start = inbox.next().await;
    assert_eq!(start.body["status"], "starting");
    let completed = inbox.next().await;
    assert_eq!(completed.body["id"], created.body["id"]);
    assert_eq!(completed.body["status"], "succeeded");
    let secret = bench
        .get("/replicate/v1/webhooks/default/secret")
        .await
        .body;
    let secret = text(&secret, "key");
    let secret = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let header = |name: &str| completed.headers[name].to_str().unwrap().to_owned();
    let signature = header("webhook-signature");
    let signature = STANDARD
        .decode(signature.strip_prefix("v1,").unwrap())
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(&completed.raw);
    mac.verify_slice(&signature).unwrap();
}

#[tokio::test]
async fn shuffled_webhooks_begin_with_the_end() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::open().await;
    let input = json!({"prompt": "x [sandbox:webhook-shuffled] [sandbox:webhook-twice@fal]"});
    bench
        .post(BY_MODEL, json!({"input": input, "webhook": inbox.url}))
        .await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(text(&inbox.next().await.body, "status"));
    }
    assert_eq!(
        statuses,
        ["succeeded", "starting", "processing", "succeeded"]
    );
    assert_eq!(inbox.waiting(), 0);
}

#[tokio::test]
async fn a_clip_is_one_address_and_five_or_ten_seconds_long() {
    let bench = Bench::instant().await;
    let path = "/replicate/v1/models/runwayml/gen-4.5/predictions";
    let input = json!({"prompt": "fog", "duration": 10, "aspect_ratio": "21:9"});
    let created = bench.post(path, json!({"input": input})).await.body;
    let ended = bench.get(&text(&created["urls"], "get")).await.body;
    assert_eq!(ended["model"], "runwayml/gen-4.5");
    assert!(text(&ended, "output").ends_with("/out-0.mp4"));
    let odd = json!({"input": {"prompt": "fog", "duration": 7}});
    let refused = bench.post(path, odd).await;
    assert_eq!(refused.body["invalid_fields"][0]["field"], "input.duration");
}
