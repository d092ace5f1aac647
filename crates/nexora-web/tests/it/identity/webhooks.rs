//! What Clerk delivers: believed for its signature, taken in once, in any order.

use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use super::surfer::{Surfer, on_clerk, tell_backend};
use crate::browser::{client, code};
use crate::post_box::{Letter, PostBox, until};
use crate::studio::Studio;

const ADDRESS: &str = "/api/webhooks/clerk";

/// Where Clerk delivers instead of to the studio.
async fn post_box(studio: &Studio) -> PostBox {
    let letters = PostBox::open().await;
    studio.sandbox.clerk().deliver_to(letters.url.as_str());
    letters
}

async fn deliver(studio: &Studio, letter: &Letter) -> Response {
    letter.deliver(studio, ADDRESS).await
}

/// Ada at Clerk's is called something else now.
async fn rename(studio: &Studio, ada: &Surfer<'_>, name: &str) {
    let user = ada.claims()["sub"].as_str().unwrap().to_owned();
    let url = format!("{}/v1/users/{user}", studio.sandbox.clerk().url());
    let request = client()
        .patch(url)
        .bearer_auth(nexora_sandbox::Sandbox::clerk_secret_key())
        .json(&json!({ "first_name": name }));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

async fn name_here(studio: &Studio, ada: &Surfer<'_>) -> String {
    let found = studio.engine.clerk_session(&ada.sid()).await.unwrap();
    found.unwrap().1.display_name.as_str().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_arrives_by_itself() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        rename(studio, &ada, "Adelaide").await;
        until(async || name_here(studio, &ada).await == "Adelaide").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_out_of_order_and_repeated_end_with_the_latest() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let played = studio.sandbox.clerk();
        played.hold_webhooks();
        for name in ["Adele", "Adelina", "Adelaide"] {
            rename(studio, &ada, name).await;
            // Clerk's clock counts milliseconds.
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let user = json!({ "email_address": ["last@example.org"], "first_name": "Last" });
        tell_backend(studio, "users", &user).await;
        played.release_webhooks();
        // The youngest comes first; the oldest of all is a mark that everything has arrived.
        rename(studio, &ada, "Addy").await;
        until(async || name_here(studio, &ada).await == "Addy").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_clerk_signed_is_believed() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let letters = post_box(studio).await;
        rename(studio, &ada, "Mallory").await;
        let letter = letters.letter("Mallory").await;
        let forgeries = [
            letter.with("svix-id", "msg_other"),
            letter.with("svix-timestamp", "1700000000"),
            letter.with("svix-timestamp", "soon"),
            letter.with("svix-signature", "v1,AAAA"),
            letter.with("svix-signature", ""),
            letter.without("svix-id"),
            letter.without("svix-timestamp"),
            letter.without("svix-signature"),
            letter.with_twice("svix-id", "msg_other"),
            letter.saying([&letter.body[..], b" "].concat()),
        ];
        for forgery in forgeries {
            let answer = deliver(studio, &forgery).await;
            assert_eq!(
                code(answer).await,
                (401, "not_signed".to_owned()),
                "{forgery:?}"
            );
        }
        assert_eq!(name_here(studio, &ada).await, "Ada");
        for _ in 0..3 {
            assert_eq!(deliver(studio, &letter).await.status(), StatusCode::OK);
        }
        assert_eq!(name_here(studio, &ada).await, "Mallory");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_nothing_is_refused_and_what_is_unknown_taken_in() {
    on_clerk(async |studio| {
        let post = |body: Vec<u8>| client().post(studio.url(ADDRESS)).body(body).send();
        let huge = post(vec![b' '; (256 << 10) + 1]).await.unwrap();
        assert_eq!(code(huge).await, (413, "too_large".to_owned()));
        let nothing = post(Vec::new()).await.unwrap();
        assert_eq!(code(nothing).await.0, 401);
        let asked = client()
            .request(Method::GET, studio.url(ADDRESS))
            .send()
            .await
            .unwrap();
        assert_eq!(asked.status(), StatusCode::METHOD_NOT_ALLOWED);

        let letters = post_box(studio).await;
        let user = json!({ "email_address": ["eve@example.org"] });
        let user = tell_backend(studio, "users", &user).await;
        tell_backend(studio, "sessions", &json!({ "user_id": user["id"] })).await;
        // Somebody we never saw, and an event we do nothing about.
        for kind in ["user.created", "session.created"] {
            let letter = letters.letter(kind).await;
            assert_eq!(
                deliver(studio, &letter).await.status(),
                StatusCode::OK,
                "{kind}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_deleted_at_clerks_is_gone_here() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Ada").await;
        let (_, account) = studio
            .engine
            .clerk_session(&ada.sid())
            .await
            .unwrap()
            .unwrap();
        let user = ada.claims()["sub"].as_str().unwrap().to_owned();
        super::surfer::backend(studio, Method::DELETE, &format!("users/{user}")).await;
        until(async || studio.engine.member(account.id).await.unwrap().is_none()).await;
        assert_eq!(ada.asks().await, StatusCode::UNAUTHORIZED);
        assert_eq!(ada.load("/studio").await.url().path(), "/sign-in");
    })
    .await;
}
