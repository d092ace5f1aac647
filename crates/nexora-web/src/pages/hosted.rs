//! `/sign-in` and `/sign-up` of a studio whose people Clerk signs in.

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use nexora_providers::clerk::PortalPage;

use super::Frame;
use crate::body::Query;
use crate::components::Here;
use crate::config::Identity;
use crate::identity::{self, Stranger};
use crate::return_to::LocalPath;
use crate::session::Caller;
use crate::site::hosted::{self as site, HostedView, Which};
use crate::state::App;

/// The page, if Clerk opens the door here. Whoever is inside already goes where they wanted to go,
/// whoever has something left to do at Clerk's is sent there.
pub(super) fn door(
    app: &App,
    which: Which,
    caller: &Caller,
    headers: &HeaderMap,
    Query(query): &Query,
) -> Option<Response> {
    let Identity::Clerk(clerk) = &app.config().identity else {
        return None;
    };
    let wanted = LocalPath::parse(query.text("return_to"));
    let return_to = wanted.as_ref().map(LocalPath::as_str).unwrap_or_default();
    let home = wanted.clone().unwrap_or_else(LocalPath::studio);
    let portal = |page| identity::portal_url(clerk, page, &home, headers);
    let why = match caller.0 {
        Ok(_) => return Some(Redirect::to(home.as_str()).into_response()),
        Err(Stranger::Pending) => {
            let tasks = portal(PortalPage::Tasks);
            return Some(Redirect::to(tasks.as_str()).into_response());
        }
        Err(why @ (Stranger::Nobody | Stranger::Gone)) => why,
    };
    let (title, here, page) = match which {
        Which::SignIn => ("Sign in", Here::SignIn, PortalPage::SignIn),
        Which::SignUp => ("Sign up", Here::SignUp, PortalPage::SignUp),
    };
    let instance = clerk.instance();
    let frame = Frame::bare(app).flashing(app, headers);
    let markup = site::page(&HostedView {
        shell: frame.shell(title, here),
        which,
        return_to,
        home: home.as_str(),
        portal: portal(page).as_str(),
        publishable_key: instance.publishable_key(),
        scripts: &instance.scripts().map(String::from),
        is_gone: why == Stranger::Gone,
    });
    let mut response = frame.answer(StatusCode::OK, markup);
    if let Some(policy) = identity::door_policy(instance) {
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    Some(response)
}
