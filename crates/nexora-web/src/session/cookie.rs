//! Cookies: one that says who somebody is, one that carries a notice to the next page.

use std::time::Duration;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use nexora_engine::SessionToken;

/// The longest a browser keeps the session cookie without being told again.
const LIFE_MAX: Duration = Duration::from_secs(30 * 86_400);
/// The name on plain http, on a developer's machine.
const PLAIN_NAME: &str = "nexora";
/// The prefix makes browsers insist on https, on no `Domain`, and on `Path=/`.
const SECURE_NAME: &str = "__Host-nexora";

/// The token in the session cookie, if there is one that can be a token.
pub(crate) fn token(headers: &HeaderMap, secure: bool) -> Option<SessionToken> {
    read(headers, session_name(secure)).and_then(SessionToken::parse)
}

/// The cookie that signs somebody in, for as long as `life`.
pub(crate) fn signed_in(token: &SessionToken, life: Duration, secure: bool) -> Option<HeaderValue> {
    written(
        session_name(secure),
        token.as_str(),
        life.min(LIFE_MAX),
        secure,
    )
}

/// The cookie that signs somebody out.
pub(crate) fn signed_out(secure: bool) -> Option<HeaderValue> {
    cleared(session_name(secure), secure)
}

/// The value of a cookie.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    pairs(headers)
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Every cookie's name and value, in the order the browser sent them.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// A cookie for scripts not to see and other sites not to send along. `None` if the value does
/// not fit into a header; ours do.
pub(crate) fn written(
    name: &str,
    value: &str,
    life: Duration,
    secure: bool,
) -> Option<HeaderValue> {
    let only_https = if secure { "; Secure" } else { "" };
    let seconds = life.as_secs();
    let text =
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{only_https}");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Takes a cookie away.
pub(crate) fn cleared(name: &str, secure: bool) -> Option<HeaderValue> {
    written(name, "", Duration::ZERO, secure)
}

const fn session_name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        let token = "a".repeat(64);
        let line = format!("nexora-flash=saved; xnexora=1; nexora={token}");
        headers.insert(COOKIE, line.parse().unwrap());
        assert_eq!(read(&headers, "nexora"), Some(token.as_str()));
        assert!(super::token(&headers, false).is_some());
        assert!(super::token(&headers, true).is_none());
    }

    #[test]
    fn on_https_the_cookie_is_bound_to_this_host() {
        let token = SessionToken::parse(&"b".repeat(64)).unwrap();
        let value = signed_in(&token, LIFE_MAX * 2, true).unwrap();
        let text = value.to_str().unwrap();
        assert!(text.starts_with("__Host-nexora="));
        for part in [
            "Path=/",
            "Secure",
            "HttpOnly",
            "SameSite=Lax",
            "Max-Age=2592000",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("Domain"));
        let plain = signed_in(&token, LIFE_MAX, false).unwrap();
        assert!(!plain.to_str().unwrap().contains("Secure"));
    }
}
