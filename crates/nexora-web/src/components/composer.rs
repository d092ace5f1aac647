//! The quick composer: words, a model, a shape, and the price on the button.

use maud::{Markup, html};
use nexora_core::order::FIELDS;
use nexora_core::{Catalog, Credits, FieldError, MediaKind, Model, Order, Quote};

use crate::components::gate::{Gate, gate};
use crate::components::sample::Sample;
use crate::components::shop::{Shop, Standing};
use crate::components::{fields, icon, picker};
use crate::design::stock;

/// What stands in a composer: texts by field name, as typed. Nothing here is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft(Vec<(String, String)>);

/// The quick composer of the studio page.
#[derive(Clone, Copy, Debug)]
pub struct ComposerView<'a> {
    /// What may be ordered.
    pub shop: Shop<'a>,
    /// What stands in it.
    pub draft: &'a Draft,
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
    /// Idempotency key of this rendering: pressing twice orders once.
    pub key: &'a str,
    /// What the member can spend.
    pub available: Credits,
}

impl Draft {
    /// A blank one.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// The known fields among these, empty ones left out, each at most once.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut kept: Vec<(String, String)> = Vec::new();
        for (name, text) in pairs {
            let known = FIELDS.contains(&name) && !kept.iter().any(|(field, _)| field == name);
            if known && !text.trim().is_empty() {
                kept.push((name.to_owned(), text.to_owned()));
            }
        }
        Self(kept)
    }

    /// Everything an order says, to be ordered again or changed.
    pub fn of(order: &Order) -> Self {
        let texts = [
            ("model", Some(order.model.to_string())),
            ("prompt", Some(order.prompt.to_string())),
            (
                "negative_prompt",
                order.negative_prompt.as_ref().map(ToString::to_string),
            ),
            ("aspect_ratio", Some(order.aspect_ratio.to_string())),
            ("resolution", order.resolution.clone()),
            ("duration", order.seconds.map(|seconds| seconds.to_string())),
            ("seed", order.seed.map(|seed| seed.to_string())),
            ("count", Some(order.count.to_string())),
        ];
        let filled = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), text?)));
        Self(filled.collect())
    }

    /// The text of a field; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map_or("", |(_, text)| text)
    }

    /// This draft with one field set.
    #[must_use]
    pub fn with(mut self, field: &str, text: &str) -> Self {
        self.0.retain(|(name, _)| name != field);
        self.0.push((field.to_owned(), text.to_owned()));
        self
    }

    /// This draft as `model` can take it: settings it does not know are left out.
    #[must_use]
    pub fn fitted(self, model: &Model) -> Self {
        let Self(mut texts) = self;
        texts.retain(|(name, text)| fits(model, name, text));
        Self(texts).with("model", model.id.as_str())
    }

    /// What it would cost, before anything is written into it: a missing prompt costs nothing
    /// to add.
    pub fn quote(&self, catalog: &Catalog) -> Result<Quote, Vec<FieldError>> {
        let prompt = match self.text("prompt").trim() {
            "" => "…",
            words => words,
        };
        let draft = self.clone().with("prompt", prompt);
        let pairs = draft.0.iter().map(|(name, text)| (&**name, &**text));
        let order = Order::parse(None, pairs, catalog)?;
        order.quote(catalog).ok_or_else(Vec::new)
    }
}

fn fits(model: &Model, field: &str, text: &str) -> bool {
    let params = &model.params;
    let number = || text.trim().parse::<u64>().ok();
    match field {
        "model" => false,
        "negative_prompt" => params.negative_prompt,
        "aspect_ratio" => params
            .aspect_ratios
            .iter()
            .any(|one| one.to_string() == text),
        "resolution" => params.resolutions.iter().any(|one| one == text),
        "duration" => params
            .seconds
            .iter()
            .any(|one| Some(u64::from(*one)) == number()),
        "seed" => params
            .seed_max
            .is_some_and(|max| number().is_some_and(|seed| seed <= max)),
        "count" => number().is_some_and(|count| (1..=u64::from(params.count_max)).contains(&count)),
        _ => true,
    }
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
        form #composer.composer.glass method="post" action=(action) data-keys="submit"
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
    let sample = |draft: &Draft, errors: &[FieldError]| {
        composer(&ComposerView {
            shop: stock.shop(),
            draft,
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
        Sample::new("blank", sample(&Draft::empty(), &[])),
        Sample::new("with a wish", sample(&wish, &[])),
        Sample::new("sent back", sample(&Draft::empty(), &fault)),
        Sample::new(
            "locked",
            sample(&Draft::empty().with("model", "seedance-2.0"), &[]),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_of_an_order_is_that_order_again() {
        let catalog = Catalog::built_in().unwrap();
        let pairs = [
            ("model", "wan-2.1-turbo"),
            ("prompt", "a lake"),
            ("negative_prompt", "boats"),
            ("aspect_ratio", "9:16"),
            ("seed", "0"),
        ];
        let order = Order::parse(None, pairs, &catalog).unwrap();
        let Draft(texts) = Draft::of(&order);
        let again = texts.iter().map(|(name, text)| (&**name, &**text));
        assert_eq!(Order::parse(None, again, &catalog).unwrap(), order);
    }

    #[test]
    fn a_draft_can_be_priced_before_its_prompt_is_written() {
        let catalog = Catalog::built_in().unwrap();
        let draft = Draft::read([("model", "seedance-2.0"), ("duration", "10"), ("key", "k")]);
        assert_eq!(draft.quote(&catalog).unwrap().credits.amount(), 100);
    }

    #[test]
    fn settings_another_model_lacks_are_left_behind() {
        let catalog = Catalog::built_in().unwrap();
        let kling = catalog.find("kling-3.0").unwrap();
        let draft = Draft::read([("seed", "7"), ("aspect_ratio", "9:16"), ("prompt", "x")]);
        let fitted = draft.fitted(kling);
        assert_eq!(fitted.text("seed"), "");
        assert_eq!(fitted.text("aspect_ratio"), "9:16");
        assert_eq!(fitted.text("model"), "kling-3.0");
    }
}
