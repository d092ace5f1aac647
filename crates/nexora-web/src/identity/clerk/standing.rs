//! Whether the session at Clerk's goes on that ours stands on.

use std::time::Duration;

use nexora_engine::EngineError;
use nexora_providers::clerk::SessionStatus;
use nexora_providers::{Clerk, RemoteError};
use nexora_store::sessions::SessionRow;
use tracing::{error, warn};

use super::AWAY_WAIT;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// How long Clerk's word counts before it is asked again.
const VERIFIED_FOR: Duration = Duration::from_secs(300);

/// Why a session that lives is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Clerk vouched for it too long ago.
    Due,
    /// Something happened in the browser since Clerk vouched for it. Only the browser can say
    /// what, the next time that it loads a page: the answer counts for this request alone.
    Changed,
}

/// Whether Clerk vouched for the session lately.
pub(super) fn is_recent(app: &App, session: &SessionRow) -> bool {
    let now = app.engine().now();
    let last = session.last_verified_at;
    last.is_some_and(|last| now.since(last) < VERIFIED_FOR)
}

/// Asks Clerk, one at a time, and notes that it vouched again.
pub(super) async fn is_active(
    app: &App,
    clerk: &Clerk,
    own: &Member,
    doubt: Doubt,
) -> Result<bool, Problem> {
    let Some(sid) = own.session.provider_sid.as_deref() else {
        return Ok(false);
    };
    let _turn = app.turns().take(sid).await;
    if doubt == Doubt::Due {
        // Whoever asked before may have the answer.
        match present(app, own).await? {
            None => return Ok(false),
            Some(row) if is_recent(app, &row) => return Ok(true),
            Some(_) => {}
        }
    }
    let asked = clerk.session_status(sid).await;
    let SessionStatus::Active { subject } = asked.map_err(|error| away(&error))? else {
        return Ok(false);
    };
    let is_theirs = app
        .engine()
        .clerk_subjects(own.id())
        .await?
        .contains(&subject);
    if is_theirs && doubt == Doubt::Due {
        app.engine().session_verified(own.session_id()).await?;
    }
    Ok(is_theirs)
}

/// Whether a session still counts that is used without requests, on an open line. If Clerk does
/// not say, it does not: the line opens again when it does.
pub(in crate::identity) async fn still_stands(app: &App, clerk: &Clerk, member: &Member) -> bool {
    match present(app, member).await {
        // If the database is away, the next look will tell.
        Err(_) => true,
        Ok(None) => false,
        Ok(Some(row)) if is_recent(app, &row) => true,
        Ok(Some(row)) => match is_active(app, clerk, member, Doubt::Due).await {
            Ok(true) => true,
            Ok(false) => {
                let ending = app.engine().revoke_session(member.id(), row.id);
                if let Err(error) = ending.await {
                    warn!("a session that is over could not be ended: {error}");
                }
                false
            }
            Err(_) => false,
        },
    }
}

/// The session as it is now; `None` if it has ended.
async fn present(app: &App, member: &Member) -> Result<Option<SessionRow>, EngineError> {
    let found = match (&member.token, member.session.provider_sid.as_deref()) {
        (Some(token), _) => app.engine().authenticate(token).await?,
        (None, Some(sid)) => app.engine().clerk_session(sid).await?,
        (None, None) => None,
    };
    Ok(found.map(|(row, _)| row))
}

/// Clerk was asked and did not answer: neither yes nor no.
pub(in crate::identity) fn away(error: &RemoteError) -> Problem {
    match error {
        RemoteError::Misconfigured => error!("Clerk was asked about somebody: {error}"),
        RemoteError::Down
        | RemoteError::Busy(_)
        | RemoteError::Refused(_)
        | RemoteError::NotFound
        | RemoteError::Broken => warn!("Clerk was asked about somebody: {error}"),
    }
    let wait = match error {
        RemoteError::Busy(wait) => *wait,
        RemoteError::Down
        | RemoteError::Misconfigured
        | RemoteError::Refused(_)
        | RemoteError::NotFound
        | RemoteError::Broken => None,
    };
    Problem::identity_away(wait.unwrap_or(AWAY_WAIT))
}
