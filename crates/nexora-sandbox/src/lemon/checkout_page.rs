//! The checkout page: a choice of cards, one payment, and back to the product.

use std::sync::Arc;

use axum::extract::{Form, OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::HOUSE;
use super::books::{Books, Fact};
use super::card::Card;
use super::catalogue::{Billing, Offer};
use super::checkout::Checkout;
use super::sell::Purchase;
use super::signed::{self, Broken};
use super::time::act;
use super::view::usd;
use crate::page::{landing, note, page, see_other};
use crate::stage::Stage;

/// What the buyer sends.
#[derive(Deserialize)]
pub(super) struct Payment {
    card: Card,
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    /// The chosen variant, when there is a choice.
    variant: Option<u64>,
}

/// How a payment ended.
enum Outcome {
    Paid { redirect_url: Option<String> },
    Declined,
    NoAddress,
    NotForSale,
    Gone,
}

/// `GET /lemon/checkout/custom/{uuid}?expires&signature`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
) -> Response {
    if let Err(broken) = signed::check(&uri, stage.lemon.clock.now()) {
        return refuse(broken);
    }
    let books = stage.lemon.books();
    match books.checkouts.get(&id) {
        Some(checkout) if !checkout.is_used => form(&uri, checkout, StatusCode::OK, None),
        Some(_) | None => used(),
    }
}

/// The buyer pays.
pub(super) async fn pay(
    State(stage): State<Arc<Stage>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    Form(payment): Form<Payment>,
) -> Response {
    if let Err(broken) = signed::check(&uri, stage.lemon.clock.now()) {
        return refuse(broken);
    }
    let outcome = act(&stage, |books, now| match settle(books, &id, &payment) {
        Ok((purchase, redirect_url)) => {
            let facts = books.sell(purchase, now);
            (Outcome::Paid { redirect_url }, facts)
        }
        Err(outcome) => (outcome, Vec::<Fact>::new()),
    });
    let sentence = match outcome {
        Outcome::Paid { redirect_url } => return thank(&stage, redirect_url.as_deref()),
        Outcome::Gone => return used(),
        Outcome::Declined => "Your card was declined. Nothing was charged; try another one.",
        Outcome::NoAddress => "Enter a valid e-mail address.",
        Outcome::NotForSale => "This is not for sale here.",
    };
    let books = stage.lemon.books();
    match books.checkouts.get(&id) {
        Some(checkout) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            form(&uri, checkout, status, Some(sentence))
        }
        None => used(),
    }
}

/// Uses the checkout up, unless the payment fails.
fn settle(
    books: &mut Books,
    id: &str,
    payment: &Payment,
) -> Result<(Purchase, Option<String>), Outcome> {
    let checkout = books.checkouts.get_mut(id).ok_or(Outcome::Gone)?;
    if checkout.is_used {
        return Err(Outcome::Gone);
    }
    let wish = &checkout.wish;
    let wanted = payment.variant.unwrap_or(wish.offer.variant_id);
    let mut choice = wish.choice.iter().copied();
    let offer = choice.find(|offer| offer.variant_id == wanted);
    let offer = offer.ok_or(Outcome::NotForSale)?;
    let email = first_filled(&payment.email, &wish.email);
    if !email.contains('@') {
        return Err(Outcome::NoAddress);
    }
    if !payment.card.pays_now() {
        return Err(Outcome::Declined);
    }
    let purchase = Purchase {
        offer,
        email: email.to_owned(),
        name: first_filled(&payment.name, &wish.name).to_owned(),
        custom_price: wish.custom_price,
        is_free: wish.is_free,
        card: payment.card,
        custom: wish.custom.clone(),
    };
    let redirect_url = wish.redirect_url.clone();
    checkout.is_used = true;
    Ok((purchase, redirect_url))
}

fn first_filled<'a>(typed: &'a str, known: &'a str) -> &'a str {
    let typed = typed.trim();
    if typed.is_empty() { known } else { typed }
}

fn form(uri: &Uri, checkout: &Checkout, status: StatusCode, wrong: Option<&str>) -> Response {
    let wish = &checkout.wish;
    let price = |offer: &Offer| {
        let cents = wish.custom_price.unwrap_or(offer.price_cents);
        let cents = if wish.is_free { 0 } else { cents };
        match offer.billing {
            Billing::Monthly => format!("{} / month", usd(cents)),
            Billing::Once => usd(cents),
        }
    };
    let target = uri.path_and_query().map_or("", |whole| whole.as_str());
    let card = html! {
        @if let Some(sentence) = wrong { p.wrong role="alert" { (sentence) } }
        form method="post" action=(target) {
            @if wish.choice.len() > 1 {
                @for offer in &wish.choice {
                    label.choice {
                        input type="radio" name="variant" value=(offer.variant_id)
                            checked[*offer == wish.offer];
                        (offer.name) " — " (price(offer))
                    }
                }
            } @else {
                p { (wish.offer.product_name) ": " (wish.offer.name) " — " (price(&wish.offer)) }
            }
            label { "E-mail address"
                input type="email" name="email" value=(wish.email) autocomplete="email" required;
            }
            label { "Name on card"
                input type="text" name="name" value=(wish.name) autocomplete="name";
            }
            (cards())
        }
    };
    page(status, HOUSE, "Checkout", card)
}

fn cards() -> Markup {
    html! {
        button.main type="submit" name="card" value="good" { "Pay with the test card" }
        button type="submit" name="card" value="declined" { "Pay with a card that fails" }
        button type="submit" name="card" value="fails_later" {
            "Pay with a card that fails at the renewal"
        }
        button type="submit" name="card" value="paypal" { "Pay with the test PayPal account" }
    }
}

fn thank(stage: &Stage, redirect_url: Option<&str>) -> Response {
    match redirect_url.and_then(|url| landing(stage, url)) {
        Some(url) => see_other(url.as_str()),
        None => note(
            StatusCode::OK,
            HOUSE,
            "Thank you",
            "Your order is complete. You can close this page.",
        ),
    }
}

/// A broken address.
pub(super) fn refuse(broken: Broken) -> Response {
    match broken {
        Broken::Forged => note(
            StatusCode::FORBIDDEN,
            HOUSE,
            "Invalid signature",
            "This link has been changed.",
        ),
        Broken::Expired => note(
            StatusCode::FORBIDDEN,
            HOUSE,
            "Link expired",
            "This link no longer holds. Go back and ask for a new one.",
        ),
    }
}

fn used() -> Response {
    note(
        StatusCode::GONE,
        HOUSE,
        "Checkout closed",
        "This checkout was used already or does not exist.",
    )
}
