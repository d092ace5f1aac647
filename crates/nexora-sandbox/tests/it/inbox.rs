//! A receiver of webhooks.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// One received webhook.
pub(crate) struct Letter {
    pub(crate) headers: HeaderMap,
    pub(crate) raw: Bytes,
    pub(crate) body: Value,
}

/// Receives webhooks on loopback, refusing the first ones when asked to.
pub(crate) struct Inbox {
    pub(crate) url: String,
    letters: mpsc::Receiver<Letter>,
    /// Ends with the inbox.
    _server: JoinSet<()>,
}

#[derive(Clone)]
struct Slot {
    letters: mpsc::Sender<Letter>,
    refusals: Arc<AtomicU32>,
}

impl Inbox {
    pub(crate) async fn open() -> Self {
        Self::refusing(0).await
    }

    /// Answers 503 to the first `refusals` deliveries.
    pub(crate) async fn refusing(refusals: u32) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = TcpListener::bind(listen).await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, letters) = mpsc::channel(64);
        let slot = Slot {
            letters: sender,
            refusals: Arc::new(refusals.into()),
        };
        let app = Router::new().route("/hook", post(receive)).with_state(slot);
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            url,
            letters,
            _server: server,
        }
    }

    /// The next webhook.
    pub(crate) async fn next(&mut self) -> Letter {
        self.letters.recv().await.unwrap()
    }

    /// How many are waiting.
    pub(crate) fn waiting(&self) -> usize {
        self.letters.len()
    }
}

async fn receive(State(slot): State<Slot>, headers: HeaderMap, raw: Bytes) -> StatusCode {
    let refused = slot
        .refusals
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        })
        .is_ok();
    if refused {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let body = serde_json::from_slice(&raw).unwrap();
    let letter = Letter { headers, raw, body };
    slot.letters.send(letter).await.unwrap();
    StatusCode::OK
}
