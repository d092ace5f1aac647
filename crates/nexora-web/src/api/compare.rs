//! `POST /api/compare`: one prompt on several models at once, all or nothing.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use nexora_core::comparison::{Entrant, Purpose, RUNS_MAX, Wish};
use nexora_core::{ComparisonId, Credits, FieldError, GenerationId, GenerationState, Order, Plan};
use nexora_engine::{Compared, SideBySide, StartKey};
use serde_json::{Value, json};

use super::generate::{key_of, shown_price};
use super::shapes;
use crate::asker::{self, Asker};
use crate::body::{At, Texts};
use crate::client::Wants;
use crate::components::moment::rfc3339;
use crate::flash::Flash;
use crate::pages::{compare_page, compare_path, compare_terms};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

pub(super) async fn compare(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    mut texts: Texts,
) -> Result<Response, Problem> {
    let key = key_of(&asker.headers, &mut texts)?;
    let shown = shown_price(&mut texts)?;
    let wish = read(&texts)?;
    match wish
        .entrants(app.catalog())
        .and_then(|all| no_dearer_than(shown, all))
    {
        Ok(entrants) => {
            let orders = entrants.into_iter().map(|it| it.order).collect();
            start(&app, &member, &asker, (Purpose::Models, orders), key).await
        }
        Err(errors) if asker.wants == Wants::Json => Err(Problem::invalid(errors)),
        Err(errors) => compare_page(&app, member, wish, errors).await,
    }
}

/// What a comparison would cost. A prompt that is not written yet costs nothing to add.
pub(super) async fn quote(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    mut texts: Texts,
) -> Result<Response, Problem> {
    texts.take("key");
    texts.take("quoted");
    let wish = read(&texts)?;
    if asker.wants != Wants::Json {
        return compare_terms(&app, &member, wish).await;
    }
    let wish = match wish.text("prompt").trim() {
        "" => wish.with("prompt", "…"),
        _ => wish,
    };
    let entrants = wish.entrants(app.catalog()).map_err(Problem::invalid)?;
    let plan = member.account.plan;
    let price = sum(&entrants);
    let available = app.engine().balance(member.id()).await?.available();
    let missing = price.amount().saturating_sub(available.amount()).max(0);
    let needs = entrants.iter().map(|it| it.model.tier);
    let needs = needs.filter(|tier| !plan.reaches(*tier)).max();
    let models: Vec<Value> = entrants
        .iter()
        .map(|it| json!({ "model": it.model.id, "credits": it.quote.credits, "notes": it.notes }))
        .collect();
    let body = json!({
        "models": models,
        "credits": price,
        "available": available,
        "missing": missing,
        "needs_plan": needs.map(|tier| Plan::slug(tier.cheapest_plan())),
    });
    Ok(asker::json(StatusCode::OK, &body))
}

pub(super) async fn one(
    State(app): State<App>,
    member: Member,
    At(id): At<ComparisonId>,
) -> Result<Response, Problem> {
    let found = app.engine().comparison(member.id(), id).await?;
    let found = found.ok_or_else(Problem::no_such_comparison)?;
    Ok(asker::json(StatusCode::OK, &shape(&found)))
}

/// More of a result: the same wish with other dice, up to four at once.
pub(super) async fn vary(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<GenerationId>,
    mut texts: Texts,
) -> Result<Response, Problem> {
    let key = key_of(&asker.headers, &mut texts)?;
    let count = variations(texts.text("count"))?;
    let run = app.engine().run(member.id(), id).await?;
    let generation = run.ok_or_else(Problem::no_such_run)?.generation;
    if generation.state != GenerationState::Ready {
        return Err(Problem::no_result_yet());
    }
    let orders = vec![generation.order.varied(); count];
    let wanted = (Purpose::Variations(id), orders);
    start(&app, &member, &asker, wanted, key).await
}

/// The same once more, and whether it came out the same.
pub(super) async fn reproduce(
    State(app): State<App>,
    member: Member,
    asker: Asker,
    At(id): At<GenerationId>,
    mut texts: Texts,
) -> Result<Response, Problem> {
    let key = key_of(&asker.headers, &mut texts)?;
    let run = app.engine().run(member.id(), id).await?;
    let generation = run.ok_or_else(Problem::no_such_run)?.generation;
    let order = app.engine().once_more(&generation);
    let order = order.map_err(|why| Problem::irreproducible(&why))?;
    let wanted = (Purpose::Reproduction(id), vec![order]);
    start(&app, &member, &asker, wanted, key).await
}

/// How many variations: what was said, or as many as there can be.
fn variations(text: &str) -> Result<usize, Problem> {
    match text.trim() {
        "" => Ok(RUNS_MAX),
        text => match text.parse::<usize>() {
            Ok(count) if (1..=RUNS_MAX).contains(&count) => Ok(count),
            _ => {
                let rule = format!("1 to {RUNS_MAX} variations can be made at once.");
                Err(Problem::invalid_field("count", rule))
            }
        },
    }
}

/// Starts runs that are looked at together, and says so: in JSON, or on their page.
pub(super) async fn start(
    app: &App,
    member: &Member,
    asker: &Asker,
    wanted: (Purpose, Vec<Order>),
    key: Option<StartKey>,
) -> Result<Response, Problem> {
    let engine = app.engine();
    let compared = engine.start_together(&member.account, wanted, key).await?;
    if asker.wants == Wants::Json {
        return Ok(as_json(&compared));
    }
    let flash = if compared.replayed {
        Flash::AlreadyStarted
    } else {
        Flash::Started
    };
    let path = compare_path(compared.comparison.id);
    Ok(asker::see_other(app, &path, Some(flash)))
}

fn read(texts: &Texts) -> Result<Wish, Problem> {
    if let Some(name) = Wish::unknown(texts.pairs().map(|(name, _)| name)) {
        let sentence = format!("There is no field {name:?} in a comparison.");
        return Err(Problem::invalid_field(name, sentence));
    }
    Ok(Wish::read(texts.pairs()))
}

/// Nobody pays more than they were shown.
fn no_dearer_than(
    shown: Option<Credits>,
    entrants: Vec<Entrant<'_>>,
) -> Result<Vec<Entrant<'_>>, Vec<FieldError>> {
    let price = sum(&entrants);
    match shown {
        Some(shown) if price > shown => Err(vec![FieldError {
            field: "quoted".to_owned(),
            message: format!(
                "Together these cost {price}, not {}. Nothing was started; compare again to \
                 accept the new price.",
                shown.amount()
            ),
        }]),
        Some(_) | None => Ok(entrants),
    }
}

fn sum(entrants: &[Entrant<'_>]) -> Credits {
    let each = entrants.iter().map(|it| it.quote.credits.amount());
    Credits::new(each.fold(0, i64::saturating_add))
}

fn as_json(compared: &Compared) -> Response {
    let runs = compared.runs.iter().map(|it| {
        json!({
            "id": it.id,
            "model": it.order.model,
            "state": it.state.slug(),
            "credits": it.quote.credits,
        })
    });
    let id = compared.comparison.id;
    let body = json!({
        "id": id,
        "purpose": compared.comparison.purpose.slug(),
        "runs": runs.collect::<Vec<_>>(),
        "balance": {
            "available": compared.balance.available(),
            "held": compared.balance.held,
        },
        "links": links(id),
    });
    let mut response = asker::json(StatusCode::ACCEPTED, &body);
    let headers = response.headers_mut();
    if let Ok(here) = HeaderValue::try_from(format!("/api/compare/{id}")) {
        headers.insert(LOCATION, here);
    }
    if compared.replayed {
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

fn shape(found: &SideBySide) -> Value {
    let comparison = &found.comparison;
    json!({
        "id": comparison.id,
        "purpose": comparison.purpose.slug(),
        "original": comparison.purpose.original(),
        "runs": found.runs.iter().map(shapes::generation).collect::<Vec<_>>(),
        "judgement": found.judgement,
        "created_at": rfc3339(comparison.created_at),
        "links": links(comparison.id),
    })
}

fn links(id: ComparisonId) -> Value {
    json!({ "self": format!("/api/compare/{id}"), "page": compare_path(id) })
}
