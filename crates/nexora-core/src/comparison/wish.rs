//! One wish for several models: what all of them take, and what one of them cannot do.

use super::RUNS_MAX;
use crate::catalog::{AspectRatio, Catalog, Model};
use crate::order::{FieldError, Order, Quote};

/// Fewer are no comparison.
const MODELS_MIN: usize = 2;
/// The fields of the form. Everything else is each model's own usual setting.
const FIELDS: [&str; 5] = ["models", "prompt", "aspect_ratio", "duration", "seed"];

/// What was written, by field. Nothing here is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    models: Vec<String>,
    texts: Vec<(&'static str, String)>,
}

/// What every one of some models takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    /// Shapes, the first model's default first.
    pub shapes: Vec<AspectRatio>,
    /// Lengths in seconds, of the models that are told one; the first model's default first.
    pub seconds: Vec<u32>,
    /// Longest prompt, in characters.
    pub prompt_chars_max: usize,
    /// Highest seed of those that take one; `None` if none does.
    pub seed_max: Option<u64>,
}

/// One model's part in a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant<'a> {
    /// Which model.
    pub model: &'a Model,
    /// What it is to make.
    pub order: Order,
    /// For how much.
    pub quote: Quote,
    /// What it does in another way than the others, a sentence each.
    pub notes: Vec<String>,
}

impl Wish {
    /// The known fields among these; `models` may come several times, or as one text with spaces.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut wish = Self::default();
        for (name, text) in pairs {
            if name == "models" {
                for id in text.split([' ', ',']).filter(|id| !id.is_empty()) {
                    if !wish.models.iter().any(|known| known == id) {
                        wish.models.push(id.to_owned());
                    }
                }
            } else if let Some(field) = FIELDS.into_iter().find(|field| *field == name)
                && !text.trim().is_empty()
                && wish.text(field).is_empty()
            {
                wish.texts.push((field, text.to_owned()));
            }
        }
        wish
    }

    /// A field that is none of a comparison's, if there is one among these.
    pub fn unknown<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        names.into_iter().find(|name| !FIELDS.contains(name))
    }

    /// The text of a field; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        let found = self.texts.iter().find(|(name, _)| *name == field);
        found.map_or("", |(_, text)| text)
    }

    /// Whether a model is among those that were chosen.
    pub fn names(&self, model: &Model) -> bool {
        self.models.iter().any(|id| *id == model.id.as_str())
    }

    /// Whether a model can take part: it makes something of words alone.
    pub fn takes(model: &Model) -> bool {
        let frames = model.params.frames.as_ref();
        !frames.is_some_and(|frames| frames.required)
    }

    /// This wish on these models.
    #[must_use]
    pub fn choosing<'a>(mut self, models: impl IntoIterator<Item = &'a Model>) -> Self {
        let ids = models.into_iter().map(|model| model.id.to_string());
        self.models = ids.collect();
        self
    }

    /// This wish with a field set.
    #[must_use]
    pub fn with(mut self, field: &'static str, text: &str) -> Self {
        self.texts.retain(|(name, _)| *name != field);
        self.texts.push((field, text.to_owned()));
        self
    }

    /// The chosen models that are in the catalog and can take part, of the kind of the first.
    pub fn models<'a>(&self, catalog: &'a Catalog) -> Vec<&'a Model> {
        let found = self.models.iter().filter_map(|id| catalog.find(id));
        let mut models: Vec<&Model> = found.filter(|model| Self::takes(model)).collect();
        let kind = models.first().map(|model| model.kind);
        models.retain(|model| Some(model.kind) == kind);
        models.truncate(RUNS_MAX);
        models
    }

    /// This wish without a shape or a length that one of its models does not make, and a sentence
    /// about each that was left out.
    #[must_use]
    pub fn fitted(mut self, catalog: &Catalog) -> (Self, Vec<String>) {
        let models = self.models(catalog);
        let common = Common::of(&models);
        let faults = self.unmade(&models, &common);
        self.texts
            .retain(|(name, _)| !faults.iter().any(|fault| fault.field == *name));
        (self, faults.into_iter().map(|it| it.message).collect())
    }

    /// What each model is to make, or every reason why not. A fault of one model names it.
    pub fn entrants<'a>(&self, catalog: &'a Catalog) -> Result<Vec<Entrant<'a>>, Vec<FieldError>> {
        let models = self.chosen(catalog)?;
        let common = Common::of(&models);
        let mut entrants = Vec::new();
        let mut wrong = Vec::new();
        for model in &models {
            match self.entrant(model, &common, catalog) {
                Ok(entrant) => entrants.push(entrant),
                Err(faults) => wrong.extend(faults.into_iter().map(|fault| (*model, fault))),
            }
        }
        let unmade = self.unmade(&models, &common);
        if unmade.is_empty() && wrong.is_empty() {
            Ok(entrants)
        } else {
            Err(said_once(unmade, &wrong, models.len()))
        }
    }

    /// The chosen models, if they can be compared.
    fn chosen<'a>(&self, catalog: &'a Catalog) -> Result<Vec<&'a Model>, Vec<FieldError>> {
        let mut models: Vec<&Model> = Vec::new();
        let mut faults = Vec::new();
        for id in &self.models {
            match catalog.find(id) {
                Some(model) if Self::takes(model) => models.push(model),
                Some(model) => faults.push(format!(
                    "{} animates a picture, so it cannot be compared by words.",
                    model.title
                )),
                None => faults.push(format!(
                    "There is no model {:?}. GET /api/models lists them.",
                    id.chars().take(40).collect::<String>()
                )),
            }
        }
        let kind = models.first().map(|model| model.kind);
        if models.iter().any(|model| Some(model.kind) != kind) {
            faults
                .push("Choose models of one kind: all for pictures, or all for clips.".to_owned());
        }
        if faults.is_empty() && !(MODELS_MIN..=RUNS_MAX).contains(&models.len()) {
            faults.push(format!("Choose {MODELS_MIN} to {RUNS_MAX} models."));
        }
        if faults.is_empty() {
            Ok(models)
        } else {
            Err(faults.into_iter().map(|it| fault("models", it)).collect())
        }
    }

    /// The wished shape and length, if not every model makes them.
    fn unmade(&self, models: &[&Model], common: &Common) -> Vec<FieldError> {
        let shape = self.text("aspect_ratio").trim();
        let makes_shape = |model: &Model| {
            let mut shapes = model.params.aspect_ratios.iter();
            shapes.any(|one| one.to_string() == shape)
        };
        let length = self.text("duration").trim();
        let makes_length = |model: &Model| {
            let mut lengths = model.params.seconds.iter();
            model.params.seconds.is_empty() || lengths.any(|one| one.to_string() == length)
        };
        let mut faults = Vec::new();
        let without_shape = titles(models, |model| !shape.is_empty() && !makes_shape(model));
        if let Some(titles) = without_shape {
            let others = list(&common.shapes);
            let message = format!("{titles} cannot make the shape {}. {others}", cut(shape));
            faults.push(fault("aspect_ratio", message));
        }
        let without_length = titles(models, |model| !length.is_empty() && !makes_length(model));
        if let Some(titles) = without_length {
            let others = list(&common.seconds);
            let message = format!("{titles} cannot make {} seconds. {others}", cut(length));
            faults.push(fault("duration", message));
        }
        faults
    }

    fn entrant<'a>(
        &self,
        model: &'a Model,
        common: &Common,
        catalog: &Catalog,
    ) -> Result<Entrant<'a>, Vec<FieldError>> {
        let shape = common.shapes.first().map(ToString::to_string);
        let length = common.seconds.first().map(ToString::to_string);
        let or = |field, usual: Option<String>| match self.text(field) {
            "" => usual.unwrap_or_default(),
            text => text.to_owned(),
        };
        let (shape, length) = (or("aspect_ratio", shape), or("duration", length));
        let params = &model.params;
        let mut pairs = vec![
            ("model", model.id.as_str()),
            ("prompt", self.text("prompt")),
            ("aspect_ratio", &shape),
        ];
        if !params.seconds.is_empty() {
            pairs.push(("duration", &length));
        }
        if params.seed_max.is_some() {
            pairs.push(("seed", self.text("seed")));
        }
        let order = Order::parse(Some(model.kind), pairs, catalog)?;
        let quote = order.quote(catalog).ok_or_else(Vec::new)?;
        let notes = self.notes(model, common);
        Ok(Entrant {
            model,
            order,
            quote,
            notes,
        })
    }

    fn notes(&self, model: &Model, common: &Common) -> Vec<String> {
        let params = &model.params;
        let mut notes = Vec::new();
        if common.shapes.is_empty() {
            let shape = model.default_ratio();
            notes.push(format!(
                "Makes {shape}: there is no shape that all of these make."
            ));
        }
        match params.seconds.first() {
            None if !common.seconds.is_empty() => {
                notes.push("Its clip is as long as it turns out.".to_owned());
            }
            Some(seconds) if common.seconds.is_empty() => {
                notes.push(format!(
                    "Makes {seconds} s: there is no length that all of these make."
                ));
            }
            Some(_) | None => {}
        }
        if !self.text("seed").is_empty() && params.seed_max.is_none() {
            notes.push("Takes no seed, so it rolls its own dice.".to_owned());
        }
        notes
    }
}

impl Common {
    /// What all of these take. Of no models, nothing.
    pub fn of(models: &[&Model]) -> Self {
        let timed = models
            .iter()
            .filter(|model| !model.params.seconds.is_empty());
        let timed: Vec<&Model> = timed.copied().collect();
        let seeds = models.iter().filter_map(|model| model.params.seed_max);
        let chars = models.iter().map(|model| model.params.prompt_chars_max);
        Self {
            shapes: shared(models, |model| &model.params.aspect_ratios),
            seconds: shared(&timed, |model| &model.params.seconds),
            prompt_chars_max: chars.min().unwrap_or(0),
            seed_max: seeds.min(),
        }
    }
}

/// What occurs in every model's list, in the order of the first.
fn shared<T: PartialEq + Copy>(models: &[&Model], list: impl Fn(&Model) -> &[T]) -> Vec<T> {
    let Some((first, others)) = models.split_first() else {
        return Vec::new();
    };
    let is_shared = |it: &&T| others.iter().all(|model| list(model).contains(it));
    list(first).iter().filter(is_shared).copied().collect()
}

/// "Kling 3.0 and Luma Ray 2", of the models that are meant; `None` if none is.
fn titles(models: &[&Model], is_meant: impl Fn(&Model) -> bool) -> Option<String> {
    let meant = models.iter().filter(|model| is_meant(model));
    let titles: Vec<&str> = meant.map(|model| model.title.as_str()).collect();
    (!titles.is_empty()).then(|| titles.join(" and "))
}

fn list<T: ToString>(made: &[T]) -> String {
    if made.is_empty() {
        return "Nothing is made by all of these; leave it out, and each does what it usually does."
            .to_owned();
    }
    let made: Vec<String> = made.iter().map(ToString::to_string).collect();
    format!("All of these make {}.", made.join(", "))
}

/// A text from outside, short enough to be repeated.
fn cut(text: &str) -> String {
    text.chars().take(20).collect()
}

fn fault(field: &str, message: String) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message,
    }
}

/// A model's own fault, with its name.
fn named(wrong: FieldError, model: &Model) -> FieldError {
    if wrong.message.contains(&model.title) {
        return wrong;
    }
    let message = format!("{}: {}", model.title, wrong.message);
    FieldError { message, ..wrong }
}

/// One sentence a field: of all models, where it is the same for all of them.
fn said_once(
    mut errors: Vec<FieldError>,
    wrong: &[(&Model, FieldError)],
    models: usize,
) -> Vec<FieldError> {
    for (model, fault) in wrong {
        if errors.iter().any(|known| known.field == fault.field) {
            continue;
        }
        let same = wrong.iter().filter(|(_, other)| other == fault).count();
        errors.push(if same == models {
            fault.clone()
        } else {
            named(fault.clone(), model)
        });
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(models: &str, more: &[(&str, &str)]) -> Wish {
        let pairs = [("models", models), ("prompt", "a pier in the rain")];
        Wish::read(pairs.into_iter().chain(more.iter().copied()))
    }

    fn faults(wish: &Wish) -> Vec<String> {
        let catalog = Catalog::built_in().unwrap();
        let faults = wish.entrants(&catalog).unwrap_err();
        faults.into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn settings_are_reduced_to_what_all_take() {
        let catalog = Catalog::built_in().unwrap();
        let wish = wish("seedance-2.0 kling-3.0 wan-2.1-turbo", &[("seed", "7")]);
        let common = Common::of(&wish.models(&catalog));
        let shapes: Vec<String> = common.shapes.iter().map(ToString::to_string).collect();
        assert_eq!(shapes, ["16:9", "9:16"]);
        assert_eq!(common.seconds, [5]);
        assert_eq!(common.prompt_chars_max, 2000);
        let entrants = wish.entrants(&catalog).unwrap();
        let said: Vec<_> = entrants
            .iter()
            .map(|it| (it.quote.credits.amount(), it.order.seed, it.notes.len()))
            .collect();
        assert_eq!(said, [(50, None, 1), (15, None, 1), (8, Some(7), 0)]);
        assert!(entrants.iter().all(|it| it.order.seconds == Some(5)));
    }

    #[test]
    fn what_one_model_cannot_do_names_it() {
        let said = faults(&wish("kling-3.0 luma-ray-2", &[("aspect_ratio", "21:9")]));
        assert_eq!(
            said,
            ["Kling 3.0 cannot make the shape 21:9. All of these make 16:9, 9:16."]
        );
        let said = faults(&wish("kling-3.0 wan-2.1-turbo", &[("duration", "10")]));
        assert_eq!(
            said,
            ["Wan 2.1 Turbo cannot make 10 seconds. All of these make 5."]
        );
        let seeds = [("seed", "2000000")];
        let said = faults(&wish("flux-schnell soul-2", &seeds));
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("Soul 2: "), "{said:?}");
    }

    #[test]
    fn a_shape_that_fell_out_is_left_out_and_named() {
        let catalog = Catalog::built_in().unwrap();
        let wish = wish("kling-3.0 luma-ray-2", &[("aspect_ratio", "21:9")]);
        let (fitted, said) = wish.fitted(&catalog);
        assert_eq!(fitted.text("aspect_ratio"), "");
        assert!(said[0].contains("Kling 3.0 cannot make the shape 21:9"));
        assert!(fitted.entrants(&catalog).is_ok());
    }

    #[test]
    fn what_is_missing_for_all_is_said_once() {
        let blank = Wish::read([("models", "flux-schnell"), ("models", "soul-2")]);
        assert_eq!(faults(&blank).len(), 1);
    }

    #[test]
    fn models_that_cannot_be_compared_are_refused() {
        let table = [
            ("flux-schnell", "Choose 2 to 4 models."),
            ("flux-schnell flux-schnell", "Choose 2 to 4 models."),
            ("flux-schnell kling-3.0", "models of one kind"),
            (
                "kling-3.0 higgsfield-dop",
                "Higgsfield DoP animates a picture",
            ),
            ("flux-schnell no-such", "There is no model \"no-such\""),
        ];
        for (models, sentence) in table {
            let said = faults(&wish(models, &[]));
            assert!(said.len() == 1 && said[0].contains(sentence), "{said:?}");
        }
    }
}
