//! Signing out, here and elsewhere.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use nexora_core::SessionId;

use crate::asker::see_other;
use crate::body::At;
use crate::flash::Flash;
use crate::problem::Problem;
use crate::session::{self, Member, Visitor};
use crate::state::App;

/// Ends this session. Signing out twice is as good as once.
pub(super) async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    if let Some(member) = visitor.0 {
        let (id, session) = (member.id(), member.session_id());
        app.engine().revoke_session(id, session).await?;
    }
    let mut response = see_other(&app, "/", Some(Flash::SignedOut));
    if let Some(cookie) = session::signed_out(app.config().is_https()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends another session.
pub(super) async fn revoke(
    State(app): State<App>,
    member: Member,
    At(id): At<SessionId>,
) -> Result<Response, Problem> {
    if app.engine().revoke_session(member.id(), id).await? {
        let flash = Some(Flash::SessionEnded);
        Ok(see_other(&app, "/profile#sessions", flash))
    } else {
        Err(Problem::no_such_session())
    }
}

/// Ends every session but this one.
pub(super) async fn revoke_others(
    State(app): State<App>,
    member: Member,
) -> Result<Response, Problem> {
    let (id, keep) = (member.id(), member.session_id());
    app.engine().revoke_other_sessions(id, keep).await?;
    let flash = Some(Flash::OthersEnded);
    Ok(see_other(&app, "/profile#sessions", flash))
}
