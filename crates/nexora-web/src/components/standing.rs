//! How a plan stands, in words: on the profile, and as a banner where something has to be done.

use maud::{Markup, html};
use nexora_core::billing::Card;
use nexora_core::{Plan, Timestamp};
use nexora_engine::{Paying, PlanState};

use crate::components::sample::Sample;
use crate::components::{icon, moment, money};
use crate::design::stock;

/// A sentence or two about how a plan stands.
pub fn sentence(paying: &Paying) -> Markup {
    let plan = paying.plan;
    html! {
        @match paying.state {
            PlanState::Free => { "You pay nothing for this plan." },
            PlanState::Given => { "This plan was given to you. Nothing is charged for it." },
            PlanState::Confirming => {
                "Your subscription has begun and its payment is being confirmed. The plan opens by \
                 itself, usually within seconds."
            },
            PlanState::Trial(until) => {
                "Your trial lasts" (by("until", until)) ". Plan and credits begin with the first payment."
            },
            PlanState::Renews(at) => {
                "Renews" (by("on", at)) " for " (money::dollars(plan.price_cents().into())) "."
            },
            PlanState::Becomes { plan: next, at } if next < plan => {
                "Becomes " (next) (by("on", at)) ", for " (money::monthly_price(next))
                ". Until then you keep " (plan) "."
            },
            PlanState::Becomes { plan: next, at } => {
                "Becomes " (next) " as soon as its payment is confirmed, at the latest with the next one"
                (by("on", at)) "."
            },
            PlanState::Ends(at) => { (plan) " ends" (by("on", at)) " and does not renew." },
            PlanState::PastDue(until) => {
                "The last payment did not go through. The card is tried again for two weeks"
                @if plan > Plan::Free { "; you keep " (plan) (by("until", until)) }
                "."
            },
            PlanState::Unpaid => {
                "The last payments did not go through, so your plan has ended. Bought credits stayed."
            },
            PlanState::Paused { is_kept: true } => { "Payments are paused. You keep " (plan) " meanwhile." },
            PlanState::Paused { is_kept: false } => {
                "Payments are paused, and your plan with them. It goes on when you take them up again."
            },
        }
    }
}

/// What is paid with: "Visa ending in 4242".
pub fn card(card: &Card) -> Markup {
    let brand = card.brand.as_str();
    let mut letters = brand.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    html! { (first.unwrap_or_default()) (letters.as_str()) " ending in " (card.last_four) }
}

fn by(word: &str, at: Option<Timestamp>) -> Markup {
    html! { @if let Some(at) = at { " " (word) " " (moment::day(at)) } }
}

/// What a member has to know on every page; nothing when all is as it should be.
pub fn banners(paying: &Paying) -> Markup {
    html! {
        @if paying.is_frozen { (frozen()) }
        @match paying.state {
            PlanState::PastDue(_) | PlanState::Unpaid => {
                (banner(paying, "err", &html! {
                    a.button.is-bright href="/api/lemon/payment-method" { "Update the card" }
                }))
            },
            PlanState::Paused { .. } => {
                (banner(paying, "info", &html! {
                    a.button.is-quiet href="/api/lemon/portal" { "Take it up again" }
                }))
            },
            PlanState::Ends(_) => {
                (banner(paying, "info", &html! {
                    form method="post" action="/api/lemon/resume" {
                        button.button.is-quiet type="submit" { "Resume " (paying.plan) }
                    }
                }))
            },
            PlanState::Free
            | PlanState::Given
            | PlanState::Confirming
            | PlanState::Trial(_)
            | PlanState::Renews(_)
            | PlanState::Becomes { .. } => {},
        }
    }
}

fn banner(paying: &Paying, kind: &str, way: &Markup) -> Markup {
    html! {
        div.banner data-kind=(kind) {
            (icon::alert())
            p { (sentence(paying)) }
            (way)
        }
    }
}

fn frozen() -> Markup {
    html! {
        div.banner data-kind="err" {
            (icon::lock())
            p {
                "This account is on hold because a payment was reported as stolen. Nothing can be made "
                "or bought until a person has looked into it; write to whoever runs this studio."
            }
        }
    }
}

/// Every state in words, and the banners of those that have one.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let mut samples = Vec::new();
    for (name, paying) in stock.standings() {
        let drawn = html! { p { (sentence(&paying)) } (banners(&paying)) };
        samples.push(Sample::new(name, drawn));
    }
    samples
}
