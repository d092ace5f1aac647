//! The slots of a composer: pictures a run begins with, each in its place.
//!
//! Without a script they are form fields: a file to send along, and one's own pictures to choose
//! from. `slots.js` adds dropping, pasting, progress, removing and order.

use maud::{Markup, html};
use nexora_core::{FieldError, MediaKind, Model, Slot, Source};
use nexora_engine::Picture;

use crate::components::sample::Sample;
use crate::components::{icon, media};
use crate::design::{Stock, stock};

/// Media types of files that are taken.
pub const FILE_TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];
/// Pictures on the shelf: what somebody looks through before they search instead.
pub const SHELF_MAX: u32 = 30;
/// Pictures named at once: more than any model takes.
pub const HELD_MAX: usize = 24;

/// A picture in a slot.
#[derive(Clone, Debug)]
pub struct Held {
    /// Which slot.
    pub slot: Slot,
    /// The picture.
    pub picture: Picture,
}

/// What the slots are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct SlotsView<'a> {
    /// The pictures in them.
    pub held: &'a [Held],
    /// The member's newest pictures to choose from; `None` if they are fetched when asked for.
    pub shelf: Option<&'a [Picture]>,
    /// What was wrong with the last try.
    pub errors: &'a [FieldError],
}

/// The slots that `model` has, spread out; nothing if it begins with words alone.
pub fn of_model(view: &SlotsView<'_>, model: &Model) -> Markup {
    let taken = |slot: &Slot| model.params.pictures_max(*slot) > 0;
    let slots: Vec<Slot> = Slot::ALL.into_iter().filter(taken).collect();
    let has_both = slots.contains(&Slot::FirstFrame) && slots.contains(&Slot::Reference);
    html! {
        @if !slots.is_empty() {
            div.slots.is-spread {
                @for it in slots { (slot(view, it, model.params.pictures_max(it))) }
                @if has_both { (clash()) }
            }
        }
    }
}

/// Every slot, small: the style sheet shows those of the chosen model.
pub fn of_any_model(view: &SlotsView<'_>) -> Markup {
    html! {
        div.slots {
            @for it in Slot::ALL { (slot(view, it, u32::from(it != Slot::Reference))) }
            (clash())
            // What `slots.js` puts aside when another model is chosen.
            p.slots-note role="status" {}
        }
    }
}

/// The style sheet shows it when both are there.
fn clash() -> Markup {
    html! { p.slots-clash { "Frames or references, not both: take one of them out." } }
}

/// One slot; `count_max` is 0 if it depends on the model.
fn slot(view: &SlotsView<'_>, slot: Slot, count_max: u32) -> Markup {
    let held = view.held.iter().filter(|held| held.slot == slot);
    let held: Vec<&Picture> = held.map(|held| &held.picture).collect();
    let field = slot.field();
    let fault = view.errors.iter().find(|error| error.field == field);
    html! {
        fieldset.slot data-slot=(field) data-max=[(count_max > 0).then_some(count_max)] {
            legend {
                (title(slot))
                @if count_max > 1 { span.optional { " up to " (count_max) } }
            }
            div.slot-row {
                div.held {
                    @for picture in &held { (tile(slot, picture, true)) }
                    @if !held.is_empty() { (none(slot, false)) }
                }
                label.slot-add {
                    input type="file" name={ (field) "_file" } accept=(FILE_TYPES.join(","))
                        multiple[slot == Slot::Reference] aria-label={ "Add a " (slot.noun()) };
                    span.slot-face aria-hidden="true" {
                        (icon::bring())
                        span { "Drop, paste or choose" }
                    }
                }
                (shelf(view, slot, &held))
            }
            @if let Some(fault) = fault { p.field-error { (fault.message) } }
        }
    }
}

/// One's own pictures, behind a word.
fn shelf(view: &SlotsView<'_>, slot: Slot, held: &[&Picture]) -> Markup {
    let held: Vec<Source> = held.iter().map(|picture| picture.source).collect();
    html! {
        details.shelf {
            summary { (icon::stack()) span { "Your pictures" } }
            div.shelf-list aria-busy=[view.shelf.is_none().then_some("true")] {
                @if let Some(pictures) = view.shelf {
                    @if held.is_empty() { (none(slot, true)) }
                    (shelf_tiles(slot, pictures, &held))
                }
            }
        }
    }
}

/// The tiles of a shelf, without those that are in the slot already.
pub fn shelf_tiles(slot: Slot, pictures: &[Picture], held: &[Source]) -> Markup {
    html! {
        @if pictures.is_empty() {
            p.shelf-empty { "What you bring along or make here appears on this shelf." }
        }
        @for picture in pictures.iter().filter(|it| !held.contains(&it.source)) {
            (tile(slot, picture, false))
        }
        a.shelf-all href="/pictures" { "All you brought" }
    }
}

/// One picture that is in a slot, or could be.
pub fn tile(slot: Slot, picture: &Picture, is_held: bool) -> Markup {
    let kind = if slot == Slot::Reference {
        "checkbox"
    } else {
        "radio"
    };
    let address = if picture.has_thumbnail {
        format!("/media/{}/thumb", picture.source)
    } else {
        format!("/media/{}", picture.source)
    };
    html! {
        div.tile data-source=(picture.source) {
            label {
                input type=(kind) name=(slot.field()) value=(picture.source) checked[is_held]
                    aria-label=(words(picture));
                (media::placeholder(&picture.placeholder, picture.width, picture.height))
                img.shot src=(address) alt="" width=(picture.width)
                    height=(picture.height) loading="lazy" decoding="async";
                @if picture.kind == MediaKind::Video { span.tile-kind { (icon::film()) } }
            }
            @if slot == Slot::Reference {
                button.tile-act type="button" data-act="earlier" aria-label="Move one place to the front" {
                    (icon::arrow())
                }
            }
            button.tile-act type="button" data-act="out" aria-label={ "Take out the " (slot.noun()) } {
                (icon::close())
            }
        }
    }
}

/// Without a script this is how a frame is taken out again.
fn none(slot: Slot, is_chosen: bool) -> Markup {
    html! {
        @if slot != Slot::Reference {
            div.tile.is-none {
                label {
                    input type="radio" name=(slot.field()) value="" checked[is_chosen];
                    span { "None" }
                }
            }
        }
    }
}

/// What a picture is, for those who cannot see it.
fn words(picture: &Picture) -> String {
    let what = match (picture.source, picture.kind) {
        (Source::Upload(_), _) => "A picture you brought along",
        (Source::Asset(_), MediaKind::Image) => "A picture made here",
        (Source::Asset(_), MediaKind::Video) => "The first picture of a clip made here",
    };
    format!("{what}, {} × {} px", picture.width, picture.height)
}

/// What stands above a slot.
pub const fn title(slot: Slot) -> &'static str {
    match slot {
        Slot::FirstFrame => "First frame",
        Slot::LastFrame => "Last frame",
        Slot::Reference => "References",
    }
}

/// What stands under one picture of a slot.
pub const fn title_of_one(slot: Slot) -> &'static str {
    match slot {
        Slot::FirstFrame | Slot::LastFrame => title(slot),
        Slot::Reference => "Reference",
    }
}

/// The slots of a model as the style sheet and `slots.js` know them: their fields; `None` if it
/// has none.
pub fn taken_by(model: &Model) -> Option<String> {
    let taken = |slot: &Slot| model.params.pictures_max(*slot) > 0;
    let fields: Vec<&str> = Slot::ALL
        .into_iter()
        .filter(taken)
        .map(Slot::field)
        .collect();
    (!fields.is_empty()).then(|| fields.join(" "))
}

/// "first and last frame · 9 references"; `None` for a model that begins with words alone.
pub fn words_for(model: &Model) -> Option<String> {
    let has = |slot| model.params.pictures_max(slot) > 0;
    let frames = match (has(Slot::FirstFrame), has(Slot::LastFrame)) {
        (true, true) => Some("first and last frame".to_owned()),
        (true, false) => Some("first frame".to_owned()),
        (false, _) => None,
    };
    let references = match model.params.pictures_max(Slot::Reference) {
        0 => None,
        1 => Some("1 reference".to_owned()),
        count => Some(format!("{count} references")),
    };
    let words: Vec<String> = frames.into_iter().chain(references).collect();
    (!words.is_empty()).then(|| words.join(" · "))
}

/// A finished picture of the samples, in the first slot.
pub fn sample_held(stock: &Stock) -> Vec<Held> {
    let picture = sample_pictures(stock).into_iter().next();
    let slot = Slot::FirstFrame;
    picture
        .map(|picture| Held { slot, picture })
        .into_iter()
        .collect()
}

/// What the samples' member has made.
pub fn sample_pictures(stock: &Stock) -> Vec<Picture> {
    let runs = stock.runs();
    let assets = runs.iter().flat_map(|(_, run)| run.assets);
    assets.map(Picture::of_asset).collect()
}

/// Empty, with a frame, with references, and sent back.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let (held, shelf) = (sample_held(&stock), sample_pictures(&stock));
    let references: Vec<Held> = shelf
        .iter()
        .map(|picture| Held {
            slot: Slot::Reference,
            picture: picture.clone(),
        })
        .collect();
    let fault = [FieldError {
        field: "first_frame".to_owned(),
        message: "Your first frame: This is an SVG drawing, so it was not kept. Upload a PNG, \
                  JPEG or WebP picture."
            .to_owned(),
    }];
    let of = |name, id: &str, held: &[Held], errors: &[FieldError]| {
        let model = stock.catalog.find(id)?;
        let view = SlotsView {
            held,
            shelf: Some(&shelf),
            errors,
        };
        Some(Sample::new(name, of_model(&view, model)))
    };
    let samples = [
        of("a clip's frames", "kling-3.0", &[], &[]),
        of("with a first frame", "wan-2.1-turbo", &held, &[]),
        of("with references", "nano-banana-2", &references, &[]),
        of("sent back", "luma-ray-2", &[], &fault),
    ];
    samples.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nexora_core::Catalog;

    #[test]
    fn a_model_says_which_pictures_it_takes() {
        let catalog = Catalog::built_in().unwrap();
        let said = |id| words_for(catalog.find(id).unwrap());
        assert_eq!(said("flux-schnell"), None);
        assert_eq!(said("wan-2.1-turbo").as_deref(), Some("first frame"));
        let both = said("seedance-2.0");
        assert_eq!(both.as_deref(), Some("first and last frame · 9 references"));
        let fields = taken_by(catalog.find("kling-3.0").unwrap());
        assert_eq!(fields.as_deref(), Some("first_frame last_frame"));
    }

    #[test]
    fn a_composer_has_the_slots_of_its_model_and_no_other() {
        let catalog = Catalog::built_in().unwrap();
        let view = SlotsView {
            held: &[],
            shelf: Some(&[]),
            errors: &[],
        };
        let drawn = |id| of_model(&view, catalog.find(id).unwrap()).into_string();
        assert_eq!(drawn("flux-schnell"), "");
        let wan = drawn("wan-2.1-turbo");
        assert!(wan.contains("first_frame_file") && !wan.contains("last_frame"));
        assert!(drawn("nano-banana-2").contains("references_file"));
    }
}
