//! Addresses below a provider's base, and the certainty that one is.

use url::Url;

/// The address of `path` (segments joined by `/`) below the base, whose own path is kept.
pub(crate) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    // A base that cannot carry a path (`mailto:`) stays as it is, and no request to it succeeds.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

/// The address, if it lies below the base: our key goes there and nowhere else.
pub(crate) fn if_below(base: &Url, address: &str) -> Option<Url> {
    let url: Url = address.parse().ok()?;
    let folder = format!("{}/", base.path().trim_end_matches('/'));
    let same_origin = url.origin() == base.origin();
    let no_password = url.username().is_empty() && url.password().is_none();
    (same_origin && no_password && url.path().starts_with(&folder)).then_some(url)
}

/// Whether a provider's id can stand in a path as it is.
pub(crate) fn is_plain_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=ID_CHARS_MAX).contains(&id.len()) && id.chars().all(plain)
}

/// Providers' ids are UUIDs or shorter.
const ID_CHARS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        "http://127.0.0.1:4100/fal/queue".parse().unwrap()
    }

    #[test]
    fn paths_are_joined_below_the_base() {
        let url = below(&base(), "fal-ai/wan-t2v/requests/1");
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:4100/fal/queue/fal-ai/wan-t2v/requests/1"
        );
        let plain = "https://queue.fal.run".parse().unwrap();
        assert_eq!(below(&plain, "a/b").as_str(), "https://queue.fal.run/a/b");
    }

    #[test]
    fn only_addresses_below_the_base_get_our_key() {
        let below = |address| if_below(&base(), address).is_some();
        assert!(below("http://127.0.0.1:4100/fal/queue/a/requests/1/status"));
        for foreign in [
            "http://evil.example/fal/queue/a",
            "http://127.0.0.1:4101/fal/queue/a",
            "https://127.0.0.1:4100/fal/queue/a",
            "http://127.0.0.1:4100/fal/queuefoo/a",
            "http://127.0.0.1:4100/fal/queue/../rest/a",
            "http://127.0.0.1:4100/fal/queue/%2e%2e/rest/a",
            "http://me:pw@127.0.0.1:4100/fal/queue/a",
            "nonsense",
        ] {
            assert!(!below(foreign), "{foreign}");
        }
    }

    #[test]
    fn an_id_is_letters_and_digits() {
        assert!(is_plain_id("764cabcf-b745-4b3e-ae38-1200304cf45b"));
        for id in ["", "a/b", "..", "a?b", "é", &"x".repeat(101)] {
            assert!(!is_plain_id(id), "{id}");
        }
    }
}
