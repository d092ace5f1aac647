//! What services tell us by themselves. Each delivery is believed for its signature alone, so no
//! cookie, origin or rate counts here.

mod clerk;
mod lemon;

use axum::Router;
use axum::routing::post;

use crate::state::App;

/// Every address that services post to.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/webhooks/clerk", post(clerk::take_in))
        .route("/api/webhooks/lemon", post(lemon::take_in))
}
