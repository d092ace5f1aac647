//! Clerk: hosted pages, the handshake, the Backend API and Svix webhooks, as a development instance.
//!
//! One prefix plays three hosts: the Frontend API (`/clerk/.well-known`, `/clerk/v1/client`), the
//! account portal (`/clerk/sign-in`, `/clerk/sign-up`, `/clerk/user`) and the Backend API
//! (`/clerk/v1`). The issuer of all tokens is `{base_url}/clerk`.

mod backend;
mod cookies;
mod directory;
mod handshake;
mod keys;
mod play;
mod portal;
mod problem;
mod scripts;
mod svix;
mod token;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::sync::RwLock;

pub use self::play::ClerkPlay;
pub use self::token::Forgery;

use self::directory::Directory;
use self::keys::Keys;
use self::problem::Problem;
use self::svix::Mailbox;
use crate::keep::Keep;
use crate::line::Cord;
use crate::script::{Gate, Moment, Provider};
use crate::stage::Stage;

/// `pk_test_` and the base64 of `clerk.localhost$`.
pub(crate) const PUBLISHABLE_KEY: &str = "pk_test_Y2xlcmsubG9jYWxob3N0JA";
/// Any `sk_test_…` is let in; this one is the sandbox's own.
pub(crate) const SECRET_KEY: &str = "sk_test_sandbox0000000000000000000000000000000000";
/// Signs the webhooks: `whsec_` and the base64 of `nexora sandbox webhooks only`.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_bmV4b3JhIHNhbmRib3ggd2ViaG9va3Mgb25seQ==";
/// The key's id is the instance's id.
const INSTANCE_ID: &str = "ins_2SandboxSandboxSandboxSandb";
/// Handshake payloads waiting to be fetched by their nonce.
const NONCES_MAX: usize = 1_000;
/// Calls remembered; the oldest are forgotten first.
const CALLS_MAX: usize = 1_000;

/// What Clerk remembers.
pub(crate) struct Clerk {
    keys: Keys,
    directory: Mutex<Directory>,
    nonces: Mutex<Keep<Vec<String>>>,
    /// The latest calls of its Backend API and for its keys, as `METHOD /path`.
    calls: Mutex<VecDeque<String>>,
    /// Calls wait here while a test holds them.
    barrier: Arc<RwLock<()>>,
    mailbox: Mailbox,
}

impl Clerk {
    pub(crate) fn new() -> Self {
        Self {
            keys: Keys::new(),
            directory: Mutex::new(Directory::new()),
            nonces: Mutex::new(Keep::new(NONCES_MAX)),
            calls: Mutex::new(VecDeque::new()),
            barrier: Arc::default(),
            mailbox: Mailbox::new(),
        }
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn nonces(&self) -> MutexGuard<'_, Keep<Vec<String>>> {
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn routes(stage: &Arc<Stage>) -> Router<Arc<Stage>> {
    let gated = Router::new()
        .route("/clerk/.well-known/jwks.json", get(jwks))
        .nest("/clerk/v1", backend::routes())
        .layer(from_fn_with_state(Arc::clone(stage), gate));
    Router::new()
        .merge(gated)
        .merge(scripts::routes())
        .route("/clerk/v1/client/handshake", get(handshake::shake))
        .route(
            "/clerk/sign-in",
            get(portal::sign_in::show).post(portal::sign_in::submit),
        )
        .route(
            "/clerk/sign-in/tasks",
            get(portal::tasks::show).post(portal::tasks::submit),
        )
        .route(
            "/clerk/sign-up",
            get(portal::sign_up::show).post(portal::sign_up::submit),
        )
        .route(
            "/clerk/user",
            get(portal::user::show).post(portal::user::rename),
        )
        .route("/clerk/user/delete", post(portal::user::remove))
        .route(
            "/clerk/sign-out",
            get(portal::user::ask_sign_out).post(portal::user::sign_out),
        )
        .route("/clerk/_token", post(play::forge_over_http))
        .route("/clerk/_webhook", post(play::aim_over_http))
}

/// Where all tokens come from: the Frontend API's origin, and what `iss` says.
fn issuer(stage: &Stage) -> String {
    format!("{}/clerk", stage.base_url)
}

async fn jwks(State(stage): State<Arc<Stage>>) -> Json<Value> {
    Json(stage.clerk.keys.jwks(INSTANCE_ID))
}

/// Lets the script turn a call away, cut it or garble its answer.
async fn gate(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    request: Request,
    next: Next,
) -> Response {
    let call = format!("{} {}", request.method(), request.uri().path());
    {
        let mut calls = stage.clerk.calls();
        if calls.len() == CALLS_MAX {
            calls.pop_front();
        }
        calls.push_back(call.clone());
    }
    drop(stage.clerk.barrier.read().await);
    match stage.script.gate(Provider::Clerk, Moment::Submit, &call) {
        Gate::Lost => cord.cut(),
        Gate::Shut(shut) => Problem::from(shut).into_response(),
        Gate::Open(way) => cord.give(next.run(request).await, way),
    }
}
