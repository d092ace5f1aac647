//! Characters: made from a form with files, watched, used, deleted; by those whose plan has them.

use std::io::Cursor;
use std::time::Duration;

use nexora_core::Plan;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, code, header, text};
use crate::studio::{Studio, on_both};

/// What stands between the parts of a form; it occurs in none of them.
const EDGE: &str = "--------edge";

/// A form with files, as a browser sends it.
fn form(name: &str, consent: bool, pictures: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut text = |field: &str, words: &str| {
        let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n");
        body.extend([head.as_bytes(), words.as_bytes(), b"\r\n"].concat());
    };
    text("name", name);
    if consent {
        text("consent", "yes");
    }
    for picture in pictures {
        let head = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"pictures\"; filename=\"a.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        body.extend([head.as_bytes(), picture, b"\r\n"].concat());
    }
    body.extend(format!("--{EDGE}--\r\n").as_bytes());
    body
}

fn face(colour: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(300, 400, image::Rgb([colour, 90, 70]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

async fn send(browser: &Browser, accept: &str, body: Vec<u8>) -> Response {
    let request = browser
        .request(Method::POST, "/api/characters")
        .header("accept", accept)
        .header(
            "content-type",
            format!("multipart/form-data; boundary={EDGE}"),
        )
        .header("sec-fetch-site", "same-origin")
        .body(body);
    browser.send(request).await
}

async fn cast(browser: &Browser, name: &str) -> Value {
    let body = form(name, true, &[face(1), face(2), face(3)]);
    let answer = send(browser, "application/json", body).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    answer.json().await.unwrap()
}

/// Asks until a training has ended; answers the character.
async fn trained(browser: &Browser, character: &Value) -> Value {
    let path = character["links"]["self"].as_str().unwrap();
    let asking = async {
        loop {
            let now = browser.read(path).await;
            if matches!(now["state"].as_str().unwrap(), "ready" | "failed") {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asking)
        .await
        .expect("it ends")
}

async fn director(studio: &Studio) -> Browser {
    let eve = Browser::signed_up(studio, "Eve").await;
    studio.put_on_plan("Eve", Plan::Pro).await;
    eve
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_is_made_used_and_deleted_without_scripts() {
    on_both(async |studio| {
        let eve = director(studio).await;
        let empty = eve.page("/director/characters").await;
        assert!(empty.contains("Nobody yet.") && empty.contains("somebody who agreed"));
        let answer = send(&eve, "text/html", form("Ada", true, &[face(1)])).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&answer, "location"), "/director/characters");
        let listed = eve.read("/api/characters").await;
        let ada = trained(&eve, &listed["items"][0]).await;
        assert_eq!(
            (&ada["state"], &ada["name"]),
            (&json!("ready"), &json!("Ada"))
        );
        let id = ada["id"].as_str().unwrap();
        let page = eve.page("/director/characters").await;
        assert!(page.contains("data-state=\"ready\"") && page.contains("Make a still"));
        assert!(!page.contains("http-equiv=\"refresh\""));
        let face = eve.get(&format!("/media/{id}/face")).await;
        assert_eq!(header(&face, "content-type"), "image/jpeg");
        let still = [
            ("model", "soul-2"),
            ("character", id),
            ("prompt", "Ada on a pier"),
        ];
        let answer = eve.post("/api/image/generate", &still).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let made = eve.read("/api/generations").await;
        let made = eve.ended(made["items"][0]["id"].as_str().unwrap()).await;
        assert_eq!(made["state"], "ready");
        assert_eq!(made["order"]["character"], id);
        let answer = eve.post(&format!("/api/characters/{id}/delete"), &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(eve.read("/api/characters").await["items"], json!([]));
        let gone = eve.get(&format!("/media/{id}/face")).await;
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_plans_see_the_paywall_and_get_403() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        studio.put_on_plan("Ada", Plan::Growth).await;
        for path in ["/director", "/director/characters"] {
            let page = ada.page(path).await;
            assert!(page.contains("Director studio · Pro plan"), "{path}");
            assert!(!page.contains("/api/characters"), "{path}");
        }
        let refused = send(&ada, "application/json", form("Bea", true, &[face(1)])).await;
        assert_eq!(code(refused).await, (403, "plan_required".to_owned()));
        let refused = send(&ada, "text/html", form("Bea", true, &[face(1)])).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(text(refused).await.contains("Characters need the Pro plan"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_form_is_said_beside_its_field() {
    on_both(async |studio| {
        let eve = director(studio).await;
        for (body, words) in [
            (form("", true, &[face(1)]), "Give the character a name."),
            (
                form("Ada", false, &[face(1)]),
                "only of somebody who agreed",
            ),
            (form("Ada", true, &[]), "from 1 to 20 pictures"),
            (
                form("Ada", true, &[b"GIF89a".to_vec()]),
                "so it was not kept",
            ),
        ] {
            let answer = send(&eve, "text/html", body.clone()).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let page = text(answer).await;
            assert!(
                page.contains(words) && page.contains("New character"),
                "{words}"
            );
            let answer = send(&eve, "application/json", body).await;
            assert_eq!(code(answer).await.0, 422);
        }
        let halved = form("Ada", true, &[face(1)]);
        let halved = halved[..halved.len() / 2].to_vec();
        let answer = send(&eve, "application/json", halved).await;
        assert_eq!(code(answer).await, (400, "malformed".to_owned()));
        let bare = eve.call("/api/characters", &json!({ "name": "Ada" })).await;
        assert_eq!(code(bare).await.0, 422);
        assert_eq!(eve.read("/api/characters").await["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_brought_once_however_often_the_form_comes_back() {
    on_both(async |studio| {
        let eve = director(studio).await;
        let answer = send(&eve, "text/html", form("Ada", false, &[face(1), face(2)])).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        let brought = eve.read("/api/uploads").await;
        let ids = brought["items"].as_array().unwrap().iter();
        let ids: Vec<&str> = ids.map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 2);
        for id in &ids {
            let kept = format!("type=\"checkbox\" name=\"pictures\" value=\"{id}\" checked");
            assert!(page.contains(&kept), "{id}");
        }
        let again = [
            ("name", "Ada"),
            ("consent", "yes"),
            ("pictures", ids[0]),
            ("pictures", ids[1]),
        ];
        let answer = eve.post("/api/characters", &again).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let wish = json!({ "name": "Bea", "consent": true, "pictures": [ids[1]] });
        let answer = eve.call("/api/characters", &wish).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let strange = json!({ "name": "Cleo", "consent": true, "pictures": ["nonsense"] });
        let answer = eve.call("/api/characters", &strange).await;
        assert_eq!(code(answer).await.0, 422);
        let cast = eve.read("/api/characters").await;
        assert_eq!(cast["items"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_is_nobody_elses() {
    on_both(async |studio| {
        let eve = director(studio).await;
        let ada = cast(&eve, "Ada").await;
        let ada = trained(&eve, &ada).await;
        let id = ada["id"].as_str().unwrap();
        let bob = Browser::signed_up(studio, "Bob").await;
        studio.put_on_plan("Bob", Plan::Pro).await;
        for path in [format!("/api/characters/{id}"), format!("/media/{id}/face")] {
            assert_eq!(
                bob.get(&path).await.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        for act in ["delete", "retry"] {
            let path = format!("/api/characters/{id}/{act}");
            let answer = bob.call(&path, &json!({})).await;
            assert_eq!(code(answer).await, (404, "not_found".to_owned()));
        }
        let wish = json!({ "model": "soul-2", "prompt": "x", "character": id });
        let answer = bob.call("/api/image/generate", &wish).await;
        assert_eq!(code(answer).await, (422, "invalid".to_owned()));
        let retry = format!("/api/characters/{id}/retry");
        let again = eve.call(&retry, &json!({})).await;
        assert_eq!(code(again).await, (409, "nothing_to_retry".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shot_is_directed_without_scripts() {
    on_both(async |studio| {
        let eve = Browser::signed_up(studio, "Eve").await;
        studio.subscribe(&eve, Plan::Pro, "good").await;
        let page = eve.page("/director/shot").await;
        assert!(page.contains("data-move=\"pan-left\"") && page.contains("Make a character"));
        let shot = [
            ("model", "director"),
            ("prompt", "a lake at dawn"),
            ("move", "pan-left"),
            ("move_strength", ""),
            ("lens", "anamorphic"),
            ("character", ""),
            ("duration", "5"),
        ];
        let answer = eve.post("/api/video/director", &shot).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&answer, "location"), "/director/shot");
        let made = eve.read("/api/generations").await;
        let made = eve.ended(made["items"][0]["id"].as_str().unwrap()).await;
        assert_eq!(
            (&made["state"], &made["charged"]),
            (&json!("ready"), &json!(120))
        );
        assert_eq!(made["order"]["move"], "pan-left");
        let id = made["id"].as_str().unwrap();
        let detail = eve.page(&format!("/g/{id}")).await;
        assert!(detail.contains("Pan left") && detail.contains("Anamorphic"));
        let again = eve.page(&format!("/director/shot?from={id}")).await;
        assert!(again.contains("a lake at dawn") && again.contains(id));
        let faulty = [("prompt", "a <lake>"), ("move", "teleport")];
        let answer = eve.post("/api/video/director", &faulty).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(
            page.contains("a &lt;lake&gt;") && page.contains("Director takes static, pan-left")
        );
        let other = json!({ "model": "kling-3.0", "prompt": "x" });
        let answer = eve.call("/api/video/director", &other).await;
        assert_eq!(code(answer).await, (422, "invalid".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shot_is_for_the_pro_plan() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        studio.put_on_plan("Ada", Plan::Growth).await;
        let page = ada.page("/director/shot").await;
        assert!(page.contains("Director studio · Pro plan"));
        let wish = json!({ "prompt": "a lake", "move": "pan-left" });
        let answer = ada.call("/api/video/director", &wish).await;
        assert_eq!(code(answer).await, (403, "plan_required".to_owned()));
    })
    .await;
}
