//! Uploads of inputs: a short-lived token and one POST, a two-step PUT, or parts.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::authorize;
use super::problem::Problem;
use crate::files::{Content, File};
use crate::line::Cord;
use crate::script::{Gate, Provider};
use crate::stage::{Stage, later, rfc3339, wall};

const TOKEN: &str = "sandbox-cdn-token";
const TOKEN_SECONDS: u64 = 3_600;
/// Uploads in parts that were begun and not joined; a sandbox meets one at a time.
const UNJOINED_MAX: usize = 16;
/// All parts of one upload together.
const JOINED_BYTES_MAX: usize = 64 << 20;

/// Uploads whose parts are still arriving.
pub(super) struct Uploads(Mutex<HashMap<String, Unjoined>>);

/// One upload whose parts are still arriving.
struct Unjoined {
    content_type: String,
    parts: BTreeMap<u32, Bytes>,
}

impl Uploads {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Unjoined>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `upload/initiate` is told.
#[derive(Deserialize)]
pub(super) struct Announcement {
    file_name: Option<String>,
}

/// `POST /fal/rest/storage/auth/token`.
pub(super) async fn token(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let expires_at = later(wall(), Duration::from_secs(TOKEN_SECONDS));
    Ok(Json(json!({
        "token": TOKEN,
        "token_type": "Bearer",
        "base_url": format!("{}/fal/cdn", stage.base_url),
        "expires_at": rfc3339(expires_at),
    })))
}

/// `POST /fal/cdn/files/upload`: the bytes themselves.
pub(super) async fn upload(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    authorize_cdn(&headers)?;
    let name = text(&headers, "x-fal-file-name").unwrap_or("upload.bin");
    let id = new_id();
    store(&stage, id.clone(), content_type(&headers), body);
    Ok(Json(json!({ "access_url": file_url(&stage, &id, name) })))
}

/// `POST /fal/rest/storage/upload/initiate`: where to PUT, and where it will be found.
pub(super) async fn initiate(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    Json(announcement): Json<Announcement>,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let way = match stage.upload_gate(Provider::Fal).await {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let name = announcement
        .file_name
        .unwrap_or_else(|| "upload.bin".to_owned());
    let id = new_id();
    let path = format!("{id}/{}", plain_name(&name));
    let announced = json!({
        "upload_url": format!("{}/fal/rest/storage/upload/{path}", stage.base_url),
        "file_url": file_url(&stage, &id, &name),
    });
    Ok(cord.give(Json(announced).into_response(), way))
}

/// `PUT upload_url`. The URL itself is the permission, as with any signed upload.
pub(super) async fn receive(
    State(stage): State<Arc<Stage>>,
    Path((id, _name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if Uuid::parse_str(&id).is_err() {
        return StatusCode::FORBIDDEN;
    }
    store(&stage, id, content_type(&headers), body);
    StatusCode::OK
}

/// `POST /fal/cdn/files/upload/multipart`.
pub(super) async fn begin_parts(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize_cdn(&headers)?;
    let name = text(&headers, "x-fal-file-name").unwrap_or("upload.bin");
    let (id, upload) = (new_id(), new_id());
    let mut uploads = stage.fal.uploads.lock();
    if uploads.len() >= UNJOINED_MAX {
        return Err(Problem::Busy);
    }
    let unjoined = Unjoined {
        content_type: content_type(&headers),
        parts: BTreeMap::new(),
    };
    uploads.insert(upload.clone(), unjoined);
    let access_url = file_url(&stage, &id, name);
    Ok(Json(
        json!({ "access_url": access_url, "uploadId": upload }),
    ))
}

type PartPath = Path<(String, String, String, String)>;

/// `PUT {access_url}/multipart/{upload}/{part}`.
pub(super) async fn receive_part(
    State(stage): State<Arc<Stage>>,
    Path((_id, _name, upload, part)): PartPath,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize_cdn(&headers)?;
    let mut uploads = stage.fal.uploads.lock();
    let unjoined = uploads.get_mut(&upload).ok_or(Problem::UnknownRequest)?;
    let number = part.parse().map_err(|_| Problem::UnknownRequest)?;
    let total: usize = unjoined.parts.values().map(Bytes::len).sum();
    if total + body.len() > JOINED_BYTES_MAX {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    }
    unjoined.parts.insert(number, body);
    Ok([(header::ETAG, format!("\"part-{number}\""))].into_response())
}

/// `POST {access_url}/multipart/{upload}/complete`.
pub(super) async fn join_parts(
    State(stage): State<Arc<Stage>>,
    Path((id, _name, upload, word)): PartPath,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize_cdn(&headers)?;
    let unjoined = stage.fal.uploads.lock().remove(&upload);
    let (Some(unjoined), "complete") = (unjoined, word.as_str()) else {
        return Err(Problem::UnknownRequest);
    };
    let joined: Vec<u8> = unjoined.parts.into_values().flatten().collect();
    store(&stage, id, unjoined.content_type, joined.into());
    Ok(Json(json!({})))
}

fn authorize_cdn(headers: &HeaderMap) -> Result<(), Problem> {
    let sent = text(headers, "authorization");
    let token = sent.and_then(|value| value.strip_prefix("Bearer "));
    if token == Some(TOKEN) {
        return Ok(());
    }
    Err(Problem::Unauthenticated)
}

fn content_type(headers: &HeaderMap) -> String {
    let sent = text(headers, "content-type");
    sent.unwrap_or("application/octet-stream").to_owned()
}

fn store(stage: &Stage, id: String, content_type: String, bytes: Bytes) {
    let content = Content::Uploaded {
        bytes,
        content_type,
    };
    let file = File {
        provider: Provider::Fal,
        prompt: String::new(),
        content,
        made: Instant::now(),
    };
    stage.files.put(id, file);
}

fn file_url(stage: &Stage, id: &str, name: &str) -> String {
    format!("{}/fal/cdn/files/{id}/{}", stage.base_url, plain_name(name))
}

/// A file name that needs no escaping in a URL.
fn plain_name(name: &str) -> String {
    let plain = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => letter,
        _ => '_',
    };
    name.chars().take(100).map(plain).collect()
}

fn new_id() -> String {
    Uuid::new_v4().simple().to_string()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
