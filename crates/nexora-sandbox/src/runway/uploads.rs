//! Ephemeral uploads: announced to the API, posted as a form to storage, named by `runway://`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{ConnectInfo, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::authorize;
use super::problem::{Problem, issue};
use crate::files::{Content, File};
use crate::keep::Keep;
use crate::line::Cord;
use crate::script::{Gate, Provider};
use crate::stage::Stage;

/// Uploads remembered; Runway lets them expire within a day.
const UPLOADS_MAX: usize = 200;
const SCHEME: &str = "runway://";

/// Uploads that were announced, and whether their bytes have arrived.
pub(super) struct Uploads(Mutex<Keep<bool>>);

/// What an upload is announced with.
#[derive(Deserialize)]
pub(super) struct Announcement {
    filename: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Uploads {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Keep::new(UPLOADS_MAX)))
    }

    /// Whether this address can be read: of those that name an upload, only one that has arrived.
    pub(super) fn has(&self, address: Option<&str>) -> bool {
        let upload = address.and_then(|address| address.strip_prefix(SCHEME));
        upload.is_none_or(|id| self.lock().get(id) == Some(&true))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Keep<bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `POST /v1/uploads`: where to post the file, with which fields, and how it will be called.
pub(super) async fn announce(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let way = match stage.upload_gate(Provider::Runway).await {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let announced: Announcement = serde_json::from_slice(&body).map_err(|_| Problem::NotJson)?;
    if announced.kind != "ephemeral" {
        let wrong = issue("type", "invalid_literal", "Expected `ephemeral`");
        return Err(Problem::Invalid(vec![wrong]));
    }
    let id = Uuid::new_v4().to_string();
    stage.runway.uploads.lock().put(id.clone(), false);
    let announced = json!({
        "uploadUrl": format!("{}/runway/storage/{id}", stage.base_url),
        "fields": { "key": format!("{id}/{}", announced.filename), "policy": policy(&id) },
        "runwayUri": format!("{SCHEME}{id}"),
    });
    Ok(cord.give(Json(announced).into_response(), way))
}

/// The permission to store this one file.
fn policy(id: &str) -> String {
    format!("policy-of-{id}")
}

/// `POST uploadUrl`: the fields as they were given, and the file last. The policy is the
/// permission; a key of the API is none of storage's business.
pub(super) async fn receive(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    mut parts: Multipart,
) -> StatusCode {
    let is_announced = stage.runway.uploads.lock().get(&id).is_some();
    if !is_announced || headers.contains_key("authorization") {
        return StatusCode::FORBIDDEN;
    }
    let mut is_permitted = false;
    while let Ok(Some(part)) = parts.next_field().await {
        match part.name() {
            Some("policy") => {
                is_permitted = part.text().await.is_ok_and(|text| text == policy(&id));
            }
            // As at S3, what follows the file is not read.
            Some("file") if is_permitted => {
                let content_type = part.content_type().unwrap_or("application/octet-stream");
                let content_type = content_type.to_owned();
                let Ok(bytes) = part.bytes().await else {
                    return StatusCode::BAD_REQUEST;
                };
                keep(&stage, id, content_type, bytes);
                return StatusCode::NO_CONTENT;
            }
            Some("file") => return StatusCode::FORBIDDEN,
            Some(_) | None => {}
        }
    }
    StatusCode::BAD_REQUEST
}

fn keep(stage: &Stage, id: String, content_type: String, bytes: Bytes) {
    let content = Content::Uploaded {
        bytes,
        content_type,
    };
    let file = File {
        provider: Provider::Runway,
        prompt: String::new(),
        content,
        made: Instant::now(),
    };
    stage.files.put(id.clone(), file);
    stage.runway.uploads.lock().put(id, true);
}
