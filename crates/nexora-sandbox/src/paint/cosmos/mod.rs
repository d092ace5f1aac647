//! Cosmos: glowing gas, stars, and often a planet with rings.

mod nebula;
mod planet;

use glam::{Vec2, Vec3, vec2, vec3};

use super::canvas::Canvas;
use super::grade::Grade;
use super::number::float;
use super::painting::{Layers, Painting};
use super::stars;
use super::view::{Detail, View};
use nebula::Nebula;
use planet::Planet;

const LARGE_STARS: usize = 14;

/// Whether a planet is in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlanetWish {
    /// The seed decides.
    Rolled,
    Present,
    /// Present, with a ring.
    Ringed,
    Absent,
}

/// A rolled piece of space.
struct Cosmos {
    nebula: Nebula,
    planet: Option<Planet>,
    /// Place, size and colour.
    large_stars: Vec<(Vec2, f32, Vec3)>,
}

/// Paints the scene.
pub(crate) fn paint(view: &View, planet: PlanetWish) -> Painting {
    let cosmos = Cosmos::roll(view, planet);
    let mut canvas = gas(view, &cosmos.nebula);
    cosmos.add_stars(view, &mut canvas);
    Painting {
        canvas,
        grade: grade(view),
    }
}

/// The scene in layers, for a moving camera: the gas drifts, stars and planet do not.
pub(crate) fn layers(view: &View, planet: PlanetWish) -> Layers {
    let cosmos = Cosmos::roll(view, planet);
    let mut plain = gas(view, &cosmos.nebula);
    let mut lit = plain.clone();
    cosmos.add_stars(view, &mut lit);
    cosmos.add_planet(view, &mut plain);
    let nearness = (0..view.width * view.height).map(|pixel| {
        let at = view.point(float(pixel % view.width), float(pixel / view.width));
        cosmos
            .planet
            .as_ref()
            .map_or(0.0, |planet| planet.nearness(at))
    });
    Layers {
        nearness: nearness.collect(),
        plain: Painting {
            canvas: plain,
            grade: grade(view),
        },
        lit: Some(Painting {
            canvas: lit,
            grade: grade(view),
        }),
        foreground: Vec::new(),
        foreground_light: Vec3::ZERO,
    }
}

impl Cosmos {
    fn roll(view: &View, planet: PlanetWish) -> Self {
        let mut dice = view.dice();
        let nebula = Nebula::roll(view, &mut dice);
        let planet = Planet::roll(view, &mut dice, nebula.core, planet);
        let large_stars = (0..LARGE_STARS)
            .map(|star| {
                let at = vec2(
                    dice.between(-0.5, 0.5) * view.aspect(),
                    dice.between(-0.5, 0.5),
                );
                let size = dice.unit().powi(3) + if star == 0 { 0.9 } else { 0.1 };
                (at, size * 1.8, vec3(0.8 + 0.3 * dice.unit(), 0.9, 1.1))
            })
            .filter(|(at, ..)| planet.as_ref().is_none_or(|planet| !planet.hides(*at)))
            .collect();
        Self {
            nebula,
            planet,
            large_stars,
        }
    }

    /// Small stars, the planet in front of them, and the large stars beside it.
    fn add_stars(&self, view: &View, canvas: &mut Canvas) {
        canvas.each(|x, y, pixel| {
            let at = view.point(float(x), float(y));
            let veil = 1.0 - (pixel.max_element() * 0.7).clamp(0.0, 1.0);
            *pixel += stars::field(at + self.nebula.offset, view.seed + 90, 0.5, view.phase) * veil;
        });
        self.add_planet(view, canvas);
        for (at, size, colour) in &self.large_stars {
            stars::add_spiked(canvas, view, *at, *size, *colour);
        }
    }

    fn add_planet(&self, view: &View, canvas: &mut Canvas) {
        let Some(planet) = &self.planet else { return };
        canvas.each(|x, y, pixel| {
            *pixel = planet.over(view, view.point(float(x), float(y)), *pixel);
        });
    }
}

fn gas(view: &View, nebula: &Nebula) -> Canvas {
    match view.detail {
        Detail::Full => Canvas::shade(view.width, view.height, |x, y| {
            nebula.light(view, view.point(float(x), float(y)))
        }),
        Detail::Soft => {
            let coarse = Canvas::coarse(view.width, view.height, view.detail.step(), |x, y| {
                nebula.light(view, view.point(x, y))
            });
            Canvas::shade(view.width, view.height, |x, y| {
                coarse.at(float(x), float(y))
            })
        }
    }
}

fn grade(view: &View) -> Grade {
    Grade {
        key: 0.06,
        highlight: 0.95,
        glow_from: 0.55,
        glow: 1.5,
        vignette: 0.5,
        grain: 0.014,
        saturation: 1.12,
        fringe: 0.006,
        shadow_tint: view.palette.deep,
    }
}
