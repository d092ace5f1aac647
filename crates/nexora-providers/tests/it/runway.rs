//! Runway, from the submit to the downloaded file, and an upload.

use std::time::Duration;

use bytes::Bytes;
use nexora_core::generation::Progress;
use nexora_providers::{
    DownloadError, ErrorKind, MediaProvider, Placed, Polled, Shot, Ticket, Upload, Uploader,
};
use nexora_sandbox::Provider;

use crate::far_side::{FarSide, json};
use crate::stage::{Stage, finish, outputs, runway_at, troubles};

const GEN_4_5: &str = "runway-gen-4.5";
const ONE_SECOND: Option<Duration> = Some(Duration::from_secs(1));

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
async fn what_goes_wrong_at_the_submit_is_told_apart() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let busy = ErrorKind::Busy { after: ONE_SECOND };
    let not_accepted = [
        ("[sandbox:auth]", ErrorKind::Misconfigured),
        ("[sandbox:broke]", ErrorKind::Exhausted),
        ("[sandbox:busy]", busy),
        ("[sandbox:down]", ErrorKind::Down),
        ("[sandbox:lost]", ErrorKind::Ambiguous),
    ];
    for (word, kind) in not_accepted {
        assert_eq!(stage.fault(&runway, GEN_4_5, word).await, kind, "{word}");
    }
    assert_eq!(stage.sandbox.submits().len(), 0);
    let accepted = [
        ("[sandbox:ambiguous]", ErrorKind::Ambiguous),
        ("[sandbox:garbage]", ErrorKind::Broken),
    ];
    for (word, kind) in accepted {
        assert_eq!(stage.fault(&runway, GEN_4_5, word).await, kind, "{word}");
    }
    assert_eq!(stage.sandbox.submits().len(), 2, "nothing was sent twice");
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
async fn a_poll_that_fails_can_be_repeated() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let busy = ErrorKind::Busy { after: ONE_SECOND };
    for (word, kind) in [
        ("[sandbox:poll-auth]", ErrorKind::Misconfigured),
        ("[sandbox:poll-busy]", busy),
        ("[sandbox:poll-down]", ErrorKind::Down),
        ("[sandbox:poll-lost]", ErrorKind::Down),
        ("[sandbox:poll-garbage]", ErrorKind::Broken),
    ] {
        let ticket = stage
            .ticket(&runway, &stage.order(GEN_4_5, word, &[]))
            .await;
        let seen = troubles(&runway, &ticket).await;
        assert_eq!(seen, [kind.clone(), kind], "{word}");
        assert_eq!(outputs(finish(&runway, &ticket).await).len(), 1, "{word}");
    }
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

fn picture() -> Upload {
    Upload {
        name: "first.png".to_owned(),
        content_type: "image/png".to_owned(),
        bytes: Bytes::from_static(b"\x89PNG and so on"),
    }
}

#[tokio::test]
async fn a_picture_is_brought_and_begins_to_move() {
    let stage = Stage::open().await;
    let runway = stage.runway();
    let place = runway.upload(&picture()).await.unwrap();
    assert!(place.as_text().starts_with("runway://"));
    let order = stage.order(GEN_4_5, "it begins to move", &[]);
    for first_frame in [place, Placed::inline("image/png", b"\x89PNG")] {
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

#[tokio::test]
async fn an_upload_goes_nowhere_but_where_it_may() {
    let told = |place: &str| {
        let body =
            format!(r#"{{"uploadUrl":"{place}","fields":{{"key":"1"}},"runwayUri":"runway://1"}}"#);
        json("200 OK", &body)
    };
    let inside = FarSide::saying(&["never"]);
    let astray = [
        told(inside.url("/").as_str()),
        told("https://169.254.169.254/latest"),
        told("ftp://bucket.example/"),
    ];
    for answer in &astray {
        let home = FarSide::saying(&[answer]);
        let error = runway_at(home.url(""))
            .upload(&picture())
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Down, "{error}");
    }
    assert_eq!(inside.heard().len(), 0);
}
