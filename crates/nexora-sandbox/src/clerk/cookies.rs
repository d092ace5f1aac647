//! Cookies of the Frontend API's own host, and those it hands to the application through a handshake.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::PUBLISHABLE_KEY;

/// The Frontend API's own cookie. Clerk calls it `__client`; on loopback all hosts share one cookie
/// jar, so it has a name and a path of its own here.
const CLIENT: &str = "__sandbox_client";
/// Clerk's cookies stay for a year, however short the token in them lives.
const LIFE_SECONDS: u32 = 31_536_000;
const SUFFIX_CHARS: usize = 8;

/// The value of the client cookie.
pub(super) fn client_key(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .find_map(|pair| pair.trim().strip_prefix(CLIENT)?.strip_prefix('='))
        .map(str::to_owned)
}

/// Lets the browser keep its client.
pub(super) fn remember(key: &str) -> String {
    format!("{CLIENT}={key}; Path=/clerk; Max-Age={LIFE_SECONDS}; SameSite=Lax; HttpOnly")
}

/// `Set-Cookie` directives for the application's host, each under its plain and its suffixed name.
/// Without a session token they sign the browser out.
pub(super) fn directives(
    dev_browser: &str,
    session: Option<&str>,
    uat_seconds: i64,
) -> Vec<String> {
    let (uat, life) = match session {
        Some(_) => (uat_seconds, LIFE_SECONDS),
        None => (0, 0),
    };
    let token = session.unwrap_or_default();
    let values = [
        ("__session", token.to_owned(), life),
        ("__client_uat", uat.to_string(), LIFE_SECONDS),
        ("__clerk_db_jwt", dev_browser.to_owned(), LIFE_SECONDS),
    ];
    let names = |name: &str| [name.to_owned(), format!("{name}_{}", suffix())];
    values
        .into_iter()
        .flat_map(|(name, value, life)| {
            names(name).map(|name| format!("{name}={value}; Path=/; Max-Age={life}; SameSite=Lax"))
        })
        .collect()
}

/// The first eight letters of the publishable key's SHA-1 in base64url.
fn suffix() -> String {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, PUBLISHABLE_KEY.as_bytes());
    let mut suffix = URL_SAFE_NO_PAD.encode(digest);
    suffix.truncate(SUFFIX_CHARS);
    suffix
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_client_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_static("a=1; __sandbox_client=dvb_x; __session=y");
        headers.insert(header::COOKIE, line);
        assert_eq!(client_key(&headers).as_deref(), Some("dvb_x"));
        assert_eq!(client_key(&HeaderMap::new()), None);
    }

    #[test]
    fn every_cookie_has_two_names() {
        let set = directives("dvb_x", None, 9);
        assert_eq!(set.len(), 6);
        assert!(set[0].starts_with("__session=; "));
        assert!(set[1].starts_with("__session_"));
        assert!(set[2].starts_with("__client_uat=0; "));
    }
}
