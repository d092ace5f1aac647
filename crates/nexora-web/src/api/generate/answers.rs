//! Starts what was ordered and says so: in JSON, as a card, or on the studio page.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use nexora_core::Order;
use nexora_engine::{Run, StartKey, Started};
use serde_json::json;

use super::Home;
use crate::api::shapes;
use crate::asker::{self, Asker};
use crate::client::Wants;
use crate::components::card::card;
use crate::flash::Flash;
use crate::pages;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

impl Home {
    const fn path(self) -> &'static str {
        match self {
            Self::Studio => "/studio",
            Self::Director => "/director/shot",
        }
    }
}

/// Starts an order.
pub(in crate::api) async fn start(
    app: &App,
    member: &Member,
    asker: &Asker,
    order: Order,
    key: Option<StartKey>,
    home: Home,
) -> Result<Response, Problem> {
    let started = app.engine().start(&member.account, order, key).await?;
    match asker.wants {
        Wants::Json => Ok(as_json(&started)),
        Wants::Fragment => Ok(as_card(app, &started)),
        Wants::Page => {
            let flash = if started.replayed {
                Flash::AlreadyStarted
            } else {
                Flash::Started
            };
            // Without a fragment: a page with one in its address cannot reload itself.
            Ok(asker::see_other(app, home.path(), Some(flash)))
        }
    }
}

fn as_json(started: &Started) -> Response {
    let run = just_started(started);
    let it = &run.generation;
    let body = json!({
        "id": it.id,
        "state": it.state.slug(),
        "credits": it.quote.credits,
        "balance": {
            "available": started.balance.available(),
            "held": started.balance.held,
        },
        "links": shapes::links(&run),
    });
    let mut response = asker::json(StatusCode::ACCEPTED, &body);
    let headers = response.headers_mut();
    if let Ok(here) = HeaderValue::try_from(format!("/api/generations/{}", it.id)) {
        headers.insert(LOCATION, here);
    }
    if started.replayed {
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// A card to put in front of the feed; for an order that runs already its card is there, so only
/// a word about it.
fn as_card(app: &App, started: &Started) -> Response {
    if started.replayed {
        let mut nothing = StatusCode::ACCEPTED.into_response();
        let headers = nothing.headers_mut();
        headers.insert("hx-reswap", HeaderValue::from_static("none"));
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        let toasted = asker::with_toast(nothing, &Flash::AlreadyStarted.notice().text);
        return asker::with_credits(toasted, started.balance);
    }
    let run = just_started(started);
    let markup = card(&pages::view(app, &run, app.engine().now()));
    let response = (StatusCode::ACCEPTED, markup).into_response();
    asker::with_credits(response, started.balance)
}

fn just_started(started: &Started) -> Run {
    Run {
        generation: started.generation.clone(),
        assets: Vec::new(),
        place: None,
    }
}
