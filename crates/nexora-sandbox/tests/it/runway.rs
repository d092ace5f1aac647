//! Runway over HTTP: tasks, their ends, uploads.

use nexora_sandbox::Pace;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{Answer, Bench, answer, multipart, text};

const TEXT: &str = "/runway/v1/text_to_video";
const PICTURE: &str = "/runway/v1/image_to_video";
const AVATAR: &str = "/runway/v1/avatar_videos";

fn clip(prompt: &str) -> Value {
    json!({ "model": "gen4.5", "promptText": prompt, "ratio": "1280:720", "duration": 5 })
}

async fn task(bench: &Bench, id: &str) -> Answer {
    bench.get(&format!("/runway/v1/tasks/{id}")).await
}

/// Submits a clip and reads its task.
async fn run(bench: &Bench, prompt: &str) -> Value {
    let submitted = bench.post(TEXT, clip(prompt)).await;
    assert_eq!(submitted.status, StatusCode::OK, "{submitted:?}");
    task(bench, &text(&submitted.body, "id")).await.body
}

#[tokio::test]
async fn a_clip_is_submitted_polled_and_downloaded() {
    let bench = Bench::instant().await;
    let submitted = bench.post(TEXT, clip("a lighthouse")).await;
    assert_eq!(submitted.body["estimatedCost"]["credits"], 60);
    let id = text(&submitted.body, "id");
    let ended = task(&bench, &id).await.body;
    assert_eq!(ended["status"], "SUCCEEDED");
    assert!(text(&ended, "createdAt").ends_with('Z'));
    assert!(ended["cost"]["credits"].is_u64());
    let file = bench.http.get(ended["output"][0].as_str().unwrap());
    let file = file.send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "video/mp4");
    assert_eq!(bench.sandbox.submits()[0].path, "v1/text_to_video");
}

#[tokio::test]
async fn a_believable_task_is_throttled_then_pending_then_running() {
    let bench = Bench::at(Pace::Believable).await;
    let submitted = bench.post(TEXT, clip("fog [sandbox:stuck]")).await;
    let id = text(&submitted.body, "id");
    let mut seen = Vec::new();
    while seen.last() != Some(&"RUNNING".to_owned()) {
        let task = task(&bench, &id).await.body;
        let status = text(&task, "status");
        if status == "RUNNING" {
            assert!(task["progress"].is_f64());
        }
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    assert_eq!(seen, ["THROTTLED", "PENDING", "RUNNING"]);
}

#[tokio::test]
async fn every_end_has_its_code() {
    let bench = Bench::instant().await;
    for (word, code) in [
        ("refuse", "SAFETY.INPUT.TEXT"),
        ("nsfw", "SAFETY.OUTPUT.VIDEO"),
        ("fail", "INTERNAL.BAD_OUTPUT.CODE01"),
    ] {
        let task = run(&bench, &format!("x [sandbox:{word}]")).await;
        assert_eq!(task["status"], "FAILED", "{word}");
        assert_eq!(task["failureCode"], code);
        assert_eq!(task["cost"]["credits"], 0);
    }
    let partial = run(&bench, "x [sandbox:partial]").await;
    assert_eq!(partial["output"], json!([]));
}

#[tokio::test]
async fn a_deleted_task_cannot_be_read_again() {
    let bench = Bench::instant().await;
    for prompt in ["x", "x [sandbox:stuck]"] {
        let submitted = bench.post(TEXT, clip(prompt)).await;
        let path = format!("/runway/v1/tasks/{}", text(&submitted.body, "id"));
        let made = bench.get(&path).await.body;
        let remove = || answer(bench.call(Method::DELETE, &path));
        assert_eq!(remove().await.status, StatusCode::NO_CONTENT, "{prompt}");
        assert_eq!(bench.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(remove().await.status, StatusCode::NOT_FOUND);
        if let Some(url) = made["output"][0].as_str() {
            let file = bench.http.get(url).send().await.unwrap();
            assert_eq!(file.status(), StatusCode::FORBIDDEN, "its files went along");
        }
    }
}

#[tokio::test]
async fn every_request_names_the_key_and_the_version() {
    let bench = Bench::instant().await;
    let request = || bench.http.post(bench.url(TEXT)).json(&clip("x"));
    let nobody = answer(request().header("x-runway-version", "2024-11-06")).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    for version in ["", "2025-01-01"] {
        let request = request().header("authorization", "Bearer token");
        let old = answer(request.header("x-runway-version", version)).await;
        assert_eq!(old.status, StatusCode::BAD_REQUEST);
    }
    assert!(bench.sandbox.submits().is_empty());
}

#[tokio::test]
async fn a_wrong_value_is_an_issue() {
    let bench = Bench::instant().await;
    let mut wrong = clip("x");
    wrong["duration"] = json!(12);
    let refused = bench.post(TEXT, wrong).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.body["error"], "Validation of body failed");
    assert_eq!(refused.body["issues"][0]["path"], json!(["duration"]));
    assert!(bench.sandbox.submits().is_empty());
}

#[tokio::test]
async fn an_upload_is_announced_posted_and_used() {
    let bench = Bench::instant().await;
    let announcement = json!({ "filename": "a.png", "type": "ephemeral" });
    let announced = bench.post("/runway/v1/uploads", announcement).await.body;
    let place = text(&announced, "runwayUri");
    let mut order = clip("it begins to move");
    order["promptImage"] = place.clone().into();
    let early = bench.post(PICTURE, order.clone()).await;
    assert_eq!(early.body["issues"][0]["message"], "Invalid asset");

    let storage = text(&announced, "uploadUrl");
    let policy = text(&announced["fields"], "policy");
    let file = ("file", Some(("a.png", "image/png")), "bytes");
    let forged = multipart(bench.http.post(&storage), &[("policy", None, "mine"), file]);
    assert_eq!(answer(forged).await.status, StatusCode::FORBIDDEN);
    let parts = [("policy", None, policy.as_str()), file];
    let posted = answer(multipart(bench.http.post(&storage), &parts)).await;
    assert_eq!(posted.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.post(PICTURE, order).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_avatar_says_what_it_is_told() {
    let bench = Bench::instant().await;
    let order = json!({
        "model": "gwm1_avatars",
        "avatar": { "type": "runway-preset", "presetId": "influencer" },
        "speech": { "type": "text", "text": "Hello, and welcome." },
    });
    let submitted = bench.post(AVATAR, order).await;
    let ended = task(&bench, &text(&submitted.body, "id")).await.body;
    assert_eq!(ended["status"], "SUCCEEDED");
}
