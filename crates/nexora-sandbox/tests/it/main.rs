//! The sandbox over real HTTP: formats, errors and faults, one module per provider.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_push_string,
    reason = "a test that cannot go on should stop where it is"
)]

mod clerk;
mod fal;
mod faults;
mod given;
mod higgsfield;
mod inbox;
mod lemon;
mod openai;
mod paint;
mod replicate;
mod runway;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use nexora_sandbox::{Pace, Sandbox, SandboxConfig};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// A running sandbox and somebody who calls it.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
}

/// An answer read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Bench {
    pub(crate) async fn instant() -> Self {
        Self::at(Pace::Instant).await
    }

    pub(crate) async fn at(pace: Pace) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let sandbox = Sandbox::start(SandboxConfig { listen, pace })
            .await
            .unwrap();
        let http = http();
        Self { sandbox, http }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    /// A request with the key its provider expects; `target` is a path or a URL the sandbox gave.
    pub(crate) fn call(&self, method: Method, target: &str) -> RequestBuilder {
        let url = if target.starts_with('/') {
            self.url(target)
        } else {
            target.to_owned()
        };
        let key = if url.contains("/fal/") || url.contains("/hf/") {
            "Key id:secret"
        } else {
            "Bearer token"
        };
        let request = self.http.request(method, url);
        request
            .header("authorization", key)
            .header("x-runway-version", "2024-11-06")
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        answer(self.call(Method::GET, target)).await
    }

    pub(crate) async fn post(&self, target: &str, body: Value) -> Answer {
        answer(self.call(Method::POST, target).json(&body)).await
    }
}

/// One part of a multipart body: name, file name and media type of a file, content.
pub(crate) type Part<'a> = (&'a str, Option<(&'a str, &'a str)>, &'a str);

/// A multipart request written out by hand.
pub(crate) fn multipart(request: RequestBuilder, parts: &[Part<'_>]) -> RequestBuilder {
    const BOUNDARY: &str = "nexora-boundary";
    let mut body = String::new();
    for (name, file, content) in parts {
        body += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"");
        if let Some((file_name, media_type)) = file {
            body += &format!("; filename=\"{file_name}\"\r\nContent-Type: {media_type}");
        }
        body += &format!("\r\n\r\n{content}\r\n");
    }
    body += &format!("--{BOUNDARY}--\r\n");
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    request.header("content-type", content_type).body(body)
}

/// Sends a request and reads a JSON answer; null when there is no JSON.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer {
        status,
        headers,
        body,
    }
}

/// The text under this key.
pub(crate) fn text(body: &Value, key: &str) -> String {
    let text = body[key].as_str();
    text.unwrap_or_else(|| panic!("no {key} in {body}"))
        .to_owned()
}

fn http() -> reqwest::Client {
    client().build().unwrap()
}

/// Somebody who looks at every redirect before following it.
pub(crate) fn browser() -> reqwest::Client {
    let never = reqwest::redirect::Policy::none();
    client().redirect(never).build().unwrap()
}

/// Plain http needs no TLS, but the client wants a provider for it.
fn client() -> reqwest::ClientBuilder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls);
    client.no_proxy()
}

#[tokio::test]
async fn the_sandbox_listens_on_loopback_only() {
    let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let pace = Pace::Instant;
    let started = Sandbox::start(SandboxConfig { listen, pace }).await;
    assert!(started.is_err());
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let bench = Bench::instant().await;
    let url = bench.url("/_sandbox/submits");
    bench.http.get(&url).send().await.unwrap();
    bench.sandbox.stop().await;
    assert!(bench.http.get(&url).send().await.is_err());
}
