//! Two fixed RSA keys that sign for the played Clerk and for nobody else.
//!
//! They are public (they lie in this repository) and therefore worth nothing: a studio accepts them
//! only while it is told that its Clerk is the sandbox. They are fixed because the TLS library at
//! hand signs with RSA but does not make RSA keys.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};

const SANDBOX_ONLY: &[u8] = include_bytes!("keys/sandbox_only.pk8");
const SANDBOX_OTHER: &[u8] = include_bytes!("keys/sandbox_other.pk8");
/// What stands before a 2048-bit RSA key in a `SubjectPublicKeyInfo` (RFC 5280).
const SPKI_PREFIX: [u8; 24] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
];
const PEM_LINE_CHARS: usize = 64;

/// The instance's signing key, and one that is not (yet) the instance's.
pub(super) struct Keys {
    pairs: Option<[KeyPair; 2]>,
    random: SystemRandom,
    rotated: AtomicBool,
}

/// Which key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signer {
    /// The one in the JWKS.
    Instance,
    /// The other one, as a forger would.
    Foreign,
}

impl Keys {
    pub(super) fn new() -> Self {
        let read = |pkcs8| KeyPair::from_pkcs8(pkcs8).ok();
        let pairs = read(SANDBOX_ONLY).zip(read(SANDBOX_OTHER));
        Self {
            pairs: pairs.map(|(first, second)| [first, second]),
            random: SystemRandom::new(),
            rotated: AtomicBool::new(false),
        }
    }

    /// The keys change places; the key's id stays, because it is the instance's.
    pub(super) fn rotate(&self) {
        self.rotated.fetch_xor(true, Ordering::Relaxed);
    }

    /// A compact JWT.
    pub(super) fn sign(&self, header: &Value, claims: &Value, signer: Signer) -> Option<String> {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let pair = self.pair(signer)?;
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(
            &RSA_PKCS1_SHA256,
            &self.random,
            message.as_bytes(),
            &mut signature,
        )
        .ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The key set, with one key of another kind that readers have to skip.
    pub(super) fn jwks(&self, kid: &str) -> Value {
        let Some(pair) = self.pair(Signer::Instance) else {
            return json!({ "keys": [] });
        };
        let public: PublicKeyComponents<Vec<u8>> = pair.public().into();
        json!({ "keys": [
            { "use": "sig", "kty": "OKP", "kid": format!("{kid}_ed"), "crv": "Ed25519",
              "alg": "EdDSA", "x": URL_SAFE_NO_PAD.encode([7; 32]) },
            { "use": "sig", "kty": "RSA", "kid": kid, "alg": "RS256",
              "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e) },
        ] })
    }

    /// The public key as Clerk's dashboard shows it for `CLERK_JWT_KEY`.
    pub(super) fn pem(&self) -> String {
        let der = self.pair(Signer::Instance).map(|pair| {
            let public = pair.public_key().as_ref();
            [SPKI_PREFIX.as_slice(), public].concat()
        });
        let text = STANDARD.encode(der.unwrap_or_default());
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in text.as_bytes().chunks(PEM_LINE_CHARS) {
            pem.extend(line.iter().copied().map(char::from));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        pem
    }

    fn pair(&self, signer: Signer) -> Option<&KeyPair> {
        let [first, second] = self.pairs.as_ref()?;
        let is_first = (signer == Signer::Instance) != self.rotated.load(Ordering::Relaxed);
        Some(if is_first { first } else { second })
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    #[test]
    fn only_the_instances_key_verifies_until_it_is_rotated() {
        let keys = Keys::new();
        let public = keys.pair(Signer::Instance).unwrap().public_key().clone();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public.as_ref().to_vec());
        let holds = |signer| {
            let jwt = keys.sign(&json!({}), &json!({"sub": 1}), signer).unwrap();
            let (message, signature) = jwt.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            public.verify(message.as_bytes(), &signature).is_ok()
        };
        assert!(holds(Signer::Instance));
        assert!(!holds(Signer::Foreign));
        keys.rotate();
        assert!(!holds(Signer::Instance));
    }
}
