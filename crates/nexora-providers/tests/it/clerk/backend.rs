//! The calls to Clerk's Backend API.

use std::time::Duration;

use nexora_providers::clerk::SessionStatus;
use nexora_providers::{Clerk, ClerkConfig, RemoteError};

use super::mint::{config, open};
use crate::far_side::{FarSide, json, redirect};

const USER: &str = include_str!("../../../fixtures/clerk/api_user.json");
const SESSION: &str = include_str!("../../../fixtures/clerk/api_session.json");
const SUBJECT: &str = "user_29w83sxmDNGwOuEthce5gg56FcC";
const SID: &str = "sess_29w83uRYqA1CUe0GPQpdg9Qvqzt";
const UNKNOWN: &str = r#"{"errors":[{"message":"not found","code":"resource_not_found"}],
    "clerk_trace_id":"t"}"#;

fn asking(far: &FarSide) -> Clerk {
    let api_url = far.url("");
    open(ClerkConfig {
        api_url,
        ..config()
    })
    .0
}

#[tokio::test]
async fn a_profile_is_read() {
    let far = FarSide::saying(&[&json("200 OK", USER)]);
    let user = asking(&far).user(SUBJECT).await.unwrap();
    let email = user.email.unwrap();
    assert_eq!(
        (email.address.as_str(), email.verified),
        ("ada@example.com", true)
    );
    assert_eq!(user.name.unwrap().as_str(), "Ada Example");
    assert_eq!(user.updated_at.as_ms(), 1_763_550_290_012);
    let heard = &far.heard()[0];
    assert!(
        heard.starts_with(&format!("GET /v1/users/{SUBJECT} ")),
        "{heard}"
    );
    assert!(heard.contains("authorization: Bearer sk_live_sesame"));
    assert!(heard.contains("clerk-api-version: 2026-05-12"));
}

#[tokio::test]
async fn a_profile_of_somebody_else_is_no_answer() {
    let far = FarSide::saying(&[&json("200 OK", USER)]);
    let outcome = asking(&far).user("user_other").await;
    assert_eq!(outcome, Err(RemoteError::Broken));
}

#[tokio::test]
async fn a_session_goes_on_or_is_over() {
    let ended = SESSION.replace("\"active\"", "\"ended\"");
    let answers = [
        json("200 OK", SESSION),
        json("200 OK", &ended),
        json("404 Not Found", UNKNOWN),
        json("500 Internal Server Error", "{}"),
    ];
    let far = FarSide::saying(&answers.each_ref().map(String::as_str));
    let clerk = asking(&far);
    let subject = SUBJECT.to_owned();
    let table = [
        Ok(SessionStatus::Active { subject }),
        Ok(SessionStatus::Over),
        Ok(SessionStatus::Over),
        Err(RemoteError::Down),
    ];
    for expected in table {
        assert_eq!(clerk.session_status(SID).await, expected);
    }
}

#[tokio::test]
async fn what_is_gone_can_be_ended_again() {
    let answers = [
        json("200 OK", SESSION),
        json("404 Not Found", UNKNOWN),
        json("200 OK", r#"{"object":"user","deleted":true}"#),
        json("404 Not Found", UNKNOWN),
    ];
    let far = FarSide::saying(&answers.each_ref().map(String::as_str));
    let clerk = asking(&far);
    assert_eq!(clerk.revoke_session(SID).await, Ok(()));
    assert_eq!(clerk.revoke_session(SID).await, Ok(()));
    assert_eq!(clerk.delete_user(SUBJECT).await, Ok(()));
    assert_eq!(clerk.delete_user(SUBJECT).await, Ok(()));
    let heard = far.heard();
    assert!(heard[0].starts_with(&format!("POST /v1/sessions/{SID}/revoke ")));
    assert!(heard[2].starts_with(&format!("DELETE /v1/users/{SUBJECT} ")));
}

#[tokio::test]
async fn errors_are_told_apart() {
    let said = r#"{"errors":[{"message":"m","long_message":"Not that one, sk_live_sesame."}]}"#;
    let later = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 0\r\n\
        connection: close\r\n\r\n";
    let elsewhere = redirect("302 Found", "https://elsewhere.example/");
    let refused = RemoteError::Refused("Not that one, (our key).".to_owned());
    let table = [
        (json("401 Unauthorized", said), RemoteError::Misconfigured),
        (json("403 Forbidden", said), RemoteError::Misconfigured),
        (json("404 Not Found", said), RemoteError::NotFound),
        (json("422 Unprocessable Entity", said), refused),
        (
            later.to_owned(),
            RemoteError::Busy(Some(Duration::from_secs(7))),
        ),
        (json("429 Too Many Requests", "{}"), RemoteError::Busy(None)),
        (json("502 Bad Gateway", "<html>"), RemoteError::Down),
        (elsewhere, RemoteError::Misconfigured),
        (json("200 OK", "<html>"), RemoteError::Broken),
        (json("200 OK", "{}"), RemoteError::Broken),
        (String::new(), RemoteError::Down),
    ];
    for (answer, expected) in table {
        let far = FarSide::saying(&[&answer]);
        let outcome = asking(&far).user(SUBJECT).await;
        assert_eq!(outcome, Err(expected), "{answer}");
    }
}

#[tokio::test]
async fn a_name_that_is_none_is_asked_nobody() {
    let far = FarSide::saying(&[]);
    let clerk = asking(&far);
    assert_eq!(clerk.user("user_1/../..").await, Err(RemoteError::NotFound));
    assert_eq!(clerk.session_status("").await, Err(RemoteError::NotFound));
    assert!(!format!("{clerk:?}").contains("sesame"));
}
