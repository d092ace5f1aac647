//! Clerk's cookies in a request. Each exists twice, plain and with the instance's suffix; which of
//! the two counts is decided in the order Clerk's own library does it.

use nexora_core::Timestamp;
use serde_json::Value;

use super::instance::{Instance, Mode};
use super::jws;

pub(super) const SESSION: &str = "__session";
pub(super) const CLIENT_UAT: &str = "__client_uat";
pub(super) const REFRESH: &str = "__refresh";
pub(super) const DEV_BROWSER: &str = "__clerk_db_jwt";
pub(super) const HANDSHAKE: &str = "__clerk_handshake";
pub(super) const REDIRECT_COUNT: &str = "__clerk_redirect_count";

/// What this instance's cookies say. Nothing here is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClerkCookies {
    /// The session token.
    pub session: Option<String>,
    /// When the browser's client last changed, in seconds since 1970. `Some(0)` says that it is
    /// signed out; `None` that there is no such cookie, which does not sign anybody in either.
    pub client_uat: Option<i64>,
    /// Development only: the name of the browser at Clerk's.
    pub dev_browser: Option<String>,
    /// What a handshake brought back, in production.
    pub handshake: Option<String>,
    /// How many handshakes there were within two seconds.
    pub redirects: u8,
    /// Whether the cookies with the suffix were taken.
    pub suffixed: bool,
}

pub(super) fn pick(cookies: &[(&str, &str)], instance: &Instance, now: Timestamp) -> ClerkCookies {
    let jar = Jar {
        cookies,
        suffix: instance.cookie_suffix(),
    };
    let suffixed = takes_suffixed(&jar, instance, now);
    let one = |name: &str| {
        let value = if suffixed {
            jar.suffixed(name)
        } else {
            jar.plain(name)
        };
        value.filter(|value| !value.is_empty())
    };
    let owned = |value: Option<&str>| value.map(str::to_owned);
    ClerkCookies {
        session: owned(one(SESSION)),
        client_uat: one(CLIENT_UAT).map(seconds),
        dev_browser: owned(one(DEV_BROWSER)),
        handshake: owned(jar.plain(HANDSHAKE).filter(|value| !value.is_empty())),
        redirects: jar
            .plain(REDIRECT_COUNT)
            .and_then(|count| count.parse().ok())
            .unwrap_or(0),
        suffixed,
    }
}

/// What cannot be read signs nobody in.
fn seconds(uat: &str) -> i64 {
    uat.parse().unwrap_or(0)
}

#[derive(Clone, Copy)]
struct Jar<'a> {
    cookies: &'a [(&'a str, &'a str)],
    suffix: &'a str,
}

impl<'a> Jar<'a> {
    /// The first of a name, as browsers send the more specific one first.
    fn plain(&self, name: &str) -> Option<&'a str> {
        let mut cookies = self.cookies.iter();
        cookies
            .find(|(own, _)| *own == name)
            .map(|(_, value)| *value)
    }

    fn suffixed(&self, name: &str) -> Option<&'a str> {
        self.plain(&format!("{name}_{}", self.suffix))
    }
}

fn takes_suffixed(jar: &Jar<'_>, instance: &Instance, now: Timestamp) -> bool {
    let filled = |value: Option<&'_ str>| value.is_some_and(|value| !value.is_empty());
    let (plain, own) = (jar.plain(SESSION), jar.suffixed(SESSION));
    let (plain_uat, own_uat) = (jar.plain(CLIENT_UAT), jar.suffixed(CLIENT_UAT));
    let plain_claims = plain.filter(|token| !token.is_empty()).map(claims);
    if let Some(claims) = &plain_claims {
        let Some(issuer) = claims.get("iss").and_then(Value::as_str) else {
            // Nonsense in the plain one: signed out, and no handshake that could go on forever.
            return false;
        };
        if issuer != instance.issuer() {
            return true;
        }
    }
    if !filled(own) && !filled(own_uat) {
        return false;
    }
    let own_claims = own.map(claims).unwrap_or_default();
    let issued_at = |claims: &Value| claims.get("iat").and_then(Value::as_i64).unwrap_or(0);
    let plain_is_newer = issued_at(&plain_claims.unwrap_or_default()) > issued_at(&own_claims);
    let is_out = |uat: Option<&str>| uat == Some("0");
    if !is_out(own_uat) && !is_out(plain_uat) && plain_is_newer {
        return false;
    }
    if is_out(own_uat) && !is_out(plain_uat) {
        return false;
    }
    let expires_at = own_claims.get("exp").and_then(Value::as_i64);
    let is_over = expires_at.is_some_and(|at| at.saturating_mul(1_000) <= now.as_ms());
    let development = instance.mode() == Mode::Development;
    if development && !is_out(own_uat) && is_out(plain_uat) && is_over {
        return false;
    }
    filled(own_uat) || !filled(own)
}

/// What a token claims, to choose between two; whether it is true is found out afterwards.
fn claims(token: &str) -> Value {
    jws::unverified(token).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::super::instance::tests::instance;
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn token(claims: &Value) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    /// A token of the instance, issued this many seconds ago.
    fn ours(mode: &str, seconds_ago: i64) -> String {
        let iat = NOW - seconds_ago;
        let issuer = instance(mode).issuer().to_owned();
        token(&json!({ "iss": issuer, "iat": iat, "exp": iat + 60 }))
    }

    /// Plain session, plain uat, suffixed session, suffixed uat; an empty text is no cookie.
    fn takes_own(mode: &str, values: [&str; 4]) -> bool {
        let instance = instance(mode);
        let suffix = instance.cookie_suffix();
        let names = [
            SESSION.to_owned(),
            CLIENT_UAT.to_owned(),
            format!("{SESSION}_{suffix}"),
            format!("{CLIENT_UAT}_{suffix}"),
        ];
        let cookies: Vec<(&str, &str)> = names
            .iter()
            .map(String::as_str)
            .zip(values)
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let picked = pick(&cookies, &instance, Timestamp::from_ms(NOW * 1_000));
        let expected = if picked.suffixed {
            values[2]
        } else {
            values[0]
        };
        assert_eq!(picked.session.unwrap_or_default(), expected);
        picked.suffixed
    }

    #[test]
    fn plain_or_suffixed_is_decided_in_clerks_order() {
        let (new, old) = (ours("live", 1), ours("live", 50));
        let foreign = token(&json!({ "iss": "https://clerk.other.example", "iat": NOW }));
        let nameless = token(&json!({ "iat": NOW }));
        let uat = "1799999000";
        let table: [([&str; 4], bool); 13] = [
            // A plain token without an issuer, or that is none at all.
            ([&nameless, uat, &new, uat], false),
            (["nonsense", uat, &new, uat], false),
            // A plain token of another instance.
            ([&foreign, uat, &new, uat], true),
            ([&foreign, uat, "", ""], true),
            // Nothing with a suffix.
            ([&new, uat, "", ""], false),
            (["", "", "", ""], false),
            // Both signed in: the newer, then the suffixed.
            ([&new, uat, &old, uat], false),
            ([&old, uat, &new, uat], true),
            ([&new, uat, &new, uat], true),
            // Signed out in one of them.
            ([&new, uat, &old, "0"], false),
            ([&new, "0", &old, uat], true),
            // A suffixed session without its time.
            ([&old, uat, &new, ""], false),
            (["", "", "", uat], true),
        ];
        for (values, suffixed) in table {
            assert_eq!(takes_own("live", values), suffixed, "{values:?}");
        }
    }

    #[test]
    fn in_development_an_expired_suffixed_token_gives_way_to_a_sign_out() {
        let (alive, over) = (ours("test", 10), ours("test", 61));
        let uat = "1799999000";
        assert!(!takes_own("test", ["", "0", &over, uat]));
        assert!(takes_own("test", ["", "0", &alive, uat]));
        assert!(takes_own("live", ["", "0", &ours("live", 61), uat]));
    }

    #[test]
    fn the_first_cookie_of_a_name_counts_and_odd_numbers_do_not() {
        let instance = instance("live");
        let pick = |cookies: &[(&str, &str)]| pick(cookies, &instance, Timestamp::from_ms(0));
        let uat = |text| pick(&[(CLIENT_UAT, text)]).client_uat;
        assert_eq!(uat("17"), Some(17));
        assert_eq!(uat("0"), Some(0));
        assert_eq!(uat("soon"), Some(0));
        assert_eq!(uat(""), None);
        let twice = pick(&[(CLIENT_UAT, "17"), (CLIENT_UAT, "99")]);
        assert_eq!(twice.client_uat, Some(17));
        let counted = pick(&[(REDIRECT_COUNT, "3"), (HANDSHAKE, "x")]);
        assert_eq!(
            (counted.redirects, counted.handshake.as_deref()),
            (3, Some("x"))
        );
        assert_eq!(pick(&[(REDIRECT_COUNT, "many")]).redirects, 0);
    }
}
