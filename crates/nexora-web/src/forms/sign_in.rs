//! `POST /sign-in`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexora_core::{Email, Password};
use nexora_engine::SignInError;

use super::{hosted_elsewhere, inside};
use crate::asker::with_retry_after;
use crate::body::Texts;
use crate::pages::{Door, sign_in_page};
use crate::problem::Problem;
use crate::return_to::LocalPath;
use crate::session::{Device, Visitor};
use crate::state::App;

pub(super) async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    device: Device,
    headers: HeaderMap,
    texts: Texts,
) -> Result<Response, Problem> {
    if let Some(door) = hosted_elsewhere(&app, "/sign-in") {
        return Ok(door);
    }
    app.limits().password(device.ip)?;
    // What cannot be an address is nobody's.
    let outcome = match Email::parse(texts.text("email")) {
        Ok(email) => {
            let password = Password::typed(texts.text("password"));
            app.engine().sign_in(email, password, device.device).await
        }
        Err(_) => Err(SignInError::Wrong),
    };
    let wanted = LocalPath::parse(texts.text("return_to"));
    let error = match outcome {
        Ok(signed_in) => {
            // Whoever signs in anew is done with the session they came with.
            if let Some(before) = visitor.0 {
                let (id, session) = (before.id(), before.session_id());
                app.engine().revoke_session(id, session).await?;
            }
            let path = wanted.unwrap_or_else(LocalPath::studio);
            return Ok(inside(&app, &signed_in, path.as_str(), None));
        }
        Err(SignInError::Engine(error)) => return Err(error.into()),
        Err(error) => error,
    };
    let (status, wait_seconds) = match error {
        SignInError::TooMany { wait_seconds } => {
            (StatusCode::TOO_MANY_REQUESTS, Some(wait_seconds))
        }
        SignInError::Wrong | SignInError::Engine(_) => (StatusCode::UNAUTHORIZED, None),
    };
    let door = Door {
        return_to: wanted.map(|path| path.to_string()).unwrap_or_default(),
        email: texts.text("email").chars().take(254).collect(),
        error: Some(error.to_string()),
        ..Door::default()
    };
    let page = sign_in_page(&app, &headers, &door, status);
    Ok(with_retry_after(page, wait_seconds))
}
