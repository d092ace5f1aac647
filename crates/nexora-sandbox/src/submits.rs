//! The memory of every accepted submit, so that a test can prove nothing was submitted twice.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Value, json};

use crate::script::Provider;
use crate::stage::Stage;

/// Submits remembered; older ones are forgotten. A long crash test makes a few thousand.
pub(crate) const KEPT_MAX: usize = 10_000;

/// One accepted submit.
#[derive(Clone, Debug, Serialize)]
pub struct Submit {
    /// 0 for the first submit of this sandbox, then one more each time.
    pub order: u64,
    /// Who accepted it.
    pub provider: Provider,
    /// The path after the provider's prefix, without the query: `fal-ai/wan-t2v`.
    pub path: String,
    /// The parsed body. Of a multipart body: its text fields, and `{"file_name", "bytes"}` of each file.
    pub body: Value,
    /// `X-Client-Request-Id`, when the caller sent one.
    pub client_request_id: Option<String>,
}

/// Accepted submits in their order.
pub(crate) struct Submits(Mutex<Kept>);

struct Kept {
    next: u64,
    submits: VecDeque<Submit>,
}

impl Submits {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Kept {
            next: 0,
            submits: VecDeque::new(),
        }))
    }

    /// Remembers a submit at the moment it is accepted.
    pub(crate) fn accept(&self, provider: Provider, path: &str, body: Value, headers: &HeaderMap) {
        let client_request_id = headers
            .get("x-client-request-id")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let order = kept.next;
        kept.next += 1;
        if kept.submits.len() == KEPT_MAX {
            kept.submits.pop_front();
        }
        kept.submits.push_back(Submit {
            order,
            provider,
            path: path.to_owned(),
            body,
            client_request_id,
        });
    }

    pub(crate) fn all(&self) -> Vec<Submit> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.submits.iter().cloned().collect()
    }
}

/// `GET /_sandbox/submits`, for a test in another process.
pub(crate) fn routes() -> Router<Arc<Stage>> {
    Router::new().route("/_sandbox/submits", get(list))
}

async fn list(State(stage): State<Arc<Stage>>) -> Json<Value> {
    Json(json!({ "submits": stage.submits.all() }))
}
