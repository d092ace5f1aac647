//! `/pricing`, and where a buyer comes back to.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::Frame;
use crate::asker::see_other;
use crate::body::Query;
use crate::components::{Here, Sale};
use crate::flash::Flash;
use crate::problem::Problem;
use crate::session::Visitor;
use crate::site::pricing::{self, PricingView};
use crate::state::App;

pub(super) async fn pricing(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let frame = Frame::load(&app, visitor).await?.flashing(&app, &headers);
    let shell = match frame.paying() {
        Some(_) => frame.live_shell("Plans and prices", Here::Pricing),
        None => frame.shell("Plans and prices", Here::Pricing),
    };
    let sale = match frame.paying() {
        Some(_) => frame.sale(&app),
        None => Sale {
            offers: app.engine().offers(),
            ..frame.sale(&app)
        },
    };
    let markup = pricing::page(&PricingView {
        shell,
        catalog: app.catalog(),
        sale,
        chosen: query.text("plan").parse().ok(),
    });
    Ok(frame.answer(StatusCode::OK, markup))
}

/// Nothing is believed here: what was paid is told by the merchant, and appears by itself.
pub(super) async fn paid(State(app): State<App>) -> Response {
    see_other(&app, "/studio", Some(Flash::Paid))
}
