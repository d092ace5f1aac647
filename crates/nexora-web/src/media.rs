//! `/media/…`: a member's own files, whole or in part, straight from the store.

mod inputs;
mod name;
mod range;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use nexora_core::{Asset, AssetId, CharacterId, Source, Upload, UploadId};
use nexora_store::BlobError;
use nexora_store::blobs::Found;

use crate::body::At;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;
pub(crate) use name::plain_slug;
use range::{Part, Wanted};

/// The bytes under a key never change. A year is the longest that means anything.
const FOREVER: &str = "private, max-age=31536000, immutable";
/// Somebody else's bytes must not be able to do anything, even when opened on their own.
const POLICY: &str = "default-src 'none'; sandbox";
/// What stills are, by the engine's own making.
const STILL_TYPE: &str = "image/jpeg";

/// Every file's address.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/media/{id}", get(whole))
        .route("/media/{id}/poster", get(poster))
        .route("/media/{id}/thumb", get(thumbnail))
        .route("/media/{id}/face", get(face))
        .route("/media/{id}/download", get(download))
        .route("/media/{id}/inputs/{n}", get(inputs::whole))
        .route("/media/{id}/inputs/{n}/thumb", get(inputs::thumbnail))
}

/// One file to be served.
struct File {
    key: String,
    content_type: String,
    size: Option<u64>,
    disposition: Option<HeaderValue>,
}

async fn whole(
    State(app): State<App>,
    member: Member,
    At(source): At<Source>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = match source {
        Source::Asset(id) => File::whole(owned(&app, &member, id).await?),
        Source::Upload(id) => File::uploaded(brought(&app, &member, id).await?),
    };
    serve(&app, file, &headers).await
}

async fn poster(
    State(app): State<App>,
    member: Member,
    At(id): At<AssetId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = owned(&app, &member, id).await?;
    serve(&app, File::still(asset.poster_key)?, &headers).await
}

async fn thumbnail(
    State(app): State<App>,
    member: Member,
    At(source): At<Source>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = match source {
        Source::Asset(id) => owned(&app, &member, id).await?.thumbnail_key,
        Source::Upload(id) => Some(brought(&app, &member, id).await?.thumbnail_key),
    };
    serve(&app, File::still(key)?, &headers).await
}

/// The first of the pictures a character was made from.
async fn face(
    State(app): State<App>,
    member: Member,
    At(id): At<CharacterId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let faces = app.engine().faces(member.id(), id).await?;
    let first = faces.into_iter().next();
    serve(
        &app,
        File::still(first.map(|face| face.thumbnail_key))?,
        &headers,
    )
    .await
}

async fn download(
    State(app): State<App>,
    member: Member,
    At(id): At<AssetId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = owned(&app, &member, id).await?;
    let run = app.engine().run(member.id(), asset.generation).await?;
    let run = run.ok_or_else(Problem::no_such_file)?;
    let disposition = name::attachment(&asset, &run.generation.order);
    let file = File {
        disposition,
        ..File::whole(asset)
    };
    serve(&app, file, &headers).await
}

async fn owned(app: &App, member: &Member, id: AssetId) -> Result<Asset, Problem> {
    let asset = app.engine().asset(member.id(), id).await?;
    asset.ok_or_else(Problem::no_such_file)
}

async fn brought(app: &App, member: &Member, id: UploadId) -> Result<Upload, Problem> {
    let upload = app.engine().upload(member.id(), id).await?;
    upload.ok_or_else(Problem::no_such_file)
}

impl File {
    fn uploaded(upload: Upload) -> Self {
        Self {
            key: upload.key,
            content_type: upload.content_type,
            size: Some(upload.size_bytes),
            disposition: None,
        }
    }

    fn whole(asset: Asset) -> Self {
        Self {
            key: asset.key,
            content_type: asset.content_type,
            size: Some(asset.size_bytes),
            disposition: None,
        }
    }

    fn still(key: Option<String>) -> Result<Self, Problem> {
        Ok(Self {
            key: key.ok_or_else(Problem::no_such_file)?,
            content_type: STILL_TYPE.to_owned(),
            size: None,
            disposition: None,
        })
    }

    /// The name of the file in the store is the hash of its bytes.
    fn etag(&self) -> String {
        let name = self.key.rsplit('/').next().unwrap_or(&self.key);
        format!("\"{}\"", name.split('.').next().unwrap_or(name))
    }
}

async fn serve(app: &App, file: File, asked: &HeaderMap) -> Result<Response, Problem> {
    let etag = file.etag();
    if range::is_known(asked, &etag) {
        return Ok(dressed(
            StatusCode::NOT_MODIFIED.into_response(),
            &file,
            &etag,
        ));
    }
    let size = match file.size {
        Some(size) => size,
        None => found(app.engine().blobs().size(&file.key).await)?,
    };
    match range::wanted(asked, size, &etag) {
        Wanted::Whole => {
            let all = found(app.engine().blobs().get(&file.key).await)?;
            let length = all.size;
            let response = with_header(streamed(all), CONTENT_LENGTH, &length.to_string());
            Ok(dressed(response, &file, &etag))
        }
        Wanted::Part(part) => {
            let bytes = app
                .engine()
                .blobs()
                .get_range(&file.key, part.range())
                .await;
            let mut response = streamed(found(bytes)?);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let response = with_header(response, CONTENT_LENGTH, &part.length().to_string());
            let response = with_header(response, CONTENT_RANGE, &part.content_range(size));
            Ok(dressed(response, &file, &etag))
        }
        Wanted::Nothing => {
            let response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            let response = with_header(response, CONTENT_RANGE, &Part::none(size));
            Ok(dressed(response, &file, &etag))
        }
    }
}

/// A file with a row but without bytes was deleted a moment ago, or lost; either way it is not
/// there.
fn found<T>(outcome: Result<Option<T>, BlobError>) -> Result<T, Problem> {
    match outcome {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Problem::no_such_file()),
        Err(trouble) => {
            tracing::error!("a file could not be read: {trouble}");
            Err(Problem::media_away())
        }
    }
}

fn streamed(found: Found) -> Response {
    Body::from_stream(found.bytes).into_response()
}

fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn dressed(response: Response, file: &File, etag: &str) -> Response {
    let response = with_header(response, CONTENT_TYPE, &file.content_type);
    let mut response = with_header(response, ETAG, etag);
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let own = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(own, HeaderValue::from_static("same-origin"));
    if let Some(disposition) = &file.disposition {
        headers.insert(CONTENT_DISPOSITION, disposition.clone());
    }
    response
}
