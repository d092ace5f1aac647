//! Uploads of inputs: announced to the API, put into storage, read back by a public address.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::problem::{Problem, complain};
use super::{authorize, parse};
use crate::check::text_in;
use crate::files::{Content, File};
use crate::line::Cord;
use crate::script::{Gate, Provider};
use crate::stage::Stage;

/// What may be uploaded, and the ending its name gets.
const TYPES: [(&str, &str); 6] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("audio/wav", "wav"),
    ("video/mp4", "mp4"),
];
/// A tag that storage insists on, as the signature of a real address does.
const TAGGING: &str = "retention=temporary";

/// `POST /files/generate-upload-url`.
pub(super) async fn announce(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let way = match stage.upload_gate(Provider::Higgsfield).await {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let body = parse(&body)?;
    let content_type = text_in(&body, "content_type").unwrap_or_default();
    let known = TYPES.iter().find(|(known, _)| *known == content_type);
    let Some((_, ending)) = known else {
        let wrong = complain("content_type", "enum", "Unsupported content type");
        return Err(Problem::Invalid(vec![wrong]));
    };
    let id = Uuid::new_v4().simple().to_string();
    let base = &stage.base_url;
    let announced = json!({
        "public_url": format!("{base}/hf/cdn/{id}/upload.{ending}"),
        "upload_url": format!("{base}/hf/storage/{id}"),
        "content_type": content_type,
        "upload_headers": { "Content-Type": content_type, "x-amz-tagging": TAGGING },
    });
    Ok(cord.give(Json(announced).into_response(), way))
}

/// `PUT upload_url`, with exactly the headers that were given, and without a key of the API.
pub(super) async fn receive(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let is_tagged = text("x-amz-tagging") == Some(TAGGING);
    let content_type = text("content-type").unwrap_or_default();
    let is_known = TYPES.iter().any(|(known, _)| *known == content_type);
    let has_key = headers.contains_key("authorization") || headers.contains_key("hf-secret");
    if Uuid::parse_str(&id).is_err() || !is_tagged || !is_known || has_key {
        return StatusCode::FORBIDDEN;
    }
    let content = Content::Uploaded {
        bytes: body,
        content_type: content_type.to_owned(),
    };
    let file = File {
        provider: Provider::Higgsfield,
        prompt: String::new(),
        content,
        made: Instant::now(),
    };
    stage.files.put(id, file);
    StatusCode::OK
}
