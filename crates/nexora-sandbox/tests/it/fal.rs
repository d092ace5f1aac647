//! fal over HTTP: queue, results, errors, storage, webhooks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use nexora_sandbox::{Cue, Fault, Pace};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::inbox::{Inbox, Letter};
use crate::{Answer, Bench, answer, text};

const FLUX: &str = "/fal/queue/fal-ai/flux/schnell";
const WAN: &str = "/fal/queue/fal-ai/wan-t2v";
const SEEDANCE: &str = "/fal/queue/bytedance/seedance-2.0/text-to-video";

/// Submits and reads the result.
async fn result(bench: &Bench, endpoint: &str, input: Value) -> Answer {
    let submitted = bench.post(endpoint, input).await;
    assert_eq!(submitted.status, StatusCode::OK, "{submitted:?}");
    bench.get(&text(&submitted.body, "response_url")).await
}

fn first_detail(answer: &Answer) -> &Value {
    &answer.body["detail"][0]
}

#[tokio::test]
async fn a_submit_gives_the_urls_of_its_app() {
    let bench = Bench::instant().await;
    let submitted = bench.post(SEEDANCE, json!({"prompt": "fog"})).await;
    let id = text(&submitted.body, "request_id");
    let request = bench.url(&format!("/fal/queue/bytedance/seedance-2.0/requests/{id}"));
    assert_eq!(submitted.status, StatusCode::OK);
    assert_eq!(submitted.body["status"], "IN_QUEUE");
    assert_eq!(submitted.body["response_url"], request);
    assert_eq!(submitted.body["status_url"], format!("{request}/status"));
    assert_eq!(submitted.body["cancel_url"], format!("{request}/cancel"));
    assert_eq!(submitted.headers["x-fal-request-id"], id);
}

#[tokio::test]
async fn a_finished_picture_can_be_downloaded_as_it_was_asked() {
    let bench = Bench::instant().await;
    let input = json!({
        "prompt": "a tea house", "image_size": "square", "num_images": 2, "seed": 11,
        "output_format": "png",
    });
    let result = result(&bench, FLUX, input).await;
    assert_eq!(result.body["seed"], 11);
    assert_eq!(result.body["has_nsfw_concepts"], json!([false, false]));
    let image = &result.body["images"][1];
    assert_eq!(
        (&image["width"], &image["height"]),
        (&json!(512), &json!(512))
    );
    let file = bench.http.get(text(image, "url")).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/png");
    let picture = image::load_from_memory(&file.bytes().await.unwrap()).unwrap();
    assert_eq!((picture.width(), picture.height()), (512, 512));
}

#[tokio::test]
async fn a_believable_job_queues_then_works() {
    let bench = Bench::at(Pace::Believable).await;
    let submitted = bench
        .post(WAN, json!({"prompt": "fog [sandbox:stuck]"}))
        .await;
    assert_eq!(submitted.body["queue_position"], 2);
    let early = bench.get(&text(&submitted.body, "response_url")).await;
    assert_eq!(early.status, StatusCode::BAD_REQUEST);
    assert_eq!(early.body["detail"], "Request is still in progress");
    let status_url = format!("{}?logs=1", text(&submitted.body, "status_url"));
    loop {
        let status = bench.get(&status_url).await;
        assert_eq!(status.status, StatusCode::ACCEPTED);
        if status.body["status"] == "IN_PROGRESS" {
            assert!(status.body["logs"].is_array());
            break;
        }
        assert_eq!(status.body["status"], "IN_QUEUE");
        assert!(status.body["queue_position"].is_u64());
    }
}

#[tokio::test]
async fn a_completed_status_has_logs_only_when_asked() {
    let bench = Bench::instant().await;
    let submitted = bench.post(WAN, json!({"prompt": "fog"})).await;
    let status_url = text(&submitted.body, "status_url");
    let plain = bench.get(&status_url).await;
    assert_eq!(plain.status, StatusCode::OK);
    assert_eq!(plain.body["logs"], Value::Null);
    let told = bench.get(&format!("{status_url}?logs=true")).await;
    assert_eq!(told.body["logs"][11]["message"], "step 12/30");
}

#[tokio::test]
async fn the_status_stream_ends_with_completed() {
    let bench = Bench::instant().await;
    let submitted = bench.post(WAN, json!({"prompt": "fog"})).await;
    let stream_url = format!("{}/stream?logs=1", text(&submitted.body, "status_url"));
    let stream = bench.call(Method::GET, &stream_url).send().await.unwrap();
    let stream = stream.text().await.unwrap();
    let last = stream.trim_end().rsplit("\n\n").next().unwrap();
    let last: Value = serde_json::from_str(last.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(last["status"], "COMPLETED");
}

#[tokio::test]
async fn the_queue_accepts_what_the_model_will_refuse() {
    let bench = Bench::instant().await;
    let input = json!({"prompt": "x", "duration": 10});
    let result = result(&bench, SEEDANCE, input).await;
    assert_eq!(result.status, StatusCode::UNPROCESSABLE_ENTITY);
    let detail = first_detail(&result);
    assert_eq!(detail["loc"], json!(["body", "duration"]));
    assert_eq!(detail["type"], "one_of");
    assert_eq!(detail["input"], 10);
    assert_eq!(detail["ctx"]["expected"][1], "4");
}

#[tokio::test]
async fn the_sync_host_refuses_at_once() {
    let bench = Bench::instant().await;
    for (endpoint, input, kind) in [
        ("fal-ai/flux/schnell", json!({}), "missing"),
        ("fal-ai/flux/schnell", json!({"prompt": 7}), "string_type"),
        (
            "fal-ai/flux/schnell",
            json!({"prompt": "x", "num_images": 9}),
            "less_than_equal",
        ),
        (
            "fal-ai/wan-t2v",
            json!({"prompt": "x", "num_frames": 80}),
            "greater_than_equal",
        ),
        (
            "fal-ai/wan-t2v",
            json!({"prompt": "x", "aspect_ratio": "1:1"}),
            "one_of",
        ),
        (
            "fal-ai/nano-banana-2",
            json!({"prompt": "x", "seed": "x"}),
            "int_parsing",
        ),
    ] {
        let refused = bench.post(&format!("/fal/run/{endpoint}"), input).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(first_detail(&refused)["type"], kind, "{endpoint}");
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let bench = Bench::instant().await;
    let input = json!({"prompt": "x", "image_size": "square", "mood": "calm"});
    assert_eq!(result(&bench, FLUX, input).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_has_two_halves() {
    let bench = Bench::instant().await;
    for key in ["", "Key ", "Key secret", "Key id:", "Bearer id:secret"] {
        let request = bench.http.post(bench.url(WAN)).header("authorization", key);
        let refused = answer(request.json(&json!({"prompt": "x"}))).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{key}");
    }
    assert!(bench.sandbox.submits().is_empty());
}

#[tokio::test]
async fn unknown_apps_and_requests_are_not_found() {
    let bench = Bench::instant().await;
    let app = bench
        .post("/fal/queue/fal-ai/nothing", json!({"prompt": "x"}))
        .await;
    assert_eq!(app.status, StatusCode::NOT_FOUND);
    let submitted = bench.post(WAN, json!({"prompt": "x"})).await;
    let id = text(&submitted.body, "request_id");
    for path in [
        "fal-ai/wan-t2v/requests/nobody".into(),
        format!("fal-ai/flux/requests/{id}"),
    ] {
        let request = bench.get(&format!("/fal/queue/{path}/status")).await;
        assert_eq!(request.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_canceled_job_has_no_result_and_cannot_be_canceled_twice() {
    let bench = Bench::instant().await;
    let submitted = bench
        .post(WAN, json!({"prompt": "x [sandbox:stuck]"}))
        .await;
    let cancel_url = text(&submitted.body, "cancel_url");
    let cancel = || answer(bench.call(Method::PUT, &cancel_url));
    let canceled = cancel().await;
    assert_eq!(canceled.status, StatusCode::ACCEPTED);
    assert_eq!(canceled.body["status"], "CANCELLATION_REQUESTED");
    let status = bench.get(&text(&submitted.body, "status_url")).await;
    assert_eq!(status.body["error_type"], "client_cancelled");
    let result = bench.get(&text(&submitted.body, "response_url")).await;
    assert_eq!(result.status.as_u16(), 499);
    assert_eq!(cancel().await.body["status"], "ALREADY_COMPLETED");
}

#[tokio::test]
async fn an_announced_upload_is_put_and_read_back() {
    let bench = Bench::instant().await;
    let announcement = json!({"content_type": "image/png", "file_name": "a b.png"});
    let path = "/fal/rest/storage/upload/initiate?storage_type=fal-cdn-v3";
    let announced = bench.post(path, announcement).await.body;
    let put = bench.http.put(text(&announced, "upload_url"));
    let put = put.header("content-type", "image/png").body("bytes");
    assert_eq!(put.send().await.unwrap().status(), StatusCode::OK);
    let file_url = text(&announced, "file_url");
    assert!(file_url.ends_with("/a_b.png"));
    let file = bench.http.get(file_url).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/png");
    assert_eq!(file.text().await.unwrap(), "bytes");
}

#[tokio::test]
async fn a_webhook_is_signed_with_a_published_key() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::refusing(1).await;
    let id = submit_with_webhook(&bench, &inbox, "fog").await;
    let letter = inbox.next().await;
    assert_eq!(letter.body["request_id"], id);
    assert_eq!(letter.body["status"], "OK");
    assert!(letter.body["payload"]["video"]["url"].is_string());
    let keys = bench.get("/fal/rest/.well-known/jwks.json").await.body;
    let public = URL_SAFE_NO_PAD.decode(text(&keys["keys"][0], "x")).unwrap();
    let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
    let header = |name: &str| letter.headers[name].to_str().unwrap().to_owned();
    let signature = hex::decode(header("x-fal-webhook-signature")).unwrap();
    let signature = Signature::from_slice(&signature).unwrap();
    let signed = signed_text(&letter);
    public.verify_strict(signed.as_bytes(), &signature).unwrap();
    let forged = signed.replace(&id, "another");
    assert!(public.verify_strict(forged.as_bytes(), &signature).is_err());
}

#[tokio::test]
async fn webhooks_get_lost_doubled_and_late() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::open().await;
    let script = bench.sandbox.script();
    script.push(Cue::new(Fault::WebhookLost).about("lost"));
    script.push(Cue::new(Fault::WebhookTwice).about("doubled"));
    submit_with_webhook(&bench, &inbox, "lost").await;
    let late = submit_with_webhook(&bench, &inbox, "late [sandbox:webhook-shuffled]").await;
    let doubled = submit_with_webhook(&bench, &inbox, "doubled").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(text(&inbox.next().await.body, "request_id"));
    }
    assert_eq!(ids, [doubled.clone(), doubled, late]);
    assert_eq!(inbox.waiting(), 0);
}

#[tokio::test]
async fn a_webhook_tells_of_a_refusal() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::open().await;
    submit_with_webhook(&bench, &inbox, "x [sandbox:refuse]").await;
    let letter = inbox.next().await.body;
    assert_eq!(letter["status"], "ERROR");
    assert_eq!(letter["error"], "Invalid status code: 422");
    assert_eq!(
        letter["payload"]["detail"][0]["type"],
        "content_policy_violation"
    );
}

async fn submit_with_webhook(bench: &Bench, inbox: &Inbox, prompt: &str) -> String {
    let path = format!("{WAN}?fal_webhook={}", inbox.url.replace(':', "%3A"));
    let submitted = bench.post(&path, json!({"prompt": prompt})).await;
    text(&submitted.body, "request_id")
}

fn signed_text(letter: &Letter) -> String {
    let header = |name: &str| letter.headers[name].to_str().unwrap().to_owned();
    let digest = hex::encode(Sha256::digest(&letter.raw));
    let lines = [
        header("x-fal-webhook-request-id"),
        header("x-fal-webhook-user-id"),
        header("x-fal-webhook-timestamp"),
        digest,
    ];
    lines.join("\n")
}
