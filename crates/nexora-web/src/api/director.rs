//! `POST /api/video/director`: one directed shot.

use axum::extract::State;
use axum::response::Response;
use nexora_core::Order;

use super::generate::{Home, answers, key_of, no_dearer_than, shown_price};
use crate::app::director::shot::SHOT_MODEL;
use crate::asker::Asker;
use crate::body::Texts;
use crate::client::Wants;
use crate::components::Draft;
use crate::pages::shot_page;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

pub(super) async fn shot(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    mut texts: Texts,
) -> Result<Response, Problem> {
    let key = key_of(&asker.headers, &mut texts)?;
    let shown = shown_price(&mut texts)?;
    let model = texts.take("model").filter(|model| !model.is_empty());
    if model.is_some_and(|model| model != SHOT_MODEL) {
        let sentence = "Only Director films directed shots. Leave the model out, or order at \
                        /api/video/generate.";
        return Err(Problem::invalid_field("model", sentence));
    }
    let pairs = texts.pairs().chain([("model", SHOT_MODEL)]);
    let order = Order::parse(None, pairs, app.catalog());
    match order.and_then(|order| no_dearer_than(shown, order, app.catalog())) {
        Ok(order) => answers::start(&app, &member, &asker, order, key, Home::Director).await,
        Err(errors) if asker.wants == Wants::Page => {
            shot_page(&app, member, Draft::read(texts.pairs()), errors).await
        }
        Err(errors) => Err(Problem::invalid(errors)),
    }
}
