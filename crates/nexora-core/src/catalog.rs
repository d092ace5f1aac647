//! The models on offer: data, read from a file the operator can replace without a rebuild.

mod check;
mod price;
mod ratio;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use check::CatalogError;
pub use price::Price;
pub use ratio::AspectRatio;

use crate::asset::MediaKind;
use crate::order::{Inputs, Slot};
use crate::plan::Tier;

/// The catalog that ships with the product.
const BUILT_IN: &str = include_str!("catalog/models.toml");

/// Every model on offer, in the order the page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    #[serde(rename = "model")]
    models: Vec<Model>,
}

/// A model's short name in URLs, forms and receipts, for example `wan-2.1-turbo`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId(String);

/// One model: what it makes, for whom, at what price, and who runs it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// The name people read.
    pub title: String,
    /// Who made it.
    pub maker: String,
    /// Picture or clip.
    pub kind: MediaKind,
    /// How much plan it asks for.
    pub tier: Tier,
    /// One sentence for its card.
    pub summary: String,
    /// Whose terms the output falls under.
    pub licence: String,
    /// What a creator should know before choosing it, for example that a retired model is played
    /// by its successor.
    #[serde(default)]
    pub note: Option<String>,
    /// How long it usually takes, in seconds: from, to. Rough, from the vendors' own words.
    pub wait_seconds: (u32, u32),
    /// What it costs.
    pub price: Price,
    /// What it accepts.
    pub params: Params,
    /// Who runs it; the first is preferred, the others stand in.
    pub routes: Vec<Route>,
}

/// Exactly what a model accepts. The first entry of a list is its default; an empty list means
/// that the parameter does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Longest prompt, in characters.
    pub prompt_chars_max: usize,
    /// Whether it takes a negative prompt (at most as long as the prompt).
    #[serde(default)]
    pub negative_prompt: bool,
    /// Shapes of the output.
    pub aspect_ratios: Vec<AspectRatio>,
    /// Names of output sizes, in the provider's words.
    #[serde(default)]
    pub resolutions: Vec<String>,
    /// Lengths of a clip, in seconds. A clip without any is as long as it turns out.
    #[serde(default)]
    pub seconds: Vec<u32>,
    /// Highest seed it takes (seeds start at 0); `None` if it takes none.
    #[serde(default)]
    pub seed_max: Option<u64>,
    /// How many outputs one run can make, at least 1.
    pub count_max: u32,
    /// Which pictures a clip can lie between; `None` if it begins with words alone.
    #[serde(default)]
    pub frames: Option<Frames>,
    /// Which pictures it can go by; `None` if it goes by none.
    #[serde(default)]
    pub references: Option<References>,
    /// How a character gets into it; `None` if none can be in it.
    #[serde(default)]
    pub characters: Option<Likeness>,
    /// Whether it is told how the camera moves, and what lens, light and pace to use.
    #[serde(default)]
    pub directed: bool,
}

/// How a model knows what somebody looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Likeness {
    /// From the training.
    Trained,
    /// From the pictures they were trained from, which it goes by.
    Pictures,
}

/// Which pictures a clip can begin and end with, and what is different then.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frames {
    /// Whether it also takes a last frame.
    #[serde(default)]
    pub last: bool,
    /// Whether it makes nothing without a first frame.
    #[serde(default)]
    pub required: bool,
    /// Shapes it makes from a picture, if not those it makes from words.
    #[serde(default)]
    pub aspect_ratios: Vec<AspectRatio>,
    /// Sizes it makes from a picture, if not those it makes from words.
    #[serde(default)]
    pub resolutions: Vec<String>,
}

/// How many pictures it can go by.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct References {
    /// At most.
    pub count_max: u32,
}

/// One way to run a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Who runs it.
    pub provider: Provider,
    /// The provider's own name for it.
    pub upstream: String,
    /// Which request body the provider's adapter builds for it.
    pub shape: String,
    /// Inputs that are always sent, for example `turbo_mode = true`.
    #[serde(default)]
    pub fixed: BTreeMap<String, serde_json::Value>,
    /// Where an order with frames goes, if not to `upstream`.
    #[serde(default)]
    pub frames: Option<Endpoint>,
    /// Where an order with reference pictures goes, if not to `upstream`.
    #[serde(default)]
    pub references: Option<Endpoint>,
}

/// Another door of the same provider's, for orders that begin with pictures.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The provider's own name for it.
    pub upstream: String,
    /// Inputs that are always sent there.
    #[serde(default)]
    pub fixed: BTreeMap<String, serde_json::Value>,
}

/// Somebody who runs models for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// fal.ai
    Fal,
    /// replicate.com
    Replicate,
    /// `OpenAI`'s image API
    OpenAi,
    /// Runway's own API
    Runway,
    /// Higgsfield
    Higgsfield,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Fal,
        Self::Replicate,
        Self::OpenAi,
        Self::Runway,
        Self::Higgsfield,
    ];

    /// The name stored and sent.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Fal => "fal",
            Self::Replicate => "replicate",
            Self::OpenAi => "openai",
            Self::Runway => "runway",
            Self::Higgsfield => "higgsfield",
        }
    }

    /// The name people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Fal => "fal",
            Self::Replicate => "Replicate",
            Self::OpenAi => "OpenAI",
            Self::Runway => "Runway",
            Self::Higgsfield => "Higgsfield",
        }
    }

    /// The provider with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.slug() == slug)
    }
}

impl Catalog {
    /// The catalog that ships with the product.
    pub fn built_in() -> Result<Self, CatalogError> {
        Self::from_toml(BUILT_IN)
    }

    /// Reads and checks a catalog.
    pub fn from_toml(text: &str) -> Result<Self, CatalogError> {
        let catalog: Self =
            toml::from_str(text).map_err(|wrong| CatalogError::Unreadable(wrong.to_string()))?;
        check::check(&catalog)?;
        Ok(catalog)
    }

    /// Every model, in the order the page shows them.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model with this id.
    pub fn find(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id.as_str() == id)
    }

    /// The models that make this kind of thing.
    pub fn of_kind(&self, kind: MediaKind) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(move |model| model.kind == kind)
    }
}

impl Params {
    /// The shapes of what is made from these pictures, or from words alone.
    pub fn shapes(&self, inputs: &Inputs) -> &[AspectRatio] {
        match &self.frames {
            Some(frames) if inputs.has_frames() && !frames.aspect_ratios.is_empty() => {
                &frames.aspect_ratios
            }
            _ => &self.aspect_ratios,
        }
    }

    /// The sizes of what is made from these pictures, or from words alone.
    pub fn sizes(&self, inputs: &Inputs) -> &[String] {
        match &self.frames {
            Some(frames) if inputs.has_frames() && !frames.resolutions.is_empty() => {
                &frames.resolutions
            }
            _ => &self.resolutions,
        }
    }

    /// How many pictures it takes in a slot.
    pub fn pictures_max(&self, slot: Slot) -> u32 {
        let frames = self.frames.as_ref();
        match slot {
            Slot::FirstFrame => u32::from(frames.is_some()),
            Slot::LastFrame => u32::from(frames.is_some_and(|frames| frames.last)),
            Slot::Reference => self.references.as_ref().map_or(0, |it| it.count_max),
        }
    }
}

impl Route {
    /// The provider's name for what makes an order with these pictures.
    pub fn upstream_for(&self, inputs: &Inputs) -> &str {
        let other = self.endpoint_for(inputs);
        other.map_or(&self.upstream, |endpoint| &endpoint.upstream)
    }

    /// What is always sent with an order with these pictures.
    pub fn fixed_for(&self, inputs: &Inputs) -> &BTreeMap<String, serde_json::Value> {
        let other = self.endpoint_for(inputs);
        other.map_or(&self.fixed, |endpoint| &endpoint.fixed)
    }

    fn endpoint_for(&self, inputs: &Inputs) -> Option<&Endpoint> {
        if inputs.has_frames() {
            self.frames.as_ref()
        } else if inputs.references.is_empty() {
            None
        } else {
            self.references.as_ref()
        }
    }
}

impl Model {
    /// Whether the same seed and settings give the same result again: it takes a seed.
    pub const fn can_reproduce(&self) -> bool {
        self.params.seed_max.is_some()
    }

    /// The default shape of its output.
    pub fn default_ratio(&self) -> AspectRatio {
        self.params
            .aspect_ratios
            .first()
            .copied()
            .unwrap_or(AspectRatio::SQUARE)
    }
}

impl ModelId {
    /// The id with this text, whether or not the catalog has it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credits::Credits;

    /// The blueprint's price table, as design.md gives it.
    #[test]
    fn the_built_in_catalog_says_what_the_price_list_says() {
        let catalog = Catalog::built_in().unwrap();
        let listed: Vec<_> = catalog
            .models()
            .iter()
            .map(|model| (model.id.as_str(), model.tier, model.price.credits.amount()))
            .collect();
        assert_eq!(
            listed,
            [
                ("flux-schnell", Tier::Standard, 5),
                ("dall-e-2", Tier::Standard, 8),
                ("dall-e-3", Tier::Premium, 15),
                ("nano-banana-2", Tier::Premium, 15),
                ("soul-2", Tier::Premium, 10),
                ("wan-2.1-turbo", Tier::Standard, 8),
                ("kling-3.0", Tier::Standard, 15),
                ("luma-ray-2", Tier::Premium, 25),
                ("runway-gen-4.5", Tier::Pro, 35),
                ("runway-gwm-1", Tier::Pro, 45),
                ("seedance-2.0", Tier::Pro, 50),
                ("higgsfield-dop", Tier::Pro, 30),
                ("director", Tier::Pro, 120),
            ]
        );
    }

    #[test]
    fn flux_runs_on_replicate_and_fails_over_to_fal() {
        let catalog = Catalog::built_in().unwrap();
        let flux = catalog.find("flux-schnell").unwrap();
        let routes: Vec<_> = flux.routes.iter().map(|route| route.provider).collect();
        assert_eq!(routes, [Provider::Replicate, Provider::Fal]);
    }

    #[test]
    fn gen_4_5_runs_on_runway_and_fails_over_to_replicate() {
        let catalog = Catalog::built_in().unwrap();
        let gen_4_5 = catalog.find("runway-gen-4.5").unwrap();
        let routes: Vec<_> = gen_4_5.routes.iter().map(|route| route.provider).collect();
        assert_eq!(routes, [Provider::Runway, Provider::Replicate]);
    }

    #[test]
    fn an_avatar_speaks_as_long_as_it_takes_at_one_price() {
        let catalog = Catalog::built_in().unwrap();
        let avatar = catalog.find("runway-gwm-1").unwrap();
        assert!(avatar.params.seconds.is_empty());
        assert_eq!(avatar.price.of(None, None, 1), Some(Credits::new(45)));
    }

    #[test]
    fn a_longer_clip_costs_by_the_started_five_seconds() {
        let catalog = Catalog::built_in().unwrap();
        let seedance = &catalog.find("seedance-2.0").unwrap().price;
        let at = |seconds| seedance.of(Some(seconds), Some("720p"), 1);
        assert_eq!(at(5), Some(Credits::new(50)));
        assert_eq!(at(6), Some(Credits::new(100)));
        assert_eq!(at(10), Some(Credits::new(100)));
    }
}
