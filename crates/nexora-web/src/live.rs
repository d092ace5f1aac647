//! `GET /live`: one stream per open page, on which cards and balances arrive as they change.
//!
//! A change carries an id, never state: what is sent is read at that moment. A card goes out
//! without an event name, which the browser's extension swaps into the page, and so does what
//! surrounds every page's matter; `credits`, `toast` and `refresh` are named events for `app.js`,
//! and `billing` makes the parts of a page that show purchases ask for themselves again.

mod chrome;
mod line;
mod places;

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use nexora_core::Timestamp;

pub(crate) use chrome::stamp;
pub(crate) use places::Lines;

use crate::body::Query;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;
use line::Line;

/// Proxies close what is silent for a minute; this is well below.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What a page knows already.
#[derive(Clone, Debug)]
struct Seen {
    /// The stamp of what it was drawn from.
    drawn: Option<String>,
    /// When the last change happened that it was told of.
    until: Option<Timestamp>,
}

pub(crate) async fn live(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let place = app.lines().take(member.id())?;
    let drawn = Some(query.text("drawn").to_owned()).filter(|stamp| !stamp.is_empty());
    let until = last_seen(&headers);
    let line = Line::open(app, member, place, Seen { drawn, until });
    let kept_alive = Sse::new(line.messages()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let mut response = kept_alive.into_response();
    let headers = response.headers_mut();
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    // nginx would hold messages back until its buffer is full.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// When the last change happened that the page has seen: the id of the last message it got.
fn last_seen(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get("last-event-id")?.to_str().ok()?;
    text.parse().ok().map(Timestamp::from_ms)
}
