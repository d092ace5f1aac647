//! Answers in the form the asker wants: JSON, a card, or the way to the next page.

use std::convert::Infallible;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use nexora_store::credits::Balance;
use serde::Serialize;

use crate::client::Wants;
use crate::flash::Flash;
use crate::problem::percent;
use crate::return_to::LocalPath;
use crate::state::App;

/// Whoever asks, and how they want their answer.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) wants: Wants,
    pub(crate) headers: HeaderMap,
}

impl FromRequestParts<App> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self {
            wants: Wants::of(parts.uri.path(), &parts.headers),
            headers: parts.headers.clone(),
        })
    }
}

impl Asker {
    /// Back to the page the form stood on, with a notice there.
    pub(crate) fn back(&self, app: &App, otherwise: &str, flash: Option<Flash>) -> Response {
        let back = LocalPath::referer(&self.headers);
        let path = back.as_ref().map_or(otherwise, LocalPath::as_str);
        see_other(app, path, flash)
    }
}

/// On to `path`, with a notice there.
pub(crate) fn see_other(app: &App, path: &str, flash: Option<Flash>) -> Response {
    let mut response = Redirect::to(path).into_response();
    let cookie = flash.and_then(|flash| flash.cookie(app.config().is_https()));
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// An answer for programs. It is about this moment and nobody keeps it.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Tells `app.js` what is free to spend now.
pub(crate) fn with_credits(mut response: Response, balance: Balance) -> Response {
    let available = HeaderValue::from(balance.available().amount());
    response.headers_mut().insert("x-credits", available);
    response
}

/// Tells `app.js` to say something.
pub(crate) fn with_toast(mut response: Response, sentence: &str) -> Response {
    if let Ok(value) = HeaderValue::try_from(percent(sentence)) {
        let name = HeaderName::from_static("x-toast");
        response.headers_mut().insert(name, value);
    }
    response
}

/// Says when it makes sense to try again, if that is known.
pub(crate) fn with_retry_after(mut response: Response, wait_seconds: Option<u64>) -> Response {
    if let Some(seconds) = wait_seconds {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
