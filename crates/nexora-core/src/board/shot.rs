//! One shot of a board: what is written about it, and the orders that come of that.

use serde::{Deserialize, Serialize};

use super::{CLIP_MODEL, STILL_MODEL, fault};
use crate::catalog::{AspectRatio, Catalog};
use crate::credits::Credits;
use crate::direction::Direction;
use crate::id::{CharacterId, GenerationId, ShotId};
use crate::order::{FieldError, Order, Source};

/// The fields of a shot's form.
pub const SHOT_FIELDS: [&str; 10] = [
    "prompt",
    "character",
    "still_model",
    "start",
    "move",
    "move_strength",
    "lens",
    "light",
    "pace",
    "duration",
];
/// What a field of an order is called on a board.
const RENAMED: [(&str, &str); 2] = [("model", "still_model"), ("references", "start")];
/// Stands in for words that are not written yet: they do not change the price.
const UNWRITTEN: &str = "…";

/// A shot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// Its id.
    pub id: ShotId,
    /// What is written about it.
    pub plan: ShotPlan,
    /// The run that made, or makes, its still.
    pub still: Option<GenerationId>,
    /// The run that made, or makes, its clip.
    pub clip: Option<GenerationId>,
    /// Whether its owner likes the still; only such shots are animated.
    pub is_approved: bool,
}

/// What is written about a shot. It may be unfinished: the words can come last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShotPlan {
    /// What it shows; empty while nobody has written it.
    pub prompt: String,
    /// Who is in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub character: Option<CharacterId>,
    /// What makes its still.
    pub still_model: String,
    /// The picture it goes by instead of a still that is made for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub start: Option<Source>,
    /// How it is filmed.
    #[serde(skip_serializing_if = "Direction::is_empty", default)]
    pub direction: Direction,
    /// How long it is, in seconds.
    pub seconds: u32,
}

impl Shot {
    /// A shot nobody has made anything for.
    pub const fn new(id: ShotId, plan: ShotPlan) -> Self {
        Self {
            id,
            plan,
            still: None,
            clip: None,
            is_approved: false,
        }
    }

    /// Writes something else about it. Another picture to go by has to be approved anew.
    pub fn rewrite(&mut self, plan: ShotPlan) {
        if plan.start != self.plan.start {
            self.is_approved = false;
            self.clip = None;
        }
        self.plan = plan;
    }

    /// Takes a new still: the clip of the old one leaves the board, and the new one is to be
    /// approved.
    pub fn take_still(&mut self, still: GenerationId) {
        self.still = Some(still);
        self.clip = None;
        self.is_approved = false;
    }
}

impl ShotPlan {
    /// Reads a plan from named texts; empty ones count as absent. All faults are reported at once,
    /// and whatever is taken can be ordered as soon as its words are written.
    pub fn parse<'a>(
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        catalog: &Catalog,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut texts: [&str; SHOT_FIELDS.len()] = [""; SHOT_FIELDS.len()];
        for (name, text) in fields {
            let place = SHOT_FIELDS.iter().position(|known| *known == name);
            match place.and_then(|place| texts.get_mut(place)) {
                Some(slot) => *slot = text.trim(),
                None => errors.push(fault(name, format!("There is no field {name:?} here."))),
            }
        }
        let [prompt, character, still_model, start, ..] = texts;
        let written = if prompt.is_empty() { UNWRITTEN } else { prompt };
        let still_model = if still_model.is_empty() {
            STILL_MODEL
        } else {
            still_model
        };
        let directed = SHOT_FIELDS.into_iter().zip(texts).skip(4);
        let clip = [
            ("model", CLIP_MODEL),
            ("prompt", written),
            ("references", start),
        ];
        let clip = clip
            .into_iter()
            .chain([("character", character)])
            .chain(directed);
        let clip = Order::parse(None, clip, catalog).map_err(|wrong| errors.extend(wrong));
        if start.is_empty() {
            let pairs = [
                ("model", still_model),
                ("prompt", written),
                ("character", character),
            ];
            let still = Order::parse(Some(crate::MediaKind::Image), pairs, catalog);
            errors.extend(still.err().unwrap_or_default());
        }
        match clip {
            Ok(order) if errors.is_empty() => Ok(Self {
                prompt: if prompt.is_empty() {
                    String::new()
                } else {
                    order.prompt.to_string()
                },
                character: order.character,
                still_model: still_model.to_owned(),
                start: order.inputs.references.first().copied(),
                direction: order.direction,
                seconds: order.seconds.unwrap_or_default(),
            }),
            _ => Err(renamed(errors)),
        }
    }

    /// Whether its words are written: nothing is made without them.
    pub fn is_written(&self) -> bool {
        !self.prompt.is_empty()
    }

    /// The order for its still, in the shape next to the board's that the model makes.
    pub fn still_order(
        &self,
        ratio: AspectRatio,
        catalog: &Catalog,
    ) -> Result<Order, Vec<FieldError>> {
        let model = catalog.find(&self.still_model);
        let shapes = model.map_or(&[][..], |model| &model.params.aspect_ratios);
        let (width, height) = (u32::from(ratio.width()), u32::from(ratio.height()));
        let shape = AspectRatio::nearest(shapes, width, height).unwrap_or(ratio);
        let (shape, character) = (shape.to_string(), self.character_text());
        let pairs = [
            ("model", self.still_model.as_str()),
            ("prompt", self.words()),
            ("character", &character),
            ("aspect_ratio", &shape),
        ];
        Order::parse(None, pairs, catalog)
    }

    /// The order for its clip, which goes by this picture.
    pub fn clip_order(
        &self,
        ratio: AspectRatio,
        picture: Option<Source>,
        catalog: &Catalog,
    ) -> Result<Order, Vec<FieldError>> {
        let text = |word: &Option<String>| word.clone().unwrap_or_default();
        let (character, how) = (self.character_text(), &self.direction);
        let fields = [
            ("model", CLIP_MODEL.to_owned()),
            ("prompt", self.words().to_owned()),
            ("character", character),
            ("references", picture.map(String::from).unwrap_or_default()),
            ("aspect_ratio", ratio.to_string()),
            ("duration", self.seconds.to_string()),
            ("move", text(&how.movement)),
            (
                "move_strength",
                how.strength
                    .map(|percent| percent.to_string())
                    .unwrap_or_default(),
            ),
            ("lens", text(&how.lens)),
            ("light", text(&how.light)),
            ("pace", text(&how.pace)),
        ];
        let pairs = fields.iter().map(|(name, text)| (*name, text.as_str()));
        Order::parse(None, pairs, catalog)
    }

    /// What its still costs; nothing if it goes by a picture that is there, or its model is gone.
    pub fn still_price(&self, ratio: AspectRatio, catalog: &Catalog) -> Credits {
        if self.start.is_some() {
            return Credits::ZERO;
        }
        let order = self.still_order(ratio, catalog).ok();
        price_of(order, catalog)
    }

    /// What its clip costs.
    pub fn clip_price(&self, ratio: AspectRatio, catalog: &Catalog) -> Credits {
        let order = self.clip_order(ratio, None, catalog).ok();
        price_of(order, catalog)
    }

    /// The named texts it was read from.
    pub fn texts(&self) -> Vec<(&'static str, String)> {
        let text = |word: &Option<String>| word.clone().unwrap_or_default();
        let how = &self.direction;
        let strength = how.strength.map(|percent| percent.to_string());
        let texts = [
            self.prompt.clone(),
            self.character_text(),
            self.still_model.clone(),
            self.start.map(String::from).unwrap_or_default(),
            text(&how.movement),
            strength.unwrap_or_default(),
            text(&how.lens),
            text(&how.light),
            text(&how.pace),
            self.seconds.to_string(),
        ];
        SHOT_FIELDS.into_iter().zip(texts).collect()
    }

    fn words(&self) -> &str {
        if self.is_written() {
            &self.prompt
        } else {
            UNWRITTEN
        }
    }

    fn character_text(&self) -> String {
        self.character.map(|id| id.to_string()).unwrap_or_default()
    }
}

fn price_of(order: Option<Order>, catalog: &Catalog) -> Credits {
    let quote = order.and_then(|order| order.quote(catalog));
    quote.map_or(Credits::ZERO, |quote| quote.credits)
}

/// The faults under the names of a board's fields, each once: the still and the clip have the same
/// words.
fn renamed(errors: Vec<FieldError>) -> Vec<FieldError> {
    let mut kept: Vec<FieldError> = Vec::new();
    for error in errors {
        let other = RENAMED.iter().find(|(name, _)| *name == error.field);
        let field = other
            .map_or(error.field.as_str(), |(_, name)| name)
            .to_owned();
        if !kept.iter().any(|one| one.field == field) {
            kept.push(FieldError { field, ..error });
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const STILL: &str = "ast_0191a0c0a0c07000800000000000000b";

    fn parse(fields: &[(&str, &str)]) -> Result<ShotPlan, Vec<FieldError>> {
        ShotPlan::parse(fields.iter().copied(), &Catalog::built_in().unwrap())
    }

    #[track_caller]
    fn refused(fields: &[(&str, &str)], at: &str, words: &str) {
        let errors = parse(fields).unwrap_err();
        let said = errors.iter().find(|error| error.field == at);
        assert!(
            said.is_some_and(|it| it.message.contains(words)),
            "{errors:?}"
        );
    }

    #[test]
    fn a_shot_can_be_kept_before_it_is_written() {
        let plan = parse(&[("move", "pan-left"), ("duration", "8")]).unwrap();
        assert!(!plan.is_written());
        assert_eq!((plan.seconds, plan.still_model.as_str()), (8, STILL_MODEL));
        let catalog = Catalog::built_in().unwrap();
        let ratio = "16:9".parse().unwrap();
        assert_eq!(plan.still_price(ratio, &catalog), Credits::new(10));
        assert_eq!(plan.clip_price(ratio, &catalog), Credits::new(120));
        let texts = plan.texts();
        let again = texts.iter().map(|(name, text)| (*name, text.as_str()));
        assert_eq!(ShotPlan::parse(again, &catalog), Ok(plan));
    }

    #[test]
    fn the_orders_say_what_was_written() {
        let catalog = Catalog::built_in().unwrap();
        let fields = [
            ("prompt", "Ada on a pier"),
            ("character", "chr_0191a0c0a0c07000800000000000000a"),
            ("move", "crash-zoom-in"),
            ("move_strength", "60"),
            ("lens", "anamorphic"),
        ];
        let plan = parse(&fields).unwrap();
        let wide = "21:9".parse().unwrap();
        let still = plan.still_order(wide, &catalog).unwrap();
        assert_eq!(
            still.aspect_ratio.to_string(),
            "16:9",
            "soul-2 makes none wider"
        );
        assert_eq!(still.character, plan.character);
        let picture = STILL.parse().unwrap();
        let clip = plan.clip_order(wide, Some(picture), &catalog).unwrap();
        assert_eq!(clip.aspect_ratio, wide);
        assert_eq!(clip.inputs.references, [picture]);
        assert_eq!(clip.direction, plan.direction);
        assert_eq!(clip.character, plan.character);
    }

    #[test]
    fn what_can_not_be_made_is_refused_while_it_is_written() {
        let ada = ("character", "chr_0191a0c0a0c07000800000000000000a");
        refused(
            &[("still_model", "kling-3.0")],
            "still_model",
            "makes clips",
        );
        refused(
            &[("still_model", "flux-schnell"), ada],
            "character",
            "takes no character",
        );
        refused(&[("start", "a.png")], "start", "none of your pictures");
        refused(&[("seed", "1")], "seed", "no field");
        refused(&[("move", "teleport")], "move", "takes static");
        refused(&[("duration", "60")], "duration", "takes 4");
        let long = "x".repeat(2_500);
        refused(&[("prompt", &long)], "prompt", "at most 2000");
        assert!(parse(&[("prompt", &long), ("start", STILL)]).is_ok());
        let given = parse(&[("start", STILL), ("still_model", "flux-schnell"), ada]);
        assert!(given.is_ok(), "no still is made, so nobody has to know her");
    }

    #[test]
    fn another_picture_is_approved_anew() {
        let now = crate::Timestamp::from_ms(1);
        let mut shot = Shot::new(ShotId::new(now), parse(&[("prompt", "a")]).unwrap());
        shot.take_still(GenerationId::new(now));
        shot.is_approved = true;
        shot.clip = Some(GenerationId::new(now));
        shot.rewrite(parse(&[("prompt", "b")]).unwrap());
        assert!(shot.is_approved && shot.clip.is_some());
        shot.rewrite(parse(&[("prompt", "b"), ("start", STILL)]).unwrap());
        assert!(!shot.is_approved && shot.clip.is_none());
    }
}
