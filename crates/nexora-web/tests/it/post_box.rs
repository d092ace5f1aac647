//! Takes deliveries in instead of the studio, so that a story can do what it likes with them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use reqwest::Response;
use tokio::net::TcpListener;
use url::Url;

use crate::browser::client;
use crate::studio::Studio;

/// What signatures consist of, by their names' beginnings.
const SIGNED: [&str; 3] = ["svix-", "webhook-", "x-fal-webhook-"];
/// The longest a story waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A delivery as it was signed.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// Path and query it was sent to.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

#[derive(Clone)]
pub(crate) struct PostBox {
    letters: Arc<Mutex<Vec<Letter>>>,
    pub(crate) url: Url,
}

impl PostBox {
    #[expect(
        clippy::disallowed_methods,
        reason = "a post box stands until the story's runtime ends"
    )]
    pub(crate) async fn open() -> Self {
        let letters = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new()
            .fallback(keep)
            .with_state(Arc::clone(&letters));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            letters,
            url: url.parse().unwrap(),
        }
    }

    /// Waits for the delivery that says this, in its address or in its body.
    pub(crate) async fn letter(&self, words: &str) -> Letter {
        let find = || {
            let letters = self.letters.lock().unwrap();
            let says = |letter: &&Letter| {
                letter.target.contains(words)
                    || String::from_utf8_lossy(&letter.body).contains(words)
            };
            letters.iter().find(says).cloned()
        };
        until(async || find().is_some()).await;
        find().unwrap()
    }
}

impl Letter {
    /// The same letter with another value in one header.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.without(name);
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same letter without one header.
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(own, _)| own != name);
        other
    }

    /// The same letter, one header given a second time.
    pub(crate) fn with_twice(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same letter with another body.
    pub(crate) fn saying(&self, body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            ..self.clone()
        }
    }

    /// Brings it to a path of the studio's.
    pub(crate) async fn deliver(&self, studio: &Studio, path: &str) -> Response {
        let mut request = client().post(studio.url(path)).body(self.body.to_vec());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.send().await.unwrap()
    }
}

async fn keep(
    State(letters): State<Arc<Mutex<Vec<Letter>>>>,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signed = headers.iter().filter(|(name, _)| {
        let name = name.as_str();
        SIGNED.iter().any(|beginning| name.starts_with(beginning))
    });
    let owned = signed.map(|(name, value)| {
        let value = value.to_str().unwrap();
        (name.to_string(), value.to_owned())
    });
    letters.lock().unwrap().push(Letter {
        target: target.to_string(),
        headers: owned.collect(),
        body,
    });
    StatusCode::OK
}

/// Waits until something is so.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "it never became so");
}
