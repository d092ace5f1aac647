//! `/api/uploads`: pictures that members bring along for runs to begin with.

use axum::extract::{FromRequest, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use nexora_core::{Slot, Upload, UploadId};
use nexora_engine::{Picture, UPLOAD_BYTES_MAX, UploadRoom};
use serde_json::{Value, json};
use url::Url;

use crate::api::shapes;
use crate::arrival;
use crate::asker::{self, Asker};
use crate::body::{At, Query, Texts};
use crate::client::Wants;
use crate::components::moment::rfc3339;
use crate::components::slots;
use crate::flash::Flash;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Takes a picture in: the body itself, a file of a form, or what is at an address.
pub(super) async fn take(
    State(app): State<App>,
    member: Member,
    Query(query): Query,
    asker: Asker,
    sent: Request,
) -> Result<Response, Problem> {
    let upload = match arrival::boundary(sent.headers()) {
        Some(boundary) => {
            let form = (sent.into_body(), boundary);
            let form = arrival::form(&app, member.id(), form, 1).await?;
            match form.pictures.into_iter().next() {
                Some((_, taken)) => taken?,
                None => fetched(&app, &member, &form.texts).await?,
            }
        }
        None if names_an_address(sent.headers()) => {
            let texts = Texts::from_request(sent, &app).await?;
            fetched(&app, &member, &texts).await?
        }
        None => arrival::whole(&app, member.id(), sent.into_body()).await?,
    };
    match asker.wants {
        Wants::Json => Ok(as_json(&upload)),
        Wants::Fragment => Ok(as_tile(&upload, &query)),
        Wants::Page => Ok(asker::see_other(
            &app,
            "/pictures",
            Some(Flash::PictureKept),
        )),
    }
}

/// Whether the body is JSON or a plain form, and so no picture.
fn names_an_address(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|it| it.to_str().ok());
    kind.is_some_and(|kind| {
        kind.starts_with("application/json")
            || kind.starts_with("application/x-www-form-urlencoded")
    })
}

async fn fetched(app: &App, member: &Member, texts: &Texts) -> Result<Upload, Problem> {
    let text = texts.text("url").trim();
    if text.is_empty() {
        return Err(Problem::no_picture());
    }
    app.limits().errand(member.id())?;
    let wrong = |_| Problem::invalid_field("url", "This is no web address. Begin with https://");
    let place: Url = text.parse().map_err(wrong)?;
    Ok(app.engine().take_upload_from(member.id(), &place).await?)
}

fn as_json(upload: &Upload) -> Response {
    let mut response = asker::json(StatusCode::CREATED, &shape(upload));
    if let Ok(here) = HeaderValue::try_from(format!("/api/uploads/{}", upload.id)) {
        response.headers_mut().insert(LOCATION, here);
    }
    response
}

/// A tile for the slot that the page names.
fn as_tile(upload: &Upload, query: &Texts) -> Response {
    let slot = Slot::of_field(query.text("slot")).unwrap_or(Slot::Reference);
    let tile = slots::tile(slot, &Picture::of_upload(upload), true);
    (StatusCode::CREATED, tile).into_response()
}

pub(super) async fn list(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    let room = app.engine().upload_room();
    let uploads = app.engine().uploads(member.id(), room.count_max).await?;
    let body = json!({
        "items": uploads.iter().map(shape).collect::<Vec<_>>(),
        "room": room_of(room, &uploads),
        "limits": limits(),
    });
    Ok(asker::json(StatusCode::OK, &body))
}

pub(super) async fn one(
    State(app): State<App>,
    member: Member,
    At(id): At<UploadId>,
) -> Result<Response, Problem> {
    let upload = app.engine().upload(member.id(), id).await?;
    let upload = upload.ok_or_else(Problem::no_such_upload)?;
    Ok(asker::json(StatusCode::OK, &shape(&upload)))
}

pub(super) async fn delete(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<UploadId>,
) -> Result<Response, Problem> {
    if !app.engine().delete_upload(member.id(), id).await? {
        return Err(Problem::no_such_upload());
    }
    match asker.wants {
        Wants::Page => Ok(asker::see_other(
            &app,
            "/pictures",
            Some(Flash::PictureDeleted),
        )),
        // An empty fragment takes the place of what was deleted.
        Wants::Fragment => Ok(StatusCode::OK.into_response()),
        Wants::Json => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// What files are taken, for programs; `/api/models` says it too.
pub(super) fn limits() -> Value {
    json!({ "content_types": slots::FILE_TYPES, "bytes_max": UPLOAD_BYTES_MAX })
}

fn room_of(room: UploadRoom, uploads: &[Upload]) -> Value {
    json!({
        "count": uploads.len(),
        "count_max": room.count_max,
        "bytes": uploads.iter().map(|upload| upload.size_bytes).sum::<u64>(),
        "bytes_max": room.bytes_max,
        "kept_seconds": room.kept.as_secs(),
    })
}

fn shape(upload: &Upload) -> Value {
    let base = format!("/media/{}", upload.id);
    json!({
        "id": upload.id,
        "content_type": upload.content_type,
        "width": upload.width,
        "height": upload.height,
        "size_bytes": upload.size_bytes,
        "created_at": rfc3339(upload.created_at),
        "expires_at": shapes::moment(upload.expires_at),
        "links": {
            "self": base,
            "thumbnail": format!("{base}/thumb"),
            "delete": format!("/api/uploads/{}", upload.id),
        },
    })
}
