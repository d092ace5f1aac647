//! What each of fal's models is sent.

use nexora_core::{Catalog, Provider};
use serde_json::json;

use super::*;
use crate::example::{Example, OTHER, PICTURE, altered};

fn sent(model: &str, wishes: &[(&str, &str)]) -> Value {
    body(&Example::of(model, wishes).submission(Provider::Fal)).unwrap()
}

#[test]
fn flux_gets_a_named_size() {
    let wishes = [("aspect_ratio", "9:16"), ("seed", "0"), ("count", "4")];
    let expected = json!({
        "prompt": "a lake at dawn", "image_size": "portrait_16_9", "num_images": 4, "seed": 0,
        "output_format": "png",
    });
    assert_eq!(sent("flux-schnell", &wishes), expected);
}

#[test]
fn nano_banana_gets_everything_it_takes() {
    let wishes = [
        ("aspect_ratio", "21:9"),
        ("resolution", "4K"),
        ("seed", "7"),
        ("count", "2"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "num_images": 2, "aspect_ratio": "21:9",
        "resolution": "4K", "seed": 7, "output_format": "png",
    });
    assert_eq!(sent("nano-banana-2", &wishes), expected);
}

#[test]
fn wan_counts_frames_and_is_turbo() {
    let wishes = [
        ("negative_prompt", "people"),
        ("aspect_ratio", "9:16"),
        ("resolution", "580p"),
        ("duration", "5"),
        ("seed", "2147483647"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "negative_prompt": "people", "aspect_ratio": "9:16",
        "resolution": "580p", "num_frames": 81, "frames_per_second": 16,
        "seed": 2_147_483_647, "turbo_mode": true,
    });
    assert_eq!(sent("wan-2.1-turbo", &wishes), expected);
}

#[test]
fn kling_gets_seconds_as_text() {
    let wishes = [
        ("negative_prompt", "rain"),
        ("aspect_ratio", "1:1"),
        ("duration", "15"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "negative_prompt": "rain", "aspect_ratio": "1:1",
        "duration": "15",
    });
    assert_eq!(sent("kling-3.0", &wishes), expected);
}

#[test]
fn luma_gets_seconds_with_a_unit() {
    let wishes = [
        ("aspect_ratio", "9:21"),
        ("resolution", "1080p"),
        ("duration", "9"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "aspect_ratio": "9:21", "resolution": "1080p",
        "duration": "9s",
    });
    assert_eq!(sent("luma-ray-2", &wishes), expected);
}

#[test]
fn seedance_is_told_who_asks_by_a_hash() {
    let wishes = [
        ("aspect_ratio", "21:9"),
        ("resolution", "4k"),
        ("duration", "10"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "aspect_ratio": "21:9", "resolution": "4k",
        "duration": "10", "end_user_id": "e5f0",
    });
    assert_eq!(sent("seedance-2.0", &wishes), expected);
}

#[test]
fn what_was_not_wished_for_is_left_to_the_model() {
    let expected = json!({
        "prompt": "a lake at dawn", "image_size": "square_hd", "num_images": 1,
        "output_format": "png",
    });
    assert_eq!(sent("flux-schnell", &[]), expected);
}

#[test]
fn the_catalog_offers_only_what_can_be_sent() {
    let catalog = Catalog::built_in().unwrap();
    for model in catalog.models() {
        for route in &model.routes {
            if route.provider == Provider::Fal {
                assert_eq!(check(model, route), Ok(()), "{}", model.id);
            }
        }
    }
}

/// Where the pictures of an example lie.
const FIRST: &str = "https://a.example/first.png";
const LAST: &str = "https://a.example/last.png";

#[test]
fn wan_begins_with_a_picture_at_another_endpoint_and_without_turbo() {
    let wishes = [
        ("first_frame", PICTURE),
        ("negative_prompt", "people"),
        ("resolution", "480p"),
        ("seed", "7"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "negative_prompt": "people", "aspect_ratio": "auto",
        "resolution": "480p", "num_frames": 81, "frames_per_second": 16, "seed": 7,
        "image_url": FIRST,
    });
    assert_eq!(sent("wan-2.1-turbo", &wishes), expected);
}

#[test]
fn kling_calls_its_frames_by_their_own_names_and_takes_their_shape() {
    let wishes = [
        ("first_frame", PICTURE),
        ("last_frame", OTHER),
        ("negative_prompt", "rain"),
        ("duration", "15"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "negative_prompt": "rain", "duration": "15",
        "start_image_url": FIRST, "end_image_url": LAST,
    });
    assert_eq!(sent("kling-3.0", &wishes), expected);
}

#[test]
fn luma_goes_from_one_picture_to_the_other() {
    let wishes = [
        ("first_frame", PICTURE),
        ("last_frame", OTHER),
        ("resolution", "720p"),
    ];
    let expected = json!({
        "prompt": "a lake at dawn", "aspect_ratio": "16:9", "resolution": "720p",
        "duration": "5s", "image_url": FIRST, "end_image_url": LAST,
    });
    assert_eq!(sent("luma-ray-2", &wishes), expected);
}

#[test]
fn seedance_goes_from_one_picture_to_the_other_or_by_several() {
    let frames = [("first_frame", PICTURE), ("last_frame", OTHER)];
    let expected = json!({
        "prompt": "a lake at dawn", "aspect_ratio": "auto", "resolution": "720p",
        "duration": "5", "end_user_id": "e5f0", "image_url": FIRST, "end_image_url": LAST,
    });
    assert_eq!(sent("seedance-2.0", &frames), expected);
    let references = [("references", PICTURE), ("references", OTHER)];
    let expected = json!({
        "prompt": "a lake at dawn", "aspect_ratio": "16:9", "resolution": "720p",
        "duration": "5", "end_user_id": "e5f0",
        "image_urls": ["https://a.example/1.png", "https://a.example/2.png"],
    });
    assert_eq!(sent("seedance-2.0", &references), expected);
}

#[test]
fn nano_banana_changes_pictures_and_keeps_their_shape_unless_told() {
    let references = [("references", PICTURE), ("seed", "7"), ("count", "2")];
    let expected = json!({
        "prompt": "a lake at dawn", "num_images": 2, "aspect_ratio": "auto",
        "resolution": "1K", "seed": 7, "output_format": "png",
        "image_urls": ["https://a.example/1.png"],
    });
    assert_eq!(sent("nano-banana-2", &references), expected);
    let shaped = [("references", PICTURE), ("aspect_ratio", "21:9")];
    assert_eq!(sent("nano-banana-2", &shaped)["aspect_ratio"], "21:9");
}

#[test]
fn each_way_to_begin_has_its_endpoint() {
    let upstream = |model: &str, wishes: &[(&str, &str)]| {
        let example = Example::of(model, wishes);
        example.submission(Provider::Fal).upstream().to_owned()
    };
    let first = [("first_frame", PICTURE)];
    let references = [("references", PICTURE)];
    assert_eq!(upstream("wan-2.1-turbo", &[]), "fal-ai/wan-t2v");
    assert_eq!(upstream("wan-2.1-turbo", &first), "fal-ai/wan-i2v");
    let seedance = |end: &str| format!("bytedance/seedance-2.0/{end}");
    assert_eq!(upstream("seedance-2.0", &first), seedance("image-to-video"));
    assert_eq!(
        upstream("seedance-2.0", &references),
        seedance("reference-to-video")
    );
    assert_eq!(
        upstream("nano-banana-2", &references),
        "fal-ai/nano-banana-2/edit"
    );
}

#[test]
fn a_picture_that_was_left_behind_or_is_too_much_is_not_sent() {
    let fault = |model: &str, wishes: &[(&str, &str)], change: &dyn Fn(&mut Shot)| {
        let mut example = Example::of(model, wishes);
        change(&mut example.shot);
        body(&example.submission(Provider::Fal)).unwrap_err()
    };
    let first = [("first_frame", PICTURE)];
    let lost = fault("kling-3.0", &first, &|shot| shot.first_frame = None);
    assert!(lost.contains("not brought along"), "{lost}");
    let last = fault("wan-2.1-turbo", &first, &|shot| {
        shot.last_frame = shot.first_frame.clone();
    });
    assert!(last.contains("last frame"), "{last}");
    let words = fault("flux-schnell", &[], &|shot| {
        shot.references = vec![crate::example::placed("x")];
    });
    assert!(words.contains("reference"), "{words}");
}

#[test]
fn an_impossible_offer_of_pictures_is_named() {
    let fault = |id: &str, change: &dyn Fn(&mut Model)| {
        let model = altered(id, change);
        check(&model, &model.routes[0]).unwrap_err()
    };
    let (wan, banana) = ("wan-2.1-turbo", "nano-banana-2");
    let more = |m: &mut Model| m.params.frames.as_mut().unwrap().resolutions.clear();
    assert!(fault(wan, &more).contains("no 580p"));
    let last = |m: &mut Model| m.params.frames.as_mut().unwrap().last = true;
    assert!(fault(wan, &last).contains("last frame"));
    assert!(fault(wan, &|m| m.routes[0].frames = None).contains("frames names it"));
    let door = |m: &mut Model| m.routes[0].frames.as_mut().unwrap().upstream = "wan".to_owned();
    assert!(fault(wan, &door).contains("written like"));
    let many = |m: &mut Model| m.params.references.as_mut().unwrap().count_max = 15;
    assert!(fault(banana, &many).contains("at most 14"));
    assert!(fault(banana, &|m| m.routes[0].references = None).contains("references names it"));
}

#[test]
fn an_impossible_offer_is_named() {
    let fault = |change: &dyn Fn(&mut Model)| {
        let model = altered("luma-ray-2", change);
        check(&model, &model.routes[0]).unwrap_err()
    };
    assert!(fault(&|m| m.routes[0].shape = "lumen".to_owned()).contains("lumen"));
    assert!(fault(&|m| m.routes[0].upstream = "luma".to_owned()).contains("written like"));
    assert!(fault(&|m| m.params.seconds.push(7)).contains("7 seconds"));
    assert!(fault(&|m| m.params.aspect_ratios.push(AspectRatio::SQUARE)).contains("1:1"));
    assert!(fault(&|m| m.params.resolutions.push("8k".to_owned())).contains("8k"));
    assert!(fault(&|m| m.params.negative_prompt = true).contains("negative"));
    assert!(fault(&|m| m.params.seed_max = Some(1)).contains("seed"));
    assert!(fault(&|m| m.params.count_max = 2).contains("at most 1"));
    assert!(fault(&|m| m.kind = MediaKind::Image).contains("clips"));
}
