//! `/generate`: the full composer, blank, filled in, or sent back with what was wrong.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::Markup;
use nexora_core::{FieldError, GenerationId, MediaKind, Model, Slot, Source};
use nexora_engine::{Listing, Run as Made, StartKey};

use super::{Frame, Pictures, view};
use crate::app::generate::{self, GenerateView};
use crate::body::Query;
use crate::components::quote::QuoteView;
use crate::components::{Draft, Here, Lately, Run, Sale};
use crate::pages::history::everything;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Cards beside the composer.
const CARDS_MAX: u32 = 12;

pub(super) async fn generate(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let kind = MediaKind::from_slug(query.text("kind")).unwrap_or(MediaKind::Image);
    let remixed = match query.text("from").parse::<GenerationId>() {
        Ok(id) => app.engine().run(member.id(), id).await?,
        Err(_) => None,
    };
    let draft = match &remixed {
        Some(run) => Draft::of(&run.generation.order),
        None => Draft::read(query.pairs()),
    };
    let draft = worded(&app, &member, draft).await?;
    // A form says which model is ticked; a button in it may say another.
    let draft = match query.text("instead") {
        "" => draft,
        model => draft.with("model", model),
    };
    let bench = Bench::load(&app, member, draft, kind).await?;
    Ok(bench.flashing(&app, &headers).answer(&app, StatusCode::OK))
}

/// A clip that begins with a picture made here begins with its words, too, unless others are
/// written already.
async fn worded(app: &App, member: &Member, draft: Draft) -> Result<Draft, Problem> {
    let frames = draft.sources(Slot::FirstFrame);
    let (Some(Source::Asset(id)), "") = (frames.first(), draft.text("prompt")) else {
        return Ok(draft);
    };
    let Some(asset) = app.engine().asset(member.id(), *id).await? else {
        return Ok(draft);
    };
    let run = app.engine().run(member.id(), asset.generation).await?;
    Ok(match run {
        Some(run) => draft.with("prompt", run.generation.order.prompt.as_str()),
        None => draft,
    })
}

/// Everything the full composer is drawn from.
pub(crate) struct Bench<'a> {
    frame: Frame,
    model: &'a Model,
    draft: Draft,
    pictures: Pictures,
    errors: Vec<FieldError>,
    made: Vec<Made>,
    lately: Vec<Lately>,
    key: StartKey,
}

impl<'a> Bench<'a> {
    /// Loads a composer for the drafted model, or for the first of `kind` the member may order that
    /// has places for the drafted pictures.
    pub(crate) async fn load(
        app: &'a App,
        member: Member,
        draft: Draft,
        kind: MediaKind,
    ) -> Result<Self, Problem> {
        let shop = app.shop(Sale::nothing(member.account.plan));
        let model = app
            .catalog()
            .find(draft.text("model"))
            .or_else(|| shop.first_for(kind, &draft.inputs()))
            .or_else(|| shop.first_open(kind))
            .or_else(|| app.catalog().models().first())
            .ok_or_else(Problem::no_such_page)?;
        let (draft, pictures) = Pictures::load(app, member.id(), draft, model).await?;
        let listing = Listing {
            limit: CARDS_MAX,
            kind: Some(model.kind),
            ..everything(member.id())
        };
        Ok(Self {
            made: app.engine().runs(listing).await?,
            lately: app.lately().await,
            frame: Frame::of_member(app, member).await?,
            model,
            draft,
            pictures,
            errors: Vec::new(),
            key: StartKey::fresh(),
        })
    }

    /// Says what was wrong with the last try.
    pub(crate) fn with_errors(self, errors: Vec<FieldError>) -> Self {
        Self { errors, ..self }
    }

    fn flashing(self, app: &App, headers: &HeaderMap) -> Self {
        Self {
            frame: self.frame.flashing(app, headers),
            ..self
        }
    }

    /// The whole page.
    pub(crate) fn answer(self, app: &App, status: StatusCode) -> Response {
        let markup = self.draw(app, generate::page);
        self.frame.answer(status, markup)
    }

    /// The composer alone, for htmx.
    pub(crate) fn fragment(&self, app: &App) -> Markup {
        self.draw(app, generate::form)
    }

    fn draw(&self, app: &App, how: fn(&GenerateView<'_>) -> Markup) -> Markup {
        let now = app.engine().now();
        let runs: Vec<Run<'_>> = self.made.iter().map(|run| view(app, run, now)).collect();
        let price = self.draft.quote(app.catalog());
        let shop = app.shop(self.frame.sale(app)).telling(&self.lately);
        how(&GenerateView {
            shell: self.frame.live_shell("Create", Here::Generate),
            shop,
            model: self.model,
            draft: &self.draft,
            held: &self.pictures.held,
            shelf: &self.pictures.shelf,
            notes: &self.pictures.notes,
            errors: &self.errors,
            key: self.key.as_str(),
            quote: QuoteView {
                model: self.model,
                standing: shop.standing(self.model),
                price: price.as_ref().map(|quote| *quote).map_err(Vec::as_slice),
                available: self.frame.balance().available,
                cheaper: self.draft.cheaper(shop),
                sale: shop.sale,
            },
            runs: &runs,
        })
    }
}
