//! `/`: what this is, at one glance.

use maud::{Markup, html};
use nexora_core::{Catalog, Credits, MediaKind, Model};

use crate::assets::{self, Art};
use crate::components::media::ratio_class;
use crate::components::money::monthly_price;
use crate::components::{Shell, icon, picker, shell};

/// What the front page shows.
#[derive(Clone, Debug)]
pub struct HomeView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The models and their prices.
    pub catalog: &'a Catalog,
}

/// The shapes works are hung in, in turn: rows of three, three and four on a wide screen.
const HANGING: [(u32, u32); 10] = [
    (16, 9),
    (1, 1),
    (3, 2),
    (4, 5),
    (2, 1),
    (3, 2),
    (3, 2),
    (4, 5),
    (1, 1),
    (1, 1),
];

/// Works on the wall that load at once; the others wait until they come near.
const EAGER_WORKS: usize = 3;

/// The page.
pub fn page(view: &HomeView<'_>) -> Markup {
    let main = html! {
        (hero(view))
        (wall())
        (models(view.catalog))
        (credits(view.catalog))
        (promises())
        (call(view))
    };
    shell::site(&view.shell, &main)
}

fn hero(view: &HomeView<'_>) -> Markup {
    let count = view.catalog.models().len();
    html! {
        section.hero {
            p.kicker { span.kicker-dot aria-hidden="true" {} (count) " models. One prompt bar." }
            h1 { "Direct the " span.glow { "impossible." } }
            p.lede {
                "Pictures and clips from the best models of every maker, in one studio, on one balance. "
                "You see the price before you press, and your credits come back when it fails."
            }
            p.hero-ways {
                @if view.shell.member.is_some() {
                    a.primary href="/studio" { "Open studio " (icon::arrow()) }
                } @else {
                    a.primary href="/sign-up" { "Start with " (Credits::STARTER) " " (icon::arrow()) }
                }
                a.button.is-quiet href="/pricing" { "See plans and prices" }
            }
        }
    }
}

/// The showcase; nothing when none was painted.
fn wall() -> Markup {
    html! {
        @if !assets::arts().is_empty() {
            section.wall-part #work aria-labelledby="work-title" {
                h2.sr #work-title { "Made in the studio" }
                div.wall {
                    @for (n, (art, shape)) in assets::arts().iter().zip(HANGING.iter().cycle()).enumerate() {
                        (work(art, *shape, n))
                    }
                }
            }
        } @else {
            span #work {}
        }
    }
}

fn work(art: &Art, (across, down): (u32, u32), n: usize) -> Markup {
    let loading = if n < EAGER_WORKS { "eager" } else { "lazy" };
    html! {
        nx-card.card.(ratio_class(across, down)) data-state="ready" {
            figure.card-media {
                img.shot src=(art.still) alt=(art.prompt) width=(art.width) height=(art.height)
                    loading=(loading) decoding="async" fetchpriority=[(n == 0).then_some("high")];
                @if let Some(clip) = art.clip {
                    video muted loop playsinline preload="none" data-src=(clip) width=(art.width)
                        height=(art.height) tabindex="-1" aria-hidden="true" {}
                }
                figcaption.card-over {
                    div.card-words {
                        p.card-prompt { (art.title) }
                        p.card-meta { (art.prompt) }
                    }
                }
            }
            @if art.clip.is_some() { div.card-marks { span.mark { (icon::play()) "Clip" } } }
        }
    }
}

fn models(catalog: &Catalog) -> Markup {
    html! {
        section.part #models aria-labelledby="models-title" {
            h2 #models-title { "Every model, " span.glow { "with its price." } }
            @for (kind, title) in [(MediaKind::Video, "Clips"), (MediaKind::Image, "Pictures")] {
                h3.part-title { (title) }
                ul.offers {
                    @for model in catalog.of_kind(kind) { (offer(model)) }
                }
            }
        }
    }
}

fn offer(model: &Model) -> Markup {
    let plan = model.tier.cheapest_plan();
    html! {
        li.offer {
            p.offer-maker { (model.maker) (picker::tier_mark(model.tier)) }
            p.offer-title { (model.title) }
            p.offer-summary { (model.summary) }
            @if let Some(note) = &model.note { p.offer-note { (note) } }
            p.offer-foot {
                span.offer-price { (picker::price_words(model)) }
                span.offer-plan {
                    @if plan.price_cents() == 0 { "for everyone" }
                    @else { a href={ "/pricing?plan=" (plan.slug()) } { (plan) " plan · " (monthly_price(plan)) } }
                }
            }
        }
    }
}

/// Grant, hold, then charge or return: one picture.
fn credits(catalog: &Catalog) -> Markup {
    let example = catalog
        .find("wan-2.1-turbo")
        .map_or(Credits::new(8), |model| {
            Credits::new(picker::base_price(model))
        });
    html! {
        section.part #credits aria-labelledby="credits-title" {
            h2 #credits-title { "You always know " span.glow { "where they went." } }
            ol.flow {
                li.flow-step data-kind="grant" {
                    span.flow-number { "+" (Credits::STARTER.amount()) }
                    p.flow-word { "Granted" }
                    p { "when you sign up. They do not expire." }
                }
                li.flow-step data-kind="hold" {
                    span.flow-number { (example.amount()) }
                    p.flow-word { "Held" }
                    p { "when you press Generate: the exact price, never more." }
                }
                li.flow-fork {
                    ul {
                        li.flow-step data-kind="charge" {
                            span.flow-number { "−" (example.amount()) }
                            p.flow-word { "Charged" }
                            p { "when the result is safe in your library." }
                        }
                        li.flow-step data-kind="release" {
                            span.flow-number { "+" (example.amount()) }
                            p.flow-word { "Returned" }
                            p { "when it fails, is declined, or you cancel." }
                        }
                    }
                }
            }
        }
    }
}

fn promises() -> Markup {
    let promises = [
        (
            icon::coin(),
            "The price before you press",
            "On the button, exact for your settings. What you were quoted is the most you pay.",
        ),
        (
            icon::retry(),
            "Back when it fails",
            "A failed, declined or cancelled run returns its credits by itself, as a line you can read.",
        ),
        (
            icon::stack(),
            "Your files stay",
            "Providers delete results within hours. The studio copies yours first, and keeps them until you delete them.",
        ),
    ];
    html! {
        section.part aria-labelledby="promises-title" {
            h2.sr #promises-title { "Three promises" }
            ul.promises {
                @for (icon, title, words) in promises {
                    li.promise { (icon) h3 { (title) } p { (words) } }
                }
            }
        }
    }
}

fn call(view: &HomeView<'_>) -> Markup {
    html! {
        section.call {
            h2 { "Make the first one " span.glow { "now." } }
            p.lede { (Credits::STARTER) " are enough for a picture and a clip." }
            @if view.shell.member.is_some() {
                a.primary href="/studio" { "Open studio " (icon::arrow()) }
            } @else {
                a.primary href="/sign-up" { "Create your account " (icon::arrow()) }
            }
        }
    }
}
