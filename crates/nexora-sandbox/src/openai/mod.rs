//! `OpenAI` Images: one request, one answer with the bytes inside, or a stream of events.

mod edits;
mod generations;
mod order;
mod problem;
mod stream;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use uuid::Uuid;

use self::problem::Problem;
use crate::UPLOAD_BYTES_MAX;
use crate::stage::Stage;

/// The models that still answer; everything older was removed in the course of 2026.
const MODELS: &[&str] = &[
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
];

pub(crate) fn routes() -> Router<Arc<Stage>> {
    let v1 = Router::new()
        .route("/models", get(models))
        .route("/images/generations", post(generations::generate))
        .route(
            "/images/edits",
            post(edits::edit).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
        .layer(middleware::from_fn(tag));
    Router::new().nest("/openai/v1", v1)
}

async fn models(headers: HeaderMap) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let model = |id: &&str| json!({ "id": id, "object": "model", "created": 1_788_825_600, "owned_by": "system" });
    let models: Vec<Value> = MODELS.iter().map(model).collect();
    Ok(Json(json!({ "object": "list", "data": models })))
}

/// Every answer, error or not, carries `x-request-id`.
async fn tag(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let id = format!("req_{}", Uuid::new_v4().simple());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// `Authorization: Bearer <key>`.
fn authorize(headers: &HeaderMap) -> Result<(), Problem> {
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match key {
        Some(key) if !key.is_empty() => Ok(()),
        Some(_) | None => Err(Problem::unauthenticated()),
    }
}
