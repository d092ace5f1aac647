//! Signed in, signed out, or ask Clerk? Decided from a request without asking anybody.
//!
//! An expired token does not mean that somebody signed out: only Clerk's Frontend API knows, by a
//! cookie on its own host. A browser that loads a page is sent there and comes right back.

use url::{Position, Url};

use super::API_VERSION;
use super::claims::Verified;
use super::cookies::{ClerkCookies, DEV_BROWSER, REDIRECT_COUNT, SESSION};
use super::instance::{Instance, Mode};
use super::token::{Flaw, TokenError};
use crate::place;

/// After this many handshakes in a row something is broken, and one more would not mend it.
const REDIRECTS_MAX: u8 = 3;
/// How long a browser remembers them; a handshake takes a fraction of a second.
const REDIRECTS_SECONDS: u8 = 2;
/// Servers on the way cut longer addresses, and the way back would be lost.
const PATH_CHARS_MAX: usize = 2_048;
/// Parameters of Clerk's own, which must not come back.
const CLERK_PARAMETERS: [&str; 2] = ["__clerk_", "__dev_session"];

/// What the decision is made from.
#[derive(Clone, Copy, Debug)]
pub struct HandshakeRequest<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The header `Sec-Fetch-Dest`.
    pub sec_fetch_dest: Option<&'a str>,
    /// The header `Accept`.
    pub accept: Option<&'a str>,
    /// Path and query, as requested. The host is not asked for: we know where we live, and a
    /// proxy's headers may lie.
    pub path_and_query: &'a str,
    /// The request's cookies.
    pub cookies: &'a ClerkCookies,
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Somebody is signed in.
    SignedIn(Verified),
    /// Nobody is.
    SignedOut(SignedOut),
    /// Send the browser there: 307, `Cache-Control: no-store`, with these cookies.
    Redirect {
        /// Where to.
        url: Url,
        /// Values for `Set-Cookie`.
        set_cookies: Vec<String>,
    },
    /// Nobody knows: Clerk's keys cannot be had. 503.
    Unavailable,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// Neither a token nor a sign of one.
    Nobody,
    /// Signed in, but Clerk has something left to ask: send documents to
    /// [`PortalPage::Tasks`](super::PortalPage).
    Pending,
    /// The token is not good, and no handshake would make it so.
    Invalid(Flaw),
    /// A handshake could tell, but this is not a page being loaded: 401 for an API.
    NeedsHandshake(HandshakeReason),
    /// There were too many handshakes in a row.
    GoingRound(HandshakeReason),
    /// The handshake itself was not signed by this instance: the keys do not match.
    KeysDoNotMatch,
}

/// Why a browser is sent on a handshake, in Clerk's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeReason {
    /// Development: Clerk does not know this browser.
    DevBrowserMissing,
    /// Development: the browser comes from Clerk's pages and brings its name.
    DevBrowserSync,
    /// A token, but the browser says it is signed out.
    TokenWithoutClient,
    /// Signed in, but the token is missing.
    ClientWithoutToken,
    /// The client has changed since the token was issued.
    TokenBeforeClient,
    /// The token's minute is over.
    TokenExpired,
    /// The token's time has not come.
    TokenNotYetValid,
    /// The token is from the future.
    TokenFromFuture,
}

impl HandshakeReason {
    /// Clerk's name for it.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::DevBrowserMissing => "dev-browser-missing",
            Self::DevBrowserSync => "dev-browser-sync",
            Self::TokenWithoutClient => "session-token-but-no-client-uat",
            Self::ClientWithoutToken => "client-uat-but-no-session-token",
            Self::TokenBeforeClient => "session-token-iat-before-client-uat",
            Self::TokenExpired => "session-token-expired",
            Self::TokenNotYetValid => "session-token-nbf",
            Self::TokenFromFuture => "session-token-iat-in-the-future",
        }
    }
}

impl HandshakeRequest<'_> {
    /// Whether this is a browser loading a page: nothing else can follow a redirect to Clerk and
    /// come back with cookies.
    pub(super) fn loads_a_page(&self) -> bool {
        let document = match self.sec_fetch_dest {
            Some(destination) => matches!(destination, "document" | "iframe"),
            None => self
                .accept
                .is_some_and(|accept| accept.starts_with("text/html")),
        };
        self.method == "GET" && document
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.path_and_query.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let (_, value) = pairs.find(|(own, _)| own == name)?;
        (!value.is_empty()).then(|| value.into_owned())
    }

    /// Where the browser is, at our own address and without Clerk's parameters.
    pub(super) fn here(&self, home: &Url) -> Url {
        local(home, self.path_and_query)
    }
}

/// A path of ours as an address; anything else is the front page. Clerk's own parameters do not
/// count for its length: what a handshake brings is longer than any path.
pub(super) fn local(home: &Url, path_and_query: &str) -> Url {
    let is_path = path_and_query.starts_with('/');
    let origin = home.origin().ascii_serialization();
    let read = Url::parse(&format!("{origin}{path_and_query}"));
    let here = read
        .ok()
        .filter(|url| is_path && url.origin() == home.origin());
    let here = here.map(without_clerks);
    let fits = |url: &Url| url[Position::BeforePath..].len() <= PATH_CHARS_MAX;
    here.filter(fits).unwrap_or_else(|| home.clone())
}

fn without_clerks(mut url: Url) -> Url {
    url.set_fragment(None);
    let is_clerks = |name: &str| CLERK_PARAMETERS.iter().any(|own| name.starts_with(own));
    if !url.query_pairs().any(|(name, _)| is_clerks(&name)) {
        return url;
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !is_clerks(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url
}

/// Decides. `session` is what became of verifying the session cookie, if there is one and the
/// browser says that it is signed in.
pub(super) fn decide(
    instance: &Instance,
    request: &HandshakeRequest<'_>,
    session: Option<Result<Verified, TokenError>>,
) -> Decision {
    let ask = |reason| ask_clerk(instance, request, reason);
    if instance.mode() == Mode::Development {
        if request.parameter(DEV_BROWSER).is_some() {
            return ask(HandshakeReason::DevBrowserSync);
        }
        if request.cookies.dev_browser.is_none() {
            return ask(HandshakeReason::DevBrowserMissing);
        }
    }
    let is_in = request.cookies.client_uat.is_some_and(|uat| uat > 0);
    match (request.cookies.session.is_some(), is_in, session) {
        (false, false, _) => Decision::SignedOut(SignedOut::Nobody),
        (true, false, _) => ask(HandshakeReason::TokenWithoutClient),
        (false, true, _) | (true, true, None) => ask(HandshakeReason::ClientWithoutToken),
        (true, true, Some(Ok(verified))) => Decision::SignedIn(verified),
        (true, true, Some(Err(error))) => match error {
            TokenError::Expired => ask(HandshakeReason::TokenExpired),
            TokenError::NotYetValid => ask(HandshakeReason::TokenNotYetValid),
            TokenError::IssuedInFuture => ask(HandshakeReason::TokenFromFuture),
            TokenError::Stale => ask(HandshakeReason::TokenBeforeClient),
            TokenError::NoClient => ask(HandshakeReason::TokenWithoutClient),
            TokenError::Pending => Decision::SignedOut(SignedOut::Pending),
            // A handshake would bring back the same, and again.
            TokenError::Invalid(flaw) => Decision::SignedOut(SignedOut::Invalid(flaw)),
            TokenError::Unavailable => Decision::Unavailable,
        },
    }
}

fn ask_clerk(
    instance: &Instance,
    request: &HandshakeRequest<'_>,
    reason: HandshakeReason,
) -> Decision {
    if !request.loads_a_page() {
        return Decision::SignedOut(SignedOut::NeedsHandshake(reason));
    }
    let redirects = request.cookies.redirects;
    if redirects >= REDIRECTS_MAX {
        return Decision::SignedOut(SignedOut::GoingRound(reason));
    }
    Decision::Redirect {
        url: handshake_url(instance, request, reason),
        set_cookies: vec![counted(instance, redirects.saturating_add(1))],
    }
}

fn handshake_url(
    instance: &Instance,
    request: &HandshakeRequest<'_>,
    reason: HandshakeReason,
) -> Url {
    let cookies = request.cookies;
    let mut url = place::below(instance.frontend_url(), "v1/client/handshake");
    let mut query = url.query_pairs_mut();
    query
        .append_pair("redirect_url", request.here(instance.home()).as_str())
        .append_pair("__clerk_api_version", API_VERSION)
        .append_pair("suffixed_cookies", &cookies.suffixed.to_string())
        .append_pair("__clerk_hs_reason", reason.slug())
        // The other format is a nonce to be exchanged; this one only wants to be verified.
        .append_pair("format", "token");
    if let Some(token) = &cookies.session {
        query.append_pair(SESSION, token);
    }
    if instance.mode() == Mode::Development {
        let brought = request.parameter(DEV_BROWSER);
        if let Some(name) = brought.or_else(|| cookies.dev_browser.clone()) {
            query.append_pair(DEV_BROWSER, &name);
        }
    }
    drop(query);
    url
}

fn counted(instance: &Instance, redirects: u8) -> String {
    let secure = match instance.home().scheme() {
        "https" => "; Secure",
        _ => "",
    };
    format!(
        "{REDIRECT_COUNT}={redirects}; Path=/; SameSite=Lax; HttpOnly; \
         Max-Age={REDIRECTS_SECONDS}{secure}"
    )
}

#[cfg(test)]
#[path = "handshake_tests.rs"]
mod tests;
