//! `/director/shot`: the form for one directed shot, blank, filled in, or sent back.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexora_core::{Character, FieldError, GenerationId, MediaKind, Model};
use nexora_engine::{CAST_TIER, Listing, Picture, Run as Made, StartKey};

use super::Frame;
use super::director::locked;
use super::history::everything;
use super::view;
use crate::app::director::shot::{self, SHOT_MODEL, ShotView};
use crate::body::Query;
use crate::components::quote::QuoteView;
use crate::components::{Draft, Here, Run};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Cards beside the form.
const CARDS_MAX: u32 = 12;
/// Pictures to choose a still from: what fits beside the words.
const STILLS_MAX: u32 = 24;

pub(super) async fn shot(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    if !member.account.plan.reaches(CAST_TIER) {
        return Ok(locked(&app, Frame::of_member(&app, member).await?));
    }
    let remixed = match query.text("from").parse::<GenerationId>() {
        Ok(id) => app.engine().run(member.id(), id).await?,
        Err(_) => None,
    };
    let draft = match &remixed {
        Some(run) => Draft::of(&run.generation.order),
        None => Draft::read(query.pairs()),
    };
    let set = Set::load(&app, member, draft, Vec::new()).await?;
    let frame = set.frame.flashing(&app, &headers);
    Ok(Set { frame, ..set }.answer(&app, StatusCode::OK))
}

/// The form with what was wrong with it.
pub(crate) async fn shot_page(
    app: &App,
    member: Member,
    draft: Draft,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let set = Set::load(app, member, draft, errors).await?;
    Ok(set.answer(app, StatusCode::UNPROCESSABLE_ENTITY))
}

/// Everything the page is drawn from.
struct Set<'a> {
    frame: Frame,
    model: &'a Model,
    draft: Draft,
    errors: Vec<FieldError>,
    cast: Vec<Character>,
    stills: Vec<Picture>,
    made: Vec<Made>,
}

impl<'a> Set<'a> {
    async fn load(
        app: &'a App,
        member: Member,
        draft: Draft,
        errors: Vec<FieldError>,
    ) -> Result<Self, Problem> {
        // An operator's own catalog may be without it.
        let model = app.catalog().find(SHOT_MODEL);
        let model = model.ok_or_else(Problem::no_such_page)?;
        let id = member.id();
        let listing = Listing {
            limit: CARDS_MAX,
            kind: Some(MediaKind::Video),
            model: Some(model.id.clone()),
            ..everything(id)
        };
        Ok(Self {
            cast: app.engine().characters(id).await?,
            stills: app.engine().pictures(id, STILLS_MAX).await?,
            made: app.engine().runs(listing).await?,
            frame: Frame::of_member(app, member).await?,
            draft: draft.fitted(model),
            model,
            errors,
        })
    }

    fn answer(self, app: &App, status: StatusCode) -> Response {
        let now = app.engine().now();
        let runs: Vec<Run<'_>> = self.made.iter().map(|run| view(app, run, now)).collect();
        let price = self.draft.quote(app.catalog());
        let shop = app.shop(self.frame.sale(app));
        let markup = shot::page(&ShotView {
            shell: self.frame.live_shell("Shot", Here::Director),
            model: self.model,
            draft: &self.draft,
            errors: &self.errors,
            key: StartKey::fresh().as_str(),
            cast: &self.cast,
            stills: &self.stills,
            quote: QuoteView {
                model: self.model,
                standing: shop.standing(self.model),
                price: price.as_ref().map(|quote| *quote).map_err(Vec::as_slice),
                available: self.frame.balance().available,
                // No other model is told how to film.
                cheaper: None,
                sale: shop.sale,
            },
            runs: &runs,
        });
        self.frame.answer(status, markup)
    }
}
