//! From what was read in a prompt to the scene that paints it.

use super::cosmos::{self, PlanetWish};
use super::flame;
use super::land::{Foreground, Land, LandWish};
use super::ocean::Sea;
use super::painting::{Layers, Painting};
use super::product::{self, Hero};
use super::silk;
use super::sky::{Daytime, SkyLights};
use super::street;
use super::terrain::Ground;
use super::view::View;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scene {
    Cosmos(PlanetWish),
    Lake(Outdoors),
    Dunes(Outdoors),
    Ocean(Outdoors),
    Silk,
    Street,
    Product(Option<Hero>),
    Flame,
}

/// Hour and weather.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outdoors {
    pub(crate) daytime: Daytime,
    /// 0 clear, 1 covered.
    pub(crate) cloudiness: f32,
    pub(crate) foreground: Foreground,
}

impl Outdoors {
    fn land(self, ground: Ground) -> LandWish {
        LandWish {
            ground,
            daytime: self.daytime,
            cloudiness: self.cloudiness,
            foreground: self.foreground,
        }
    }
}

impl Scene {
    /// Paints one frame, without glow.
    pub(crate) fn paint(self, view: &View) -> Painting {
        match self {
            Self::Cosmos(planet) => cosmos::paint(view, planet),
            Self::Lake(wish) => Land::new(view, wish.land(Ground::Mountains)).paint(view),
            Self::Dunes(wish) => Land::new(view, wish.land(Ground::Dunes)).paint(view),
            Self::Ocean(wish) => {
                Sea::roll(view, wish.daytime, wish.cloudiness).paint(SkyLights::Painted)
            }
            Self::Silk => silk::paint(view),
            Self::Street => street::paint(view),
            Self::Product(hero) => product::paint(view, hero),
            Self::Flame => flame::paint(view),
        }
    }

    /// Takes the scene apart for a moving camera; none if it must be painted frame by frame.
    pub(crate) fn layers(self, view: &View) -> Option<Layers> {
        match self {
            Self::Cosmos(planet) => Some(cosmos::layers(view, planet)),
            Self::Lake(wish) => Some(Land::new(view, wish.land(Ground::Mountains)).layers(view)),
            Self::Dunes(wish) => Some(Land::new(view, wish.land(Ground::Dunes)).layers(view)),
            Self::Ocean(wish) => Some(Sea::roll(view, wish.daytime, wish.cloudiness).layers()),
            Self::Silk => None,
            Self::Street => Some(street::layers(view)),
            Self::Product(hero) => Some(product::layers(view, hero)),
            Self::Flame => {
                const NEARNESS: f32 = 0.4;
                let painting = flame::paint(view);
                let nearness = vec![NEARNESS; painting.canvas.pixels.len()];
                Some(Layers::solid(painting, nearness))
            }
        }
    }
}
