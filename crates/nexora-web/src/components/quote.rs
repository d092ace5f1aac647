//! The exact price of what stands in the composer, and the button that accepts it.

use maud::{Markup, html};
use nexora_core::order::Cheaper;
use nexora_core::{Credits, FieldError, MediaKind, Model, Quote};

use crate::components::gate::{Gate, gate};
use crate::components::sale::Sale;
use crate::components::sample::Sample;
use crate::components::shop::Standing;
use crate::components::{Draft, fields, icon, picker};
use crate::design::stock;

/// A price and what it means for this member.
#[derive(Clone, Copy, Debug)]
pub struct QuoteView<'a> {
    /// Which model.
    pub model: &'a Model,
    /// Whether the member may order it.
    pub standing: Standing,
    /// The price, or why there is none.
    pub price: Result<Quote, &'a [FieldError]>,
    /// What the member can spend.
    pub available: Credits,
    /// What makes the same for much less.
    pub cheaper: Option<Cheaper<'a>>,
    /// What they could buy.
    pub sale: Sale<'a>,
}

/// The inside of `#quote`: this is also the whole answer to `POST /api/quote`.
pub fn quote(view: &QuoteView<'_>) -> Markup {
    html! {
        @match view.price {
            Ok(price) => (priced(view, price)),
            Err(errors) => {
                (fields::faults(errors))
                (button(view, None))
            },
        }
    }
}

fn priced(view: &QuoteView<'_>, price: Quote) -> Markup {
    let rest = view.available.checked_sub(price.credits);
    html! {
        input type="hidden" name="quoted" value=(price.credits.amount());
        dl.quote-lines {
            @if price.count > 1 {
                div { dt { (price.count) " × " (view.model.kind.noun()) } dd { (price.share(1)) " each" } }
            }
            div.quote-total { dt { "Price" } dd { (price.credits) } }
            @if let Some(rest) = rest.filter(|_| view.standing == Standing::Open) {
                div { dt { "You keep" } dd { (rest) } }
            }
        }
        (verdict(view, price, rest))
        @if let Some(cheaper) = view.cheaper { (hint(price, cheaper)) }
        (button(view, Some(price)))
    }
}

/// "Same length and shape for 8 instead of 50 credits", and the way there, with all that is written.
fn hint(price: Quote, cheaper: Cheaper<'_>) -> Markup {
    let same = match cheaper.model.kind {
        MediaKind::Image => "Same shape",
        MediaKind::Video => "Same length and shape",
    };
    html! {
        p.quote-note.quote-hint {
            (icon::spark())
            span {
                (same) " for " b { (cheaper.credits.amount()) } " instead of "
                (price.credits) ". "
                button.inline type="submit" name="instead" value=(cheaper.model.id)
                    formmethod="get" formaction="/generate" formnovalidate {
                    "Use " (cheaper.model.title)
                }
            }
        }
    }
}

/// What stands in the way, or the promise that stands behind the price.
fn verdict(view: &QuoteView<'_>, price: Quote, rest: Option<Credits>) -> Markup {
    if let (Standing::Off, Some(reason)) = (view.standing, view.standing.reason()) {
        return html! {
            p.quote-note.is-locked { (icon::lock()) span { (view.model.title) ": " (reason) "." } }
        };
    }
    if rest.is_none() || view.standing != Standing::Open {
        return gate(&Gate {
            model: view.model,
            standing: view.standing,
            price: price.credits,
            available: view.available,
            sale: view.sale,
        });
    }
    html! {
        p.quote-note { (icon::check()) span { "Held now, charged when it arrives, returned if it fails." } }
    }
}

fn button(view: &QuoteView<'_>, price: Option<Quote>) -> Markup {
    let affordable = price.is_some_and(|price| price.credits <= view.available);
    let open = view.standing == Standing::Open && affordable;
    html! {
        button.primary.go type="submit" disabled[!open] {
            span.go-word { "Generate" }
            @if let Some(price) = price {
                span.cost data-cost=(price.credits.amount()) {
                    (price.credits)
                }
            } @else {
                span.cost { (picker::base_price(view.model)) " credits" }
            }
        }
    }
}

/// Affordable, several, too dear, locked with something cheaper, and with a fault.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let of = |name, id: &str, price, available| {
        let model = stock.catalog.find(id)?;
        let draft = Draft::empty().with("model", id);
        let view = QuoteView {
            model,
            standing: stock.shop().standing(model),
            price,
            available: Credits::new(available),
            cheaper: draft.cheaper(stock.shop()),
            sale: stock.shop().sale,
        };
        Some(Sample::new(name, quote(&view)))
    };
    let price = |credits, count| {
        Ok(Quote {
            credits: Credits::new(credits),
            count,
        })
    };
    let fault = [FieldError {
        field: "seed".to_owned(),
        message: "A seed is a whole number from 0 to 2147483647.".to_owned(),
    }];
    let samples = [
        of("affordable", "wan-2.1-turbo", price(8, 1), 15),
        of("several", "flux-schnell", price(15, 3), 15),
        of("too dear", "kling-3.0", price(30, 1), 15),
        of("locked", "seedance-2.0", price(50, 1), 15),
        of("with a fault", "flux-schnell", Err(&fault), 15),
    ];
    samples.into_iter().flatten().collect()
}
