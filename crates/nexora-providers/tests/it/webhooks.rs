//! Webhooks as the sandbox signs them, and every way to forge one.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexora_core::{Clock, Provider, SystemClock, Timestamp};
use nexora_providers::signature::SignatureError;
use nexora_providers::webhook::{FalHooks, HookError, HookReader, Notice};
use nexora_providers::{MediaProvider, Submitted, Ticket, Wire};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use ring::digest;
use ring::signature::{Ed25519KeyPair, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use crate::far_side::{FarSide, json};
use crate::stage::Stage;

/// Takes webhooks in, one after another.
struct Inbox(TcpListener);

impl Inbox {
    async fn open() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn url(&self) -> Url {
        let port = self.0.local_addr().unwrap().port();
        format!("http://127.0.0.1:{port}/hook").parse().unwrap()
    }

    /// The next delivery: its headers and its body.
    async fn next(&self) -> (HeaderMap, Vec<u8>) {
        let (mut stream, _) = self.0.accept().await.unwrap();
        let mut heard = Vec::new();
        loop {
            if let Some(delivery) = whole(&heard) {
                let thanks = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(thanks).await.unwrap();
                return delivery;
            }
            let read = stream.read_buf(&mut heard).await.unwrap();
            assert_ne!(read, 0, "the delivery was cut off");
        }
    }
}

/// Headers and body, if all of them have arrived.
fn whole(heard: &[u8]) -> Option<(HeaderMap, Vec<u8>)> {
    let end = heard.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&heard[..end]).unwrap();
    let headers: HeaderMap = head
        .lines()
        .skip(1)
        .filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let name: HeaderName = name.parse().unwrap();
            Some((name, HeaderValue::from_str(value).unwrap()))
        })
        .collect();
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    let body = &heard[end + 4..];
    (body.len() >= length).then(|| (headers, body.to_vec()))
}

/// A job whose end is told to the inbox.
async fn submit(stage: &Stage, provider: &dyn MediaProvider, model: &str, inbox: &Inbox) -> Ticket {
    let order = stage.order(model, "a lake at dawn", &[]);
    let webhook = inbox.url();
    let mut job = stage.submission(provider, &order);
    job.webhook = Some(&webhook);
    match provider.submit(&job).await.unwrap() {
        Submitted::Accepted(ticket) => ticket,
        Submitted::Done(_) => panic!("no ticket"),
    }
}

fn wire() -> Wire {
    Wire::new().unwrap()
}

/// What is read of a genuine delivery, and of three that are not.
async fn check_standard(
    provider: &dyn MediaProvider,
    ticket: &Ticket,
    delivery: (HeaderMap, Vec<u8>),
) {
    let (headers, raw) = delivery;
    let hooks = provider.hooks().unwrap();
    let now = SystemClock.now();
    let notice = hooks.read(&headers, &raw, now).await.unwrap();
    assert_eq!(notice.provider, provider.info().provider);
    assert!(ticket.is_for(&notice.job), "{notice:?}");
    let said = async |headers: &HeaderMap, raw: &[u8], now| hooks.read(headers, raw, now).await;
    let forged = Err(HookError::Signature(SignatureError::Forged));
    let mut changed = raw.clone();
    changed.push(b' ');
    assert_eq!(said(&headers, &changed, now).await, forged);
    let late = now.plus(Duration::from_secs(301));
    let out_of_time = Err(HookError::Signature(SignatureError::OutOfTime));
    assert_eq!(said(&headers, &raw, late).await, out_of_time);
    let unsigned = Err(HookError::Signature(SignatureError::Unsigned));
    assert_eq!(said(&HeaderMap::new(), &raw, now).await, unsigned);
}

#[tokio::test]
async fn replicates_are_signed_with_the_secret_it_tells() {
    let stage = Stage::open().await;
    let replicate = stage.replicate();
    let inbox = Inbox::open().await;
    let ticket = submit(&stage, &replicate, "flux-schnell", &inbox).await;
    check_standard(&replicate, &ticket, inbox.next().await).await;
}

#[tokio::test]
async fn higgsfields_are_signed_with_the_secret_of_its_console() {
    let stage = Stage::open().await;
    let higgsfield = stage.higgsfield();
    let inbox = Inbox::open().await;
    let ticket = submit(&stage, &higgsfield, "soul-2", &inbox).await;
    check_standard(&higgsfield, &ticket, inbox.next().await).await;
}

#[tokio::test]
async fn fals_are_signed_with_a_key_it_publishes() {
    let stage = Stage::open().await;
    let fal = stage.fal();
    let hooks = fal.hooks().unwrap();
    let inbox = Inbox::open().await;
    let ticket = submit(&stage, &fal, "flux-schnell", &inbox).await;
    let (headers, raw) = inbox.next().await;
    let now = SystemClock.now();
    for _ in 0..2 {
        let notice = hooks.read(&headers, &raw, now).await.unwrap();
        assert_eq!(notice.provider, Provider::Fal);
        assert!(
            ticket.is_for(&notice.job),
            "a repeated delivery says the same"
        );
    }
}

/// A forger, or fal: whoever has a key.
struct Signer(Ed25519KeyPair);

/// What a delivery claims.
#[derive(Clone)]
struct Claim {
    request_id: &'static str,
    timestamp: String,
    body: &'static str,
}

const NOW_SECONDS: i64 = 1_700_000_000;

fn now() -> Timestamp {
    Timestamp::from_ms(NOW_SECONDS * 1_000)
}

fn claim() -> Claim {
    Claim {
        request_id: "abc",
        timestamp: NOW_SECONDS.to_string(),
        body: r#"{"request_id":"abc","status":"OK"}"#,
    }
}

impl Signer {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    fn jwk(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#)
    }

    fn headers(&self, claim: &Claim) -> HeaderMap {
        let digest = hex::encode(digest::digest(&digest::SHA256, claim.body.as_bytes()));
        let lines = [claim.request_id, "user", &claim.timestamp, &digest];
        let signature = hex::encode(self.0.sign(lines.join("\n").as_bytes()));
        let pairs = [
            ("x-fal-webhook-request-id", claim.request_id),
            ("x-fal-webhook-user-id", "user"),
            ("x-fal-webhook-timestamp", &claim.timestamp),
            ("x-fal-webhook-signature", &signature),
        ];
        let pairs = pairs.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        pairs.into_iter().collect::<HeaderMap>()
    }
}

fn key_set(keys: &[&Signer]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| key.jwk()).collect();
    let odd = r#"{"kty":"RSA","n":"AQAB"},{"crv":"Ed25519","x":"AAAA"},{"crv":7}"#;
    json(
        "200 OK",
        &format!(r#"{{"keys":[{odd},{}]}}"#, keys.join(",")),
    )
}

#[tokio::test]
async fn whatever_is_changed_fals_signature_no_longer_fits() {
    let (fal, forger) = (Signer::new(1), Signer::new(2));
    let home = FarSide::saying(&[&key_set(&[&fal])]);
    let hooks = FalHooks::new(home.url("/jwks.json"), &wire());
    let read = async |headers: &HeaderMap, body: &str| {
        let told = hooks.read(headers, body.as_bytes(), now()).await;
        told.map(|notice: Notice| notice.job)
    };
    let genuine = claim();
    let headers = fal.headers(&genuine);
    assert_eq!(read(&headers, genuine.body).await, Ok("abc".to_owned()));

    let forged = Err(HookError::Signature(SignatureError::Forged));
    let other_body = genuine.body.replace("OK", "ERROR");
    assert_eq!(read(&headers, &other_body).await, forged);
    let by_another = forger.headers(&genuine);
    assert_eq!(read(&by_another, genuine.body).await, forged);
    for name in ["request-id", "user-id"] {
        let mut changed = headers.clone();
        let name: HeaderName = format!("x-fal-webhook-{name}").parse().unwrap();
        changed.insert(&name, HeaderValue::from_static("abd"));
        assert_eq!(read(&changed, genuine.body).await, forged, "{name}");
        changed.append(&name, HeaderValue::from_static("abc"));
        let unsigned = Err(HookError::Signature(SignatureError::Unsigned));
        assert_eq!(read(&changed, genuine.body).await, unsigned, "{name} twice");
    }
    assert_eq!(home.heard().len(), 1, "a flood of forgeries asks once");
}

#[tokio::test]
async fn fals_deliveries_are_about_now_and_about_one_job() {
    let fal = Signer::new(1);
    let home = FarSide::saying(&[&key_set(&[&fal])]);
    let hooks = FalHooks::new(home.url("/jwks.json"), &wire());
    let read = async |claim: Claim| {
        let headers = fal.headers(&claim);
        let told = hooks.read(&headers, claim.body.as_bytes(), now()).await;
        told.map(|notice| notice.job)
    };
    for offset in [-300, 300] {
        let timestamp = (NOW_SECONDS + offset).to_string();
        let told = read(Claim {
            timestamp,
            ..claim()
        })
        .await;
        assert_eq!(told, Ok("abc".to_owned()), "{offset}");
    }
    let off = (NOW_SECONDS - 301).to_string();
    let ahead = (NOW_SECONDS + 301).to_string();
    for (timestamp, error) in [
        (off, SignatureError::OutOfTime),
        (ahead, SignatureError::OutOfTime),
        ("+1700000000".to_owned(), SignatureError::Unsigned),
        ("soon".to_owned(), SignatureError::Unsigned),
        (String::new(), SignatureError::Unsigned),
    ] {
        let told = read(Claim {
            timestamp,
            ..claim()
        })
        .await;
        assert_eq!(told, Err(HookError::Signature(error)));
    }
    for body in [
        r#"{"request_id":"other"}"#,
        r#"{"request_id":7}"#,
        "{}",
        "nonsense",
    ] {
        let told = read(Claim { body, ..claim() }).await;
        assert_eq!(told, Err(HookError::Unreadable), "{body}");
    }
}

#[tokio::test]
async fn a_rotated_key_is_found_and_keys_that_cannot_be_had_prove_nothing() {
    let (old, new) = (Signer::new(1), Signer::new(2));
    let down = json("503 Service Unavailable", "{}");
    let answers = [down, key_set(&[&old]), key_set(&[&old, &new])];
    let home = FarSide::saying(&answers.each_ref().map(String::as_str));
    let hooks = FalHooks::new(home.url("/jwks.json"), &wire());
    let read = async |signer: &Signer, seconds: u64| {
        let at = now().plus(Duration::from_secs(seconds));
        let timestamp = (NOW_SECONDS + i64::try_from(seconds).unwrap()).to_string();
        let claim = Claim {
            timestamp,
            ..claim()
        };
        let headers = signer.headers(&claim);
        let told = hooks.read(&headers, claim.body.as_bytes(), at).await;
        told.map(|notice| notice.job)
    };
    let fine = Ok("abc".to_owned());
    assert_eq!(read(&old, 0).await, Err(HookError::Unchecked));
    assert_eq!(
        read(&old, 10).await,
        Err(HookError::Unchecked),
        "not asked again yet"
    );
    assert_eq!(read(&old, 70).await, fine);
    let forged = Err(HookError::Signature(SignatureError::Forged));
    assert_eq!(read(&new, 80).await, forged, "not asked again yet");
    assert_eq!(read(&new, 140).await, fine);
    assert_eq!(read(&old, 150).await, fine);
    assert_eq!(home.heard().len(), 3);
    // A day later the keys are asked for again, and nobody answers any more.
    assert_eq!(read(&old, 90_000).await, Err(HookError::Unchecked));
}
