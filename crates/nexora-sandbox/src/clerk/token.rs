//! Session tokens: signed for a minute, or forged to order.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::directory::{Session, fresh_id};
use super::keys::Signer;
use super::{Clerk, INSTANCE_ID};

/// Clerk's session tokens live this long.
const LIFE_SECONDS: i64 = 60;
/// Clerk dates `nbf` back.
const EARLY_SECONDS: i64 = 10;
/// The class of session and handshake tokens (`cat` in the header).
const SESSION_CLASS: &str = "cl_B7d4PD111AAA";
/// The class of tokens made from a JWT template.
const TEMPLATE_CLASS: &str = "cl_B7d4PD222AAA";

/// What a forged token has instead: each entry replaces one of the true token; null leaves it out.
#[derive(Clone, Debug, Default)]
pub struct Forgery {
    /// Changes to the header: `kid`, `alg`, `cat`, `crit`, `typ`…
    pub header: Map<String, Value>,
    /// Changes to the claims: `iat`, `exp`, `azp`, `sts`, `act`…
    pub claims: Map<String, Value>,
    /// Signed by a key that is not the instance's.
    pub foreign_key: bool,
}

impl Clerk {
    /// A session token as the Frontend API mints it. `azp` is the origin of the page that asked.
    pub(super) fn mint(
        &self,
        issuer: &str,
        session: &Session,
        azp: Option<&str>,
        now: Timestamp,
    ) -> Option<String> {
        let claims = session_claims(issuer, session, azp, now);
        self.keys
            .sign(&header(SESSION_CLASS), &claims, Signer::Instance)
    }

    /// A token of a JWT template: same key, no `sid`, and it may live long.
    pub(super) fn mint_template(
        &self,
        issuer: &str,
        session: &Session,
        life_seconds: i64,
        now: Timestamp,
    ) -> Option<String> {
        let iat = now.as_second();
        let claims = json!({
            "iss": issuer, "sub": session.account_id, "jti": fresh_id(""),
            "iat": iat, "nbf": iat - EARLY_SECONDS, "exp": iat + life_seconds,
        });
        self.keys
            .sign(&header(TEMPLATE_CLASS), &claims, Signer::Instance)
    }

    /// A token that carries cookies to the application's own host.
    pub(super) fn mint_handshake(&self, directives: &[String]) -> Option<String> {
        let claims = json!({ "handshake": directives });
        self.keys
            .sign(&header(SESSION_CLASS), &claims, Signer::Instance)
    }

    /// A session token with parts replaced.
    pub(super) fn forge(
        &self,
        issuer: &str,
        session: &Session,
        azp: Option<&str>,
        forgery: &Forgery,
        now: Timestamp,
    ) -> Option<String> {
        let header = replaced(header(SESSION_CLASS), &forgery.header);
        let claims = session_claims(issuer, session, azp, now);
        let claims = replaced(claims, &forgery.claims);
        let signer = if forgery.foreign_key {
            Signer::Foreign
        } else {
            Signer::Instance
        };
        self.keys.sign(&header, &claims, signer)
    }
}

fn header(class: &str) -> Value {
    json!({ "alg": "RS256", "cat": class, "kid": INSTANCE_ID, "typ": "JWT" })
}

fn session_claims(issuer: &str, session: &Session, azp: Option<&str>, now: Timestamp) -> Value {
    let iat = now.as_second();
    let signed_in_minutes = (iat - session.created_at.as_second()) / 60;
    let mut claims = json!({
        "exp": iat + LIFE_SECONDS,
        "fva": [signed_in_minutes, -1],
        "iat": iat,
        "iss": issuer,
        "jti": fresh_id(""),
        "nbf": iat - EARLY_SECONDS,
        "sid": session.id,
        "sts": "active",
        "sub": session.account_id,
        "v": 2,
    });
    if let Some(azp) = azp {
        claims["azp"] = azp.into();
    }
    claims
}

fn replaced(mut token: Value, changes: &Map<String, Value>) -> Value {
    let Some(entries) = token.as_object_mut() else {
        return token;
    };
    for (name, value) in changes {
        match value {
            Value::Null => entries.remove(name),
            Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => entries.insert(name.clone(), value.clone()),
        };
    }
    token
}
