//! A bucket that speaks as much S3 as the studio does: put, get (of a part), look, delete.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A running bucket; what it holds goes with it.
pub(crate) struct Bucket {
    /// `http://127.0.0.1:PORT`
    pub(crate) endpoint: String,
    _server: JoinSet<()>,
}

type Objects = Arc<Mutex<HashMap<String, Bytes>>>;

impl Bucket {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .fallback(answer)
            .with_state(Objects::default());
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            endpoint,
            _server: server,
        }
    }
}

async fn answer(State(objects): State<Objects>, request: Request<axum::body::Body>) -> Response {
    let (parts, body) = request.into_parts();
    let key = parts.uri.path().to_owned();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let mut objects = objects.lock().unwrap();
    match parts.method {
        Method::PUT => {
            objects.insert(key, body);
            (StatusCode::OK, [("etag", "\"1\"")]).into_response()
        }
        Method::DELETE => {
            objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        Method::GET | Method::HEAD => match objects.get(&key) {
            Some(object) => whole_or_part(object, &parts.headers),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn whole_or_part(object: &Bytes, headers: &HeaderMap) -> Response {
    let facts = [
        ("etag", "\"1\""),
        ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ];
    let range = headers.get("range").and_then(|range| range.to_str().ok());
    let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
    else {
        return (StatusCode::OK, facts, object.clone()).into_response();
    };
    let first: usize = first.parse().unwrap();
    let last = last
        .parse()
        .unwrap_or(object.len() - 1)
        .min(object.len() - 1);
    let part = format!("bytes {first}-{last}/{}", object.len());
    let part = [("content-range", part)];
    (
        StatusCode::PARTIAL_CONTENT,
        facts,
        part,
        object.slice(first..=last),
    )
        .into_response()
}
