//! The form for one shot of a board.

use maud::{Markup, html};
use nexora_core::board::{Shot, still_models};
use nexora_core::{Board, Catalog, Character, FieldError, MediaKind, Model, Source};
use nexora_engine::{Picture, Storyboard};

use super::shot::cast;
use super::{Room, rooms};
use crate::components::fields::{self, FieldsView};
use crate::components::media::{ratio_class, size_in};
use crate::components::{Draft, Shell, shell};

/// Most words of a shot: what the model that films reads.
const WORDS_MAX: usize = 3_000;
/// Fields that show their faults themselves.
const SHOWN: [&str; 6] = ["move", "move_strength", "lens", "light", "pace", "duration"];

/// What the page shows.
#[derive(Clone, Debug)]
pub struct PlanView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The board it is on.
    pub story: &'a Storyboard,
    /// The shot; `None` for a new one.
    pub shot: Option<&'a Shot>,
    /// The models.
    pub catalog: &'a Catalog,
    /// The one that films.
    pub model: &'a Model,
    /// What stands in the form.
    pub draft: &'a Draft,
    /// What makes its still, as chosen.
    pub still_model: &'a str,
    /// The picture it goes by, as chosen.
    pub start: &'a str,
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
    /// The member's characters.
    pub cast: &'a [Character],
    /// The member's newest pictures, to go by.
    pub pictures: &'a [Picture],
}

/// The page.
pub fn page(view: &PlanView<'_>) -> Markup {
    let board = &view.story.board;
    let title = match view.shot {
        Some(shot) => format!("Shot {}", board.number(shot.id)),
        None => format!("Shot {}", board.shots.len().saturating_add(1)),
    };
    let main = html! {
        (rooms(Room::Boards))
        header.board-head {
            div {
                p.kicker { a href={ "/director/board/" (board.id) } { (board.brief.title) } }
                h1 { (title) }
            }
        }
        div.plan-desk {
            (form(view, board))
            (strip(view, board))
        }
    };
    shell::app(&view.shell, false, &main)
}

fn form(view: &PlanView<'_>, board: &Board) -> Markup {
    let action = match view.shot {
        Some(shot) => format!("/api/boards/{}/shots/{}", board.id, shot.id),
        None => format!("/api/boards/{}/shots", board.id),
    };
    let fields = FieldsView {
        model: view.model,
        draft: view.draft,
        errors: view.errors,
    };
    let others = view.errors.iter();
    let others = others.filter(|error| !SHOWN.contains(&error.field.as_str()));
    html! {
        form.bench-composer.plan-form method="post" action=(action) {
            div.bench-fields {
                (fields::faults(others))
                div.field {
                    label for="prompt" { "What it shows" }
                    textarea #prompt name="prompt" rows="4" maxlength=(WORDS_MAX)
                        placeholder="Ada steps off the ferry, gulls over the harbour, low sun" {
                        (view.draft.text("prompt"))
                    }
                    p.field-note { "You can write it later; nothing is made before." }
                }
                (cast(view.cast, view.draft.text("character")))
                (picture(view))
                (fields::camera(&fields))
            }
            div.bench-pay.plan-save {
                button.primary type="submit" { "Save the shot" }
                @if view.shot.is_none() {
                    button.button.is-quiet type="submit" name="then" value="another" {
                        "Save and write another"
                    }
                }
            }
        }
    }
}

/// What the clip will go by: a still of one of the models, or a picture that is there.
fn picture(view: &PlanView<'_>) -> Markup {
    let is_picture = |it: &&Picture| it.kind == MediaKind::Image && it.has_thumbnail;
    html! {
        div.field {
            label for="still_model" { "Still by" }
            select #still_model name="still_model" {
                @for model in still_models(view.catalog) {
                    option value=(model.id) selected[model.id.as_str() == view.still_model] {
                        (model.title) " · " (model.price.credits)
                        @if model.params.characters.is_some() { " · knows characters" }
                    }
                }
            }
        }
        fieldset.field {
            legend { "Or go by a picture " span.optional { "instead of a new still" } }
            div.stills {
                label.still {
                    input type="radio" name="start" value="" checked[view.start.is_empty()];
                    span.still-none { "New still" }
                }
                @for picture in view.pictures.iter().filter(is_picture) {
                    label.still {
                        input type="radio" name="start" value=(picture.source)
                            checked[picture.source.to_string() == view.start];
                        img src={ "/media/" (picture.source) "/thumb" } alt=(words(picture))
                            width=(picture.width) height=(picture.height) loading="lazy"
                            decoding="async";
                    }
                }
            }
        }
    }
}

const fn words(picture: &Picture) -> &'static str {
    match picture.source {
        Source::Upload(_) => "A picture you brought along",
        Source::Asset(_) => "A picture made here",
    }
}

/// The shots of the board, small, to see what comes before and after.
fn strip(view: &PlanView<'_>, board: &Board) -> Markup {
    let here = view.shot.map(|shot| shot.id);
    let ratio = board.brief.ratio;
    let shape = ratio_class(ratio.width().into(), ratio.height().into());
    let (width, height) = size_in(ratio);
    html! {
        @if !board.shots.is_empty() {
            nav.strip aria-label="Shots of this board" {
                ol {
                    @for (shot, number) in board.shots.iter().zip(1..) {
                        li { a href={ "/director/board/" (board.id) "/shot/" (shot.id) }
                            aria-current=[(here == Some(shot.id)).then_some("page")] {
                            div.strip-picture.(shape) {
                                @if let Some(picture) = view.story.picture(shot) {
                                    img src={ "/media/" (picture) "/thumb" } alt="" width=(width)
                                        height=(height) loading="lazy" decoding="async";
                                }
                                span.frame-number { (number) }
                            }
                            span.strip-words {
                                @if shot.plan.is_written() { (shot.plan.prompt) }
                                @else { "No words yet" }
                            }
                        } }
                    }
                }
            }
        }
    }
}
