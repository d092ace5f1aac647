//! `/clerk/sign-up`: a name and an address, taken as verified.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::html;
use reqwest::Url;

use super::{Visit, complaint, leave, name, parse_email, visitor};
use crate::clerk::directory::{ACCOUNTS_MAX, Account, Session};
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

/// Makes the account and signs in.
pub(in crate::clerk) async fn submit(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let key = visitor(&stage, &headers).client.key;
    match enrol(&stage, &key, &visit) {
        Ok((account, session)) => {
            svix::tell(&stage, "user.created", account.view());
            svix::tell(&stage, "session.created", session.view());
            leave(&stage, &key, &visit.redirect_url)
        }
        Err(sentence) => form(
            &key,
            StatusCode::UNPROCESSABLE_ENTITY,
            &visit,
            Some(sentence),
        ),
    }
}

fn enrol(stage: &Stage, key: &str, visit: &Visit) -> Result<(Account, Session), &'static str> {
    let email = parse_email(&visit.email_address).ok_or("Enter a valid e-mail address.")?;
    let names = (name(&visit.first_name), name(&visit.last_name));
    let mut directory = stage.clerk.directory();
    if directory.by_email(&email).is_some() {
        return Err("This address has an account already. Sign in instead.");
    }
    if directory.accounts.len() >= ACCOUNTS_MAX {
        return Err("The sandbox has as many accounts as it can remember.");
    }
    let account = directory.enrol(&email, (&names.0, &names.1), wall());
    let session = directory.admit(&account.id, Some(key), wall());
    Ok((account, session))
}

fn form(key: &str, status: StatusCode, visit: &Visit, wrong: Option<&str>) -> Response {
    let sign_in = super::sign_in::address(&visit.redirect_url);
    let card = html! {
        (complaint(wrong))
        form method="post" action="/clerk/sign-up" {
            input type="hidden" name="redirect_url" value=(visit.redirect_url);
            label { "First name"
                input type="text" name="first_name" value=(visit.first_name)
                    autocomplete="given-name";
            }
            label { "Last name"
                input type="text" name="last_name" value=(visit.last_name)
                    autocomplete="family-name";
            }
            label { "E-mail address"
                input type="email" name="email_address" value=(visit.email_address)
                    autocomplete="email" required;
            }
            button.main type="submit" { "Create account" }
        }
        p { "Have an account? " a href=(sign_in) { "Sign in" } }
    };
    super::show(key, status, "Sign up", card)
}

/// The page's address with the way back.
pub(super) fn address(redirect_url: &str) -> String {
    page_address("/clerk/sign-up", redirect_url)
}

/// A page of the portal with `redirect_url` in its query.
pub(super) fn page_address(path: &str, redirect_url: &str) -> String {
    // The host is only there to borrow the encoding of queries.
    let url = Url::parse_with_params("http://localhost", [("redirect_url", redirect_url)]);
    let query = url.ok().and_then(|url| url.query().map(str::to_owned));
    format!("{path}?{}", query.unwrap_or_default())
}
