//! `/compare` and `/compare/{id}`: the form for several models, and their results side by side.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use nexora_core::comparison::{Entrant, Wish};
use nexora_core::{ComparisonId, FieldError, MediaKind, Model};
use nexora_engine::{SideBySide, StartKey};
use url::form_urlencoded::Serializer;

use super::{Frame, view};
use crate::app::compare::result::{self, ResultView};
use crate::app::compare::{self, CompareView, EarlierView, TermsView, terms};
use crate::body::{At, Query};
use crate::components::{Here, Lately, Run, Shop, Standing};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Earlier comparisons below the form: two rows of them.
const EARLIER_MAX: u32 = 6;
/// Models that are chosen on a blank page: a comparison as soon as the words are there.
const CHOSEN_AT_FIRST: usize = 2;

pub(super) async fn compare(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let kind = MediaKind::from_slug(query.text("kind")).unwrap_or(MediaKind::Image);
    let wish = Wish::read(query.pairs());
    let set = Set::load(&app, member, wish, kind).await?;
    Ok(set.flashing(&app, &headers).answer(&app, StatusCode::OK))
}

/// The form with what was wrong with it.
pub(crate) async fn compare_page(
    app: &App,
    member: Member,
    wish: Wish,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let set = Set::load(app, member, wish, MediaKind::Image).await?;
    let set = Set { errors, ..set };
    Ok(set.answer(app, StatusCode::UNPROCESSABLE_ENTITY))
}

/// The settings and the price alone, for a form that was changed.
pub(crate) async fn compare_terms(
    app: &App,
    member: &Member,
    wish: Wish,
) -> Result<Response, Problem> {
    let glance = app.engine().glance(member.id()).await?;
    let shop = app.shop(app.sale(&glance.paying, member.actor().is_some()));
    let (wish, notes) = wish.fitted(app.catalog());
    let models = wish.models(app.catalog());
    let entrants = entrants(app, &wish);
    let markup = terms(&TermsView {
        shop,
        wish: &wish,
        models: &models,
        entrants: entrants.as_deref().map_err(Vec::as_slice),
        notes: &notes,
        available: glance.balance.available(),
    });
    Ok(markup.into_response())
}

/// What each model would make, before anything is written: a missing prompt costs nothing to add.
fn entrants<'a>(app: &'a App, wish: &Wish) -> Result<Vec<Entrant<'a>>, Vec<FieldError>> {
    let written = match wish.text("prompt").trim() {
        "" => wish.clone().with("prompt", "…"),
        _ => wish.clone(),
    };
    written.entrants(app.catalog())
}

/// Everything the form's page is drawn from.
struct Set {
    frame: Frame,
    kind: MediaKind,
    wish: Wish,
    notes: Vec<String>,
    errors: Vec<FieldError>,
    lately: Vec<Lately>,
    earlier: Vec<SideBySide>,
    key: StartKey,
}

impl Set {
    async fn load(app: &App, member: Member, wish: Wish, kind: MediaKind) -> Result<Self, Problem> {
        let (wish, notes) = wish.fitted(app.catalog());
        let chosen = wish.models(app.catalog());
        let kind = chosen.first().map_or(kind, |model| model.kind);
        let earlier = app.engine().comparisons(member.id(), EARLIER_MAX).await?;
        let frame = Frame::of_member(app, member).await?;
        let shop = app.shop(frame.sale(app));
        let wish = if chosen.is_empty() {
            wish.choosing(at_first(shop, kind))
        } else {
            wish
        };
        Ok(Self {
            lately: app.lately().await,
            frame,
            kind,
            wish,
            notes,
            errors: Vec::new(),
            earlier,
            key: StartKey::fresh(),
        })
    }

    fn flashing(self, app: &App, headers: &HeaderMap) -> Self {
        Self {
            frame: self.frame.flashing(app, headers),
            ..self
        }
    }

    fn answer(self, app: &App, status: StatusCode) -> Response {
        let now = app.engine().now();
        let models: Vec<&Model> = self.wish.models(app.catalog());
        let entrants = match self.errors.as_slice() {
            [] => entrants(app, &self.wish),
            errors => Err(errors.to_vec()),
        };
        let earlier = self.earlier.iter().map(|one| EarlierView {
            href: path(one.comparison.id),
            runs: one.runs.iter().map(|run| view(app, run, now)).collect(),
        });
        let earlier: Vec<EarlierView<'_>> = earlier.collect();
        let markup = compare::page(&CompareView {
            shell: self.frame.live_shell("Compare", Here::Generate),
            kind: self.kind,
            key: self.key.as_str(),
            terms: TermsView {
                shop: app.shop(self.frame.sale(app)).telling(&self.lately),
                wish: &self.wish,
                models: &models,
                entrants: entrants.as_deref().map_err(Vec::as_slice),
                notes: &self.notes,
                available: self.frame.balance().available,
            },
            earlier: &earlier,
        });
        self.frame.answer(status, markup)
    }
}

/// The first models of a kind that the member may order.
fn at_first(shop: Shop<'_>, kind: MediaKind) -> impl Iterator<Item = &Model> {
    let models = shop.catalog.of_kind(kind);
    let open = move |model: &&Model| shop.standing(model) == Standing::Open;
    let able = models.filter(|model| Wish::takes(model));
    able.filter(open).take(CHOSEN_AT_FIRST)
}

pub(super) async fn result(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    At(id): At<ComparisonId>,
) -> Result<Response, Problem> {
    let found = app.engine().comparison(member.id(), id).await?;
    let found = found.filter(|found| !found.runs.is_empty());
    let found = found.ok_or_else(Problem::no_such_comparison)?;
    let frame = Frame::of_member(&app, member)
        .await?
        .flashing(&app, &headers);
    let now = app.engine().now();
    let runs: Vec<Run<'_>> = found.runs.iter().map(|run| view(&app, run, now)).collect();
    let markup = result::page(&ResultView {
        shell: frame.live_shell("Compare", Here::Generate),
        purpose: found.comparison.purpose,
        original: found.original.as_ref().map(|run| view(&app, run, now)),
        runs: &runs,
        judgement: found.judgement,
        again: again(&found),
    });
    Ok(frame.answer(StatusCode::OK, markup))
}

/// Where a comparison is shown.
pub(crate) fn path(id: ComparisonId) -> String {
    format!("/compare/{id}")
}

/// The way to the form with the same wish in it.
fn again(found: &SideBySide) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(first) = found.runs.first() {
        let order = &first.generation.order;
        query.append_pair("prompt", order.prompt.as_str());
        query.append_pair("aspect_ratio", &order.aspect_ratio.to_string());
        query.append_pair("kind", order.kind.slug());
    }
    for run in &found.runs {
        query.append_pair("models", run.generation.order.model.as_str());
    }
    format!("/compare?{}", query.finish())
}
