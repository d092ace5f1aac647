//! A whole request, from its cookies to a decision: what came back from a handshake first, the
//! session cookie afterwards.

use super::cookies::{CLIENT_UAT, DEV_BROWSER, HANDSHAKE, REFRESH, SESSION};
use super::handshake::{self, Decision, HandshakeRequest, SignedOut};
use super::instance::Mode;
use super::token::{TokenError, Transport};
use super::{Clerk, Handshaken};

/// A decision, and the cookies to set whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// What to do.
    pub decision: Decision,
    /// Values for `Set-Cookie`, besides those of a redirect.
    pub set_cookies: Vec<String>,
}

impl Visit {
    fn unavailable() -> Self {
        Self {
            decision: Decision::Unavailable,
            set_cookies: Vec::new(),
        }
    }
}

impl Clerk {
    /// Whether the browser has just been at Clerk's, so that what it brings is newer than anything
    /// known of it here.
    pub fn has_sent(&self, request: &HandshakeRequest<'_>) -> bool {
        let brings = match self.instance.mode() {
            Mode::Development => [HANDSHAKE, DEV_BROWSER]
                .into_iter()
                .any(|name| request.parameter(name).is_some()),
            Mode::Production => request.cookies.handshake.is_some(),
        };
        brings && request.loads_a_page()
    }

    /// `Set-Cookie` texts that sign a browser out on our side: it is asked nothing more until it
    /// signs in again. Its session at Clerk's is ended with
    /// [`revoke_session`](Self::revoke_session).
    pub fn sign_out_cookies(&self) -> Vec<String> {
        let suffix = self.instance.cookie_suffix();
        let names = [SESSION, CLIENT_UAT, REFRESH].into_iter();
        let names = names.flat_map(|name| [name.to_owned(), format!("{name}_{suffix}")]);
        names.flat_map(|name| self.gone(&name)).collect()
    }

    /// Who is it? Asks Clerk for nothing but its public keys.
    pub async fn authenticate(&self, request: &HandshakeRequest<'_>) -> Visit {
        if let Some(visit) = self.come_back(request).await {
            return visit;
        }
        let session = match (&request.cookies.session, request.cookies.client_uat) {
            (Some(token), client_uat @ Some(1..)) => {
                let transport = Transport::Cookie { client_uat };
                Some(self.verify_session(token, transport).await)
            }
            _ => None,
        };
        Visit {
            decision: handshake::decide(&self.instance, request, session),
            set_cookies: Vec::new(),
        }
    }

    /// What a handshake brought back. In development it comes in the query. In production it does
    /// not: a link could carry somebody else's, and sign whoever follows it in as them.
    async fn come_back(&self, request: &HandshakeRequest<'_>) -> Option<Visit> {
        match self.instance.mode() {
            Mode::Development => {
                let token = request.parameter(HANDSHAKE)?;
                Some(self.come_back_by_query(request, &token).await)
            }
            Mode::Production => {
                let token = request.cookies.handshake.as_ref()?;
                self.come_back_by_cookie(request, token).await
            }
        }
    }

    /// The cookies are set, and the page is loaded again without the parameter.
    async fn come_back_by_query(&self, request: &HandshakeRequest<'_>, token: &str) -> Visit {
        let decision = match self.complete_handshake(token).await {
            Ok(Handshaken { set_cookies, .. }) => Decision::Redirect {
                url: request.here(self.instance.home()),
                set_cookies,
            },
            Err(TokenError::Unavailable) => Decision::Unavailable,
            Err(error) => {
                tracing::warn!(%error, "a handshake was not signed by the configured instance");
                Decision::SignedOut(SignedOut::KeysDoNotMatch)
            }
        };
        Visit {
            decision,
            set_cookies: Vec::new(),
        }
    }

    /// A cookie may also be another app's on the same domain, or an old one: whatever is wrong
    /// with it, the request is then judged as if it were not there.
    async fn come_back_by_cookie(
        &self,
        request: &HandshakeRequest<'_>,
        token: &str,
    ) -> Option<Visit> {
        let mut back = match self.complete_handshake(token).await {
            Err(TokenError::Unavailable) => return Some(Visit::unavailable()),
            answered => answered.ok()?,
        };
        let decision = match back.session {
            None => Decision::SignedOut(SignedOut::Nobody),
            Some(token) => {
                let verified = self.verify_session(&token, Transport::Handshake).await;
                let verified = verified.ok()?;
                let changed_at_ms = request
                    .cookies
                    .client_uat
                    .unwrap_or(0)
                    .saturating_mul(1_000);
                if verified.issued_at.as_ms() < changed_at_ms {
                    return None;
                }
                Decision::SignedIn(verified)
            }
        };
        back.set_cookies.extend(self.used_up());
        Some(Visit {
            decision,
            set_cookies: back.set_cookies,
        })
    }

    fn used_up(&self) -> Vec<String> {
        self.gone(HANDSHAKE)
    }

    /// Takes a cookie away, here and on the domain that Clerk's own host is under.
    fn gone(&self, name: &str) -> Vec<String> {
        let here = format!("{name}=; Path=/; Max-Age=0");
        let domain = self.instance.frontend_host().strip_prefix("clerk.");
        let above = domain.map(|domain| format!("{here}; Domain={domain}"));
        [Some(here.clone()), above].into_iter().flatten().collect()
    }
}
