//! What stands in a composer before anything is checked.

use nexora_core::order::{Cheaper, FIELDS};
use nexora_core::{Catalog, FieldError, Inputs, Model, Order, Quote, Slot, Source};

use crate::components::shop::{Shop, Standing};

/// What stands in a composer: texts by field name, as typed. Nothing here is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft(Vec<(String, String)>);

impl Draft {
    /// A blank one.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// The known fields among these, empty ones left out, each at most once: a form says one
    /// reference at a time, and they become one text.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut kept: Vec<(String, String)> = Vec::new();
        for (name, text) in pairs {
            if !FIELDS.contains(&name) || text.trim().is_empty() {
                continue;
            }
            match kept.iter_mut().find(|(field, _)| field == name) {
                None => kept.push((name.to_owned(), text.to_owned())),
                Some((_, texts)) if name == Slot::Reference.field() => {
                    texts.push(' ');
                    texts.push_str(text);
                }
                Some(_) => {}
            }
        }
        Self(kept)
    }

    /// Everything an order says, to be ordered again or changed.
    pub fn of(order: &Order) -> Self {
        let texts = [
            ("model", Some(order.model.to_string())),
            ("prompt", Some(order.prompt.to_string())),
            (
                "negative_prompt",
                order.negative_prompt.as_ref().map(ToString::to_string),
            ),
            (
                "aspect_ratio",
                // Left to the picture, as it was.
                (!order.fits_picture).then(|| order.aspect_ratio.to_string()),
            ),
            ("resolution", order.resolution.clone()),
            ("duration", order.seconds.map(|seconds| seconds.to_string())),
            ("seed", order.seed.map(|seed| seed.to_string())),
            ("count", Some(order.count.to_string())),
            ("character", order.character.map(|id| id.to_string())),
            ("move", order.direction.movement.clone()),
            (
                "move_strength",
                order.direction.strength.map(|percent| percent.to_string()),
            ),
            ("lens", order.direction.lens.clone()),
            ("light", order.direction.light.clone()),
            ("pace", order.direction.pace.clone()),
        ];
        let filled = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), text?)));
        let pictures = Slot::ALL.into_iter().filter_map(|slot| {
            let text = order.inputs.text_of(slot)?;
            Some((slot.field().to_owned(), text))
        });
        Self(filled.chain(pictures).collect())
    }

    /// The text of a field; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map_or("", |(_, text)| text)
    }

    /// The pictures in a slot; what names none is left out.
    pub fn sources(&self, slot: Slot) -> Vec<Source> {
        let ids = self.text(slot.field()).split([' ', ',']);
        ids.filter_map(|id| id.parse().ok()).collect()
    }

    /// All its pictures.
    pub fn inputs(&self) -> Inputs {
        let first_of = |slot| self.sources(slot).first().copied();
        Inputs {
            first_frame: first_of(Slot::FirstFrame),
            last_frame: first_of(Slot::LastFrame),
            references: self.sources(Slot::Reference),
        }
    }

    /// This draft with these pictures in a slot and no others.
    #[must_use]
    pub fn with_sources(mut self, slot: Slot, sources: &[Source]) -> Self {
        self.0.retain(|(name, _)| name != slot.field());
        if sources.is_empty() {
            return self;
        }
        let ids: Vec<String> = sources.iter().map(ToString::to_string).collect();
        self.with(slot.field(), &ids.join(" "))
    }

    /// What this draft holds that `model` does not take, a sentence for each slot.
    pub fn left_behind(&self, model: &Model) -> Vec<String> {
        let title = &model.title;
        let said = |slot: Slot| {
            let held = self.sources(slot).len();
            let taken = usize::try_from(model.params.pictures_max(slot)).unwrap_or(usize::MAX);
            if held <= taken {
                return None;
            }
            Some(match (slot, taken) {
                (Slot::Reference, 0) => {
                    format!("{title} takes no reference pictures, so yours are left out.")
                }
                (Slot::Reference, _) => {
                    format!("{title} takes {taken} reference pictures, so the others are left out.")
                }
                (Slot::FirstFrame | Slot::LastFrame, _) => {
                    format!("{title} takes no {}, so yours is left out.", slot.noun())
                }
            })
        };
        Slot::ALL.into_iter().filter_map(said).collect()
    }

    /// This draft with one field set.
    #[must_use]
    pub fn with(mut self, field: &str, text: &str) -> Self {
        self.0.retain(|(name, _)| name != field);
        self.0.push((field.to_owned(), text.to_owned()));
        self
    }

    /// This draft as `model` can take it: settings it does not know and pictures it has no place
    /// for are left out, and so is the shape of a clip that has a frame's.
    #[must_use]
    pub fn fitted(mut self, model: &Model) -> Self {
        for slot in Slot::ALL {
            let room = usize::try_from(model.params.pictures_max(slot)).unwrap_or(usize::MAX);
            let sources = self.sources(slot);
            let kept = sources.get(..room).unwrap_or(&sources);
            self = self.with_sources(slot, kept);
        }
        let inputs = self.inputs();
        let Self(mut texts) = self;
        texts.retain(|(name, text)| fits(model, &inputs, name, text));
        Self(texts).with("model", model.id.as_str())
    }

    /// What it would cost, before anything is written into it: a missing prompt costs nothing
    /// to add.
    pub fn quote(&self, catalog: &Catalog) -> Result<Quote, Vec<FieldError>> {
        self.order(catalog)?.quote(catalog).ok_or_else(Vec::new)
    }

    /// What makes the same for much less, among what the member may order.
    pub fn cheaper<'a>(&self, shop: Shop<'a>) -> Option<Cheaper<'a>> {
        let order = self.order(shop.catalog).ok()?;
        let may_order = |model: &Model| shop.standing(model) == Standing::Open;
        order.cheaper(shop.catalog, may_order)
    }

    fn order(&self, catalog: &Catalog) -> Result<Order, Vec<FieldError>> {
        let prompt = match self.text("prompt").trim() {
            "" => "…",
            words => words,
        };
        let draft = self.clone().with("prompt", prompt);
        let pairs = draft.0.iter().map(|(name, text)| (&**name, &**text));
        Order::parse(None, pairs, catalog)
    }
}

fn fits(model: &Model, inputs: &Inputs, field: &str, text: &str) -> bool {
    let params = &model.params;
    let number = || text.trim().parse::<u64>().ok();
    match field {
        "model" => false,
        "negative_prompt" => params.negative_prompt,
        "aspect_ratio" => {
            let mut shapes = params.aspect_ratios.iter();
            !inputs.has_frames() && shapes.any(|one| one.to_string() == text)
        }
        "resolution" => params.sizes(inputs).iter().any(|one| one == text),
        "duration" => params
            .seconds
            .iter()
            .any(|one| Some(u64::from(*one)) == number()),
        "seed" => params
            .seed_max
            .is_some_and(|max| number().is_some_and(|seed| seed <= max)),
        "character" => params.characters.is_some(),
        "move" | "move_strength" | "lens" | "light" | "pace" => params.directed,
        "count" => number().is_some_and(|count| (1..=u64::from(params.count_max)).contains(&count)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_of_an_order_is_that_order_again() {
        let catalog = Catalog::built_in().unwrap();
        let pairs = [
            ("model", "wan-2.1-turbo"),
            ("prompt", "a lake"),
            ("negative_prompt", "boats"),
            ("aspect_ratio", "9:16"),
            ("seed", "0"),
        ];
        let frame = "upl_0191a0c0a0c07000800000000000000a";
        let moving = [
            ("model", "kling-3.0"),
            ("prompt", "a lake"),
            ("first_frame", frame),
        ];
        for pairs in [&pairs[..], &moving] {
            let order = Order::parse(None, pairs.iter().copied(), &catalog).unwrap();
            let Draft(texts) = Draft::of(&order);
            let again = texts.iter().map(|(name, text)| (&**name, &**text));
            assert_eq!(Order::parse(None, again, &catalog).unwrap(), order);
        }
    }

    #[test]
    fn a_draft_can_be_priced_before_its_prompt_is_written() {
        let catalog = Catalog::built_in().unwrap();
        let draft = Draft::read([("model", "seedance-2.0"), ("duration", "10"), ("key", "k")]);
        assert_eq!(draft.quote(&catalog).unwrap().credits.amount(), 100);
    }

    #[test]
    fn settings_another_model_lacks_are_left_behind() {
        let catalog = Catalog::built_in().unwrap();
        let kling = catalog.find("kling-3.0").unwrap();
        let draft = Draft::read([("seed", "7"), ("aspect_ratio", "9:16"), ("prompt", "x")]);
        let fitted = draft.fitted(kling);
        assert_eq!(fitted.text("seed"), "");
        assert_eq!(fitted.text("aspect_ratio"), "9:16");
        assert_eq!(fitted.text("model"), "kling-3.0");
    }

    #[test]
    fn pictures_another_model_has_no_place_for_are_left_behind_and_named() {
        let catalog = Catalog::built_in().unwrap();
        let lake = "upl_0191a0c0a0c07000800000000000000a";
        let boat = "ast_0191a0c0a0c07000800000000000000b";
        let draft = Draft::read([
            ("first_frame", lake),
            ("references", boat),
            ("references", lake),
            ("aspect_ratio", "16:9"),
        ]);
        let wan = catalog.find("wan-2.1-turbo").unwrap();
        let said = draft.left_behind(wan);
        assert_eq!(
            said,
            ["Wan 2.1 Turbo takes no reference pictures, so yours are left out."]
        );
        let fitted = draft.clone().fitted(wan);
        assert_eq!(fitted.text("first_frame"), lake);
        assert_eq!(fitted.text("references"), "");
        assert_eq!(
            fitted.text("aspect_ratio"),
            "",
            "the clip has the frame's shape"
        );
        let banana = catalog.find("nano-banana-2").unwrap();
        let fitted = draft.fitted(banana);
        assert_eq!(fitted.text("references"), format!("{boat} {lake}"));
        assert_eq!(fitted.text("first_frame"), "");
        assert_eq!(fitted.text("aspect_ratio"), "16:9");
    }
}
