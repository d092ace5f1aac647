//! Faults on demand: every magic word shows what its table promises.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nexora_sandbox::{Cue, Fault, Moment, Provider};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{Answer, Bench, answer, text};

const FAL: &str = "/fal/queue/fal-ai/flux/schnell";
const REPLICATE: &str = "/replicate/v1/models/black-forest-labs/flux-schnell/predictions";
const OPENAI: &str = "/openai/v1/images/generations";
const RUNWAY: &str = "/runway/v1/text_to_video";
const HIGGSFIELD: &str = "/hf/higgsfield/cinema-studio/4.0";
const ALL: [&str; 5] = [FAL, REPLICATE, OPENAI, RUNWAY, HIGGSFIELD];

fn body(path: &str, prompt: &str) -> Value {
    match path {
        REPLICATE => json!({"input": {"prompt": prompt, "megapixels": "0.25"}}),
        OPENAI => json!({"prompt": prompt, "size": "640x1024"}),
        RUNWAY => json!({
            "model": "gen4.5", "promptText": prompt, "ratio": "1280:720", "duration": 5,
        }),
        HIGGSFIELD => json!({"prompt": prompt}),
        _ => json!({"prompt": prompt, "image_size": "square"}),
    }
}

async fn submit(bench: &Bench, path: &str, prompt: &str) -> Answer {
    bench.post(path, body(path, prompt)).await
}

/// Submits to fal and reads the result.
async fn fal_result(bench: &Bench, prompt: &str) -> Answer {
    let submitted = submit(bench, FAL, prompt).await;
    bench.get(&text(&submitted.body, "response_url")).await
}

/// Submits to Replicate and reads the prediction.
async fn prediction(bench: &Bench, prompt: &str) -> Value {
    let submitted = submit(bench, REPLICATE, prompt).await;
    bench.get(&text(&submitted.body["urls"], "get")).await.body
}

/// The URL of the one picture fal made of this prompt.
async fn picture_url(bench: &Bench, prompt: &str) -> String {
    text(&fal_result(bench, prompt).await.body["images"][0], "url")
}

#[tokio::test]
async fn refused_submits_are_not_accepted() {
    let bench = Bench::instant().await;
    for (word, path, status) in [
        ("auth", FAL, 401),
        ("auth", REPLICATE, 401),
        ("auth", OPENAI, 401),
        ("broke", FAL, 403),
        ("broke", REPLICATE, 402),
        ("broke", OPENAI, 429),
        ("down", FAL, 503),
        ("down", REPLICATE, 503),
        ("down", OPENAI, 503),
        ("auth", RUNWAY, 401),
        ("auth", HIGGSFIELD, 401),
        ("broke", RUNWAY, 400),
        ("broke", HIGGSFIELD, 403),
        ("down", RUNWAY, 503),
        ("down", HIGGSFIELD, 503),
    ] {
        let refused = submit(&bench, path, &format!("x [sandbox:{word}]")).await;
        assert_eq!(refused.status.as_u16(), status, "{word} {path}");
    }
    assert!(bench.sandbox.submits().is_empty());
}

#[tokio::test]
async fn a_busy_provider_takes_the_third_attempt() {
    let bench = Bench::instant().await;
    for path in [FAL, REPLICATE, OPENAI, RUNWAY] {
        for _ in 0..2 {
            let busy = submit(&bench, path, "x [sandbox:busy]").await;
            assert_eq!(busy.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(busy.headers["retry-after"], "1");
        }
        assert!(
            submit(&bench, path, "x [sandbox:busy]")
                .await
                .status
                .is_success()
        );
    }
    assert_eq!(bench.sandbox.submits().len(), 4);
}

#[tokio::test]
async fn one_provider_fails_and_the_other_takes_over() {
    let bench = Bench::instant().await;
    let prompt = "a fox [sandbox:down@replicate]";
    let refused = submit(&bench, REPLICATE, prompt).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(fal_result(&bench, prompt).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_ambiguous_submit_was_accepted_and_a_lost_one_was_not() {
    let bench = Bench::instant().await;
    for path in ALL {
        for word in ["ambiguous", "lost"] {
            let prompt = format!("x [sandbox:{word}]");
            let request = bench.call(Method::POST, path).json(&body(path, &prompt));
            assert!(request.send().await.is_err(), "{word} {path}");
        }
    }
    let submits = bench.sandbox.submits();
    assert_eq!(submits.len(), ALL.len());
    assert!(
        submits
            .iter()
            .all(|submit| submit.body.to_string().contains("ambiguous"))
    );
}

#[tokio::test]
async fn a_garbled_submit_was_accepted() {
    let bench = Bench::instant().await;
    for path in ALL {
        let garbled = submit(&bench, path, "x [sandbox:garbage]").await;
        assert!(garbled.status.is_success());
        assert_eq!(garbled.body, Value::Null);
    }
    assert_eq!(bench.sandbox.submits().len(), ALL.len());
}

#[tokio::test]
async fn a_refusal_is_told_by_each_provider_in_its_way() {
    let bench = Bench::instant().await;
    let fal = fal_result(&bench, "x [sandbox:refuse]").await;
    assert_eq!(fal.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fal.body["detail"][0]["type"], "content_policy_violation");
    let replicate = prediction(&bench, "x [sandbox:refuse]").await;
    assert_eq!(replicate["status"], "failed");
    assert!(text(&replicate, "error").contains("E005"));
    let openai = submit(&bench, OPENAI, "x [sandbox:refuse]").await;
    assert_eq!(openai.status, StatusCode::BAD_REQUEST);
    assert_eq!(openai.body["error"]["code"], "moderation_blocked");
    assert_eq!(openai.body["error"]["type"], "image_generation_user_error");
}

#[tokio::test]
async fn a_flagged_picture_is_black_on_fal_and_failed_on_replicate() {
    let bench = Bench::instant().await;
    let fal = fal_result(&bench, "x [sandbox:nsfw]").await;
    assert_eq!(fal.status, StatusCode::OK);
    assert_eq!(fal.body["has_nsfw_concepts"], json!([true]));
    let url = text(&fal.body["images"][0], "url");
    let file = bench.http.get(url).send().await.unwrap();
    let picture = image::load_from_memory(&file.bytes().await.unwrap()).unwrap();
    assert!(picture.to_rgb8().iter().all(|&channel| channel == 0));
    let replicate = prediction(&bench, "x [sandbox:nsfw]").await;
    assert!(text(&replicate, "error").starts_with("NSFW content detected"));
    let banana = json!({"prompt": "x [sandbox:nsfw]"});
    let banana = bench.post("/fal/run/fal-ai/nano-banana-2", banana).await;
    assert_eq!(banana.body["detail"][0]["type"], "no_media_generated");
}

#[tokio::test]
async fn a_failed_job_is_completed_with_an_error() {
    let bench = Bench::instant().await;
    let submitted = submit(&bench, FAL, "x [sandbox:fail]").await;
    let status = bench.get(&text(&submitted.body, "status_url")).await;
    assert_eq!(status.body["status"], "COMPLETED");
    assert_eq!(status.body["error_type"], "runner_disconnected");
    let result = bench.get(&text(&submitted.body, "response_url")).await;
    assert_eq!(result.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(result.headers["x-fal-error-type"], "runner_disconnected");
    assert_eq!(
        prediction(&bench, "x [sandbox:fail]").await["status"],
        "failed"
    );
    let openai = submit(&bench, OPENAI, "x [sandbox:fail]").await;
    assert_eq!(openai.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_partial_job_is_one_output_short() {
    let bench = Bench::instant().await;
    let fal = fal_result(&bench, "x [sandbox:partial]").await;
    assert_eq!(fal.body["images"], json!([]));
    assert_eq!(
        prediction(&bench, "x [sandbox:partial]").await["output"],
        json!([])
    );
    let asked = json!({"prompt": "x [sandbox:partial]", "n": 2, "size": "640x1024"});
    let openai = bench.post(OPENAI, asked).await;
    assert_eq!(openai.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn slow_jobs_finish_and_stuck_ones_never_do() {
    let bench = Bench::instant().await;
    let slow = submit(&bench, FAL, "x [sandbox:slow]").await;
    let stuck = submit(&bench, FAL, "x [sandbox:stuck]").await;
    let slow_url = format!("{}/stream", text(&slow.body, "status_url"));
    let stream = bench.call(Method::GET, &slow_url).send().await.unwrap();
    stream.text().await.unwrap();
    let slow = bench.get(&text(&slow.body, "status_url")).await;
    assert_eq!(slow.body["status"], "COMPLETED");
    assert_eq!(slow.body["metrics"]["inference_time"], 2.0);
    let stuck = bench.get(&text(&stuck.body, "status_url")).await;
    assert_eq!(stuck.body["status"], "IN_PROGRESS");
}

#[tokio::test]
async fn polls_fail_and_recover() {
    let bench = Bench::instant().await;
    for (word, status) in [
        ("busy", 429),
        ("down", 503),
        ("auth", 401),
        ("garbage", 200),
    ] {
        let prompt = format!("x [sandbox:poll-{word}]");
        let submitted = submit(&bench, FAL, &prompt).await;
        let status_url = text(&submitted.body, "status_url");
        for _ in 0..2 {
            let poll = bench.get(&status_url).await;
            assert_eq!(poll.status.as_u16(), status, "{word}");
            assert_ne!(poll.body["status"], "COMPLETED");
        }
        assert_eq!(bench.get(&status_url).await.body["status"], "COMPLETED");
    }
    for word in ["busy", "down", "auth"] {
        let prompt = format!("x [sandbox:poll-{word}*1]");
        let task = submit(&bench, RUNWAY, &prompt).await;
        let task = format!("/runway/v1/tasks/{}", text(&task.body, "id"));
        let request = submit(&bench, HIGGSFIELD, &prompt).await;
        let request = text(&request.body, "status_url");
        let statuses = [("busy", 429), ("down", 503), ("auth", 401)];
        let (_, status) = statuses
            .into_iter()
            .find(|(name, _)| *name == word)
            .unwrap();
        for url in [task, request] {
            assert_eq!(bench.get(&url).await.status.as_u16(), status, "{url}");
            assert_eq!(bench.get(&url).await.status, StatusCode::OK, "{url}");
        }
    }
    let submitted = submit(&bench, REPLICATE, "x [sandbox:poll-lost*1]").await;
    let url = text(&submitted.body["urls"], "get");
    assert!(bench.call(Method::GET, &url).send().await.is_err());
    assert_eq!(bench.get(&url).await.body["status"], "succeeded");
}

#[tokio::test]
async fn downloads_lie_about_their_type() {
    let bench = Bench::instant().await;
    let url = picture_url(&bench, "x [sandbox:wrongtype]").await;
    let file = bench.http.get(url).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/jpeg");
    assert!(file.text().await.unwrap().starts_with("<!doctype html>"));
    let url = picture_url(&bench, "x [sandbox:oddtype]").await;
    let file = bench.http.get(url).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/octet-stream");
    let bytes = file.bytes().await.unwrap();
    assert_eq!(
        image::guess_format(&bytes).unwrap(),
        image::ImageFormat::Jpeg
    );
    let openai = submit(&bench, OPENAI, "x [sandbox:wrongtype]").await;
    let page = STANDARD
        .decode(text(&openai.body["data"][0], "b64_json"))
        .unwrap();
    assert!(page.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn a_huge_download_goes_on_and_on() {
    const ENOUGH_BYTES: usize = 32 << 20;
    let bench = Bench::instant().await;
    let url = picture_url(&bench, "x [sandbox:huge]").await;
    for target in [url.as_str(), OPENAI] {
        let request = match target {
            OPENAI => bench
                .call(Method::POST, OPENAI)
                .json(&body(OPENAI, "x [sandbox:huge]")),
            url => bench.http.get(url),
        };
        let mut file = request.send().await.unwrap();
        assert_eq!(file.content_length(), None);
        let mut read = 0;
        while read < ENOUGH_BYTES {
            read += file.chunk().await.unwrap().unwrap().len();
        }
    }
}

#[tokio::test]
async fn downloads_break_and_recover() {
    let bench = Bench::instant().await;
    let url = picture_url(&bench, "x [sandbox:download-lost*1]").await;
    let broken = bench.http.get(&url).send().await.unwrap();
    assert!(broken.bytes().await.is_err());
    let whole = bench
        .http
        .get(&url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let reader = image::ImageReader::new(Cursor::new(&whole)).with_guessed_format();
    reader.unwrap().decode().unwrap();
    let url = picture_url(&bench, "x [sandbox:download-down*1]").await;
    let down = bench.http.get(&url).send().await.unwrap();
    assert_eq!(down.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        bench
            .http
            .get(&url)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
}

#[tokio::test]
async fn expired_outputs_are_gone() {
    let bench = Bench::instant().await;
    let url = picture_url(&bench, "x [sandbox:expired]").await;
    let file = bench.http.get(url).send().await.unwrap();
    assert_eq!(file.status(), StatusCode::NOT_FOUND);
    let prediction = prediction(&bench, "x [sandbox:expired]").await;
    let file = bench
        .http
        .get(prediction["output"][0].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(file.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_scripted_fault_strikes_the_call_it_is_meant_for() {
    let bench = Bench::instant().await;
    let script = bench.sandbox.script();
    script.push(
        Cue::new(Fault::Down)
            .during(Moment::Poll)
            .about("heron")
            .times(2),
    );
    script.push(Cue::new(Fault::Refuse).at(Provider::Replicate));
    let fox = submit(&bench, FAL, "a fox").await;
    let heron = submit(&bench, FAL, "a heron").await;
    assert!(
        bench
            .get(&text(&fox.body, "status_url"))
            .await
            .status
            .is_success()
    );
    let heron_url = text(&heron.body, "status_url");
    for status in [503, 503, 200] {
        assert_eq!(bench.get(&heron_url).await.status.as_u16(), status);
    }
    assert_eq!(prediction(&bench, "a fox").await["status"], "failed");
    assert_eq!(prediction(&bench, "a fox").await["status"], "succeeded");
}

#[tokio::test]
async fn accepted_submits_are_remembered_in_order() {
    let bench = Bench::instant().await;
    for (path, id) in [(FAL, "one"), (REPLICATE, "two"), (OPENAI, "three")] {
        let request = bench
            .call(Method::POST, path)
            .header("x-client-request-id", id);
        answer(request.json(&body(path, "a fox"))).await;
    }
    let told = bench.get("/_sandbox/submits").await.body;
    let submits = told["submits"].as_array().unwrap();
    let brief: Vec<_> = submits
        .iter()
        .map(|submit| {
            (
                &submit["order"],
                &submit["provider"],
                &submit["client_request_id"],
            )
        })
        .map(|(order, provider, id)| format!("{order} {provider} {id}"))
        .collect();
    let expected = [
        "0 \"fal\" \"one\"",
        "1 \"replicate\" \"two\"",
        "2 \"openai\" \"three\"",
    ];
    assert_eq!(brief, expected);
    assert_eq!(submits[0]["path"], "fal-ai/flux/schnell");
    assert_eq!(submits[1]["body"]["input"]["prompt"], "a fox");
}
