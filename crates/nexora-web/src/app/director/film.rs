//! `/director/board/{id}/film`: the approved clips one after the other, and what can be taken home.

use maud::{Markup, html};
use nexora_core::board::Shot;
use nexora_core::{Asset, MediaKind};
use nexora_engine::{Run, Storyboard};

use super::{Room, boards, rooms};
use crate::assets;
use crate::components::media::{ratio_class, size_in};
use crate::components::{Shell, icon, shell};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct FilmView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The board.
    pub story: &'a Storyboard,
    /// Why there is no film in one file, if that was asked for in vain.
    pub fault: Option<&'a str>,
}

/// One shows a take while the other loads the next.
const SCREENS: usize = 2;

/// A clip of the film.
type Take<'a> = (&'a Shot, &'a Run, &'a Asset);

/// The page.
pub fn page(view: &FilmView<'_>) -> Markup {
    let board = &view.story.board;
    let reel = view.story.reel();
    let main = html! {
        script type="module" src=(assets::url("film.js")) {}
        (rooms(Room::Boards))
        header.board-head {
            div {
                p.kicker { a href={ "/director/board/" (board.id) } { "Back to the board" } }
                h1 { (board.brief.title) }
                p.board-facts { (boards::shots(reel.len())) " · " (length(&reel)) " · " (board.brief.ratio) }
            }
            @if !reel.is_empty() { (downloads(view)) }
        }
        @if let Some(fault) = view.fault {
            p.film-fault role="alert" { (icon::alert()) span { (fault) } }
        }
        @if reel.is_empty() {
            div.cast-empty {
                (icon::film())
                p { "No film yet. Approve a still and animate it; what is filmed plays here." }
            }
        } @else {
            (screen(view, &reel))
            (takes(&reel))
        }
    };
    shell::app(&view.shell, false, &main)
}

/// "10 s", "1 min 5 s".
fn length(reel: &[Take<'_>]) -> String {
    let clips = reel
        .iter()
        .map(|(.., clip)| clip.duration_ms.unwrap_or_default());
    let whole_ms = clips.fold(0_i64, |sum, ms| sum.saturating_add(i64::from(ms)));
    crate::components::moment::span(whole_ms)
}

fn downloads(view: &FilmView<'_>) -> Markup {
    let api = format!("/api/boards/{}", view.story.board.id);
    html! {
        div.film-ways {
            a.primary href={ (api) "/film.mp4" } { (icon::download()) "Film, one MP4" }
            a.button.is-quiet href={ (api) "/shots.zip" } { (icon::stack()) "Shots and list, zip" }
        }
    }
}

/// The screen: `film.js` plays the takes on it, one after the other.
fn screen(view: &FilmView<'_>, reel: &[Take<'_>]) -> Markup {
    let ratio = view.story.board.brief.ratio;
    let (width, height) = size_in(ratio);
    let first = reel.first().and_then(|(.., clip)| poster(clip));
    html! {
        section #film.film aria-label="The film" {
            div.film-screen.(ratio_class(ratio.width().into(), ratio.height().into())) {
                @for n in 0..SCREENS {
                    video playsinline preload="auto" width=(width) height=(height)
                        data-on[n == 0] poster=[first.clone().filter(|_| n == 0)] {}
                }
                button.film-play type="button" aria-label="Play" { (icon::play()) }
                p.film-caption aria-live="polite" {
                    @if let Some((shot, ..)) = reel.first() { "1 · " (shot.plan.prompt) }
                }
            }
            div.film-parts {
                @for ((shot, ..), number) in reel.iter().zip(1..) {
                    button.film-part type="button"
                        aria-label={ "Part " (number) ": " (shot.plan.prompt) } { span {} }
                }
            }
        }
    }
}

/// The first picture of a clip, if it is known.
fn poster(clip: &Asset) -> Option<String> {
    let known = clip.poster_key.as_ref();
    known.map(|_| format!("/media/{}/poster", clip.id))
}

/// The takes by themselves.
fn takes(reel: &[Take<'_>]) -> Markup {
    html! {
        ol #reel.takes {
            @for ((shot, run, clip), number) in reel.iter().zip(1..) {
                li.take data-clip={ "/media/" (clip.id) } data-words=(shot.plan.prompt) {
                    @if clip.kind == MediaKind::Video {
                        video.(ratio_class(clip.width, clip.height)) controls playsinline preload="none"
                            src={ "/media/" (clip.id) } width=(clip.width) height=(clip.height)
                            poster=[poster(clip)]
                            aria-label=(shot.plan.prompt) {}
                    }
                    p { b { (number) } " " (shot.plan.prompt) }
                    p.take-ways {
                        a.inline href={ "/g/" (run.generation.id) } { "Details" }
                        a.inline href={ "/g/" (run.generation.id) "/receipt" } { "Receipt" }
                        a.inline href={ "/media/" (clip.id) "/download" } download { "Download" }
                    }
                }
            }
        }
    }
}
