//! What a test may do to the played Clerk that the real one offers nobody.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::OwnedRwLockWriteGuard;

use super::problem::Problem;
use super::{Forgery, issuer, svix};
use crate::stage::{Stage, wall};

/// The played Clerk in the hands of a test.
#[derive(Clone, Copy)]
pub struct ClerkPlay<'a>(pub(crate) &'a Arc<Stage>);

impl ClerkPlay<'_> {
    /// The Frontend API's origin, without a trailing slash: what `iss` says, what the product is
    /// told as its Frontend API, and the base of the Backend API (`/v1`).
    pub fn url(&self) -> String {
        issuer(self.0)
    }

    /// The instance's public key as PEM, for a verification without network.
    pub fn jwt_key(&self) -> String {
        self.0.clerk.keys.pem()
    }

    /// Webhooks go to this loopback address from now on. Before that nobody is told anything.
    pub fn deliver_to(&self, url: &str) {
        self.0.clerk.mailbox.aim(url);
    }

    /// Keeps webhooks back until [`release_webhooks`](Self::release_webhooks).
    pub fn hold_webhooks(&self) {
        self.0.clerk.mailbox.hold();
    }

    /// Sends what was held back: the youngest first, each message twice under the same id.
    pub fn release_webhooks(&self) {
        svix::release(self.0);
    }

    /// Another key signs from now on, under the same key id: caches of the old one are stale.
    pub fn rotate_key(&self) {
        self.0.clerk.keys.rotate();
    }

    /// How many of the latest calls of the Backend API and for the keys were this one:
    /// `METHOD /path`, or a part of it.
    pub fn calls(&self, part: &str) -> usize {
        let calls = self.0.clerk.calls();
        calls.iter().filter(|call| call.contains(part)).count()
    }

    /// Lets such calls arrive and wait for their answers until the guard is dropped.
    pub async fn hold_calls(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.0.clerk.barrier).write_owned().await
    }

    /// A session token of this session with parts replaced. `azp` is the origin it is made for.
    /// None when the session is not known.
    pub fn forge(&self, session: &str, azp: Option<&str>, forgery: &Forgery) -> Option<String> {
        let clerk = &self.0.clerk;
        let session = clerk.directory().sessions.get(session).cloned()?;
        clerk.forge(&issuer(self.0), &session, azp, forgery, wall())
    }
}

/// `POST /clerk/_token`: [`ClerkPlay::forge`] for a test in another process.
pub(super) async fn forge_over_http(
    State(stage): State<Arc<Stage>>,
    Json(wish): Json<TokenWish>,
) -> Result<Json<Value>, Problem> {
    let forgery = Forgery {
        header: wish.header,
        claims: wish.claims,
        foreign_key: wish.foreign_key,
    };
    let jwt = ClerkPlay(&stage).forge(&wish.session, wish.azp.as_deref(), &forgery);
    Ok(Json(json!({ "jwt": jwt.ok_or(Problem::NotFound)? })))
}

#[derive(Deserialize)]
pub(super) struct TokenWish {
    session: String,
    azp: Option<String>,
    #[serde(default)]
    header: Map<String, Value>,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    foreign_key: bool,
}

/// `POST /clerk/_webhook {"url"?, "held"?}`: where webhooks go, and whether they wait. `"held": false`
/// releases them out of order.
pub(super) async fn aim_over_http(
    State(stage): State<Arc<Stage>>,
    Json(wish): Json<Aim>,
) -> Json<Value> {
    let play = ClerkPlay(&stage);
    if let Some(url) = &wish.url {
        play.deliver_to(url);
    }
    match wish.held {
        Some(true) => play.hold_webhooks(),
        Some(false) => play.release_webhooks(),
        None => {}
    }
    Json(json!({ "ok": true }))
}

#[derive(Deserialize)]
pub(super) struct Aim {
    url: Option<String>,
    held: Option<bool>,
}
