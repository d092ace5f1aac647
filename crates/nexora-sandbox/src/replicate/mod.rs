//! Replicate: predictions that are polled, waited for or announced by Standard Webhooks.

mod files;
mod model;
mod predictions;
mod problem;
mod stream;
mod view;
mod webhook;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use uuid::Uuid;

use self::problem::Problem;
use crate::UPLOAD_BYTES_MAX;
use crate::queue::Board;
use crate::script::Provider;
use crate::stage::Stage;

/// What Replicate remembers.
pub(crate) struct Replicate {
    jobs: Board,
    uploads: files::Uploads,
    /// The key of all webhook signatures.
    secret: Vec<u8>,
}

impl Replicate {
    pub(crate) fn new() -> Self {
        let (left, right) = (Uuid::new_v4(), Uuid::new_v4());
        Self {
            jobs: Board::new(),
            uploads: files::Uploads::new(),
            secret: [left.into_bytes(), right.into_bytes()].concat(),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<Stage>> {
    let v1 = Router::new()
        .route("/account", get(account))
        .route("/models/{owner}/{name}", get(model::show))
        .route(
            "/models/{owner}/{name}/predictions",
            post(predictions::create_by_model),
        )
        .route(
            "/predictions",
            post(predictions::create_by_version).get(predictions::list),
        )
        .route("/predictions/{id}", get(predictions::show))
        .route("/predictions/{id}/cancel", post(predictions::cancel))
        .route(
            "/files",
            post(files::upload).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
        .route("/files/{id}", get(files::show).delete(files::remove))
        .route("/webhooks/default/secret", get(webhook::secret));
    Router::new()
        .nest("/replicate/v1", v1)
        .route("/replicate/stream/{id}", get(stream::follow))
        .route("/replicate/delivery/{id}/{name}", get(download))
}

async fn download(
    State(stage): State<Arc<Stage>>,
    Path((id, _name)): Path<(String, String)>,
) -> Response {
    crate::files::download(&stage, Provider::Replicate, &id).await
}

async fn account(headers: HeaderMap) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    Ok(Json(json!({
        "type": "organization",
        "username": "sandbox",
        "name": "Sandbox",
        "github_url": null,
    })))
}

/// `Authorization: Bearer <token>`; old clients say `Token`.
fn authorize(headers: &HeaderMap) -> Result<(), Problem> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            value
                .strip_prefix("Bearer ")
                .or(value.strip_prefix("Token "))
        });
    match token {
        Some(token) if !token.is_empty() => Ok(()),
        Some(_) | None => Err(Problem::Unauthenticated),
    }
}
