//! The Backend API: users, sessions, tokens. `Authorization: Bearer sk_test_…` is asked of every call.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::directory::{ACCOUNTS_MAX, Standing, fresh_id, ms};
use super::portal::{parse_email, user::expel};
use super::problem::Problem;
use super::{INSTANCE_ID, issuer, svix};
use crate::stage::{Stage, wall};

const SECRET_KEY_PREFIX: &str = "sk_test_";
/// Clerk's testing tokens live this long.
const TESTING_TOKEN_SECONDS: i64 = 3_600;
const TEMPLATE_LIFE_SECONDS: i64 = 24 * 3_600;

type Answer = Result<Json<Value>, Problem>;

pub(super) fn routes() -> Router<Arc<Stage>> {
    Router::new()
        .route("/jwks", get(jwks))
        .route("/users", post(create_user))
        .route(
            "/users/{id}",
            get(show_user).patch(update_user).delete(delete_user),
        )
        .route("/sessions", post(create_session))
        .route("/sessions/{id}", get(show_session))
        .route("/sessions/{id}/revoke", post(revoke_session))
        .route("/sessions/{id}/tokens", post(create_token))
        .route(
            "/sessions/{id}/tokens/{template}",
            post(create_from_template),
        )
        .route("/testing_tokens", post(create_testing_token))
        .route("/clients/handshake_payload", get(handshake_payload))
}

/// Proof that the call carries a secret key.
struct Keyed;

impl<S: Sync> FromRequestParts<S> for Keyed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = bearer(&parts.headers).ok_or(Problem::NoKey)?;
        let is_ours = key.len() > SECRET_KEY_PREFIX.len() && key.starts_with(SECRET_KEY_PREFIX);
        is_ours.then_some(Self).ok_or(Problem::BadKey)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

async fn jwks(_: Keyed, State(stage): State<Arc<Stage>>) -> Json<Value> {
    Json(stage.clerk.keys.jwks(INSTANCE_ID))
}

#[derive(Deserialize)]
struct NewUser {
    #[serde(default)]
    email_address: Vec<String>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
}

async fn create_user(_: Keyed, State(stage): State<Arc<Stage>>, body: Bytes) -> Answer {
    let wish: NewUser = parse(&body)?;
    let email = wish.email_address.first();
    let email = email.ok_or(Problem::Missing("email_address"))?;
    let email = parse_email(email).ok_or(Problem::Invalid("email_address"))?;
    let names = (
        wish.first_name.unwrap_or_default(),
        wish.last_name.unwrap_or_default(),
    );
    let mut directory = stage.clerk.directory();
    if directory.by_email(&email).is_some() {
        return Err(Problem::EmailTaken);
    }
    if directory.accounts.len() >= ACCOUNTS_MAX {
        return Err(Problem::Full);
    }
    let account = directory.enrol(&email, (&names.0, &names.1), wall());
    drop(directory);
    svix::tell(&stage, "user.created", account.view());
    Ok(Json(account.view()))
}

async fn show_user(_: Keyed, State(stage): State<Arc<Stage>>, Path(id): Path<String>) -> Answer {
    let directory = stage.clerk.directory();
    let account = directory.accounts.get(&id).ok_or(Problem::NotFound)?;
    Ok(Json(account.view()))
}

#[derive(Deserialize)]
struct UserChange {
    first_name: Option<String>,
    last_name: Option<String>,
}

async fn update_user(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let change: UserChange = parse(&body)?;
    let mut directory = stage.clerk.directory();
    let account = directory.accounts.get_mut(&id).ok_or(Problem::NotFound)?;
    account.first_name = change.first_name.unwrap_or(account.first_name.clone());
    account.last_name = change.last_name.unwrap_or(account.last_name.clone());
    account.updated_at = wall();
    let view = account.view();
    drop(directory);
    svix::tell(&stage, "user.updated", view.clone());
    Ok(Json(view))
}

async fn delete_user(_: Keyed, State(stage): State<Arc<Stage>>, Path(id): Path<String>) -> Answer {
    if !expel(&stage, &id) {
        return Err(Problem::NotFound);
    }
    Ok(Json(json!({ "object": "user", "id": id, "deleted": true })))
}

#[derive(Deserialize)]
struct NewSession {
    user_id: Option<String>,
}

async fn create_session(_: Keyed, State(stage): State<Arc<Stage>>, body: Bytes) -> Answer {
    let wish: NewSession = parse(&body)?;
    let user_id = wish.user_id.ok_or(Problem::Missing("user_id"))?;
    let mut directory = stage.clerk.directory();
    let account = directory.accounts.get(&user_id).ok_or(Problem::NotFound)?;
    let account_id = account.id.clone();
    let session = directory.admit(&account_id, None, wall());
    drop(directory);
    svix::tell(&stage, "session.created", session.view());
    Ok(Json(session.view()))
}

async fn show_session(_: Keyed, State(stage): State<Arc<Stage>>, Path(id): Path<String>) -> Answer {
    let directory = stage.clerk.directory();
    let session = directory.sessions.get(&id).ok_or(Problem::NotFound)?;
    Ok(Json(session.view()))
}

async fn revoke_session(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
) -> Answer {
    let mut directory = stage.clerk.directory();
    let revoked = directory.end(&id, Standing::Revoked, wall());
    let session = directory.sessions.get(&id).ok_or(Problem::NotFound)?;
    let view = session.view();
    drop(directory);
    if revoked.is_some() {
        svix::tell(&stage, "session.revoked", view.clone());
    }
    Ok(Json(view))
}

async fn create_token(_: Keyed, State(stage): State<Arc<Stage>>, Path(id): Path<String>) -> Answer {
    let session = active_session(&stage, &id)?;
    // The Backend API speaks for no page: the token has no azp.
    let token = stage.clerk.mint(&issuer(&stage), &session, None, wall());
    let token = token.ok_or(Problem::Unavailable)?;
    Ok(Json(json!({ "object": "token", "jwt": token })))
}

async fn create_from_template(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path((id, _template)): Path<(String, String)>,
) -> Answer {
    let session = active_session(&stage, &id)?;
    let token = stage
        .clerk
        .mint_template(&issuer(&stage), &session, TEMPLATE_LIFE_SECONDS, wall());
    let token = token.ok_or(Problem::Unavailable)?;
    Ok(Json(json!({ "object": "token", "jwt": token })))
}

fn active_session(stage: &Stage, id: &str) -> Result<super::directory::Session, Problem> {
    let directory = stage.clerk.directory();
    let session = directory.sessions.get(id).cloned();
    session
        .filter(|session| session.standing == Standing::Active)
        .ok_or(Problem::NotFound)
}

async fn create_testing_token(_: Keyed) -> Json<Value> {
    let expires_at = wall().as_second() + TESTING_TOKEN_SECONDS;
    Json(json!({
        "object": "testing_token", "token": fresh_id("tt_"), "expires_at": expires_at,
    }))
}

#[derive(Deserialize)]
struct Nonce {
    #[serde(default)]
    nonce: String,
}

async fn handshake_payload(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Query(ask): Query<Nonce>,
) -> Answer {
    let directives = stage.clerk.nonces().remove(&ask.nonce);
    let directives = directives.ok_or(Problem::NotFound)?;
    Ok(Json(
        json!({ "nonce": ask.nonce, "directives": directives, "created_at": ms(wall()) }),
    ))
}

/// An empty body is an empty wish.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|_| Problem::NotJson)
}
