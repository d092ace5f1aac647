//! Pages that need nobody.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::Frame;
use crate::components::Here;
use crate::design;
use crate::problem::Problem;
use crate::session::Visitor;
use crate::site::home::{self, HomeView};
use crate::site::legal;
use crate::state::App;

pub(super) async fn home(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let frame = Frame::load(&app, visitor).await?.flashing(&app, &headers);
    let markup = home::page(&HomeView {
        shell: frame.shell("An AI creative studio", Here::Home),
        catalog: app.catalog(),
    });
    Ok(frame.answer(StatusCode::OK, markup))
}

pub(super) async fn terms(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let frame = Frame::load(&app, visitor).await?;
    let markup = legal::terms(&frame.shell("Terms", Here::Elsewhere));
    Ok(frame.answer(StatusCode::OK, markup))
}

pub(super) async fn privacy(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let frame = Frame::load(&app, visitor).await?;
    let markup = legal::privacy(&frame.shell("Privacy", Here::Elsewhere));
    Ok(frame.answer(StatusCode::OK, markup))
}

pub(super) async fn design() -> maud::Markup {
    design::page()
}
