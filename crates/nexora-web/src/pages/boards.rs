//! `/director` and `/director/board/…`: storyboards, and the form for one of their shots.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use nexora_core::board::{CLIP_MODEL, STILL_MODEL};
use nexora_core::{BoardId, Character, FieldError, ShotId};
use nexora_engine::{CAST_TIER, Picture, StartKey, Storyboard};

use super::Frame;
use super::director::locked;
use crate::app::director::board::{self, BoardView};
use crate::app::director::boards::{self as list, BoardsView, BriefView};
use crate::app::director::film::{self, FilmView};
use crate::app::director::plan::{self, PlanView};
use crate::body::{At, Texts, Within};
use crate::components::{Draft, Here};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Pictures to choose from: what fits beside the words.
const PICTURES_MAX: u32 = 24;
/// What a new shot begins with: it is told like the one before it.
const CARRIED_ON: [&str; 5] = ["character", "still_model", "lens", "light", "duration"];

/// The member's boards, with what was wrong with the form for a new one.
pub(crate) async fn boards_page(
    app: &App,
    member: Member,
    typed: &Texts,
    errors: &[FieldError],
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let stories = app.engine().boards(member.id()).await?;
    let frame = Frame::of_member(app, member).await?;
    let frame = frame.flashing(app, headers);
    let markup = list::page(&BoardsView {
        shell: frame.live_shell("Storyboards", Here::Director),
        stories: &stories,
        brief: BriefView {
            catalog: app.catalog(),
            title: typed.text("title"),
            ratio: typed.text("aspect_ratio"),
            cap: typed.text("cap"),
            errors,
        },
        now: app.engine().now(),
    });
    Ok(frame.answer(status(errors), markup))
}

pub(super) async fn board(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    if !member.account.plan.reaches(CAST_TIER) {
        return Ok(locked(&app, Frame::of_member(&app, member).await?));
    }
    let table = Table::load(&app, member, id).await?;
    let frame = table.frame.flashing(&app, &headers);
    Ok(Table { frame, ..table }.answer(&app, &[]))
}

/// The contact sheet and the budget alone, for a page that is open already.
pub(super) async fn story_alone(
    State(app): State<App>,
    member: Member,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    Ok(story(&app, member, id).await?.into_response())
}

/// The contact sheet and the budget of a board.
pub(crate) async fn story(app: &App, member: Member, id: BoardId) -> Result<Markup, Problem> {
    let table = Table::load(app, member, id).await?;
    Ok(table.draw(app, &[], board::story))
}

/// A board's page with what was wrong with its own form.
pub(crate) async fn board_page(
    app: &App,
    member: Member,
    id: BoardId,
    errors: &[FieldError],
) -> Result<Response, Problem> {
    let table = Table::load(app, member, id).await?;
    Ok(table.answer(app, errors))
}

pub(super) async fn new_shot(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    if !member.account.plan.reaches(CAST_TIER) {
        return Ok(locked(&app, Frame::of_member(&app, member).await?));
    }
    let desk = Desk::load(&app, member, id, None).await?;
    let frame = desk.frame.flashing(&app, &headers);
    let desk = Desk { frame, ..desk };
    let texts = desk.carried_on();
    desk.answer(&app, &texts, &[])
}

pub(super) async fn shot(
    State(app): State<App>,
    member: Member,
    Within(id, shot): Within<BoardId, ShotId>,
) -> Result<Response, Problem> {
    if !member.account.plan.reaches(CAST_TIER) {
        return Ok(locked(&app, Frame::of_member(&app, member).await?));
    }
    let desk = Desk::load(&app, member, id, Some(shot)).await?;
    let found = desk.story.board.shot(shot);
    let written = found.ok_or_else(Problem::no_such_board)?.plan.texts();
    desk.answer(&app, &Texts::written(written), &[])
}

/// The form for a shot with what was typed and what was wrong with it.
pub(crate) async fn plan_page(
    app: &App,
    member: Member,
    place: (BoardId, Option<ShotId>),
    typed: &Texts,
    errors: &[FieldError],
) -> Result<Response, Problem> {
    let desk = Desk::load(app, member, place.0, place.1).await?;
    desk.answer(app, typed, errors)
}

pub(super) async fn film(
    State(app): State<App>,
    member: Member,
    At(id): At<BoardId>,
) -> Result<Response, Problem> {
    if !member.account.plan.reaches(CAST_TIER) {
        return Ok(locked(&app, Frame::of_member(&app, member).await?));
    }
    film_page(&app, member, id, None).await
}

/// The film's page, perhaps with why it is not to be had in one file.
pub(crate) async fn film_page(
    app: &App,
    member: Member,
    id: BoardId,
    fault: Option<&str>,
) -> Result<Response, Problem> {
    let story = load_story(app, &member, id).await?;
    let frame = Frame::of_member(app, member).await?;
    let markup = film::page(&FilmView {
        shell: frame.live_shell("Film", Here::Director),
        story: &story,
        fault,
    });
    let status = match fault {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(frame.answer(status, markup))
}

const fn status(errors: &[FieldError]) -> StatusCode {
    if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

async fn load_story(app: &App, member: &Member, id: BoardId) -> Result<Storyboard, Problem> {
    let found = app.engine().board(member.id(), id).await?;
    found.ok_or_else(Problem::no_such_board)
}

/// Everything a board's page is drawn from.
struct Table {
    frame: Frame,
    story: Storyboard,
    cast: Vec<Character>,
}

impl Table {
    async fn load(app: &App, member: Member, id: BoardId) -> Result<Self, Problem> {
        Ok(Self {
            story: load_story(app, &member, id).await?,
            cast: app.engine().characters(member.id()).await?,
            frame: Frame::of_member(app, member).await?,
        })
    }

    fn answer(self, app: &App, errors: &[FieldError]) -> Response {
        let markup = self.draw(app, errors, board::page);
        self.frame.answer(status(errors), markup)
    }

    fn draw(&self, app: &App, errors: &[FieldError], how: fn(&BoardView<'_>) -> Markup) -> Markup {
        let title = self.story.board.brief.title.as_str();
        how(&BoardView {
            shell: self.frame.live_shell(title, Here::Director),
            story: &self.story,
            catalog: app.catalog(),
            cast: &self.cast,
            key: StartKey::fresh().as_str(),
            available: self.frame.balance().available,
            sale: self.frame.sale(app),
            errors,
            now: app.engine().now(),
        })
    }
}

/// Everything the form for a shot is drawn from.
struct Desk {
    frame: Frame,
    story: Storyboard,
    shot: Option<ShotId>,
    cast: Vec<Character>,
    pictures: Vec<Picture>,
}

impl Desk {
    async fn load(
        app: &App,
        member: Member,
        id: BoardId,
        shot: Option<ShotId>,
    ) -> Result<Self, Problem> {
        let story = load_story(app, &member, id).await?;
        let owner = member.id();
        Ok(Self {
            story,
            shot,
            cast: app.engine().characters(owner).await?,
            pictures: app.engine().pictures(owner, PICTURES_MAX).await?,
            frame: Frame::of_member(app, member).await?,
        })
    }

    /// What a new shot takes over from the last one.
    fn carried_on(&self) -> Texts {
        let last = self.story.board.shots.last();
        let texts = last.map(|shot| shot.plan.texts()).unwrap_or_default();
        let kept = texts
            .into_iter()
            .filter(|(name, _)| CARRIED_ON.contains(name));
        Texts::written(kept)
    }

    fn answer(self, app: &App, typed: &Texts, errors: &[FieldError]) -> Result<Response, Problem> {
        // An operator's own catalog may be without it.
        let model = app.catalog().find(CLIP_MODEL);
        let model = model.ok_or_else(Problem::no_such_page)?;
        let still_model = match typed.text("still_model") {
            "" => STILL_MODEL,
            chosen => chosen,
        };
        let markup = plan::page(&PlanView {
            shell: self.frame.live_shell("Shot", Here::Director),
            story: &self.story,
            shot: self.shot.and_then(|id| self.story.board.shot(id)),
            catalog: app.catalog(),
            model,
            draft: &Draft::read(typed.pairs()),
            still_model,
            start: typed.text("start"),
            errors,
            cast: &self.cast,
            pictures: &self.pictures,
        });
        Ok(self.frame.answer(status(errors), markup))
    }
}
