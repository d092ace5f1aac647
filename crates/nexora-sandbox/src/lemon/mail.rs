//! Webhooks: signed with a hex HMAC, out of order, one of each batch twice, tried again on all but 200.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::SIGNING_SECRET;
use super::books::{Books, Fact};
use super::problem::escaped;
use super::view::View;
use crate::post::{self, attempt_once};
use crate::stage::{Stage, later};

/// After the first attempt, a webhook is tried three times more.
const PAUSES_SECONDS: [u64; 3] = [5, 25, 125];
/// Letters waiting; the oldest are dropped first.
const WAITING_MAX: usize = 10_000;
/// Letters remembered after their last attempt.
const POSTED_MAX: usize = 1_000;

/// How webhooks come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mail {
    /// As in life at its worst: each batch in any order but the natural one, and one of it twice.
    Shuffled,
    /// In the natural order, each once.
    Orderly,
}

/// A webhook that was delivered or given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posted {
    /// `meta.event_name`.
    pub event_name: &'static str,
    /// `meta.webhook_id`; a duplicate has the same.
    pub webhook_id: String,
    /// 1 to 4.
    pub attempts: usize,
    /// The receiver said exactly 200.
    pub arrived: bool,
}

/// Letters on their way.
pub(super) struct Outbox(Mutex<Waiting>);

struct Waiting {
    /// Where they go; without one nobody is told.
    url: Option<String>,
    mail: Mail,
    letters: VecDeque<Letter>,
    posted: VecDeque<(Posted, Letter)>,
    is_pumped: bool,
}

#[derive(Clone)]
struct Letter {
    event_name: &'static str,
    webhook_id: String,
    body: Bytes,
    attempts: usize,
    due: Timestamp,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Waiting {
            url: None,
            mail: Mail::Shuffled,
            letters: VecDeque::new(),
            posted: VecDeque::new(),
            is_pumped: false,
        }))
    }

    pub(super) fn aim(&self, url: &str) {
        self.lock().url = Some(url.to_owned());
    }

    pub(super) fn url(&self) -> Option<String> {
        self.lock().url.clone()
    }

    pub(super) fn set_mail(&self, mail: Mail) {
        self.lock().mail = mail;
    }

    pub(super) fn posted(&self) -> Vec<Posted> {
        let waiting = self.lock();
        waiting.posted.iter().map(|(one, _)| one.clone()).collect()
    }

    /// Puts the letters about one happening into the box.
    pub(super) fn write(&self, view: &View<'_>, facts: &[Fact]) {
        let mut waiting = self.lock();
        if waiting.url.is_none() {
            return;
        }
        let letters = facts.iter().filter_map(|fact| Letter::about(view, *fact));
        let letters = match waiting.mail {
            Mail::Orderly => letters.collect(),
            Mail::Shuffled => shuffled(letters.collect()),
        };
        waiting.letters.extend(letters);
        let overflow = waiting.letters.len().saturating_sub(WAITING_MAX);
        waiting.letters.drain(..overflow);
    }

    /// Sends a letter again that was delivered or given up, byte for byte. False when it is not known.
    pub(super) fn resend(&self, webhook_id: &str, now: Timestamp) -> bool {
        let mut waiting = self.lock();
        let mut posted = waiting.posted.iter();
        let found = posted.find(|(one, _)| one.webhook_id == webhook_id);
        let Some((_, letter)) = found else {
            return false;
        };
        let mut letter = letter.clone();
        letter.due = now;
        letter.attempts = 0;
        waiting.letters.push_back(letter);
        true
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.lock().letters.iter().map(|letter| letter.due).min()
    }

    /// Whether a pump has to be started; there is never more than one.
    pub(super) fn wants_pump(&self) -> bool {
        let mut waiting = self.lock();
        !std::mem::replace(&mut waiting.is_pumped, true)
    }

    /// The next moment for the pump; without one the pump ends.
    pub(super) fn next_or_rest(&self, happening: Option<Timestamp>) -> Option<Timestamp> {
        let mut waiting = self.lock();
        let letters = waiting.letters.iter().map(|letter| letter.due);
        let next = letters.min();
        waiting.is_pumped = next.is_some();
        next.map(|due| happening.map_or(due, |at| at.min(due)))
    }

    fn take_due(&self, now: Timestamp) -> Option<(String, Letter)> {
        let mut waiting = self.lock();
        let url = waiting.url.clone()?;
        let index = waiting.letters.iter().position(|one| one.due <= now)?;
        Some((url, waiting.letters.remove(index)?))
    }

    fn settle(&self, mut letter: Letter, arrived: bool, now: Timestamp) {
        letter.attempts += 1;
        let mut waiting = self.lock();
        let pause = PAUSES_SECONDS.get(letter.attempts - 1);
        if let (false, Some(seconds)) = (arrived, pause) {
            letter.due = later(now, Duration::from_secs(*seconds));
            waiting.letters.push_back(letter);
            return;
        }
        let posted = Posted {
            event_name: letter.event_name,
            webhook_id: letter.webhook_id.clone(),
            attempts: letter.attempts,
            arrived,
        };
        if waiting.posted.len() == POSTED_MAX {
            waiting.posted.pop_front();
        }
        waiting.posted.push_back((posted, letter));
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Letter {
    fn about(view: &View<'_>, fact: Fact) -> Option<Self> {
        let webhook_id = Uuid::new_v4().to_string();
        let mut meta = json!({
            "test_mode": true, "event_name": fact.event, "webhook_id": webhook_id,
        });
        let custom = view.books.custom(fact.about);
        if let Some(custom) = custom.filter(|custom| !custom.is_empty()) {
            meta["custom_data"] = Value::Object(custom.clone());
        }
        let body = json!({ "meta": meta, "data": view.about(fact.about)? });
        Some(Self {
            event_name: fact.event,
            webhook_id,
            body: escaped(&body).into(),
            attempts: 0,
            due: view.now,
        })
    }
}

/// Delivers everything that is due.
pub(super) async fn deliver_due(stage: &Arc<Stage>) {
    while !stage.closing.is_cancelled() {
        let now = stage.lemon.clock.now();
        let Some((url, letter)) = stage.lemon.outbox.take_due(now) else {
            return;
        };
        let sign = |_| sign(letter.event_name, &letter.body);
        let posting = post::Letter {
            url: &url,
            body: letter.body.clone(),
            sign: &sign,
        };
        let status = attempt_once(stage, &posting).await;
        let now = stage.lemon.clock.now();
        let arrived = status == Some(StatusCode::OK);
        stage.lemon.outbox.settle(letter, arrived, now);
    }
}

/// Renders facts and puts them into the outbox.
pub(super) fn write(stage: &Stage, books: &Books, facts: &[Fact], now: Timestamp) {
    let view = View {
        books,
        base_url: &stage.base_url,
        now,
    };
    stage.lemon.outbox.write(&view, facts);
}

fn sign(event_name: &str, body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SIGNING_SECRET.as_bytes()) else {
        return headers;
    };
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    if let (Ok(name), Ok(signature)) = (
        HeaderValue::from_str(event_name),
        HeaderValue::from_str(&signature),
    ) {
        headers.insert("x-event-name", name);
        headers.insert("x-signature", signature);
    }
    headers
}

/// Any order but the natural one, and a copy of one of them at the end.
fn shuffled(mut letters: Vec<Letter>) -> Vec<Letter> {
    let id = |letter: &Letter| letter.webhook_id.clone();
    let natural: Vec<String> = letters.iter().map(id).collect();
    // Version 4 ids are random: their order is a shuffle.
    letters.sort_by_key(id);
    let is_natural = letters.iter().map(id).eq(natural);
    if is_natural && letters.len() > 1 {
        letters.rotate_left(1);
    }
    letters.extend(letters.first().cloned());
    letters
}
