//! One prompt on several models: the form without scripts, the page, and the API.

use nexora_core::Plan;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, code, header, text};
use crate::studio::on_both;

const FORM: [(&str, &str); 6] = [
    ("models", "flux-schnell"),
    ("models", "dall-e-2"),
    ("prompt", "a pier in the rain"),
    ("aspect_ratio", "1:1"),
    ("quoted", "13"),
    ("key", "press-1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn models_are_compared_without_scripts() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let blank = ada.page("/compare").await;
        assert!(
            blank.contains("Choose") || blank.contains("13 credits"),
            "{blank}"
        );
        let filled = ada
            .page("/compare?models=flux-schnell&models=dall-e-2&prompt=a+pier&aspect_ratio=16%3A9")
            .await;
        assert!(
            filled.contains("DALL·E 2 class cannot make the shape 16:9. All of these make 1:1."),
            "{filled}"
        );
        assert!(filled.contains("name=\"quoted\" value=\"13\""));

        let answer = ada.post("/api/compare", &FORM).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let path = header(&answer, "location").to_owned();
        assert!(path.starts_with("/compare/cmp_"), "{path}");
        let twice = ada.post("/api/compare", &FORM).await;
        assert_eq!(header(&twice, "location"), path, "the same press");
        assert_eq!(ada.available().await, 2);

        let told = ada.read(&format!("/api{path}")).await;
        for run in told["runs"].as_array().unwrap() {
            let ended = ada.ended(run["id"].as_str().unwrap()).await;
            assert_eq!(ended["state"], "ready", "{ended}");
        }
        let page = ada.page(&path).await;
        assert!(page.contains("FLUX Schnell") && page.contains("DALL·E 2 class"));
        assert!(page.contains("5 credits charged") && page.contains("8 credits charged"));
        let run = told["runs"][0]["id"].as_str().unwrap();
        assert!(ada.page(&format!("/g/{run}")).await.contains(&path));
        assert!(ada.page("/compare").await.contains("Compared before"));
        let bob = Browser::signed_up(studio, "Bob").await;
        assert_eq!(bob.get(&path).await.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_names_the_model_and_nothing_starts() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let call = async |body: Value| {
            let answer = ada.call("/api/compare", &body).await;
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap();
            (status, body["detail"].as_str().unwrap().to_owned())
        };
        let wish = |models: &[&str]| json!({ "models": models, "prompt": "a pier" });
        let (status, said) = call(wish(&["wan-2.1-turbo", "seedance-2.0"])).await;
        assert!(status == 403 && said.contains("Seedance 2.0"), "{said}");
        let (status, said) = call(wish(&["wan-2.1-turbo", "kling-3.0"])).await;
        assert!(status == 402 && said.contains("Kling 3.0 15"), "{said}");
        let (status, said) = call(wish(&["wan-2.1-turbo", "higgsfield-dop"])).await;
        assert!(status == 422 && said.contains("Higgsfield DoP"), "{said}");
        let mut long = wish(&["wan-2.1-turbo", "kling-3.0"]);
        long["duration"] = json!(10);
        let (status, said) = call(long).await;
        assert!(status == 422 && said.contains("Wan 2.1 Turbo cannot make 10 seconds"));
        let mut unknown = wish(&["flux-schnell", "dall-e-2"]);
        unknown["count"] = json!(4);
        let (status, said) = call(unknown).await;
        assert!(status == 422 && said.contains("\"count\""), "{said}");
        assert_eq!(ada.available().await, 15);
        let all = ada.read("/api/generations").await;
        assert_eq!(all["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_does_not_fit_comes_back_as_it_was() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let one = [("models", "flux-schnell"), ("prompt", "a “pier”")];
        let answer = ada.post("/api/compare", &one).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(page.contains("Choose 2 to 4 models.") && page.contains("a “pier”"));
        let mut dearer = FORM;
        dearer[4] = ("quoted", "10");
        let answer = ada.post("/api/compare", &dearer).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text(answer).await.contains("cost 13 credits, not 10"));
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_for_the_price_and_compares() {
    on_both(async |studio| {
        let ada = Browser::patron(studio, "Ada").await;
        let wish = json!({
            "models": ["seedance-2.0", "kling-3.0", "wan-2.1-turbo"],
            "prompt": "a pier", "seed": 7,
        });
        let told: Value = ada
            .call("/api/compare/quote", &wish)
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(told["credits"], 73);
        assert_eq!(told["needs_plan"], Value::Null);
        let credits: Vec<_> = told["models"].as_array().unwrap().iter().collect();
        assert_eq!(
            credits[2],
            &json!({ "model": "wan-2.1-turbo", "credits": 8, "notes": [] })
        );
        assert!(
            credits[0]["notes"][0]
                .as_str()
                .unwrap()
                .contains("Takes no seed")
        );

        let before = ada.available().await;
        let request = ada.request(Method::POST, "/api/compare").json(&wish);
        let answer = ada.send(request.header("idempotency-key", "k-1")).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let place = header(&answer, "location").to_owned();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["links"]["self"], place);
        assert_eq!(body["runs"].as_array().unwrap().len(), 3);
        assert_eq!(body["balance"]["held"], 73);
        assert_eq!(before - ada.available().await, 73);
        let shown = ada.read(&place).await;
        assert_eq!(shown["purpose"], "models");
        assert_eq!(shown["runs"][2]["order"]["seed"], 7);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_compare_nothing() {
    on_both(async |studio| {
        let stranger = Browser::new(studio);
        let wish = json!({ "models": ["flux-schnell", "dall-e-2"], "prompt": "a pier" });
        let answer = stranger.call("/api/compare", &wish).await;
        assert_eq!(code(answer).await.0, 401);
        let ada = Browser::signed_up(studio, "Ada").await;
        studio.put_on_plan("Ada", Plan::Growth).await;
        let form = ada.htmx("/api/compare/quote", &FORM[..3]).await;
        let terms = text(form).await;
        assert!(
            terms.contains("Together") && !terms.contains("<html"),
            "{terms}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_varied_with_one_press_at_the_price_it_names() {
    on_both(async |studio| {
        let ada = Browser::patron(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let page = ada.page(&format!("/g/{id}")).await;
        assert!(
            page.contains("Make variations") && page.contains("20 credits"),
            "{page}"
        );
        let before = ada.available().await;
        let path = format!("/api/generations/{id}/vary");
        let form = [("count", "3"), ("key", "press-1")];
        let answer = ada.post(&path, &form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let place = header(&answer, "location").to_owned();
        assert_eq!(before - ada.available().await, 15);
        let shown = ada.page(&place).await;
        assert!(
            shown.contains("3 variations") && shown.contains("The original"),
            "{shown}"
        );
        let twice = ada.post(&path, &form).await;
        assert_eq!(header(&twice, "location"), place);
        let many = ada.call(&path, &json!({ "count": 5 })).await;
        assert_eq!(code(many).await, (422, "invalid".to_owned()));
        let refused = ada.order_picture("a lake [sandbox:refuse]").await;
        ada.ended(&refused).await;
        let path = format!("/api/generations/{refused}/vary");
        let answer = ada.call(&path, &json!({})).await;
        assert_eq!(code(answer).await, (409, "no_result".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_made_again_and_the_page_says_how_close_it_came() {
    on_both(async |studio| {
        let ada = Browser::patron(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let page = ada.page(&format!("/g/{id}")).await;
        assert!(
            page.contains("Make it again, and compare · 5 credits"),
            "{page}"
        );
        let path = format!("/api/generations/{id}/reproduce");
        let answer = ada.post(&path, &[("key", "press-1")]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let place = header(&answer, "location").to_owned();
        let told = ada.read(&format!("/api{place}")).await;
        assert_eq!(told["original"], json!(id));
        ada.ended(told["runs"][0]["id"].as_str().unwrap()).await;
        let told = ada.read(&format!("/api{place}")).await;
        assert_eq!(told["judgement"]["verdict"], "same", "{told}");
        assert!(ada.page(&place).await.contains("<b>The same</b>"));

        let wish = json!({ "model": "dall-e-2", "prompt": "a lake" });
        let answer = ada.call("/api/image/generate", &wish).await;
        let started: Value = answer.json().await.unwrap();
        let id = started["id"].as_str().unwrap();
        ada.ended(id).await;
        let page = ada.page(&format!("/g/{id}")).await;
        assert!(page.contains("takes no seed: every run rolls dice of its own"));
        let path = format!("/api/generations/{id}/reproduce");
        let answer = ada.call(&path, &json!({})).await;
        assert_eq!(code(answer).await, (409, "irreproducible".to_owned()));
        let models = ada.read("/api/models").await;
        assert_eq!(models["items"][0]["can_reproduce"], true);
        assert_eq!(models["items"][1]["can_reproduce"], false);
    })
    .await;
}
