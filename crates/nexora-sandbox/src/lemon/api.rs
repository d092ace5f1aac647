//! The API: reading entries, changing subscriptions, giving money back.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::books::{About, Books, Fact, PauseMode};
use super::card::Card;
use super::catalogue::{Billing, STORE_ID};
use super::change::{Proration, Refusal};
use super::list::{Page, listed};
use super::problem::{Flaw, JSON_API, Problem, json_api};
use super::time::act;
use super::view::View;
use crate::stage::Stage;

type Answer = Result<Response, Problem>;

/// Proof that the call carries a key and, with a body, the right media type.
pub(super) struct Keyed;

impl<S: Sync> FromRequestParts<S> for Keyed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let header = |name| parts.headers.get(name)?.to_str().ok();
        let key = header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if key.is_none_or(str::is_empty) {
            return Err(Problem::Unauthenticated);
        }
        let has_body = parts.method == Method::POST || parts.method == Method::PATCH;
        let media_type = header(header::CONTENT_TYPE);
        if has_body && !media_type.is_some_and(|given| given.starts_with(JSON_API)) {
            return Err(Problem::WrongMediaType);
        }
        Ok(Self)
    }
}

/// A single resource with its frame.
pub(super) fn document(resource: Value) -> Value {
    json!({ "jsonapi": { "version": "1.0" }, "links": resource["links"], "data": resource })
}

/// A body; an absent one is an empty object.
pub(super) fn parse(body: &[u8]) -> Result<Value, Problem> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body).map_err(|_| Problem::NotJson)
}

/// `GET /v1/users/me`: whose key it is.
pub(super) async fn show_me(_: Keyed, State(stage): State<Arc<Stage>>) -> Response {
    let attributes = json!({
        "name": "Sandbox", "email": "sandbox@example.com", "color": "#7047EB",
        "avatar_url": "", "has_custom_avatar": false,
    });
    let mut me = one(&stage, |view| {
        Some(view.resource("users", 1, attributes, &[]))
    });
    me["meta"] = json!({ "test_mode": true });
    json_api(StatusCode::OK, &me)
}

/// `GET /v1/stores/{id}`.
pub(super) async fn show_store(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<u64>,
) -> Answer {
    if id != STORE_ID {
        return Err(Problem::NotFound);
    }
    let attributes = json!({
        "name": "Sandbox", "slug": "sandbox", "domain": "sandbox.lemonsqueezy.com",
        "url": format!("{}/lemon", stage.base_url), "currency": "USD", "country": "US",
    });
    found(one(&stage, |view| {
        Some(view.resource(
            "stores",
            id,
            attributes,
            &["products", "orders", "subscriptions"],
        ))
    }))
}

/// `GET /v1/{kind}/{id}`.
pub(super) async fn show(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path((kind, id)): Path<(String, u64)>,
) -> Answer {
    let kind = Kind::parse(&kind)?;
    found(one(&stage, |view| kind.one(view, id)))
}

/// `GET /v1/subscriptions/{id}`.
pub(super) async fn show_subscription(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<u64>,
) -> Answer {
    found(one(&stage, |view| view.about(About::Subscription(id))))
}

/// `GET /v1/{kind}?filter[…]&page[…]`.
pub(super) async fn list(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(kind): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let own = format!("{}/lemon/v1/{kind}", stage.base_url);
    let kind = Kind::parse(&kind)?;
    let page = Page::parse(query.as_deref().unwrap_or_default())?;
    let books = stage.lemon.books();
    let all = kind.all(&view(&stage, &books));
    Ok(json_api(StatusCode::OK, &listed(&own, all, &page)))
}

/// `PATCH /v1/subscriptions/{id}`.
pub(super) async fn update(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<u64>,
    body: Bytes,
) -> Answer {
    let body = parse(&body)?;
    if body["data"]["id"].as_str() != Some(id.to_string().as_str()) {
        return Err(Flaw::at("id", "The id must match the subscription.").into());
    }
    change(&stage, About::Subscription(id), |books, now| {
        patch(books, id, &body["data"]["attributes"], now)
    })
}

/// `DELETE /v1/subscriptions/{id}`.
pub(super) async fn cancel(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<u64>,
) -> Answer {
    change(&stage, About::Subscription(id), |books, now| {
        books.cancel(id, now).map_err(refused)
    })
}

/// `POST /v1/subscription-invoices/{id}/refund`.
pub(super) async fn refund_invoice(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<u64>,
    body: Bytes,
) -> Answer {
    let amount = parse(&body)?["data"]["attributes"]["amount"].as_i64();
    change(&stage, About::Invoice(id), |books, now| {
        books.refund_invoice(id, amount, now).map_err(refused)
    })
}

/// `POST /v1/orders/{id}/refund`.
pub(super) async fn refund_order(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<u64>,
    body: Bytes,
) -> Answer {
    let amount = parse(&body)?["data"]["attributes"]["amount"].as_i64();
    change(&stage, About::Order(id), |books, now| {
        books.refund_order(id, amount, now).map_err(refused)
    })
}

/// `POST /v1/subscription-invoices/{id}/generate-invoice`: a link to the document.
pub(super) async fn generate_invoice(
    _: Keyed,
    State(stage): State<Arc<Stage>>,
    Path(id): Path<u64>,
) -> Answer {
    let invoice = one(&stage, |view| view.about(About::Invoice(id)));
    let url = &invoice["data"]["attributes"]["urls"]["invoice_url"];
    if url.is_null() {
        return Err(Problem::NotFound);
    }
    let meta = json!({ "urls": { "download_invoice": url } });
    let body = json!({ "jsonapi": { "version": "1.0" }, "meta": meta });
    Ok(json_api(StatusCode::OK, &body))
}

/// The kinds of entries that can be read.
#[derive(Clone, Copy)]
enum Kind {
    Subscriptions,
    Invoices,
    Orders,
    Customers,
    Variants,
}

impl Kind {
    fn parse(name: &str) -> Result<Self, Problem> {
        match name {
            "subscriptions" => Ok(Self::Subscriptions),
            "subscription-invoices" => Ok(Self::Invoices),
            "orders" => Ok(Self::Orders),
            "customers" => Ok(Self::Customers),
            "variants" => Ok(Self::Variants),
            _ => Err(Problem::NotFound),
        }
    }

    fn one(self, view: &View<'_>, id: u64) -> Option<Value> {
        match self {
            Self::Subscriptions => view.about(About::Subscription(id)),
            Self::Invoices => view.about(About::Invoice(id)),
            Self::Orders => view.about(About::Order(id)),
            Self::Customers => Some(view.customer(view.books.customers.get(&id)?)),
            Self::Variants => Some(view.variant(&view.books.offer(id)?)),
        }
    }

    /// Newest first, variants in their order.
    fn all(self, view: &View<'_>) -> Vec<Value> {
        let books = view.books;
        let newest = |entries: Vec<Value>| entries.into_iter().rev().collect();
        match self {
            Self::Subscriptions => {
                let all = books.subscriptions.values();
                newest(all.map(|one| view.subscription(one)).collect())
            }
            Self::Invoices => newest(
                books
                    .invoices
                    .values()
                    .map(|one| view.invoice(one))
                    .collect(),
            ),
            Self::Orders => newest(books.orders.values().map(|one| view.order(one)).collect()),
            Self::Customers => {
                let all = books.customers.values();
                newest(all.map(|one| view.customer(one)).collect())
            }
            Self::Variants => books.offers.iter().map(|one| view.variant(one)).collect(),
        }
    }
}

fn view<'a>(stage: &'a Stage, books: &'a Books) -> View<'a> {
    View {
        books,
        base_url: &stage.base_url,
        now: stage.lemon.clock.now(),
    }
}

fn one(stage: &Stage, pick: impl FnOnce(&View<'_>) -> Option<Value>) -> Value {
    let books = stage.lemon.books();
    pick(&view(stage, &books)).map_or(Value::Null, document)
}

fn found(document: Value) -> Answer {
    if document.is_null() {
        return Err(Problem::NotFound);
    }
    Ok(json_api(StatusCode::OK, &document))
}

/// Changes an entry that exists, and shows it as it is then.
fn change(
    stage: &Arc<Stage>,
    about: About,
    deed: impl FnOnce(&mut Books, Timestamp) -> Result<Vec<Fact>, Problem>,
) -> Answer {
    act(stage, |books, now| {
        let look = |books: &Books| {
            let shown = view(stage, books).about(about);
            shown.map(document).ok_or(Problem::NotFound)
        };
        let changed = look(books).and_then(|_| deed(books, now));
        match changed {
            Ok(facts) => (look(books), facts),
            Err(problem) => (Err(problem), Vec::new()),
        }
    })
    .and_then(found)
}

fn refused(refusal: Refusal) -> Problem {
    Flaw::at("attributes", refusal).into()
}

/// Each known attribute in turn; unknown ones are ignored.
fn patch(books: &mut Books, id: u64, wish: &Value, now: Timestamp) -> Result<Vec<Fact>, Problem> {
    let mut facts = Vec::new();
    if let Some(variant) = wish.get("variant_id") {
        let offer = variant.as_u64().and_then(|variant| books.offer(variant));
        let offer = offer.filter(|offer| offer.billing == Billing::Monthly);
        let flaw = Flaw::at("attributes/variant_id", "The selected variant is invalid.");
        let offer = offer.ok_or(flaw)?;
        let subscription = books.subscriptions.get(&id);
        // A PayPal subscription stays as it is, without a word; its plan is changed in the portal.
        if subscription.is_some_and(|one| one.card != Card::Paypal) {
            let changed = books.change_plan(id, offer, proration(wish), now);
            facts.extend(changed.map_err(refused)?);
        }
    }
    match wish.get("cancelled").and_then(Value::as_bool) {
        Some(true) => facts.extend(books.cancel(id, now).map_err(refused)?),
        Some(false) => facts.extend(books.resume(id, now).map_err(refused)?),
        None => {}
    }
    match wish.get("pause") {
        None => {}
        Some(Value::Null) => facts.extend(books.unpause(id, now).map_err(refused)?),
        Some(pause) => {
            let (mode, resumes_at) = read_pause(pause)?;
            let paused = books.pause(id, mode, resumes_at, now);
            facts.extend(paused.map_err(refused)?);
        }
    }
    if let Some(ends_at) = wish.get("trial_ends_at").and_then(Value::as_str) {
        let flaw = "The trial ends at must be a date in the future.";
        let at = ends_at.parse::<Timestamp>().ok().filter(|at| *at > now);
        let at = at.ok_or(Flaw::at("attributes/trial_ends_at", flaw))?;
        facts.extend(books.set_trial(id, at, now).map_err(refused)?);
    }
    Ok(facts)
}

/// `disable_prorations` wins over `invoice_immediately`.
fn proration(wish: &Value) -> Proration {
    let says = |name: &str| wish[name].as_bool() == Some(true);
    if says("disable_prorations") {
        Proration::Never
    } else if says("invoice_immediately") {
        Proration::Now
    } else {
        Proration::Next
    }
}

fn read_pause(pause: &Value) -> Result<(PauseMode, Option<Timestamp>), Flaw> {
    let mode = match pause["mode"].as_str() {
        Some("void") => PauseMode::Void,
        Some("free") => PauseMode::Free,
        Some(_) | None => {
            return Err(Flaw::at(
                "attributes/pause/mode",
                "The selected pause mode is invalid.",
            ));
        }
    };
    let resumes_at = match pause["resumes_at"].as_str() {
        None => None,
        Some(text) => {
            let flaw = "The resumes at must be a date.";
            let at = text.parse::<Timestamp>();
            Some(at.map_err(|_| Flaw::at("attributes/pause/resumes_at", flaw))?)
        }
    };
    Ok((mode, resumes_at))
}
