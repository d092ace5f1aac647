//! `GET /api/pictures`: everything a run can begin with, brought along or made here.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use nexora_core::{Slot, Source};
use nexora_engine::Picture;
use serde_json::{Value, json};

use crate::asker::{self, Asker};
use crate::body::{Query, Texts};
use crate::client::Wants;
use crate::components::moment::rfc3339;
use crate::components::slots::{self, SHELF_MAX};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Pictures in one answer to a program.
const LISTED_MAX: u32 = 100;

/// A program gets the newest; a page gets tiles for the slot it names, either of the pictures it
/// names or of the newest.
pub(super) async fn list(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    Query(query): Query,
) -> Result<Response, Problem> {
    match asker.wants {
        Wants::Json => {
            let pictures = app.engine().pictures(member.id(), LISTED_MAX).await?;
            let items: Vec<Value> = pictures.iter().map(shape).collect();
            Ok(asker::json(StatusCode::OK, &json!({ "items": items })))
        }
        Wants::Fragment => tiles(&app, &member, &query).await,
        Wants::Page => Ok(asker::see_other(&app, "/pictures", None)),
    }
}

/// Tiles for the slot that a page names.
async fn tiles(app: &App, member: &Member, query: &Texts) -> Result<Response, Problem> {
    let slot = Slot::of_field(query.text("slot")).unwrap_or(Slot::Reference);
    let named = named(query);
    let is_named = !named.is_empty();
    let pictures = if is_named {
        app.engine().pictures_of(member.id(), named).await?
    } else {
        app.engine().pictures(member.id(), SHELF_MAX).await?
    };
    if is_named && pictures.is_empty() {
        return Err(Problem::no_such_upload());
    }
    let tiles = html! {
        @if is_named {
            @for picture in &pictures { (slots::tile(slot, picture, true)) }
        } @else {
            (slots::shelf_tiles(slot, &pictures, &[]))
        }
    };
    Ok(tiles.into_response())
}

fn named(query: &Texts) -> Vec<Source> {
    let ids = query.text("ids").split(' ').take(slots::HELD_MAX);
    ids.filter_map(|id| id.parse().ok()).collect()
}

fn shape(picture: &Picture) -> Value {
    let base = format!("/media/{}", picture.source);
    json!({
        "id": picture.source,
        "kind": picture.kind,
        "width": picture.width,
        "height": picture.height,
        "since": rfc3339(picture.since),
        "links": {
            "self": base,
            "thumbnail": picture.has_thumbnail.then(|| format!("{base}/thumb")),
        },
    })
}
