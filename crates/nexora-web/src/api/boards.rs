//! `/api/boards`: storyboards, their shots, the presses that make stills and clips, and what can
//! be taken home.

mod film;
mod shape;
mod shot_list;
mod shots;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use nexora_core::board::Brief;
use nexora_core::{BoardId, Member as Account, ShotId};
use nexora_engine::{BoardChange, Press, Step, Storyboard};
use serde_json::{Value, json};

use super::generate::{key_of, shown_price};
use crate::asker::{self, Asker};
use crate::body::{At, Texts};
use crate::client::Wants;
use crate::flash::Flash;
use crate::pages;
use crate::problem::Problem;
use crate::session::{Member, Themselves};
use crate::state::App;

/// Where people see their boards.
const PAGE: &str = "/director";

/// Every route of the boards.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/boards", get(list).post(open))
        .route("/api/boards/{id}", get(one).post(rewrite).delete(delete))
        .route("/api/boards/{id}/delete", post(delete))
        .route("/api/boards/{id}/stills", post(stills))
        .route("/api/boards/{id}/animate", post(animate))
        .route("/api/boards/{id}/film.mp4", get(film::film))
        .route("/api/boards/{id}/shots.zip", get(film::shots))
        .merge(shots::routes())
}

async fn list(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    let stories = app.engine().boards(member.id()).await?;
    let items: Vec<Value> = stories
        .iter()
        .map(|story| shape::board(story, &app))
        .collect();
    Ok(asker::json(StatusCode::OK, &json!({ "items": items })))
}

async fn one(
    State(app): State<App>,
    member: Member,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    let story = found(&app, &member.account, id).await?;
    Ok(asker::json(StatusCode::OK, &shape::board(&story, &app)))
}

/// Makes a board of `title`, `aspect_ratio` and `cap`.
async fn open(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    texts: Texts,
) -> Result<Response, Problem> {
    let brief = match Brief::parse(texts.pairs(), app.catalog()) {
        Ok(brief) => brief,
        Err(errors) if asker.wants == Wants::Json => return Err(Problem::invalid(errors)),
        Err(errors) => {
            return pages::boards_page(&app, member, &texts, &errors, &asker.headers).await;
        }
    };
    let board = app.engine().open_board(&member.account, brief).await?;
    if asker.wants == Wants::Json {
        let story = found(&app, &member.account, board.id).await?;
        return Ok(asker::json(
            StatusCode::CREATED,
            &shape::board(&story, &app),
        ));
    }
    Ok(asker::see_other(&app, &page_of(board.id), None))
}

async fn rewrite(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<BoardId>,
    texts: Texts,
) -> Result<Response, Problem> {
    match Brief::parse(texts.pairs(), app.catalog()) {
        Ok(brief) => {
            let change = BoardChange::Brief(brief);
            app.engine()
                .change_board(&member.account, id, change)
                .await?;
            answer(&app, member, &asker, id, Some(Flash::BoardSaved)).await
        }
        Err(errors) if asker.wants == Wants::Json => Err(Problem::invalid(errors)),
        Err(errors) => pages::board_page(&app, member, id, &errors).await,
    }
}

async fn delete(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    if !app.engine().delete_board(member.id(), id).await? {
        return Err(Problem::no_such_board());
    }
    if asker.wants == Wants::Json {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(asker::see_other(&app, PAGE, Some(Flash::BoardDeleted)))
}

/// Makes stills: of every shot that has none, or of the one called `shot` anew.
async fn stills(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<BoardId>,
    texts: Texts,
) -> Result<Response, Problem> {
    press(&app, member, &asker, (id, Step::Stills), texts).await
}

/// Films what was approved: every shot that has no clip, or the one called `shot` once more.
async fn animate(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<BoardId>,
    texts: Texts,
) -> Result<Response, Problem> {
    press(&app, member, &asker, (id, Step::Clips), texts).await
}

async fn press(
    app: &App,
    member: Member,
    asker: &Asker,
    (id, step): (BoardId, Step),
    mut texts: Texts,
) -> Result<Response, Problem> {
    let press = Press {
        step,
        key: key_of(&asker.headers, &mut texts)?,
        shown: shown_price(&mut texts)?,
        shot: shot_of(&mut texts)?,
    };
    no_others(&texts)?;
    let pressed = app.engine().press(&member.account, id, press).await?;
    if asker.wants == Wants::Json {
        return Ok(asker::json(StatusCode::ACCEPTED, &shape::pressed(&pressed)));
    }
    let flash = if pressed.replayed {
        Flash::AlreadyStarted
    } else {
        Flash::Started
    };
    let is_fragment = asker.wants == Wants::Fragment;
    let answered = answer(app, member, asker, id, Some(flash)).await?;
    if !is_fragment {
        return Ok(answered);
    }
    let toasted = asker::with_toast(answered, &flash.notice().text);
    Ok(asker::with_credits(toasted, pressed.balance))
}

fn shot_of(texts: &mut Texts) -> Result<Option<ShotId>, Problem> {
    let text = texts.take("shot").filter(|text| !text.is_empty());
    let read = text.map(|text| text.parse()).transpose();
    read.map_err(|_| Problem::invalid_field("shot", "This is no shot of a board."))
}

/// A field that nobody reads was meant to say something.
fn no_others(texts: &Texts) -> Result<(), Problem> {
    match texts.pairs().next() {
        None => Ok(()),
        Some((name, _)) => {
            let message = format!("There is no field {name:?} here.");
            Err(Problem::invalid_field(name, message))
        }
    }
}

async fn found(app: &App, account: &Account, id: BoardId) -> Result<Storyboard, Problem> {
    let found = app.engine().board(account.id, id).await?;
    found.ok_or_else(Problem::no_such_board)
}

fn page_of(id: BoardId) -> String {
    format!("{PAGE}/board/{id}")
}

/// The board after a change: as JSON, as the piece of the page that shows it, or the way back.
async fn answer(
    app: &App,
    member: Member,
    asker: &Asker,
    id: BoardId,
    flash: Option<Flash>,
) -> Result<Response, Problem> {
    match asker.wants {
        Wants::Json => {
            let story = found(app, &member.account, id).await?;
            Ok(asker::json(StatusCode::OK, &shape::board(&story, app)))
        }
        Wants::Fragment => Ok(pages::story(app, member, id).await?.into_response()),
        Wants::Page => Ok(asker::see_other(app, &page_of(id), flash)),
    }
}
