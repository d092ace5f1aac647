//! Replicate, from the submit to the downloaded file, and the search for a lost prediction.

use std::time::Duration;

use nexora_core::{Clock, SystemClock, Timestamp};
use nexora_providers::{DownloadError, Finder, MediaProvider, Polled};

use crate::far_side::{FarSide, json};
use crate::stage::{Stage, finish, outputs, replicate_at};

const FLUX: &str = "flux-schnell";

#[tokio::test]
async fn flux_paints_what_was_ordered() {
    let stage = Stage::open().await;
    let wishes = [("aspect_ratio", "16:9"), ("seed", "7"), ("count", "2")];
    let order = stage.order(FLUX, "a lake at dawn", &wishes);
    let outputs = outputs(stage.run(&stage.replicate(), &order).await);
    assert_eq!(outputs.len(), 2);
    let fetched = stage.fetch(&outputs[0]).await.unwrap();
    assert_eq!(fetched.content_type_header.as_deref(), Some("image/webp"));
    assert!(fetched.bytes.starts_with(b"RIFF"));
    let submit = &stage.sandbox.submits()[0];
    assert_eq!(submit.client_request_id.as_deref(), Some("gen_0123.1"));
    assert_eq!(
        submit.path,
        "v1/models/black-forest-labs/flux-schnell/predictions"
    );
    assert_eq!(submit.body["input"]["num_outputs"], 2);
}

#[tokio::test]
async fn a_refusal_is_not_a_failure() {
    let stage = Stage::open().await;
    for word in ["[sandbox:refuse]", "[sandbox:nsfw]"] {
        let order = stage.order(FLUX, word, &[]);
        let polled = stage.run(&stage.replicate(), &order).await;
        assert!(matches!(polled, Polled::Refused(_)), "{word}: {polled:?}");
    }
    let order = stage.order(FLUX, "[sandbox:fail]", &[]);
    let polled = stage.run(&stage.replicate(), &order).await;
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
async fn fewer_outputs_than_ordered_are_still_outputs_but_none_is_a_failure() {
    let stage = Stage::open().await;
    let replicate = stage.replicate();
    let order = stage.order(FLUX, "[sandbox:partial]", &[("count", "3")]);
    assert_eq!(outputs(stage.run(&replicate, &order).await).len(), 2);
    let order = stage.order(FLUX, "[sandbox:partial]", &[]);
    let polled = stage.run(&replicate, &order).await;
    assert!(matches!(polled, Polled::Failed { .. }), "{polled:?}");
}

#[tokio::test]
async fn what_replicate_has_deleted_is_gone() {
    let stage = Stage::open().await;
    let replicate = stage.replicate();
    let order = stage.order(FLUX, "a lake at dawn", &[]);
    let ticket = stage.ticket(&replicate, &order).await;
    let outputs = outputs(finish(&replicate, &ticket).await);
    stage.sandbox.script().expire_outputs();
    let polled = finish(&replicate, &ticket).await;
    assert!(matches!(polled, Polled::Gone), "{polled:?}");
    let fetched = stage.fetch(&outputs[0]).await;
    assert_eq!(fetched.unwrap_err(), DownloadError::Gone);
    let elsewhere = Stage::open().await;
    let polled = elsewhere.replicate().poll(&ticket).await.unwrap();
    assert!(matches!(polled, Polled::Gone), "{polled:?}");
}

#[tokio::test]
async fn a_lost_prediction_is_found_by_its_input() {
    let stage = Stage::open().await;
    let replicate = stage.replicate();
    let lost = "a lake at dawn [sandbox:ambiguous*1]";
    let order = stage.order(FLUX, lost, &[("seed", "7")]);
    let submitted_at = SystemClock.now();
    assert_eq!(find(&stage, &order, submitted_at).await, []);

    stage.submit(&replicate, &order).await.unwrap_err();
    let other = stage.order(FLUX, lost, &[("seed", "8")]);
    stage.submit(&replicate, &other).await.unwrap();

    let [ticket] = find(&stage, &order, submitted_at).await.try_into().unwrap();
    let outputs = outputs(finish(&replicate, &ticket).await);
    assert_eq!(outputs.len(), 1);
    let much_later = submitted_at.plus(Duration::from_hours(1));
    assert_eq!(find(&stage, &order, much_later).await, []);
}

async fn find(
    stage: &Stage,
    order: &nexora_core::Order,
    submitted_at: Timestamp,
) -> Vec<nexora_providers::Ticket> {
    let replicate = stage.replicate();
    let job = stage.submission(&replicate, order);
    let finder = replicate.finder().unwrap();
    finder.find(&job, submitted_at).await.unwrap()
}

#[tokio::test]
async fn the_search_turns_pages_but_only_at_home() {
    let foreign = FarSide::saying(&["never"]);
    let next = format!(
        r#"{{"results":[],"next":"{}"}}"#,
        foreign.url("/v1?cursor=2")
    );
    let home = FarSide::saying(&[&json("200 OK", &next)]);
    let stage = Stage::open().await;
    let replicate = replicate_at(home.url(""));
    let order = stage.order(FLUX, "a lake at dawn", &[]);
    let job = stage.submission(&replicate, &order);
    let found = replicate.find(&job, Timestamp::from_ms(0)).await.unwrap();
    assert_eq!(found, []);
    assert!(home.heard()[0].starts_with("GET /v1/predictions "));
    assert_eq!(foreign.heard().len(), 0);
}

#[tokio::test]
async fn a_webhook_is_asked_for_the_end_only() {
    let stage = Stage::open().await;
    let replicate = stage.replicate();
    let order = stage.order(FLUX, "a lake at dawn [sandbox:webhook-lost]", &[]);
    let webhook = "https://studio.example/api/webhooks/replicate"
        .parse()
        .unwrap();
    let mut job = stage.submission(&replicate, &order);
    job.webhook = Some(&webhook);
    replicate.submit(&job).await.unwrap();
    let body = &stage.sandbox.submits()[0].body;
    assert_eq!(body["webhook"], webhook.as_str());
    assert_eq!(
        body["webhook_events_filter"],
        serde_json::json!(["completed"])
    );
}
