//! Signed addresses that expire: the portal, the checkout, the documents.

use std::time::Duration;

use axum::http::Uri;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::stage::later;

/// The signed addresses inside a payload: six hours, as seen in November 2025 (the manual says 24).
pub(super) const LINK_SECONDS: u64 = 6 * 3_600;
/// Signs addresses of this sandbox only.
const KEY: &[u8] = b"nexora sandbox links only";

/// Why an address does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Forged,
    Expired,
}

/// An address that holds for [`LINK_SECONDS`].
pub(super) fn link(base_url: &str, path: &str, now: Timestamp) -> String {
    let expires = later(now, Duration::from_secs(LINK_SECONDS));
    link_until(base_url, path, Some(expires))
}

/// An address that holds until then, or for ever.
pub(super) fn link_until(base_url: &str, path: &str, expires: Option<Timestamp>) -> String {
    let signed = match expires {
        Some(at) => format!("{path}?expires={}&", at.as_second()),
        None => format!("{path}?"),
    };
    format!("{base_url}{signed}signature={}", signature(&signed))
}

/// Whether an address is one of ours and still holds.
pub(super) fn check(uri: &Uri, now: Timestamp) -> Result<(), Broken> {
    let whole = uri.path_and_query().map_or("", |whole| whole.as_str());
    let (signed, given) = whole.split_once("signature=").ok_or(Broken::Forged)?;
    if signature(signed) != given {
        return Err(Broken::Forged);
    }
    let expires = signed.split_once("expires=").map(|(_, rest)| rest);
    let expires = expires.and_then(|rest| rest.trim_end_matches('&').parse::<i64>().ok());
    match expires {
        Some(at) if at <= now.as_second() => Err(Broken::Expired),
        Some(_) | None => Ok(()),
    }
}

fn signature(text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(KEY) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(link: &str, now: Timestamp) -> Result<(), Broken> {
        check(&link.parse().unwrap(), now)
    }

    #[test]
    fn a_link_holds_for_six_hours_and_no_change() {
        let now = Timestamp::UNIX_EPOCH;
        let link = link("http://127.0.0.1:1", "/lemon/portal/7", now);
        assert_eq!(opens(&link, now), Ok(()));
        let late = later(now, Duration::from_secs(LINK_SECONDS));
        assert_eq!(opens(&link, late), Err(Broken::Expired));
        assert_eq!(opens(&link.replace("/7", "/8"), now), Err(Broken::Forged));
        let longer = link.replace("expires=2", "expires=9");
        assert_eq!(opens(&longer, now), Err(Broken::Forged));
    }
}
