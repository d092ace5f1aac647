//! `/director`: the member's storyboards, and the form for a new one.

use maud::{Markup, html};
use nexora_core::board::{SHOTS_MAX, ratios};
use nexora_core::{Catalog, FieldError, Timestamp};
use nexora_engine::Storyboard;

use super::{Room, head};
use crate::components::media::{ratio_class, size_in};
use crate::components::{Shell, fields, icon, moment, shell};

/// Pictures on the cover of a board.
const COVER_MAX: usize = 4;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct BoardsView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The member's boards, the one that was changed last first.
    pub stories: &'a [Storyboard],
    /// What stands in the form for a new one.
    pub brief: BriefView<'a>,
    /// When the page is drawn.
    pub now: Timestamp,
}

/// What a board's own form is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct BriefView<'a> {
    /// The models, which say what shapes there are.
    pub catalog: &'a Catalog,
    /// The title, as typed.
    pub title: &'a str,
    /// The shape, as chosen; empty for the first.
    pub ratio: &'a str,
    /// The cap, as typed.
    pub cap: &'a str,
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
}

/// The page.
pub fn page(view: &BoardsView<'_>) -> Markup {
    let lede = "Up to twelve shots in order. Cheap stills first; only what you approve is filmed.";
    let main = html! {
        (head(Room::Boards, lede))
        div.casting {
            section.casting-work aria-labelledby="boards-title" {
                h2.sr #boards-title { "Your boards" }
                ul.boards {
                    @for story in view.stories { li { (card(story, view.now)) } }
                }
                @if view.stories.is_empty() { (empty()) }
            }
            section.casting-form aria-labelledby="new-board" {
                h2 #new-board { "New board" }
                form.stack method="post" action="/api/boards" {
                    (brief(&view.brief))
                    button.primary.is-wide type="submit" { "Make the board" span.cost { "free" } }
                    p.field-note { "Up to " (SHOTS_MAX) " shots. Nothing is charged before you press for stills." }
                }
            }
        }
    };
    // Never loaded again by itself: somebody may be writing into the form.
    shell::app(&view.shell, false, &main)
}

/// Title, shape and cap.
pub fn brief(view: &BriefView<'_>) -> Markup {
    let shapes = ratios(view.catalog);
    let first = shapes.first().map(ToString::to_string).unwrap_or_default();
    let chosen = if view.ratio.is_empty() {
        &first
    } else {
        view.ratio
    };
    let of = |field: &'static str| {
        fields::faults(view.errors.iter().filter(move |error| error.field == field))
    };
    html! {
        div.field {
            label for="board-title" { "Title" }
            input #board-title name="title" type="text" required maxlength="60" autocomplete="off"
                value=(view.title) placeholder="Harbour at night";
            (of("title"))
        }
        fieldset.field {
            legend { "Shape" }
            div.choices {
                @for ratio in shapes {
                    label.choice.shape {
                        input type="radio" name="aspect_ratio" value=(ratio)
                            checked[ratio.to_string() == chosen];
                        span.shape-box.(ratio_class(ratio.width().into(), ratio.height().into()))
                            aria-hidden="true" {}
                        span { (ratio) }
                    }
                }
            }
            (of("aspect_ratio"))
        }
        div.field {
            label for="board-cap" { "Cap in credits " span.optional { "optional" } }
            input #board-cap name="cap" type="number" min="1" step="1" inputmode="numeric"
                value=(view.cap) placeholder="No cap" aria-describedby="cap-note";
            p.field-note #cap-note { "Stills and clips of this board never cost more together." }
            (of("cap"))
        }
    }
}

fn card(story: &Storyboard, now: Timestamp) -> Markup {
    let board = &story.board;
    let approved = board.shots.iter().filter(|shot| shot.is_approved).count();
    let pictures = board.shots.iter().filter_map(|shot| story.picture(shot));
    let pictures: Vec<_> = pictures.take(COVER_MAX).collect();
    let ratio = board.brief.ratio;
    let (width, height) = size_in(ratio);
    html! {
        a.board-card href={ "/director/board/" (board.id) } {
            div.board-cover.(ratio_class(ratio.width().into(), ratio.height().into()))
                data-count=(pictures.len()) {
                @for picture in &pictures {
                    img src={ "/media/" (picture) "/thumb" } alt="" width=(width) height=(height)
                        loading="lazy" decoding="async";
                }
                @if pictures.is_empty() { (icon::frame()) }
            }
            div.board-words {
                h3 { (board.brief.title) }
                p {
                    (shots(board.shots.len()))
                    @if approved > 0 { " · " (approved) " approved" }
                    @if !story.used().is_zero() { " · " (story.used()) }
                }
                p.board-when { (moment::ago(board.updated_at, now)) }
            }
        }
    }
}

/// "1 shot", "4 shots".
pub fn shots(count: usize) -> String {
    match count {
        1 => "1 shot".to_owned(),
        count => format!("{count} shots"),
    }
}

fn empty() -> Markup {
    html! {
        div.cast-empty {
            (icon::frame())
            p { "No boards yet. Give the first one a title and write down what you see." }
        }
    }
}
