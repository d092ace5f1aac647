//! `/api/boards/{id}/shots/…`: writing, copying, moving, approving and deleting shots.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use nexora_core::board::{Shift, ShotPlan};
use nexora_core::{BoardId, ShotId};
use nexora_engine::BoardChange;

use super::{answer, no_others, page_of};
use crate::asker::{self, Asker};
use crate::body::{At, Texts, Within};
use crate::client::Wants;
use crate::flash::Flash;
use crate::pages;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

pub(super) fn routes() -> Router<App> {
    let shot = "/api/boards/{id}/shots/{shot}";
    let act = |verb: &str| format!("{shot}/{verb}");
    Router::new()
        .route("/api/boards/{id}/shots", post(add))
        .route(shot, post(rewrite).delete(remove))
        .route(&act("delete"), post(remove))
        .route(&act("duplicate"), post(duplicate))
        .route(&act("move"), post(shift))
        .route(&act("approve"), post(approve))
}

async fn add(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<BoardId>,
    texts: Texts,
) -> Result<Response, Problem> {
    write(&app, member, &asker, (id, None), texts).await
}

async fn rewrite(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    Within(id, shot): Within<BoardId, ShotId>,
    texts: Texts,
) -> Result<Response, Problem> {
    write(&app, member, &asker, (id, Some(shot)), texts).await
}

/// What is written about a shot, new or not.
async fn write(
    app: &App,
    member: Member,
    asker: &Asker,
    (id, shot): (BoardId, Option<ShotId>),
    mut texts: Texts,
) -> Result<Response, Problem> {
    let goes_on = texts.take("then").is_some_and(|then| then == "another");
    let plan = match ShotPlan::parse(texts.pairs(), app.catalog()) {
        Ok(plan) => plan,
        Err(errors) if asker.wants == Wants::Json => return Err(Problem::invalid(errors)),
        Err(errors) => return pages::plan_page(app, member, (id, shot), &texts, &errors).await,
    };
    let change = match shot {
        Some(shot) => BoardChange::Rewrite(shot, plan),
        None => BoardChange::Add(plan),
    };
    let board = app
        .engine()
        .change_board(&member.account, id, change)
        .await?;
    if goes_on && board.has_room() && asker.wants == Wants::Page {
        let next = format!("{}/shot", page_of(id));
        return Ok(asker::see_other(app, &next, Some(Flash::ShotSaved)));
    }
    answer(app, member, asker, id, Some(Flash::ShotSaved)).await
}

async fn remove(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    Within(id, shot): Within<BoardId, ShotId>,
) -> Result<Response, Problem> {
    change(&app, member, &asker, id, BoardChange::Remove(shot)).await
}

async fn duplicate(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    Within(id, shot): Within<BoardId, ShotId>,
) -> Result<Response, Problem> {
    change(&app, member, &asker, id, BoardChange::Duplicate(shot)).await
}

/// `to` is `up`, `down`, or a place from 1.
async fn shift(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    Within(id, shot): Within<BoardId, ShotId>,
    mut texts: Texts,
) -> Result<Response, Problem> {
    let to = texts.take("to").unwrap_or_default();
    no_others(&texts)?;
    let rule = "A shot goes up, down, or to a place from 1 to 12.";
    let shift = Shift::parse(&to).ok_or_else(|| Problem::invalid_field("to", rule))?;
    change(&app, member, &asker, id, BoardChange::Shift(shot, shift)).await
}

/// `approved` is `on` or `off`.
async fn approve(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    Within(id, shot): Within<BoardId, ShotId>,
    mut texts: Texts,
) -> Result<Response, Problem> {
    let word = texts.take("approved").unwrap_or_default();
    no_others(&texts)?;
    let is_approved = match word.as_str() {
        "on" | "true" => true,
        "off" | "false" => false,
        _ => return Err(Problem::invalid_field("approved", "This is on or off.")),
    };
    change(
        &app,
        member,
        &asker,
        id,
        BoardChange::Approve(shot, is_approved),
    )
    .await
}

async fn change(
    app: &App,
    member: Member,
    asker: &Asker,
    id: BoardId,
    what: BoardChange,
) -> Result<Response, Problem> {
    app.engine().change_board(&member.account, id, what).await?;
    answer(app, member, asker, id, None).await
}
