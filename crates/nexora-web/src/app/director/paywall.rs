//! What the Director studio shows to whoever cannot use it yet: the thing itself, moving.

use maud::{Markup, html};
use nexora_core::Plan;

use crate::assets::{self, Art};
use crate::components::media::ratio_class;
use crate::components::sale::{Sale, way_on};
use crate::components::{Shell, icon, money, shell};

/// What the paywall shows.
#[derive(Clone, Debug)]
pub struct PaywallView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The plan that opens the studio.
    pub needs: Plan,
    /// What the member could buy.
    pub sale: Sale<'a>,
}

/// Camera moves that the preview plays, each over a work of the showcase.
const SHOWN: [(&str, &str); 6] = [
    ("pan-left", "Pan left"),
    ("crash-zoom-in", "Crash zoom in"),
    ("tilt-up", "Tilt up"),
    ("arc-right", "Arc right"),
    ("crane-up", "Crane up"),
    ("dolly-out", "Dolly out"),
];

/// What is in it, a line each.
const PARTS: [(&str, &str); 3] = [
    (
        "One face, every still",
        "Train a character from three pictures; they look like themselves in every still.",
    ),
    (
        "Agreed, and kept apart",
        "Nobody is trained without consent, and deleting a character deletes it everywhere.",
    ),
    (
        "Thirty-one moves, one price",
        "Pan, tilt, crash zoom, orbit: 120 credits a shot of up to ten seconds, back if it fails.",
    ),
];

/// The page.
pub fn paywall(view: &PaywallView<'_>) -> Markup {
    let main = html! {
        section.paywall aria-labelledby="paywall-title" {
            div.paywall-words {
                p.kicker { span.kicker-dot aria-hidden="true" {} "Director studio · " (view.needs) " plan" }
                h1 #paywall-title { "Call the " span.glow { "shots." } }
                p.paywall-lede {
                    "The same face from still to still, and a camera that moves as you call it: "
                    "the " (view.needs) " plan opens the set."
                }
                div.paywall-ways {
                    (way_on(view.sale.to_plan(view.needs), "primary"))
                    a.button.is-quiet href={ "/pricing?plan=" (view.needs.slug()) } {
                        "What is in it"
                    }
                }
                p.paywall-price {
                    (icon::coin())
                    (money::monthly_price(view.needs)) ", with " (view.needs.monthly_credits())
                    " every month"
                }
            }
            (finder())
        }
        section.paywall-moves aria-labelledby="moves-title" {
            h2 #moves-title { "A camera that " span.glow { "moves." } }
            ul.reel {
                @for ((slug, title), art) in SHOWN.iter().zip(assets::arts().iter().cycle().skip(1)) {
                    li.reel-shot {
                        div.move data-move=(slug) data-play { (still(art)) }
                        p { (title) }
                    }
                }
            }
        }
        ul.paywall-parts {
            @for (title, words) in PARTS { li { h3 { (title) } p { (words) } } }
        }
    };
    shell::app(&view.shell, false, &main)
}

/// A viewfinder over a clip of the showcase.
fn finder() -> Markup {
    let moving = assets::arts().iter().find(|art| art.clip.is_some());
    let Some(art) = moving else {
        return html! {};
    };
    html! {
        div.finder {
            video.finder-clip src=[art.clip] poster=(art.still) muted loop autoplay playsinline
                preload="metadata" width=(art.width) height=(art.height) aria-label=(art.prompt) {}
            div.finder-frame aria-hidden="true" {
                span.finder-rec { span {} "REC" }
                span.finder-lens { "35 mm · f/4 · pan left" }
                span.finder-cross {}
            }
        }
    }
}

fn still(art: &Art) -> Markup {
    html! {
        img.move-still.(ratio_class(16, 9)) src=(art.still) alt=(art.title) width=(art.width)
            height=(art.height) loading="lazy" decoding="async";
    }
}

#[cfg(test)]
mod tests {
    use nexora_core::direction::{MOVES, find};

    use super::*;

    #[test]
    fn the_preview_shows_moves_there_are() {
        for (slug, title) in SHOWN {
            assert_eq!(find(MOVES, slug).map(|word| word.title), Some(title));
        }
    }
}
