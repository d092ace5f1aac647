//! `GET /api/billing`: what a member pays for, what they paid, and what is for sale.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use nexora_core::Timestamp;
use nexora_core::billing::Offers;
use nexora_engine::{Bill, Paying, PlanState};
use serde_json::{Value, json};

use super::shapes::moment;
use crate::asker;
use crate::components::moment::rfc3339;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

pub(super) async fn billing(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    shown(&app, &member).await
}

/// The same as an answer to a change.
pub(super) async fn shown(app: &App, member: &Member) -> Result<Response, Problem> {
    let engine = app.engine();
    let paying = engine.paying(member.id()).await?;
    let bills = engine.bills(member.id()).await?;
    let mut body = standing(&paying);
    body["bills"] = bills.iter().map(bill).collect();
    body["offers"] = engine.offers().map(offers).into();
    Ok(asker::json(StatusCode::OK, &body))
}

fn standing(paying: &Paying) -> Value {
    let (state, at) = state_of(&paying.state);
    json!({
        "plan": paying.plan.slug(),
        "state": state,
        // When the state changes by itself, where that is known.
        "until": moment(at),
        "is_frozen": paying.is_frozen,
        "subscription": paying.subscription.as_ref().map(|it| json!({
            "plan": it.plan.slug(),
            "renews_at": moment(it.renews_at),
            "card": it.card.as_ref().map(|card| json!({
                "brand": card.brand,
                "last_four": card.last_four,
            })),
        })),
    })
}

fn state_of(state: &PlanState) -> (&'static str, Option<Timestamp>) {
    match state {
        PlanState::Free => ("free", None),
        PlanState::Given => ("given", None),
        PlanState::Confirming => ("confirming", None),
        PlanState::Trial(until) => ("trial", *until),
        PlanState::Renews(at) => ("renews", *at),
        PlanState::Becomes { at, .. } => ("becomes", *at),
        PlanState::Ends(at) => ("ends", *at),
        PlanState::PastDue(until) => ("past_due", *until),
        PlanState::Unpaid => ("unpaid", None),
        PlanState::Paused { .. } => ("paused", None),
    }
}

fn bill(bill: &Bill) -> Value {
    let invoice = format!("/api/lemon/invoices/{}", bill.id);
    json!({
        "id": bill.id,
        "what": bill.what,
        "total_cents": bill.total_cents,
        "refunded_cents": bill.refunded_cents,
        "is_paid": bill.is_paid,
        "credits": bill.granted,
        "at": rfc3339(bill.at),
        "links": { "invoice": bill.is_invoice.then_some(invoice) },
    })
}

fn offers(offers: &Offers) -> Value {
    let plans = offers.plans().iter().map(|offer| {
        json!({
            "plan": offer.plan.slug(),
            "price_cents": offer.plan.price_cents(),
            "monthly_credits": offer.plan.monthly_credits(),
        })
    });
    let topups = offers.topups().iter().map(|pack| {
        json!({
            "topup": pack.slug,
            "price_cents": pack.price_cents,
            "credits": pack.credits,
        })
    });
    json!({
        "plans": plans.collect::<Vec<_>>(),
        "topups": topups.collect::<Vec<_>>(),
        "checkout": "/api/lemon/checkout",
    })
}
