//! Higgsfield: requests that are polled or announced by Standard Webhooks, characters that are
//! trained, and the older protocol of job sets.
//!
//! It lives below `/hf`: the ids of its models begin with its name.

mod characters;
mod job_sets;
mod models;
mod motions;
mod problem;
mod requests;
mod uploads;
mod view;
mod webhook;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Map, Value};

use self::problem::Problem;
use crate::UPLOAD_BYTES_MAX;
use crate::files;
use crate::queue::Board;
use crate::script::{Provider, Shut};
use crate::stage::Stage;

pub(crate) use webhook::SECRET as WEBHOOK_SECRET;

/// What Higgsfield remembers.
pub(crate) struct Higgsfield {
    /// Requests of both protocols.
    jobs: Board,
    /// Characters are trained like anything else is made: it takes a while and may fail.
    characters: Board,
}

impl Higgsfield {
    pub(crate) fn new() -> Self {
        Self {
            jobs: Board::new(),
            characters: Board::new(),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<Stage>> {
    let v1 = Router::new()
        .route("/custom-references", post(characters::create))
        .route("/custom-references/list", get(characters::list))
        .route(
            "/custom-references/{id}",
            get(characters::show).delete(characters::remove),
        )
        .route("/motions", get(list_motions))
        .route("/image2video/dop", post(job_sets::create))
        .route("/job-sets/{id}", get(job_sets::show));
    Router::new()
        .nest("/hf/v1", v1)
        .route("/hf/requests/{id}/status", get(requests::show))
        .route("/hf/requests/{id}/cancel", post(requests::cancel))
        .route("/hf/files/generate-upload-url", post(uploads::announce))
        .route(
            "/hf/storage/{id}",
            put(uploads::receive).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
        .route("/hf/cdn/{id}/{name}", get(download))
        .route("/hf/{*model}", post(requests::submit))
}

async fn download(
    State(stage): State<Arc<Stage>>,
    Path((id, _name)): Path<(String, String)>,
) -> Response {
    files::download(&stage, Provider::Higgsfield, &id).await
}

/// `GET /v1/motions`.
async fn list_motions(headers: HeaderMap) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    Ok(Json(motions::list()))
}

/// `Authorization: Key <id>:<secret>`, or the two headers of the older protocol.
fn authorize(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let key = text(header::AUTHORIZATION.as_str())
        .and_then(|value| value.strip_prefix("Key "))
        .and_then(|key| key.split_once(':'));
    let older = text("hf-api-key").zip(text("hf-secret"));
    match key.or(older) {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => Ok(()),
        Some(_) | None => Err(Problem::from(Shut::Auth)),
    }
}

/// A request body as a JSON object.
fn parse(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::NotJson)
}
