//! What a handshake brings back: cookies to set. Clerk signed them; still only its own are set.

use serde::Deserialize;

use super::cookies::{CLIENT_UAT, REFRESH, SESSION};
use super::jws::is_object;
use super::token::{Flaw, TokenError};

/// Clerk sets about eight.
const COOKIES_MAX: usize = 30;
/// Browsers cut cookies at four kilobytes, attributes included.
const COOKIE_BYTES_MAX: usize = 4_096;
/// The names of Clerk's own cookies are these, or begin with them and an underscore.
const FAMILIES: [&str; 3] = [SESSION, CLIENT_UAT, REFRESH];
/// Or begin with this.
const FAMILY_OTHERS: &str = "__clerk_";

/// A handshake that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshaken {
    /// Values for `Set-Cookie`, one header each.
    pub set_cookies: Vec<String>,
    /// The session token among them; `None` if the browser is signed out now.
    pub session: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    handshake: Vec<String>,
}

/// Reads the payload of a handshake token whose signature was verified.
pub(super) fn read(payload: &[u8], suffix: &str) -> Result<Handshaken, TokenError> {
    if !is_object(payload) {
        return Err(Flaw::Claim("payload").into());
    }
    let payload: Payload = serde_json::from_slice(payload).map_err(|_| Flaw::Claim("handshake"))?;
    let set_cookies: Vec<String> = payload
        .handshake
        .into_iter()
        .filter(|cookie| is_clerks(cookie))
        .take(COOKIES_MAX)
        .collect();
    let value_of = |name: &str| {
        let mut values = set_cookies.iter().filter_map(|cookie| pair(cookie));
        values.find(|(own, _)| *own == name).map(|(_, value)| value)
    };
    let session = value_of(&format!("{SESSION}_{suffix}")).or_else(|| value_of(SESSION));
    let session = session.filter(|token| !token.is_empty()).map(str::to_owned);
    Ok(Handshaken {
        set_cookies,
        session,
    })
}

/// Name and value of a `Set-Cookie` text.
fn pair(cookie: &str) -> Option<(&str, &str)> {
    let first = cookie.split(';').next().unwrap_or_default();
    let (name, value) = first.split_once('=')?;
    Some((name.trim(), value.trim()))
}

fn is_clerks(cookie: &str) -> bool {
    let clean = cookie.len() <= COOKIE_BYTES_MAX && cookie.bytes().all(is_printable);
    let name = pair(cookie).map_or("", |(name, _)| name);
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let one_of = |family: &str| {
        let rest = name.strip_prefix(family);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    let known = FAMILIES.into_iter().any(one_of) || name.starts_with(FAMILY_OTHERS);
    clean && plain && known
}

/// No line break, no other control character: a cookie must not end its header.
fn is_printable(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_all(cookies: &[&str]) -> Handshaken {
        let payload = json!({ "handshake": cookies }).to_string();
        read(payload.as_bytes(), "abcd1234").unwrap()
    }

    #[test]
    fn clerks_own_cookies_are_set_and_no_others() {
        let own = [
            "__session=aaa; Path=/; SameSite=Lax",
            "__session_abcd1234=bbb; Path=/",
            "__client_uat=17; Domain=studio.example",
            "__client_uat_abcd1234=17",
            "__refresh_abcd1234=r; HttpOnly",
            "__clerk_db_jwt=d",
        ];
        let read = read_all(&own);
        assert_eq!(read.set_cookies, own);
        assert_eq!(read.session.as_deref(), Some("bbb"));
        let long = format!("__session={}", "x".repeat(COOKIE_BYTES_MAX));
        let foreign = [
            "__Host-nexora=stolen; Path=/",
            "nexora=stolen",
            "__sessionx=1",
            "__client_uatx=1",
            "clerk_x=1",
            "__session=a\r\nSet-Cookie: nexora=stolen",
            "__session=a\nx",
            "__session=a\u{7f}",
            "__session=ü",
            "__clerk_x y=1",
            "__session",
            "",
            long.as_str(),
        ];
        for cookie in foreign {
            let read = read_all(&[cookie]);
            assert_eq!(read.set_cookies, Vec::<String>::new(), "{cookie}");
            assert_eq!(read.session, None, "{cookie}");
        }
        let flood = ["__clerk_x=1"; 100];
        assert_eq!(read_all(&flood).set_cookies.len(), COOKIES_MAX);
    }

    #[test]
    fn an_empty_session_is_a_sign_out() {
        let read = read_all(&["__session=; Path=/; Max-Age=0", "__client_uat=0"]);
        assert_eq!((read.session, read.set_cookies.len()), (None, 2));
        assert_eq!(read_all(&[]).session, None);
    }

    #[test]
    fn a_payload_of_another_form_is_none() {
        for payload in [
            "",
            "[]",
            "{}",
            r#"{"handshake":"x"}"#,
            r#"[["__session=a"]]"#,
        ] {
            let outcome = read(payload.as_bytes(), "abcd1234");
            assert!(matches!(outcome, Err(TokenError::Invalid(_))), "{payload}");
        }
    }
}
