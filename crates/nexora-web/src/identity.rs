//! Who is asking, by whatever this studio was told to believe.
//!
//! [`Asking`] travels with a request and is worked out once, when somebody wants to know: a file
//! of the page's own needs nobody. Handlers ask for [`Visitor`](crate::session::Visitor) or
//! [`Member`] and never learn how it was found out.

mod clerk;
mod ends;
mod policy;
mod turns;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use nexora_engine::{CLERK, LOCAL};
use nexora_providers::clerk::bearer_token;
use tokio::sync::OnceCell;
use url::Url;

pub(crate) use clerk::portal_url;
pub(crate) use ends::{all_cleared, end_there, sign_out};
pub(crate) use policy::door_policy;
pub(crate) use turns::Turns;

use crate::client;
use crate::config::Identity;
use crate::problem::Problem;
use crate::session::{self, Member};
use crate::state::App;

/// Whoever a request comes from.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A member.
    Member(Box<Member>),
    /// Nobody we know.
    Stranger(Stranger),
    /// A browser that has to ask Clerk first and comes right back.
    Away(Detour),
}

/// Why somebody is nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// They are not signed in.
    Nobody,
    /// They have signed in at Clerk's, where something is left to do.
    Pending,
    /// They were a member and left.
    Gone,
}

/// The way over Clerk's own host.
#[derive(Clone, Debug)]
pub(crate) struct Detour {
    url: Url,
    cookies: Vec<HeaderValue>,
}

/// What was found out, and what the browser shall keep of it.
#[derive(Debug)]
struct Found {
    who: Who,
    cookies: Vec<HeaderValue>,
}

/// What of a request says who it comes from.
#[derive(Debug)]
struct Asked {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    ip: IpAddr,
}

/// A request that may have to say who it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Asking(Arc<(Asked, OnceCell<Result<Found, Problem>>)>);

impl Asked {
    /// The token of a program that has no cookies.
    fn bearer(&self) -> Option<&str> {
        bearer_token(self.headers.get(AUTHORIZATION)?.to_str().ok()?)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Asking {
    fn of(app: &App, request: &Request) -> Self {
        let (headers, trusted) = (request.headers(), &app.config().trusted_proxies);
        let asked = Asked {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: headers.clone(),
            ip: client::address(request.extensions(), headers, trusted),
        };
        Self(Arc::new((asked, OnceCell::new())))
    }

    /// The request's own headers.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.0.headers
    }

    /// Who it is. The first to ask waits for the answer; it is then the same for everybody.
    pub(crate) async fn who(&self, app: &App) -> Result<Who, Problem> {
        let (asked, found) = &*self.0;
        let found = found.get_or_init(|| recognise(app, asked)).await;
        found
            .as_ref()
            .map(|found| found.who.clone())
            .map_err(Clone::clone)
    }

    /// Lets the browser keep what was found out, unless the answer says something else about the
    /// same cookie.
    fn dress(&self, response: &mut Response) {
        let Some(Ok(found)) = self.0.1.get() else {
            return;
        };
        let headers = response.headers_mut();
        let set = headers.get_all(SET_COOKIE).iter();
        let said: Vec<Vec<u8>> = set.map(|cookie| name_of(cookie).to_owned()).collect();
        for cookie in &found.cookies {
            if !said.iter().any(|name| name == name_of(cookie)) {
                headers.append(SET_COOKIE, cookie.clone());
            }
        }
    }
}

fn name_of(cookie: &HeaderValue) -> &[u8] {
    let mut parts = cookie.as_bytes().split(|byte| *byte == b'=');
    parts.next().unwrap_or_default()
}

/// Who sent these parts of a request. Every request passes [`attend`].
pub(crate) async fn who(app: &App, parts: &Parts) -> Result<Who, Problem> {
    match parts.extensions.get::<Asking>() {
        Some(asking) => asking.clone().who(app).await,
        None => Ok(Who::Stranger(Stranger::Nobody)),
    }
}

/// The layer that lets a request be asked who it comes from.
pub(crate) async fn attend(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let asking = Asking::of(&app, &request);
    request.extensions_mut().insert(asking.clone());
    let mut response = next.run(request).await;
    asking.dress(&mut response);
    response
}

async fn recognise(app: &App, asked: &Asked) -> Result<Found, Problem> {
    match &app.config().identity {
        Identity::Clerk(clerk) => clerk::recognise(app, clerk, asked).await,
        Identity::Local => {
            let own = own_session(app, &asked.headers).await?;
            Ok(Found {
                who: own.map_or(Who::Stranger(Stranger::Nobody), Who::of),
                cookies: Vec::new(),
            })
        }
    }
}

/// The session in our own cookie, if it was opened by whoever is believed now: a studio that
/// changed from one to the other knows nobody any more.
async fn own_session(app: &App, headers: &HeaderMap) -> Result<Option<Member>, Problem> {
    let Some(token) = session::token(headers, app.config().is_https()) else {
        return Ok(None);
    };
    let found = app.engine().authenticate(&token).await?;
    let believed = match app.config().identity {
        Identity::Local => LOCAL,
        Identity::Clerk(_) => CLERK,
    };
    let found = found.filter(|(session, _)| session.provider == believed);
    Ok(found.map(|(session, account)| Member {
        account,
        session,
        token: Some(token),
    }))
}

/// Whether a member's session still counts while they use it without requests, on an open line.
pub(crate) async fn still_stands(app: &App, member: &Member) -> bool {
    match (&app.config().identity, &member.token) {
        (Identity::Clerk(clerk), _) => clerk::still_stands(app, clerk, member).await,
        (Identity::Local, Some(token)) => {
            // If the database is away, the next look will tell.
            let found = app.engine().authenticate(token).await;
            !found.is_ok_and(|found| found.is_none())
        }
        (Identity::Local, None) => false,
    }
}

impl Who {
    fn of(member: Member) -> Self {
        Self::Member(Box::new(member))
    }
}

impl IntoResponse for Detour {
    fn into_response(self) -> Response {
        let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
        let headers = response.headers_mut();
        if let Ok(place) = HeaderValue::try_from(self.url.as_str()) {
            headers.insert(LOCATION, place);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for cookie in self.cookies {
            headers.append(SET_COOKIE, cookie);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_says_about_a_cookie_stands() {
        let value = HeaderValue::from_static;
        let found = Found {
            who: Who::Stranger(Stranger::Nobody),
            cookies: vec![value("nexora=new; Path=/"), value("__session=a; Path=/")],
        };
        let asked = Asked {
            method: Method::GET,
            uri: Uri::from_static("/"),
            headers: HeaderMap::new(),
            ip: [127, 0, 0, 1].into(),
        };
        let asking = Asking(Arc::new((asked, OnceCell::new_with(Some(Ok(found))))));
        let mut response = StatusCode::OK.into_response();
        let cleared = value("nexora=; Max-Age=0");
        response.headers_mut().append(SET_COOKIE, cleared.clone());
        asking.dress(&mut response);
        let set: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
        assert_eq!(set, [&cleared, &value("__session=a; Path=/")]);
    }
}
