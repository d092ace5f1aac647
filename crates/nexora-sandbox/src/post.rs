//! Webhooks go out to loopback addresses only, and are tried again a few times.

use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Url;
use rustls::{ClientConfig, RootCertStore};

use crate::Pace;
use crate::stage::{Stage, wall};

/// fal gives a receiver 15 seconds.
const ATTEMPT_SECONDS: u64 = 15;
/// Pauses between attempts. The providers go on for hours; a sandbox that does would outlive its tests.
const PAUSES_MS: [u64; 3] = [1_000, 4_000, 10_000];
const PAUSES_INSTANT_MS: [u64; 3] = [50, 200, 500];

/// The outgoing half, built when the first webhook is due.
pub(crate) struct Post(OnceLock<Option<reqwest::Client>>);

/// A webhook on its way.
pub(crate) struct Letter<'a> {
    pub(crate) url: &'a str,
    pub(crate) body: Bytes,
    /// Headers with a fresh signature for an attempt made at this time.
    pub(crate) sign: &'a (dyn Fn(Timestamp) -> HeaderMap + Sync),
}

impl Post {
    pub(crate) fn new() -> Self {
        Self(OnceLock::new())
    }

    fn client(&self) -> Option<&reqwest::Client> {
        self.0.get_or_init(build_client).as_ref()
    }
}

/// Delivers a letter, trying again after a refusal or silence. True when it arrived.
pub(crate) async fn deliver(stage: &Arc<Stage>, letter: Letter<'_>) -> bool {
    let Some(url) = loopback(letter.url) else {
        tracing::debug!("a sandbox webhook to an outside address was not sent");
        return false;
    };
    let pauses = match stage.pace {
        Pace::Believable => PAUSES_MS,
        Pace::Instant => PAUSES_INSTANT_MS,
    };
    for pause_ms in pauses {
        if attempt(stage, url.clone(), &letter).await {
            return true;
        }
        stage.pause(Duration::from_millis(pause_ms)).await;
        if stage.closing.is_cancelled() {
            return false;
        }
    }
    attempt(stage, url, &letter).await
}

async fn attempt(stage: &Stage, url: Url, letter: &Letter<'_>) -> bool {
    let status = send(stage, url, letter).await;
    status.is_some_and(|status| status.is_success())
}

/// One attempt; the receiver's answer, if there is one.
pub(crate) async fn attempt_once(stage: &Stage, letter: &Letter<'_>) -> Option<StatusCode> {
    send(stage, loopback(letter.url)?, letter).await
}

async fn send(stage: &Stage, url: Url, letter: &Letter<'_>) -> Option<StatusCode> {
    let client = stage.post.client()?;
    let sending = client
        .post(url)
        .headers((letter.sign)(wall()))
        .header("content-type", "application/json")
        .body(letter.body.clone())
        .send();
    tokio::select! {
        sent = sending => sent.ok().map(|answer| answer.status()),
        () = stage.closing.cancelled() => None,
    }
}

/// The URL if its host is this machine: the sandbox never calls an outside address.
pub(crate) fn loopback(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let is_loopback_v4 = || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback());
    let is_here = host == "localhost" || host == "[::1]" || is_loopback_v4();
    (is_here && url.scheme() == "http").then_some(url)
}

/// A client for plain http. It trusts no authority and installs no global TLS provider, so that it
/// leaves the product's own choice alone.
pub(crate) fn build_client() -> Option<reqwest::Client> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(ATTEMPT_SECONDS))
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_gets_webhooks() {
        assert!(loopback("http://127.0.0.1:8080/webhooks/fal").is_some());
        assert!(loopback("http://localhost/hook").is_some());
        assert!(loopback("http://127.example.com/hook").is_none());
        assert!(loopback("http://example.com/hook").is_none());
        assert!(loopback("https://127.0.0.1/hook").is_none());
    }

    #[test]
    fn a_client_needs_no_global_provider() {
        assert!(build_client().is_some());
    }
}
