//! The balance: what is free to spend, and what is held.

use maud::{Markup, html};
use nexora_core::Credits;

use crate::components::sample::Sample;

/// A member's credits at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceView {
    /// Free to spend.
    pub available: Credits,
    /// Set aside for generations that have not ended.
    pub held: Credits,
}

/// The balance as it stands in the bars, and as the answer to a request for it alone. `app.js`
/// counts it down the moment something is ordered and puts it right when the server answers.
pub fn balance(view: &BalanceView) -> Markup {
    let (available, held) = (view.available.amount(), view.held.amount());
    html! {
        nx-credits available=(available) held=(held) {
            a.credits href="/profile#credits" {
                span.credits-dot aria-hidden="true" {}
                span.credits-number { (available) }
                " "
                span.credits-unit { (if available == 1 { "credit" } else { "credits" }) }
                span.credits-held {
                    @if held > 0 { (held) " held" }
                }
            }
            // Filled once a new balance has settled, to be read out once.
            span.credits-said.sr role="status" {}
        }
    }
}

/// The balance at rest, while something runs, and empty.
pub fn samples() -> Vec<Sample> {
    let view = |available, held| {
        balance(&BalanceView {
            available: Credits::new(available),
            held: Credits::new(held),
        })
    };
    vec![
        Sample::new("at rest", view(15, 0)),
        Sample::new("while a clip runs", view(7, 8)),
        Sample::new("empty", view(0, 0)),
    ]
}
