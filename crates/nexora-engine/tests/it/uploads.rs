//! Pictures that members bring along: taken, kept apart, removed when nobody needs them.

use std::io::Cursor;
use std::time::Duration;

use bytes::Bytes;
use image::{ImageFormat, Rgb, RgbImage};
use nexora_core::{Member, Upload};
use nexora_engine::UploadError;
use url::Url;

use crate::scene::{Scene, both};

/// A picture that nobody else has: its colour is its name.
pub(crate) fn picture(colour: [u8; 3], (width, height): (u32, u32)) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb(colour))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner().into()
}

pub(crate) async fn upload(scene: &Scene, member: &Member, colour: [u8; 3]) -> Upload {
    let file = picture(colour, (640, 360));
    scene.engine.take_upload(member.id, file).await.unwrap()
}

pub(crate) async fn is_stored(scene: &Scene, key: &str) -> bool {
    scene.engine.blobs().size(key).await.unwrap().is_some()
}

#[tokio::test]
async fn a_picture_is_kept_for_its_owner_alone() {
    both(|scene| async move {
        let (ada, bob) = (scene.newcomer().await, scene.newcomer().await);
        let lake = upload(&scene, &ada, [10, 90, 160]).await;
        assert_eq!((lake.width, lake.height), (640, 360));
        assert_eq!(lake.content_type, "image/jpeg");
        assert!(lake.key.starts_with(&ada.id.to_string()));
        assert!(is_stored(&scene, &lake.key).await);
        assert!(is_stored(&scene, &lake.thumbnail_key).await);
        let engine = &scene.engine;
        assert_eq!(
            engine.upload(ada.id, lake.id).await.unwrap(),
            Some(lake.clone())
        );
        assert_eq!(engine.upload(bob.id, lake.id).await.unwrap(), None);
        assert!(!engine.delete_upload(bob.id, lake.id).await.unwrap());
        // The same picture of somebody else's is another file.
        let theirs = upload(&scene, &bob, [10, 90, 160]).await;
        assert_ne!(theirs.key, lake.key);
        assert!(engine.delete_upload(bob.id, theirs.id).await.unwrap());
        assert!(is_stored(&scene, &lake.key).await && !is_stored(&scene, &theirs.key).await);
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn the_same_picture_again_is_the_same_upload() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let first = upload(&scene, &ada, [1, 2, 3]).await;
        scene.clock.advance(Duration::from_secs(3_600));
        let again = upload(&scene, &ada, [1, 2, 3]).await;
        assert_eq!(again.id, first.id);
        assert!(again.expires_at > first.expires_at);
        assert_eq!(scene.engine.uploads(ada.id, 10).await.unwrap(), [again]);
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn what_no_run_uses_is_removed_after_a_week() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let lake = upload(&scene, &ada, [1, 2, 3]).await;
        let day = Duration::from_secs(86_400);
        scene.play_for(day * 6).await;
        let boat = upload(&scene, &ada, [3, 2, 1]).await;
        assert!(is_stored(&scene, &lake.key).await);
        scene.play_for(day).await;
        scene.play_for(Duration::from_secs(1)).await;
        assert_eq!(
            scene.engine.uploads(ada.id, 10).await.unwrap(),
            std::slice::from_ref(&boat)
        );
        assert!(!is_stored(&scene, &lake.key).await);
        assert!(!is_stored(&scene, &lake.thumbnail_key).await);
        assert!(is_stored(&scene, &boat.key).await);
        scene.play().await;
        assert!(!is_stored(&scene, &boat.key).await);
        scene
    })
    .await;
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let mut kept = Vec::new();
        for colour in 0..8_u8 {
            kept.push(upload(&scene, &ada, [colour * 30, 0, 0]).await);
        }
        let one_more = picture([250, 200, 0], (640, 360));
        let full = scene.engine.take_upload(ada.id, one_more.clone()).await;
        assert!(matches!(full, Err(UploadError::Full)), "{full:?}");
        assert!(full.unwrap_err().to_string().contains("Delete some"));
        scene
            .engine
            .delete_upload(ada.id, kept[0].id)
            .await
            .unwrap();
        assert!(scene.engine.take_upload(ada.id, one_more).await.is_ok());
        let bob = scene.newcomer().await;
        upload(&scene, &bob, [1, 1, 1]).await;
        scene.play().await;
        scene
    })
    .await;
}

/// Each refusal is a sentence, and nothing is left behind by it.
#[tokio::test]
async fn what_is_not_kept_is_refused_in_a_sentence() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let whole = picture([9, 9, 9], (300, 300));
        let half = whole.slice(..whole.len() / 2);
        let svg = Bytes::from_static(b"<svg xmlns='http://www.w3.org/2000/svg'/>");
        let fifty_megabytes = Bytes::from(vec![0xff; 50 << 20]);
        for (file, code, words) in [
            (half, "broken_picture", "breaks off"),
            (svg, "not_a_picture", "an SVG drawing"),
            (fifty_megabytes, "upload_too_large", "larger than 32 MB"),
            (picture([1, 1, 1], (300, 9)), "picture_too_small", "300 × 9"),
            (Bytes::new(), "not_a_picture", "an empty file"),
        ] {
            let refused = scene.engine.take_upload(ada.id, file).await.unwrap_err();
            assert_eq!(refused.code(), code);
            let said = refused.to_string();
            assert!(said.contains(words) && said.contains("not kept"), "{said}");
        }
        assert_eq!(scene.engine.uploads(ada.id, 10).await.unwrap(), []);
        scene
    })
    .await;
}

#[tokio::test]
async fn an_address_is_fetched_if_it_is_public() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        for (place, code) in [
            ("http://127.0.0.1/a.png", "address_forbidden"),
            ("http://[::1]/a.png", "address_forbidden"),
            (
                "http://169.254.169.254/latest/meta-data",
                "address_forbidden",
            ),
            ("http://10.0.0.7/a.png", "address_forbidden"),
            // A name that leads to a private address.
            ("http://localhost/a.png", "address_forbidden"),
            ("file:///etc/passwd", "address_forbidden"),
            ("https://studio.example:8443/a.png", "address_forbidden"),
            ("http://nowhere.invalid/a.png", "address_unreachable"),
        ] {
            let place: Url = place.parse().unwrap();
            let refused = scene.engine.take_upload_from(ada.id, &place).await;
            assert_eq!(refused.unwrap_err().code(), code, "{place}");
        }
        scene
    })
    .await;
}

/// A redirect is judged like the first address; what is fetched is judged like any file.
#[tokio::test]
async fn an_address_that_leads_elsewhere_is_not_followed_there() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let base = scene.sandbox.base_url();
        let at = |path: &str| -> Url { format!("{base}{path}").parse().unwrap() };
        let nothing = at("/fal/cdn/files/0/a.png");
        let refused = scene.engine.take_upload_from(ada.id, &nothing).await;
        assert_eq!(refused.unwrap_err().code(), "address_empty");
        let page = at("/_sandbox/submits");
        let refused = scene.engine.take_upload_from(ada.id, &page).await;
        assert_eq!(refused.unwrap_err().code(), "not_a_picture");
        scene
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_leaves_no_picture() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let lake = upload(&scene, &ada, [1, 2, 3]).await;
        scene.engine.farewell(&ada).await.unwrap();
        assert!(!is_stored(&scene, &lake.key).await);
        assert_eq!(scene.engine.upload(ada.id, lake.id).await.unwrap(), None);
        scene.play().await;
        scene
    })
    .await;
}
