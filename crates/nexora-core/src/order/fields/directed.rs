//! From named texts to how a shot is filmed.

use super::Form;
use crate::catalog::Model;
use crate::direction::{Direction, LENSES, LIGHTS, MOVES, PACES, Word, find};

impl Form<'_> {
    pub(super) fn direction(&mut self, model: &Model) -> Direction {
        let movement = self.word("move", MOVES, model);
        let strength = self.strength(model);
        if strength.is_some() && movement.is_none() && self.text("move").is_none() {
            let message = "A strength needs a camera move. Choose one.";
            self.fault("move_strength", message.to_owned());
        }
        Direction {
            movement,
            strength,
            lens: self.word("lens", LENSES, model),
            light: self.word("light", LIGHTS, model),
            pace: self.word("pace", PACES, model),
        }
    }

    fn word(&mut self, field: &str, words: &'static [Word], model: &Model) -> Option<String> {
        let text = self.text(field)?.trim();
        if !model.params.directed {
            self.not_taken(field, model, field);
            return None;
        }
        let found = find(words, text);
        if found.is_none() {
            self.one_of(field, model, words.iter().map(|word| word.slug));
        }
        found.map(|word| word.slug.to_owned())
    }

    /// 1 to 100 percent.
    fn strength(&mut self, model: &Model) -> Option<u8> {
        let text = self.text("move_strength")?.trim();
        if !model.params.directed {
            self.not_taken("move_strength", model, "camera move");
            return None;
        }
        let percent = text.parse::<u8>().ok();
        let percent = percent.filter(|percent| (1..=100).contains(percent));
        if percent.is_none() {
            let message = "A strength is a whole number from 1 to 100, in percent.";
            self.fault("move_strength", message.to_owned());
        }
        percent
    }
}

#[cfg(test)]
mod tests {
    use crate::{Catalog, Order};

    /// The direction of a Director order with these fields, or the fields at fault.
    fn directed(model: &str, more: &[(&str, &str)]) -> Result<Order, Vec<String>> {
        let mut pairs = vec![("model", model), ("prompt", "a lake")];
        pairs.extend(more);
        let order = Order::parse(None, pairs, &Catalog::built_in().unwrap());
        order.map_err(|errors| errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn a_shot_is_told_how_it_is_filmed() {
        let fields = [
            ("move", "crash-zoom-in"),
            ("move_strength", "60"),
            ("lens", "anamorphic"),
            ("light", "window"),
            ("pace", "calm"),
        ];
        let order = directed("director", &fields).unwrap();
        assert_eq!(order.direction.movement.as_deref(), Some("crash-zoom-in"));
        assert_eq!(order.direction.strength, Some(60));
        let plain = directed("director", &[]).unwrap();
        assert!(plain.direction.is_empty());
        assert_ne!(plain.fingerprint(), order.fingerprint());
    }

    #[test]
    fn what_is_not_in_the_vocabulary_is_refused() {
        for (field, text) in [
            ("move", "teleport"),
            ("move_strength", "60"),
            ("lens", "kaleidoscope"),
            ("light", "auto"),
            ("pace", "0"),
        ] {
            let faults = directed("director", &[(field, text)]);
            assert_eq!(faults.unwrap_err(), [field], "{text}");
        }
        let strong = [("move", "pan-left"), ("move_strength", "101")];
        assert_eq!(
            directed("director", &strong).unwrap_err(),
            ["move_strength"]
        );
        let faults = directed("kling-3.0", &[("move", "pan-left"), ("pace", "calm")]);
        assert_eq!(faults.unwrap_err(), ["move", "pace"]);
    }
}
