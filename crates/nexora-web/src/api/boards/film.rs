//! What leaves a board: its film in one file, and its shots with their list.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use nexora_core::BoardId;
use nexora_engine::FilmError;

use super::{found, shot_list};
use crate::asker::Asker;
use crate::body::At;
use crate::bundle::bundle;
use crate::client::Wants;
use crate::media::plain_slug;
use crate::pages;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// The approved clips as one MP4.
pub(super) async fn film(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let story = found(&app, &member.account, id).await?;
    let name = name_of(story.board.brief.title.as_str(), "mp4");
    match app.engine().film(member.id(), id).await {
        Ok(bytes) => Ok(attached(Body::from(bytes), "video/mp4", &name)),
        Err(FilmError::Join(why)) if asker.wants == Wants::Page => {
            let sentence = FilmError::Join(why).to_string();
            pages::film_page(&app, member, id, Some(&sentence)).await
        }
        Err(why) => Err(why.into()),
    }
}

/// The approved clips, all stills, and the list of the shots, as one zip.
pub(super) async fn shots(
    State(app): State<App>,
    member: Member,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let story = found(&app, &member.account, id).await?;
    let cast = app.engine().characters(member.id()).await?;
    let entries = shot_list::entries(&story, &cast);
    let name = name_of(story.board.brief.title.as_str(), "zip");
    let body = Body::from_stream(bundle(app.engine().blobs().clone(), entries));
    Ok(attached(body, "application/zip", &name))
}

/// A title has letters of any alphabet; the name of a file has plain ones.
fn name_of(title: &str, extension: &str) -> String {
    match plain_slug(title).as_str() {
        "" => format!("board.{extension}"),
        slug => format!("{slug}.{extension}"),
    }
}

fn attached(body: Body, content_type: &'static str, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let own = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(own, HeaderValue::from_static("same-origin"));
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    if let Ok(disposition) = disposition {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}
