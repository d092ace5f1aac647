//! Signed deliveries: a webhook is believed for what only its sender and we know.
//!
//! Two schemes. Standard Webhooks, which Svix and therefore Clerk use: an id, a time and an HMAC
//! over both and the body. And a bare HMAC of the body in hex, which Lemon Squeezy uses: it says
//! nothing about time, so its deliveries can be replayed and must change nothing the second time.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use nexora_core::Timestamp;
use reqwest::header::HeaderMap;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// Standard Webhooks: how far a delivery's time may be from ours, either way.
const SECONDS_OFF_MAX: i64 = 300;
/// A shorter key can be guessed; an empty one signs for everybody. Standard Webhooks asks for 24
/// bytes, libraries accept less.
const KEY_BYTES_MIN: usize = 16;
/// Lemon Squeezy takes secrets of 6 to 40 characters.
const SHARED_CHARS_MIN: usize = 6;
/// While a secret is rotated there are two; a header with many more is a waste of our time.
const SIGNATURES_MAX: usize = 8;
/// Ids are 30 characters; they are stored with the delivery.
const ID_CHARS_MAX: usize = 200;

/// Base64 as people copy it into an environment: with or without its padding.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The secret of a Standard Webhooks endpoint (`whsec_…`).
#[derive(Clone, Debug)]
pub struct StandardSecret(hmac::Key);

/// A secret text shared with a sender that signs the body alone.
#[derive(Clone, Debug)]
pub struct SharedSecret(hmac::Key);

/// What a Standard Webhooks delivery says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// The message's name, the same at every attempt.
    pub id: &'a str,
    /// When this attempt was signed, in seconds since 1970, as it was written.
    pub timestamp: &'a str,
    /// One signature or several, separated by spaces.
    pub signatures: &'a str,
}

/// A secret that would not keep anybody out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakSecret;

/// Why a delivery is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// A header is missing, given twice, or not what it should be.
    Unsigned,
    /// It was signed too long ago, or in the future.
    OutOfTime,
    /// No signature fits.
    Forged,
    /// We have no secret to check it with.
    NoSecret,
}

impl<'a> Delivery<'a> {
    /// Reads the three headers, under Svix's names or the standard's. A header given twice is as
    /// good as none: nobody knows which one the sender signed.
    pub fn from_headers(headers: &'a HeaderMap) -> Result<Self, SignatureError> {
        let read = |field: &str| {
            one(headers, &format!("svix-{field}"))
                .or_else(|| one(headers, &format!("webhook-{field}")))
                .ok_or(SignatureError::Unsigned)
        };
        Ok(Self {
            id: read("id")?,
            timestamp: read("timestamp")?,
            signatures: read("signature")?,
        })
    }

    /// Whether it has an id and a time, and the time is within five minutes of `now`.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), SignatureError> {
        let plain_id = (1..=ID_CHARS_MAX).contains(&self.id.len()) && self.id.is_ascii();
        let plain_time = self.timestamp.bytes().all(|b| b.is_ascii_digit());
        let signed_at: i64 = self
            .timestamp
            .parse()
            .map_err(|_| SignatureError::Unsigned)?;
        if !plain_id || !plain_time {
            return Err(SignatureError::Unsigned);
        }
        let now_seconds = now.as_ms().div_euclid(1_000);
        if now_seconds.saturating_sub(signed_at).saturating_abs() > SECONDS_OFF_MAX {
            return Err(SignatureError::OutOfTime);
        }
        Ok(())
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

impl StandardSecret {
    /// Reads the secret as the sender's dashboard shows it.
    pub fn parse(secret: &SecretString) -> Result<Self, WeakSecret> {
        let text = secret.expose_secret().trim();
        let text = text.strip_prefix("whsec_").unwrap_or(text);
        let key = BASE64.decode(text).map_err(|_| WeakSecret)?;
        if key.len() < KEY_BYTES_MIN {
            return Err(WeakSecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// Whether the sender signed exactly this, within five minutes of `now`.
    pub fn verify(
        &self,
        delivery: Delivery<'_>,
        raw: &[u8],
        now: Timestamp,
    ) -> Result<(), SignatureError> {
        delivery.check(now)?;
        if self.fits(delivery, raw) {
            Ok(())
        } else {
            Err(SignatureError::Forged)
        }
    }

    /// Whether one of the signatures is of exactly this, whenever it was made.
    pub(crate) fn fits(&self, delivery: Delivery<'_>, raw: &[u8]) -> bool {
        let mut signed = format!("{}.{}.", delivery.id, delivery.timestamp).into_bytes();
        signed.extend_from_slice(raw);
        let fits = |tag: Vec<u8>| hmac::verify(&self.0, &signed, &tag).is_ok();
        tags(delivery.signatures).any(fits)
    }
}

/// The signatures of the version we know.
fn tags(signatures: &str) -> impl Iterator<Item = Vec<u8>> {
    let entries = signatures.split(' ').take(SIGNATURES_MAX);
    entries.filter_map(|entry| BASE64.decode(entry.strip_prefix("v1,")?).ok())
}

impl SharedSecret {
    /// Takes the secret as it was typed into the sender's dashboard.
    pub fn parse(secret: &SecretString) -> Result<Self, WeakSecret> {
        let text = secret.expose_secret();
        if text.trim().chars().count() < SHARED_CHARS_MIN {
            return Err(WeakSecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
    }

    /// Whether the sender signed exactly this body; `signature` is the header, in hex.
    pub fn verify(&self, raw: &[u8], signature: Option<&str>) -> Result<(), SignatureError> {
        let text = signature.ok_or(SignatureError::Unsigned)?;
        let tag = hex::decode(text).map_err(|_| SignatureError::Unsigned)?;
        hmac::verify(&self.0, raw, &tag).map_err(|_| SignatureError::Forged)
    }
}

impl fmt::Display for WeakSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the webhook secret is too short or not written as its dashboard shows it")
    }
}

impl std::error::Error for WeakSecret {}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "the delivery is not signed, or its signature cannot be read",
            Self::OutOfTime => "the delivery was signed more than five minutes from now",
            Self::Forged => "the delivery was not signed with our secret",
            Self::NoSecret => "there is no webhook secret to check deliveries with",
        })
    }
}

impl std::error::Error for SignatureError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector that Svix publishes with its libraries.
    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
    const SIGNED_AT: i64 = 1_649_367_553;
    const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

    fn standard(secret: &str) -> Result<StandardSecret, WeakSecret> {
        StandardSecret::parse(&SecretString::from(secret))
    }

    fn shared(secret: &str) -> Result<SharedSecret, WeakSecret> {
        SharedSecret::parse(&SecretString::from(secret))
    }

    fn vector(signatures: &str) -> Delivery<'_> {
        Delivery {
            id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            timestamp: "1649367553",
            signatures,
        }
    }

    fn at(offset_seconds: i64) -> Timestamp {
        Timestamp::from_ms((SIGNED_AT + offset_seconds) * 1_000)
    }

    #[test]
    fn the_published_vector_verifies_for_five_minutes() {
        let secret = standard(SECRET).unwrap();
        let verify = |offset| secret.verify(vector(SIGNATURE), BODY, at(offset));
        for offset in [-300, -1, 0, 300] {
            assert_eq!(verify(offset), Ok(()), "{offset}");
        }
        for offset in [-301, 301, 100_000] {
            assert_eq!(verify(offset), Err(SignatureError::OutOfTime), "{offset}");
        }
    }

    #[test]
    fn one_of_several_signatures_is_enough_but_it_must_be_a_known_version() {
        let secret = standard(SECRET).unwrap();
        let verify = |signatures: &str| secret.verify(vector(signatures), BODY, at(0));
        let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert_eq!(verify(&format!("{other} {SIGNATURE}")), Ok(()));
        assert_eq!(verify(&format!("v1a,xx nonsense {SIGNATURE}")), Ok(()));
        let v2 = SIGNATURE.replace("v1,", "v2,");
        let bare = SIGNATURE.replace("v1,", "");
        let many = format!("{}{SIGNATURE}", format!("{other} ").repeat(SIGNATURES_MAX));
        for forged in [other, v2.as_str(), bare.as_str(), "v1,", "", many.as_str()] {
            assert_eq!(verify(forged), Err(SignatureError::Forged), "{forged}");
        }
    }

    #[test]
    fn whatever_is_changed_the_signature_no_longer_fits() {
        let secret = standard(SECRET).unwrap();
        let forged = Err(SignatureError::Forged);
        assert_eq!(secret.verify(vector(SIGNATURE), b"{}", at(0)), forged);
        let id = "msg_other";
        let delivery = Delivery {
            id,
            ..vector(SIGNATURE)
        };
        assert_eq!(secret.verify(delivery, BODY, at(0)), forged);
        let timestamp = "1649367554";
        let delivery = Delivery {
            timestamp,
            ..vector(SIGNATURE)
        };
        assert_eq!(secret.verify(delivery, BODY, at(0)), forged);
        let other = standard("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        assert_eq!(other.verify(vector(SIGNATURE), BODY, at(0)), forged);
    }

    #[test]
    fn a_time_is_digits_and_an_id_is_there() {
        let secret = standard(SECRET).unwrap();
        for timestamp in [
            "",
            "soon",
            "+1649367553",
            "-1",
            "1649367553.0",
            "9".repeat(30).as_str(),
        ] {
            let delivery = Delivery {
                timestamp,
                ..vector(SIGNATURE)
            };
            let outcome = secret.verify(delivery, BODY, at(0));
            assert_eq!(outcome, Err(SignatureError::Unsigned), "{timestamp}");
        }
        let delivery = Delivery {
            id: "",
            ..vector(SIGNATURE)
        };
        let outcome = secret.verify(delivery, BODY, at(0));
        assert_eq!(outcome, Err(SignatureError::Unsigned));
    }

    #[test]
    fn a_secret_that_keeps_nobody_out_is_refused() {
        for weak in [
            "",
            "whsec_",
            "whsec_AAAA",
            "whsec_not base64!",
            "AAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(standard(weak).is_err(), "{weak}");
        }
        assert!(standard(SECRET.trim_start_matches("whsec_")).is_ok());
        for weak in ["", "     ", "      ", "short"] {
            assert!(shared(weak).is_err(), "{weak}");
        }
        let shown = format!("{:?}", standard(SECRET).unwrap());
        assert!(!shown.contains("C2FV"), "{shown}");
    }

    #[test]
    fn headers_go_by_two_names_and_are_given_once() {
        let mut headers = HeaderMap::new();
        for name in ["webhook-id", "svix-timestamp", "webhook-signature"] {
            assert_eq!(
                Delivery::from_headers(&headers),
                Err(SignatureError::Unsigned)
            );
            headers.insert(name, name.parse().unwrap());
        }
        let delivery = Delivery::from_headers(&headers).unwrap();
        assert_eq!(delivery.id, "webhook-id");
        assert_eq!(delivery.timestamp, "svix-timestamp");
        headers.append("svix-timestamp", "0".parse().unwrap());
        assert_eq!(
            Delivery::from_headers(&headers),
            Err(SignatureError::Unsigned)
        );
    }

    #[test]
    fn a_shared_secret_signs_the_body_alone() {
        let secret = shared("swordfish").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"swordfish");
        let good = hex::encode(hmac::sign(&key, BODY));
        assert_eq!(secret.verify(BODY, Some(&good)), Ok(()));
        assert_eq!(
            secret.verify(b"{}", Some(&good)),
            Err(SignatureError::Forged)
        );
        let short = good.get(..10);
        assert_eq!(secret.verify(BODY, short), Err(SignatureError::Forged));
        assert_eq!(secret.verify(BODY, Some("")), Err(SignatureError::Forged));
        for unreadable in [None, Some("abc"), Some("zz"), Some("ü")] {
            assert_eq!(
                secret.verify(BODY, unreadable),
                Err(SignatureError::Unsigned)
            );
        }
    }
}
