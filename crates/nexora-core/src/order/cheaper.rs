//! The same length and shape for much less: a hint, never a substitution.

use crate::catalog::{Catalog, Model};
use crate::credits::Credits;
use crate::order::{Order, Slot};

/// A model that makes the same length and shape for at most half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cheaper<'a> {
    /// Which.
    pub model: &'a Model,
    /// What the order would cost with it, at its usual size.
    pub credits: Credits,
}

impl Order {
    /// The cheapest model that could make this order as it stands, if it costs at most half of what
    /// is ordered; less is not worth the words. `may_order` says which models come into question.
    /// Length, shape, number, words and pictures stay; the size and the seed are each model's own.
    pub fn cheaper<'a>(
        &self,
        catalog: &'a Catalog,
        may_order: impl Fn(&Model) -> bool,
    ) -> Option<Cheaper<'a>> {
        let price = self.quote(catalog)?.credits;
        let others = catalog.of_kind(self.kind);
        let able = others.filter(|model| model.id != self.model && self.could_be(model));
        let priced = able.filter(|model| may_order(model)).filter_map(|model| {
            let size = model.params.sizes(&self.inputs).first();
            let size = size.map(String::as_str);
            let credits = model.price.of(self.seconds, size, self.count)?;
            Some(Cheaper { model, credits })
        });
        let cheapest = priced.min_by_key(|it| it.credits)?;
        let twice = cheapest.credits.checked_mul(2)?;
        (twice <= price).then_some(cheapest)
    }

    /// Whether a model takes the words and pictures, and makes this length, shape and number.
    fn could_be(&self, model: &Model) -> bool {
        let params = &model.params;
        let words = self.prompt.as_str().chars().count();
        let has_length = self.seconds.is_none_or(|it| params.seconds.contains(&it));
        // A clip without a length of its own (an avatar's speech) is like no other.
        let has_equal = self.seconds.is_none() == params.seconds.is_empty();
        let given = |slot| {
            let pictures = self.inputs.all().filter(|(its, _)| *its == slot);
            u32::try_from(pictures.count()).unwrap_or(u32::MAX)
        };
        let takes = |slot| given(slot) <= params.pictures_max(slot);
        let needs_picture = params.frames.as_ref().is_some_and(|frames| frames.required);
        has_length
            && has_equal
            && words <= params.prompt_chars_max
            && self.count <= params.count_max
            && (self.fits_picture || params.shapes(&self.inputs).contains(&self.aspect_ratio))
            && (self.negative_prompt.is_none() || params.negative_prompt)
            && Slot::ALL.into_iter().all(takes)
            && (!needs_picture || self.inputs.has_frames())
            && (self.character.is_none() || params.characters.is_some())
            && (self.direction.is_empty() || params.directed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(pairs: &[(&str, &str)], may_order: impl Fn(&Model) -> bool) -> Option<(String, i64)> {
        let catalog = Catalog::built_in().unwrap();
        let pairs = pairs.iter().copied().chain([("prompt", "a lake at dawn")]);
        let order = Order::parse(None, pairs, &catalog).unwrap();
        let cheaper = order.cheaper(&catalog, may_order)?;
        Some((cheaper.model.id.to_string(), cheaper.credits.amount()))
    }

    fn told(pairs: &[(&str, &str)]) -> Option<(String, i64)> {
        hint(pairs, |_| true)
    }

    fn says(model: &str, credits: i64) -> (String, i64) {
        (model.to_owned(), credits)
    }

    #[test]
    fn the_same_length_and_shape_for_eight_instead_of_fifty() {
        let seedance = ("model", "seedance-2.0");
        assert_eq!(told(&[seedance]), Some(says("wan-2.1-turbo", 8)));
        let ten = [seedance, ("duration", "10")];
        assert_eq!(
            told(&ten),
            Some(says("kling-3.0", 30)),
            "Wan makes five seconds only"
        );
        let wide = [seedance, ("aspect_ratio", "21:9")];
        assert_ne!(
            told(&wide),
            Some(says("wan-2.1-turbo", 8)),
            "Wan is not as wide"
        );
    }

    #[test]
    fn what_saves_little_or_cannot_be_had_is_not_told() {
        assert_eq!(
            told(&[("model", "wan-2.1-turbo")]),
            None,
            "it is the cheapest"
        );
        assert_eq!(
            told(&[("model", "kling-3.0")]),
            None,
            "8 is more than half of 15"
        );
        assert_eq!(hint(&[("model", "seedance-2.0")], |_| false), None);
        assert_eq!(
            told(&[("model", "nano-banana-2")]),
            Some(says("flux-schnell", 5))
        );
    }
}
