//! Higgsfield, from the submit to the downloaded file; characters, motions, uploads.

use nexora_core::{Order, Provider, Route};
use nexora_providers::{
    Cast, DownloadError, ErrorKind, Higgsfield, MediaProvider, Motion, MotionForm, NewCharacter,
    Placed, Polled, Shot, Strength, Submission, Submitted, Ticket, TraineeState, Upload, Uploader,
};

use crate::far_side::{FarSide, json};
use crate::stage::{Stage, finish, higgsfield_at, outputs, picture};

const DIRECTOR: &str = "director";
const SOUL: &str = "soul-2";

#[tokio::test]
async fn stills_are_painted_and_shots_are_filmed() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    let order = stage.order(SOUL, "a lake at dawn", &[("seed", "0")]);
    let still = outputs(stage.run(&higgsfield, &order).await);
    let fetched = stage.fetch(&still[0]).await.unwrap();
    assert!(fetched.bytes.starts_with(b"\x89PNG"));
    let order = stage.order(DIRECTOR, "a lake at dawn", &[]);
    let clip = outputs(stage.run(&higgsfield, &order).await);
    let fetched = stage.fetch(&clip[0]).await.unwrap();
    assert_eq!(fetched.bytes.get(4..8), Some(b"ftyp".as_slice()));
    let submit = &stage.sandbox.submits()[0];
    assert_eq!(submit.provider, nexora_sandbox::Provider::Higgsfield);
    assert_eq!(submit.path, "higgsfield-ai/soul/v2/standard");
    assert_eq!(submit.client_request_id.as_deref(), Some("gen_0123.1"));
    assert_eq!(submit.body["seed"], 1);
}

#[tokio::test]
async fn a_refusal_is_not_a_failure() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    for model in [DIRECTOR, SOUL] {
        for word in ["[sandbox:refuse]", "[sandbox:nsfw]"] {
            let polled = stage.run(&higgsfield, &stage.order(model, word, &[])).await;
            assert!(matches!(polled, Polled::Refused(_)), "{word}: {polled:?}");
        }
        for word in ["[sandbox:fail]", "[sandbox:partial]"] {
            let polled = stage.run(&higgsfield, &stage.order(model, word, &[])).await;
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
}

#[tokio::test]
async fn what_waits_can_be_stopped_and_what_has_begun_cannot() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    let order = stage.order(DIRECTOR, "[sandbox:stuck]", &[]);
    let ticket = stage.ticket(&higgsfield, &order).await;
    assert!(matches!(
        higgsfield.poll(&ticket).await,
        Ok(Polled::Waiting(_))
    ));
    higgsfield.cancel(&ticket).await.unwrap();
    let polled = finish(&higgsfield, &ticket).await;
    assert!(matches!(polled, Polled::Cancelled), "{polled:?}");

    let order = stage.order(DIRECTOR, "a lake at dawn", &[]);
    let ticket = stage.ticket(&higgsfield, &order).await;
    higgsfield.cancel(&ticket).await.unwrap();
    assert_eq!(outputs(finish(&higgsfield, &ticket).await).len(), 1);
}

#[tokio::test]
async fn what_higgsfield_has_deleted_is_gone() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    let order = stage.order(SOUL, "[sandbox:expired]", &[]);
    let ticket = stage.ticket(&higgsfield, &order).await;
    let outputs = outputs(finish(&higgsfield, &ticket).await);
    let fetched = stage.fetch(&outputs[0]).await;
    assert_eq!(fetched.unwrap_err(), DownloadError::Gone);
    let elsewhere = Stage::open().await;
    for ticket in [ticket, Ticket::from_text("scribble")] {
        let polled = elsewhere.higgsfield().poll(&ticket).await.unwrap();
        assert!(matches!(polled, Polled::Gone), "{polled:?}");
    }
}

#[tokio::test]
async fn our_key_follows_no_foreign_url_and_a_webhook_is_named_in_the_query() {
    let foreign = FarSide::saying(&["never"]);
    let accepted = format!(
        r#"{{"request_id":"1","status":"queued","status_url":"{}"}}"#,
        foreign.url("/status")
    );
    let queued = r#"{"status":"queued","request_id":"1"}"#;
    let home = FarSide::saying(&[&json("200 OK", &accepted), &json("200 OK", queued)]);
    let stage = Stage::open().await;
    let higgsfield = higgsfield_at(home.url("/hf"), MotionForm::V1);
    assert!(higgsfield.finder().is_none());
    let order = stage.order(DIRECTOR, "a lake at dawn", &[]);
    let webhook = "https://studio.example/api/webhooks/higgsfield?job=1";
    let webhook = webhook.parse().unwrap();
    let mut job = stage.submission(&higgsfield, &order);
    job.webhook = Some(&webhook);
    let Ok(Submitted::Accepted(ticket)) = higgsfield.submit(&job).await else {
        panic!("no ticket");
    };
    higgsfield.poll(&ticket).await.unwrap();
    let heard = home.heard();
    let line = "POST /hf/higgsfield/cinema-studio/4.0?hf_webhook=https%3A%2F%2Fstudio.example";
    assert!(heard[0].starts_with(line), "{}", heard[0]);
    assert!(heard[0].contains("authorization: Key hid:sesame-hf\r\n"));
    assert!(
        heard[1].starts_with("GET /hf/requests/1/status "),
        "{}",
        heard[1]
    );
    assert_eq!(foreign.heard().len(), 0);
}

const DOP: &str = "higgsfield-dop";
const PICTURE: (&str, &str) = ("first_frame", "ast_0190c6bc00007000800000000000000a");

/// Has a shot made on this route.
async fn shoot(
    higgsfield: &Higgsfield,
    order: &Order,
    route: &Route,
    shot: &Shot,
) -> Result<Polled, ErrorKind> {
    let job = Submission {
        order,
        route,
        request_id: "gen_0123.1",
        end_user: "e5f0",
        webhook: None,
        shot: Some(shot),
    };
    match higgsfield.submit(&job).await {
        Ok(Submitted::Accepted(ticket)) => Ok(finish(higgsfield, &ticket).await),
        Ok(Submitted::Done(_)) => panic!("no ticket"),
        Err(error) => Err(error.kind),
    }
}

#[tokio::test]
async fn a_picture_moves_as_it_is_told_in_every_form() {
    let stage = Stage::open().await;
    let route = stage.route(DOP, Provider::Higgsfield).clone();
    let order = stage.order(DOP, "it begins to move", &[PICTURE]);
    let known = stage.higgsfield().motions().await.unwrap();
    let crash = known.iter().find(|motion| motion.name == "Crash Zoom In");
    let paths = [
        (MotionForm::V1, "v1/image2video/dop"),
        (MotionForm::V2List, "higgsfield-ai/dop/standard"),
        (MotionForm::V2Single, "higgsfield-ai/dop/standard"),
    ];
    for (form, path) in paths {
        let higgsfield = higgsfield_at(stage.url("/hf"), form);
        let shot = Shot {
            first_frame: Some(higgsfield.upload(&picture("first_frame")).await.unwrap()),
            motions: vec![Motion {
                id: crash.unwrap().id.clone(),
                strength: Strength::percent(80),
            }],
            ..Shot::default()
        };
        let polled = shoot(&higgsfield, &order, &route, &shot).await.unwrap();
        let clip = outputs(polled);
        assert_eq!(clip.len(), 1, "{form:?}");
        assert_eq!(stage.sandbox.submits().last().unwrap().path, path);
    }
}

#[tokio::test]
async fn the_older_protocol_fails_and_refuses_like_the_newer() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    let route = stage.route(DOP, Provider::Higgsfield).clone();
    let motion = higgsfield.motions().await.unwrap().swap_remove(0);
    let shot = Shot {
        first_frame: Some(Placed::at(&"https://a.example/b.png".parse().unwrap())),
        motions: vec![Motion {
            id: motion.id,
            strength: Strength::FULL,
        }],
        ..Shot::default()
    };
    let shoot = async |prompt: &str| {
        let order = stage.order(DOP, prompt, &[PICTURE]);
        shoot(&higgsfield, &order, &route, &shot).await
    };
    let refused = shoot("[sandbox:nsfw]").await;
    assert!(matches!(refused, Ok(Polled::Refused(_))), "{refused:?}");
    let failed = shoot("[sandbox:fail]").await;
    assert!(matches!(failed, Ok(Polled::Failed { .. })), "{failed:?}");
    for (word, kind) in [
        ("[sandbox:broke]", ErrorKind::Exhausted),
        ("[sandbox:busy]", ErrorKind::Busy { after: None }),
        ("[sandbox:ambiguous]", ErrorKind::Ambiguous),
        ("[sandbox:garbage]", ErrorKind::Broken),
    ] {
        assert_eq!(shoot(word).await.unwrap_err(), kind, "{word}");
    }
}

fn faces() -> Vec<Placed> {
    let face = |n: u32| Placed::at(&format!("https://a.example/{n}.jpg").parse().unwrap());
    (0..3).map(face).collect()
}

#[tokio::test]
async fn a_character_is_trained_and_plays() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    let pictures = faces();
    let ada = NewCharacter {
        name: "Ada",
        pictures: &pictures,
        request_id: "chr_1",
    };
    let created = higgsfield.create_character(ada).await.unwrap();
    assert_eq!(created.state, TraineeState::Waiting);
    let trained = higgsfield.character(&created.id).await.unwrap().unwrap();
    assert_eq!(trained.state, TraineeState::Ready);
    assert_eq!(
        trained.thumbnail_url.as_deref(),
        Some("https://a.example/0.jpg")
    );
    let submit = &stage.sandbox.submits()[0];
    assert_eq!(submit.client_request_id.as_deref(), Some("chr_1"));

    let shot = Shot {
        character: Some(Cast {
            id: created.id.clone(),
            strength: Strength::percent(90),
        }),
        ..Shot::default()
    };
    let order = stage.order(SOUL, "on a pier", &[]);
    let route = stage.route(SOUL, Provider::Higgsfield).clone();
    let still = shoot(&higgsfield, &order, &route, &shot).await;
    assert_eq!(outputs(still.unwrap()).len(), 1);

    assert_eq!(higgsfield.characters().await.unwrap(), [trained]);
    higgsfield.delete_character(&created.id).await.unwrap();
    higgsfield.delete_character(&created.id).await.unwrap();
    assert_eq!(higgsfield.character(&created.id).await, Ok(None));
    assert_eq!(higgsfield.character("../motions").await, Ok(None));
    let gone = shoot(&higgsfield, &order, &route, &shot).await;
    assert_eq!(gone.unwrap_err(), ErrorKind::Invalid);
}

#[tokio::test]
async fn training_can_fail_and_what_is_lost_may_have_been_paid_for() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    let pictures = faces();
    let create = async |name: &str, pictures: &[Placed]| {
        let new = NewCharacter {
            name,
            pictures,
            request_id: "chr_1",
        };
        higgsfield.create_character(new).await
    };
    let failed = create("Ada [sandbox:fail]", &pictures).await.unwrap();
    let failed = higgsfield.character(&failed.id).await.unwrap().unwrap();
    assert!(matches!(failed.state, TraineeState::Failed(words) if words.contains("face")));
    let stuck = create("Ada [sandbox:stuck]", &pictures).await.unwrap();
    let training = higgsfield.character(&stuck.id).await.unwrap().unwrap();
    assert_eq!(training.state, TraineeState::Training);
    let kept = higgsfield.delete_character(&stuck.id).await.unwrap_err();
    assert_eq!(kept.kind, ErrorKind::Invalid);
    for (name, pictures, kind) in [
        (
            "Ada [sandbox:ambiguous]",
            &pictures[..],
            ErrorKind::Ambiguous,
        ),
        ("Ada [sandbox:broke]", &pictures[..], ErrorKind::Exhausted),
        ("", &pictures[..], ErrorKind::Invalid),
        ("Ada", &[], ErrorKind::Invalid),
    ] {
        assert_eq!(
            create(name, pictures).await.unwrap_err().kind,
            kind,
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_upload_of_nothing_they_take_is_refused() {
    let stage = Stage::open().await;
    let page = Upload {
        content_type: "text/html".to_owned(),
        ..picture("first_frame")
    };
    let refused = stage.higgsfield().upload(&page).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
}
