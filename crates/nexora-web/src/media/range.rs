//! Which part of a file is wanted (RFC 9110 §13 and §14).

use std::num::ParseIntError;
use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{IF_NONE_MATCH, IF_RANGE, RANGE};

/// What to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Whole,
    Part(Part),
    /// A part that the file does not have.
    Nothing,
}

/// Bytes from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    first: u64,
    last: u64,
}

impl Part {
    pub(super) const fn range(self) -> Range<u64> {
        self.first..self.last.saturating_add(1)
    }

    pub(super) const fn length(self) -> u64 {
        self.last.saturating_add(1) - self.first
    }

    pub(super) fn content_range(self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.first, self.last)
    }

    /// What is said instead when there is no such part.
    pub(super) fn none(size: u64) -> String {
        format!("bytes */{size}")
    }
}

/// Whether the browser has these bytes already.
pub(super) fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    let known = asked.get_all(IF_NONE_MATCH);
    let mut tags = known
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

/// Reads the wish. Several parts at once, other units and texts that make no sense get the whole
/// file, as the RFC allows; so does a part of a file that has changed since.
pub(super) fn wanted(asked: &HeaderMap, size: u64, etag: &str) -> Wanted {
    let Some(range) = asked.get(RANGE) else {
        return Wanted::Whole;
    };
    if asked
        .get(IF_RANGE)
        .is_some_and(|tag| tag.as_bytes() != etag.as_bytes())
    {
        return Wanted::Whole;
    }
    range
        .to_str()
        .ok()
        .and_then(|text| parse(text, size))
        .unwrap_or(Wanted::Whole)
}

fn parse(text: &str, size: u64) -> Option<Wanted> {
    let (first, last) = text.strip_prefix("bytes=")?.trim().split_once('-')?;
    let end = size.checked_sub(1);
    let part = match (number(first).ok()?, number(last).ok()?) {
        (None, None) => return None,
        // The last so many bytes.
        (None, Some(0)) => return Some(Wanted::Nothing),
        (None, Some(length)) => end.map(|last| Part {
            first: size.saturating_sub(length),
            last,
        }),
        (Some(first), Some(last)) if last < first => return None,
        (Some(first), last) => end.filter(|end| first <= *end).map(|end| Part {
            first,
            last: last.unwrap_or(end).min(end),
        }),
    };
    Some(part.map_or(Wanted::Nothing, Wanted::Part))
}

/// A number, none where nothing is written, and an error for anything else.
fn number(text: &str) -> Result<Option<u64>, ParseIntError> {
    match text {
        "" => Ok(None),
        // `parse` takes a plus sign; the RFC does not.
        signed if signed.starts_with('+') => "+".parse().map(Some),
        digits => digits.parse().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str, size: u64) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, text.parse().unwrap());
        wanted(&headers, size, "\"a\"")
    }

    fn part(first: u64, last: u64) -> Wanted {
        Wanted::Part(Part { first, last })
    }

    #[test]
    fn every_way_to_ask_for_a_part() {
        assert_eq!(read("bytes=0-99", 1_000), part(0, 99));
        assert_eq!(read("bytes=900-", 1_000), part(900, 999));
        assert_eq!(read("bytes=-100", 1_000), part(900, 999));
        assert_eq!(read("bytes=-5000", 1_000), part(0, 999));
        assert_eq!(read("bytes=990-5000", 1_000), part(990, 999));
        assert_eq!(read("bytes=1000-", 1_000), Wanted::Nothing);
        assert_eq!(read("bytes=-0", 1_000), Wanted::Nothing);
        assert_eq!(read("bytes=0-", 0), Wanted::Nothing);
        for whole in [
            "bytes=5-2",
            "bytes=-",
            "bytes=a-b",
            "lines=1-2",
            "bytes=0-1,5-6",
            "bytes=+1-2",
        ] {
            assert_eq!(read(whole, 1_000), Wanted::Whole, "{whole}");
        }
    }

    #[test]
    fn a_part_of_other_bytes_is_not_sent() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, "bytes=0-9".parse().unwrap());
        headers.insert(IF_RANGE, "\"b\"".parse().unwrap());
        assert_eq!(wanted(&headers, 100, "\"a\""), Wanted::Whole);
        assert_eq!(wanted(&headers, 100, "\"b\""), part(0, 9));
    }

    #[test]
    fn known_bytes_are_not_sent_again() {
        let known = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, text.parse().unwrap());
            is_known(&headers, "\"a\"")
        };
        assert!(known("\"b\", \"a\""));
        assert!(known("W/\"a\""));
        assert!(known("*"));
        assert!(!known("\"b\""));
    }
}
