//! How a shot is filmed: moves as small pictures that move, and the lens, the light, the pace.

use maud::{Markup, html};
use nexora_core::direction::{LENSES, LIGHTS, MOVES, PACES, Word};

use super::FieldsView;

/// How strongly the camera moves, and what is sent for it: what is not said is all of it.
const STRENGTHS: [(&str, &str); 3] = [("", "Full"), ("60", "Gentle"), ("30", "Slight")];

/// Everything a model is told about the camera.
pub(super) fn settings(view: &FieldsView<'_>) -> Markup {
    html! {
        (moves(view))
        div.field {
            label for="move_strength" { "Strength of the move" }
            select #move_strength name="move_strength" {
                @for (percent, title) in STRENGTHS {
                    option value=(percent) selected[view.draft.text("move_strength") == percent] {
                        (title)
                    }
                }
            }
            (view.sentence("move_strength"))
        }
        div.field-row {
            (list(view, "lens", "Lens", LENSES))
            (list(view, "light", "Light", LIGHTS))
            (list(view, "pace", "Pace", PACES))
        }
    }
}

fn moves(view: &FieldsView<'_>) -> Markup {
    let chosen = view.draft.text("move");
    html! {
        fieldset.field {
            legend { "Camera move" }
            div.moves {
                label.lens-choice {
                    input type="radio" name="move" value="" checked[chosen.is_empty()];
                    span.move data-move="static" { (scene()) }
                    span.lens-name { "The model's choice" }
                }
                @for word in MOVES {
                    label.lens-choice {
                        input type="radio" name="move" value=(word.slug)
                            checked[word.slug == chosen];
                        span.move data-move=(word.slug) { (scene()) }
                        span.lens-name { (word.title) }
                    }
                }
            }
            (view.sentence("move"))
        }
    }
}

/// What the camera of a diagram looks at: the sun, two ridges, and somebody in front.
fn scene() -> Markup {
    html! {
        svg.move-scene viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice" aria-hidden="true"
            focusable="false" {
            circle.scene-sun cx="112" cy="30" r="10" {}
            path.scene-far d="M0 62 30 38 56 58 84 30 118 60 140 46 160 60V90H0z" {}
            path.scene-near d="M0 76 40 60 78 74 120 62 160 76V90H0z" {}
            circle.scene-head cx="62" cy="47" r="5.500" {}
            path.scene-body d="M52 84c0-20 3-29 10-29s10 9 10 29z" {}
        }
    }
}

fn list(view: &FieldsView<'_>, field: &str, title: &str, words: &'static [Word]) -> Markup {
    let chosen = view.draft.text(field);
    html! {
        div.field {
            label for=(field) { (title) }
            select id=(field) name=(field) {
                option value="" { "The model's choice" }
                @for word in words {
                    option value=(word.slug) selected[word.slug == chosen] { (word.title) }
                }
            }
            (view.sentence(field))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_plays_every_move() {
        let sheet = include_str!("../../../assets/css/moves.css");
        for word in MOVES {
            let rule = format!(".move[data-move=\"{}\"]", word.slug);
            assert!(sheet.contains(&rule), "{rule}");
        }
    }
}
