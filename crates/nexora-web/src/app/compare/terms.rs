//! The settings that all chosen models take, and the price of all of them together.

use maud::{Markup, html};
use nexora_core::Credits;
use nexora_core::comparison::{Common, Entrant};

use super::TermsView;
use crate::components::gate::{Gate, gate};
use crate::components::media::ratio_class;
use crate::components::{Standing, fields, icon};

/// The inside of `#terms`: also the answer to `POST /api/compare/quote`.
pub fn terms(view: &TermsView<'_>) -> Markup {
    let common = Common::of(view.models);
    html! {
        div.compare-settings {
            (shapes(view, &common))
            (lengths(view, &common))
            (seed(view, &common))
        }
        @if !view.notes.is_empty() {
            div.slots-notes role="status" { @for note in view.notes { p { (note) } } }
        }
        @match view.entrants {
            Ok(entrants) => (priced(view, entrants)),
            Err(errors) => {
                (fields::faults(errors))
                (button(None))
            },
        }
    }
}

fn shapes(view: &TermsView<'_>, common: &Common) -> Markup {
    let chosen = chosen(view.wish.text("aspect_ratio"), common.shapes.first());
    html! {
        @if !common.shapes.is_empty() {
            fieldset.field.shapes {
                legend { "Shape " span.optional { "that all of them make" } }
                div.choices {
                    @for ratio in &common.shapes {
                        label.choice.shape {
                            input type="radio" name="aspect_ratio" value=(ratio)
                                checked[ratio.to_string() == chosen];
                            span.shape-box.(ratio_class(u32::from(ratio.width()), u32::from(ratio.height())))
                                aria-hidden="true" {}
                            span { (ratio) }
                        }
                    }
                }
            }
        }
    }
}

fn lengths(view: &TermsView<'_>, common: &Common) -> Markup {
    let chosen = chosen(view.wish.text("duration"), common.seconds.first());
    let mut lengths = common.seconds.clone();
    lengths.sort_unstable();
    html! {
        @if let [only] = lengths.as_slice() {
            p.field-fact { "Length " b { (only) " s" } }
        } @else if !lengths.is_empty() {
            div.field {
                label for="duration" { "Length" }
                select #duration name="duration" {
                    @for seconds in &lengths {
                        option value=(seconds) selected[seconds.to_string() == chosen] {
                            (seconds) " s"
                        }
                    }
                }
            }
        }
    }
}

fn seed(view: &TermsView<'_>, common: &Common) -> Markup {
    html! {
        @if let Some(seed_max) = common.seed_max {
            div.field {
                label for="seed" { "Seed " span.optional { "optional" } }
                input #seed type="number" name="seed" min="0" max=(seed_max) step="1"
                    inputmode="numeric" placeholder="Random" value=(view.wish.text("seed"));
            }
        }
    }
}

fn chosen<T: ToString>(text: &str, first: Option<&T>) -> String {
    match text {
        "" => first.map(ToString::to_string).unwrap_or_default(),
        text => text.to_owned(),
    }
}

fn priced(view: &TermsView<'_>, entrants: &[Entrant<'_>]) -> Markup {
    let each = entrants.iter().map(|it| it.quote.credits.amount());
    let total = Credits::new(each.fold(0, i64::saturating_add));
    let locked = entrants
        .iter()
        .find(|it| view.shop.standing(it.model) != Standing::Open);
    let rest = view.available.checked_sub(total);
    html! {
        input type="hidden" name="quoted" value=(total.amount());
        dl.quote-lines {
            @for entrant in entrants {
                div {
                    dt {
                        (entrant.model.title)
                        @for note in &entrant.notes { small { (note) } }
                    }
                    dd { (entrant.quote.credits.amount()) }
                }
            }
            div.quote-total { dt { "Together" } dd { (total) } }
            @if let Some(rest) = rest.filter(|_| locked.is_none()) {
                div { dt { "You keep" } dd { (rest) } }
            }
        }
        @match locked.or_else(|| entrants.first().filter(|_| rest.is_none())) {
            Some(entrant) => {
                (gate(&Gate {
                    model: entrant.model,
                    standing: view.shop.standing(entrant.model),
                    price: total,
                    available: view.available,
                    sale: view.shop.sale,
                }))
            },
            None => {
                p.quote-note {
                    (icon::check())
                    span { "All held at once, each charged when it arrives, each returned if it fails." }
                }
            },
        }
        (button(Some(total).filter(|_| locked.is_none() && rest.is_some())))
    }
}

/// Accepts the price; without one there is nothing to accept.
fn button(price: Option<Credits>) -> Markup {
    html! {
        button.primary.go type="submit" disabled[price.is_none()] {
            span.go-word { "Compare" }
            @if let Some(price) = price {
                span.cost data-cost=(price.amount()) { (price) }
            }
        }
    }
}
