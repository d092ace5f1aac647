//! `/g/{id}` and `/g/{id}/receipt`: one run, and what it cost.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexora_core::{GenerationId, GenerationState};

use super::{Frame, compare, view};
use crate::app::detail::{self, DetailView};
use crate::app::receipt::{self, ReceiptView};
use crate::body::At;
use crate::components::Here;
use crate::components::ledger::Line;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

pub(super) async fn detail(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    At(id): At<GenerationId>,
) -> Result<Response, Problem> {
    let run = app.engine().run(member.id(), id).await?;
    let run = run.ok_or_else(Problem::no_such_run)?;
    let is_made = run.generation.state == GenerationState::Ready;
    let varied = run.generation.order.varied().quote(app.catalog());
    let comparison = app.engine().comparison_of(member.id(), id).await?;
    let frame = Frame::of_member(&app, member)
        .await?
        .flashing(&app, &headers);
    let markup = detail::page(&DetailView {
        shell: frame.live_shell("A run", Here::History),
        run: view(&app, &run, app.engine().now()),
        comparison: comparison.map(|it| compare::path(it.id)),
        again: app
            .engine()
            .once_more(&run.generation)
            .map(|_| run.generation.quote.credits),
        variation: varied.filter(|_| is_made).map(|quote| quote.credits),
    });
    Ok(frame.answer(StatusCode::OK, markup))
}

pub(super) async fn receipt(
    State(app): State<App>,
    member: Member,
    At(id): At<GenerationId>,
) -> Result<Response, Problem> {
    let receipt = app.engine().receipt(member.id(), id).await?;
    let receipt = receipt.ok_or_else(Problem::no_such_run)?;
    let account = member.account.clone();
    let frame = Frame::of_member(&app, member).await?;
    let lines: Vec<Line<'_>> = receipt
        .entries
        .iter()
        .map(|entry| Line {
            entry,
            available_after: None,
        })
        .collect();
    let markup = receipt::page(&ReceiptView {
        shell: frame.live_shell("Receipt", Here::History),
        member: &account,
        run: view(&app, &receipt.run, app.engine().now()),
        lines: &lines,
    });
    Ok(frame.answer(StatusCode::OK, markup))
}
