//! From named texts to an order, or to every reason why not.

mod directed;

use crate::asset::MediaKind;
use crate::catalog::{AspectRatio, Catalog, Model};
use crate::id::CharacterId;
use crate::order::inputs::sources;
use crate::order::{FIELDS, FieldError, Inputs, Order, Slot, Source};
use crate::prompt::Prompt;

pub(super) fn parse<'a>(
    kind: Option<MediaKind>,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    catalog: &Catalog,
) -> Result<Order, Vec<FieldError>> {
    let mut form = Form::read(fields);
    let Some(model) = form.model(kind, catalog) else {
        return Err(form.errors);
    };
    let prompt = form.prompt("prompt", model);
    let negative_prompt = form.negative_prompt(model);
    let inputs = form.inputs(model);
    let aspect_ratio = form.aspect_ratio(model, &inputs);
    let fits_picture = !inputs.is_empty() && form.text("aspect_ratio").is_none();
    let resolution = form.resolution(model, &inputs);
    let seconds = form.seconds(model);
    let seed = form.seed(model);
    let count = form.count(model);
    let character = form.character(model);
    let direction = form.direction(model);
    match (prompt, form.errors.is_empty()) {
        (Some(prompt), true) => Ok(Order {
            model: model.id.clone(),
            kind: model.kind,
            prompt,
            negative_prompt,
            aspect_ratio,
            resolution,
            seconds,
            seed,
            count,
            inputs,
            fits_picture,
            character,
            direction,
            only: None,
        }),
        _ => Err(form.errors),
    }
}

/// The texts, one per known field, and the faults found so far.
struct Form<'a> {
    texts: [Option<&'a str>; FIELDS.len()],
    /// The one field that may come several times: a form sends one text per picture.
    references: Vec<&'a str>,
    errors: Vec<FieldError>,
}

impl<'a> Form<'a> {
    fn read(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut form = Self {
            texts: [None; FIELDS.len()],
            references: Vec::new(),
            errors: Vec::new(),
        };
        for (name, text) in fields {
            if name == Slot::Reference.field() {
                form.references.push(text);
                continue;
            }
            match FIELDS.iter().position(|known| *known == name) {
                None => form.fault(name, format!("There is no field {name:?} here.")),
                Some(place) => match form.texts.get_mut(place) {
                    Some(Some(_)) => form.fault(name, "This was given twice.".to_owned()),
                    Some(slot) if !text.trim().is_empty() => *slot = Some(text),
                    _ => {}
                },
            }
        }
        form
    }

    fn fault(&mut self, field: &str, message: String) {
        // A name from outside is cut: it goes into the answer.
        let field = field.chars().take(40).collect();
        let message = message.chars().take(300).collect();
        self.errors.push(FieldError { field, message });
    }

    fn text(&self, field: &str) -> Option<&'a str> {
        let place = FIELDS.iter().position(|known| *known == field)?;
        self.texts.get(place).copied().flatten()
    }

    fn model<'c>(&mut self, kind: Option<MediaKind>, catalog: &'c Catalog) -> Option<&'c Model> {
        let Some(id) = self.text("model") else {
            self.fault("model", "Choose a model.".to_owned());
            return None;
        };
        let Some(model) = catalog.find(id.trim()) else {
            self.fault(
                "model",
                format!("There is no model {id:?}. GET /api/models lists them."),
            );
            return None;
        };
        match kind {
            Some(wanted) if wanted != model.kind => {
                let (title, makes) = (&model.title, model.kind);
                self.fault(
                    "model",
                    format!(
                        "{title} makes {}s; order it at /api/{}/generate.",
                        makes.noun(),
                        makes.slug()
                    ),
                );
                None
            }
            _ => Some(model),
        }
    }

    fn prompt(&mut self, field: &str, model: &Model) -> Option<Prompt> {
        let text = self.text(field).unwrap_or_default();
        Prompt::parse(text, model.params.prompt_chars_max)
            .map_err(|wrong| self.fault(field, wrong.to_string()))
            .ok()
    }

    fn negative_prompt(&mut self, model: &Model) -> Option<Prompt> {
        self.text("negative_prompt")?;
        if !model.params.negative_prompt {
            self.not_taken("negative_prompt", model, "negative prompt");
            return None;
        }
        self.prompt("negative_prompt", model)
    }

    fn inputs(&mut self, model: &Model) -> Inputs {
        let first_frame = self.frame(Slot::FirstFrame, model);
        let last_frame = self.frame(Slot::LastFrame, model);
        let inputs = Inputs {
            first_frame,
            last_frame,
            references: self.references(model),
        };
        let title = &model.title;
        let says_first = self.text(Slot::FirstFrame.field()).is_some();
        if last_frame.is_some() && !says_first {
            let sentence = "A last frame needs a first frame before it.";
            self.fault("last_frame", sentence.to_owned());
        }
        let needs_first = model.params.frames.as_ref().is_some_and(|it| it.required);
        if needs_first && !says_first {
            self.fault(
                "first_frame",
                format!("{title} animates a picture. Choose its first frame."),
            );
        }
        if inputs.has_frames() && !inputs.references.is_empty() {
            self.fault(
                "references",
                format!("{title} takes frames or reference pictures, not both at once."),
            );
        }
        inputs
    }

    fn frame(&mut self, slot: Slot, model: &Model) -> Option<Source> {
        let text = self.text(slot.field())?;
        let found = self.pictures(slot, text)?;
        if model.params.pictures_max(slot) == 0 {
            self.not_taken(slot.field(), model, slot.noun());
            return None;
        }
        if found.len() > 1 {
            let message = format!("A clip has one {}.", slot.noun());
            self.fault(slot.field(), message);
            return None;
        }
        found.first().copied()
    }

    fn references(&mut self, model: &Model) -> Vec<Source> {
        let text = self.references.join(" ");
        let found = self.pictures(Slot::Reference, &text).unwrap_or_default();
        let count_max = model.params.pictures_max(Slot::Reference);
        if found.is_empty() {
            return found;
        }
        if count_max == 0 {
            self.not_taken("references", model, "reference pictures");
        } else if u32::try_from(found.len()).is_ok_and(|count| count > count_max) {
            let (title, plural) = (&model.title, if count_max == 1 { "" } else { "s" });
            let message = format!("{title} takes at most {count_max} reference picture{plural}.");
            self.fault("references", message);
        }
        found
    }

    fn pictures(&mut self, slot: Slot, text: &str) -> Option<Vec<Source>> {
        let found = sources(text).map_err(|wrong| self.fault(slot.field(), wrong.to_string()));
        found.ok()
    }

    /// A clip that begins with a picture has that picture's shape: any other would cut it.
    fn aspect_ratio(&mut self, model: &Model, inputs: &Inputs) -> AspectRatio {
        let allowed = &model.params.aspect_ratios;
        let Some(text) = self.text("aspect_ratio") else {
            return model.default_ratio();
        };
        if inputs.has_frames() {
            let message = "A clip has the shape of its first frame. Leave the shape out.";
            self.fault("aspect_ratio", message.to_owned());
            return model.default_ratio();
        }
        let found = allowed
            .iter()
            .find(|ratio| ratio.to_string() == text.trim());
        found.copied().unwrap_or_else(|| {
            self.one_of("aspect_ratio", model, allowed.iter());
            model.default_ratio()
        })
    }

    fn resolution(&mut self, model: &Model, inputs: &Inputs) -> Option<String> {
        let allowed = model.params.sizes(inputs);
        match self.text("resolution") {
            None => allowed.first().cloned(),
            Some(_) if allowed.is_empty() => {
                self.not_taken("resolution", model, "resolution");
                None
            }
            Some(text) => {
                let found = allowed.iter().find(|name| *name == text.trim()).cloned();
                if found.is_none() {
                    self.one_of("resolution", model, allowed.iter());
                }
                found
            }
        }
    }

    fn seconds(&mut self, model: &Model) -> Option<u32> {
        let allowed = &model.params.seconds;
        match self.text("duration") {
            None => allowed.first().copied(),
            Some(_) if allowed.is_empty() => {
                self.not_taken("duration", model, "duration");
                None
            }
            Some(text) => {
                let wanted = text.trim().parse::<u32>().ok();
                let found = wanted.filter(|seconds| allowed.contains(seconds));
                if found.is_none() {
                    let mut sorted = allowed.clone();
                    sorted.sort_unstable();
                    self.one_of("duration", model, sorted.iter());
                }
                found
            }
        }
    }

    fn seed(&mut self, model: &Model) -> Option<u64> {
        let text = self.text("seed")?;
        let Some(seed_max) = model.params.seed_max else {
            self.not_taken("seed", model, "seed");
            return None;
        };
        let seed = text
            .trim()
            .parse::<u64>()
            .ok()
            .filter(|seed| *seed <= seed_max);
        if seed.is_none() {
            self.fault(
                "seed",
                format!("A seed is a whole number from 0 to {seed_max}."),
            );
        }
        seed
    }

    fn count(&mut self, model: &Model) -> u32 {
        let count_max = model.params.count_max;
        let Some(text) = self.text("count") else {
            return 1;
        };
        let count = text.trim().parse::<u32>().ok();
        count
            .filter(|count| (1..=count_max).contains(count))
            .unwrap_or_else(|| {
                let message = if count_max == 1 {
                    format!("{} makes one at a time.", model.title)
                } else {
                    format!("{} makes 1 to {count_max} at a time.", model.title)
                };
                self.fault("count", message);
                1
            })
    }

    fn character(&mut self, model: &Model) -> Option<CharacterId> {
        let text = self.text("character")?;
        if model.params.characters.is_none() {
            self.not_taken("character", model, "character");
            return None;
        }
        let found = text.trim().parse().ok();
        if found.is_none() {
            let message = "This is none of your characters. Name one by its id, chr_….";
            self.fault("character", message.to_owned());
        }
        found
    }

    fn not_taken(&mut self, field: &str, model: &Model, what: &str) {
        self.fault(field, format!("{} takes no {what}.", model.title));
    }

    fn one_of(&mut self, field: &str, model: &Model, allowed: impl Iterator<Item = impl ToString>) {
        let list: Vec<String> = allowed.map(|one| one.to_string()).collect();
        self.fault(field, format!("{} takes {}.", model.title, list.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credits::Credits;

    fn parse_pairs(pairs: &[(&str, &str)]) -> Result<Order, Vec<FieldError>> {
        let catalog = Catalog::built_in().unwrap();
        Order::parse(None, pairs.iter().copied(), &catalog)
    }

    /// The fields at fault when a good Wan order is changed in one place.
    fn faults_with(field: &str, text: &str) -> Vec<String> {
        let base = [("model", "wan-2.1-turbo"), ("prompt", "a lake")];
        let mut pairs: Vec<_> = base
            .into_iter()
            .filter(|(name, _)| *name != field)
            .collect();
        pairs.push((field, text));
        match parse_pairs(&pairs) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|error| error.field).collect(),
        }
    }

    #[test]
    fn defaults_come_from_the_catalog() {
        let order = parse_pairs(&[("model", "kling-3.0"), ("prompt", " a fox ")]).unwrap();
        assert_eq!(order.prompt.as_str(), "a fox");
        assert_eq!(order.seconds, Some(5));
        assert_eq!(order.aspect_ratio.to_string(), "16:9");
        assert_eq!(order.resolution, None);
        assert_eq!(order.seed, None);
        assert_eq!(order.count, 1);
    }

    #[test]
    fn seed_zero_is_a_seed() {
        let pairs = [
            ("model", "wan-2.1-turbo"),
            ("prompt", "a lake"),
            ("seed", "0"),
        ];
        assert_eq!(parse_pairs(&pairs).unwrap().seed, Some(0));
    }

    #[test]
    fn every_wrong_value_is_named() {
        assert_eq!(faults_with("model", "nope"), ["model"]);
        assert_eq!(faults_with("prompt", ""), ["prompt"]);
        assert_eq!(faults_with("prompt", &"x".repeat(20_000)), ["prompt"]);
        assert_eq!(faults_with("aspect_ratio", "1:1"), ["aspect_ratio"]);
        assert_eq!(faults_with("resolution", "8k"), ["resolution"]);
        assert_eq!(faults_with("duration", "10"), ["duration"]);
        assert_eq!(faults_with("duration", "5.0"), ["duration"]);
        assert_eq!(faults_with("seed", "-1"), ["seed"]);
        assert_eq!(faults_with("seed", "2147483648"), ["seed"]);
        assert_eq!(faults_with("count", "2"), ["count"]);
        assert_eq!(faults_with("flavour", "sour"), ["flavour"]);
        assert!(faults_with("seed", "2147483647").is_empty());
    }

    #[test]
    fn what_a_model_does_not_take_is_refused_not_dropped() {
        let pairs = [
            ("model", "kling-3.0"),
            ("prompt", "x"),
            ("seed", "1"),
            ("resolution", "720p"),
        ];
        let fields: Vec<_> = parse_pairs(&pairs)
            .unwrap_err()
            .into_iter()
            .map(|e| e.field)
            .collect();
        assert_eq!(fields, ["resolution", "seed"]);
    }

    const PICTURE: &str = "upl_0191a0c0a0c07000800000000000000a";
    const OTHER: &str = "ast_0191a0c0a0c07000800000000000000b";

    /// What is said about a wish with these fields; nothing if it is an order.
    fn said(model: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut pairs = vec![("model", model), ("prompt", "it moves")];
        pairs.extend(more);
        let errors = parse_pairs(&pairs).err().unwrap_or_default();
        errors
            .into_iter()
            .map(|it| (it.field, it.message))
            .collect()
    }

    #[test]
    fn a_clip_begins_and_ends_with_pictures() {
        let pairs = [
            ("model", "kling-3.0"),
            ("prompt", "it moves"),
            ("first_frame", PICTURE),
            ("last_frame", OTHER),
        ];
        let order = parse_pairs(&pairs).unwrap();
        assert_eq!(order.inputs.first_frame.unwrap().to_string(), PICTURE);
        assert_eq!(order.inputs.last_frame.unwrap().to_string(), OTHER);
        assert!(order.fits_picture);
        let catalog = Catalog::built_in().unwrap();
        let kling = catalog.find("kling-3.0").unwrap();
        let tall = order.clone().shaped_like(1_080, 1_920, kling);
        assert_eq!(tall.aspect_ratio.to_string(), "9:16");
        let words = parse_pairs(&pairs[..2]).unwrap();
        assert!(words.inputs.is_empty() && !words.fits_picture);
        assert_eq!(words.quote(&catalog), order.quote(&catalog));
        assert_ne!(words.fingerprint(), order.fingerprint());
        assert_ne!(tall.fingerprint(), order.fingerprint());
    }

    #[test]
    fn references_come_as_one_text_or_as_several() {
        let both = format!("{PICTURE} {OTHER}");
        let base = [("model", "nano-banana-2"), ("prompt", "in snow")];
        let joined = [&base[..], &[("references", both.as_str())]].concat();
        let apart = [&base[..], &[("references", PICTURE), ("references", OTHER)]].concat();
        let order = parse_pairs(&joined).unwrap();
        assert_eq!(order.inputs.references.len(), 2);
        assert_eq!(parse_pairs(&apart), Ok(order));
        let shaped = [&joined[..], &[("aspect_ratio", "21:9")]].concat();
        let order = parse_pairs(&shaped).unwrap();
        assert_eq!(order.aspect_ratio.to_string(), "21:9");
        assert!(!order.fits_picture, "a chosen shape stays");
        assert!(parse_pairs(&[&base[..], &[("references", " ")]].concat()).is_ok());
    }

    #[test]
    fn a_character_is_in_what_can_show_one() {
        let ada = "chr_0191a0c0a0c07000800000000000000a";
        let pairs = [("model", "soul-2"), ("prompt", "x"), ("character", ada)];
        let order = parse_pairs(&pairs).unwrap();
        assert_eq!(order.character.unwrap().to_string(), ada);
        let alone = parse_pairs(&pairs[..2]).unwrap();
        assert_ne!(alone.fingerprint(), order.fingerprint());
        let ada = [("character", ada)];
        refused("flux-schnell", &ada, "character", "takes no character");
        let stranger = [("character", "Ada")];
        refused("soul-2", &stranger, "character", "none of your characters");
    }

    /// Which field is at fault, and what is said about it.
    #[track_caller]
    fn refused(model: &str, fields: &[(&str, &str)], at: &str, words: &str) {
        let said = said(model, fields);
        let is_it = |(field, message): &(String, String)| field == at && message.contains(words);
        assert!(said.iter().any(is_it), "{model} {fields:?}: {said:?}");
    }

    #[test]
    fn pictures_a_model_does_not_take_are_refused() {
        let first = ("first_frame", PICTURE);
        let last = ("last_frame", OTHER);
        let reference = ("references", OTHER);
        refused("flux-schnell", &[first], "first_frame", "takes no first");
        refused("flux-schnell", &[reference], "references", "takes no ref");
        refused("kling-3.0", &[reference], "references", "takes no ref");
        let both = [first, last];
        refused("wan-2.1-turbo", &both, "last_frame", "takes no last");
        let both = [first, reference];
        refused("seedance-2.0", &both, "references", "not both");
    }

    #[test]
    fn pictures_that_make_no_sense_are_refused() {
        let first = ("first_frame", PICTURE);
        let ten = [PICTURE; 10].join(",");
        let clip = "kling-3.0";
        let last_alone = [("last_frame", OTHER)];
        refused(clip, &last_alone, "last_frame", "needs a first frame");
        let stranger = [("first_frame", "a.png")];
        refused(clip, &stranger, "first_frame", "none of your pictures");
        let shaped = [first, ("aspect_ratio", "1:1")];
        refused(clip, &shaped, "aspect_ratio", "of its first frame");
        let odd_size = [first, ("resolution", "580p")];
        refused("wan-2.1-turbo", &odd_size, "resolution", "720p, 480p");
        let many = [("references", ten.as_str())];
        refused("seedance-2.0", &many, "references", "at most 9");
        let many = [("first_frame", ten.as_str())];
        refused("seedance-2.0", &many, "first_frame", "has one first");
        let fine = [first, ("resolution", "480p")];
        assert!(said("wan-2.1-turbo", &fine).is_empty());
    }

    #[test]
    fn a_clip_is_not_a_picture() {
        let catalog = Catalog::built_in().unwrap();
        let pairs = [("model", "kling-3.0"), ("prompt", "x")];
        let errors = Order::parse(Some(MediaKind::Image), pairs, &catalog).unwrap_err();
        assert!(errors[0].message.contains("/api/video/generate"));
    }

    #[test]
    fn seedance_takes_ten_seconds_for_a_hundred_credits() {
        let pairs = [
            ("model", "seedance-2.0"),
            ("prompt", "x"),
            ("duration", "10"),
        ];
        let order = parse_pairs(&pairs).unwrap();
        let quote = order.quote(&Catalog::built_in().unwrap()).unwrap();
        assert_eq!(quote.credits, Credits::new(100));
    }

    #[test]
    fn the_fingerprint_sees_every_field() {
        let base = [("model", "flux-schnell"), ("prompt", "x"), ("seed", "1")];
        let mut other = base;
        other[2].1 = "2";
        let (a, b) = (parse_pairs(&base).unwrap(), parse_pairs(&other).unwrap());
        assert_ne!(a.fingerprint(), b.fingerprint());
        assert_eq!(a.fingerprint(), parse_pairs(&base).unwrap().fingerprint());
    }
}
