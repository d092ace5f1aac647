//! The settings of one model: every parameter it takes, and no other.

mod directed;

use maud::{Markup, html};
use nexora_core::catalog::AspectRatio;
use nexora_core::{FieldError, MediaKind, Model};

use crate::components::draft::Draft;
use crate::components::media::ratio_class;
use crate::components::sample::Sample;
use crate::design::stock;

/// More lengths than this are a list to choose from instead of a row of buttons.
const SECONDS_IN_A_ROW_MAX: usize = 4;

/// What the settings of `model` are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct FieldsView<'a> {
    /// Whose settings.
    pub model: &'a Model,
    /// What stands in them.
    pub draft: &'a Draft,
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
}

/// The prompt and, if the model takes one, what to leave out.
pub fn words(view: &FieldsView<'_>) -> Markup {
    let chars_max = view.model.params.prompt_chars_max;
    html! {
        div.field {
            label for="prompt" { "Prompt" }
            textarea #prompt name="prompt" rows="4" required maxlength=(chars_max)
                placeholder=(example(view.model.kind))
                aria-invalid=[view.fault("prompt").map(|_| "true")]
                aria-describedby=[view.fault("prompt").map(|_| "prompt-error")] {
                (view.draft.text("prompt"))
            }
            (view.sentence("prompt"))
        }
        @if view.model.params.negative_prompt {
            div.field {
                label for="negative_prompt" { "Leave out " span.optional { "optional" } }
                textarea #negative_prompt name="negative_prompt" rows="2" maxlength=(chars_max)
                    placeholder="text, watermark, blur"
                    aria-invalid=[view.fault("negative_prompt").map(|_| "true")]
                    aria-describedby=[view.fault("negative_prompt").map(|_| "negative_prompt-error")] {
                    (view.draft.text("negative_prompt"))
                }
                (view.sentence("negative_prompt"))
            }
        }
    }
}

/// Shape, size, length, number and seed.
pub fn settings(view: &FieldsView<'_>) -> Markup {
    let params = &view.model.params;
    html! {
        (shapes(view, &params.aspect_ratios))
        @if params.frames.is_some() {
            // The style sheet shows this instead of the shapes as soon as there is a frame.
            p.field-fact.shape-of-frame { "Shape " b { "that of the first frame" } }
        }
        @if !params.resolutions.is_empty() { (resolutions(view)) }
        @if params.seconds.len() > SECONDS_IN_A_ROW_MAX {
            (length_list(view))
        } @else if params.seconds.len() > 1 {
            (length_row(view))
        } @else if let Some(seconds) = params.seconds.first() {
            p.field-fact { "Length " b { (seconds) " s" } }
        }
        @if params.count_max > 1 { (counts(view)) }
        @if params.characters.is_some() { (character(view)) }
        @if params.directed { (directed::settings(view)) }
        @if let Some(seed_max) = params.seed_max { (seed(view, seed_max)) }
    }
}

/// What a shot of a board is told besides its words: the camera, and how long it runs. Its shape
/// is the board's.
pub fn camera(view: &FieldsView<'_>) -> Markup {
    html! {
        (directed::settings(view))
        (length_list(view))
    }
}

/// What a directed shot is told besides its words: the camera first, then shape and length.
pub fn shot(view: &FieldsView<'_>) -> Markup {
    html! {
        (camera(view))
        (shapes(view, &view.model.params.aspect_ratios))
        (resolutions(view))
    }
}

/// Who was in the run this began as; they can be left out.
fn character(view: &FieldsView<'_>) -> Markup {
    let id = view.draft.text("character");
    html! {
        @if !id.is_empty() {
            label.consent {
                input type="checkbox" name="character" value=(id) checked;
                span { "With the character it was made with" }
            }
            (view.sentence("character"))
        }
    }
}

/// Sentences about what was wrong, read out as soon as they appear; nothing when all is well.
pub fn faults<'a>(errors: impl IntoIterator<Item = &'a FieldError>) -> Markup {
    let mut errors = errors.into_iter().peekable();
    html! {
        @if errors.peek().is_some() {
            div.field-errors role="alert" {
                @for error in errors { p { (error.message) } }
            }
        }
    }
}

impl FieldsView<'_> {
    fn fault(&self, field: &str) -> Option<&str> {
        let error = self.errors.iter().find(|error| error.field == field)?;
        Some(&error.message)
    }

    fn sentence(&self, field: &str) -> Markup {
        html! {
            @if let Some(message) = self.fault(field) {
                p.field-error id={ (field) "-error" } { (message) }
            }
        }
    }

    /// What is chosen: what the draft says, or the model's default, which comes first.
    fn chosen(&self, field: &str, default: Option<String>) -> String {
        match self.draft.text(field) {
            "" => default.unwrap_or_default(),
            text => text.to_owned(),
        }
    }
}

/// A model that goes by pictures can be left to take the shape of the first.
fn shapes(view: &FieldsView<'_>, ratios: &[AspectRatio]) -> Markup {
    let can_fit = view.model.params.references.is_some();
    let fits = can_fit && !view.draft.inputs().references.is_empty();
    let default = ratios.first().filter(|_| !fits).map(ToString::to_string);
    let chosen = view.chosen("aspect_ratio", default);
    html! {
        fieldset.field.shapes {
            legend { "Shape" }
            div.choices {
                @if can_fit {
                    label.choice.shape {
                        input type="radio" name="aspect_ratio" value="" checked[chosen.is_empty()];
                        span { "As the picture" }
                    }
                }
                @for ratio in ratios {
                    label.choice.shape {
                        input type="radio" name="aspect_ratio" value=(ratio)
                            checked[ratio.to_string() == chosen];
                        span.shape-box.(shape_class(*ratio)) aria-hidden="true" {}
                        span { (ratio) }
                    }
                }
            }
            (view.sentence("aspect_ratio"))
        }
    }
}

fn shape_class(ratio: AspectRatio) -> String {
    ratio_class(u32::from(ratio.width()), u32::from(ratio.height()))
}

fn resolutions(view: &FieldsView<'_>) -> Markup {
    let price = &view.model.price;
    let names = &view.model.params.resolutions;
    let between = |frames: &nexora_core::catalog::Frames| frames.resolutions.clone();
    let frame_sizes = view.model.params.frames.as_ref().map(between);
    let frame_sizes = frame_sizes.filter(|sizes| !sizes.is_empty());
    let frame_sizes = frame_sizes.as_ref().unwrap_or(names);
    let chosen = view.chosen("resolution", names.first().cloned());
    html! {
        fieldset.field {
            legend { "Size" }
            div.choices {
                @for name in names {
                    label.choice data-words-only[!frame_sizes.contains(name)] {
                        input type="radio" name="resolution" value=(name) checked[*name == chosen];
                        span { (name) }
                        @if let Some(percent) = price.resolution_percent.get(name) {
                            small { (factor(*percent)) " price" }
                        }
                    }
                }
            }
            (view.sentence("resolution"))
        }
    }
}

fn length_row(view: &FieldsView<'_>) -> Markup {
    let lengths = &view.model.params.seconds;
    let chosen = view.chosen("duration", lengths.first().map(ToString::to_string));
    html! {
        fieldset.field {
            legend { "Length" }
            div.choices {
                @for seconds in lengths {
                    label.choice {
                        input type="radio" name="duration" value=(seconds)
                            checked[seconds.to_string() == chosen];
                        span { (seconds) " s" }
                    }
                }
            }
            (view.sentence("duration"))
        }
    }
}

fn length_list(view: &FieldsView<'_>) -> Markup {
    let model = view.model;
    let chosen = view.chosen(
        "duration",
        model.params.seconds.first().map(ToString::to_string),
    );
    let mut lengths = model.params.seconds.clone();
    lengths.sort_unstable();
    html! {
        div.field {
            label for="duration" { "Length" }
            select #duration name="duration" {
                @for seconds in lengths {
                    option value=(seconds) selected[seconds.to_string() == chosen] {
                        (seconds) " s"
                        @if let Some(price) = model.price.of(Some(seconds), None, 1) {
                            " · from " (price)
                        }
                    }
                }
            }
            (view.sentence("duration"))
        }
    }
}

fn counts(view: &FieldsView<'_>) -> Markup {
    let chosen = view.chosen("count", Some("1".to_owned()));
    html! {
        fieldset.field {
            legend { "How many" }
            div.choices {
                @for count in 1..=view.model.params.count_max {
                    label.choice {
                        input type="radio" name="count" value=(count)
                            checked[count.to_string() == chosen];
                        span { (count) }
                    }
                }
            }
            (view.sentence("count"))
        }
    }
}

fn seed(view: &FieldsView<'_>, seed_max: u64) -> Markup {
    html! {
        div.field {
            label for="seed" { "Seed " span.optional { "optional" } }
            input #seed type="number" name="seed" min="0" max=(seed_max) step="1"
                inputmode="numeric" placeholder="Random" value=(view.draft.text("seed"))
                aria-invalid=[view.fault("seed").map(|_| "true")]
                aria-describedby="seed-note";
            p.field-note #seed-note { "The same seed and settings give the same result again." }
            (view.sentence("seed"))
        }
    }
}

/// "2×", "1.5×".
fn factor(percent: u32) -> String {
    match (percent / 100, percent % 100) {
        (whole, 0) => format!("{whole}×"),
        (whole, rest) if rest % 10 == 0 => format!("{whole}.{}×", rest / 10),
        (whole, rest) => format!("{whole}.{rest:02}×"),
    }
}

const fn example(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "A glass perfume bottle on wet stone, hard morning light…",
        MediaKind::Video => "A slow push-in on a lighthouse as a storm rolls over it…",
    }
}

/// Those of every model in the catalog.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let draft = Draft::empty();
    let of = |name, id: &str, errors: &[FieldError]| {
        let model = stock.catalog.find(id)?;
        let view = FieldsView {
            model,
            draft: &draft,
            errors,
        };
        Some(Sample::new(name, settings(&view)))
    };
    let fault = [FieldError {
        field: "duration".to_owned(),
        message: "Kling 3.0 takes 3, 4, 5.".to_owned(),
    }];
    let samples = [
        of("a picture with everything", "nano-banana-2", &[]),
        of("a short clip", "wan-2.1-turbo", &[]),
        of("a long clip, sent back", "kling-3.0", &fault),
    ];
    samples.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nexora_core::Catalog;

    fn drawn(id: &str) -> String {
        let catalog = Catalog::built_in().unwrap();
        let view = FieldsView {
            model: catalog.find(id).unwrap(),
            draft: &Draft::empty(),
            errors: &[],
        };
        html! { (words(&view)) (settings(&view)) }.into_string()
    }

    #[test]
    fn a_model_shows_the_settings_it_takes_and_no_other() {
        let kling = drawn("kling-3.0");
        assert!(kling.contains("name=\"duration\""));
        assert!(kling.contains("name=\"negative_prompt\""));
        assert!(!kling.contains("name=\"seed\""));
        assert!(!kling.contains("name=\"resolution\""));
        let flux = drawn("flux-schnell");
        assert!(flux.contains("name=\"seed\"") && flux.contains("name=\"count\""));
        assert!(!flux.contains("name=\"duration\""));
    }

    #[test]
    fn factors_are_short() {
        assert_eq!(factor(200), "2×");
        assert_eq!(factor(150), "1.5×");
        assert_eq!(factor(125), "1.25×");
    }
}
