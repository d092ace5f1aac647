//! An instance's public keys: read from a key set or a PEM, used to verify and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rsa::PublicKeyComponents;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;
use serde::Deserialize;
use serde_json::Value;

use super::jws::Jws;
use crate::signature::BASE64;
use crate::wire::lenient;

/// An instance has one key, two while it is rotated.
const KEYS_MAX: usize = 16;
/// RSA of 2048 to 8192 bits, which is what verification takes.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1_024;
/// DER of `rsaEncryption` with its empty parameters (RFC 8017, appendix A.1).
const RSA_ENCRYPTION: [u8; 13] = [
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// An RSA public key. Without a name it is the only one, whatever a token calls it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    kid: Option<String>,
    public: PublicKeyComponents<Vec<u8>>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    #[serde(rename = "use", default, deserialize_with = "lenient")]
    usage: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    alg: Option<String>,
    n: String,
    e: String,
}

impl Key {
    /// The usable keys of a key set: RSA, for signatures, RS256. Others may stand beside them.
    pub(super) fn all_of(set: Value) -> Vec<Self> {
        let Ok(KeySet { keys }) = serde_json::from_value(set) else {
            return Vec::new();
        };
        let read = keys.into_iter().take(KEYS_MAX).filter_map(Self::of_jwk);
        read.collect()
    }

    fn of_jwk(jwk: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk).ok()?;
        let purpose = (jwk.usage.as_deref(), jwk.alg.as_deref());
        if jwk.kty != "RSA" || purpose != (Some("sig"), Some("RS256")) {
            return None;
        }
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        Self::new(Some(jwk.kid), &part(&jwk.n)?, &part(&jwk.e)?)
    }

    /// A PEM `PUBLIC KEY`, also one whose line breaks were lost or are written `\n`.
    pub(super) fn of_pem(pem: &str) -> Option<Self> {
        let text = pem.replace("\\n", "\n").replace("\\r", "");
        let body = text.split_once("-----BEGIN PUBLIC KEY-----")?.1;
        let body = body.split_once("-----END PUBLIC KEY-----")?.0;
        let body: String = body.split_whitespace().collect();
        let der = BASE64.decode(body).ok()?;
        let (n, e) = read_public_key(&der)?;
        Self::new(None, n, e)
    }

    fn new(kid: Option<String>, n: &[u8], e: &[u8]) -> Option<Self> {
        let (n, e) = (without_zeros(n), without_zeros(e));
        if !MODULUS_BYTES.contains(&n.len()) || e.is_empty() {
            return None;
        }
        let public = PublicKeyComponents {
            n: n.to_vec(),
            e: e.to_vec(),
        };
        Some(Self { kid, public })
    }

    /// Whether this is the key a token names.
    pub(super) fn is_named(&self, kid: &str) -> bool {
        self.kid.as_deref().is_none_or(|own| own == kid)
    }

    /// Whether it is the same key, whatever it is called.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.public.n == other.public.n && self.public.e == other.public.e
    }

    /// Whether this key signed the token.
    pub(super) fn signed(&self, jws: &Jws<'_>) -> bool {
        let verified = self
            .public
            .verify(&RSA_PKCS1_2048_8192_SHA256, jws.signed, &jws.signature);
        verified.is_ok()
    }
}

/// Numbers are compared without the zeros in front that encodings add.
fn without_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|&byte| byte != 0);
    start.map_or(&[], |start| number.get(start..).unwrap_or_default())
}

/// `SubjectPublicKeyInfo` (RFC 5280 §4.1) around `RSAPublicKey` (RFC 8017 §A.1.1): modulus and
/// exponent.
fn read_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const SEQUENCE: u8 = 0x30;
    const BIT_STRING: u8 = 0x03;
    const INTEGER: u8 = 0x02;
    let (info, rest) = element(SEQUENCE, der)?;
    let (algorithm, key) = element(SEQUENCE, info)?;
    if !rest.is_empty() || algorithm != RSA_ENCRYPTION {
        return None;
    }
    let (bits, _) = element(BIT_STRING, key)?;
    let (numbers, _) = element(SEQUENCE, bits.strip_prefix(&[0])?)?;
    let (n, numbers) = element(INTEGER, numbers)?;
    let (e, _) = element(INTEGER, numbers)?;
    Some((n, e))
}

/// One DER element: its content, and what comes after it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => {
            let (high, low) = (*rest.first()?, *rest.get(1)?);
            (usize::from(u16::from_be_bytes([high, low])), rest.get(2..)?)
        }
        // No key is longer than 65535 bytes.
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    (*found == tag).then_some((content, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PEM: &str = include_str!("../../tests/keys/test-only-a.pub.pem");

    fn jwk(changes: &Value) -> Value {
        let modulus = URL_SAFE_NO_PAD.encode([0xab; 256]);
        let mut jwk = json!({
            "kid": "ins_1", "kty": "RSA", "use": "sig", "alg": "RS256", "n": modulus, "e": "AQAB",
        });
        for (name, value) in changes.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        jwk
    }

    #[test]
    fn a_pem_is_read_however_it_was_copied() {
        let n = Key::of_pem(PEM).unwrap().public.n;
        assert_eq!(n.len(), 256);
        let escaped = PEM.replace('\n', "\\n");
        let joined = PEM.replace('\n', "");
        let windows = PEM.replace('\n', "\r\n");
        for copied in [escaped, joined, windows, format!("  {PEM}\n\n")] {
            assert_eq!(Key::of_pem(&copied).unwrap().public.n, n);
        }
        let private = PEM.replace("PUBLIC", "PRIVATE");
        let cut = PEM.replace("AQAB", "");
        for none in [
            "",
            "-----BEGIN PUBLIC KEY-----",
            private.as_str(),
            cut.as_str(),
        ] {
            assert!(Key::of_pem(none).is_none(), "{none}");
        }
    }

    #[test]
    fn only_rsa_keys_for_rs256_signatures_are_kept() {
        let kept = |changes: Value| Key::all_of(json!({ "keys": [jwk(&changes)] })).len();
        assert_eq!(kept(json!({})), 1);
        assert_eq!(kept(json!({ "x5c": ["…"], "new": 1 })), 1);
        let others = [
            json!({ "kty": "EC" }),
            json!({ "kty": "OKP" }),
            json!({ "use": "enc" }),
            json!({ "use": null }),
            json!({ "alg": "RS512" }),
            json!({ "alg": null }),
            json!({ "n": URL_SAFE_NO_PAD.encode([0xab; 128]) }),
            json!({ "n": "not base64!" }),
            json!({ "e": "" }),
            json!({ "kid": null }),
        ];
        for other in others {
            assert_eq!(kept(other.clone()), 0, "{other}");
        }
        let mixed = json!({ "keys": [{ "kty": "EC" }, 7, jwk(&json!({}))] });
        assert_eq!(Key::all_of(mixed).len(), 1);
        assert_eq!(Key::all_of(json!([])).len(), 0);
        let flood = json!({ "keys": vec![jwk(&json!({})); 100] });
        assert_eq!(Key::all_of(flood).len(), KEYS_MAX);
    }
}
