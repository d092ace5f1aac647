//! The product in a browser and as an API.
//!
//! [`router`] is the table of contents. `site`, `app` and `components` are pure functions from a
//! view to markup; everything else decides who may see which view.

mod api;
pub mod app;
mod arrival;
mod asker;
pub mod assets;
mod body;
mod bundle;
mod client;
pub mod components;
mod config;
pub mod design;
mod files;
mod flash;
mod forms;
mod health;
mod identity;
mod limits;
mod live;
mod media;
mod pages;
mod problem;
mod return_to;
mod security;
mod session;
pub mod site;
mod squeeze;
mod state;
mod trace;
mod webhooks;
mod wish;

use std::any::Any;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

pub use config::{Identity, WebConfig};
pub use state::App;

use problem::Problem;

/// Everything the studio answers to. Serve it with
/// `into_make_service_with_connect_info::<SocketAddr>()`: limits count by address.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .merge(pages::routes(&app))
        .merge(forms::routes())
        .merge(api::routes())
        .merge(media::routes())
        .route("/live", get(live::live))
        .route("/assets/{file}", get(files::file))
        .route("/arts/{file}", get(files::file))
        .route("/favicon.ico", get(files::favicon))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_like_this);
    // From the inside out: what is added last sees a request first.
    routes
        .layer(from_fn_with_state(app.clone(), security::limit_changes))
        .layer(security::csrf(&app))
        .merge(webhooks::routes())
        .layer(CatchPanicLayer::custom(crashed))
        .layer(from_fn_with_state(app.clone(), problem::render))
        .layer(from_fn_with_state(app.clone(), identity::attend))
        .layer(squeeze::layer())
        .layer(from_fn_with_state(app.clone(), security::headers))
        .layer(from_fn_with_state(app.clone(), trace::request))
        .with_state(app)
}

async fn nothing_here() -> Problem {
    Problem::no_such_page()
}

async fn not_like_this() -> Problem {
    Problem::wrong_method()
}

/// What a panic said is in the log already; it is nothing for strangers.
fn crashed(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::crashed().into_response()
}
