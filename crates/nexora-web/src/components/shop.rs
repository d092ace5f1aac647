//! What one member may order at this moment: the catalog, seen through their plan.

use nexora_core::health::Record;
use nexora_core::{Catalog, Inputs, MediaKind, Model, ModelId, Plan};

use crate::components::money;
use crate::components::sale::Sale;

/// The catalog as one member sees it.
#[derive(Clone, Copy, Debug)]
pub struct Shop<'a> {
    /// Every model on offer.
    pub catalog: &'a Catalog,
    /// The member's plan ([`Plan::Free`] for a visitor), and what they could buy.
    pub sale: Sale<'a>,
    /// Models that no provider runs at this moment.
    pub off: &'a [ModelId],
    /// How each model has done lately, in catalog order; empty if it is not to be told.
    pub lately: &'a [Lately],
}

/// How a model has done lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// In numbers, if there were enough runs.
    pub record: Option<Record>,
    /// Whether everybody who runs it fails again and again.
    pub is_in_trouble: bool,
}

/// Whether a member may order a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Open,
    /// Their plan does not reach its tier; this one does.
    NeedsPlan(Plan),
    /// Nobody runs it at this moment.
    Off,
}

impl<'a> Shop<'a> {
    /// Whether the member may order `model`.
    pub fn standing(&self, model: &Model) -> Standing {
        if self.off.contains(&model.id) {
            Standing::Off
        } else {
            Standing::of(model, self.sale.plan)
        }
    }

    /// The same shop, telling how its models have done lately.
    #[must_use]
    pub const fn telling(self, lately: &'a [Lately]) -> Self {
        Self { lately, ..self }
    }

    /// How a model has done lately.
    pub fn lately(&self, model: &Model) -> Lately {
        let known = self.lately.get(self.number(model));
        known.copied().unwrap_or_default()
    }

    /// The model's number in the catalog, by which the page tells models apart.
    pub fn number(&self, model: &Model) -> usize {
        let models = self.catalog.models();
        let place = models.iter().position(|known| known.id == model.id);
        place.unwrap_or(models.len())
    }

    /// The models of one kind, in catalog order.
    pub fn of_kind(&self, kind: MediaKind) -> impl Iterator<Item = &'a Model> {
        self.catalog.of_kind(kind)
    }

    /// The model a new composer starts with: the first of `kind` the member may order, or the
    /// first there is. `None` when the catalog has none of this kind.
    pub fn first_open(&self, kind: MediaKind) -> Option<&'a Model> {
        self.of_kind(kind)
            .find(|model| self.standing(model) == Standing::Open)
            .or_else(|| self.of_kind(kind).next())
    }
}

impl<'a> Shop<'a> {
    /// The model for these pictures: the first with a place for all of them that the member may
    /// order, or the first there is. Frames make clips; references make `kind`.
    pub fn first_for(&self, kind: MediaKind, inputs: &Inputs) -> Option<&'a Model> {
        let kind = if inputs.has_frames() {
            MediaKind::Video
        } else {
            kind
        };
        let fits = |model: &&Model| {
            let mut slots = inputs.all();
            slots.all(|(slot, _)| model.params.pictures_max(slot) > 0)
        };
        let is_open = |model: &&Model| self.standing(model) == Standing::Open;
        self.of_kind(kind)
            .filter(fits)
            .find(is_open)
            .or_else(|| self.of_kind(kind).find(fits))
    }
}

impl Standing {
    /// How somebody on `plan` stands to a model that somebody runs.
    pub fn of(model: &Model, plan: Plan) -> Self {
        if plan.reaches(model.tier) {
            Self::Open
        } else {
            Self::NeedsPlan(model.tier.cheapest_plan())
        }
    }

    /// Why it cannot be ordered, in words: "Pro plan · $59/month". `None` when it can.
    pub fn reason(self) -> Option<String> {
        match self {
            Self::Open => None,
            Self::NeedsPlan(plan) => Some(format!("{plan} plan · {}", money::monthly_price(plan))),
            Self::Off => Some("No provider runs it right now".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_model_says_what_opens_it_and_for_how_much() {
        let catalog = Catalog::built_in().unwrap();
        let shop = Shop {
            catalog: &catalog,
            sale: Sale::nothing(Plan::Free),
            off: &[],
            lately: &[],
        };
        let seedance = catalog.find("seedance-2.0").unwrap();
        let reason = shop.standing(seedance).reason();
        assert_eq!(reason.as_deref(), Some("Pro plan · $59/month"));
        let flux = catalog.find("flux-schnell").unwrap();
        assert_eq!(shop.standing(flux), Standing::Open);
    }

    #[test]
    fn a_model_nobody_runs_is_off_for_everyone() {
        let catalog = Catalog::built_in().unwrap();
        let off = [ModelId::new("flux-schnell")];
        let shop = Shop {
            catalog: &catalog,
            sale: Sale::nothing(Plan::Pro),
            off: &off,
            lately: &[],
        };
        let flux = catalog.find("flux-schnell").unwrap();
        assert_eq!(shop.standing(flux), Standing::Off);
        let first = shop.first_open(MediaKind::Image).unwrap();
        assert_ne!(first.id, flux.id);
    }
}
