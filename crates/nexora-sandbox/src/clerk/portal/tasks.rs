//! `/clerk/sign-in/tasks`: what is left to do before somebody is signed in. Here, a click.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::html;

use super::{Visit, leave, visitor};
use crate::stage::Stage;

/// The only task there is.
pub(in crate::clerk) async fn show(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Query(visit): Query<Visit>,
) -> Response {
    let card = html! {
        p { "Clerk asks here for what its operator wants to know, for example a second factor." }
        form method="post" action="/clerk/sign-in/tasks" {
            input type="hidden" name="redirect_url" value=(visit.redirect_url);
            button.main type="submit" { "Done" }
        }
    };
    let key = visitor(&stage, &headers).client.key;
    super::show(&key, StatusCode::OK, "One more thing", card)
}

/// Back to the application, where the next handshake brings an active session.
pub(in crate::clerk) async fn submit(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let key = visitor(&stage, &headers).client.key;
    leave(&stage, &key, &visit.redirect_url)
}
