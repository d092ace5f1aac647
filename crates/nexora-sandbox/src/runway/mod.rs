//! Runway: tasks that are polled and deleted, ephemeral uploads. It has no webhooks.

mod models;
mod problem;
mod tasks;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};

use self::problem::Problem;
use crate::UPLOAD_BYTES_MAX;
use crate::files;
use crate::queue::Board;
use crate::script::{Provider, Shut};
use crate::stage::Stage;

/// The one version of the API that is served; every request has to name it.
const VERSION: &str = "2024-11-06";

/// What Runway remembers.
pub(crate) struct Runway {
    jobs: Board,
    uploads: uploads::Uploads,
}

impl Runway {
    pub(crate) fn new() -> Self {
        Self {
            jobs: Board::new(),
            uploads: uploads::Uploads::new(),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<Stage>> {
    let v1 = Router::new()
        .route("/text_to_video", post(tasks::from_text))
        .route("/image_to_video", post(tasks::from_picture))
        .route("/avatar_videos", post(tasks::from_speech))
        .route("/tasks/{id}", get(tasks::show).delete(tasks::remove))
        .route("/uploads", post(uploads::announce));
    let target = post(uploads::receive).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    Router::new()
        .nest("/runway/v1", v1)
        .route("/runway/storage/{id}", target)
        .route("/runway/files/{id}/{name}", get(download))
}

async fn download(
    State(stage): State<Arc<Stage>>,
    Path((id, _name)): Path<(String, String)>,
) -> Response {
    files::download(&stage, Provider::Runway, &id).await
}

/// `Authorization: Bearer <key>`, and the version of the API the caller was written for.
fn authorize(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let key = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    if key.is_none_or(str::is_empty) {
        return Err(Problem::from(Shut::Auth));
    }
    if text("x-runway-version") != Some(VERSION) {
        return Err(Problem::WrongVersion);
    }
    Ok(())
}
