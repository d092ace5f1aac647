//! What services tell us by themselves. Each delivery is believed for its signature alone, so no
//! cookie, origin or rate counts here.

mod clerk;
mod lemon;
mod runs;

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::post;
use nexora_core::Provider;

use crate::state::App;

/// Providers that tell of runs; the others are asked.
const TELLING: [Provider; 3] = [Provider::Fal, Provider::Replicate, Provider::Higgsfield];

/// Every address that services post to.
pub(crate) fn routes() -> Router<App> {
    let routes = Router::new()
        .route("/api/webhooks/clerk", post(clerk::take_in))
        .route("/api/webhooks/lemon", post(lemon::take_in));
    TELLING.into_iter().fold(routes, |routes, provider| {
        let take_in =
            move |State(app): State<App>, request: Request| runs::take_in(app, provider, request);
        let address = format!("/api/webhooks/{}", provider.slug());
        routes.route(&address, post(take_in))
    })
}
