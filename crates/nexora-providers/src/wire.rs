//! One HTTP client for all adapters: timeouts, limits, redaction, tracing.

mod answer;
mod desk;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use nexora_core::Provider;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::Instant;
use tracing::Instrument;
use url::Url;

pub(crate) use answer::{Answer, lenient};
pub(crate) use desk::{Desk, Office};

use crate::error::{ErrorKind, ProviderError};
use crate::form::Form;
use crate::tls;

/// A provider that cannot be reached in ten seconds will not be reached in twenty.
const CONNECT_SECONDS_MAX: u64 = 10;
/// Below the keep-alive of common gateways (60 s): a connection that the far side is about to
/// close would turn a submit into a riddle.
const IDLE_SECONDS_MAX: u64 = 20;
/// Queue calls answer in well under a second; a minute is a hung gateway.
pub(crate) const CALL_SECONDS_MAX: u64 = 60;
/// Fifty megabytes at four megabits a second.
pub(crate) const FILE_SECONDS_MAX: u64 = 120;
/// The largest JSON any of the queue APIs sends is a few kilobytes of logs.
pub(crate) const JSON_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Names our software in the provider's own logs.
const USER_AGENT: &str = concat!("nexora/", env!("CARGO_PKG_VERSION"));
/// Carries our own name for the attempt, for a conversation with the provider's support.
const REQUEST_ID_HEADER: &str = "X-Client-Request-Id";

/// The client all adapters share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wire {
    client: reqwest::Client,
}

/// The HTTP client could not be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError(String);

/// A wire with the key of one provider.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    wire: Wire,
    provider: Provider,
    showing: Showing,
    key: SecretString,
    /// What every request carries besides the key, names in lower case.
    headers: &'static [(&'static str, &'static str)],
}

/// How a provider wants to be shown our key.
#[derive(Clone, Copy, Debug)]
enum Showing {
    /// `Authorization: <scheme> <key>`
    Scheme(&'static str),
    /// A header for each half of a key written `id:secret`.
    Halves(&'static str, &'static str),
}

/// How much one call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallLimits {
    pub(crate) seconds_max: u64,
    pub(crate) bytes_max: u64,
}

impl CallLimits {
    /// For queue APIs that speak small JSON.
    pub(crate) const JSON: Self = Self {
        seconds_max: CALL_SECONDS_MAX,
        bytes_max: JSON_BYTES_MAX,
    };
    /// For files that are sent along, answered with small JSON.
    pub(crate) const FILE: Self = Self {
        seconds_max: FILE_SECONDS_MAX,
        bytes_max: JSON_BYTES_MAX,
    };
}

impl Wire {
    /// A client that follows no redirect (our key would go along) and asks no proxy (the
    /// environment is read in one place only, and not here).
    pub fn new() -> Result<Self, WireError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS_MAX))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .user_agent(USER_AGENT)
            .build()
            .map_err(|wrong| WireError::new(causes(wrong)))?;
        Ok(Self { client })
    }

    /// The wire with a provider's key: `Authorization: <scheme> <key>`.
    pub(crate) fn line(&self, provider: Provider, scheme: &'static str, key: SecretString) -> Line {
        Line {
            wire: self.clone(),
            provider,
            showing: Showing::Scheme(scheme),
            key,
            headers: &[],
        }
    }
}

/// What a lost answer means: after a submit nobody knows what happened, after a question
/// nothing did.
#[derive(Clone, Copy)]
enum Loss {
    Ambiguous,
    Harmless,
}

impl Line {
    /// The same line with headers that every request carries, names in lower case.
    pub(crate) fn with_headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    /// The same line, the halves of its key (`id:secret`) in a header each.
    pub(crate) fn in_halves(mut self, id: &'static str, secret: &'static str) -> Self {
        self.showing = Showing::Halves(id, secret);
        self
    }

    /// Hands work over, once. An error of kind `Down` proves that nothing was sent.
    pub(crate) async fn submit(
        &self,
        url: Url,
        body: &Value,
        request_id: &str,
        limits: CallLimits,
    ) -> Result<Answer, ProviderError> {
        let request = self.wire.client.post(url).json(body);
        let request = request.header(REQUEST_ID_HEADER, request_id);
        self.call("submit", request, limits, Loss::Ambiguous).await
    }

    /// Hands work over as a form, once, as [`Self::submit`] does as JSON.
    pub(crate) async fn submit_form(
        &self,
        url: Url,
        form: Form,
        request_id: &str,
        limits: CallLimits,
    ) -> Result<Answer, ProviderError> {
        let request = self.form(url, form).header(REQUEST_ID_HEADER, request_id);
        self.call("submit", request, limits, Loss::Ambiguous).await
    }

    /// Asks something that may be asked again. `name` is what the trace calls it.
    pub(crate) async fn ask(
        &self,
        name: &'static str,
        method: Method,
        url: Url,
    ) -> Result<Answer, ProviderError> {
        let request = self.wire.client.request(method, url);
        self.call(name, request, CallLimits::JSON, Loss::Harmless)
            .await
    }

    /// Asks something that takes more than an address to ask, and may be asked again.
    pub(crate) async fn ask_with(
        &self,
        name: &'static str,
        url: Url,
        body: &Value,
    ) -> Result<Answer, ProviderError> {
        let request = self.wire.client.post(url).json(body);
        self.call(name, request, CallLimits::JSON, Loss::Harmless)
            .await
    }

    /// Brings a form with files, which may be brought again.
    pub(crate) async fn bring_form(
        &self,
        name: &'static str,
        url: Url,
        form: Form,
    ) -> Result<Answer, ProviderError> {
        let request = self.form(url, form);
        self.call(name, request, CallLimits::FILE, Loss::Harmless)
            .await
    }

    fn form(&self, url: Url, form: Form) -> RequestBuilder {
        let sealed = form.seal();
        let request = self.wire.client.post(url);
        let request = request.header(CONTENT_TYPE, sealed.content_type);
        request.body(sealed.body)
    }

    async fn call(
        &self,
        name: &'static str,
        request: RequestBuilder,
        limits: CallLimits,
        loss: Loss,
    ) -> Result<Answer, ProviderError> {
        let provider = self.provider.slug();
        let span = tracing::info_span!("provider_call", provider, call = name);
        let request = self
            .with_key(request)?
            .timeout(Duration::from_secs(limits.seconds_max));
        let started_at = Instant::now();
        let outcome = self.exchange(request, limits.bytes_max, loss);
        async {
            let outcome = outcome.await;
            let elapsed_ms = started_at.elapsed().as_millis();
            match &outcome {
                Ok(answer) => {
                    let status = answer.status.as_u16();
                    let upstream_request_id = answer.upstream_request_id();
                    tracing::debug!(
                        status,
                        elapsed_ms,
                        upstream_request_id,
                        "{provider} answered {name} with {status}"
                    );
                }
                Err(error) => {
                    let kind = &error.kind;
                    tracing::debug!(?kind, elapsed_ms, "{provider} did not answer {name}");
                }
            }
            outcome
        }
        .instrument(span)
        .await
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
        bytes_max: u64,
        loss: Loss,
    ) -> Result<Answer, ProviderError> {
        let response = request
            .send()
            .await
            .map_err(|error| self.lost(error, loss))?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = match read_at_most(response, bytes_max).await {
            Ok(body) => body,
            // The status has said enough; the words are a bonus.
            Err(_) if !status.is_success() => Vec::new(),
            Err(Unread::Cut(error)) => return Err(self.lost(error, loss)),
            Err(Unread::TooBig) => {
                let detail = format!("its answer is larger than {bytes_max} bytes");
                return Err(self.error(ErrorKind::Broken, &detail));
            }
        };
        let body = if status.is_success() {
            body
        } else {
            without_key(&self.key, body)
        };
        Ok(Answer {
            provider: self.provider,
            status,
            headers,
            body: body.into(),
        })
    }

    fn lost(&self, error: reqwest::Error, loss: Loss) -> ProviderError {
        let kind = match loss {
            // Our own request could not even be written down: an address that is none.
            _ if error.is_builder() => ErrorKind::Misconfigured,
            Loss::Ambiguous if error.is_connect() => ErrorKind::Down,
            Loss::Ambiguous => ErrorKind::Ambiguous,
            Loss::Harmless => ErrorKind::Down,
        };
        self.error(kind, &causes(error))
    }

    fn with_key(&self, mut request: RequestBuilder) -> Result<RequestBuilder, ProviderError> {
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        let key = self.key.expose_secret();
        match self.showing {
            Showing::Scheme(scheme) => {
                let value = self.secret_value(format!("{scheme} {key}"))?;
                Ok(request.header(AUTHORIZATION, value))
            }
            Showing::Halves(id_name, secret_name) => {
                let (id, secret) = key.split_once(':').unwrap_or((key, ""));
                let id = self.secret_value(id.to_owned())?;
                let secret = self.secret_value(secret.to_owned())?;
                Ok(request.header(id_name, id).header(secret_name, secret))
            }
        }
    }

    fn secret_value(&self, text: String) -> Result<HeaderValue, ProviderError> {
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            let detail = "our key has characters that cannot be sent";
            self.error(ErrorKind::Misconfigured, detail)
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    pub(crate) fn error(&self, kind: ErrorKind, detail: &str) -> ProviderError {
        ProviderError::new(self.provider, kind, detail)
    }
}

/// Some providers repeat the key they did not like, or the secret half of one.
fn without_key(key: &SecretString, body: Vec<u8>) -> Vec<u8> {
    let key = key.expose_secret();
    let secret = key.split_once(':').map_or(key, |(_, secret)| secret);
    let text = String::from_utf8_lossy(&body);
    if secret.is_empty() || !text.contains(secret) {
        return body;
    }
    let text = text.replace(key, "(our key)");
    text.replace(secret, "(our key)").into_bytes()
}

/// Why a body was not read to its end.
pub(crate) enum Unread {
    Cut(reqwest::Error),
    TooBig,
}

/// The whole body, unless it is larger than we read. What the far side announces is believed only
/// when it is too much.
pub(crate) async fn read_at_most(
    mut response: reqwest::Response,
    bytes_max: u64,
) -> Result<Vec<u8>, Unread> {
    if response
        .content_length()
        .is_some_and(|length| length > bytes_max)
    {
        return Err(Unread::TooBig);
    }
    // More than an address space is more than any body.
    let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(Unread::Cut)? {
        if body.len().saturating_add(piece.len()) > bytes_max {
            return Err(Unread::TooBig);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// An HTTP error and what caused it, without the URL it happened at.
pub(crate) fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        words = format!("{words}: {deeper}");
        cause = deeper.source();
    }
    words
}

impl WireError {
    pub(crate) fn new(what: String) -> Self {
        Self(what)
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the HTTP client cannot be set up: {}", self.0)
    }
}

impl Error for WireError {}
