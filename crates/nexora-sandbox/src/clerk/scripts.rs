//! The scripts that the Frontend API serves to pages of the product: stand-ins for `ClerkJS`.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::stage::Stage;

/// The components; whoever mounts them hands this over.
const UI: &str = "window.__internal_ClerkUICtor = class SandboxClerkUI {};\n";
const CLERK: &str = include_str!("browser.js");

pub(super) fn routes() -> Router<Arc<Stage>> {
    Router::new()
        .route(
            "/clerk/npm/@clerk/ui@1/dist/ui.browser.js",
            get(|| async { script(UI) }),
        )
        .route(
            "/clerk/npm/@clerk/clerk-js@6/dist/clerk.browser.js",
            get(|| async { script(CLERK) }),
        )
}

/// Pages of every origin may load it, as Clerk allows.
fn script(text: &'static str) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, text)
}
