//! Who is asking: the session cookie, and the extractors that stand for rights.

mod cookie;

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Redirect, Response};
use nexora_core::{Member as Account, MemberId, SessionId, Timestamp};
use nexora_engine::{ClientDevice, SessionToken};
use nexora_store::sessions::SessionRow;

pub(crate) use cookie::{cleared, pairs, read, signed_in, signed_out, token, written};

use crate::client::{self, Wants};
use crate::identity::{self, Stranger, Who};
use crate::problem::Problem;
use crate::return_to::LocalPath;
use crate::security::is_safe;
use crate::state::App;

/// A session that was not used for this long gets its cookie again, so that the cookie lives as
/// long as the session does. The engine notes the use at the same pace.
const RENEW_AFTER: Duration = Duration::from_secs(300);

/// Whoever is looking: a member, or a stranger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitor(pub(crate) Option<Member>);

/// Whoever is looking, and if it is a stranger, why.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Result<Member, Stranger>);

/// Somebody who is signed in. A page's handler that asks for one sends strangers to the sign-in
/// page; everywhere else they get 401.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) account: Account,
    pub(crate) session: SessionRow,
    /// What their cookie says; programs that bring a token of Clerk's have no cookie of ours.
    pub(crate) token: Option<SessionToken>,
}

/// Somebody who is signed in and acts for themselves. Whoever acts in their name gets 403: they
/// may look, but neither pay nor delete.
#[derive(Clone, Debug)]
pub(crate) struct Themselves(pub(crate) Member);

impl Member {
    pub(crate) fn id(&self) -> MemberId {
        self.account.id
    }

    pub(crate) fn session_id(&self) -> SessionId {
        self.session.id
    }

    /// Who acts in the member's name, if somebody does.
    pub(crate) fn actor(&self) -> Option<&str> {
        self.session.actor.as_deref()
    }

    /// The cookie again, if it is time to prolong it.
    pub(crate) fn renewed_cookie(&self, app: &App, now: Timestamp) -> Option<HeaderValue> {
        if now.since(self.session.last_seen_at) < RENEW_AFTER {
            return None;
        }
        self.cookie(app, now)
    }

    /// The cookie, for as long as the session can live.
    pub(crate) fn cookie(&self, app: &App, now: Timestamp) -> Option<HeaderValue> {
        let rest = self.session.absolute_expires_at.since(now);
        signed_in(self.token.as_ref()?, rest, app.config().is_https())
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match identity::who(app, parts).await {
            Ok(Who::Member(member)) => Ok(Self(Ok(*member))),
            Ok(Who::Stranger(why)) => Ok(Self(Err(why))),
            Ok(Who::Away(detour)) => Err(detour.into_response()),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let caller = Caller::from_request_parts(parts, app).await?;
        Ok(Self(caller.0.ok()))
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let member = match Caller::from_request_parts(parts, app).await?.0 {
            Ok(member) => member,
            Err(Stranger::Gone) => return Err(Problem::account_gone().into_response()),
            // Whoever has something left to do at Clerk's is told so at the door.
            Err(Stranger::Nobody | Stranger::Pending) => return Err(sign_in_first(parts)),
        };
        let is_call = parts.uri.path().starts_with("/api/");
        if is_call || !is_safe(&parts.method) {
            let counted = app.limits().call(member.id());
            counted.map_err(IntoResponse::into_response)?;
        }
        Ok(member)
    }
}

impl FromRequestParts<App> for Themselves {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let member = Member::from_request_parts(parts, app).await?;
        match member.actor() {
            None => Ok(Self(member)),
            Some(_) => Err(Problem::only_themselves().into_response()),
        }
    }
}

fn sign_in_first(parts: &Parts) -> Response {
    let path = parts.uri.path();
    if Wants::of(path, &parts.headers) != Wants::Page {
        return Problem::sign_in_required().into_response();
    }
    // A form cannot be sent again after signing in; the page it stood on can be opened again.
    let back = if parts.method == Method::GET {
        let whole = parts
            .uri
            .path_and_query()
            .map_or(path, |whole| whole.as_str());
        LocalPath::parse(whole)
    } else {
        LocalPath::referer(&parts.headers)
    };
    let back = back.unwrap_or_else(LocalPath::studio);
    Redirect::to(&back.sign_in_url()).into_response()
}

/// The device a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) ip: IpAddr,
    pub(crate) device: ClientDevice,
}

impl FromRequestParts<App> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let trusted = &app.config().trusted_proxies;
        let ip = client::address(&parts.extensions, &parts.headers, trusted);
        let device = client::device(ip, &parts.headers);
        Ok(Self { ip, device })
    }
}
