//! From named texts to an order, or to every reason why not.

use crate::asset::MediaKind;
use crate::catalog::{AspectRatio, Catalog, Model};
use crate::order::{FIELDS, FieldError, Order};
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
    let aspect_ratio = form.aspect_ratio(model);
    let resolution = form.resolution(model);
    let seconds = form.seconds(model);
    let seed = form.seed(model);
    let count = form.count(model);
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
        }),
        _ => Err(form.errors),
    }
}

/// The texts, one per known field, and the faults found so far.
struct Form<'a> {
    texts: [Option<&'a str>; FIELDS.len()],
    errors: Vec<FieldError>,
}

impl<'a> Form<'a> {
    fn read(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut form = Self {
            texts: [None; FIELDS.len()],
            errors: Vec::new(),
        };
        for (name, text) in fields {
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

    fn aspect_ratio(&mut self, model: &Model) -> AspectRatio {
        let allowed = &model.params.aspect_ratios;
        let Some(text) = self.text("aspect_ratio") else {
            return model.default_ratio();
        };
        let found = allowed
            .iter()
            .find(|ratio| ratio.to_string() == text.trim());
        found.copied().unwrap_or_else(|| {
            self.one_of("aspect_ratio", model, allowed.iter());
            model.default_ratio()
        })
    }

    fn resolution(&mut self, model: &Model) -> Option<String> {
        let allowed = &model.params.resolutions;
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
