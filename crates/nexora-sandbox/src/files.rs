//! What stands behind a file's URL: a wish painted on the first download, or uploaded bytes.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::time::Instant;
use uuid::Uuid;

use crate::queue::RETENTION_SECONDS;
use crate::script::{Fault, Moment, Provider, Script};
use crate::shelf::{Piece, Shelf};
use crate::stage::Stage;

/// Files remembered, uploads included.
const FILES_MAX: usize = 10_000;
/// Uploaded bytes kept; the oldest uploads go first.
const UPLOAD_BYTES_MAX: usize = 64 << 20;
/// An endless download ends here after all, should a client really read it.
const ENDLESS_BYTES_MAX: usize = 2 << 30;
const ENDLESS_CHUNK_BYTES: usize = 64 << 10;
/// Between the first half of a broken download and the break.
const BREAK_MS: u64 = 50;
/// What `[sandbox:wrongtype]` sends instead of a picture.
pub(crate) const WEB_PAGE: &[u8] =
    b"<!doctype html><title>Sign in</title><p>Please sign in to see this file.";

/// The files of all providers.
pub(crate) struct Files {
    known: Mutex<Known>,
    pub(crate) shelf: Shelf,
}

struct Known {
    by_id: HashMap<String, File>,
    order: VecDeque<String>,
    upload_bytes: usize,
}

/// One file.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) provider: Provider,
    /// The prompt with its magic words; empty for an upload.
    pub(crate) prompt: String,
    pub(crate) content: Content,
    pub(crate) made: Instant,
}

/// What a file consists of.
#[derive(Clone)]
pub(crate) enum Content {
    Painted(Piece),
    /// All black: what a safety checker leaves of a picture.
    Black {
        width: u32,
        height: u32,
    },
    Uploaded {
        bytes: Bytes,
        content_type: String,
    },
}

impl Files {
    pub(crate) fn new() -> Self {
        Self {
            known: Mutex::new(Known {
                by_id: HashMap::new(),
                order: VecDeque::new(),
                upload_bytes: 0,
            }),
            shelf: Shelf::new(),
        }
    }

    /// Remembers a file under a new unguessable id.
    pub(crate) fn keep(&self, file: File) -> String {
        let id = Uuid::new_v4().simple().to_string();
        self.put(id.clone(), file);
        id
    }

    /// Remembers a file under this id, in place of what was there.
    pub(crate) fn put(&self, id: String, file: File) {
        let mut known = self.lock();
        known.forget(&id);
        known.upload_bytes += file.content.uploaded_bytes();
        known.order.push_back(id.clone());
        known.by_id.insert(id, file);
        while (known.order.len() > FILES_MAX || known.upload_bytes > UPLOAD_BYTES_MAX)
            && let Some(oldest) = known.order.front().cloned()
        {
            known.forget(&oldest);
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<File> {
        self.lock().by_id.get(id).cloned()
    }

    pub(crate) fn forget(&self, id: &str) {
        self.lock().forget(id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn forget(&mut self, id: &str) {
        if let Some(file) = self.by_id.remove(id) {
            self.upload_bytes -= file.content.uploaded_bytes();
            self.order.retain(|known| known != id);
        }
    }
}

impl File {
    fn is_gone(&self, script: &Script) -> bool {
        match self.content {
            Content::Uploaded { .. } => false,
            Content::Painted(_) | Content::Black { .. } => {
                let old = self.made.elapsed() > Duration::from_secs(RETENTION_SECONDS);
                old || script.expired(self.made)
            }
        }
    }
}

impl Content {
    fn uploaded_bytes(&self) -> usize {
        match self {
            Self::Uploaded { bytes, .. } => bytes.len(),
            Self::Painted(_) | Self::Black { .. } => 0,
        }
    }
}

/// Answers a download.
pub(crate) async fn download(stage: &Stage, provider: Provider, id: &str) -> Response {
    let Some(file) = stage.files.find(id) else {
        return gone(provider);
    };
    let faults = stage.script.draw(provider, Moment::Download, &file.prompt);
    let fault = faults.first().copied();
    if file.provider != provider || file.is_gone(&stage.script) || fault == Some(Fault::Expired) {
        return gone(provider);
    }
    if fault == Some(Fault::Down) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some((bytes, content_type)) = read(stage, file.content).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match fault {
        Some(Fault::WrongType) => send(&content_type, Body::from(WEB_PAGE)),
        Some(Fault::OddType) => send("application/octet-stream", Body::from(bytes)),
        Some(Fault::Huge) => send(&content_type, endless(stage, bytes)),
        Some(Fault::Lost) => send_half(&content_type, bytes),
        Some(_) | None => send(&content_type, Body::from(bytes)),
    }
}

/// A body that begins with these bytes and goes on until the reader leaves or the sandbox stops.
pub(crate) fn endless(stage: &Stage, start: Bytes) -> Body {
    let filler = Bytes::from(vec![b'A'; ENDLESS_CHUNK_BYTES]);
    let chunks = ENDLESS_BYTES_MAX / ENDLESS_CHUNK_BYTES;
    let rest = stream::repeat(filler).take(chunks);
    let all = stream::iter([start]).chain(rest).map(Ok::<_, io::Error>);
    Body::from_stream(all.take_until(stage.closing.clone().cancelled_owned()))
}

/// The bytes of a file and their media type.
async fn read(stage: &Stage, content: Content) -> Option<(Bytes, String)> {
    match content {
        Content::Painted(piece) => {
            let painted = stage.files.shelf.paint(piece).await?;
            Some((painted.bytes, painted.content_type.to_owned()))
        }
        Content::Black { width, height } => Some((black(width, height)?, "image/png".to_owned())),
        Content::Uploaded {
            bytes,
            content_type,
        } => Some((bytes, content_type)),
    }
}

fn black(width: u32, height: u32) -> Option<Bytes> {
    let picture = image::RgbImage::new(width, height);
    let mut png = io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).ok()?;
    Some(png.into_inner().into())
}

fn gone(provider: Provider) -> Response {
    match provider {
        Provider::Fal => (StatusCode::NOT_FOUND, "File not found").into_response(),
        // Not observed; a bucket that expires its objects answers like this.
        Provider::Replicate
        | Provider::OpenAi
        | Provider::Runway
        | Provider::Higgsfield
        | Provider::Clerk
        | Provider::Lemon => (StatusCode::FORBIDDEN, "Access denied").into_response(),
    }
}

fn send(content_type: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

/// Promises all bytes, sends half of them, and breaks.
fn send_half(content_type: &str, bytes: Bytes) -> Response {
    let length = HeaderValue::from(bytes.len());
    let half = stream::iter([Ok(bytes.slice(..bytes.len() / 2))]);
    let breaking = stream::once(async {
        // Without a pause the server would break before the first half has left.
        tokio::time::sleep(Duration::from_millis(BREAK_MS)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    let mut response = send(content_type, Body::from_stream(half.chain(breaking)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length);
    response
}
