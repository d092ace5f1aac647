//! The API. JSON and HTML forms reach the same calls: what was sent decides how it is read, and
//! who asks decides how it is answered.

mod billing;
mod boards;
mod characters;
mod compare;
mod credits;
mod director;
mod export;
mod generate;
mod lemon;
mod library;
mod models;
mod pictures;
mod shapes;
mod uploads;

use axum::Router;
use axum::routing::{get, post};

use crate::state::App;

/// Every route under `/api`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/models", get(models::list))
        .route("/api/credits", get(credits::credits))
        .route("/api/billing", get(billing::billing))
        .route("/api/export", get(export::export))
        .route("/api/lemon/checkout", post(lemon::checkout))
        .route("/api/lemon/change", post(lemon::change))
        .route("/api/lemon/cancel", post(lemon::cancel))
        .route("/api/lemon/resume", post(lemon::resume))
        .route("/api/lemon/portal", get(lemon::portal))
        .route("/api/lemon/payment-method", get(lemon::payment_method))
        .route("/api/lemon/invoices/{id}", get(lemon::invoice))
        .route("/api/quote", post(generate::quote))
        .route("/api/image/generate", post(generate::image))
        .route("/api/video/generate", post(generate::video))
        .route("/api/compare", post(compare::compare))
        .route("/api/compare/quote", post(compare::quote))
        .route("/api/compare/{id}", get(compare::one))
        .route("/api/uploads", get(uploads::list).post(uploads::take))
        .route(
            "/api/uploads/{id}",
            get(uploads::one).delete(uploads::delete),
        )
        .route("/api/uploads/{id}/delete", post(uploads::delete))
        .route("/api/pictures", get(pictures::list))
        .route(
            "/api/characters",
            get(characters::list).post(characters::cast),
        )
        .route(
            "/api/characters/{id}",
            get(characters::one).delete(characters::delete),
        )
        .route("/api/characters/{id}/delete", post(characters::delete))
        .route("/api/characters/{id}/retry", post(characters::retry))
        .merge(boards::routes())
        .route("/api/video/director", post(director::shot))
        .route("/api/generations", get(library::list))
        .route(
            "/api/generations/{id}",
            get(library::one).delete(library::delete),
        )
        .route("/api/generations/{id}/receipt", get(library::receipt))
        .route("/api/generations/{id}/cancel", post(library::cancel))
        .route("/api/generations/{id}/retry", post(generate::retry))
        .route("/api/generations/{id}/vary", post(compare::vary))
        .route("/api/generations/{id}/reproduce", post(compare::reproduce))
        .route("/api/generations/{id}/favourite", post(library::favourite))
        .route("/api/generations/{id}/delete", post(library::delete))
}
