//! fal, from the submit to the downloaded file.

use nexora_core::MediaKind;
use nexora_providers::{DownloadError, MediaProvider, Polled, Ticket};
use nexora_sandbox::Provider;

use crate::far_side::{FarSide, json};
use crate::stage::{Stage, fal_at, finish, outputs};

const CLIPS: [&str; 4] = ["wan-2.1-turbo", "kling-3.0", "luma-ray-2", "seedance-2.0"];

#[tokio::test]
async fn every_picture_model_paints_what_was_ordered() {
    let stage = Stage::open().await;
    let fal = stage.fal();
    for model in ["flux-schnell", "nano-banana-2"] {
        let wishes = [("aspect_ratio", "16:9"), ("seed", "7"), ("count", "2")];
        let order = stage.order(model, "a lake at dawn", &wishes);
        let outputs = outputs(stage.run(&fal, &order).await);
        assert_eq!(outputs.len(), 2, "{model}");
        let fetched = stage.fetch(&outputs[1]).await.unwrap();
        assert_eq!(fetched.content_type_header.as_deref(), Some("image/png"));
        assert!(fetched.bytes.starts_with(b"\x89PNG"), "{model}");
    }
}

#[tokio::test]
async fn every_clip_model_films_what_was_ordered() {
    let stage = Stage::open().await;
    let fal = stage.fal();
    for model in CLIPS {
        let order = stage.order(model, "a lake at dawn", &[]);
        assert_eq!(order.kind, MediaKind::Video);
        let outputs = outputs(stage.run(&fal, &order).await);
        assert_eq!(outputs.len(), 1, "{model}");
    }
    let order = stage.order("wan-2.1-turbo", "a lake at dawn", &[("seed", "7")]);
    let outputs = outputs(stage.run(&fal, &order).await);
    let fetched = stage.fetch(&outputs[0]).await.unwrap();
    assert_eq!(fetched.content_type_header.as_deref(), Some("video/mp4"));
    assert_eq!(fetched.bytes.get(4..8), Some(b"ftyp".as_slice()));
}

#[tokio::test]
async fn a_submit_names_the_attempt_and_the_endpoint() {
    let stage = Stage::open().await;
    let order = stage.order("wan-2.1-turbo", "a lake at dawn", &[]);
    stage.ticket(&stage.fal(), &order).await;
    let submits = stage.sandbox.submits();
    assert_eq!(submits.len(), 1);
    assert_eq!(submits[0].provider, Provider::Fal);
    assert_eq!(submits[0].path, "fal-ai/wan-t2v");
    assert_eq!(submits[0].client_request_id.as_deref(), Some("gen_0123.1"));
    assert_eq!(submits[0].body["turbo_mode"], true);
}

#[tokio::test]
async fn a_refusal_is_not_a_failure() {
    let stage = Stage::open().await;
    let fal = stage.fal();
    for (model, word) in [
        ("wan-2.1-turbo", "[sandbox:refuse]"),
        ("flux-schnell", "[sandbox:refuse]"),
        ("flux-schnell", "[sandbox:nsfw]"),
        ("nano-banana-2", "[sandbox:nsfw]"),
    ] {
        let polled = stage.run(&fal, &stage.order(model, word, &[])).await;
        let Polled::Refused(refusal) = polled else {
            panic!("{model} {word}: {polled:?}");
        };
        assert_eq!(refusal.provider, "fal");
        assert!(!refusal.detail.is_empty(), "{model} {word}");
    }
}

#[tokio::test]
async fn a_broken_runner_is_worth_another_try() {
    let stage = Stage::open().await;
    let order = stage.order("luma-ray-2", "[sandbox:fail]", &[]);
    let Polled::Failed { detail, retryable } = stage.run(&stage.fal(), &order).await else {
        panic!("it went well");
    };
    assert!(retryable);
    assert!(detail.contains("disconnected"), "{detail}");
}

#[tokio::test]
async fn fewer_outputs_than_ordered_are_still_outputs_but_none_is_a_failure() {
    let stage = Stage::open().await;
    let fal = stage.fal();
    let order = stage.order("flux-schnell", "[sandbox:partial]", &[("count", "3")]);
    assert_eq!(outputs(stage.run(&fal, &order).await).len(), 2);
    let order = stage.order("wan-2.1-turbo", "[sandbox:partial]", &[]);
    let polled = stage.run(&fal, &order).await;
    assert!(
        matches!(
            polled,
            Polled::Failed {
                retryable: true,
                ..
            }
        ),
        "{polled:?}"
    );
}

#[tokio::test]
async fn stopping_too_late_changes_nothing() {
    let stage = Stage::open().await;
    let fal = stage.fal();
    let order = stage.order("flux-schnell", "a lake at dawn", &[]);
    let ticket = stage.ticket(&fal, &order).await;
    fal.cancel(&ticket).await.unwrap();
    assert_eq!(outputs(finish(&fal, &ticket).await).len(), 1);
}

#[tokio::test]
async fn an_output_that_fal_has_deleted_is_gone() {
    let stage = Stage::open().await;
    let order = stage.order("flux-schnell", "[sandbox:expired]", &[]);
    let outputs = outputs(stage.run(&stage.fal(), &order).await);
    let fetched = stage.fetch(&outputs[0]).await;
    assert_eq!(fetched.unwrap_err(), DownloadError::Gone);
}

#[tokio::test]
async fn a_job_of_another_time_is_gone() {
    let stage = Stage::open().await;
    let order = stage.order("flux-schnell", "a lake at dawn", &[]);
    let ticket = stage.ticket(&stage.fal(), &order).await;
    let later = Stage::open().await;
    let polled = later.fal().poll(&ticket).await.unwrap();
    assert!(matches!(polled, Polled::Gone), "{polled:?}");
    let unreadable = Ticket::from_text("scribble");
    assert!(matches!(
        later.fal().poll(&unreadable).await,
        Ok(Polled::Gone)
    ));
}

#[tokio::test]
async fn our_key_follows_no_foreign_url() {
    let foreign = FarSide::saying(&["never"]);
    let accepted = format!(
        r#"{{"request_id":"1","status_url":"{}","response_url":null}}"#,
        foreign.url("/status")
    );
    let status = r#"{"status":"IN_QUEUE","queue_position":3,"logs":null}"#;
    let queue = FarSide::saying(&[&json("200 OK", &accepted), &json("202 Accepted", status)]);
    let stage = Stage::open().await;
    let fal = fal_at(queue.url("/queue"), queue.url("/rest"));
    let order = stage.order("flux-schnell", "a lake at dawn", &[]);
    let ticket = stage.ticket(&fal, &order).await;
    let Polled::Waiting(progress) = fal.poll(&ticket).await.unwrap() else {
        panic!("it ended");
    };
    assert_eq!(progress.queue_position, Some(3));
    let asked = &queue.heard()[1];
    let line = "GET /queue/fal-ai/flux/requests/1/status?logs=1 ";
    assert!(asked.starts_with(line), "{asked}");
    assert_eq!(foreign.heard().len(), 0);
}

#[tokio::test]
async fn a_status_that_says_it_broke_is_believed_whatever_the_result_says() {
    let accepted = r#"{"request_id":"1"}"#;
    let status = r#"{"status":"COMPLETED","error":"boom","error_type":"runner_server_error"}"#;
    let queue = FarSide::saying(&[
        &json("200 OK", accepted),
        &json("200 OK", status),
        &json("500 Internal Server Error", r#"{"detail":"boom"}"#),
    ]);
    let stage = Stage::open().await;
    let fal = fal_at(queue.url(""), queue.url(""));
    let order = stage.order("flux-schnell", "a lake at dawn", &[]);
    let polled = stage.run(&fal, &order).await;
    let Polled::Failed { detail, retryable } = polled else {
        panic!("{polled:?}");
    };
    assert_eq!((detail.as_str(), retryable), ("boom", true));
}

#[tokio::test]
async fn a_webhook_is_named_in_the_query() {
    let queue = FarSide::saying(&[&json("200 OK", r#"{"request_id":"1"}"#)]);
    let stage = Stage::open().await;
    let fal = fal_at(queue.url(""), queue.url(""));
    let order = stage.order("flux-schnell", "a lake at dawn", &[]);
    let webhook = "https://studio.example/api/webhooks/fal?job=1"
        .parse()
        .unwrap();
    let mut job = stage.submission(&fal, &order);
    job.webhook = Some(&webhook);
    fal.submit(&job).await.unwrap();
    let asked = &queue.heard()[0];
    let line = "POST /fal-ai/flux/schnell?fal_webhook=https%3A%2F%2Fstudio.example%2Fapi%2F";
    assert!(asked.starts_with(line), "{asked}");
    assert!(asked.contains("authorization: Key kid:sesame-fal\r\n"));
}
