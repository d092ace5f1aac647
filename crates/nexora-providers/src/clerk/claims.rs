//! What a signed token claims, and whether that signs somebody in here and now.
//!
//! Whatever can never become right is looked at first, time afterwards: a token of another
//! instance must not send a browser on a handshake, however old it is.

use nexora_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::jws::is_object;
use super::token::{Flaw, TokenError, Transport};
use crate::place::is_plain_id;

/// How far our clock and Clerk's may differ. A token cannot be taken back, so this is added to
/// the minute it lives; Clerk's own libraries use the same.
const LEEWAY_SECONDS: i64 = 5;

/// Somebody who is signed in at Clerk's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who: `user_…`.
    pub subject: String,
    /// In which of their sessions there: `sess_…`.
    pub sid: String,
    /// When the token was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Who is really there, if somebody acts as this member. Show it, and let them neither pay
    /// nor delete.
    pub actor: Option<String>,
    /// How long ago they proved who they are, if the token says so.
    pub factors: Option<FactorAge>,
}

/// How many minutes ago each factor was proved; `None` is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorAge {
    /// The password, the mailed code, the key.
    pub first_minutes: Option<u32>,
    /// The second one.
    pub second_minutes: Option<u32>,
}

/// What must be true of a token of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) parties: &'a [String],
    pub(super) now: Timestamp,
}

/// Unknown claims are fine, `aud` among them: `azp` is Clerk's audience. A claim given twice makes
/// the whole unreadable.
#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    sid: Value,
    #[serde(default)]
    iss: Value,
    #[serde(default)]
    azp: Value,
    #[serde(default)]
    iat: Value,
    #[serde(default)]
    nbf: Value,
    #[serde(default)]
    exp: Value,
    #[serde(default)]
    sts: Value,
    #[serde(default)]
    act: Value,
    #[serde(default)]
    fva: Value,
}

/// Reads the claims of a token whose signature was verified.
pub(super) fn judge(
    payload: &[u8],
    expected: &Expected<'_>,
    transport: Transport,
) -> Result<Verified, TokenError> {
    if !is_object(payload) {
        return Err(Flaw::Claim("payload").into());
    }
    let claims: Claims = serde_json::from_slice(payload).map_err(|_| Flaw::Claim("payload"))?;
    let subject = id("sub", "user_", &claims.sub)?;
    let sid = id("sid", "sess_", &claims.sid)?;
    if claims.iss != expected.issuer {
        return Err(Flaw::Issuer.into());
    }
    let issued_at = seconds("iat", &claims.iat)?;
    let valid_from = seconds("nbf", &claims.nbf)?;
    let expires_at = seconds("exp", &claims.exp)?;
    if !expected.parties.iter().any(|ours| claims.azp == **ours) {
        return Err(Flaw::AuthorizedParty.into());
    }
    let actor = actor(&claims.act)?;
    check_time(expected.now, issued_at, valid_from, expires_at)?;
    check_state(&claims.sts)?;
    check_client(transport, issued_at)?;
    Ok(Verified {
        subject,
        sid,
        issued_at: moment(issued_at),
        expires_at: moment(expires_at),
        actor,
        factors: factors(&claims.fva),
    })
}

fn id(name: &'static str, prefix: &str, value: &Value) -> Result<String, Flaw> {
    let text = value.as_str().unwrap_or_default();
    match text.strip_prefix(prefix) {
        Some(rest) if !rest.is_empty() && is_plain_id(text) => Ok(text.to_owned()),
        _ => Err(Flaw::Claim(name)),
    }
}

/// Whole seconds since 1970, which is what Clerk writes.
fn seconds(name: &'static str, value: &Value) -> Result<i64, Flaw> {
    value.as_i64().ok_or(Flaw::Claim(name))
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_ms(seconds.saturating_mul(1_000))
}

/// `{iss, sid, sub}` while somebody acts as somebody else. Who cannot be read is not let in: the
/// page could not say who is there.
fn actor(act: &Value) -> Result<Option<String>, Flaw> {
    if act.is_null() {
        return Ok(None);
    }
    let who = act.get("sub").and_then(Value::as_str);
    let who = who.filter(|who| is_plain_id(who));
    Ok(Some(who.ok_or(Flaw::Claim("act"))?.to_owned()))
}

fn check_time(
    now: Timestamp,
    issued_at: i64,
    valid_from: i64,
    expires_at: i64,
) -> Result<(), TokenError> {
    let latest = expires_at.saturating_add(LEEWAY_SECONDS);
    let is_ahead = |at: i64| moment(at.saturating_sub(LEEWAY_SECONDS)) > now;
    if moment(latest) <= now {
        return Err(TokenError::Expired);
    }
    if is_ahead(valid_from) {
        return Err(TokenError::NotYetValid);
    }
    if is_ahead(issued_at) {
        return Err(TokenError::IssuedInFuture);
    }
    Ok(())
}

/// Only `active` is active; what Clerk may add is not.
fn check_state(sts: &Value) -> Result<(), TokenError> {
    match sts.as_str() {
        Some("active") => Ok(()),
        Some(_) => Err(TokenError::Pending),
        None if sts.is_null() => Ok(()),
        None => Err(Flaw::Claim("sts").into()),
    }
}

fn check_client(transport: Transport, issued_at: i64) -> Result<(), TokenError> {
    match transport {
        Transport::Bearer | Transport::Handshake => Ok(()),
        Transport::Cookie { client_uat } => match client_uat.unwrap_or(0) {
            ..=0 => Err(TokenError::NoClient),
            changed_at if issued_at < changed_at => Err(TokenError::Stale),
            _ => Ok(()),
        },
    }
}

/// `[minutes, minutes]`, where -1 is never.
fn factors(fva: &Value) -> Option<FactorAge> {
    let [first, second] = fva.as_array()?.as_slice() else {
        return None;
    };
    let minutes = |value: &Value| u32::try_from(value.as_i64()?).ok();
    Some(FactorAge {
        first_minutes: minutes(first),
        second_minutes: minutes(second),
    })
}
