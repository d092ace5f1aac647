//! Behind the counter: a page on which a person moves the store's time and gives cards their fate.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::HOUSE;
use super::books::{Books, Customer, Fact, Invoice, Order, Standing, Subscription};
use super::card::Card;
use super::change::Refusal;
use super::clock::months_after;
use super::mail::Posted;
use super::play::LemonPlay;
use super::time::{act, advance};
use super::view::{status, usd};
use crate::page::{note, page, see_other};
use crate::stage::Stage;

/// Where the page is.
pub(super) const PATH: &str = "/lemon/_backstage";
/// Subscriptions, orders and webhooks shown, the latest first.
const SHOWN_MAX: usize = 10;
/// Time moves this far beyond what is to happen next, so that it has happened.
const BEYOND: Duration = Duration::from_secs(1);

/// How far time moves.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// To what happens next by itself: a renewal, a retry, an end.
    Next,
    Hour,
    Day,
    Week,
    Month,
}

/// What somebody pressed; one of these at a time.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) struct Wish {
    step: Option<Step>,
    subscription: Option<u64>,
    card: Option<Card>,
    refund: Option<u64>,
    stolen: Option<u64>,
    resend: Option<String>,
}

/// `GET /lemon/_backstage`.
pub(super) async fn show(State(stage): State<Arc<Stage>>) -> Response {
    let posted = LemonPlay(&stage).posted();
    let now = stage.lemon.clock.now();
    let books = stage.lemon.books();
    let next = books.next_due();
    let body = html! {
        (time_form(now, next))
        @for one in latest(books.subscriptions.values()) {
            (subscription_form(&books, one))
        }
        @for one in latest(books.orders.values()) {
            (order_form(one))
        }
        (letters(&posted))
    };
    page(StatusCode::OK, HOUSE, "Backstage", body)
}

/// `POST /lemon/_backstage`.
pub(super) async fn play(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
    Form(wish): Form<Wish>,
) -> Response {
    if is_foreign(&headers) {
        let sentence = "Another page tried to press a button here. Nothing was done.";
        return note(StatusCode::FORBIDDEN, HOUSE, "Not from elsewhere", sentence);
    }
    match wish.fulfil(&stage).await {
        Ok(()) => see_other(PATH),
        Err(refusal) => note(StatusCode::CONFLICT, HOUSE, "Not possible", refusal),
    }
}

impl Wish {
    async fn fulfil(self, stage: &Arc<Stage>) -> Result<(), Refusal> {
        if let Some(step) = self.step {
            let by = step
                .length(stage)
                .ok_or("Nothing is to happen by itself.")?;
            advance(stage, by).await;
            return Ok(());
        }
        if let Some(id) = self.resend {
            let is_known = LemonPlay(stage).resend(&id);
            return is_known.then_some(()).ok_or("This webhook is forgotten.");
        }
        if let Some(id) = self.stolen {
            let is_known = LemonPlay(stage).mark_fraudulent(id);
            return is_known.then_some(()).ok_or("There is no such order.");
        }
        act(stage, |books, now| match self.apply(books, now) {
            Ok(facts) => (Ok(()), facts),
            Err(refusal) => (Err(refusal), Vec::new()),
        })
    }

    fn apply(&self, books: &mut Books, now: Timestamp) -> Result<Vec<Fact>, Refusal> {
        match (self.refund, self.subscription, self.card) {
            (Some(invoice), _, _) => books.refund_invoice(invoice, None, now),
            (None, Some(id), Some(card)) => books.set_card(id, card, now),
            (None, _, _) => Err("Nothing was asked for."),
        }
    }
}

impl Step {
    fn length(self, stage: &Stage) -> Option<Duration> {
        const HOUR: u64 = 3_600;
        let now = stage.lemon.clock.now();
        let until = |at: Timestamp| Duration::try_from(at.duration_since(now)).unwrap_or_default();
        match self {
            Self::Next => stage.lemon.books().next_due().map(|at| until(at) + BEYOND),
            Self::Hour => Some(Duration::from_secs(HOUR)),
            Self::Day => Some(Duration::from_secs(24 * HOUR)),
            Self::Week => Some(Duration::from_secs(7 * 24 * HOUR)),
            Self::Month => Some(until(months_after(now, 1))),
        }
    }
}

/// Whether a browser says that the form stood on a page of somebody else's.
fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

fn latest<T>(entries: impl DoubleEndedIterator<Item = T>) -> impl Iterator<Item = T> {
    entries.rev().take(SHOWN_MAX)
}

fn time_form(now: Timestamp, next: Option<Timestamp>) -> Markup {
    let steps = [
        ("hour", "An hour later"),
        ("day", "A day later"),
        ("week", "A week later"),
        ("month", "A month later"),
    ];
    html! {
        p { "Here time moves for the store and for the studio that sells through it." }
        dl {
            dt { "Now" } dd { (day(now)) }
            dt { "Next" } dd { (next.map_or("nothing".to_owned(), day)) }
        }
        form.pair method="post" action=(PATH) {
            @if next.is_some() {
                button.main.wide type="submit" name="step" value="next" { "To what happens next" }
            }
            @for (value, words) in steps {
                button type="submit" name="step" value=(value) { (words) }
            }
        }
    }
}

fn subscription_form(books: &Books, one: &Subscription) -> Markup {
    let who = books.customers.get(&one.customer_id);
    let who = who.map_or("somebody", |customer: &Customer| customer.email.as_str());
    let is_over = matches!(one.standing, Standing::Expired { .. });
    let of_this = |invoice: &&Invoice| invoice.subscription_id == one.id && invoice.is_paid;
    let last_paid = books.invoices.values().rev().find(of_this);
    let cards = [
        ("good", "Give it a good card"),
        ("fails_later", "Let its card fail from now on"),
        ("paypal", "Let it be paid by PayPal"),
    ];
    html! {
        h2 { "Subscription " (one.id) }
        dl {
            dt { "Of" } dd { (who) }
            dt { "Plan" } dd { (one.offer.name) ", " (usd(one.price())) " a month" }
            dt { "Status" } dd { (status(one.standing)) }
            dt { "Paid until" } dd { (day(one.renews_at)) }
            dt { "Card" } dd { (one.card.last_four().unwrap_or("PayPal")) }
        }
        @if !is_over {
            form method="post" action=(PATH) {
                input type="hidden" name="subscription" value=(one.id);
                @for (value, words) in cards {
                    button type="submit" name="card" value=(value) { (words) }
                }
            }
        }
        @if let Some(invoice) = last_paid.filter(|it| it.bill.refunded < it.bill.total()) {
            form method="post" action=(PATH) {
                button type="submit" name="refund" value=(invoice.id) {
                    "Pay the last " (usd(invoice.bill.total())) " back"
                }
            }
        }
    }
}

fn order_form(one: &Order) -> Markup {
    html! {
        h2 { "Order " (one.id) }
        dl {
            dt { "Of" } dd { (one.offer.product_name) ": " (one.offer.name) }
            dt { "Total" } dd { (usd(one.bill.total())) }
            @if one.is_fraudulent { dt { "Reported" } dd { "as stolen" } }
        }
        @if !one.is_fraudulent {
            form method="post" action=(PATH) {
                button type="submit" name="stolen" value=(one.id) {
                    "Report the payment as stolen"
                }
            }
        }
    }
}

fn letters(posted: &[Posted]) -> Markup {
    html! {
        @if !posted.is_empty() { h2 { "Webhooks" } }
        @for one in latest(posted.iter()) {
            form.row method="post" action=(PATH) {
                p {
                    (one.event_name) br;
                    @if one.arrived { "arrived" } @else { "did not arrive" }
                    @if one.attempts > 1 { ", tried " (one.attempts) " times" }
                }
                button type="submit" name="resend" value=(one.webhook_id) { "Again" }
            }
        }
    }
}

/// `2026-11-22 10:00 UTC`
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
