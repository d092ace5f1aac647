//! What is refused or cleaned, each in a sentence, and who sees what.

use reqwest::multipart::Form;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::pictures::{
    bomb, bring, jpeg_with_gps, part, picture_with_a_page, png, polyglot, send, submit,
};
use crate::browser::{Browser, code, header, text};
use crate::studio::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_good_picture_is_refused_in_a_sentence() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let half = png([1, 2, 3]);
        let half = half[..half.len() / 2].to_vec();
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
        for (what, file, status, code, words) in [
            ("a bomb", bomb(), 422, "too_many_pixels", "60000 × 60000"),
            ("a polyglot", polyglot(), 415, "not_a_picture", "GIF"),
            ("an SVG", svg, 415, "not_a_picture", "SVG"),
            ("half a picture", half, 422, "broken_picture", "breaks off"),
            ("nothing", Vec::new(), 415, "not_a_picture", "empty"),
            (
                "50 MB",
                vec![0xff; 50 << 20],
                413,
                "upload_too_large",
                "32 MB",
            ),
        ] {
            let answer = send(&ada, file).await;
            assert_eq!(answer.status(), status, "{what}");
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["code"], code, "{what}");
            let said = body["detail"].as_str().unwrap();
            assert!(
                said.contains(words) && said.contains("not kept"),
                "{what}: {said}"
            );
        }
        assert_eq!(ada.read("/api/uploads").await["items"], json!([]));
    })
    .await;
}

/// What is stored are pixels we wrote ourselves: nothing else of the file is served again.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_file_but_its_pixels_is_kept() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        for (file, secret) in [
            (jpeg_with_gps(), &b"GPSLatitude"[..]),
            (picture_with_a_page(), &b"<script>"[..]),
        ] {
            assert!(contains(&file, secret), "the file holds it");
            let answer = send(&ada, file).await;
            assert_eq!(answer.status(), StatusCode::CREATED);
            let kept: Value = answer.json().await.unwrap();
            assert_eq!(
                (&kept["width"], &kept["height"]),
                (&json!(640), &json!(360))
            );
            for link in ["self", "thumbnail"] {
                let path = kept["links"][link].as_str().unwrap();
                let served = ada.send(ada.request(Method::GET, path)).await;
                assert_eq!(header(&served, "content-type"), "image/jpeg");
                assert_eq!(
                    header(&served, "content-security-policy"),
                    "default-src 'none'; sandbox"
                );
                let bytes = served.bytes().await.unwrap();
                assert!(!contains(&bytes, secret), "{link}");
            }
        }
    })
    .await;
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_fetched_only_from_public_places() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let own = studio.url("/api/credits");
        // Directly, by a name that leads there, by another port, and as no web address at all.
        for (place, expected) in [
            (own.as_str(), "address_forbidden"),
            (
                "http://169.254.169.254/latest/meta-data",
                "address_forbidden",
            ),
            ("http://[::ffff:10.0.0.7]/a.png", "address_forbidden"),
            ("http://localhost/a.png", "address_forbidden"),
            ("file:///etc/passwd", "address_forbidden"),
            ("not an address", "invalid"),
        ] {
            let answer = ada.call("/api/uploads", &json!({ "url": place })).await;
            assert_eq!(code(answer).await.1, expected, "{place}");
        }
        let nothing = ada.call("/api/uploads", &json!({})).await;
        assert_eq!(code(nothing).await, (422, "invalid".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_uses_the_pictures_of_others() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let bob = Browser::signed_up(studio, "Bob").await;
        let lake = bring(&ada, [10, 90, 160]).await;
        let id = lake["id"].as_str().unwrap();
        let media = format!("/media/{id}");
        for path in [
            media.clone(),
            format!("{media}/thumb"),
            format!("/api/uploads/{id}"),
        ] {
            let own = ada.send(ada.request(Method::GET, &path)).await;
            assert_eq!(own.status(), StatusCode::OK, "{path}");
            let foreign = bob.send(bob.request(Method::GET, &path)).await;
            assert_eq!(code(foreign).await, (404, "not_found".to_owned()), "{path}");
            let stranger = Browser::new(studio);
            let answer = stranger.send(stranger.request(Method::GET, &path)).await;
            assert_eq!(code(answer).await.0, 401, "{path}");
        }
        let delete = bob.request(Method::DELETE, &format!("/api/uploads/{id}"));
        assert_eq!(code(bob.send(delete).await).await.0, 404);
        assert_eq!(bob.read("/api/uploads").await["items"], json!([]));
        assert_eq!(bob.read("/api/pictures").await["items"], json!([]));

        let wish = json!({ "model": "wan-2.1-turbo", "prompt": "it moves", "first_frame": id });
        let answer = bob.call("/api/video/generate", &wish).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["field"], "first_frame");
        let said = body["detail"].as_str().unwrap();
        assert!(said.contains("Nothing was charged"), "{said}");
        assert_eq!(bob.available().await, 15);
        let page = bob.page(&format!("/generate?first_frame={id}")).await;
        assert!(page.contains("not among your pictures any more") && !page.contains(&media));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_sends_the_form_back_with_what_was_written() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let form = Form::new()
            .text("model", "wan-2.1-turbo")
            .text("prompt", "a gull over the harbour")
            .text("aspect_ratio", "16:9")
            .part("first_frame_file", part(b"%PDF-1.7".to_vec()));
        let answer = submit(&ada, "/api/video/generate", form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(page.contains("a gull over the harbour"));
        assert!(
            page.contains("Your first frame: This is"),
            "the slot says why"
        );
        assert_eq!(ada.available().await, 15);

        let stray = Form::new()
            .text("model", "flux-schnell")
            .text("prompt", "x")
            .part("portrait_file", part(png([1, 1, 1])));
        let answer = submit(&ada, "/api/image/generate", stray).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_brought_is_listed_exported_and_deleted() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let lake = bring(&ada, [10, 90, 160]).await;
        let again = bring(&ada, [10, 90, 160]).await;
        assert_eq!(
            lake["id"], again["id"],
            "the same picture is the same upload"
        );
        let id = lake["id"].as_str().unwrap();

        let listed = ada.read("/api/uploads").await;
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["room"]["count"], 1);
        assert_eq!(listed["limits"]["bytes_max"], 32 << 20);
        let export = ada.read("/api/export").await;
        assert_eq!(export["uploads"][0]["file"], format!("/media/{id}"));
        let page = ada.page("/pictures").await;
        assert!(page.contains(&format!("/media/{id}/thumb")));

        let form = Form::new().part("file", part(png([200, 10, 10])));
        let answer = submit(&ada, "/api/uploads", form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&answer, "location"), "/pictures");
        assert!(ada.page("/pictures").await.contains("2 of 300"));

        let answer = ada.post(&format!("/api/uploads/{id}/delete"), &[]).await;
        assert_eq!(header(&answer, "location"), "/pictures");
        let gone = ada
            .send(ada.request(Method::GET, &format!("/media/{id}")))
            .await;
        assert_eq!(code(gone).await.0, 404);
        let delete = ada.request(Method::DELETE, &format!("/api/uploads/{id}"));
        assert_eq!(code(ada.send(delete).await).await.0, 404);
    })
    .await;
}
