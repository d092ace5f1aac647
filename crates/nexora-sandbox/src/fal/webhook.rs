//! fal's webhooks: one at the end of a job, signed with Ed25519.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use ed25519_dalek::Signer;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::models::Model;
use super::result;
use crate::post::{Letter, deliver};
use crate::queue::{Delivery, Job};
use crate::stage::Stage;

/// The account all sandbox jobs belong to.
const USER_ID: &str = "sandbox-user";
/// A shuffled webhook goes out after the next job's, or after this long when no other comes.
const LATE_MS: u64 = 6_000;

/// Delivers the webhook of this job when it is over.
pub(super) fn promise(stage: &Arc<Stage>, model: &'static Model, job: Arc<Job>, url: String) {
    let times = match job.fate.delivery {
        Delivery::Never => return,
        Delivery::Twice => 2,
        Delivery::Once | Delivery::Shuffled => 1,
    };
    // Listening begins now, so that no younger job can overtake unheard.
    let overtaken = Arc::clone(&stage.fal.overtaken).notified_owned();
    let waiting = Arc::clone(stage);
    stage.tasks.spawn(async move {
        let stage = waiting;
        job.over(&stage).await;
        if job.fate.delivery == Delivery::Shuffled {
            tokio::select! {
                () = overtaken => {}
                () = stage.pause(Duration::from_millis(LATE_MS)) => {}
            }
        }
        let body = Bytes::from(message(model, &job).to_string());
        let sign = |now| sign(&stage, &job.id, &body, now);
        for _ in 0..times {
            let letter = Letter {
                url: &url,
                body: body.clone(),
                sign: &sign,
            };
            deliver(&stage, letter).await;
        }
        stage.fal.overtaken.notify_waiters();
    });
}

/// `GET /fal/rest/.well-known/jwks.json`.
pub(super) async fn keys(State(stage): State<Arc<Stage>>) -> Json<Value> {
    let public = stage.fal.key.verifying_key();
    let x = URL_SAFE_NO_PAD.encode(public.as_bytes());
    Json(json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "sandbox", "x": x }] }))
}

fn message(model: &Model, job: &Job) -> Value {
    let mut message = json!({ "request_id": job.id, "gateway_request_id": job.id });
    match result::payload(model, job) {
        Ok(payload) => {
            message["status"] = "OK".into();
            message["payload"] = payload;
        }
        Err(problem) => {
            let code = problem.status().as_u16();
            message["status"] = "ERROR".into();
            message["error"] = format!("Invalid status code: {code}").into();
            message["payload"] = problem.body();
        }
    }
    message
}

/// The signature covers request id, user id, unix seconds and the body's SHA-256, one per line.
fn sign(stage: &Stage, request_id: &str, body: &[u8], now: Timestamp) -> HeaderMap {
    let timestamp = now.as_second().to_string();
    let digest = hex::encode(Sha256::digest(body));
    let message = [request_id, USER_ID, &timestamp, &digest].join("\n");
    let signature = hex::encode(stage.fal.key.sign(message.as_bytes()).to_bytes());
    let headers = [
        ("x-fal-webhook-request-id", request_id),
        ("x-fal-webhook-user-id", USER_ID),
        ("x-fal-webhook-timestamp", &timestamp),
        ("x-fal-webhook-signature", &signature),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let name = name.parse().ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    });
    headers.collect()
}
