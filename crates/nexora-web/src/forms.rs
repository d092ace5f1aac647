//! Forms that are pages' own: signing in and out, and the profile.

mod leave;
mod profile;
mod sessions;
mod sign_in;
mod sign_up;

use axum::Router;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use axum::routing::post;
use nexora_engine::SignedIn;

use crate::asker::see_other;
use crate::config::Identity;
use crate::flash::Flash;
use crate::session;
use crate::state::App;

/// Every form's address.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", post(sign_in::sign_in))
        .route("/sign-up", post(sign_up::sign_up))
        .route("/sign-out", post(sessions::sign_out))
        .route("/profile/name", post(profile::rename))
        .route("/profile/delete", post(leave::leave))
        .route("/profile/password", post(profile::change_password))
        .route("/profile/sessions/{id}/revoke", post(sessions::revoke))
        .route(
            "/profile/sessions/revoke-others",
            post(sessions::revoke_others),
        )
}

/// Back to the door, if it is not our form that opens it: the page was drawn by a studio with
/// accounts of its own, or by nobody.
fn hosted_elsewhere(app: &App, door: &str) -> Option<Response> {
    match app.config().identity {
        Identity::Local => None,
        Identity::Clerk(_) => Some(see_other(app, door, None)),
    }
}

/// On to `path` with a fresh session.
fn inside(app: &App, signed_in: &SignedIn, path: &str, flash: Option<Flash>) -> Response {
    let mut response = see_other(app, path, flash);
    let secure = app.config().is_https();
    if let Some(cookie) = session::signed_in(&signed_in.token, signed_in.life, secure) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
