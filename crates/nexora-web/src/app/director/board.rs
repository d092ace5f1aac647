//! `/director/board/{id}`: the contact sheet of a board, and what it costs.

mod budget;
mod frame;

use maud::{Markup, html};
use nexora_core::{Catalog, Character, Credits, FieldError, Timestamp};
use nexora_engine::Storyboard;

use super::boards::{BriefView, brief, shots};
use super::{Room, rooms};
use crate::assets;
use crate::components::media::ratio_class;
use crate::components::{Sale, Shell, icon, shell};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct BoardView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The board with what was made for it.
    pub story: &'a Storyboard,
    /// The models.
    pub catalog: &'a Catalog,
    /// The member's characters.
    pub cast: &'a [Character],
    /// What the idempotency keys of this rendering begin with.
    pub key: &'a str,
    /// What the member can spend.
    pub available: Credits,
    /// What they could buy.
    pub sale: Sale<'a>,
    /// What was wrong with the board's own form.
    pub errors: &'a [FieldError],
    /// When the page is drawn.
    pub now: Timestamp,
}

impl BoardView<'_> {
    /// Where the board's forms go.
    fn api(&self, rest: &str) -> String {
        format!("/api/boards/{}{rest}", self.story.board.id)
    }

    /// Where its pages are.
    fn page(&self, rest: &str) -> String {
        format!("/director/board/{}{rest}", self.story.board.id)
    }

    /// The class of its shape.
    fn shape(&self) -> String {
        let ratio = self.story.board.brief.ratio;
        ratio_class(ratio.width().into(), ratio.height().into())
    }
}

/// The page.
pub fn page(view: &BoardView<'_>) -> Markup {
    let board = &view.story.board;
    let main = html! {
        script type="module" src=(assets::url("board.js")) {}
        (rooms(Room::Boards))
        header.board-head {
            div {
                p.kicker { a href="/director" { "Storyboards" } }
                h1 { (board.brief.title) }
                p.board-facts {
                    (shots(board.shots.len())) " · " (board.brief.ratio)
                    @if let Some(cap) = board.brief.cap { " · at most " (cap) }
                }
            }
            (settings(view))
        }
        // Read once more when the line opens: a still may end while the page loads.
        div #story hx-get=(view.page("/story"))
            hx-trigger="stale delay:60ms, htmx:sse:after:connection from:#live" hx-swap="innerMorph"
            hx-status:4xx="swap:none" hx-status:5xx="swap:none" { (story(view)) }
    };
    shell::app(&view.shell, view.story.is_pending(), &main)
}

/// The contact sheet and the budget: what the page fetches when something changed.
pub fn story(view: &BoardView<'_>) -> Markup {
    let board = &view.story.board;
    html! {
        ol.sheet {
            @for (shot, number) in board.shots.iter().zip(1..) {
                li { (frame::frame(view, shot, number)) }
            }
            @if board.has_room() { li { (blank(view)) } }
        }
        (budget::budget(view))
    }
}

/// A form that changes the board in place; without a script it leads back to the page.
fn form(action: &str, class: &str, inner: &Markup) -> Markup {
    html! {
        form class=(class) method="post" action=(action) hx-post=(action) hx-target="#story"
            hx-swap="innerMorph" hx-status:4xx="swap:none" hx-status:5xx="swap:none" { (inner) }
    }
}

/// The frame that is still to be written.
fn blank(view: &BoardView<'_>) -> Markup {
    let is_first = view.story.board.shots.is_empty();
    html! {
        a.frame-new.(view.shape()) href=(view.page("/shot")) {
            (icon::plus())
            span { @if is_first { "Write the first shot" } @else { "Add a shot" } }
        }
    }
}

/// Title, shape, cap and the end of it, behind a word.
fn settings(view: &BoardView<'_>) -> Markup {
    let board = &view.story.board;
    let cap = board
        .brief
        .cap
        .map(|cap| cap.amount().to_string())
        .unwrap_or_default();
    let ratio = board.brief.ratio.to_string();
    html! {
        details.board-settings open[!view.errors.is_empty()] {
            summary.button.is-quiet { (icon::sliders()) "Settings" }
            div.board-settings-sheet.glass {
                form.stack method="post" action=(view.api("")) {
                    (brief(&BriefView {
                        catalog: view.catalog,
                        title: board.brief.title.as_str(),
                        ratio: &ratio,
                        cap: &cap,
                        errors: view.errors,
                    }))
                    button.button.is-bright type="submit" { "Save" }
                }
                details.removal {
                    summary { (icon::bin()) "Delete the board" }
                    div.removal-ask {
                        p { "Stills and clips stay in your history." }
                        form method="post" action=(view.api("/delete")) {
                            button.button.is-danger type="submit" { "Delete for good" }
                        }
                    }
                }
            }
        }
    }
}
