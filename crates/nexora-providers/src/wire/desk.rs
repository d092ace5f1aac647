//! A desk at an office: identity and billing answer questions, they run no jobs.

use std::time::Duration;

use nexora_core::Timestamp;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument;
use url::Url;

use super::answer::retry_after;
use super::{JSON_BYTES_MAX, Unread, Wire, causes, read_at_most, without_key};
use crate::remote::RemoteError;
use crate::words;

/// Whom we ask, and how they want to be asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Office {
    /// What the trace calls it.
    pub(crate) name: &'static str,
    /// Headers that every question carries, names in lower case.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// How long one question may take: somebody waits for the answer.
    pub(crate) seconds_max: u64,
}

/// A line to an office, with our key if it wants one.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    wire: Wire,
    office: Office,
    key: Option<SecretString>,
}

/// An answer that is a success.
#[derive(Debug)]
pub(crate) struct Reply {
    body: Vec<u8>,
    date: Option<Timestamp>,
}

impl Wire {
    /// A line to an office; a key is sent as `Authorization: Bearer <key>`.
    pub(crate) fn desk(&self, office: Office, key: Option<SecretString>) -> Desk {
        Desk {
            wire: self.clone(),
            office,
            key,
        }
    }
}

impl Desk {
    /// Asks for something. `call` is what the trace calls it.
    pub(crate) async fn get(&self, call: &'static str, url: Url) -> Result<Reply, RemoteError> {
        self.send(call, Method::GET, url, None).await
    }

    /// Asks for a change, or for anything that is no GET.
    pub(crate) async fn send(
        &self,
        call: &'static str,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Reply, RemoteError> {
        let office = self.office.name;
        let span = tracing::info_span!("office_call", office, call);
        async {
            let request = self.request(method, url, body)?;
            let outcome = self.exchange(request).await;
            match &outcome {
                Ok(_) => tracing::debug!("{office} answered {call}"),
                Err(error) => tracing::debug!(%error, "{office} did not answer {call}"),
            }
            outcome
        }
        .instrument(span)
        .await
    }

    fn request(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<RequestBuilder, RemoteError> {
        let mut request = self.wire.client.request(method, url);
        for (name, value) in self.office.headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.key {
            let text = format!("Bearer {}", key.expose_secret());
            let mut value = HeaderValue::try_from(text).map_err(|_| RemoteError::Misconfigured)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Ok(request.timeout(Duration::from_secs(self.office.seconds_max)))
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Reply, RemoteError> {
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        let headers = response.headers().clone();
        match read_at_most(response, JSON_BYTES_MAX).await {
            Ok(body) if status.is_success() => Ok(Reply {
                body,
                date: date(&headers),
            }),
            Ok(body) => Err(self.refusal(status, &headers, body)),
            // The status has said enough; the words are a bonus.
            Err(_) if !status.is_success() => Err(self.refusal(status, &headers, Vec::new())),
            Err(Unread::Cut(error)) => Err(lost(error)),
            Err(Unread::TooBig) => Err(RemoteError::Broken),
        }
    }

    fn refusal(&self, status: StatusCode, headers: &HeaderMap, body: Vec<u8>) -> RemoteError {
        let body = match &self.key {
            Some(key) => without_key(key, body),
            None => body,
        };
        let words = said(&body).unwrap_or_else(|| format!("it answers {status}"));
        let status_code = status.as_u16();
        let detail = words::clean(&words);
        tracing::debug!(status_code, detail, "{} refused", self.office.name);
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => RemoteError::Misconfigured,
            StatusCode::NOT_FOUND => RemoteError::NotFound,
            StatusCode::TOO_MANY_REQUESTS => RemoteError::Busy(retry_after(headers)),
            StatusCode::REQUEST_TIMEOUT => RemoteError::Down,
            _ if status.is_client_error() => RemoteError::refused(&words),
            _ if status.is_server_error() => RemoteError::Down,
            // A redirect: the base URL leads somewhere else, and our key does not follow.
            _ => RemoteError::Misconfigured,
        }
    }
}

impl Reply {
    /// The body as JSON of a known form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, RemoteError> {
        serde_json::from_slice(&self.body).map_err(|_| RemoteError::Broken)
    }

    /// What time it was there, to the second, if it said so.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        self.date
    }
}

/// `Mon, 23 Nov 2026 19:11:51 GMT`
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_ms(at.timestamp().as_millisecond()))
}

fn lost(error: reqwest::Error) -> RemoteError {
    // Our own request could not even be written down: an address that is none.
    let kind = if error.is_builder() {
        RemoteError::Misconfigured
    } else {
        RemoteError::Down
    };
    let detail = words::clean(&causes(error));
    tracing::debug!(detail, "no answer");
    kind
}

/// The words of a JSON:API error (`{errors:[{detail, title}]}`), of one of Clerk's
/// (`{errors:[{long_message, message}]}`), or of a bare `{message}`.
fn said(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let first = body.pointer("/errors/0").unwrap_or(&body);
    ["detail", "long_message", "message", "title"]
        .into_iter()
        .filter_map(|name| first.get(name)?.as_str())
        .find(|words| !words.trim().is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_there_is_read_from_the_answer() {
        let at = |text: &'static str| {
            let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(text))]);
            date(&headers).map(Timestamp::as_ms)
        };
        assert_eq!(at("Thu, 01 Jan 1970 00:00:02 GMT"), Some(2_000));
        assert_eq!(at("yesterday"), None);
        assert_eq!(date(&HeaderMap::new()), None);
    }

    #[test]
    fn the_words_of_every_known_error_are_found() {
        let table = [
            (r#"{"errors":[{"detail":"a","title":"b"}]}"#, Some("a")),
            (r#"{"errors":[{"detail":"","title":"b"}]}"#, Some("b")),
            (
                r#"{"errors":[{"message":"m","long_message":"l"}]}"#,
                Some("l"),
            ),
            (
                r#"{"message":"Too Many Attempts."}"#,
                Some("Too Many Attempts."),
            ),
            (r#"{"errors":[]}"#, None),
            (r#"{"errors":"x"}"#, None),
            ("[]", None),
            ("<html>", None),
        ];
        for (body, words) in table {
            assert_eq!(said(body.as_bytes()).as_deref(), words, "{body}");
        }
    }
}
