//! Packs texts that are made anew for each request, cheaply. Media, live lines and the page's own
//! files pass as they are.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// Below one network packet there is nothing to win.
const BYTES_LEAST: u64 = 1_024;

type Texts = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// The layer.
pub(crate) fn layer() -> CompressionLayer<And<SizeAbove, Texts>> {
    let texts: Texts = is_text;
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(BYTES_LEAST).and(texts))
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| {
        ["text/html", "application/json", "application/problem+json"]
            .iter()
            .any(|text| kind.starts_with(text))
    })
}
