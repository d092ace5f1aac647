//! `GET /api/export`: everything we keep about a member, as a file.

use axum::extract::State;
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::asker;
use crate::problem::Problem;
use crate::session::Themselves;
use crate::state::App;

/// The name a browser saves it under.
const FILE: &str = "attachment; filename=\"nexora-export.json\"";

pub(super) async fn export(
    State(app): State<App>,
    Themselves(member): Themselves,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let kept = app.engine().export(&member.account).await?;
    let mut response = asker::json(StatusCode::OK, &kept);
    let file = HeaderValue::from_static(FILE);
    response.headers_mut().insert(CONTENT_DISPOSITION, file);
    Ok(response)
}
