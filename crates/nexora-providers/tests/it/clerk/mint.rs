//! Makes tokens, good and bad, with keys that are for tests only.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nexora_core::{ManualClock, Timestamp};
use nexora_providers::{Clerk, ClerkConfig, Wire};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{self, RsaEncoding};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

/// The moment of every test, in seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const KID: &str = "ins_2g7np7Hrk0SN6kj5EDMLDaKNL0S";
pub(crate) const HOME: &str = "https://studio.example";
pub(crate) const SECOND_HOME: &str = "http://localhost:3000";
pub(crate) const PUBLIC_PEM: &str = include_str!("../../keys/test-only-a.pub.pem");
const OWN: &str = include_str!("../../keys/test-only-a.pem");
const STRANGERS: &str = include_str!("../../keys/test-only-b.pem");

/// Somebody's private key.
pub(crate) struct Mint(KeyPair);

impl Mint {
    pub(crate) fn own() -> Self {
        Self::of(OWN)
    }

    pub(crate) fn stranger() -> Self {
        Self::of(STRANGERS)
    }

    fn of(pem: &str) -> Self {
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        Self(KeyPair::from_pkcs8(&der).unwrap())
    }

    /// An honest session token with these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_with(&header(), claims)
    }

    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        self.raw(&header.to_string(), &claims.to_string())
    }

    /// Signs texts as they are, whether or not they are JSON.
    pub(crate) fn raw(&self, header: &str, claims: &str) -> String {
        self.signed_by(&signature::RSA_PKCS1_SHA256, header, claims)
    }

    pub(crate) fn signed_by(
        &self,
        encoding: &'static dyn RsaEncoding,
        header: &str,
        claims: &str,
    ) -> String {
        let signed = unsigned(header, claims);
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(encoding, &random, signed.as_bytes(), &mut signature)
            .unwrap();
        with_signature(&signed, &signature)
    }

    /// The public half as an entry of a key set.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.0.public());
        json!({
            "use": "sig", "kty": "RSA", "kid": kid, "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e),
        })
    }
}

pub(crate) fn unsigned(header: &str, claims: &str) -> String {
    let coded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", coded(header), coded(claims))
}

pub(crate) fn with_signature(signed: &str, signature: &[u8]) -> String {
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(crate) fn header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": KID, "cat": "cl_B7d4PD111AAA" })
}

/// What Clerk claims of somebody who has just signed in at this issuer.
pub(crate) fn claims(issuer: &str) -> Value {
    json!({
        "sub": "user_29w83sxmDNGwOuEthce5gg56FcC",
        "sid": "sess_29w83uRYqA1CUe0GPQpdg9Qvqzt",
        "iss": issuer,
        "azp": HOME,
        "iat": NOW,
        "nbf": NOW - 10,
        "exp": NOW + 60,
        "jti": "8f3c1b2a",
        "fva": [3, -1],
        "sts": "active",
        "v": 2,
    })
}

/// The object with some members replaced; `null` takes one away.
pub(crate) fn changed(mut object: Value, changes: &Value) -> Value {
    let members = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    object
}

/// An instance in production whose key is in its configuration: it asks nobody.
pub(crate) fn config() -> ClerkConfig {
    ClerkConfig {
        // clerk.studio.example$
        publishable_key: "pk_live_Y2xlcmsuc3R1ZGlvLmV4YW1wbGUk".to_owned(),
        secret_key: SecretString::from("sk_live_sesame"),
        jwt_key: Some(PUBLIC_PEM.to_owned()),
        webhook_secret: None,
        frontend_api_url: None,
        api_url: nowhere(),
        public_origins: vec![HOME.to_owned(), SECOND_HOME.to_owned()],
    }
}

/// The same in development.
pub(crate) fn in_development() -> ClerkConfig {
    ClerkConfig {
        publishable_key: "pk_test_Y2xlcmsuc3R1ZGlvLmV4YW1wbGUk".to_owned(),
        secret_key: SecretString::from("sk_test_sesame"),
        ..config()
    }
}

/// An address that nobody answers at.
fn nowhere() -> Url {
    "http://127.0.0.1:9".parse().unwrap()
}

pub(crate) fn open(config: ClerkConfig) -> (Clerk, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_ms(NOW * 1_000)));
    let own: Arc<ManualClock> = Arc::clone(&clock);
    let clerk = Clerk::new(config, &Wire::new().unwrap(), own).unwrap();
    (clerk, clock)
}
