//! What each of Higgsfield's models is sent.

use nexora_core::Provider;
use serde_json::json;

use super::*;
use crate::example::{Example, PICTURE, altered, placed};
use crate::shot::{Cast, Strength};

const ORBIT: &str = "ea035f68-b350-40f1-b7f4-7dff999fdd67";
const CRASH: &str = "3ec247ed-063d-476d-8266-48829c2eced6";

/// The request for an order of this model, which is to be filmed like this.
fn sent(model: &str, shot: &Shot, motions: MotionForm) -> Result<(String, Value), String> {
    let params = altered(model, &|_| {}).params;
    let begins = params.frames.is_some();
    let wishes = [
        ("aspect_ratio", if begins { "" } else { "16:9" }),
        ("seed", params.seed_max.map_or("", |_| "41")),
        ("first_frame", if begins { PICTURE } else { "" }),
    ];
    let mut example = Example::of(model, &wishes);
    example.shot = shot.clone();
    let job = example.submission(Provider::Higgsfield);
    let (path, body) = match request(&job, motions)? {
        Request::Newer { path, body } | Request::Older { path, body } => (path, body),
    };
    Ok((path.to_owned(), body))
}

fn motion(id: &str, percent: u8) -> Motion {
    Motion {
        id: id.to_owned(),
        strength: Strength::percent(percent),
    }
}

fn moving(motions: Vec<Motion>) -> Shot {
    Shot {
        first_frame: Some(placed("first")),
        last_frame: Some(placed("last")),
        motions,
        ..Shot::default()
    }
}

fn dop(shot: &Shot, motions: MotionForm) -> Result<(String, Value), String> {
    sent("higgsfield-dop", shot, motions)
}

#[test]
fn soul_paints_a_character_and_seeds_begin_at_one() {
    let shot = Shot {
        character: Some(Cast {
            id: "ada".to_owned(),
            strength: Strength::percent(90),
        }),
        ..Shot::default()
    };
    let expected = json!({
        "prompt": "a lake at dawn", "aspect_ratio": "16:9", "resolution": "1080p",
        "batch_size": 1, "seed": 42, "custom_reference_id": "ada",
        "custom_reference_strength": 0.9,
    });
    let path = "higgsfield-ai/soul/v2/standard".to_owned();
    let told = sent("soul-2", &shot, MotionForm::V1);
    assert_eq!(told, Ok((path, expected)));
}

#[test]
fn cinema_studio_is_told_how_to_film() {
    let shot = Shot {
        references: vec![placed("ada"), placed("pier")],
        camera: Camera {
            movement: Some("pan-left".to_owned()),
            lens: Some("anamorphic".to_owned()),
            light: Some("window".to_owned()),
            pacing: Some("calm".to_owned()),
            ..Camera::default()
        },
        ..Shot::default()
    };
    let expected = json!({
        "prompt": "a lake at dawn", "duration": 5, "resolution": "720p", "aspect_ratio": "16:9",
        "image_urls": ["https://a.example/ada.png", "https://a.example/pier.png"],
        "camera_movement": "pan-left", "camera_lens": "anamorphic", "light": "window",
        "pacing": "calm",
    });
    let path = "higgsfield/cinema-studio/4.0".to_owned();
    let told = sent("director", &shot, MotionForm::V1);
    assert_eq!(told, Ok((path, expected)));
}

#[test]
fn motions_go_by_the_older_protocol_or_by_either_form_of_the_newer() {
    let shot = moving(vec![motion(CRASH, 80)]);
    let (path, body) = dop(&shot, MotionForm::V1).unwrap();
    assert_eq!(path, "v1/image2video/dop");
    let picture = |name| json!([{ "type": "image_url", "image_url": placed(name).as_text() }]);
    let expected = json!({ "params": {
        "model": "dop-standard", "prompt": "a lake at dawn", "seed": 42,
        "input_images": picture("first"), "input_images_end": picture("last"),
        "motions": [{ "id": CRASH, "strength": 0.8 }],
    }});
    assert_eq!(body, expected);

    let newer = json!({
        "prompt": "a lake at dawn", "seed": 42, "image_url": "https://a.example/first.png",
        "end_image_url": "https://a.example/last.png",
    });
    let with = |more: Value| {
        let mut body = newer.clone();
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let (path, body) = dop(&shot, MotionForm::V2List).unwrap();
    assert_eq!(path, "higgsfield-ai/dop/standard");
    let list = json!({ "motions": [{ "id": CRASH, "strength": 0.8 }] });
    assert_eq!(body, with(list));
    let (_, body) = dop(&shot, MotionForm::V2Single).unwrap();
    assert_eq!(
        body,
        with(json!({ "motions_id": CRASH, "motions_strength": 0.8 }))
    );
    let (path, body) = dop(&moving(Vec::new()), MotionForm::V1).unwrap();
    assert_eq!((path.as_str(), body), ("higgsfield-ai/dop/standard", newer));
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let two = moving(vec![motion(CRASH, 80), motion(ORBIT, 50)]);
    assert!(dop(&two, MotionForm::V2List).is_ok());
    let fault = |told: Result<(String, Value), String>| told.unwrap_err();
    assert!(fault(dop(&two, MotionForm::V2Single)).contains("one motion"));
    let three = moving(vec![motion(CRASH, 80); 3]);
    assert!(fault(dop(&three, MotionForm::V2List)).contains("motions"));
    let nothing = Shot::default();
    assert!(fault(dop(&nothing, MotionForm::V1)).contains("not brought along"));
    assert!(fault(sent("director", &two, MotionForm::V1)).contains("first frame"));
    assert!(fault(sent("soul-2", &two, MotionForm::V1)).contains("first frame"));
}

#[test]
fn an_impossible_offer_is_named() {
    let fault = |id: &str, change: &dyn Fn(&mut Model)| {
        let model = altered(id, change);
        check(&model, &model.routes[0]).unwrap_err()
    };
    assert!(fault("soul-2", &|m| m.routes[0].shape = "ghost".to_owned()).contains("ghost"));
    let dop = "higgsfield-dop";
    assert!(fault(dop, &|m| m.params.frames = None).contains("picture"));
    assert!(fault(dop, &|m| m.params.seed_max = Some(1_000_000)).contains("999999"));
    assert!(fault(dop, &|m| m.params.seconds.push(10)).contains("10 seconds"));
    assert!(fault("soul-2", &|m| m.routes[0].upstream = "a//b".to_owned()).contains("written"));
    assert!(fault("soul-2", &|m| m.params.seed_max = Some(1_000_000)).contains("999999"));
    assert!(fault("soul-2", &|m| m.params.count_max = 4).contains("at most 1"));
    let many = |m: &mut Model| m.params.references.as_mut().unwrap().count_max = 31;
    assert!(fault("director", &many).contains("at most 30"));
    assert!(fault("director", &|m| m.params.seconds.push(31)).contains("31 seconds"));
    assert!(fault("director", &|m| m.params.seconds.clear()).contains("how long"));
    assert!(fault("director", &|m| m.params.seed_max = Some(1)).contains("seed"));
}
