//! `/sign-in` and `/sign-up`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Frame, hosted};
use crate::body::Query;
use crate::components::Here;
use crate::return_to::LocalPath;
use crate::session::Caller;
use crate::site::hosted::Which;
use crate::site::sign_in::{self as site, SignInView};
use crate::state::App;

/// What stands in the form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Door {
    pub(crate) return_to: String,
    pub(crate) email: String,
    pub(crate) display_name: String,
    pub(crate) error: Option<String>,
}

pub(super) async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Some(page) = hosted::door(&app, Which::SignIn, &caller, &headers, &query) {
        return page;
    }
    match arriving(&caller, query.0.text("return_to")) {
        Ok(door) => sign_in_page(&app, &headers, &door, StatusCode::OK),
        Err(inside) => Redirect::to(inside.as_str()).into_response(),
    }
}

pub(super) async fn sign_up(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    query: Query,
) -> Response {
    if let Some(page) = hosted::door(&app, Which::SignUp, &caller, &headers, &query) {
        return page;
    }
    match arriving(&caller, query.0.text("return_to")) {
        Ok(door) => sign_up_page(&app, &headers, &door, StatusCode::OK),
        Err(inside) => Redirect::to(inside.as_str()).into_response(),
    }
}

/// Whoever is signed in already goes where they wanted to go.
fn arriving(caller: &Caller, return_to: &str) -> Result<Door, LocalPath> {
    let wanted = LocalPath::parse(return_to);
    if caller.0.is_ok() {
        return Err(wanted.unwrap_or_else(LocalPath::studio));
    }
    Ok(Door {
        return_to: wanted.map(|path| path.to_string()).unwrap_or_default(),
        ..Door::default()
    })
}

/// The sign-in page, with what was typed and what was wrong with it.
pub(crate) fn sign_in_page(
    app: &App,
    headers: &HeaderMap,
    door: &Door,
    status: StatusCode,
) -> Response {
    let frame = Frame::bare(app).flashing(app, headers);
    let markup = site::sign_in(&door.view(&frame, "Sign in", Here::SignIn));
    frame.answer(status, markup)
}

/// The sign-up page, likewise.
pub(crate) fn sign_up_page(
    app: &App,
    headers: &HeaderMap,
    door: &Door,
    status: StatusCode,
) -> Response {
    let frame = Frame::bare(app).flashing(app, headers);
    let markup = site::sign_up(&door.view(&frame, "Sign up", Here::SignUp));
    frame.answer(status, markup)
}

impl Door {
    fn view<'a>(&'a self, frame: &'a Frame, title: &'a str, here: Here) -> SignInView<'a> {
        SignInView {
            shell: frame.shell(title, here),
            return_to: &self.return_to,
            error: self.error.as_deref(),
            email: &self.email,
            display_name: &self.display_name,
        }
    }
}
