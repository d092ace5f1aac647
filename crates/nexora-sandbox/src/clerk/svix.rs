//! Clerk's webhooks, signed as Svix does: one after the other, or held back and let go out of order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use super::directory::{fresh_id, ms};
use super::{INSTANCE_ID, WEBHOOK_SECRET};
use crate::post::{Letter, deliver};
use crate::stage::{Stage, wall};

/// Messages waiting; the oldest are dropped first.
const WAITING_MAX: usize = 1_000;

/// Messages on their way.
pub(super) struct Mailbox(Mutex<Waiting>);

struct Waiting {
    /// Where they go; without one nobody is told.
    url: Option<String>,
    messages: VecDeque<Message>,
    is_held: bool,
    is_pumped: bool,
}

#[derive(Clone)]
struct Message {
    id: String,
    body: Bytes,
}

impl Mailbox {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Waiting {
            url: None,
            messages: VecDeque::new(),
            is_held: false,
            is_pumped: false,
        }))
    }

    pub(super) fn aim(&self, url: &str) {
        self.lock().url = Some(url.to_owned());
    }

    pub(super) fn hold(&self) {
        self.lock().is_held = true;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next message and its address; none ends the pump.
    fn next(&self) -> Option<(String, Message)> {
        let mut waiting = self.lock();
        let url = waiting.url.clone();
        let message = if waiting.is_held {
            None
        } else {
            waiting.messages.pop_front()
        };
        let next = url.zip(message);
        waiting.is_pumped = next.is_some();
        next
    }
}

/// Sends an event to the application.
pub(super) fn tell(stage: &Arc<Stage>, kind: &str, data: Value) {
    let body = json!({
        "object": "event",
        "type": kind,
        "data": data,
        "timestamp": ms(wall()),
        "instance_id": INSTANCE_ID,
        "event_attributes": {
            "http_request": { "client_ip": "127.0.0.1", "user_agent": "sandbox" },
        },
    });
    let message = Message {
        id: fresh_id("msg_"),
        body: body.to_string().into(),
    };
    let mut waiting = stage.clerk.mailbox.lock();
    if waiting.url.is_none() {
        return;
    }
    if waiting.messages.len() == WAITING_MAX {
        waiting.messages.pop_front();
    }
    waiting.messages.push_back(message);
    drop(waiting);
    pump(stage);
}

/// Lets held messages go: the youngest first, each twice under the same id.
pub(super) fn release(stage: &Arc<Stage>) {
    let mut waiting = stage.clerk.mailbox.lock();
    waiting.is_held = false;
    let held: Vec<Message> = waiting.messages.drain(..).collect();
    for message in held.into_iter().rev() {
        waiting.messages.extend([message.clone(), message]);
    }
    drop(waiting);
    pump(stage);
}

/// One task at a time carries messages, so that they arrive in their order.
fn pump(stage: &Arc<Stage>) {
    let mut waiting = stage.clerk.mailbox.lock();
    if waiting.is_pumped || waiting.is_held {
        return;
    }
    waiting.is_pumped = true;
    drop(waiting);
    let carrier = Arc::clone(stage);
    stage.tasks.spawn(async move {
        while let Some((url, message)) = carrier.clerk.mailbox.next() {
            let sign = |now| sign(&message.id, &message.body, now);
            let letter = Letter {
                url: &url,
                body: message.body.clone(),
                sign: &sign,
            };
            deliver(&carrier, letter).await;
        }
    });
}

/// HMAC-SHA256 over `{id}.{timestamp}.{body}`, beside an older signature that no longer holds.
fn sign(id: &str, body: &[u8], now: Timestamp) -> HeaderMap {
    let timestamp = now.as_second().to_string();
    let secret = WEBHOOK_SECRET.trim_start_matches("whsec_");
    let secret = STANDARD.decode(secret).unwrap_or_default();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&secret) else {
        return HeaderMap::new();
    };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let (old, new) = ([0; 32], mac.finalize().into_bytes());
    let signature = format!("v1,{} v1,{}", STANDARD.encode(old), STANDARD.encode(new));
    let headers = [
        ("svix-id", id),
        ("svix-timestamp", &timestamp),
        ("svix-signature", &signature),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let name = name.parse().ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    });
    headers.collect()
}
