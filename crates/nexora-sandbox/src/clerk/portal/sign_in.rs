//! `/clerk/sign-in`: an address is enough; the sandbox asks for no password.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::html;

use super::{Visit, complaint, leave, parse_email, visitor};
use crate::clerk::svix;
use crate::stage::{Stage, wall};

/// The form. Somebody who is signed in already is sent on at once.
pub(in crate::clerk) async fn show(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Query(visit): Query<Visit>,
) -> Response {
    let visitor = visitor(&stage, &headers);
    if visitor.session.is_some() {
        return leave(&stage, &visitor.client.key, &visit.redirect_url);
    }
    form(&visitor.client.key, StatusCode::OK, &visit, None)
}

/// Signs in.
pub(in crate::clerk) async fn submit(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let key = visitor(&stage, &headers).client.key;
    let again = |sentence| {
        form(
            &key,
            StatusCode::UNPROCESSABLE_ENTITY,
            &visit,
            Some(sentence),
        )
    };
    let Some(email) = parse_email(&visit.email_address) else {
        return again("Enter a valid e-mail address.");
    };
    let session = {
        let mut directory = stage.clerk.directory();
        let account_id = directory.by_email(&email).map(|account| account.id.clone());
        account_id.map(|id| directory.admit(&id, Some(&key), wall()))
    };
    let Some(session) = session else {
        return again("There is no account with this address here. Sign up first.");
    };
    svix::tell(&stage, "session.created", session.view());
    leave(&stage, &key, &visit.redirect_url)
}

fn form(key: &str, status: StatusCode, visit: &Visit, wrong: Option<&str>) -> Response {
    let sign_up = super::sign_up::address(&visit.redirect_url);
    let card = html! {
        (complaint(wrong))
        form method="post" action="/clerk/sign-in" {
            input type="hidden" name="redirect_url" value=(visit.redirect_url);
            label { "E-mail address"
                input type="email" name="email_address" value=(visit.email_address)
                    autocomplete="email" required autofocus;
            }
            button.main type="submit" { "Continue" }
        }
        p { "No account? " a href=(sign_up) { "Sign up" } }
    };
    super::show(key, status, "Sign in", card)
}

/// The page's address with the way back.
pub(super) fn address(redirect_url: &str) -> String {
    super::sign_up::page_address("/clerk/sign-in", redirect_url)
}
