//! The quick composer: words, a model, a shape, and the price on the button.

use maud::{Markup, html};
use nexora_core::{Catalog, Credits, FieldError, MediaKind, Model};

use crate::components::gate::{Gate, gate};
use crate::components::sample::Sample;
use crate::components::shop::{Shop, Standing};
use crate::components::slots::{self, Held, SlotsView};
use crate::components::{Draft, fields, icon, picker};
use crate::design::stock;

/// The quick composer of the studio page.
#[derive(Clone, Copy, Debug)]
pub struct ComposerView<'a> {
    /// What may be ordered.
    pub shop: Shop<'a>,
    /// What stands in it.
    pub draft: &'a Draft,
    /// The pictures in its slots.
    pub held: &'a [Held],
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
    /// Idempotency key of this rendering: pressing twice orders once.
    pub key: &'a str,
    /// What the member can spend.
    pub available: Credits,
}

/// The longest prompt any model reads; the server says which model reads less.
fn prompt_chars_max(catalog: &Catalog) -> usize {
    let longest = catalog
        .models()
        .iter()
        .map(|model| model.params.prompt_chars_max);
    longest.max().unwrap_or(0)
}

/// The composer. Which model is chosen, its price, and which of the two buttons is shown is
/// decided by the style sheet from the checked radio button, so it holds without JavaScript.
pub fn composer(view: &ComposerView<'_>) -> Markup {
    let chosen = chosen_model(view);
    let kind = chosen.map_or(MediaKind::Image, |model| model.kind);
    let action = format!("/api/{}/generate", kind.slug());
    html! {
        form #composer.composer.glass method="post" action=(action) enctype="multipart/form-data"
            data-keys="submit"
            hx-post=(action) hx-target="#feed" hx-swap="afterbegin"
            hx-status:4xx="swap:none" hx-status:5xx="swap:none" {
            input type="hidden" name="key" value=(view.key);
            label.sr for="prompt" { "Describe what you want to see" }
            textarea #prompt name="prompt" rows="2" required
                maxlength=(prompt_chars_max(view.shop.catalog))
                placeholder="A rain-soaked neon street at night, slow forward dolly…"
                aria-invalid=[(!view.errors.is_empty()).then_some("true")] {
                (view.draft.text("prompt"))
            }
            (fields::faults(view.errors))
            (slots::of_any_model(&SlotsView { held: view.held, shelf: None, errors: &[] }))
            div.composer-bar {
                (picker::picker(view.shop, chosen))
                (ratio_menu(view))
                a.chip.composer-more href="/generate" data-keep aria-label="All settings" {
                    (icon::sliders()) span { "All settings" }
                }
                (go_buttons(view, kind))
            }
            (gates(view.shop, view.available))
        }
    }
}

fn chosen_model<'a>(view: &ComposerView<'a>) -> Option<&'a Model> {
    let drafted = view.shop.catalog.find(view.draft.text("model"));
    drafted
        .filter(|model| view.shop.standing(model) != Standing::Off)
        .or_else(|| view.shop.first_open(MediaKind::Image))
        .or_else(|| view.shop.first_open(MediaKind::Video))
}

/// Every shape any model makes; those the chosen model lacks are switched off by `app.js`, and
/// refused with a sentence by the server.
fn ratio_menu(view: &ComposerView<'_>) -> Markup {
    let mut ratios: Vec<String> = Vec::new();
    for model in view.shop.catalog.models() {
        for ratio in &model.params.aspect_ratios {
            let text = ratio.to_string();
            if !ratios.contains(&text) {
                ratios.push(text);
            }
        }
    }
    let drafted = view.draft.text("aspect_ratio");
    html! {
        label.chip.ratio-menu {
            (icon::frame())
            span.sr { "Shape" }
            select name="aspect_ratio" {
                option value="" { "Auto" }
                @for ratio in &ratios {
                    option value=(ratio) selected[ratio == drafted] { (ratio) }
                }
            }
        }
    }
}

/// One button per kind; the style sheet shows the one that fits the chosen model, with the
/// price of that model.
fn go_buttons(view: &ComposerView<'_>, first: MediaKind) -> Markup {
    let second = match first {
        MediaKind::Image => MediaKind::Video,
        MediaKind::Video => MediaKind::Image,
    };
    let models = view.shop.catalog.models();
    html! {
        @for kind in [first, second] {
            button.primary.go type="submit" data-kind=(kind.slug())
                formaction={ "/api/" (kind.slug()) "/generate" } {
                span.go-word { "Generate" span.sr { " a " (kind.noun()) } }
                span.cost {
                    @for (n, model) in models.iter().enumerate().filter(|(_, m)| m.kind == kind) {
                        span data-for=(n) { (picker::base_price(model)) " credits" }
                    }
                }
            }
        }
    }
}

/// What stands between the member and each model; the style sheet shows the one that is chosen.
fn gates(shop: Shop<'_>, available: Credits) -> Markup {
    html! {
        @for (n, model) in shop.catalog.models().iter().enumerate() {
            div id={ "gate-" (n) } data-for=(n) { (gate_of(shop, model, available)) }
        }
    }
}

/// The gate before a run with the model's default settings.
pub fn gate_of(shop: Shop<'_>, model: &Model, available: Credits) -> Markup {
    gate(&Gate {
        model,
        standing: shop.standing(model),
        price: Credits::new(picker::base_price(model)),
        available,
        sale: shop.sale,
    })
}

/// Blank, with a wish in it, sent back with a fault, and with a model that is locked.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let held = slots::sample_held(&stock);
    let sample = |draft: &Draft, held: &[Held], errors: &[FieldError]| {
        composer(&ComposerView {
            shop: stock.shop(),
            draft,
            held,
            errors,
            key: "sample-key",
            available: Credits::STARTER,
        })
    };
    let wish = Draft::empty()
        .with("prompt", "A paper boat in a storm drain, macro")
        .with("model", "wan-2.1-turbo");
    let fault = [FieldError {
        field: "prompt".to_owned(),
        message: "Describe what you want to see.".to_owned(),
    }];
    vec![
        Sample::new("blank", sample(&Draft::empty(), &[], &[])),
        Sample::new("with a wish", sample(&wish, &[], &[])),
        Sample::new("with a first frame", sample(&wish, &held, &[])),
        Sample::new("sent back", sample(&Draft::empty(), &[], &fault)),
        Sample::new(
            "locked",
            sample(&Draft::empty().with("model", "seedance-2.0"), &[], &[]),
        ),
    ]
}
