//! `/profile/plan`: what changing the plan means, before it is done.

use std::cmp::Ordering;

use maud::{Markup, html};
use nexora_core::billing::Card;
use nexora_core::{Plan, Timestamp};

use super::{ask, models};
use crate::components::{Shell, moment, money, shell, standing};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ChangeView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The plan that counts now.
    pub now: Plan,
    /// The plan to change to.
    pub to: Plan,
    /// When the subscription renews.
    pub renews_at: Option<Timestamp>,
    /// The card it is paid with.
    pub card: Option<&'a Card>,
}

/// The page.
pub fn page(view: &ChangeView<'_>) -> Markup {
    let (title, facts, deed) = match view.to.cmp(&view.now) {
        Ordering::Greater => (
            format!("{} from now on", view.to),
            up(view),
            "Change now and pay the difference",
        ),
        Ordering::Less => (
            format!("{} from the next month", view.to),
            down(view),
            "Change with the next payment",
        ),
        Ordering::Equal => (format!("Keep {}", view.to), back(view), "Keep it"),
    };
    let form = html! {
        form method="post" action="/api/lemon/change" {
            input type="hidden" name="plan" value=(view.to.slug());
            button.primary type="submit" { (deed) }
        }
    };
    let stay = format!("Stay with {}", view.now);
    let stay = if view.to == view.now {
        "Leave it as it is"
    } else {
        &stay
    };
    shell::app(&view.shell, false, &ask(&title, &facts, &form, stay))
}

fn up(view: &ChangeView<'_>) -> Vec<Markup> {
    let full = view.to.monthly_credits();
    let more = full.amount() - view.now.monthly_credits().amount();
    vec![
        html! {
            p {
                b { "You pay the difference today" }
                @if let Some(card) = view.card { ", with " (standing::card(card)) }
                ". It is worked out for the days that are left of your month."
            }
        },
        html! {
            p {
                b { (more) " more credits today" } ", so that this month brings " (full.amount())
                " in all. They expire with the month, like the others."
            }
        },
        html! { p { b { (capital(models(view.to))) } ", as soon as the payment is confirmed." } },
        html! { p { (on_the_day(view)) " it renews for " b { (money::monthly_price(view.to)) } "." } },
    ]
}

fn down(view: &ChangeView<'_>) -> Vec<Markup> {
    vec![
        html! { p { b { "Nothing is charged or paid back today." } } },
        html! {
            p {
                "Until then you keep " b { (view.now) } ", its models and your credits."
            }
        },
        html! {
            p {
                (on_the_day(view)) " it becomes " b { (money::monthly_price(view.to)) } ", with "
                (view.to.monthly_credits()) " a month and " (models(view.to)) "."
            }
        },
        html! {
            p {
                "What is left of this month's credits expires on that day. Starter credits and packs stay."
            }
        },
    ]
}

fn back(view: &ChangeView<'_>) -> Vec<Markup> {
    vec![
        html! { p { b { "Nothing is charged today." } " This month is paid for." } },
        html! {
            p { (on_the_day(view)) " " (view.to) " renews for " b { (money::monthly_price(view.to)) } "." }
        },
    ]
}

fn on_the_day(view: &ChangeView<'_>) -> Markup {
    html! {
        @if let Some(at) = view.renews_at { "From " (moment::day(at)) " on" }
        @else { "With the next renewal" }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
