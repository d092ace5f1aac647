//! The customer portal and the documents: signed pages for the buyer.

use std::sync::Arc;

use axum::extract::{Form, OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::HOUSE;
use super::books::{Bill, Books, Fact, Standing, Subscription};
use super::card::Card;
use super::catalogue::{Billing, Offer};
use super::change::{Proration, Refusal};
use super::checkout_page::refuse;
use super::signed;
use super::time::act;
use super::view::{status, usd};
use crate::page::{note, page, see_other};
use crate::stage::Stage;

/// What a buyer does to a subscription.
#[derive(Deserialize)]
pub(super) struct Deed {
    action: Action,
    subscription: u64,
    card: Option<Card>,
    variant: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Cancel,
    Resume,
    Card,
    /// To another plan; the difference is on the next invoice.
    Plan,
}

impl Deed {
    fn apply(&self, books: &mut Books, now: Timestamp) -> Result<Vec<Fact>, Refusal> {
        let id = self.subscription;
        match self.action {
            Action::Cancel => books.cancel(id, now),
            Action::Resume => books.resume(id, now),
            Action::Card => {
                let card = self.card.ok_or("Choose a card.")?;
                books.set_card(id, card, now)
            }
            Action::Plan => {
                let offer = self.variant.and_then(|variant| books.offer(variant));
                let offer = offer.filter(|offer| offer.billing == Billing::Monthly);
                let offer = offer.ok_or("The plan does not exist.")?;
                books.change_plan(id, offer, Proration::Next, now)
            }
        }
    }
}

/// `GET /lemon/portal/{customer}`: all subscriptions of a customer.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    OriginalUri(uri): OriginalUri,
    Path(customer_id): Path<u64>,
) -> Response {
    serve(&stage, &uri, |one| one.customer_id == customer_id)
}

/// `GET /lemon/subscription/{id}/payment-details` and `…/plan`: one subscription.
pub(super) async fn show_one(
    State(stage): State<Arc<Stage>>,
    OriginalUri(uri): OriginalUri,
    Path((id, _page)): Path<(u64, String)>,
) -> Response {
    serve(&stage, &uri, |one| one.id == id)
}

/// A form on the portal.
pub(super) async fn change(
    State(stage): State<Arc<Stage>>,
    OriginalUri(uri): OriginalUri,
    Path(customer_id): Path<u64>,
    Form(deed): Form<Deed>,
) -> Response {
    do_deed(&stage, &uri, &deed, |one| one.customer_id == customer_id)
}

/// A form on the page of one subscription.
pub(super) async fn change_one(
    State(stage): State<Arc<Stage>>,
    OriginalUri(uri): OriginalUri,
    Path((id, _page)): Path<(u64, String)>,
    Form(deed): Form<Deed>,
) -> Response {
    do_deed(&stage, &uri, &deed, |one| one.id == id)
}

/// `GET /lemon/document/{id}`: a receipt or an invoice.
pub(super) async fn document(
    State(stage): State<Arc<Stage>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<u64>,
) -> Response {
    if let Err(broken) = signed::check(&uri, stage.lemon.clock.now()) {
        return refuse(broken);
    }
    let books = stage.lemon.books();
    let order = books.orders.get(&id).map(|order| &order.bill);
    let invoice = books.invoices.get(&id).map(|invoice| &invoice.bill);
    match order.or(invoice) {
        Some(bill) => page(StatusCode::OK, HOUSE, "Invoice", bill_card(id, bill)),
        None => missing(),
    }
}

fn serve(stage: &Stage, uri: &Uri, is_shown: impl Fn(&Subscription) -> bool) -> Response {
    if let Err(broken) = signed::check(uri, stage.lemon.clock.now()) {
        return refuse(broken);
    }
    let books = stage.lemon.books();
    let shown = books.subscriptions.values().filter(|one| is_shown(one));
    let target = uri.path_and_query().map_or("", |whole| whole.as_str());
    let cards: Vec<Markup> = shown
        .map(|one| subscription_card(target, one, &books.offers))
        .collect();
    if cards.is_empty() {
        return missing();
    }
    let all = html! { @for card in cards { (card) } };
    page(StatusCode::OK, HOUSE, "Billing", all)
}

fn do_deed(
    stage: &Arc<Stage>,
    uri: &Uri,
    deed: &Deed,
    is_theirs: impl Fn(&Subscription) -> bool,
) -> Response {
    if let Err(broken) = signed::check(uri, stage.lemon.clock.now()) {
        return refuse(broken);
    }
    let done = act(stage, |books, now| {
        let subscription = books.subscriptions.get(&deed.subscription);
        if !subscription.is_some_and(is_theirs) {
            return (Err("This is not your subscription."), Vec::new());
        }
        match deed.apply(books, now) {
            Ok(facts) => (Ok(()), facts),
            Err(refusal) => (Err(refusal), Vec::new()),
        }
    });
    let target = uri.path_and_query().map_or("", |whole| whole.as_str());
    match done {
        Ok(()) => see_other(target),
        Err(refusal) => note(StatusCode::CONFLICT, HOUSE, "Not possible", refusal),
    }
}

fn subscription_card(target: &str, one: &Subscription, offers: &[Offer]) -> Markup {
    let is_other = |offer: &&Offer| offer.billing == Billing::Monthly && **offer != one.offer;
    let is_cancelled = matches!(one.standing, Standing::Cancelled { .. });
    let (action, words) = if is_cancelled {
        ("resume", "Resume subscription")
    } else {
        ("cancel", "Cancel subscription")
    };
    html! {
        dl {
            dt { "Plan" } dd { (one.offer.name) ", " (usd(one.price())) " / month" }
            dt { "Status" } dd { (status(one.standing)) }
            dt { @if is_cancelled { "Ends" } @else { "Renews" } } dd { (one.renews_at) }
            dt { "Card" } dd { (one.card.last_four().unwrap_or("PayPal")) }
        }
        form method="post" action=(target) {
            input type="hidden" name="subscription" value=(one.id);
            input type="hidden" name="action" value="card";
            button.main type="submit" name="card" value="good" { "Use the test card" }
            button type="submit" name="card" value="declined" { "Use a card that fails" }
        }
        form method="post" action=(target) {
            input type="hidden" name="subscription" value=(one.id);
            button type="submit" name="action" value=(action) { (words) }
        }
        form method="post" action=(target) {
            input type="hidden" name="subscription" value=(one.id);
            input type="hidden" name="action" value="plan";
            @for offer in offers.iter().filter(is_other) {
                button type="submit" name="variant" value=(offer.variant_id) {
                    "Switch to " (offer.name)
                }
            }
        }
    }
}

fn bill_card(id: u64, bill: &Bill) -> Markup {
    html! {
        dl {
            dt { "Number" } dd { (id) }
            dt { "Total" } dd { (usd(bill.total())) }
            dt { "Refunded" } dd { (usd(bill.refunded)) }
        }
    }
}

fn missing() -> Response {
    note(
        StatusCode::NOT_FOUND,
        HOUSE,
        "Not found",
        "There is nothing at this address.",
    )
}
