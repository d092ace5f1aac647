//! `/healthz`: the process lives. `/readyz`: it can work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::state::App;

pub(crate) async fn healthz() -> &'static str {
    "alive\n"
}

/// Whether the database answers and has the shape this version knows.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let store = app.engine().store();
    let is_away = store.ping().await.is_err();
    let why_not = match store.pending_migrations().await {
        _ if app.tasks().is_stopping() => Some("stopping\n"),
        _ if is_away => Some("the database does not answer\n"),
        Ok(pending) if pending.is_empty() => None,
        Ok(_) => Some("migrations are not applied\n"),
        Err(_) => Some("the database does not answer\n"),
    };
    match why_not {
        None => "ready\n".into_response(),
        Some(why_not) => (StatusCode::SERVICE_UNAVAILABLE, why_not).into_response(),
    }
}
