//! `/compare`: one prompt, up to four models, one price.

pub mod result;
mod terms;

use maud::{Markup, html};
use nexora_core::comparison::{Entrant, Wish};
use nexora_core::{Credits, FieldError, MediaKind, Model};

use crate::app::generate::{Tab, tabs};
use crate::components::{Run, Shell, Shop, Standing, icon, media, moment, picker, shell};

pub use terms::terms;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct CompareView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// Pictures or clips.
    pub kind: MediaKind,
    /// Idempotency key of this rendering.
    pub key: &'a str,
    /// What stands in the form, and what comes of it.
    pub terms: TermsView<'a>,
    /// What was compared before, the newest first.
    pub earlier: &'a [EarlierView<'a>],
}

/// A wish as it stands, and what it would cost.
#[derive(Clone, Debug)]
pub struct TermsView<'a> {
    /// What may be ordered.
    pub shop: Shop<'a>,
    /// What stands in the form.
    pub wish: &'a Wish,
    /// The chosen models.
    pub models: &'a [&'a Model],
    /// What each of them is to make, or why it cannot be.
    pub entrants: Result<&'a [Entrant<'a>], &'a [FieldError]>,
    /// What was left out because one of them cannot do it.
    pub notes: &'a [String],
    /// What the member can spend.
    pub available: Credits,
}

/// One earlier comparison.
#[derive(Clone, Debug)]
pub struct EarlierView<'a> {
    /// Where it is.
    pub href: String,
    /// Its runs.
    pub runs: Vec<Run<'a>>,
}

/// The page.
pub fn page(view: &CompareView<'_>) -> Markup {
    let main = html! {
        div.compare-tabs { (tabs(Tab::Compare)) }
        header.compare-head {
            h1 { "One prompt, side by side" }
            p.compare-lede {
                "Up to four models make the same wish at once. One price for all of them, told before; \
                 what fails comes back alone."
            }
        }
        (form(view))
        (earlier(view))
    };
    shell::app(&view.shell, false, &main)
}

fn form(view: &CompareView<'_>) -> Markup {
    let terms_view = &view.terms;
    html! {
        form #compare.compare-form method="post" action="/api/compare" data-keys="submit" {
            input type="hidden" name="key" value=(view.key);
            div.compare-wish {
                div.field {
                    label for="prompt" { "Prompt" }
                    textarea #prompt name="prompt" rows="3" required
                        maxlength=(prompt_chars_max(view))
                        placeholder="A heron lands on a frozen lake at first light, long lens…" {
                        (terms_view.wish.text("prompt"))
                    }
                }
                (models(view))
            }
            div.compare-pay.glass {
                div #terms role="region" aria-label="Settings and price" aria-live="polite"
                    hx-post="/api/compare/quote" hx-trigger="change from:#compare delay:120ms, billing from:#live"
                    hx-target="this" hx-swap="innerMorph"
                    hx-status:4xx="swap:none" hx-status:5xx="swap:none" { (terms(terms_view)) }
                noscript {
                    button.button.is-quiet type="submit" formmethod="get" formaction="/compare"
                        formnovalidate { "Update the price" }
                }
            }
        }
    }
}

/// The longest prompt that any of the models on the page reads; the price says which reads less.
fn prompt_chars_max(view: &CompareView<'_>) -> usize {
    let models = view.terms.shop.of_kind(view.kind);
    let longest = models.map(|model| model.params.prompt_chars_max);
    longest.max().unwrap_or(0)
}

fn models(view: &CompareView<'_>) -> Markup {
    let shop = view.terms.shop;
    html! {
        fieldset.field.compare-models {
            legend { "Two to four models" }
            div.compare-kinds {
                @for (kind, word) in [(MediaKind::Image, "Pictures"), (MediaKind::Video, "Clips")] {
                    a href={ "/compare?kind=" (kind.slug()) } data-keep
                        aria-current=[(kind == view.kind).then_some("true")] { (word) }
                }
            }
            div.compare-cards {
                @for model in shop.of_kind(view.kind).filter(|model| Wish::takes(model)) {
                    label.option.is-pick {
                        input type="checkbox" name="models" value=(model.id)
                            checked[view.terms.wish.names(model)]
                            disabled[shop.standing(model) == Standing::Off];
                        (picker::face(shop, model, shop.number(model)))
                    }
                }
            }
        }
    }
}

fn earlier(view: &CompareView<'_>) -> Markup {
    html! {
        @if !view.earlier.is_empty() {
            section.compare-earlier aria-labelledby="earlier-title" {
                h2 #earlier-title { "Compared before" }
                ul {
                    @for one in view.earlier {
                        @if let Some(first) = one.runs.first() {
                            li {
                                a.compare-strip href=(one.href) {
                                    span.compare-thumbs { @for run in &one.runs { (thumb(run)) } }
                                    span.compare-words {
                                        b { (first.generation.order.prompt) }
                                        span {
                                            (titles(&one.runs)) " · "
                                            (moment::ago(first.generation.created_at, first.now))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn thumb(run: &Run<'_>) -> Markup {
    html! {
        span.compare-thumb {
            @match run.assets.first() {
                Some(asset) => (media::tile(asset, "", false)),
                None => (icon::frame()),
            }
        }
    }
}

/// "Kling 3.0, Wan 2.1 Turbo"; of one model, how many.
fn titles(runs: &[Run<'_>]) -> String {
    let mut titles: Vec<&str> = runs.iter().map(Run::model_title).collect();
    titles.dedup();
    match titles.as_slice() {
        [only] if runs.len() > 1 => format!("{} of {only}", runs.len()),
        _ => titles.join(", "),
    }
}
