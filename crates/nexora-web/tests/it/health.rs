//! What people are told about how a model does, and about what makes the same for less.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, text};
use crate::post_box::until;
use crate::studio::on_both;

/// Runs of which something is said.
const SAID_FROM: usize = 10;

/// What the API says of a model.
async fn model(browser: &Browser, id: &str) -> Value {
    let all = browser.read("/api/models").await;
    let items = all["items"].as_array().unwrap().iter();
    let mut found = items.filter(|model| model["id"] == id);
    found.next().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_how_a_model_does_as_soon_as_there_is_something_to_tell() {
    on_both(async |studio| {
        let ada = Browser::patron(studio, "Ada").await;
        assert_eq!(model(&ada, "flux-schnell").await["lately"], Value::Null);
        let page = ada.page("/studio").await;
        assert!(page.contains("usually 1 s to 3 s"), "as its makers say");
        for number in 0..SAID_FROM {
            let id = ada.order_picture(&format!("lake {number}")).await;
            ada.ended(&id).await;
        }
        // What was made is told within seconds, what failed at once.
        until(async || !model(&ada, "flux-schnell").await["lately"].is_null()).await;
        let lately = &model(&ada, "flux-schnell").await["lately"];
        assert_eq!(lately["runs"], json!(SAID_FROM), "{lately}");
        assert_eq!(lately["failed_percent"], json!(0));
        assert!(lately["usual_seconds"].as_f64().unwrap() > 0.0);
        let page = ada.page("/studio").await;
        assert!(!page.contains("usually 1 s to 3 s"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_again_and_again_says_so_and_can_still_be_ordered() {
    on_both(async |studio| {
        let ada = Browser::patron(studio, "Ada").await;
        let broken = json!({ "model": "wan-2.1-turbo", "prompt": "a pier [sandbox:fail]" });
        for _ in 0..3 {
            let answer = ada.call("/api/video/generate", &broken).await;
            assert_eq!(answer.status(), StatusCode::ACCEPTED);
            let started: Value = answer.json().await.unwrap();
            let ended = ada.ended(started["id"].as_str().unwrap()).await;
            assert_eq!(ended["state"], "failed");
        }
        until(async || model(&ada, "wan-2.1-turbo").await["is_in_trouble"] == true).await;
        let wan = model(&ada, "wan-2.1-turbo").await;
        assert_eq!(wan["is_available"], true);
        let page = ada.page("/generate?kind=video&model=wan-2.1-turbo").await;
        assert!(page.contains("having trouble; what fails is not charged"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_for_less_is_one_press_away_and_nothing_written_is_lost() {
    on_both(async |studio| {
        let ada = Browser::patron(studio, "Ada").await;
        let wish = [
            ("model", "seedance-2.0"),
            ("prompt", "a pier in the rain"),
            ("aspect_ratio", "9:16"),
        ];
        let quote = text(ada.htmx("/api/quote", &wish).await).await;
        let said = "Same length and shape for <b>8</b> instead of 50 credits.";
        assert!(quote.contains(said), "{quote}");
        assert!(quote.contains("name=\"instead\" value=\"wan-2.1-turbo\""));
        let body = json!({ "model": "seedance-2.0", "prompt": "a pier" });
        let told: Value = ada.call("/api/quote", &body).await.json().await.unwrap();
        let cheaper = json!({ "model": "wan-2.1-turbo", "credits": 8 });
        assert_eq!(told["cheaper"], cheaper);

        // What the button sends without a script: the whole form, and the other model.
        let page = ada
            .page(
                "/generate?model=seedance-2.0&prompt=a+pier+in+the+rain&aspect_ratio=9%3A16\
                 &quoted=50&instead=wan-2.1-turbo",
            )
            .await;
        assert!(page.contains("value=\"wan-2.1-turbo\" checked"), "{page}");
        assert!(page.contains("a pier in the rain"));
        assert!(page.contains("value=\"9:16\" checked"));
    })
    .await;
}
