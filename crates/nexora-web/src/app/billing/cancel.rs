//! `/profile/cancel`: what ending the subscription means, before it is done.

use maud::{Markup, html};
use nexora_core::{Credits, Plan, Timestamp};

use super::{ask, models};
use crate::components::{Shell, moment, shell};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct CancelView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// What the subscription gives now.
    pub plan: Plan,
    /// When the month that is paid for ends, if that is known.
    pub ends_at: Option<Timestamp>,
    /// Credits that expire with the plan.
    pub expiring: Credits,
    /// Credits that stay.
    pub staying: Credits,
}

/// The page.
pub fn page(view: &CancelView<'_>) -> Markup {
    let then = html! {
        @if let Some(at) = view.ends_at { "on " (moment::day(at)) } @else { "when it ends" }
    };
    let facts = [
        html! { p { b { "Nothing more is charged." } " Nothing is paid back." } },
        html! {
            p {
                @if let (Some(at), true) = (view.ends_at, view.plan > Plan::Free) {
                    "You keep " b { (view.plan) } " until " b { (moment::day(at)) } "."
                } @else {
                    "What is paid for stays yours until it ends."
                }
            }
        },
        html! {
            p {
                @if view.expiring.is_zero() {
                    "You have no monthly credits that would expire. "
                } @else {
                    b { (view.expiring.amount()) " monthly credits" } " expire " (then)
                    ", as far as they are not spent. "
                }
                b { (view.staying) @if view.staying.amount() == 1 { " stays" } @else { " stay" } }
                "."
            }
        },
        html! { p { "From then on you have " (models(Plan::Free)) ". Your pictures and clips stay in your library." } },
        html! { p { "Until then you can change your mind, with one click." } },
    ];
    let form = html! {
        form method="post" action="/api/lemon/cancel" {
            button.button.is-danger type="submit" { "Cancel the subscription" }
        }
    };
    shell::app(
        &view.shell,
        false,
        &ask("End your plan?", &facts, &form, "Keep it"),
    )
}
