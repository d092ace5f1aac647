//! Signing out, here and elsewhere.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use nexora_core::SessionId;

use crate::asker::see_other;
use crate::body::At;
use crate::flash::Flash;
use crate::identity;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Ends this session. Signing out twice is as good as once.
pub(super) async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let out = identity::sign_out(&app, &headers).await?;
    let flash = if out.is_known_there {
        Flash::SignedOut
    } else {
        Flash::SignedOutHere
    };
    let mut response = see_other(&app, "/", Some(flash));
    for cookie in out.cookies {
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
    let mut sessions = app.engine().sessions(member.id()).await?;
    sessions.retain(|row| row.id == id);
    if sessions.is_empty() {
        return Err(Problem::no_such_session());
    }
    let kept = member.session.provider_sid.as_deref();
    identity::end_there(&app, &sessions, kept).await?;
    // Clerk may have told us of it in the meantime.
    app.engine().revoke_session(member.id(), id).await?;
    let flash = Some(Flash::SessionEnded);
    Ok(see_other(&app, "/profile#sessions", flash))
}

/// Ends every session but this one.
pub(super) async fn revoke_others(
    State(app): State<App>,
    member: Member,
) -> Result<Response, Problem> {
    let (id, keep) = (member.id(), member.session_id());
    let sessions = app.engine().sessions(id).await?;
    let kept = member.session.provider_sid.as_deref();
    identity::end_there(&app, &sessions, kept).await?;
    app.engine().revoke_other_sessions(id, keep).await?;
    let flash = Some(Flash::OthersEnded);
    Ok(see_other(&app, "/profile#sessions", flash))
}
