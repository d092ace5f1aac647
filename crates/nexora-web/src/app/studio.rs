//! `/studio`: write a wish, watch it happen.

use maud::{Markup, html};

use crate::components::composer::{ComposerView, composer};
use crate::components::{Run, Shell, Shop, card, icon, picker, shell};

/// What the studio page shows.
#[derive(Clone, Debug)]
pub struct StudioView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The composer.
    pub composer: ComposerView<'a>,
    /// The newest runs, newest first.
    pub runs: &'a [Run<'a>],
    /// Whether the history holds more than these.
    pub more: bool,
}

/// Wishes that a blank studio offers: which model, and the words.
const STARTERS: [(&str, &str); 3] = [
    (
        "flux-schnell",
        "A perfume bottle on a rose plinth, soft studio light, fine water drops",
    ),
    (
        "wan-2.1-turbo",
        "Golden hour over a mountain lake, slow dolly through the pines",
    ),
    (
        "flux-schnell",
        "A rain-soaked neon street at night, reflections, anamorphic lens",
    ),
];

/// The page.
pub fn page(view: &StudioView<'_>) -> Markup {
    let pending = view.runs.iter().any(Run::is_pending);
    let main = html! {
        section.compose aria-labelledby="compose-title" {
            h1 #compose-title { "What will you " span.glow { "make" } "?" }
            (composer(&view.composer))
        }
        section.work aria-labelledby="feed-title" {
            div.row {
                h2 #feed-title { "Your work" }
                @if view.more { a.link href="/history" { "All of it " (icon::arrow()) } }
            }
            div #feed.feed aria-live="off" {
                @for run in view.runs { (card::card(run)) }
            }
            // Hidden by the style sheet as soon as the feed has a card.
            (starters(view.composer.shop))
        }
    };
    shell::app(&view.shell, pending, &main)
}

/// What a studio without work shows: three wishes that are one click away.
fn starters(shop: Shop<'_>) -> Markup {
    html! {
        div.starters {
            p.starters-lede {
                "Nothing here yet. Start from one of these, or write your own wish above."
            }
            ul {
                @for (id, words) in STARTERS {
                    @if let Some(model) = shop.catalog.find(id) { li {
                        a.starter href={ "/studio?model=" (id) "&prompt=" (url_text(words)) }
                            data-remix=(words) data-remix-model=(id) {
                            span.starter-kind {
                                (model.kind.noun()) " · " (model.title) " · "
                                (picker::price_words(model))
                            }
                            span.starter-words { (words) }
                            span.starter-go { "Use this " (icon::arrow()) }
                        }
                    } }
                }
            }
        }
    }
}

fn url_text(words: &str) -> String {
    url::form_urlencoded::byte_serialize(words.as_bytes()).collect()
}
