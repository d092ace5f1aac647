//! An order is a wish that has been checked: whatever reaches the engine, the catalog allows.

mod cheaper;
mod fields;
mod inputs;

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use cheaper::Cheaper;
pub use inputs::{Inputs, InvalidSource, Slot, Source};

use crate::asset::MediaKind;
use crate::catalog::{AspectRatio, Catalog, Model, ModelId, Provider};
use crate::credits::Credits;
use crate::direction::Direction;
use crate::id::CharacterId;
use crate::prompt::Prompt;

/// The names of the fields a form or a JSON body may carry.
pub const FIELDS: [&str; 17] = [
    "model",
    "prompt",
    "negative_prompt",
    "aspect_ratio",
    "resolution",
    "duration",
    "seed",
    "count",
    "first_frame",
    "last_frame",
    "references",
    "character",
    "move",
    "move_strength",
    "lens",
    "light",
    "pace",
];

/// A checked wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which model.
    pub model: ModelId,
    /// What it makes.
    pub kind: MediaKind,
    /// What to show.
    pub prompt: Prompt,
    /// What not to show.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub negative_prompt: Option<Prompt>,
    /// Shape of the output.
    pub aspect_ratio: AspectRatio,
    /// Size of the output, in the provider's words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resolution: Option<String>,
    /// Length of a clip, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<u32>,
    /// Starting point of the model's dice; the same seed and settings give the same result on
    /// models that can reproduce. 0 is a seed like any other.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seed: Option<u64>,
    /// How many outputs.
    pub count: u32,
    /// The pictures it begins with.
    #[serde(skip_serializing_if = "Inputs::is_empty", default)]
    pub inputs: Inputs,
    /// Whether its shape was left to the first of those pictures; `aspect_ratio` is then the
    /// nearest that the model knows.
    #[serde(skip_serializing_if = "is_false", default)]
    pub fits_picture: bool,
    /// Who is in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub character: Option<CharacterId>,
    /// How it is filmed.
    #[serde(skip_serializing_if = "Direction::is_empty", default)]
    pub direction: Direction,
    /// The one provider that may make it; another one's would be another result.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub only: Option<Provider>,
}

/// What a run will cost. It is stored with the generation and never exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The whole price.
    pub credits: Credits,
    /// How many outputs that is for; an output that is not delivered is not charged.
    pub count: u32,
}

/// One field that does not fit, and a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name.
    pub field: String,
    /// What is wrong with it and what would be right.
    pub message: String,
}

impl Order {
    /// Reads an order from named texts, as a form or a flat JSON object carries them. An empty
    /// text counts as absent. `kind` is what the caller came for: a video model asked for a
    /// picture is an error. All faults are reported at once.
    pub fn parse<'a>(
        kind: Option<MediaKind>,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        catalog: &Catalog,
    ) -> Result<Self, Vec<FieldError>> {
        fields::parse(kind, fields, catalog)
    }

    /// The price. The one place where a price is computed; the page, the API and the engine all
    /// ask here. `None` if the model is not in the catalog (any more).
    pub fn quote(&self, catalog: &Catalog) -> Option<Quote> {
        let model = catalog.find(self.model.as_str())?;
        self.quote_for(model)
    }

    fn quote_for(&self, model: &Model) -> Option<Quote> {
        let resolution = self.resolution.as_deref();
        let credits = model.price.of(self.seconds, resolution, self.count)?;
        Some(Quote {
            credits,
            count: self.count,
        })
    }

    /// The same order in the shape of the picture it begins with, which has this size, if its shape
    /// was left to that.
    #[must_use]
    pub fn shaped_like(self, width: u32, height: u32, model: &Model) -> Self {
        if !self.fits_picture {
            return self;
        }
        let shapes = model.params.shapes(&self.inputs);
        let nearest = AspectRatio::nearest(shapes, width, height);
        Self {
            aspect_ratio: nearest.unwrap_or(self.aspect_ratio),
            ..self
        }
    }

    /// The same wish with other dice: one output, from a seed that is rolled anew.
    #[must_use]
    pub fn varied(&self) -> Self {
        Self {
            seed: None,
            count: 1,
            only: None,
            ..self.clone()
        }
    }

    /// The same wish once more, to the last setting, by the provider that made it.
    #[must_use]
    pub fn once_more(&self, maker: Provider) -> Self {
        Self {
            only: Some(maker),
            ..self.clone()
        }
    }

    /// A hash of everything the creator asked for: two requests under one idempotency key must
    /// have the same.
    pub fn fingerprint(&self) -> String {
        // A struct of plain texts and numbers always serialises.
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        hex::encode(Sha256::digest(canonical))
    }
}

impl Quote {
    /// What `delivered` of the ordered outputs cost: the same share of the price, rounded in the
    /// creator's favour, and never more than the quote.
    pub fn share(&self, delivered: u32) -> Credits {
        let delivered = i64::from(delivered.min(self.count));
        let each_of = i64::from(self.count.max(1));
        let whole = self.credits.amount();
        Credits::new(
            whole
                .saturating_mul(delivered)
                .checked_div(each_of)
                .unwrap_or(whole),
        )
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
const fn is_false(truth: &bool) -> bool {
    !*truth
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undelivered_picture_is_not_charged() {
        let quote = Quote {
            credits: Credits::new(20),
            count: 4,
        };
        assert_eq!(quote.share(4), Credits::new(20));
        assert_eq!(quote.share(3), Credits::new(15));
        assert_eq!(quote.share(0), Credits::ZERO);
        assert_eq!(quote.share(9), Credits::new(20));
    }
}
