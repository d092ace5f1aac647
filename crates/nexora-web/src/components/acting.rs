//! The banner over every page while somebody acts in a member's name.

use maud::{Markup, html};
use nexora_core::Member;

use crate::components::sample::Sample;
use crate::design::stock;

/// Says in whose name, what is not allowed, and how to stop.
pub fn acting(member: &Member) -> Markup {
    html! {
        section.acting aria-label="Acting for somebody else" {
            p {
                "You act in the name of " b { (member.display_name) }
                ". What you make is theirs and costs their credits. Paying, changing the plan and "
                "deleting the account are left to them."
            }
            form method="post" action="/sign-out" {
                button.button.is-quiet type="submit" { "Stop" }
            }
        }
    }
}

/// In a member's name.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    vec![Sample::new("in a member's name", acting(&stock.member))]
}
