//! The pages: each loads what its view needs and calls the view.

mod billing;
mod boards;
mod browser;
mod compare;
mod director;
mod doors;
mod frame;
mod generate;
mod history;
mod hosted;
mod leave;
mod library;
mod pictures;
mod pricing;
mod profile;
mod public;
mod shot;
mod studio;

use axum::Router;
use axum::routing::get;
use nexora_core::Timestamp;
use nexora_engine::Run as Made;

pub(crate) use boards::{board_page, boards_page, film_page, plan_page, story};
pub(crate) use compare::{compare_page, compare_terms, path as compare_path};
pub(crate) use director::characters_page;
pub(crate) use doors::{Door, sign_in_page, sign_up_page};
pub(crate) use frame::Frame;
pub(crate) use generate::Bench;
pub(crate) use history::Filter;
pub(crate) use leave::leave_page;
pub(crate) use pictures::Pictures;
pub(crate) use profile::profile_page;
pub(crate) use shot::shot_page;

use crate::components::Run;
use crate::state::App;

/// Every page.
pub(crate) fn routes(app: &App) -> Router<App> {
    let router = Router::new()
        .route("/", get(public::home))
        .route("/pricing", get(pricing::pricing))
        .route("/paid", get(pricing::paid))
        .route("/terms", get(public::terms))
        .route("/privacy", get(public::privacy))
        .route("/sign-in", get(doors::sign_in))
        .route("/sign-up", get(doors::sign_up))
        .route("/studio", get(studio::studio))
        .route("/generate", get(generate::generate))
        .route("/compare", get(compare::compare))
        .route("/compare/{id}", get(compare::result))
        .route("/pictures", get(pictures::pictures))
        .route("/director", get(director::director))
        .route("/director/board/{id}", get(boards::board))
        .route("/director/board/{id}/story", get(boards::story_alone))
        .route("/director/board/{id}/film", get(boards::film))
        .route("/director/board/{id}/shot", get(boards::new_shot))
        .route("/director/board/{id}/shot/{shot}", get(boards::shot))
        .route("/director/shot", get(shot::shot))
        .route("/director/characters", get(director::characters))
        .route("/director/cast", get(director::cast))
        .route("/history", get(history::history))
        .route("/g/{id}", get(library::detail))
        .route("/g/{id}/receipt", get(library::receipt))
        .route("/profile/plan", get(billing::change))
        .route("/profile/cancel", get(billing::cancel))
        .route("/profile/delete", get(leave::leave))
        .route("/profile", get(profile::profile))
        .route("/profile/account", get(profile::account));
    if app.config().design_page {
        router.route("/design", get(public::design))
    } else {
        router
    }
}

/// A run as the views want it.
pub(crate) fn view<'a>(app: &'a App, made: &'a Made, now: Timestamp) -> Run<'a> {
    Run::of(made, app.catalog(), now)
}
