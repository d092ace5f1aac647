//! What a run began with, on its page and its receipt.

use maud::{Markup, html};

use crate::components::{Run, slots};

/// The pictures a run began with; nothing if it began with words alone. They are those of the run
/// itself, so they stay when their origin is deleted.
pub fn begun(run: &Run<'_>) -> Markup {
    let inputs = &run.generation.order.inputs;
    let base = format!("/media/{}/inputs", run.generation.id);
    html! {
        @if !inputs.is_empty() {
            section.begun aria-label="What it began with" {
                h2 { "Began with" }
                ul {
                    @for (n, (slot, _)) in inputs.all().enumerate() {
                        li { a href={ (base) "/" (n) } {
                            img src={ (base) "/" (n) "/thumb" } alt="" loading="lazy" decoding="async";
                            span { (slots::title_of_one(slot)) }
                        } }
                    }
                }
            }
        }
    }
}
