//! What the web half must be told. The binary reads the environment; this is what comes out.

use std::net::IpAddr;
use std::sync::Arc;

use nexora_core::Provider;
use nexora_providers::Clerk;
use url::Url;

/// Who says who somebody is. Exactly one does.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Accounts of our own: an address and a password.
    Local,
    /// A Clerk instance.
    Clerk(Arc<Clerk>),
}

/// How the studio is served.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Where people reach the studio, for example `https://studio.example`. With https, cookies
    /// travel over https only, carry the `__Host-` prefix, and browsers are told to stay there.
    /// `None` on a developer's machine.
    pub public_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` is believed. Empty: the socket's address counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// Who says who somebody is.
    pub identity: Identity,
    /// Origins our forms may lead to besides our own, for example the merchant's checkout: browsers
    /// follow a form's redirect only where the policy allows it. Sources as a
    /// Content-Security-Policy writes them.
    pub leads_to: Vec<String>,
    /// Providers that the built-in sandbox plays; the page says so.
    pub sandboxed: Vec<Provider>,
    /// Changes per minute one address may ask for in the long run, and calls one member. Half of
    /// it may come at once; passwords are a sixtieth of it.
    pub requests_per_minute: u32,
    /// Whether `GET /design` shows every component (development and tests).
    pub design_page: bool,
}

impl WebConfig {
    /// Whether people reach the studio over https.
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }
}
