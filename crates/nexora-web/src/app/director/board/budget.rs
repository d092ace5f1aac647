//! What a board costs from every side, and the two presses that make something.

use maud::{Markup, html};
use nexora_core::board::CLIP_MODEL;
use nexora_core::{Credits, Model};
use nexora_engine::Part;

use super::{BoardView, form};
use crate::components::gate::{Gate, gate};
use crate::components::{Standing, icon};

/// The bar under the contact sheet.
pub(super) fn budget(view: &BoardView<'_>) -> Markup {
    if view.story.board.shots.is_empty() {
        return html! {};
    }
    let quote = view.story.quote(view.catalog);
    let reel = view.story.reel();
    let next = [quote.stills_now, quote.clips_now];
    let next = next.iter().filter(|part| part.count > 0);
    let dearest = next.map(|part| part.credits).max();
    html! {
        section.budget.glass aria-label="Budget" {
            dl.budget-lines {
                (line("Whole board", &all(quote.stills, quote.clips), quote.whole(), ""))
                (line("Approved part", &all(quote.stills, quote.approved), quote.chosen(), "is-chosen"))
                (line("Saved by not animating the rest", "", quote.saved(), "is-saved"))
                (used(view))
            }
            div.budget-presses {
                @if quote.stills_now.count > 0 {
                    (press(view, "stills", &word(quote.stills_now, "Make", "still"), quote.stills_now))
                }
                @if quote.clips_now.count > 0 || reel.is_empty() {
                    (press(view, "animate", &word(quote.clips_now, "Animate", "shot"), quote.clips_now))
                }
                @if !reel.is_empty() {
                    a.button.is-bright href=(view.page("/film")) { (icon::play()) "Play the film" }
                }
            }
            (obstacle(view, dearest))
        }
    }
}

fn line(title: &str, what: &str, credits: Credits, class: &str) -> Markup {
    html! {
        div class=(class) {
            dt { (title) @if !what.is_empty() { small { (what) } } }
            dd { (credits) }
        }
    }
}

/// "4 stills, 2 clips".
fn all(stills: Part, clips: Part) -> String {
    format!(
        "{}, {}",
        several(stills.count, "still"),
        several(clips.count, "clip")
    )
}

fn several(count: u32, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

fn word(part: Part, verb: &str, noun: &str) -> String {
    if part.count == 0 {
        return format!("{verb} {noun}s");
    }
    format!("{verb} {}", several(part.count, noun))
}

/// What was spent already, against the cap if there is one.
fn used(view: &BoardView<'_>) -> Markup {
    let used = view.story.used();
    let held = view.story.spent.held;
    html! {
        div {
            dt {
                "Used so far"
                @if !held.is_zero() { small { (held.amount()) " of it held" } }
            }
            dd {
                (used)
                @if let Some(cap) = view.story.board.brief.cap {
                    span.of-cap { " of " (cap.amount()) }
                    progress.cap-meter max=(cap.amount()) value=(used.amount().min(cap.amount()))
                        aria-label="Used of the cap" {}
                }
            }
        }
    }
}

fn press(view: &BoardView<'_>, verb: &str, word: &str, part: Part) -> Markup {
    let is_off = part.count == 0 || part.credits > view.available;
    let inner = html! {
        input type="hidden" name="key" value={ (view.key) "-" (verb) };
        input type="hidden" name="quoted" value=(part.credits.amount());
        button.primary type="submit" id={ "press-" (verb) } disabled[is_off] {
            (word) @if part.count > 0 { span.cost { (part.credits) } }
        }
    };
    form(&view.api(&format!("/{verb}")), "budget-press", &inner)
}

/// The cap or the balance, if one of them stands in the way of the next press.
fn obstacle(view: &BoardView<'_>, dearest: Option<Credits>) -> Markup {
    let Some(price) = dearest else {
        return html! {};
    };
    let rest = view.story.board.brief.cap.map(|cap| {
        let rest = cap.checked_sub(view.story.used());
        rest.unwrap_or(Credits::ZERO)
    });
    let model: Option<&Model> = view.catalog.find(CLIP_MODEL);
    html! {
        @if let Some(rest) = rest.filter(|rest| price > *rest) {
            p.quote-note.is-locked {
                (icon::lock())
                span { "The cap leaves " (rest) ", the next press costs " (price) ". Raise it under Settings." }
            }
        } @else if let Some(model) = model.filter(|_| price > view.available) {
            (gate(&Gate {
                model,
                standing: Standing::Open,
                price,
                available: view.available,
                sale: view.sale,
            }))
        } @else {
            p.quote-note { (icon::check()) span { "Held now, charged when it arrives, returned if it fails." } }
        }
    }
}
