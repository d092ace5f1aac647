//! What a provider answered: status, headers, and a body that fits our limits.

use std::time::Duration;

use bytes::Bytes;
use nexora_core::Provider;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::{ErrorKind, ProviderError};

/// Nobody is asked to wait longer; a larger number is a mistake on their side.
const RETRY_AFTER_SECONDS_MAX: u64 = 600;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) provider: Provider,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON of a known form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        serde_json::from_slice(&self.body).map_err(|wrong| {
            // Not serde's own words: they quote the body.
            let (line, column) = (wrong.line(), wrong.column());
            let detail = format!(
                "its answer ({}) cannot be read from line {line}, column {column} on",
                self.status
            );
            self.error(ErrorKind::Broken, &detail)
        })
    }

    /// The body as JSON of any form; `Null` if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Whether the provider's own API wrote this (it speaks JSON) and gave no such field.
    pub(crate) fn is_json_without(&self, field: &str) -> bool {
        let body = self.json();
        body.as_object()
            .is_some_and(|body| !body.contains_key(field))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The provider's own name for the call, which its support asks for.
    pub(crate) fn upstream_request_id(&self) -> Option<&str> {
        self.header("x-fal-request-id")
            .or_else(|| self.header("x-request-id"))
    }

    /// When the provider wants to be asked again: `retry-after-ms`, else `Retry-After` in seconds.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers)
    }

    pub(crate) fn error(&self, kind: ErrorKind, detail: &str) -> ProviderError {
        ProviderError::new(self.provider, kind, detail)
    }

    #[cfg(test)]
    pub(crate) fn example(provider: Provider, status: u16, body: &str) -> Self {
        Self {
            provider,
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[cfg(test)]
    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, value.parse().unwrap());
        self
    }
}

/// When the far side wants to be asked again, as far as its headers say.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let after = number("retry-after-ms")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))?;
    Some(after.min(Duration::from_secs(RETRY_AFTER_SECONDS_MAX)))
}

/// For fields we can do without: absent, null and of an unexpected form are all `None`.
pub(crate) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Answer {
        Answer::example(Provider::Fal, 429, "secret body")
    }

    #[test]
    fn the_time_to_wait_is_read_and_bounded() {
        assert_eq!(example().retry_after(), None);
        let after = |name, value| example().with_header(name, value).retry_after();
        assert_eq!(after("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(
            after("retry-after-ms", "250"),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            after("retry-after", "999999"),
            Some(Duration::from_mins(10))
        );
        assert_eq!(after("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }

    #[test]
    fn an_unreadable_body_is_not_quoted() {
        let error = example().read::<Value>().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Broken);
        assert!(!error.detail.contains("secret"));
    }
}
