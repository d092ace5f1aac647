//! Replicate's files API for inputs.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::authorize;
use super::problem::{Flaw, Problem};
use crate::files::{Content, File};
use crate::line::Cord;
use crate::script::{Gate, Provider};
use crate::stage::{Stage, later, rfc3339, wall};

/// Uploads listed; older ones are forgotten.
const UPLOADS_MAX: usize = 200;
/// Replicate keeps an uploaded file for a day.
const KEPT_SECONDS: u64 = 24 * 3_600;

/// What is known of each upload.
pub(super) struct Uploads(Mutex<Listed>);

struct Listed {
    by_id: HashMap<String, Value>,
    order: VecDeque<String>,
}

/// The parts of an upload.
struct Upload {
    name: String,
    content_type: String,
    bytes: Bytes,
    metadata: Value,
}

impl Uploads {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Listed {
            by_id: HashMap::new(),
            order: VecDeque::new(),
        }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Listed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `POST /v1/files`, multipart with `content` and perhaps `metadata`.
pub(super) async fn upload(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    parts: Multipart,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let way = match stage.upload_gate(Provider::Replicate).await {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let missing = || Problem::Invalid(vec![Flaw::missing("", "content")]);
    let upload = read_parts(parts).await.ok_or_else(missing)?;
    let id = stage.files.keep(File {
        provider: Provider::Replicate,
        prompt: String::new(),
        content: Content::Uploaded {
            bytes: upload.bytes.clone(),
            content_type: upload.content_type.clone(),
        },
        made: Instant::now(),
    });
    let listing = listing(&stage, &id, upload);
    let mut listed = stage.replicate.uploads.lock();
    if listed.order.len() == UPLOADS_MAX
        && let Some(oldest) = listed.order.pop_front()
    {
        listed.by_id.remove(&oldest);
    }
    listed.order.push_back(id.clone());
    listed.by_id.insert(id, listing.clone());
    Ok(cord.give((StatusCode::CREATED, Json(listing)).into_response(), way))
}

/// `GET /v1/files/{id}`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let listed = stage.replicate.uploads.lock();
    let listing = listed.by_id.get(&id).ok_or(Problem::NotFound)?;
    Ok(Json(listing.clone()))
}

/// `DELETE /v1/files/{id}`.
pub(super) async fn remove(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    authorize(&headers)?;
    let mut listed = stage.replicate.uploads.lock();
    listed.by_id.remove(&id).ok_or(Problem::NotFound)?;
    listed.order.retain(|known| *known != id);
    stage.files.forget(&id);
    Ok(StatusCode::NO_CONTENT)
}

async fn read_parts(mut parts: Multipart) -> Option<Upload> {
    let mut upload = None;
    let mut metadata = json!({});
    while let Ok(Some(part)) = parts.next_field().await {
        match part.name() {
            Some("content") => {
                let name = part.file_name().unwrap_or("file").to_owned();
                let content_type = part.content_type().unwrap_or("application/octet-stream");
                upload = Some(Upload {
                    name,
                    content_type: content_type.to_owned(),
                    bytes: part.bytes().await.ok()?,
                    metadata: Value::Null,
                });
            }
            Some("metadata") => {
                metadata = serde_json::from_slice(&part.bytes().await.ok()?).ok()?;
            }
            Some(_) | None => {}
        }
    }
    upload.map(|upload| Upload { metadata, ..upload })
}

fn listing(stage: &Stage, id: &str, upload: Upload) -> Value {
    let sha256 = hex::encode(Sha256::digest(&upload.bytes));
    let expires_at = later(wall(), Duration::from_secs(KEPT_SECONDS));
    json!({
        "id": id,
        "name": upload.name,
        "content_type": upload.content_type,
        "size": upload.bytes.len(),
        "etag": sha256,
        "checksums": { "sha256": sha256 },
        "metadata": upload.metadata,
        "created_at": rfc3339(wall()),
        "expires_at": rfc3339(expires_at),
        "urls": { "get": format!("{}/replicate/v1/files/{id}", stage.base_url) },
    })
}
