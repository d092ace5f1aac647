//! The handshake: the application's host learns who is signed in at the Frontend API.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::Url;
use serde::Deserialize;

use super::directory::fresh_id;
use super::problem::Problem;
use super::{cookies, issuer};
use crate::page::{landing, redirect};
use crate::stage::{Stage, wall};

/// What the application asks. Clerk knows more fields; they change nothing here.
#[derive(Deserialize)]
pub(super) struct Ask {
    redirect_url: Option<String>,
    #[serde(default)]
    format: Format,
    #[serde(rename = "__clerk_db_jwt")]
    dev_browser: Option<String>,
}

/// How the cookies travel.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// In a signed token.
    #[default]
    Token,
    /// Behind a nonce, to be fetched through the Backend API.
    Nonce,
}

/// `GET /v1/client/handshake`: 307 back to the application. Other methods get 405, as at Clerk.
pub(super) async fn shake(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Problem> {
    let target = ask.redirect_url.ok_or(Problem::Missing("redirect_url"))?;
    let target = landing(&stage, &target).ok_or(Problem::Invalid("redirect_url"))?;
    let keys = [cookies::client_key(&headers), ask.dev_browser];
    let (client_key, directives) = tell(&stage, &keys, &target);
    let (name, payload) = match ask.format {
        Format::Token => {
            let token = stage.clerk.mint_handshake(&directives);
            ("__clerk_handshake", token.ok_or(Problem::Unavailable)?)
        }
        Format::Nonce => {
            let nonce = fresh_id("");
            stage.clerk.nonces().put(nonce.clone(), directives);
            ("__clerk_handshake_nonce", nonce)
        }
    };
    let target = with_query(target, name, &payload);
    let back = redirect(StatusCode::TEMPORARY_REDIRECT, target.as_str());
    Ok(remembering(back, &client_key))
}

/// The browser's key and the cookies the application's host shall have.
fn tell(stage: &Stage, keys: &[Option<String>], target: &Url) -> (String, Vec<String>) {
    let now = wall();
    let mut directory = stage.clerk.directory();
    let client = directory.client(keys, now);
    let session = directory.session_of(&client).cloned();
    drop(directory);
    let azp = target.origin().ascii_serialization();
    let token =
        session.and_then(|session| stage.clerk.mint(&issuer(stage), &session, Some(&azp), now));
    let uat_seconds = client.changed_at.as_second();
    let directives = cookies::directives(&client.key, token.as_deref(), uat_seconds);
    (client.key, directives)
}

/// The answer, with the browser's own cookie.
pub(super) fn remembering(mut response: Response, client_key: &str) -> Response {
    match HeaderValue::from_str(&cookies::remember(client_key)) {
        Ok(cookie) => {
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(_) => Problem::Unavailable.into_response(),
    }
}

/// The address with one query parameter set, replacing an older one of that name.
pub(super) fn with_query(mut target: Url, name: &str, value: &str) -> Url {
    let others: Vec<(String, String)> = target
        .query_pairs()
        .filter(|(other, _)| other != name)
        .map(|(other, value)| (other.into_owned(), value.into_owned()))
        .collect();
    target
        .query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(name, value);
    target
}
