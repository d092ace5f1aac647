//! What was made: listing, one by one, stopping, marking, deleting.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nexora_core::{GenerationId, MemberId};
use nexora_engine::Run;

use super::shapes::{self, Listed};
use crate::asker::{self, Asker};
use crate::body::{At, Query, Texts};
use crate::client::Wants;
use crate::components::card::card;
use crate::flash::Flash;
use crate::pages::{self, Filter};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Runs listed when the caller does not say how many.
const LIMIT: u32 = 20;

pub(super) async fn list(
    State(app): State<App>,
    member: Member,
    Query(query): Query,
) -> Result<Response, Problem> {
    let (filter, errors) = Filter::read(&query, LIMIT);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let (runs, next) = filter.page(&app, member.id()).await?;
    let listed = Listed {
        items: runs.iter().map(shapes::generation).collect(),
        next: next.map(|id| id.to_string()),
    };
    Ok(asker::json(StatusCode::OK, &listed))
}

pub(super) async fn one(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<GenerationId>,
) -> Result<Response, Problem> {
    let run = found(&app, member.id(), id).await?;
    match asker.wants {
        Wants::Fragment => Ok(as_card(&app, &run)),
        Wants::Json | Wants::Page => Ok(asker::json(StatusCode::OK, &shapes::generation(&run))),
    }
}

pub(super) async fn receipt(
    State(app): State<App>,
    member: Member,
    At(id): At<GenerationId>,
) -> Result<Response, Problem> {
    let receipt = app.engine().receipt(member.id(), id).await?;
    let receipt = receipt.ok_or_else(Problem::no_such_run)?;
    Ok(asker::json(StatusCode::OK, &shapes::receipt(&receipt)))
}

pub(super) async fn cancel(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<GenerationId>,
) -> Result<Response, Problem> {
    app.engine().cancel(&member.account, id).await?;
    changed(&app, member.id(), id, &asker, Some(Flash::Cancelled)).await
}

pub(super) async fn favourite(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<GenerationId>,
    texts: Texts,
) -> Result<Response, Problem> {
    let favourite = match texts.text("favourite") {
        "on" | "true" | "1" => true,
        "off" | "false" | "0" => false,
        _ => return Err(Problem::invalid_field("favourite", "This is on or off.")),
    };
    let was_found = app
        .engine()
        .set_favourite(member.id(), id, favourite)
        .await?;
    if !was_found {
        return Err(Problem::no_such_run());
    }
    changed(&app, member.id(), id, &asker, None).await
}

/// Deletes a run that has ended. With htmx nothing takes the place of its card.
pub(super) async fn delete(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<GenerationId>,
) -> Result<Response, Problem> {
    let run = found(&app, member.id(), id).await?;
    if !run.generation.state.has_ended() {
        return Err(Problem::still_running());
    }
    if !app.engine().delete_run(member.id(), id).await? {
        return Err(Problem::no_such_run());
    }
    match asker.wants {
        Wants::Json => Ok(StatusCode::NO_CONTENT.into_response()),
        Wants::Fragment => {
            let nothing = StatusCode::OK.into_response();
            Ok(asker::with_toast(nothing, &Flash::Deleted.notice().text))
        }
        // Not back to where the form stood: that may have been the page of the run itself.
        Wants::Page => Ok(asker::see_other(&app, "/history", Some(Flash::Deleted))),
    }
}

async fn found(app: &App, member: MemberId, id: GenerationId) -> Result<Run, Problem> {
    let run = app.engine().run(member, id).await?;
    run.ok_or_else(Problem::no_such_run)
}

/// The run as it is after a change.
async fn changed(
    app: &App,
    member: MemberId,
    id: GenerationId,
    asker: &Asker,
    flash: Option<Flash>,
) -> Result<Response, Problem> {
    if asker.wants == Wants::Page {
        return Ok(asker.back(app, "/studio", flash));
    }
    let run = found(app, member, id).await?;
    let balance = app.engine().balance(member).await?;
    let response = match asker.wants {
        Wants::Fragment => as_card(app, &run),
        Wants::Json | Wants::Page => asker::json(StatusCode::OK, &shapes::generation(&run)),
    };
    Ok(asker::with_credits(response, balance))
}

fn as_card(app: &App, run: &Run) -> Response {
    card(&pages::view(app, run, app.engine().now())).into_response()
}
