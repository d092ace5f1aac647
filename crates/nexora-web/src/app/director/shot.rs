//! `/director/shot`: one directed shot, from the words to the light.

use maud::{Markup, html};
use nexora_core::{Character, CharacterState, FieldError, MediaKind, Model, Source};
use nexora_engine::Picture;

use super::{Room, head};
use crate::components::fields::{self, FieldsView};
use crate::components::quote::{QuoteView, quote};
use crate::components::{Draft, Run, Shell, card, icon, shell};

/// The model that films directed shots.
pub const SHOT_MODEL: &str = nexora_core::board::CLIP_MODEL;
/// Fields that the page shows faults of beside them.
const SHOWN: [&str; 9] = [
    "prompt",
    "aspect_ratio",
    "resolution",
    "duration",
    "move",
    "move_strength",
    "lens",
    "light",
    "pace",
];

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ShotView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The model that films.
    pub model: &'a Model,
    /// What stands in the form.
    pub draft: &'a Draft,
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
    /// Idempotency key of this rendering.
    pub key: &'a str,
    /// The member's characters.
    pub cast: &'a [Character],
    /// The member's newest stills, to begin with.
    pub stills: &'a [Picture],
    /// The price of what stands in the form.
    pub quote: QuoteView<'a>,
    /// The newest shots, newest first.
    pub runs: &'a [Run<'a>],
}

/// The page.
pub fn page(view: &ShotView<'_>) -> Markup {
    let pending = view.runs.iter().any(Run::is_pending);
    let lede = "Who is in it, where the camera goes, which lens, which light. 120 credits for up to \
                ten seconds, back if it fails.";
    let main = html! {
        (head(Room::Shot, lede))
        div.bench {
            section.bench-form aria-label="The shot" { (form(view)) }
            section.bench-work aria-labelledby="shots-title" {
                h2.sr #shots-title { "Your latest shots" }
                div #feed.feed aria-live="off" {
                    @for run in view.runs { (card::card(run)) }
                }
                div.bench-empty { (icon::clapper()) p { "Your shots appear here while they are filmed." } }
            }
        }
    };
    shell::app(&view.shell, pending, &main)
}

fn form(view: &ShotView<'_>) -> Markup {
    let fields = FieldsView {
        model: view.model,
        draft: view.draft,
        errors: view.errors,
    };
    let others = view.errors.iter();
    let others = others.filter(|error| !SHOWN.contains(&error.field.as_str()));
    html! {
        form #composer.bench-composer method="post" action="/api/video/director" {
            input type="hidden" name="key" value=(view.key);
            input type="hidden" name="model" value=(view.model.id);
            div.bench-fields {
                (fields::faults(others))
                (fields::words(&fields))
                (cast(view.cast, view.draft.text("character")))
                (stills(view))
                (fields::shot(&fields))
            }
            div.bench-pay {
                div #quote.quote role="region" aria-label="Price" aria-live="polite"
                    hx-post="/api/quote" hx-trigger="change from:#composer delay:120ms, billing from:#live"
                    hx-target="this" hx-swap="innerMorph"
                    hx-status:4xx="swap:none" hx-status:5xx="swap:none" { (quote(&view.quote)) }
            }
        }
    }
}

/// Who is in it. Whoever is still in training is not asked for.
pub(super) fn cast(cast: &[Character], chosen: &str) -> Markup {
    let ready = |one: &&Character| one.state == CharacterState::Ready;
    html! {
        fieldset.field {
            legend { "Who is in it" }
            div.faces {
                label.face {
                    input type="radio" name="character" value="" checked[chosen.is_empty()];
                    span.face-none { (icon::person()) }
                    span { "Nobody" }
                }
                @for one in cast.iter().filter(ready) {
                    label.face {
                        input type="radio" name="character" value=(one.id)
                            checked[one.id.to_string() == chosen];
                        img src={ "/media/" (one.id) "/face" } alt="" width="96" height="96"
                            loading="lazy" decoding="async";
                        span { (one.name) }
                    }
                }
            }
            @if cast.is_empty() {
                p.field-note { a.inline href="/director/characters" { "Make a character" } " to see the same face in every shot." }
            }
        }
    }
}

/// Which still it goes by.
fn stills(view: &ShotView<'_>) -> Markup {
    let chosen = view.draft.text("references");
    // What was made here: pictures that were brought along are the faces of characters, or wait in
    // the full composer.
    let is_made = |it: &&Picture| matches!(it.source, Source::Asset(_)) && it.has_thumbnail;
    let is_still = |it: &&Picture| it.kind == MediaKind::Image && is_made(it);
    let mut stills = view.stills.iter().filter(is_still).peekable();
    html! {
        @if stills.peek().is_some() {
            fieldset.field {
                legend { "A still to go by " span.optional { "optional" } }
                div.stills {
                    label.still {
                        input type="radio" name="references" value="" checked[chosen.is_empty()];
                        span.still-none { "None" }
                    }
                    @for still in stills {
                        label.still {
                            input type="radio" name="references" value=(still.source)
                                checked[still.source.to_string() == chosen];
                            img src={ "/media/" (still.source) "/thumb" } alt="A still of yours"
                                width=(still.width) height=(still.height) loading="lazy"
                                decoding="async";
                        }
                    }
                }
            }
        }
    }
}
