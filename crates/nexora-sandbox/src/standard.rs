//! The signature of Standard Webhooks, which several providers use.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// The three headers: HMAC-SHA256 over `{id}.{timestamp}.{body}`.
pub(crate) fn sign(secret: &[u8], id: &str, body: &[u8], now: Timestamp) -> HeaderMap {
    let timestamp = now.as_second().to_string();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return HeaderMap::new();
    };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", &timestamp),
        ("webhook-signature", &signature),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let name = name.parse().ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    });
    headers.collect()
}
