//! `/director/characters`: who is in the pictures.

use maud::{Markup, html};
use nexora_core::character::{CONSENT, PICTURES_MAX};
use nexora_core::{Character, CharacterState, Credits, FieldError, Timestamp, UploadId};

use super::{Room, head};
use crate::assets;
use crate::components::{Shell, fields, icon, moment, shell};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct CharactersView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The member's characters, the newest first.
    pub cast: &'a [Character],
    /// How many there may be.
    pub cast_max: u32,
    /// The form for one more, as it came back.
    pub form: &'a CastingForm,
    /// What a still with a character costs; `None` where none can be made.
    pub still_price: Option<Credits>,
    /// When the page is drawn.
    pub now: Timestamp,
}

/// The form somebody is made with, as it was filled in.
#[derive(Clone, Debug, Default)]
pub struct CastingForm {
    /// The name that was typed.
    pub name: String,
    /// Whether the member agreed to [`CONSENT`].
    pub has_consent: bool,
    /// The pictures that were brought already.
    pub pictures: Vec<UploadId>,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

impl CastingForm {
    /// Says what is wrong with a field.
    pub(crate) fn fault(&mut self, field: &str, message: &str) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    }
}

/// The model that makes stills of a character.
pub const STILL_MODEL: &str = nexora_core::board::STILL_MODEL;
/// Where a training stands, in the order in which it gets there.
const STEPS: [&str; 3] = ["In line", "Training", "Ready"];

/// The page.
pub fn page(view: &CharactersView<'_>) -> Markup {
    let pending = view.cast.iter().any(|one| one.state.is_pending());
    let lede = "Somebody who looks like themselves in every still. Three to ten sharp pictures of \
                one face are best.";
    let main = html! {
        script type="module" src=(assets::url("director.js")) {}
        (head(Room::Characters, lede))
        div.casting {
            section.casting-work aria-labelledby="cast-title" {
                div.row {
                    h2 #cast-title { "Your cast" }
                    p.cast-count { (view.cast.len()) " of " (view.cast_max) }
                }
                // Read once more when the line opens: a training may end while the page loads.
                div #cast.cast aria-live="polite" hx-get="/director/cast"
                    hx-trigger="cast from:#live, htmx:sse:after:connection from:#live"
                    hx-swap="innerMorph" hx-status:4xx="swap:none" hx-status:5xx="swap:none" {
                    (cast(view))
                }
            }
            (form(view))
        }
    };
    shell::app(&view.shell, pending, &main)
}

/// The cards alone: what the live line fetches.
pub fn cast(view: &CharactersView<'_>) -> Markup {
    html! {
        @for one in view.cast { (card(one, view)) }
        @if view.cast.is_empty() {
            div.cast-empty {
                (icon::person())
                p { "Nobody yet. Whoever you make appears here while they are trained." }
            }
        }
    }
}

fn card(one: &Character, view: &CharactersView<'_>) -> Markup {
    html! {
        article.actor id=(one.id) data-state=(one.state.slug()) {
            div.actor-face {
                img.shot src={ "/media/" (one.id) "/face" } alt={ "A picture of " (one.name) }
                    width="480" height="600" loading="lazy" decoding="async";
                @if one.state.is_pending() { div.actor-scan aria-hidden="true" {} }
                div.actor-title {
                    h3 { (one.name) }
                    (mark(one, view.now))
                }
            }
            div.actor-body {
                @match &one.state {
                    CharacterState::Failed(setback) => { p.actor-line { (setback.sentence()) } },
                    CharacterState::Ready => { (still(one, view)) },
                    _ => { (steps(one)) },
                }
                div.actor-foot {
                    @if one.can_retry() { (retry(one)) }
                    (removal(one))
                }
            }
        }
    }
}

fn mark(one: &Character, now: Timestamp) -> Markup {
    html! {
        p.actor-mark {
            @match &one.state {
                CharacterState::Ready => { (icon::check()) "Ready" },
                CharacterState::Failed(_) => { (icon::alert()) "Did not work" },
                CharacterState::Queued => { span.state-dot aria-hidden="true" {} "In line" },
                CharacterState::Submitting | CharacterState::Training => {
                    span.state-dot aria-hidden="true" {} "Training "
                    (moment::elapsed(one.created_at, now))
                },
            }
        }
    }
}

/// How far a training has come. The provider tells no percentage, so neither do we.
fn steps(one: &Character) -> Markup {
    let reached = usize::from(one.state != CharacterState::Queued);
    html! {
        ol.actor-steps aria-label="How far the training has come" {
            @for (place, step) in STEPS.iter().enumerate() {
                li aria-current=[(place == reached).then_some("step")]
                    data-done[place < reached] { (step) }
            }
        }
        p.actor-line { "About five minutes. You can leave this page." }
    }
}

/// A still of somebody who is ready, ordered like any other.
fn still(one: &Character, view: &CharactersView<'_>) -> Markup {
    let Some(price) = view.still_price else {
        return html! {};
    };
    let field = format!("still-{}", one.id);
    html! {
        form.actor-still method="post" action="/api/image/generate" {
            input type="hidden" name="model" value=(STILL_MODEL);
            input type="hidden" name="character" value=(one.id);
            label.sr for=(field) { "What " (one.name) " does in the still" }
            textarea id=(field) name="prompt" rows="2" required maxlength="2000"
                placeholder={ (one.name) " on a pier at dawn, wind in the hair" } {}
            button.primary.is-wide type="submit" {
                "Make a still" span.cost { (price) }
            }
        }
    }
}

fn retry(one: &Character) -> Markup {
    html! {
        form method="post" action={ "/api/characters/" (one.id) "/retry" } {
            button.button.is-bright type="submit" { "Try again" }
        }
    }
}

/// Deleting asks once, in place, without a script.
fn removal(one: &Character) -> Markup {
    html! {
        details.removal {
            summary { (icon::bin()) "Delete" }
            div.removal-ask {
                p {
                    "Deletes " (one.name) " and the pictures, here and at Higgsfield. "
                    "Stills you made stay."
                }
                form method="post" action={ "/api/characters/" (one.id) "/delete" } {
                    button.button.is-danger type="submit" { "Delete for good" }
                }
            }
        }
    }
}

fn form(view: &CharactersView<'_>) -> Markup {
    let of = |field: &'static str| {
        fields::faults(
            view.form
                .errors
                .iter()
                .filter(move |error| error.field == field),
        )
    };
    html! {
        section.casting-form aria-labelledby="new-title" {
            h2 #new-title { "New character" }
            form.stack method="post" action="/api/characters" enctype="multipart/form-data" {
                div.field {
                    label for="cast-name" { "Name" }
                    input #cast-name name="name" type="text" required maxlength="40"
                        autocomplete="off" value=(view.form.name) placeholder="Ada";
                    (of("name"))
                }
                div.field {
                    label.dropzone for="cast-pictures" data-drop="cast-pictures" {
                        (icon::picture())
                        b { "Choose pictures" }
                        span { "1 to " (PICTURES_MAX) ", JPEG, PNG or WebP" }
                    }
                    input #cast-pictures.dropzone-input name="pictures" type="file"
                        required[view.form.pictures.is_empty()] multiple
                        accept="image/jpeg,image/png,image/webp" data-max=(PICTURES_MAX);
                    (brought(&view.form.pictures))
                    div #cast-previews.previews aria-live="polite" {}
                    (of("pictures"))
                }
                div.field {
                    label.consent {
                        input type="checkbox" name="consent" value="yes" required
                            checked[view.form.has_consent];
                        span { (CONSENT) }
                    }
                    (of("consent"))
                }
                button.primary.is-wide type="submit" { "Train the character" span.cost { "free" } }
                p.field-note {
                    "Pictures are stripped of place, time and camera before anybody sees them. "
                    "They are deleted with the character."
                }
            }
        }
    }
}

/// Pictures of a form that came back: they are here already and need not be chosen again.
fn brought(pictures: &[UploadId]) -> Markup {
    html! {
        @if !pictures.is_empty() {
            ul.previews aria-label="Pictures you brought" {
                @for (picture, number) in pictures.iter().zip(1_u32..) {
                    li {
                        label {
                            input type="checkbox" name="pictures" value=(picture) checked;
                            img src={ "/media/" (picture) "/thumb" } width="144" height="144"
                                alt={ "Picture " (number) } decoding="async";
                        }
                    }
                }
            }
        }
    }
}
