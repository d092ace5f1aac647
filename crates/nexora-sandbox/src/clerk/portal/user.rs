//! `/clerk/user`: the own account, and the way out.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::json;

use super::{Visit, leave, name, visitor};
use crate::clerk::directory::{Account, Standing};
use crate::clerk::svix;
use crate::page::see_other;
use crate::stage::{Stage, wall};

/// The own account; strangers are asked to sign in.
pub(in crate::clerk) async fn show(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Query(visit): Query<Visit>,
) -> Response {
    let visitor = visitor(&stage, &headers);
    match &visitor.account {
        Some(account) => {
            let card = account_card(account, &visit.redirect_url);
            super::show(&visitor.client.key, StatusCode::OK, "Account", card)
        }
        None => see_other(&super::sign_in::address(&visit.redirect_url)),
    }
}

/// Changes the own name.
pub(in crate::clerk) async fn rename(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let visitor = visitor(&stage, &headers);
    if let Some(account) = visitor.account {
        let mut directory = stage.clerk.directory();
        if let Some(account) = directory.accounts.get_mut(&account.id) {
            account.first_name = name(&visit.first_name);
            account.last_name = name(&visit.last_name);
            account.updated_at = wall();
            svix::tell(&stage, "user.updated", account.view());
        }
    }
    leave(&stage, &visitor.client.key, &visit.redirect_url)
}

/// Deletes the own account.
pub(in crate::clerk) async fn remove(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let visitor = visitor(&stage, &headers);
    if let Some(account) = visitor.account {
        expel(&stage, &account.id);
    }
    leave(&stage, &visitor.client.key, &visit.redirect_url)
}

/// Deletes an account and tells of it. False when there is none.
pub(in crate::clerk) fn expel(stage: &Arc<Stage>, id: &str) -> bool {
    let gone = stage.clerk.directory().expel(id, wall());
    if gone.is_some() {
        let deleted = json!({ "object": "user", "id": id, "deleted": true });
        svix::tell(stage, "user.deleted", deleted);
    }
    gone.is_some()
}

/// A button, because following a link must not sign anybody out.
pub(in crate::clerk) async fn ask_sign_out(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Query(visit): Query<Visit>,
) -> Response {
    let visitor = visitor(&stage, &headers);
    if visitor.session.is_none() {
        return leave(&stage, &visitor.client.key, &visit.redirect_url);
    }
    let card = sign_out_form(&visit.redirect_url);
    super::show(&visitor.client.key, StatusCode::OK, "Sign out", card)
}

/// Ends the session of this browser.
pub(in crate::clerk) async fn sign_out(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let visitor = visitor(&stage, &headers);
    if let Some(session) = visitor.session {
        let ended = stage
            .clerk
            .directory()
            .end(&session.id, Standing::Ended, wall());
        if let Some(session) = ended {
            svix::tell(&stage, "session.ended", session.view());
        }
    }
    leave(&stage, &visitor.client.key, &visit.redirect_url)
}

fn account_card(account: &Account, redirect_url: &str) -> Markup {
    html! {
        dl {
            dt { "E-mail" } dd { (account.email) }
            dt { "User" } dd { (account.id) }
        }
        form method="post" action="/clerk/user" {
            label { "First name"
                input type="text" name="first_name" value=(account.first_name);
            }
            label { "Last name"
                input type="text" name="last_name" value=(account.last_name);
            }
            button.main type="submit" { "Save" }
        }
        (sign_out_form(redirect_url))
        form method="post" action="/clerk/user/delete" {
            input type="hidden" name="redirect_url" value=(redirect_url);
            button type="submit" { "Delete account" }
        }
    }
}

fn sign_out_form(redirect_url: &str) -> Markup {
    html! {
        form method="post" action="/clerk/sign-out" {
            input type="hidden" name="redirect_url" value=(redirect_url);
            button type="submit" { "Sign out" }
        }
    }
}
