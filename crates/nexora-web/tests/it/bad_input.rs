//! Bad input gets a clear answer, costs nothing and breaks nothing.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, code, header, text};
use crate::studio::on_both;

/// A JSON body and the field it is refused for.
fn refused_bodies() -> Vec<(Value, &'static str)> {
    let good = || json!({ "model": "flux-schnell", "prompt": "a lake" });
    let with = |field: &str, value: Value| {
        let mut body = good();
        body[field] = value;
        body
    };
    vec![
        (json!({}), "model"),
        (with("model", json!("no-such-model")), "model"),
        (with("model", json!("wan-2.1-turbo")), "model"),
        (with("model", json!(["flux-schnell"])), "model"),
        (with("prompt", json!("")), "prompt"),
        (with("prompt", json!("  \n\t ")), "prompt"),
        (with("prompt", json!("\u{0}\u{7}")), "prompt"),
        (with("prompt", json!("x".repeat(20_000))), "prompt"),
        (with("prompt", json!({ "text": "a lake" })), "prompt"),
        (with("aspect_ratio", json!("7:5")), "aspect_ratio"),
        (with("resolution", json!("8k")), "resolution"),
        (with("duration", json!(10)), "duration"),
        (with("seed", json!(-1)), "seed"),
        (with("seed", json!(1.5)), "seed"),
        (with("seed", json!("one")), "seed"),
        (with("count", json!(0)), "count"),
        (with("count", json!(1_000_000)), "count"),
        (with("flavour", json!("sour")), "flavour"),
        (with("key", json!("not here")), "key"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_an_order_is_named() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        for (body, field) in refused_bodies() {
            let answer = ada.call("/api/image/generate", &body).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], "invalid", "{problem}");
            assert_eq!(problem["field"], field, "{problem}");
            assert!(problem["errors"][0]["message"].is_string());
        }
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_faults_are_told_at_once_and_within_reason() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let mut body = json!({ "model": "flux-schnell", "prompt": "" });
        for number in 0..1_000 {
            body[format!("field_{number}")] = json!(1);
        }
        let answer = ada.call("/api/image/generate", &body).await;
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"].as_array().unwrap().len(), 20);
        assert!(
            problem.get("field").is_none(),
            "no single field is at fault"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_script_can_be_written_in() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        for prompt in [
            "🌊🌊🌊 👩‍👩‍👧‍👦",
            "بحيرة عند الفجر",
            "夜明けの湖\nと舟",
            "<b>&amp;\"'",
        ] {
            let id = ada.order_picture(prompt).await;
            let ready = ada.ended(&id).await;
            assert_eq!(ready["state"], "ready", "{prompt}: {ready}");
            assert_eq!(ready["order"]["prompt"], prompt);
            if ada.available().await < 5 {
                break;
            }
        }
        let history = ada.page("/history").await;
        assert!(history.contains("بحيرة عند الفجر"));
    })
    .await;
}

async fn refused(browser: &Browser, request: RequestBuilder) -> (u16, String) {
    code(browser.send(request).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_before_it_is_looked_at() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let post = || ada.request(Method::POST, "/api/image/generate");
        let sent =
            |kind: &'static str, body: Vec<u8>| post().header("content-type", kind).body(body);
        let json = "application/json";
        for broken in [
            "{",
            "[]",
            "null",
            "\"text\"",
            "{\"model\":}",
            "{\"a\":1}{",
            "\u{feff}{}",
            "nope",
        ] {
            let answer = refused(&ada, sent(json, broken.as_bytes().to_vec())).await;
            assert_eq!(answer, (400, "malformed".to_owned()), "{broken}");
        }
        assert_eq!(refused(&ada, sent(json, vec![0xff, 0xfe])).await.0, 400);
        assert_eq!(refused(&ada, sent(json, b"[".repeat(60_000))).await.0, 400);
        for kind in ["text/plain", "application/xml", "json"] {
            let answer = refused(&ada, sent(kind, b"model=flux-schnell".to_vec())).await;
            assert_eq!(answer, (415, "unsupported_media_type".to_owned()), "{kind}");
        }
        let no_parts = sent(
            "multipart/form-data; boundary=x",
            b"model=flux-schnell".to_vec(),
        );
        assert_eq!(refused(&ada, no_parts).await, (400, "malformed".to_owned()));
        assert_eq!(refused(&ada, sent(json, vec![b' '; 65 << 10])).await.0, 413);
        let huge = refused(&ada, sent(json, vec![b'x'; 10 << 20])).await;
        assert_eq!(huge, (413, "too_large".to_owned()));
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_strange_addresses_are_told_so() {
    on_both(async |studio| {
        let stranger = Browser::new(studio);
        let wish = json!({ "model": "flux-schnell", "prompt": "a lake" });
        let answer = stranger.call("/api/image/generate", &wish).await;
        assert_eq!(code(answer).await, (401, "sign_in_required".to_owned()));
        let forged = stranger
            .request(Method::GET, "/api/credits")
            .header("cookie", format!("nexora={}", "f".repeat(64)));
        assert_eq!(refused(&stranger, forged).await.0, 401);

        let ada = Browser::signed_up(studio, "Ada").await;
        for path in [
            "/api/nothing",
            "/api/generations/gen_nonsense",
            "/api/generations/gen_00000000000000000000000000000000",
            "/api/generations/%00",
            "/api/generations/%ff",
            "/media/ast_nonsense",
            "/media/gen_00000000000000000000000000000000",
        ] {
            let answer = refused(&ada, ada.request(Method::GET, path)).await;
            assert_eq!(answer, (404, "not_found".to_owned()), "{path}");
        }
        let answer = refused(
            &ada,
            ada.request(Method::GET, "/api/generations?limit=0&colour=red"),
        );
        assert_eq!(answer.await, (422, "invalid".to_owned()));
        let answer = ada.send(ada.request(Method::PUT, "/api/credits")).await;
        assert!(header(&answer, "allow").contains("GET"));
        assert_eq!(code(answer).await, (405, "method_not_allowed".to_owned()));

        let page = ada.get("/no/such/page?x=<script>").await;
        assert_eq!(page.status(), StatusCode::NOT_FOUND);
        let page = text(page).await;
        assert!(page.contains("Nothing is here") && page.contains("href=\"/studio\""));
        assert!(
            !page.contains("<script>"),
            "what was asked for is not repeated"
        );
    })
    .await;
}
