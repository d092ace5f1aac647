//! One line in the log for each request: what was asked and how it ended. Never a query, a body,
//! an address of a person, or a token.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing::field::Empty;

use crate::state::App;

/// Routes whose calls are no news: probes, and the page's own files.
const QUIET: [&str; 4] = ["/healthz", "/readyz", "/assets/{file}", "/arts/{file}"];

/// What a request is called in the log and, when something went wrong, on the page.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(String);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Unique in this process; the time tells processes apart.
    fn next(now_ms: i64) -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self(format!("{now_ms:x}-{number:x}"))
    }
}

/// The layer.
pub(crate) async fn request(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId::next(app.engine().now().as_ms());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        id = id.as_str(),
        method = %request.method(),
        route,
        status = Empty,
        elapsed_ms = Empty,
    );
    let is_quiet = QUIET.contains(&route);
    request.extensions_mut().insert(id.clone());
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    span.record("status", status);
    span.record("elapsed_ms", elapsed_ms);
    span.in_scope(|| {
        if is_quiet {
            tracing::debug!("answered {status} in {elapsed_ms} ms");
        } else {
            tracing::info!("answered {status} in {elapsed_ms} ms");
        }
    });
    if let Ok(value) = HeaderValue::try_from(id.0) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
