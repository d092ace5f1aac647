//! How a shot is filmed: where the camera goes and how strongly, its lens, the light, the pace.
//!
//! The words are Higgsfield's for Cinema Studio 4.0 (its documentation of the endpoint). What is
//! not said is the model's to choose.

use serde::{Deserialize, Serialize};

/// A word of the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// What forms, orders and the API call it.
    pub slug: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What the model calls it.
    pub upstream: &'static str,
}

/// How a shot is filmed. Every text is the slug of a [`Word`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direction {
    /// Where the camera goes.
    #[serde(skip_serializing_if = "Option::is_none", default, rename = "move")]
    pub movement: Option<String>,
    /// How strongly, in percent; 100 where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub strength: Option<u8>,
    /// What stands before the camera.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lens: Option<String>,
    /// Where the light comes from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub light: Option<String>,
    /// How fast things happen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pace: Option<String>,
}

macro_rules! words {
    ($($slug:literal $title:literal $upstream:literal,)*) => {
        &[$(Word { slug: $slug, title: $title, upstream: $upstream },)*]
    };
}

/// Where the camera can go.
pub const MOVES: &[Word] = words! {
    "static" "Static" "static-shot",
    "pan-left" "Pan left" "pan-left",
    "pan-right" "Pan right" "pan-right",
    "whip-pan" "Whip pan" "whip-pan",
    "tilt-up" "Tilt up" "tilt-up",
    "tilt-down" "Tilt down" "tilt-down",
    "zoom-in" "Zoom in" "slow-zoom-in",
    "zoom-out" "Zoom out" "slow-zoom-out",
    "crash-zoom-in" "Crash zoom in" "crush-zoom",
    "dolly-in" "Dolly in" "dolly-in",
    "dolly-out" "Dolly out" "dolly-out",
    "dolly-zoom" "Dolly zoom" "dolly-zoom",
    "truck-left" "Truck left" "truck-left",
    "truck-right" "Truck right" "truck-right",
    "crane-up" "Crane up" "crane-up",
    "crane-down" "Crane down" "crane-down",
    "pedestal-up" "Pedestal up" "pedestal-up",
    "pedestal-down" "Pedestal down" "pedestal-down",
    "arc-left" "Arc left" "arc-left",
    "arc-right" "Arc right" "arc-right",
    "orbit" "Orbit" "drone-orbit",
    "bullet-time" "Bullet time" "bullet-time",
    "aerial-pullback" "Aerial pullback" "aerial-pullback",
    "helicopter" "Helicopter" "helicopter-shot",
    "tracking" "Tracking" "tracking",
    "side-tracking" "Side tracking" "side-tracking",
    "handheld" "Handheld" "handheld",
    "pov" "Point of view" "pov",
    "snorricam" "Snorricam" "snorricam",
    "robot-arm" "Robot arm" "robot-arm",
    "rack-focus" "Rack focus" "rack-focus",
};

/// What can stand before the camera.
pub const LENSES: &[Word] = words! {
    "clean" "Clean and sharp" "clean-sharp",
    "anamorphic" "Anamorphic" "anamorphic",
    "vintage-anamorphic" "Vintage anamorphic" "vintage-anamorphic",
    "warm-vintage" "Warm vintage" "warm-vintage",
    "halation" "Vintage with halation" "halation-vintage",
};

/// Where the light can come from.
pub const LIGHTS: &[Word] = words! {
    "window" "Window" "window",
    "soft-cross" "Soft cross" "soft-cross",
    "contre-jour" "Against the light" "contre-jour",
    "silhouette" "Silhouette" "silhouette",
    "practicals" "Lamps in the picture" "practicals",
    "overhead" "From above" "overhead-fall",
};

/// How fast things can happen.
pub const PACES: &[Word] = words! {
    "calm" "Calm" "calm",
    "dynamic" "Dynamic" "dynamic",
    "chaotic" "Chaotic" "chaotic",
    "single-shot" "One take" "single-shot",
};

/// Below this share a move is a hint of itself.
const SLIGHT_BELOW: u8 = 40;
/// Below this share it is gentle.
const GENTLE_BELOW: u8 = 80;

impl Direction {
    /// Whether everything is left to the model.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the prompt has to say, because the model has no field for it: how strongly the camera
    /// moves.
    pub fn spoken(&self) -> Option<String> {
        let movement = find(MOVES, self.movement.as_deref()?)?;
        let how = match self.strength {
            Some(percent) if percent < SLIGHT_BELOW => "very slight and slow",
            Some(percent) if percent < GENTLE_BELOW => "gentle",
            _ => return None,
        };
        let name = movement.title.to_lowercase();
        Some(format!("The {name} of the camera is {how}."))
    }
}

/// The word with this slug.
pub fn find(words: &'static [Word], slug: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.slug == slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_lead_to_the_models_words() {
        for words in [MOVES, LENSES, LIGHTS, PACES] {
            for word in words {
                assert_eq!(find(words, word.slug), Some(word), "{}", word.slug);
            }
        }
        let crash = find(MOVES, "crash-zoom-in").unwrap();
        assert_eq!(crash.upstream, "crush-zoom");
    }

    #[test]
    fn a_weak_move_is_said_in_words() {
        let direction = |strength| Direction {
            movement: Some("pan-left".to_owned()),
            strength,
            ..Direction::default()
        };
        assert_eq!(direction(None).spoken(), None);
        assert_eq!(direction(Some(100)).spoken(), None);
        let gentle = direction(Some(60)).spoken();
        assert_eq!(gentle.unwrap(), "The pan left of the camera is gentle.");
    }
}
