//! The same forms with scripts: fragments, toasts and headers instead of pages.

use reqwest::{Method, StatusCode};

use crate::browser::{Browser, header, text};
use crate::studio::on_both;

/// Undoes the encoding of `x-toast`.
fn decoded(encoded: &str) -> String {
    let whole = format!("x={}", encoded.replace('+', "%2B"));
    let (_, text) = url::form_urlencoded::parse(whole.as_bytes())
        .next()
        .unwrap();
    text.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_answers_with_its_card() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let form = [
            ("model", "flux-schnell"),
            ("prompt", "a lake"),
            ("key", "k1"),
        ];
        let answer = ada.htmx("/api/image/generate", &form).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        assert_eq!(header(&answer, "x-credits"), "10");
        let card = text(answer).await;
        assert!(card.starts_with("<nx-card"), "{card}");
        assert!(card.contains("id=\"gen_") && card.contains("a lake"));

        let twice = ada.htmx("/api/image/generate", &form).await;
        assert_eq!(twice.status(), StatusCode::ACCEPTED);
        assert_eq!(header(&twice, "hx-reswap"), "none");
        assert!(decoded(header(&twice, "x-toast")).contains("already"));
        assert_eq!(text(twice).await, "");
        assert_eq!(ada.available().await, 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_a_toast() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let locked = [("model", "seedance-2.0"), ("prompt", "a storm")];
        let answer = ada.htmx("/api/video/generate", &locked).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let toast = decoded(header(&answer, "x-toast"));
        assert!(
            toast.contains("Pro") && toast.contains("Nothing was charged"),
            "{toast}"
        );
        assert_eq!(text(answer).await, "");

        let dear = [
            ("model", "flux-schnell"),
            ("prompt", "a storm"),
            ("count", "4"),
        ];
        let answer = ada.htmx("/api/image/generate", &dear).await;
        assert_eq!(answer.status(), StatusCode::PAYMENT_REQUIRED);
        assert!(decoded(header(&answer, "x-toast")).contains("20 credits"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_order_brings_the_composer_back() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let faulty = [
            ("model", "flux-schnell"),
            ("prompt", "a “lake”"),
            ("seed", "-1"),
        ];
        let answer = ada.htmx("/api/image/generate", &faulty).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(decoded(header(&answer, "x-toast")).contains("whole number"));
        let form = text(answer).await;
        assert!(form.starts_with("<form id=\"composer\"") || form.contains("id=\"composer\""));
        assert!(form.contains("a “lake”") && !form.contains("<html"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_told_before_anything_is_written() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let draft = [
            ("model", "flux-schnell"),
            ("prompt", ""),
            ("count", "3"),
            ("key", "k"),
        ];
        let answer = ada.htmx("/api/quote", &draft).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let quote = text(answer).await;
        assert!(
            quote.contains("15 credits") && !quote.contains("<html"),
            "{quote}"
        );
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_led_to_the_door_and_back() {
    on_both(async |studio| {
        let stranger = Browser::new(studio);
        let answer = stranger
            .htmx("/api/quote", &[("model", "flux-schnell")])
            .await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let door = header(&answer, "hx-redirect");
        assert_eq!(door, "/sign-in?return_to=%2Fstudio%3Fx%3D1");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_card_is_marked_and_deleted_in_place() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let path = format!("/api/generations/{id}");
        let marked = ada
            .htmx(&format!("{path}/favourite"), &[("favourite", "on")])
            .await;
        assert_eq!(marked.status(), StatusCode::OK);
        let card = text(marked).await;
        assert!(
            card.starts_with("<nx-card") && card.contains("value=\"off\""),
            "{card}"
        );

        let gone = ada.htmx(&format!("{path}/delete"), &[]).await;
        assert_eq!(gone.status(), StatusCode::OK);
        assert_eq!(text(gone).await, "");
        let gone = ada.send(ada.request(Method::GET, &path)).await;
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
        assert_eq!(ada.available().await, 10, "what was paid stays paid");
    })
    .await;
}
