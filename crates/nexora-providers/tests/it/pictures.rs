//! Pictures that runs begin with: brought to each provider in its own way, and seen in the result.

use nexora_core::{Clock, SystemClock, Timestamp};
use nexora_providers::{ErrorKind, MediaProvider, ProviderError, Submission, Uploader};
use nexora_sandbox::Provider;
use serde_json::json;

use crate::far_side::{self, FarSide};
use crate::stage::{
    REQUEST, Stage, fal_at, finish, higgsfield_at, outputs, picture, replicate_at, runway_at,
};

const PICTURE: (&str, &str) = ("first_frame", "ast_0190c6bc00007000800000000000000a");
const GEN_4_5: &str = "runway-gen-4.5";

#[tokio::test]
async fn a_picture_is_brought_to_fal_and_its_clip_has_its_shape() {
    let stage = Stage::open().await;
    let fal = stage.fal();
    let order = stage.order("kling-3.0", "it begins to move", &[PICTURE]);
    let shot = stage.bring(&fal, &order).await;
    let place = shot.first_frame.as_ref().unwrap().as_text().into_owned();
    assert!(place.ends_with("/gen_0123.1.first_frame.jpeg"), "{place}");
    let mut job = stage.submission(&fal, &order);
    job.shot = Some(&shot);
    let ticket = ticket(&fal, &job).await;
    assert_eq!(outputs(finish(&fal, &ticket).await).len(), 1);
    let submit = &stage.sandbox.submits()[0];
    assert_eq!(submit.provider, Provider::Fal);
    assert_eq!(submit.body["start_image_url"], place);
}

async fn ticket(provider: &dyn MediaProvider, job: &Submission<'_>) -> nexora_providers::Ticket {
    match provider.submit(job).await.unwrap() {
        nexora_providers::Submitted::Accepted(ticket) => ticket,
        nexora_providers::Submitted::Done(_) => panic!("no ticket"),
    }
}

/// Our key opens the API, and storage never sees it.
#[tokio::test]
async fn storage_is_not_shown_our_key() {
    let uploaded = |place: &str| {
        let told = json!({
            "upload_url": place, "file_url": "https://cdn.example/1", "public_url": "https://cdn.example/1",
            "uploadUrl": place, "fields": { "policy": "p" }, "runwayUri": "runway://1",
        });
        far_side::json("200 OK", &told.to_string())
    };
    for (name, announcement) in [
        (
            "fal",
            "POST /storage/upload/initiate?storage_type=fal-cdn-v3 ",
        ),
        ("runway", "POST /v1/uploads "),
        ("higgsfield", "POST /files/generate-upload-url "),
    ] {
        let home = FarSide::answering(|home| {
            let place = home.join("/bucket?signature=s").unwrap();
            vec![uploaded(place.as_str()), far_side::json("200 OK", "{}")]
        });
        let mut file = picture("first_frame");
        file.bytes = "a picture".into();
        at(name, &home).upload(&file).await.unwrap();
        let heard = home.heard();
        assert!(heard[0].starts_with(announcement), "{}", heard[0]);
        assert!(heard[0].contains("sesame"), "{}", heard[0]);
        assert!(heard[1].contains(" /bucket?signature=s "), "{}", heard[1]);
        assert!(heard[1].contains("a picture"), "{}", heard[1]);
        assert!(!heard[1].contains("sesame"), "{}", heard[1]);
    }
}

fn at(name: &str, home: &FarSide) -> Box<dyn Uploader> {
    match name {
        "fal" => Box::new(fal_at(home.url(""), home.url(""))),
        "replicate" => Box::new(replicate_at(home.url(""))),
        "runway" => Box::new(runway_at(home.url(""))),
        _ => Box::new(higgsfield_at(
            home.url(""),
            nexora_providers::MotionForm::V1,
        )),
    }
}

#[tokio::test]
async fn an_upload_goes_nowhere_but_where_it_may() {
    let inside = FarSide::saying(&["never"]);
    for place in [
        inside.url("/").as_str(),
        "https://169.254.169.254/latest",
        "ftp://bucket.example/",
    ] {
        let told = json!({
            "upload_url": place, "file_url": "https://cdn.example/1", "public_url": "https://cdn.example/1",
            "uploadUrl": place, "fields": { "key": "1" }, "runwayUri": "runway://1",
        });
        let told = far_side::json("200 OK", &told.to_string());
        for name in ["fal", "runway", "higgsfield"] {
            let home = FarSide::saying(&[&told]);
            let error = at(name, &home).upload(&picture("first_frame")).await;
            assert_eq!(error.unwrap_err().kind, ErrorKind::Down, "{name} {place}");
        }
    }
    assert_eq!(inside.heard().len(), 0);
}

/// The signature in an upload's address is as good as a key.
#[tokio::test]
async fn what_goes_wrong_says_nothing_of_the_place() {
    let refused = far_side::json(
        "403 Forbidden",
        r#"{"detail":"https://b.example/x?sig=secret"}"#,
    );
    for name in ["fal", "replicate", "runway", "higgsfield"] {
        let home = FarSide::saying(&[&refused]);
        let error: ProviderError = at(name, &home)
            .upload(&picture("first_frame"))
            .await
            .unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains("secret"), "{told}");
    }
}

#[tokio::test]
async fn a_picture_that_is_not_where_it_should_be_is_told() {
    let stage = Stage::open().await;
    let nowhere = nexora_providers::Shot {
        first_frame: Some(nexora_providers::Placed::at(
            &stage.url("/fal/cdn/files/0/a.png"),
        )),
        ..nexora_providers::Shot::default()
    };
    let fal = stage.fal();
    let order = stage.order("wan-2.1-turbo", "it begins to move", &[PICTURE]);
    let mut job = stage.submission(&fal, &order);
    job.shot = Some(&nowhere);
    let ticket = ticket(&fal, &job).await;
    let polled = finish(&fal, &ticket).await;
    let nexora_providers::Polled::Failed { retryable, detail } = polled else {
        panic!("{polled:?}");
    };
    assert!(!retryable && detail.contains("download"), "{detail}");

    let replicate = stage.replicate();
    let order = stage.order(GEN_4_5, "it begins to move", &[PICTURE]);
    let mut job = stage.submission(&replicate, &order);
    job.shot = Some(&nowhere);
    let refused = replicate.submit(&job).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
}

/// Each time it is brought a picture gets another address, and two members may wish for the same
/// thing in the same words: a lost clip is known by the name of its picture's file.
#[tokio::test]
async fn a_lost_clip_is_found_by_its_words_and_by_whose_picture_it_has() {
    let stage = Stage::open().await;
    let replicate = stage.replicate();
    let order = stage.order(GEN_4_5, "it moves [sandbox:ambiguous]", &[PICTURE]);
    let submitted_at = SystemClock.now();
    let shot = stage.bring(&replicate, &order).await;
    let mut job = stage.submission(&replicate, &order);
    job.shot = Some(&shot);
    replicate.submit(&job).await.unwrap_err();
    // Without a picture it is another clip.
    let words = stage.order(GEN_4_5, "it moves [sandbox:ambiguous]", &[]);
    stage.submit(&replicate, &words).await.unwrap_err();
    assert_eq!(stage.sandbox.submits().len(), 2);

    let find = async |order, request_id| {
        let mut job = stage.submission(&replicate, order);
        job.request_id = request_id;
        let finder = replicate.finder().unwrap();
        finder.find(&job, submitted_at).await.unwrap()
    };
    let ours = find(&order, REQUEST).await;
    assert_eq!(ours.len(), 1);
    assert_eq!(find(&order, "gen_0123.10").await, []);
    assert_eq!(find(&order, "gen_4567.1").await, []);
    let without = find(&words, REQUEST).await;
    assert_eq!(without.len(), 1);
    assert_ne!(ours, without);
    assert!(submitted_at > Timestamp::from_ms(0));
}
