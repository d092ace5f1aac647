//! Runway, from the submit to the downloaded file, and an upload.

use nexora_core::generation::Progress;
use nexora_providers::{
    DownloadError, ErrorKind, MediaProvider, Placed, Polled, Shot, Ticket, Uploader,
};
use nexora_sandbox::Provider;

use crate::far_side::{FarSide, json};
use crate::stage::{Stage, finish, outputs, picture, runway_at};

const GEN_4_5: &str = "runway-gen-4.5";

#[tokio::test]
async fn a_clip_and_an_avatar_are_filmed() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let order = stage.order(GEN_4_5, "a lake at dawn", &[("seed", "7")]);
    let clip = outputs(stage.run(&runway, &order).await);
    assert_eq!(clip.len(), 1);
    let fetched = stage.fetch(&clip[0]).await.unwrap();
    assert_eq!(fetched.content_type_header.as_deref(), Some("video/mp4"));
    assert_eq!(fetched.bytes.get(4..8), Some(b"ftyp".as_slice()));
    let order = stage.order("runway-gwm-1", "Hello, and welcome.", &[]);
    assert_eq!(outputs(stage.run(&runway, &order).await).len(), 1);

    let submits = stage.sandbox.submits();
    assert_eq!(submits.len(), 2);
    assert_eq!(submits[0].provider, Provider::Runway);
    assert_eq!(submits[0].path, "v1/text_to_video");
    assert_eq!(submits[0].client_request_id.as_deref(), Some("gen_0123.1"));
    assert_eq!(submits[1].body["speech"]["text"], "Hello, and welcome.");
}

#[tokio::test]
async fn a_refusal_is_not_a_failure() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    for word in ["[sandbox:refuse]", "[sandbox:nsfw]"] {
        let polled = stage.run(&runway, &stage.order(GEN_4_5, word, &[])).await;
        let Polled::Refused(refusal) = polled else {
            panic!("{word}: {polled:?}");
        };
        assert_eq!(refusal.provider, "Runway");
        assert!(!refusal.detail.is_empty(), "{word}");
    }
    for word in ["[sandbox:fail]", "[sandbox:partial]"] {
        let polled = stage.run(&runway, &stage.order(GEN_4_5, word, &[])).await;
        let retryable = matches!(
            polled,
            Polled::Failed {
                retryable: true,
                ..
            }
        );
        assert!(retryable, "{word}: {polled:?}");
    }
}

#[tokio::test]
async fn a_job_that_never_ends_can_be_stopped_and_is_gone_then() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let order = stage.order(GEN_4_5, "[sandbox:stuck]", &[]);
    let ticket = stage.ticket(&runway, &order).await;
    let waiting = runway.poll(&ticket).await.unwrap();
    let Polled::Waiting(Progress { percent, .. }) = waiting else {
        panic!("{waiting:?}");
    };
    assert_eq!(percent, Some(0));
    runway.cancel(&ticket).await.unwrap();
    assert!(matches!(finish(&runway, &ticket).await, Polled::Gone));
    runway.cancel(&ticket).await.unwrap();
}

#[tokio::test]
async fn stopping_too_late_does_not_throw_the_result_away() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let order = stage.order(GEN_4_5, "a lake at dawn", &[]);
    let ticket = stage.ticket(&runway, &order).await;
    runway.cancel(&ticket).await.unwrap();
    assert_eq!(outputs(finish(&runway, &ticket).await).len(), 1);
}

#[tokio::test]
async fn what_runway_has_deleted_is_gone() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let order = stage.order(GEN_4_5, "[sandbox:expired]", &[]);
    let ticket = stage.ticket(&runway, &order).await;
    let outputs = outputs(finish(&runway, &ticket).await);
    let fetched = stage.fetch(&outputs[0]).await;
    assert_eq!(fetched.unwrap_err(), DownloadError::Gone);
    let elsewhere = Stage::open().await;
    let polled = elsewhere.runway().poll(&ticket).await.unwrap();
    assert!(matches!(polled, Polled::Gone), "{polled:?}");
    let unreadable = Ticket::from_text("scribble");
    let polled = elsewhere.runway().poll(&unreadable).await.unwrap();
    assert!(matches!(polled, Polled::Gone), "{polled:?}");
}

#[tokio::test]
async fn it_cannot_be_searched_and_every_call_names_the_version() {
    let home = FarSide::saying(&[&json("200 OK", r#"{"id":"1"}"#)]);
    let stage = Stage::open().await;
    let runway = runway_at(home.url("/runway"));
    assert!(runway.finder().is_none());
    let order = stage.order(GEN_4_5, "a lake at dawn", &[]);
    stage.ticket(&runway, &order).await;
    let asked = &home.heard()[0];
    assert!(
        asked.starts_with("POST /runway/v1/text_to_video "),
        "{asked}"
    );
    assert!(asked.contains("authorization: Bearer key_sesame\r\n"));
    assert!(asked.contains("x-runway-version: 2024-11-06\r\n"));
}

#[tokio::test]
async fn a_picture_is_brought_and_begins_to_move() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let place = runway.upload(&picture("first_frame")).await.unwrap();
    assert!(place.as_text().starts_with("runway://"));
    let order = stage.order(GEN_4_5, "it begins to move", &[]);
    for first_frame in [
        place,
        Placed::inline("image/png", picture("first_frame").bytes),
    ] {
        let shot = Shot {
            first_frame: Some(first_frame),
            ..Shot::default()
        };
        let mut job = stage.submission(&runway, &order);
        job.shot = Some(&shot);
        runway.submit(&job).await.unwrap();
    }
    let submits = stage.sandbox.submits();
    assert_eq!(submits[0].path, "v1/image_to_video");
    let nowhere = Shot {
        first_frame: Some(Placed::at(&"runway://nowhere".parse().unwrap())),
        ..Shot::default()
    };
    let mut job = stage.submission(&runway, &order);
    job.shot = Some(&nowhere);
    let refused = runway.submit(&job).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
}
