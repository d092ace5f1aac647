//! Sessions that are ended here: Clerk has to end its own, too, or the next page would sign
//! everybody in again.

use axum::http::{HeaderMap, HeaderValue};
use nexora_providers::clerk::Transport;
use nexora_store::sessions::SessionRow;
use tracing::warn;

use super::clerk::{away, cookies, header_values};
use super::own_session;
use crate::config::Identity;
use crate::problem::Problem;
use crate::session;
use crate::state::App;

/// A browser that was signed out.
#[derive(Debug)]
pub(crate) struct SignedOut {
    /// What it shall forget.
    pub(crate) cookies: Vec<HeaderValue>,
    /// Whether Clerk knows; if it does not, its own pages may still know the browser.
    pub(crate) is_known_there: bool,
}

/// Ends the session of the browser that asks, here and at Clerk's. It works without Clerk: nobody
/// is kept in who wants out.
pub(crate) async fn sign_out(app: &App, headers: &HeaderMap) -> Result<SignedOut, Problem> {
    let own = own_session(app, headers).await?;
    if let Some(own) = &own {
        let (id, session) = (own.id(), own.session_id());
        app.engine().revoke_session(id, session).await?;
    }
    let mut is_known_there = true;
    if let Identity::Clerk(clerk) = &app.config().identity {
        let sid = match own.and_then(|own| own.session.provider_sid) {
            Some(sid) => Some(sid),
            None => brought(clerk, headers).await,
        };
        if let Some(sid) = sid {
            // A program may share it.
            app.engine().end_clerk_session(&sid).await?;
            if let Err(error) = clerk.revoke_session(&sid).await {
                warn!("somebody signed out, but Clerk did not hear it: {error}");
                is_known_there = false;
            }
        }
    }
    Ok(SignedOut {
        cookies: all_cleared(app),
        is_known_there,
    })
}

/// The session of the token that the browser brings, if it is good.
async fn brought(clerk: &nexora_providers::Clerk, headers: &HeaderMap) -> Option<String> {
    let cookies = cookies(clerk, headers);
    let transport = Transport::Cookie {
        client_uat: cookies.client_uat,
    };
    let verifying = clerk.verify_session(cookies.session.as_deref()?, transport);
    Some(verifying.await.ok()?.sid)
}

/// Takes every cookie away that says who somebody is.
pub(crate) fn all_cleared(app: &App) -> Vec<HeaderValue> {
    let own = session::signed_out(app.config().is_https());
    let clerks = match &app.config().identity {
        Identity::Clerk(clerk) => clerk.sign_out_cookies(),
        Identity::Local => Vec::new(),
    };
    own.into_iter().chain(header_values(&clerks)).collect()
}

/// Ends at Clerk's what these sessions stand on, except the session `kept`, and with it whatever
/// else stands on it here. Where Clerk does not answer, nothing has ended.
pub(crate) async fn end_there(
    app: &App,
    sessions: &[SessionRow],
    kept: Option<&str>,
) -> Result<(), Problem> {
    let Identity::Clerk(clerk) = &app.config().identity else {
        return Ok(());
    };
    let sids = sessions
        .iter()
        .filter_map(|row| row.provider_sid.as_deref());
    let mut sids: Vec<&str> = sids.filter(|sid| Some(*sid) != kept).collect();
    sids.sort_unstable();
    sids.dedup();
    for sid in sids {
        let ended = clerk.revoke_session(sid).await;
        ended.map_err(|error| away(&error))?;
        app.engine().end_clerk_session(sid).await?;
    }
    Ok(())
}
