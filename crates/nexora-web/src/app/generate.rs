//! `/generate`: every setting of the chosen model, and the exact price before it runs.

use maud::{Markup, html};
use nexora_core::{FieldError, MediaKind, Model, Slot};
use nexora_engine::Picture;

use crate::assets;
use crate::components::fields::{self, FieldsView};
use crate::components::quote::{QuoteView, quote};
use crate::components::slots::{self, Held, SlotsView};
use crate::components::{Draft, Run, Shell, Shop, card, icon, picker, shell};

/// What the full composer shows.
#[derive(Clone, Debug)]
pub struct GenerateView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// What may be ordered.
    pub shop: Shop<'a>,
    /// The chosen model; its kind decides which tab this is.
    pub model: &'a Model,
    /// What stands in the composer. Settings the model does not take are not shown.
    pub draft: &'a Draft,
    /// The pictures in its slots.
    pub held: &'a [Held],
    /// The member's newest pictures, to choose from.
    pub shelf: &'a [Picture],
    /// What of the draft could not come along.
    pub notes: &'a [String],
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
    /// Idempotency key of this rendering.
    pub key: &'a str,
    /// The price of what stands in the composer.
    pub quote: QuoteView<'a>,
    /// The newest runs of this kind, newest first.
    pub runs: &'a [Run<'a>],
}

/// The page.
pub fn page(view: &GenerateView<'_>) -> Markup {
    let pending = view.runs.iter().any(Run::is_pending);
    let main = html! {
        script type="module" src=(assets::url("bench.js")) {}
        script type="module" src=(assets::url("slots.js")) {}
        div.bench {
            section.bench-form aria-labelledby="generate-title" {
                h1.sr #generate-title { "Create a " (view.model.kind.noun()) }
                (tabs(Tab::Make(view.model.kind)))
                (form(view))
            }
            section.bench-work aria-labelledby="results-title" {
                h2.sr #results-title { "Your latest " (view.model.kind.noun()) "s" }
                div #feed.feed aria-live="off" {
                    @for run in view.runs { (card::card(run)) }
                }
                div.bench-empty {
                    (icon::spark())
                    p { "Your " (view.model.kind.noun()) "s appear here while they are made." }
                }
            }
        }
    };
    shell::app(&view.shell, pending, &main)
}

/// A way to make something with words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// One run that makes this.
    Make(MediaKind),
    /// Several models at once.
    Compare,
}

/// The ways to make something, `here` being this one. The words come along.
pub fn tabs(here: Tab) -> Markup {
    html! {
        nav.tabs aria-label="What to make" {
            @for (tab, href, word, icon) in [
                (Tab::Make(MediaKind::Image), "/generate?kind=image", "Picture", icon::picture()),
                (Tab::Make(MediaKind::Video), "/generate?kind=video", "Clip", icon::film()),
                (Tab::Compare, "/compare", "Compare", icon::stack()),
            ] {
                a href=(href) data-keep aria-current=[(tab == here).then_some("page")] {
                    (icon) (word)
                }
            }
        }
    }
}

/// The composer alone: also the answer to a faulty order sent by htmx.
pub fn form(view: &GenerateView<'_>) -> Markup {
    let fields = FieldsView {
        model: view.model,
        draft: view.draft,
        errors: view.errors,
    };
    let slots = SlotsView {
        held: view.held,
        shelf: Some(view.shelf),
        errors: view.errors,
    };
    let action = format!("/api/{}/generate", view.model.kind.slug());
    html! {
        form #composer.bench-composer method="post" action=(action) enctype="multipart/form-data"
            data-keys="submit" data-full
            hx-post=(action) hx-target="#feed" hx-swap="afterbegin"
            hx-status:422="target:#composer swap:outerHTML"
            hx-status:4xx="swap:none" hx-status:5xx="swap:none" {
            input type="hidden" name="key" value=(view.key);
            div.bench-fields {
                (models(view))
                (general_faults(view.errors, view.model))
                @if !view.notes.is_empty() {
                    div.slots-notes role="status" { @for note in view.notes { p { (note) } } }
                }
                (slots::of_model(&slots, view.model))
                (fields::words(&fields))
                (fields::settings(&fields))
            }
            div.bench-pay {
                div #quote.quote role="region" aria-label="Price" aria-live="polite"
                    hx-post="/api/quote" hx-trigger="change from:#composer delay:120ms, billing from:#live"
                    hx-target="this" hx-swap="innerMorph"
                    hx-status:4xx="swap:none" hx-status:5xx="swap:none" { (quote(&view.quote)) }
                noscript {
                    button.button.is-quiet type="submit" formaction="/api/quote" formnovalidate {
                        "Update the price"
                    }
                }
            }
        }
    }
}

/// Choosing another model shows that model's settings: at once with JavaScript, with a button
/// without.
fn models(view: &GenerateView<'_>) -> Markup {
    html! {
        details.models open[view.errors.iter().any(|error| error.field == "model")] {
            summary.models-face {
                span.models-words {
                    span.models-label { "Model" }
                    span.models-title { (view.model.title) (picker::tier_mark(view.model.tier)) }
                }
                span.models-price { (picker::price_words(view.model)) }
                (icon::chevron())
            }
            fieldset.models-list {
                legend.sr { "Model" }
                @for model in view.shop.of_kind(view.model.kind) {
                    label.option {
                        input type="radio" name="model" value=(model.id)
                            checked[model.id == view.model.id];
                        (picker::face(view.shop, model, view.shop.number(model)))
                    }
                }
            }
            noscript {
                button.button.is-quiet type="submit" formmethod="get" formaction="/generate"
                    formnovalidate { "Show its settings" }
            }
        }
        @if let Some(note) = &view.model.note { p.models-note { (note) } }
    }
}

/// Faults that belong to no field on the page.
fn general_faults(errors: &[FieldError], model: &Model) -> Markup {
    let shown = [
        "prompt",
        "negative_prompt",
        "aspect_ratio",
        "resolution",
        "duration",
        "seed",
        "count",
    ];
    let has_slot =
        |field: &str| Slot::of_field(field).is_some_and(|slot| model.params.pictures_max(slot) > 0);
    let others = errors
        .iter()
        .filter(|error| !shown.contains(&error.field.as_str()) && !has_slot(&error.field));
    fields::faults(others)
}
