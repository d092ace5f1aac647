//! The outer form of a token: three parts, and a header that promises nothing unusual.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::token::Flaw;

/// Browsers cut cookies at four kilobytes; a header may be a bit larger.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// A key's name is the instance's id, about 31 characters.
const KID_CHARS_MAX: usize = 200;
/// The class of session and handshake tokens.
const CATEGORY_SESSION: &str = "cl_B7d4PD111AAA";
/// The class that says nothing about the class.
const CATEGORY_IGNORE: &str = "cl_I7d4PD111III";

/// A token whose header is in order. Its payload means nothing until the signature is verified.
#[derive(Debug)]
pub(super) struct Jws<'a> {
    pub(super) kid: String,
    pub(super) payload: Vec<u8>,
    pub(super) signed: &'a [u8],
    pub(super) signature: Vec<u8>,
}

/// Fields we have an opinion on; `jku`, `jwk` and `x5u` are never even looked at. A field given
/// twice makes the header unreadable.
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    alg: Value,
    #[serde(default, deserialize_with = "present")]
    typ: Option<Value>,
    #[serde(default)]
    kid: Value,
    #[serde(default, deserialize_with = "present")]
    cat: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<Value>,
}

/// Even a `null` is there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Takes a token apart.
pub(super) fn parse(token: &str) -> Result<Jws<'_>, Flaw> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Flaw::Syntax);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Flaw::Syntax)?;
    let (header, payload) = signed.split_once('.').ok_or(Flaw::Syntax)?;
    // A dot, a space or a padding in any part is no base64url, and fails here.
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Flaw::Syntax);
    let (header, payload, signature) = (part(header)?, part(payload)?, part(signature)?);
    Ok(Jws {
        kid: check(&header)?,
        payload,
        signed: signed.as_bytes(),
        signature,
    })
}

/// What the token claims, before anything is known about its signature.
pub(super) fn unverified(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&claims).ok()
}

/// Whether these bytes are an object: a struct would also be read from a list.
pub(super) fn is_object(json: &[u8]) -> bool {
    json.first() == Some(&b'{')
}

fn check(header: &[u8]) -> Result<String, Flaw> {
    if !is_object(header) {
        return Err(Flaw::Header);
    }
    let header: Header = serde_json::from_slice(header).map_err(|_| Flaw::Header)?;
    // Clerk's own library takes RS384 and RS512 too; its documentation asks for RS256.
    if header.alg != "RS256" {
        return Err(Flaw::Algorithm);
    }
    if header.typ.is_some_and(|typ| typ != "JWT") {
        return Err(Flaw::Type);
    }
    if header.crit.is_some() {
        return Err(Flaw::Critical);
    }
    let known = |cat: &Value| *cat == CATEGORY_SESSION || *cat == CATEGORY_IGNORE;
    if header.cat.is_some_and(|cat| !known(&cat)) {
        return Err(Flaw::Category);
    }
    let kid = header.kid.as_str().unwrap_or_default();
    if !(1..=KID_CHARS_MAX).contains(&kid.len()) {
        return Err(Flaw::Header);
    }
    Ok(kid.to_owned())
}
