//! The model picker: a menu of cards, each with what it makes, how long it takes, and its price.
//! It opens, closes on Escape and on a click elsewhere without a script: it is a popover.

use maud::{Markup, html};
use nexora_core::{MediaKind, Model, Tier};

use crate::components::sample::Sample;
use crate::components::shop::{Lately, Shop, Standing};
use crate::components::{icon, moment, slots};
use crate::design::stock;

/// The style sheet can tell this many models apart (`assets/css/picker.css`); more of them still
/// work, with their price in the menu only.
pub const MODELS_MAX: usize = 24;

/// The menu, closed, with `chosen` on its face.
pub fn picker(shop: Shop<'_>, chosen: Option<&Model>) -> Markup {
    html! {
        div.picker {
            button.chip.picker-face type="button" popovertarget="models" {
                (icon::spark())
                span.sr { "Model: " }
                @for (n, model) in shop.catalog.models().iter().enumerate() {
                    span data-for=(n) { (model.title) }
                }
                (icon::chevron())
            }
            div #models.picker-menu.glass popover {
                @for (kind, title) in [(MediaKind::Image, "Pictures"), (MediaKind::Video, "Clips")] {
                    fieldset {
                        legend { (title) }
                        @for (n, model) in shop.catalog.models().iter().enumerate() {
                            @if model.kind == kind { (option(shop, model, n, chosen)) }
                        }
                    }
                }
                noscript {
                    button.button.is-quiet type="button" popovertarget="models"
                        popovertargetaction="hide" { "Done" }
                }
            }
        }
    }
}

fn option(shop: Shop<'_>, model: &Model, n: usize, chosen: Option<&Model>) -> Markup {
    let standing = shop.standing(model);
    let ratios: Vec<String> = model
        .params
        .aspect_ratios
        .iter()
        .map(ToString::to_string)
        .collect();
    html! {
        label.option {
            input type="radio" name="model" value=(model.id) data-n=(n)
                data-kind=(model.kind.slug()) data-cost=(model.price.credits.amount())
                data-ratios=(ratios.join(" ")) data-takes=[slots::taken_by(model)]
                data-references=[model.params.references.as_ref().map(|it| it.count_max)]
                checked[chosen.is_some_and(|it| it.id == model.id)]
                disabled[standing == Standing::Off];
            (face(shop, model, n))
        }
    }
}

/// The inside of a model's card, `n` being its number in the catalog.
pub fn face(shop: Shop<'_>, model: &Model, n: usize) -> Markup {
    html! {
        span.option-words {
            span.option-title { (model.title) (tier_mark(model.tier)) }
            span.option-summary { (model.summary) }
            @if let Some(words) = slots::words_for(model) {
                span.option-takes { (icon::picture()) (words) }
            }
            @if !model.can_reproduce() {
                span.option-takes { (icon::dice()) "no seed: never the same twice" }
            }
            (standing_line(shop, model, n))
        }
        span.option-price { (price_words(model)) }
    }
}

/// How long it takes and how often it fails, or why it cannot be ordered. The live line puts
/// another in its place when that changes.
pub fn standing_line(shop: Shop<'_>, model: &Model, n: usize) -> Markup {
    let lately = shop.lately(model);
    html! {
        @if let Some(reason) = shop.standing(model).reason() {
            span.option-lock id={ "standing-" (n) } { (icon::lock()) (reason) }
        } @else if lately.is_in_trouble {
            span.option-wait.is-troubled id={ "standing-" (n) } {
                "having trouble; what fails is not charged"
            }
        } @else {
            span.option-wait id={ "standing-" (n) } { (usually(model, lately)) }
        }
    }
}

/// "usually 40 s; 2 % fail", of the last runs if there were enough, else of its makers' own words.
fn usually(model: &Model, lately: Lately) -> String {
    let Some(record) = lately.record else {
        return format!("usually {}", wait(model));
    };
    // To the nearest second, and never none at all.
    let seconds = (record.wait_usual.as_millis() + 500) / 1_000;
    let seconds = i64::try_from(seconds.max(1)).unwrap_or(i64::MAX);
    let usual = moment::span(seconds.saturating_mul(1_000));
    match record.failed_percent {
        0 => format!("usually {usual}"),
        percent => format!("usually {usual}; {percent} % fail"),
    }
}

/// "PREMIUM" or "PRO"; nothing for the models everyone may use.
pub fn tier_mark(tier: Tier) -> Markup {
    html! {
        @match tier {
            Tier::Standard => {},
            Tier::Premium => { " " span.tier { "Premium" } },
            Tier::Pro => { " " span.tier.is-pro { "Pro" } },
        }
    }
}

/// "30 s – 2 min".
pub fn wait(model: &Model) -> String {
    let (from, to) = model.wait_seconds;
    let words = |seconds: u32| moment::span(i64::from(seconds) * 1_000);
    format!("{} to {}", words(from), words(to))
}

/// The price of one run with the model's default settings.
pub fn base_price(model: &Model) -> i64 {
    let seconds = model.params.seconds.first().copied();
    let resolution = model.params.resolutions.first().map(String::as_str);
    let price = model.price.of(seconds, resolution, 1);
    price.unwrap_or(model.price.credits).amount()
}

/// "15 credits" and, when length counts, "per 5 s".
pub fn price_words(model: &Model) -> Markup {
    html! {
        b { (base_price(model)) } " credits"
        @if let Some(seconds) = model.price.per_seconds {
            span.per { " per " (seconds) " s" }
        }
    }
}

/// The face shows its words inside a composer only.
fn in_composer(picker: &Markup) -> Markup {
    html! { form.composer { (picker) } }
}

/// As a free member and as a Pro member sees it.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let flux = stock.catalog.find("flux-schnell");
    let seedance = stock.catalog.find("seedance-2.0");
    let pro = Shop {
        sale: stock.sale(nexora_core::Plan::Pro, Some(nexora_core::Plan::Pro)),
        ..stock.shop()
    };
    vec![
        Sample::new("free plan", in_composer(&picker(stock.shop(), flux))),
        Sample::new("Pro plan", in_composer(&picker(pro, seedance))),
    ]
}
