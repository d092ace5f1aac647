//! `/director` and its rooms.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use nexora_core::{Character, Credits};
use nexora_engine::{CAST_TIER, CHARACTERS_MAX};

use super::{Frame, boards_page};
use crate::app::director::characters::{self as view, CastingForm, CharactersView, STILL_MODEL};
use crate::app::director::{PaywallView, paywall};
use crate::body::Texts;
use crate::components::{Draft, Here};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// The studio for those whose plan has it, a preview for the others.
pub(super) async fn director(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if member.account.plan.reaches(CAST_TIER) {
        return boards_page(&app, member, &Texts::default(), &[], &headers).await;
    }
    let frame = Frame::of_member(&app, member).await?;
    Ok(locked(&app, frame.flashing(&app, &headers)))
}

pub(super) async fn characters(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let room = Room::load(&app, member).await?;
    let frame = room.frame.flashing(&app, &headers);
    let form = CastingForm::default();
    Ok(Room { frame, ..room }.answer(&app, &form, StatusCode::OK))
}

/// The cards alone, for a page that is open already.
pub(super) async fn cast(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    let room = Room::load(&app, member).await?;
    Ok(room
        .draw(&app, &CastingForm::default(), view::cast)
        .into_response())
}

/// The characters' page with what was wrong with a form.
pub(crate) async fn characters_page(
    app: &App,
    member: Member,
    form: &CastingForm,
    status: StatusCode,
) -> Result<Response, Problem> {
    let room = Room::load(app, member).await?;
    Ok(room.answer(app, form, status))
}

/// Everything the characters' page is drawn from.
struct Room {
    frame: Frame,
    cast: Vec<Character>,
    is_open: bool,
}

impl Room {
    async fn load(app: &App, member: Member) -> Result<Self, Problem> {
        let is_open = member.account.plan.reaches(CAST_TIER);
        Ok(Self {
            cast: app.engine().characters(member.id()).await?,
            frame: Frame::of_member(app, member).await?,
            is_open,
        })
    }

    /// The page. Whoever stepped down sees whom they made as long as somebody is there.
    fn answer(self, app: &App, form: &CastingForm, status: StatusCode) -> Response {
        if !self.is_open && self.cast.is_empty() {
            return locked(app, self.frame);
        }
        let markup = self.draw(app, form, view::page);
        self.frame.answer(status, markup)
    }

    fn draw(
        &self,
        app: &App,
        form: &CastingForm,
        how: fn(&CharactersView<'_>) -> Markup,
    ) -> Markup {
        how(&CharactersView {
            shell: self.frame.live_shell("Characters", Here::Director),
            cast: &self.cast,
            cast_max: CHARACTERS_MAX,
            form,
            still_price: still_price(app).filter(|_| self.is_open),
            now: app.engine().now(),
        })
    }
}

fn still_price(app: &App) -> Option<Credits> {
    let draft = Draft::empty().with("model", STILL_MODEL);
    draft.quote(app.catalog()).ok().map(|quote| quote.credits)
}

pub(super) fn locked(app: &App, frame: Frame) -> Response {
    let markup = paywall(&PaywallView {
        shell: frame.live_shell("Director", Here::Director),
        needs: CAST_TIER.cheapest_plan(),
        sale: frame.sale(app),
    });
    frame.answer(StatusCode::OK, markup)
}
