//! The page's own files. Their addresses carry a hash, so browsers may keep them forever.

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::assets::{self, Asset};
use crate::problem::Problem;

/// A year, the longest that means anything.
const FOREVER: &str = "public, max-age=31536000, immutable";

pub(crate) async fn file(request: Request) -> Result<Response, Problem> {
    let asset = assets::find(request.uri().path()).ok_or_else(Problem::no_such_page)?;
    Ok(answer(asset, request.headers()))
}

/// Browsers ask for this without being told to. Its address has no hash: kept for a day.
pub(crate) async fn favicon(headers: HeaderMap) -> Result<Response, Problem> {
    let asset = assets::find(assets::url("mark.svg")).ok_or_else(Problem::no_such_page)?;
    let mut response = answer(asset, &headers);
    let a_day = HeaderValue::from_static("public, max-age=86400");
    response.headers_mut().insert(CACHE_CONTROL, a_day);
    Ok(response)
}

fn answer(asset: &'static Asset, asked: &HeaderMap) -> Response {
    let packed = asset.brotli.filter(|_| takes_brotli(asked));
    let bytes = Bytes::from_static(packed.unwrap_or(asset.raw));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
    if asset.brotli.is_some() {
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if packed.is_some() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn takes_brotli(asked: &HeaderMap) -> bool {
    let named = asked.get_all(ACCEPT_ENCODING);
    let mut codings = named
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_named = parts.next() == Some("br");
        is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_goes_to_those_who_ask_for_it() {
        let takes = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(text));
            takes_brotli(&headers)
        };
        assert!(takes("gzip, deflate, br, zstd"));
        assert!(takes("br;q=0.8"));
        assert!(!takes("br;q=0, gzip"));
        assert!(!takes("brr"));
        assert!(!takes_brotli(&HeaderMap::new()));
    }
}
