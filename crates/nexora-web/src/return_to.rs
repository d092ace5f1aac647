//! Where to go after signing in: a path of ours, never somebody else's address.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::{HOST, REFERER};
use url::Url;

/// Longest path taken along; longer ones are forgotten.
const PATH_BYTES_MAX: usize = 1_024;

/// A path on this site, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalPath(String);

impl LocalPath {
    /// The studio.
    pub(crate) fn studio() -> Self {
        Self("/studio".to_owned())
    }

    /// The profile.
    pub(crate) fn profile() -> Self {
        Self("/profile".to_owned())
    }

    /// Reads a path: one `/` at its start, no second slash or backslash after it (browsers read
    /// both as the start of a host name), nothing but visible ASCII.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('/')?;
        let fits = text.len() <= PATH_BYTES_MAX
            && !rest.starts_with(['/', '\\'])
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The page a form was sent from, if the browser says so and it is one of ours.
    pub(crate) fn referer(headers: &HeaderMap) -> Option<Self> {
        let from = headers.get(REFERER)?.to_str().ok()?;
        Self::of_address(from, headers)
    }

    /// The page htmx runs on.
    pub(crate) fn current(headers: &HeaderMap) -> Option<Self> {
        let from = headers.get("hx-current-url")?.to_str().ok()?;
        Self::of_address(from, headers)
    }

    fn of_address(address: &str, headers: &HeaderMap) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let host = headers.get(HOST)?.to_str().ok()?;
        let authority = url.authority();
        if authority != host {
            return None;
        }
        let path = url.path();
        match url.query() {
            Some(query) => Self::parse(&format!("{path}?{query}")),
            None => Self::parse(path),
        }
    }

    /// The sign-in page that leads back here.
    pub(crate) fn sign_in_url(&self) -> String {
        let encoded: String = url::form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        format!("/sign-in?return_to={encoded}")
    }

    /// The path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_followed() {
        for good in [
            "/",
            "/studio",
            "/history?q=a+b&kind=video",
            "/g/gen_1#x",
            "/a//b",
        ] {
            assert!(LocalPath::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "studio",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "/\tevil",
            "/a\r\nset-cookie: x",
            " /studio",
            "/stüdio",
            "javascript:alert(1)",
        ] {
            assert!(LocalPath::parse(bad).is_none(), "{bad:?}");
        }
        assert!(LocalPath::parse(&format!("/{}", "x".repeat(2_000))).is_none());
    }

    #[test]
    fn a_referer_from_elsewhere_leads_nowhere() {
        let path = |referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "studio.example:8080".parse().unwrap());
            headers.insert(REFERER, referer.parse().unwrap());
            LocalPath::referer(&headers).map(|path| path.0)
        };
        let ours = path("http://studio.example:8080/history?q=x");
        assert_eq!(ours.as_deref(), Some("/history?q=x"));
        assert_eq!(path("http://evil.example/history"), None);
        assert_eq!(path("http://studio.example:8080//evil.example"), None);
    }
}
