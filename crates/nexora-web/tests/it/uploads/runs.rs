//! Runs that begin with pictures, ordered by programs, by forms, and by one click.

use nexora_core::Plan;
use reqwest::multipart::Form;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::pictures::{bring, part, png, submit};
use crate::browser::{Browser, header, text};
use crate::studio::{Studio, on_both};

/// Orders and waits; answers the run as it ended.
async fn made(browser: &Browser, path: &str, wish: &Value) -> Value {
    let answer = browser.call(path, wish).await;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    browser.ended(body["id"].as_str().unwrap()).await
}

async fn on_pro(studio: &Studio, name: &str) -> Browser {
    let browser = Browser::signed_up(studio, name).await;
    studio.put_on_plan(name, Plan::Pro).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_begins_with_a_picture_and_says_so() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let lake = bring(&ada, [10, 90, 160]).await;
        let id = lake["id"].as_str().unwrap();
        let wish = json!({ "model": "wan-2.1-turbo", "prompt": "it moves", "first_frame": id });
        let clip = made(&ada, "/api/video/generate", &wish).await;
        assert_eq!(clip["state"], "ready", "{clip}");
        assert_eq!(clip["order"]["first_frame"], id);
        assert_eq!(
            clip["order"]["aspect_ratio"],
            Value::Null,
            "left to the picture"
        );

        // It shows what it began with, also when that was deleted.
        let run = clip["id"].as_str().unwrap();
        ada.post(&format!("/api/uploads/{id}/delete"), &[]).await;
        let shown = format!("/media/{run}/inputs/0");
        for page in [format!("/g/{run}"), format!("/g/{run}/receipt")] {
            let page = ada.page(&page).await;
            assert!(page.contains("Began with") && page.contains(&shown));
        }
        for path in [shown.clone(), format!("{shown}/thumb")] {
            let served = ada.send(ada.request(Method::GET, &path)).await;
            assert_eq!(header(&served, "content-type"), "image/jpeg", "{path}");
        }
        let bob = Browser::signed_up(studio, "Bob").await;
        let foreign = bob.send(bob.request(Method::GET, &shown)).await;
        assert_eq!(foreign.status(), StatusCode::NOT_FOUND);
        for nothing in ["1", "x", "-1"] {
            let path = format!("/media/{run}/inputs/{nothing}");
            let none = ada.send(ada.request(Method::GET, &path)).await;
            assert_eq!(none.status(), StatusCode::NOT_FOUND);
        }
    })
    .await;
}

/// One form brings the picture and orders the run; sending it again is the same run.
#[tokio::test(flavor = "multi_thread")]
async fn one_form_uploads_and_orders() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let form = || {
            Form::new()
                .text("key", "one-form")
                .text("model", "wan-2.1-turbo")
                .text("prompt", "it moves")
                .text("aspect_ratio", "9:16")
                .text("first_frame", "")
                .part("first_frame_file", part(png([3, 60, 90])))
        };
        for said in ["On its way.", "ordered already"] {
            let answer = submit(&ada, "/api/video/generate", form()).await;
            assert_eq!(
                answer.status(),
                StatusCode::SEE_OTHER,
                "{}",
                text(answer).await
            );
            assert!(ada.page("/studio").await.contains(said));
        }
        let runs = ada.read("/api/generations").await;
        let runs = runs["items"].as_array().unwrap().clone();
        assert_eq!(runs.len(), 1);
        let listed = ada.read("/api/uploads").await;
        assert_eq!(runs[0]["order"]["first_frame"], listed["items"][0]["id"]);
        ada.ended(runs[0]["id"].as_str().unwrap()).await;
        assert_eq!(ada.available().await, 7);
    })
    .await;
}

/// A field in which no file was chosen is nothing; a price that is asked for keeps the picture.
#[tokio::test(flavor = "multi_thread")]
async fn asking_for_the_price_keeps_the_picture() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let form = Form::new()
            .text("model", "kling-3.0")
            .text("duration", "5")
            .part("first_frame_file", part(png([3, 60, 90])))
            .part(
                "last_frame_file",
                reqwest::multipart::Part::bytes(Vec::new()).file_name(""),
            );
        let answer = submit(&ada, "/api/quote", form).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let page = text(answer).await;
        let listed = ada.read("/api/uploads").await;
        let id = listed["items"][0]["id"].as_str().unwrap();
        assert!(
            page.contains(&format!("value=\"{id}\" checked")),
            "it stands in its slot"
        );
        assert!(!page.contains("Your last frame"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_one_click_from_moving() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let run = ada.order_picture("a lighthouse at dusk").await;
        let ready = ada.ended(&run).await;
        let asset = ready["outputs"][0]["id"].as_str().unwrap();
        let animate = format!("/generate?first_frame={asset}");
        for page in ["/studio".to_owned(), format!("/g/{run}")] {
            let page = ada.page(&page).await;
            assert!(page.contains(&format!("href=\"{animate}\"")));
        }
        let composer = ada.page(&animate).await;
        assert!(
            composer.contains("value=\"wan-2.1-turbo\" checked"),
            "a model that takes it"
        );
        assert!(
            composer.contains(&format!("value=\"{asset}\" checked")),
            "the picture"
        );
        assert!(
            composer.contains("a lighthouse at dusk</textarea>"),
            "its words"
        );

        let wish = json!({ "model": "wan-2.1-turbo", "prompt": "it moves", "first_frame": asset });
        let clip = made(&ada, "/api/video/generate", &wish).await;
        assert_eq!(clip["state"], "ready", "{clip}");
        let clip = clip["id"].as_str().unwrap();
        let remix = ada.page(&format!("/generate?from={clip}")).await;
        assert!(
            remix.contains(&format!("value=\"{asset}\" checked")),
            "remix keeps it"
        );
        let card = ada.page("/studio").await;
        assert!(
            !card.contains("data-remix=\"it moves\""),
            "words alone are not the whole wish"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_keeps_what_fits_and_says_what_does_not() {
    on_both(async |studio| {
        let ada = on_pro(studio, "Ada").await;
        let first = bring(&ada, [1, 2, 3]).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let last = bring(&ada, [9, 9, 9]).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let frames = format!("first_frame={first}&last_frame={last}");
        let kling = ada
            .page(&format!("/generate?model=kling-3.0&{frames}"))
            .await;
        assert!(kling.contains(&format!("value=\"{last}\" checked")));
        let wan = ada
            .page(&format!("/generate?model=wan-2.1-turbo&{frames}"))
            .await;
        assert!(wan.contains(&format!("value=\"{first}\" checked")));
        assert!(wan.contains("Wan 2.1 Turbo takes no last frame, so yours is left out."));
        let any = ada.page(&format!("/generate?references={first}")).await;
        assert!(
            any.contains("name=\"references_file\""),
            "a model that takes references"
        );
        let html = ada
            .htmx(
                "/api/quote",
                &[
                    ("model", "kling-3.0"),
                    ("first_frame", &first),
                    ("aspect_ratio", "1:1"),
                ],
            )
            .await;
        assert!(
            text(html).await.contains("15 credits"),
            "a form's shape gives way to the frame"
        );
    })
    .await;
}

/// Programs name several references in a list; the page gets tiles of what it names.
#[tokio::test(flavor = "multi_thread")]
async fn programs_learn_what_is_taken_and_name_it() {
    on_both(async |studio| {
        let ada = on_pro(studio, "Ada").await;
        let models = ada.read("/api/models").await;
        let models_of = |id: &str| {
            let found = models["items"].as_array().unwrap().iter();
            found.into_iter().find(|model| model["id"] == id).unwrap()["inputs"].clone()
        };
        assert_eq!(models_of("flux-schnell"), json!({}));
        let wan = models_of("wan-2.1-turbo");
        assert_eq!(
            wan["first_frame"],
            json!({ "count_max": 1, "is_required": false })
        );
        assert_eq!(wan["resolution_with_frames"], json!(["720p", "480p"]));
        assert_eq!(
            models_of("higgsfield-dop")["first_frame"]["is_required"],
            true
        );
        assert_eq!(models_of("seedance-2.0")["references"]["count_max"], 9);

        let one = bring(&ada, [1, 2, 3]).await["id"].clone();
        let two = bring(&ada, [3, 2, 1]).await["id"].clone();
        let wish = json!({
            "model": "nano-banana-2", "prompt": "both in one room", "references": [one, two],
        });
        let quote = ada.call("/api/quote", &wish).await;
        assert_eq!(quote.status(), StatusCode::OK);
        let wrong = json!({ "model": "nano-banana-2", "prompt": "x", "references": [1] });
        assert_eq!(ada.call("/api/quote", &wrong).await.status(), 422);

        let pictures = ada.read("/api/pictures").await;
        assert_eq!(pictures["items"].as_array().unwrap().len(), 2);
        let looked = ada.get("/api/pictures").await;
        assert_eq!(
            header(&looked, "location"),
            "/pictures",
            "people have a page for it"
        );
        let path = format!(
            "/api/pictures?slot=last_frame&ids={}",
            one.as_str().unwrap()
        );
        let request = ada.request(Method::GET, &path).header("hx-request", "true");
        let tile = text(ada.send(request).await).await;
        assert!(
            tile.contains("name=\"last_frame\"") && tile.contains("checked"),
            "{tile}"
        );
        let gone = "/api/pictures?slot=last_frame&ids=upl_0191a0c0a0c07000800000000000000a";
        let request = ada.request(Method::GET, gone).header("hx-request", "true");
        assert_eq!(ada.send(request).await.status(), StatusCode::NOT_FOUND);
    })
    .await;
}
