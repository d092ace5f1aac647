//! Clerk's webhooks: signed, then read.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexora_providers::clerk::{ClerkConfigError, ClerkEvent};
use nexora_providers::signature::SignatureError;
use nexora_providers::{Clerk, ClerkConfig, Wire};
use reqwest::header::HeaderMap;
use ring::hmac;
use secrecy::SecretString;

use super::mint::{NOW, config, open};

const SUBJECT: &str = "user_29w83sxmDNGwOuEthce5gg56FcC";
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../fixtures/clerk/", $name, ".json"))
    };
}

fn parse(raw: &[u8]) -> ClerkEvent {
    Clerk::parse_webhook(raw).unwrap()
}

/// The e-mail address, whether it is verified, and the name, of a change.
fn changed(raw: &[u8]) -> (Option<(String, bool)>, Option<String>, i64) {
    let ClerkEvent::UserChanged(user) = parse(raw) else {
        panic!("no change");
    };
    assert_eq!(user.subject, SUBJECT);
    let email = user.email;
    let email = email.map(|email| (email.address.as_str().to_owned(), email.verified));
    let name = user.name.map(|name| name.as_str().to_owned());
    (email, name, user.updated_at.as_ms())
}

#[test]
fn a_member_has_changed() {
    let mail = |verified| Some(("ada@example.com".to_owned(), verified));
    let name = |name: &str| Some(name.to_owned());
    let created = changed(fixture!("user.created"));
    assert_eq!(
        created,
        (mail(true), name("Ada Example"), 1_763_550_290_012)
    );
    let updated = changed(fixture!("user.updated"));
    assert_eq!(updated, (mail(true), name("Augusta"), 1_763_560_000_000));
    let by_phone = changed(fixture!("user.updated.by_phone"));
    assert_eq!((by_phone.0, by_phone.1), (None, name("ada")));
    let unverified = changed(fixture!("user.updated.unverified"));
    assert_eq!((unverified.0, unverified.1), (mail(false), None));
}

#[test]
fn a_member_or_a_session_is_gone() {
    let subject = SUBJECT.to_owned();
    let gone = ClerkEvent::UserDeleted { subject };
    assert_eq!(parse(fixture!("user.deleted")), gone);
    let ended = ClerkEvent::SessionEnded {
        sid: "sess_29w83uRYqA1CUe0GPQpdg9Qvqzt".to_owned(),
        subject: Some(SUBJECT.to_owned()),
    };
    assert_eq!(parse(fixture!("session.ended")), ended);
    assert_eq!(parse(fixture!("session.removed")), ended);
    assert_eq!(parse(fixture!("session.revoked")), ended);
}

#[test]
fn everything_else_is_ignored() {
    let others: [&[u8]; 6] = [
        fixture!("session.created"),
        fixture!("session.pending"),
        fixture!("email.created"),
        // Clerk sells subscriptions of its own; they are not ours.
        fixture!("subscription.created"),
        fixture!("user.deleted.nameless"),
        br#"{"type":"moon.landed"}"#,
    ];
    for raw in others {
        assert_eq!(parse(raw), ClerkEvent::Ignored);
    }
    let wrong: [&[u8]; 5] = [
        b"",
        b"[]",
        br#"{"data":{}}"#,
        br#"{"type":"user.updated","data":{}}"#,
        br#"{"type":"session.ended","data":{"id":"../x"}}"#,
    ];
    for raw in wrong {
        assert!(Clerk::parse_webhook(raw).is_err());
    }
}

fn with_secret(secret: Option<&str>) -> ClerkConfig {
    ClerkConfig {
        webhook_secret: secret.map(SecretString::from),
        ..config()
    }
}

fn signed(raw: &[u8]) -> HeaderMap {
    let key = STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let content = [format!("msg_1.{NOW}.").as_bytes(), raw].concat();
    let tag = STANDARD.encode(hmac::sign(&key, &content));
    let mut headers = HeaderMap::new();
    headers.insert("svix-id", "msg_1".parse().unwrap());
    headers.insert("svix-timestamp", NOW.to_string().parse().unwrap());
    headers.insert("svix-signature", format!("v1,{tag}").parse().unwrap());
    headers
}

#[test]
fn only_what_clerk_signed_lately_is_believed() {
    let raw = fixture!("user.deleted");
    let (clerk, clock) = open(with_secret(Some(SECRET)));
    assert_eq!(clerk.verify_webhook(&signed(raw), raw), Ok(()));
    let forged = clerk.verify_webhook(&signed(b"{}"), raw);
    assert_eq!(forged, Err(SignatureError::Forged));
    let bare = clerk.verify_webhook(&HeaderMap::new(), raw);
    assert_eq!(bare, Err(SignatureError::Unsigned));
    clock.advance(Duration::from_secs(301));
    let late = clerk.verify_webhook(&signed(raw), raw);
    assert_eq!(late, Err(SignatureError::OutOfTime));
    let (clerk, _) = open(with_secret(None));
    let outcome = clerk.verify_webhook(&signed(raw), raw);
    assert_eq!(outcome, Err(SignatureError::NoSecret));
}

#[test]
fn a_configuration_that_cannot_be_right_is_refused() {
    let clock = std::sync::Arc::new(nexora_core::SystemClock);
    let wrong = |config: ClerkConfig| {
        let clerk = Clerk::new(config, &Wire::new().unwrap(), clock.clone());
        clerk.map(|_| ()).unwrap_err()
    };
    let weak = with_secret(Some("whsec_"));
    assert_eq!(wrong(weak), ClerkConfigError::WebhookSecret);
    let jwt_key = Some("-----BEGIN PUBLIC KEY-----".to_owned());
    let no_key = ClerkConfig {
        jwt_key,
        ..config()
    };
    assert_eq!(wrong(no_key), ClerkConfigError::JwtKey);
    let secret_key = SecretString::from("sk_test_sesame");
    let mixed = ClerkConfig {
        secret_key,
        ..config()
    };
    assert_eq!(wrong(mixed), ClerkConfigError::MixedKeys);
    let api_url = "mailto:a@b.c".parse().unwrap();
    let no_address = ClerkConfig {
        api_url,
        ..config()
    };
    assert_eq!(wrong(no_address), ClerkConfigError::Address);
}
