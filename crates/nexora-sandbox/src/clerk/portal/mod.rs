//! The account portal: hosted pages that work without a script.

pub(super) mod sign_in;
pub(super) mod sign_up;
pub(super) mod tasks;
pub(super) mod user;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::cookies;
use super::directory::{Account, Client, Session};
use super::handshake::{remembering, with_query};
use crate::page::{landing, page, see_other};
use crate::stage::{Stage, wall};

const HOUSE: &str = "Clerk";
/// Longest name and address taken from a form, in characters.
const FIELD_CHARS_MAX: usize = 200;

/// What the pages take from their address: where to go afterwards, and what to fill in.
#[derive(Deserialize)]
pub(super) struct Visit {
    #[serde(default)]
    redirect_url: String,
    #[serde(default)]
    email_address: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

/// The browser that asks, and who is signed in there.
struct Visitor {
    client: Client,
    session: Option<Session>,
    account: Option<Account>,
}

fn visitor(stage: &Stage, headers: &HeaderMap) -> Visitor {
    let mut directory = stage.clerk.directory();
    let client = directory.client(&[cookies::client_key(headers)], wall());
    let session = directory.session_of(&client).cloned();
    let account = session
        .as_ref()
        .and_then(|session| directory.accounts.get(&session.account_id))
        .cloned();
    Visitor {
        client,
        session,
        account,
    }
}

/// Back to the application, with the dev browser's token because hosts do not share cookies in
/// development; to the account page when there is no (allowed) address to go back to.
fn leave(stage: &Stage, client_key: &str, redirect_url: &str) -> Response {
    let wanted = (!redirect_url.is_empty()).then(|| landing(stage, redirect_url));
    let target = match wanted.flatten() {
        Some(url) => with_query(url, "__clerk_db_jwt", client_key).to_string(),
        None => format!("{}/clerk/user", stage.base_url),
    };
    remembering(see_other(&target), client_key)
}

/// A page for this browser.
fn show(client_key: &str, status: StatusCode, title: &str, card: Markup) -> Response {
    remembering(page(status, HOUSE, title, card), client_key)
}

fn complaint(sentence: Option<&str>) -> Markup {
    html! {
        @if let Some(sentence) = sentence { p.wrong role="alert" { (sentence) } }
    }
}

/// Trimmed and in lower case, if it can be an address at all.
pub(super) fn parse_email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (name, host) = email.split_once('@')?;
    let is_address = !name.is_empty()
        && !host.is_empty()
        && !host.contains('@')
        && !email.contains(char::is_whitespace)
        && email.chars().count() <= FIELD_CHARS_MAX;
    is_address.then_some(email)
}

fn name(text: &str) -> String {
    text.trim().chars().take(FIELD_CHARS_MAX).collect()
}
