//! Ordering: `POST /api/image/generate`, `/api/video/generate`, `…/retry`, and asking what it
//! would cost.

pub(super) mod answers;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use nexora_core::{Catalog, Credits, FieldError, GenerationId, MediaKind, Model, Order, Plan};
use nexora_engine::{Offer, StartKey};
use serde_json::json;

use crate::asker::{self, Asker};
use crate::body::{At, Texts};
use crate::client::Wants;
use crate::components::quote::{QuoteView, quote as quote_fragment};
use crate::components::{Draft, Sale, Standing};
use crate::pages::Bench;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;
use crate::wish::Wish;

/// Where a browser without scripts goes on after an order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Home {
    Studio,
    Director,
}

/// The header in which programs send what forms send as `key`.
const KEY_HEADER: &str = "idempotency-key";

pub(super) async fn image(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    sent: Request,
) -> Result<Response, Problem> {
    let wish = Wish::read(&app, &member, sent).await?;
    generate(app, member, asker, wish, MediaKind::Image).await
}

pub(super) async fn video(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    sent: Request,
) -> Result<Response, Problem> {
    let wish = Wish::read(&app, &member, sent).await?;
    generate(app, member, asker, wish, MediaKind::Video).await
}

async fn generate(
    app: App,
    member: Member,
    asker: Asker,
    mut wish: Wish,
    kind: MediaKind,
) -> Result<Response, Problem> {
    let key = key_of(&asker.headers, &mut wish.texts)?;
    let shown = shown_price(&mut wish.texts)?;
    // A program says what it came for; a person picked a model, and the page found the address.
    let expected = (asker.wants == Wants::Json).then_some(kind);
    let order = Order::parse(expected, wish.texts.pairs(), app.catalog())
        .and_then(|order| no_dearer_than(shown, order, app.catalog()));
    match wish.checked(order) {
        Ok(order) => answers::start(&app, &member, &asker, order, key, Home::Studio).await,
        Err(errors) => sent_back(&app, member, &asker, &wish.texts, kind, errors).await,
    }
}

/// The price the page showed when the button was pressed, if it said so.
pub(super) fn shown_price(texts: &mut Texts) -> Result<Option<Credits>, Problem> {
    let Some(text) = texts.take("quoted").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let read = text.parse().map(|amount| Some(Credits::new(amount)));
    read.map_err(|_| Problem::invalid_field("quoted", "A price is a whole number of credits."))
}

/// Without a script a page shows the price of the settings it was rendered with. Nobody pays more
/// than they were shown.
pub(super) fn no_dearer_than(
    shown: Option<Credits>,
    order: Order,
    catalog: &Catalog,
) -> Result<Order, Vec<FieldError>> {
    let price = order.quote(catalog).map(|quote| quote.credits);
    match (shown, price) {
        (Some(shown), Some(price)) if price > shown => Err(vec![FieldError {
            field: "quoted".to_owned(),
            message: format!(
                "These settings cost {price}, not {}. Nothing was started; \
                 generate again to accept the new price.",
                shown.amount()
            ),
        }]),
        _ => Ok(order),
    }
}

/// Orders the same again, as a new generation.
pub(super) async fn retry(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<GenerationId>,
    mut texts: Texts,
) -> Result<Response, Problem> {
    let key = key_of(&asker.headers, &mut texts)?;
    let run = app.engine().run(member.id(), id).await?;
    let run = run.ok_or_else(Problem::no_such_run)?;
    answers::start(
        &app,
        &member,
        &asker,
        run.generation.order,
        key,
        Home::Studio,
    )
    .await
}

/// What an order would cost. A prompt that is not written yet costs nothing to add.
pub(super) async fn quote(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    sent: Request,
) -> Result<Response, Problem> {
    let Wish { mut texts, faults } = Wish::read(&app, &member, sent).await?;
    texts.take("key");
    texts.take("quoted");
    let draft = Draft::read(texts.pairs());
    match asker.wants {
        Wants::Fragment => quote_as_fragment(&app, &member, &draft).await,
        Wants::Page => {
            let kind = MediaKind::Image;
            let bench = Bench::load(&app, member, draft, kind).await?;
            Ok(bench.with_errors(faults).answer(&app, StatusCode::OK))
        }
        Wants::Json => quote_as_json(&app, &member, &texts).await,
    }
}

async fn quote_as_fragment(app: &App, member: &Member, draft: &Draft) -> Result<Response, Problem> {
    let Some(model) = app.catalog().find(draft.text("model")) else {
        return Err(Problem::invalid_field("model", "Choose a model."));
    };
    let price = draft.quote(app.catalog());
    let glance = app.engine().glance(member.id()).await?;
    let shop = app.shop(app.sale(&glance.paying, member.actor().is_some()));
    let markup = quote_fragment(&QuoteView {
        model,
        standing: shop.standing(model),
        price: price.as_ref().map(|quote| *quote).map_err(Vec::as_slice),
        available: glance.balance.available(),
        cheaper: draft.cheaper(shop),
        sale: shop.sale,
    });
    Ok(markup.into_response())
}

async fn quote_as_json(app: &App, member: &Member, texts: &Texts) -> Result<Response, Problem> {
    let has_prompt = texts
        .pairs()
        .any(|(name, text)| name == "prompt" && !text.trim().is_empty());
    let unwritten = (!has_prompt).then_some(("prompt", "…"));
    let written = texts
        .pairs()
        .filter(|(name, _)| has_prompt || *name != "prompt");
    let order = Order::parse(None, written.chain(unwritten), app.catalog());
    let order = order.map_err(Problem::invalid)?;
    let offer: Offer = app.engine().offer(&member.account, &order).await?;
    let shop = app.shop(Sale::nothing(member.account.plan));
    let may_order = |model: &Model| shop.standing(model) == Standing::Open;
    let cheaper = order.cheaper(app.catalog(), may_order);
    let body = json!({
        "model": order.model,
        "credits": offer.quote.credits,
        "count": offer.quote.count,
        "available": offer.available,
        "missing": offer.missing(),
        "needs_plan": offer.needs.map(Plan::slug),
        "cheaper": cheaper.map(|it| json!({ "model": it.model.id, "credits": it.credits })),
    });
    Ok(asker::json(StatusCode::OK, &body))
}

/// The composer again, with what was wrong.
async fn sent_back(
    app: &App,
    member: Member,
    asker: &Asker,
    texts: &Texts,
    kind: MediaKind,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    if asker.wants == Wants::Json {
        return Err(Problem::invalid(errors));
    }
    let sentence = Problem::invalid(errors.clone()).detail().to_owned();
    let draft = Draft::read(texts.pairs());
    let bench = Bench::load(app, member, draft, kind)
        .await?
        .with_errors(errors);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if asker.wants == Wants::Fragment {
        let fragment = (status, bench.fragment(app)).into_response();
        return Ok(asker::with_toast(fragment, &sentence));
    }
    Ok(bench.answer(app, status))
}

/// The key a form carries as a field and a program as a header. A form without one (it was kept
/// from before keys existed, or written by hand) is started all the same.
pub(super) fn key_of(headers: &HeaderMap, texts: &mut Texts) -> Result<Option<StartKey>, Problem> {
    let wrong = || {
        let rule = "A key is 1 to 100 visible ASCII characters, for example a UUID.";
        Problem::invalid_field("key", rule)
    };
    let header = headers.get(KEY_HEADER);
    let field = texts.take("key");
    let text = match header {
        Some(value) => Some(value.to_str().map_err(|_| wrong())?.to_owned()),
        None => field.filter(|text| !text.is_empty()),
    };
    text.map(|text| StartKey::parse(&text).ok_or_else(wrong))
        .transpose()
}
