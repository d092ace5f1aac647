//! Storyboards: written, seen as a contact sheet, approved and animated, by those whose plan has
//! them.

use std::io::{Cursor, Read};

use nexora_core::Plan;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, code, header, text};
use crate::studio::{Studio, on_both};

async fn director(studio: &Studio) -> Browser {
    let eve = Browser::signed_up(studio, "Eve").await;
    studio.subscribe(&eve, Plan::Pro, "good").await;
    eve
}

/// A board with these words, a shot each; answers it.
async fn board(browser: &Browser, words: &[&str]) -> Value {
    let made = browser
        .call("/api/boards", &json!({ "title": "Harbour" }))
        .await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let mut board: Value = made.json().await.unwrap();
    for prompt in words {
        let shot = json!({ "prompt": prompt, "move": "pan-left", "duration": 5 });
        let path = path(&board, "shots");
        let answer = browser.call(&path, &shot).await;
        assert_eq!(answer.status(), StatusCode::OK);
        board = answer.json().await.unwrap();
    }
    board
}

fn path(board: &Value, link: &str) -> String {
    board["links"][link].as_str().unwrap().to_owned()
}

fn shot_path(board: &Value, nth: usize, verb: &str) -> String {
    let id = board["shots"][nth]["id"].as_str().unwrap();
    format!("{}/{id}{verb}", path(board, "shots"))
}

/// Presses a button and waits until everything it started has ended; answers the board.
async fn pressed(browser: &Browser, board: &Value, link: &str) -> Value {
    let answer = browser.call(&path(board, link), &json!({})).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let started: Value = answer.json().await.unwrap();
    for run in started["started"].as_array().unwrap() {
        browser.ended(run["id"].as_str().unwrap()).await;
    }
    browser.read(&path(board, "self")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_goes_from_words_to_clips_without_scripts() {
    on_both(async |studio| {
        let eve = director(studio).await;
        let empty = eve.page("/director").await;
        assert!(empty.contains("No boards yet.") && empty.contains("New board"));
        let form = [("title", "Harbour"), ("aspect_ratio", "16:9"), ("cap", "")];
        let made = eve.post("/api/boards", &form).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let page = header(&made, "location").to_owned();
        let add = format!("{}/shots", page.replace("/director/board", "/api/boards"));
        let fields = [
            ("prompt", "a pier at dawn"),
            ("character", ""),
            ("still_model", "soul-2"),
            ("start", ""),
            ("move", "pan-left"),
            ("move_strength", ""),
            ("duration", "5"),
        ];
        let more = [&fields[..], &[("then", "another")]].concat();
        let added = eve.post(&add, &more).await;
        assert_eq!(header(&added, "location"), format!("{page}/shot"));
        let next = eve.page(&format!("{page}/shot")).await;
        assert!(next.contains("Shot 2") && next.contains("Save and write another"));
        let added = eve.post(&add, &fields).await;
        assert_eq!(header(&added, "location"), page);
        let sheet = eve.page(&page).await;
        assert!(sheet.contains("a pier at dawn") && sheet.contains("Make 2 stills"));
        assert!(sheet.contains("20 credits") && sheet.contains("260 credits"));
        let stills = format!("{}/stills", page.replace("/director/board", "/api/boards"));
        let quoted = [("key", "once"), ("quoted", "20")];
        let answer = eve.post(&stills, &quoted).await;
        assert_eq!(header(&answer, "location"), page);
        let again = eve.post(&stills, &quoted).await;
        assert_eq!(
            again.status(),
            StatusCode::SEE_OTHER,
            "a second click is no second press"
        );
        let listed = eve.read("/api/generations").await;
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        for run in listed["items"].as_array().unwrap() {
            eve.ended(run["id"].as_str().unwrap()).await;
        }
        let sheet = eve.page(&page).await;
        assert!(sheet.contains("data-stage=\"still\"") && sheet.contains("Approve"));
        assert!(!sheet.contains("http-equiv=\"refresh\""));
        let board = eve
            .read(&page.replace("/director/board", "/api/boards"))
            .await;
        let answer = eve
            .post(&shot_path(&board, 1, "/approve"), &[("approved", "on")])
            .await;
        assert_eq!(header(&answer, "location"), page);
        assert!(eve.page(&page).await.contains("Animate 1 shot"));
        let board = pressed(&eve, &board, "animate").await;
        assert_eq!(
            (&board["charged"], &board["held"]),
            (&json!(140), &json!(0))
        );
        assert_eq!(board["quote"]["approved"], 140);
        assert_eq!(board["shots"][1]["clip"]["state"], "ready");
        assert_eq!(board["shots"][0]["clip"], Value::Null);
        assert!(eve.page("/director").await.contains("1 approved"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_film_and_its_shots_are_taken_home() {
    on_both(async |studio| {
        let eve = director(studio).await;
        let words = ["a pier, at dawn", "=a gull", "a rope"];
        let harbour = board(&eve, &words).await;
        let early = eve.request(Method::GET, &path(&harbour, "film"));
        let early = eve.send(early).await;
        assert_eq!(code(early).await, (422, "not_one_film".to_owned()));
        pressed(&eve, &harbour, "stills").await;
        for nth in [0, 1] {
            let approved = json!({ "approved": "on" });
            eve.call(&shot_path(&harbour, nth, "/approve"), &approved)
                .await;
        }
        let filmed = pressed(&eve, &harbour, "animate").await;
        let film = format!("{}/film", path(&harbour, "page"));
        let page = eve.page(&film).await;
        assert!(page.contains("a pier, at dawn") && !page.contains("a rope"));
        let film = eve.get(&path(&harbour, "film")).await;
        assert_eq!(header(&film, "content-type"), "video/mp4");
        assert!(header(&film, "content-disposition").contains("harbour.mp4"));
        let film = film.bytes().await.unwrap();
        assert_eq!(&film[4..8], b"ftyp");
        let bundle = eve.get(&path(&harbour, "bundle")).await;
        assert_eq!(header(&bundle, "content-type"), "application/zip");
        let bundle = Cursor::new(bundle.bytes().await.unwrap());
        let mut bundle = zip::ZipArchive::new(bundle).unwrap();
        let mut names: Vec<String> = bundle.file_names().map(str::to_owned).collect();
        names.sort();
        assert_eq!(names.len(), 7, "{names:?}");
        assert_eq!(names[0], "clips/01-a-pier-at-dawn.mp4");
        let mut clip = Vec::new();
        bundle
            .by_name(&names[0])
            .unwrap()
            .read_to_end(&mut clip)
            .unwrap();
        let id = filmed["shots"][0]["clip"]["outputs"][0].as_str().unwrap();
        let whole = eve
            .get(&format!("/media/{id}"))
            .await
            .bytes()
            .await
            .unwrap();
        assert_eq!(clip, whole);
        let mut list = String::new();
        bundle
            .by_name("shots.csv")
            .unwrap()
            .read_to_string(&mut list)
            .unwrap();
        let run = filmed["shots"][0]["clip"]["id"].as_str().unwrap();
        let line = list.lines().nth(1).unwrap();
        assert!(
            line.starts_with("1,yes,\"a pier, at dawn\",,Pan left,"),
            "{line}"
        );
        assert!(
            line.contains(",120,director,Higgsfield") && line.contains(run),
            "{line}"
        );
        assert!(list.contains("\"'=a gull\""), "no cell is a formula");
        let bob = Browser::signed_up(studio, "Bob").await;
        for link in ["film", "bundle"] {
            let strange = bob.get(&path(&harbour, link)).await;
            assert_eq!(strange.status(), StatusCode::NOT_FOUND, "{link}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_are_changed_in_place() {
    on_both(async |studio| {
        let eve = director(studio).await;
        let harbour = board(&eve, &["a pier", "a gull", "a rope"]).await;
        let up = [("to", "up")];
        let moved = eve.htmx(&shot_path(&harbour, 1, "/move"), &up).await;
        assert_eq!(moved.status(), StatusCode::OK);
        let sheet = text(moved).await;
        assert!(!sheet.contains("<html"), "the sheet alone");
        assert!(sheet.find("a gull").unwrap() < sheet.find("a pier").unwrap());
        let far = eve
            .call(&shot_path(&harbour, 1, "/move"), &json!({ "to": 3 }))
            .await;
        let far: Value = far.json().await.unwrap();
        assert_eq!(far["shots"][2]["prompt"], "a gull");
        let copied = eve
            .call(&shot_path(&harbour, 0, "/duplicate"), &json!({}))
            .await;
        let copied: Value = copied.json().await.unwrap();
        assert_eq!(copied["shots"].as_array().unwrap().len(), 4);
        let words = json!({ "prompt": "a <pier>", "lens": "anamorphic", "duration": "8" });
        let written = eve.call(&shot_path(&harbour, 0, ""), &words).await;
        let written: Value = written.json().await.unwrap();
        assert_eq!(written["shots"][0]["lens"], "anamorphic");
        let page = eve.page(&path(&harbour, "page")).await;
        assert!(page.contains("a &lt;pier&gt;") && page.contains("Anamorphic"));
        let form = shot_path(&harbour, 0, "").replace("/api/boards", "/director/board");
        let form = eve.page(&form.replace("/shots/", "/shot/")).await;
        assert!(form.contains("Save the shot") && form.contains("a &lt;pier&gt;"));
        let gone = eve.post(&shot_path(&harbour, 0, "/delete"), &[]).await;
        assert_eq!(gone.status(), StatusCode::SEE_OTHER);
        let request = eve.request(Method::DELETE, &shot_path(&harbour, 0, ""));
        let again = request.header("sec-fetch-site", "same-origin");
        assert_eq!(eve.send(again).await.status(), StatusCode::NOT_FOUND);
        let named = [
            ("title", "Harbour at night"),
            ("aspect_ratio", "9:16"),
            ("cap", "30"),
        ];
        let named = eve.post(&path(&harbour, "self"), &named).await;
        assert_eq!(named.status(), StatusCode::SEE_OTHER);
        let listed = eve.read("/api/boards").await;
        assert_eq!(listed["items"][0]["title"], "Harbour at night");
        let deleted = eve
            .post(&format!("{}/delete", path(&harbour, "self")), &[])
            .await;
        assert_eq!(header(&deleted, "location"), "/director");
        assert_eq!(eve.read("/api/boards").await["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_and_nothing_is_charged() {
    on_both(async |studio| {
        let eve = director(studio).await;
        let nameless = eve
            .post("/api/boards", &[("title", ""), ("cap", "x")])
            .await;
        assert_eq!(nameless.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(nameless).await;
        assert!(page.contains("Give the board a title.") && page.contains("A cap is"));
        let harbour = board(&eve, &["a pier", "a gull"]).await;
        let faulty = [("prompt", "a <pier>"), ("move", "teleport")];
        let faulty = eve.post(&path(&harbour, "shots"), &faulty).await;
        assert_eq!(faulty.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(faulty).await;
        assert!(page.contains("a &lt;pier&gt;") && page.contains("Director takes static"));
        let capped = json!({ "title": "Harbour", "cap": 15 });
        eve.call(&path(&harbour, "self"), &capped).await;
        let over = eve.call(&path(&harbour, "stills"), &json!({})).await;
        assert_eq!(code(over).await, (422, "over_cap".to_owned()));
        let dearer = eve
            .call(&path(&harbour, "stills"), &json!({ "quoted": 10 }))
            .await;
        assert_eq!(code(dearer).await, (422, "invalid".to_owned()));
        let early = json!({ "approved": "on" });
        let early = eve.call(&shot_path(&harbour, 0, "/approve"), &early).await;
        assert_eq!(code(early).await, (409, "nothing_to_make".to_owned()));
        let idle = eve.call(&path(&harbour, "animate"), &json!({})).await;
        assert_eq!(code(idle).await, (409, "nothing_to_make".to_owned()));
        for (path, body) in [
            (shot_path(&harbour, 0, "/move"), json!({ "to": "left" })),
            (
                shot_path(&harbour, 0, "/approve"),
                json!({ "approved": "maybe" }),
            ),
            (path(&harbour, "stills"), json!({ "shot": "one" })),
            (path(&harbour, "stills"), json!({ "prompt": "x" })),
        ] {
            let answer = eve.call(&path, &body).await;
            assert_eq!(code(answer).await, (422, "invalid".to_owned()), "{path}");
        }
        assert_eq!(eve.available().await, 1_015);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_are_for_the_pro_plan_and_nobody_elses() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        studio.put_on_plan("Ada", Plan::Growth).await;
        let eve = director(studio).await;
        let harbour = board(&eve, &["a pier"]).await;
        for page in ["/director".to_owned(), path(&harbour, "page")] {
            let page = ada.page(&page).await;
            assert!(page.contains("Director studio · Pro plan"));
            assert!(!page.contains("/api/boards"));
        }
        let refused = ada.call("/api/boards", &json!({ "title": "Mine" })).await;
        assert_eq!(code(refused).await, (403, "plan_required".to_owned()));
        let refused = ada.call(&path(&harbour, "stills"), &json!({})).await;
        assert_eq!(code(refused).await, (403, "plan_required".to_owned()));
        studio.put_on_plan("Ada", Plan::Pro).await;
        for link in ["self", "page"] {
            let answer = ada.get(&path(&harbour, link)).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{link}");
        }
        for link in ["stills", "animate"] {
            let answer = ada.call(&path(&harbour, link), &json!({})).await;
            assert_eq!(code(answer).await, (404, "not_found".to_owned()), "{link}");
        }
    })
    .await;
}
