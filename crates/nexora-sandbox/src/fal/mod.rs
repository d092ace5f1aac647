//! fal.ai: a queue per model, results by URL, storage for inputs, webhooks signed with Ed25519.
//!
//! Hosts become prefixes: `queue.fal.run` is `/fal/queue`, `fal.run` is `/fal/run`, `rest.fal.ai` is
//! `/fal/rest`, `v3.fal.media` is `/fal/cdn`.

mod fields;
mod models;
mod problem;
mod queue;
mod result;
mod run;
mod storage;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post, put};
use ed25519_dalek::SigningKey;
use serde_json::{Map, Value};
use tokio::sync::Notify;
use uuid::Uuid;

use self::problem::Problem;
use crate::UPLOAD_BYTES_MAX;
use crate::files;
use crate::queue::Board;
use crate::script::{Provider, Shut};
use crate::stage::Stage;

/// What fal remembers.
pub(crate) struct Fal {
    jobs: Board,
    key: SigningKey,
    uploads: storage::Uploads,
    /// Rings when a job's webhooks have gone out: the shuffled ones of older jobs wait for that.
    overtaken: Arc<Notify>,
}

impl Fal {
    pub(crate) fn new() -> Self {
        let (left, right) = (Uuid::new_v4(), Uuid::new_v4());
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(left.as_bytes());
        secret[16..].copy_from_slice(right.as_bytes());
        Self {
            jobs: Board::new(),
            key: SigningKey::from_bytes(&secret),
            uploads: storage::Uploads::new(),
            overtaken: Arc::new(Notify::new()),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<Stage>> {
    let part = "/fal/cdn/files/{id}/{name}/multipart/{upload}/{part}";
    let uploads = Router::new()
        .route(
            "/fal/rest/storage/upload/{id}/{name}",
            put(storage::receive),
        )
        .route("/fal/cdn/files/upload", post(storage::upload))
        .route(part, put(storage::receive_part).post(storage::join_parts))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    Router::new()
        .merge(uploads)
        .route(
            "/fal/queue/{*path}",
            post(queue::submit).get(queue::read).put(queue::cancel),
        )
        .route("/fal/run/{*path}", post(run::run))
        .route("/fal/api/v1/models", get(models::list))
        .route("/fal/rest/.well-known/jwks.json", get(webhook::keys))
        .route("/fal/rest/storage/auth/token", post(storage::token))
        .route("/fal/rest/storage/upload/initiate", post(storage::initiate))
        .route(
            "/fal/cdn/files/upload/multipart",
            post(storage::begin_parts),
        )
        .route("/fal/cdn/files/{id}/{name}", get(download))
}

async fn download(
    State(stage): State<Arc<Stage>>,
    Path((id, _name)): Path<(String, String)>,
) -> Response {
    files::download(&stage, Provider::Fal, &id).await
}

/// `Authorization: Key <id>:<secret>`, both parts present.
fn authorize(headers: &HeaderMap) -> Result<(), Problem> {
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Key "))
        .and_then(|key| key.split_once(':'));
    match key {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => Ok(()),
        Some(_) | None => Err(Problem::from(Shut::Auth)),
    }
}

/// A request body as the model's input.
fn parse_input(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::NotJson)
}

/// The words to paint, whether one prompt or several shots.
fn prompt_of(input: &Map<String, Value>) -> String {
    let one = input.get("prompt").and_then(Value::as_str);
    let shots = input.get("multi_prompt").and_then(Value::as_array);
    match (one, shots) {
        (Some(prompt), _) => prompt.to_owned(),
        (None, Some(shots)) => {
            let prompts = shots.iter().filter_map(|shot| shot.get("prompt")?.as_str());
            prompts.collect::<Vec<_>>().join(" ")
        }
        (None, None) => String::new(),
    }
}
