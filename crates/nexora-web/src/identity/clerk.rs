//! Clerk vouches for people; a session of our own stands on what it said.
//!
//! A token of Clerk's lives for a minute. Exchanged for our session it opens forms an hour later,
//! in a cookie that no script can read. Every few minutes our session is looked at again: a page
//! being loaded goes over Clerk's host, anything else lets us ask how the session stands. It ends
//! at once when the browser says that it signed out, when somebody else signed in, and when Clerk
//! tells us so.

mod standing;

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use futures_util::future::join;
use nexora_core::Timestamp;
use nexora_engine::{ExchangeError, Profile, Vouched};
use nexora_providers::clerk::{
    ClerkCookies, Decision, HandshakeRequest, PortalPage, SessionStatus, SignedOut, TokenError,
    Transport, Verified,
};
use nexora_providers::{Clerk, RemoteError};
use nexora_store::sessions::SessionRow;
use tracing::warn;
use url::Url;

pub(super) use standing::{away, still_stands};

use standing::{Doubt, is_active, is_recent};

use super::{Asked, Detour, Found, Stranger, Who, own_session};
use crate::client;
use crate::problem::Problem;
use crate::return_to::LocalPath;
use crate::session::{self, Member};
use crate::state::App;

/// Its word is noted at most this often: a token lives as long.
const NOTE_EVERY: Duration = Duration::from_secs(60);
/// When to try again if Clerk does not say.
const AWAY_WAIT: Duration = Duration::from_secs(5);

/// How our session looks beside what the browser brings of Clerk's.
enum Look {
    /// As it should.
    Fine,
    /// It is over: signed out, or somebody else is there.
    Over,
    /// Only Clerk can tell.
    Doubtful(Doubt),
}

struct Caller<'a> {
    app: &'a App,
    clerk: &'a Clerk,
    asked: &'a Asked,
    cookies: ClerkCookies,
    /// What the browser shall keep of Clerk's.
    clerks: Vec<HeaderValue>,
    /// What it shall keep of ours.
    own: Option<HeaderValue>,
}

pub(super) async fn recognise(app: &App, clerk: &Clerk, asked: &Asked) -> Result<Found, Problem> {
    let mut caller = Caller {
        app,
        clerk,
        cookies: cookies(clerk, &asked.headers),
        asked,
        clerks: Vec::new(),
        own: None,
    };
    let who = caller.who().await?;
    let cookies = caller.clerks.into_iter().chain(caller.own).collect();
    Ok(Found { who, cookies })
}

impl Caller<'_> {
    fn request(&self) -> HandshakeRequest<'_> {
        let asked = self.asked;
        let path = asked.uri.path_and_query();
        HandshakeRequest {
            method: asked.method.as_str(),
            sec_fetch_dest: asked.header("sec-fetch-dest"),
            // htmx takes pages apart that it asked for; it cannot follow to another host.
            accept: asked
                .header("accept")
                .filter(|_| asked.header("hx-request").is_none()),
            path_and_query: path.map_or("/", |path| path.as_str()),
            cookies: &self.cookies,
        }
    }

    async fn who(&mut self) -> Result<Who, Problem> {
        if let Some(token) = self.asked.bearer() {
            return self.by_bearer(token).await;
        }
        let Some(own) = own_session(self.app, &self.asked.headers).await? else {
            return self.ask_clerk(None).await;
        };
        if self.clerk.has_sent(&self.request()) {
            return self.ask_clerk(Some((own, Doubt::Due))).await;
        }
        match self.look(&own).await? {
            Look::Fine => Ok(Who::of(own)),
            Look::Over => {
                self.end(&own).await?;
                self.ask_clerk(None).await
            }
            Look::Doubtful(doubt) => self.ask_clerk(Some((own, doubt))).await,
        }
    }

    /// Judges our session by the browser's cookies, without asking anybody.
    async fn look(&self, own: &Member) -> Result<Look, Problem> {
        let client_uat = self.cookies.client_uat;
        if client_uat.is_some_and(|seconds| seconds <= 0) {
            return Ok(Look::Over);
        }
        if let (Some(token), Some(_)) = (&self.cookies.session, client_uat) {
            let transport = Transport::Cookie { client_uat };
            match self.clerk.verify_session(token, transport).await {
                Ok(verified) if stands_on(&own.session, &verified) => {
                    note(self.app, &own.session).await?;
                    return Ok(Look::Fine);
                }
                Ok(_) | Err(TokenError::Pending) => return Ok(Look::Over),
                Err(TokenError::Stale) => return Ok(Look::Doubtful(Doubt::Changed)),
                // A token whose minute is over says nothing, and neither does nonsense.
                Err(
                    TokenError::Expired
                    | TokenError::NotYetValid
                    | TokenError::IssuedInFuture
                    | TokenError::NoClient
                    | TokenError::Invalid(_)
                    | TokenError::Unavailable,
                ) => {}
            }
        }
        let changed_at =
            client_uat.map(|seconds| Timestamp::from_ms(seconds.saturating_mul(1_000)));
        if changed_at > own.session.last_verified_at {
            return Ok(Look::Doubtful(Doubt::Changed));
        }
        Ok(if is_recent(self.app, &own.session) {
            Look::Fine
        } else {
            Look::Doubtful(Doubt::Due)
        })
    }

    /// Lets Clerk's own rules decide, and where they cannot, asks how the session stands.
    async fn ask_clerk(&mut self, own: Option<(Member, Doubt)>) -> Result<Who, Problem> {
        let visit = self.clerk.authenticate(&self.request()).await;
        self.clerks.extend(header_values(&visit.set_cookies));
        let why = match visit.decision {
            Decision::SignedIn(verified) => return self.enter(own, &verified).await,
            Decision::Redirect { url, set_cookies } => {
                let cookies = header_values(&set_cookies).collect();
                return Ok(Who::Away(Detour { url, cookies }));
            }
            Decision::Unavailable => return Err(Problem::identity_away(AWAY_WAIT)),
            Decision::SignedOut(why) => why,
        };
        match (own, why) {
            (Some((own, _)), SignedOut::Pending) => {
                self.end(&own).await?;
                Ok(Who::Stranger(Stranger::Pending))
            }
            (Some((own, doubt)), _) => self.ask_status(own, doubt).await,
            (None, SignedOut::Pending) => Ok(Who::Stranger(Stranger::Pending)),
            (None, SignedOut::KeysDoNotMatch) => Err(Problem::identity_mismatch()),
            (None, SignedOut::GoingRound(reason)) => {
                warn!(
                    reason = reason.slug(),
                    "a browser comes back from Clerk without its cookies, again and again"
                );
                Ok(Who::Stranger(Stranger::Nobody))
            }
            (None, SignedOut::Nobody | SignedOut::Invalid(_) | SignedOut::NeedsHandshake(_)) => {
                Ok(Who::Stranger(Stranger::Nobody))
            }
        }
    }

    /// Somebody comes with a good token: the same one as before, or another.
    async fn enter(
        &mut self,
        own: Option<(Member, Doubt)>,
        verified: &Verified,
    ) -> Result<Who, Problem> {
        if let Some((own, _)) = own {
            if stands_on(&own.session, verified) {
                note(self.app, &own.session).await?;
                return Ok(Who::of(own));
            }
            self.end(&own).await?;
        }
        let who = self.admit(verified).await?;
        if let Who::Member(member) = &who {
            let now = self.app.engine().now();
            self.own = member.cookie(self.app, now);
        }
        Ok(who)
    }

    /// Asks Clerk how the session stands that ours stands on.
    async fn ask_status(&mut self, own: Member, doubt: Doubt) -> Result<Who, Problem> {
        if is_active(self.app, self.clerk, &own, doubt).await? {
            return Ok(Who::of(own));
        }
        if let Some(sid) = &own.session.provider_sid {
            self.app.engine().end_clerk_session(sid).await?;
        }
        self.end(&own).await?;
        Ok(Who::Stranger(Stranger::Nobody))
    }

    /// A program brings a token with every call. They share one session.
    async fn by_bearer(&self, token: &str) -> Result<Who, Problem> {
        let verified = match self.clerk.verify_session(token, Transport::Bearer).await {
            Ok(verified) => verified,
            Err(TokenError::Unavailable) => return Err(Problem::identity_away(AWAY_WAIT)),
            Err(TokenError::Pending) => return Ok(Who::Stranger(Stranger::Pending)),
            Err(
                TokenError::Expired
                | TokenError::NotYetValid
                | TokenError::IssuedInFuture
                | TokenError::Stale
                | TokenError::NoClient
                | TokenError::Invalid(_),
            ) => return Ok(Who::Stranger(Stranger::Nobody)),
        };
        if let Some(member) = self.shared(&verified).await? {
            return Ok(Who::of(member));
        }
        let _turn = self.app.turns().take(&verified.sid).await;
        match self.shared(&verified).await? {
            Some(member) => Ok(Who::of(member)),
            None => self.admit(&verified).await,
        }
    }

    async fn shared(&self, verified: &Verified) -> Result<Option<Member>, Problem> {
        let found = self.app.engine().clerk_session(&verified.sid).await?;
        let Some((session, account)) = found.filter(|(row, _)| stands_on(row, verified)) else {
            return Ok(None);
        };
        note(self.app, &session).await?;
        Ok(Some(Member {
            account,
            session,
            token: None,
        }))
    }

    /// Opens a session, and an account for whoever is new. A token is good for a minute after its
    /// session ended, so Clerk is asked once whether it goes on.
    async fn admit(&self, verified: &Verified) -> Result<Who, Problem> {
        let asking = join(
            self.clerk.session_status(&verified.sid),
            self.clerk.user(&verified.subject),
        );
        let (status, user) = asking.await;
        match status {
            Ok(SessionStatus::Active { subject }) if subject == verified.subject => {}
            Ok(_) => return Ok(Who::Stranger(Stranger::Nobody)),
            Err(error) => return Err(away(&error)),
        }
        let vouched = Vouched {
            subject: verified.subject.clone(),
            sid: verified.sid.clone(),
            actor: verified.actor.clone(),
        };
        let device = client::device(self.asked.ip, &self.asked.headers);
        let profile = user.as_ref().ok().cloned().map(Profile::from);
        match self.app.engine().exchange(vouched, profile, device).await {
            Ok(signed_in) => Ok(Who::of(Member {
                account: signed_in.member,
                session: signed_in.session,
                token: Some(signed_in.token),
            })),
            Err(ExchangeError::Gone) => Ok(Who::Stranger(Stranger::Gone)),
            Err(ExchangeError::ProfileNeeded) => {
                Err(away(&user.err().unwrap_or(RemoteError::Broken)))
            }
            Err(ExchangeError::Engine(error)) => Err(error.into()),
        }
    }

    /// Ends our session and takes its cookie away.
    async fn end(&mut self, own: &Member) -> Result<(), Problem> {
        let (id, session) = (own.id(), own.session_id());
        self.app.engine().revoke_session(id, session).await?;
        self.own = session::signed_out(self.app.config().is_https());
        Ok(())
    }
}

/// Whether our session is what this token vouches for.
fn stands_on(session: &SessionRow, verified: &Verified) -> bool {
    session.provider_sid.as_deref() == Some(verified.sid.as_str())
        && session.actor == verified.actor
}

/// Notes that Clerk vouched for the session just now.
async fn note(app: &App, session: &SessionRow) -> Result<(), Problem> {
    let (now, last) = (app.engine().now(), session.last_verified_at);
    if last.is_none_or(|last| now.since(last) >= NOTE_EVERY) {
        app.engine().session_verified(session.id).await?;
    }
    Ok(())
}

/// Values for `Set-Cookie`. What is no header is no cookie.
pub(super) fn header_values(cookies: &[String]) -> impl Iterator<Item = HeaderValue> {
    let values = cookies.iter();
    values.filter_map(|cookie| HeaderValue::try_from(cookie).ok())
}

/// One of Clerk's own pages, which leads back to `back`.
pub(crate) fn portal_url(
    clerk: &Clerk,
    page: PortalPage,
    back: &LocalPath,
    headers: &HeaderMap,
) -> Url {
    let browser = cookies(clerk, headers).dev_browser;
    clerk.account_portal_url(page, back.as_str(), browser.as_deref())
}

pub(super) fn cookies(clerk: &Clerk, headers: &HeaderMap) -> ClerkCookies {
    let pairs: Vec<(&str, &str)> = session::pairs(headers).collect();
    clerk.cookies(&pairs)
}
