//! What the web half must be told. The binary reads the environment; this is what comes out.

use std::net::IpAddr;

use nexora_core::Provider;
use url::Url;

/// How the studio is served.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Where people reach the studio, for example `https://studio.example`. With https, cookies
    /// travel over https only, carry the `__Host-` prefix, and browsers are told to stay there.
    /// `None` on a developer's machine.
    pub public_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` is believed. Empty: the socket's address counts.
    pub trusted_proxies: Vec<IpAddr>,
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
