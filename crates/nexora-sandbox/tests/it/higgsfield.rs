//! Higgsfield over HTTP: requests, characters, motions, uploads, webhooks, the older protocol.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use nexora_sandbox::{Pace, Sandbox};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::inbox::{Inbox, Letter};
use crate::{Answer, Bench, answer, text};

const SOUL: &str = "/hf/higgsfield-ai/soul/v2/standard";
const CINEMA: &str = "/hf/higgsfield/cinema-studio/4.0";
const DOP: &str = "/hf/higgsfield-ai/dop/turbo";
const CHARACTERS: &str = "/hf/v1/custom-references";

/// Submits and reads the request.
async fn run(bench: &Bench, model: &str, input: Value) -> Value {
    let submitted = bench.post(model, input).await;
    assert_eq!(submitted.status, StatusCode::OK, "{submitted:?}");
    assert_eq!(submitted.body["status"], "queued");
    bench.get(&text(&submitted.body, "status_url")).await.body
}

#[tokio::test]
async fn stills_and_clips_are_made() {
    let bench = Bench::instant().await;
    let input = json!({"prompt": "a tea house", "batch_size": 4, "seed": 7});
    let stills = run(&bench, SOUL, input).await;
    assert_eq!(stills["status"], "completed");
    assert_eq!(stills["images"].as_array().unwrap().len(), 4);
    let file = bench.http.get(text(&stills["images"][3], "url"));
    let file = file.send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/png");
    let input = json!({"prompt": "a tea house", "camera_movement": "pan-left"});
    let clip = run(&bench, CINEMA, input).await;
    assert!(text(&clip["video"], "url").ends_with("/output.mp4"));
    let paths = bench.sandbox.submits().into_iter();
    let paths: Vec<String> = paths.map(|submit| submit.path).collect();
    assert_eq!(
        paths,
        [
            "higgsfield-ai/soul/v2/standard",
            "higgsfield/cinema-studio/4.0"
        ]
    );
}

#[tokio::test]
async fn every_end_has_its_status() {
    let bench = Bench::instant().await;
    for (word, status) in [("refuse", "nsfw"), ("nsfw", "nsfw"), ("fail", "failed")] {
        let input = json!({"prompt": format!("x [sandbox:{word}]")});
        assert_eq!(run(&bench, CINEMA, input).await["status"], status, "{word}");
    }
    let partial = run(&bench, CINEMA, json!({"prompt": "x [sandbox:partial]"})).await;
    assert_eq!(partial["status"], "completed");
    assert_eq!(partial["video"], Value::Null);
}

#[tokio::test]
async fn only_what_waits_can_be_canceled() {
    let bench = Bench::at(Pace::Believable).await;
    let submitted = bench.post(CINEMA, json!({"prompt": "x"})).await.body;
    let cancel_url = text(&submitted, "cancel_url");
    let cancel = || answer(bench.call(Method::POST, &cancel_url));
    let canceled = cancel().await;
    assert_eq!(canceled.status, StatusCode::ACCEPTED);
    assert_eq!(canceled.body["status"], "canceled");
    assert_eq!(cancel().await.status, StatusCode::BAD_REQUEST);
    let bench = Bench::instant().await;
    let made = bench.post(CINEMA, json!({"prompt": "x"})).await.body;
    let late = answer(bench.call(Method::POST, &text(&made, "cancel_url"))).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn no_room_is_a_bad_request_and_no_credits_are_forbidden() {
    let bench = Bench::instant().await;
    let said = async |word: &str| {
        let input = json!({"prompt": format!("x [sandbox:{word}]")});
        let refused = bench.post(CINEMA, input).await;
        (refused.status.as_u16(), text(&refused.body, "detail"))
    };
    let busy = "Maximum number of concurrent requests (4) has been reached";
    assert_eq!(said("busy").await, (400, busy.to_owned()));
    assert_eq!(said("broke").await, (403, "Not enough credits".to_owned()));
    assert!(bench.sandbox.submits().is_empty());
}

#[tokio::test]
async fn either_way_of_showing_the_key_is_taken_but_both_halves_are_needed() {
    let bench = Bench::instant().await;
    let list = || bench.http.get(bench.url("/hf/v1/motions"));
    for key in ["", "Key id", "Key id:", "Bearer id:secret"] {
        let refused = answer(list().header("authorization", key)).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{key}");
    }
    let older = list().header("hf-api-key", "id");
    assert_eq!(answer(older).await.status, StatusCode::UNAUTHORIZED);
    let older = list().header("hf-api-key", "id").header("hf-secret", "x");
    let motions = answer(older).await.body;
    let motions = motions.as_array().unwrap();
    let crash = motions
        .iter()
        .find(|motion| motion["name"] == "Crash Zoom In");
    assert_eq!(crash.unwrap()["id"], "3ec247ed-063d-476d-8266-48829c2eced6");
}

fn pictures(count: usize) -> Value {
    let picture = json!({"type": "image_url", "image_url": "https://a.example/face.jpg"});
    vec![picture; count].into()
}

#[tokio::test]
async fn a_character_is_trained_used_listed_and_deleted() {
    let bench = Bench::instant().await;
    let new = json!({"name": "Ada", "input_images": pictures(3), "model_version": "v2"});
    let created = bench.post(CHARACTERS, new).await.body;
    assert_eq!(created["status"], "not_ready");
    let id = text(&created, "id");
    let path = format!("{CHARACTERS}/{id}");
    let trained = bench.get(&path).await.body;
    assert_eq!(trained["status"], "completed");
    assert_eq!(trained["thumbnail_url"], "https://a.example/face.jpg");

    let input = json!({
        "prompt": "x", "custom_reference_id": id, "custom_reference_strength": 0.9,
    });
    let still = run(&bench, SOUL, input.clone()).await;
    assert_eq!(still["status"], "completed");

    let list = format!("{CHARACTERS}/list?page=1&page_size=5");
    let listed = bench.get(&list).await.body;
    assert_eq!(
        (&listed["total"], &listed["items"][0]["name"]),
        (&json!(1), &json!("Ada"))
    );
    let removed = answer(bench.call(Method::DELETE, &path)).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.get(&path).await.status, StatusCode::NOT_FOUND);
    let gone = bench.post(SOUL, input).await;
    assert_eq!(gone.body["detail"][0]["loc"][1], "custom_reference_id");
}

#[tokio::test]
async fn a_character_in_training_stays_and_one_without_a_face_fails() {
    let bench = Bench::instant().await;
    let create = async |name: &str, count| {
        let new = json!({"name": name, "input_images": pictures(count)});
        bench.post(CHARACTERS, new).await
    };
    let stuck = text(&create("Ada [sandbox:stuck]", 1).await.body, "id");
    let path = format!("{CHARACTERS}/{stuck}");
    assert_eq!(bench.get(&path).await.body["status"], "in_progress");
    let removed = answer(bench.call(Method::DELETE, &path)).await;
    assert_eq!(removed.status, StatusCode::BAD_REQUEST);
    let failed = text(&create("Ada [sandbox:fail]", 1).await.body, "id");
    let failed = bench.get(&format!("{CHARACTERS}/{failed}")).await.body;
    assert_eq!(failed["status"], "failed");
    assert!(!text(&failed, "fail_reason").is_empty());
    for (name, count) in [("", 1), ("Ada", 0), ("Ada", 101)] {
        let refused = create(name, count).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{name} {count}"
        );
    }
}

#[tokio::test]
async fn an_upload_is_put_with_the_headers_it_was_given() {
    let bench = Bench::instant().await;
    let path = "/hf/files/generate-upload-url";
    let wrong = bench.post(path, json!({"content_type": "text/html"})).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let announced = bench.post(path, json!({"content_type": "image/png"})).await;
    let announced = announced.body;
    let put = || bench.http.put(text(&announced, "upload_url")).body("bytes");
    let tag = text(&announced["upload_headers"], "x-amz-tagging");
    let untagged = put().header("content-type", "image/png");
    assert_eq!(answer(untagged).await.status, StatusCode::FORBIDDEN);
    let tagged = put().header("content-type", "image/png");
    let with_key = put()
        .header("content-type", "image/png")
        .header("x-amz-tagging", &tag);
    let with_key = with_key.header("authorization", "Key id:secret");
    assert_eq!(answer(with_key).await.status, StatusCode::FORBIDDEN);
    let stored = answer(tagged.header("x-amz-tagging", &tag)).await;
    assert_eq!(stored.status, StatusCode::OK);
    let public = text(&announced, "public_url");
    let read = bench.http.get(&public).send().await.unwrap();
    assert_eq!(read.text().await.unwrap(), "bytes");
    let moving = run(&bench, DOP, json!({"prompt": "x", "image_url": public})).await;
    assert_eq!(moving["status"], "completed");
}

#[tokio::test]
async fn the_older_protocol_answers_with_a_set_of_jobs() {
    let bench = Bench::instant().await;
    let params = json!({
        "model": "dop-turbo", "prompt": "x",
        "input_images": [{"type": "image_url", "image_url": "https://a.example/b.png"}],
        "motions": [{"id": "3ec247ed-063d-476d-8266-48829c2eced6", "strength": 0.8}],
    });
    let call = |method, path: &str| {
        let request = bench.http.request(method, bench.url(path));
        request
            .header("hf-api-key", "id")
            .header("hf-secret", "secret")
    };
    let path = "/hf/v1/image2video/dop";
    let newer = bench.post(path, json!({"params": params.clone()})).await;
    assert_eq!(newer.status, StatusCode::UNAUTHORIZED);
    let body = json!({"params": params});
    let created: Answer = answer(call(Method::POST, path).json(&body)).await;
    assert_eq!(created.body["jobs"][0]["status"], "queued");
    let set = format!("/hf/v1/job-sets/{}", text(&created.body, "id"));
    let ended = answer(call(Method::GET, &set)).await.body;
    assert_eq!(ended["jobs"][0]["status"], "completed");
    assert!(ended["jobs"][0]["results"]["raw"]["url"].is_string());
}

async fn submit_with_webhook(bench: &Bench, inbox: &Inbox, prompt: &str) -> String {
    let path = format!("{CINEMA}?hf_webhook={}", inbox.url.replace(':', "%3A"));
    let submitted = bench.post(&path, json!({"prompt": prompt})).await;
    text(&submitted.body, "request_id")
}

fn signature(letter: &Letter) -> String {
    let header = |name: &str| letter.headers[name].to_str().unwrap();
    let secret = Sandbox::higgsfield_webhook_secret();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.unwrap()).unwrap();
    let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(&letter.raw);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_webhook_tells_the_end_and_is_signed() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::refusing(1).await;
    let id = submit_with_webhook(&bench, &inbox, "fog").await;
    let letter = inbox.next().await;
    assert_eq!(letter.body["request_id"], id);
    assert_eq!(letter.body["status"], "completed");
    assert_eq!(letter.headers["webhook-signature"], signature(&letter));
    submit_with_webhook(&bench, &inbox, "x [sandbox:webhook-lost]").await;
    let refused = submit_with_webhook(&bench, &inbox, "x [sandbox:refuse]").await;
    let letter = inbox.next().await;
    assert_eq!(
        (letter.body["request_id"].as_str(), &letter.body["status"]),
        (Some(refused.as_str()), &json!("nsfw"))
    );
}
