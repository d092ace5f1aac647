//! Rain in three depths; it falls whole lengths per loop, so that the loop closes.

use glam::{Vec2, Vec3, vec2};

use crate::paint::noise::{cell, smooth};
use crate::paint::number::{float, float_i, floor};
use crate::paint::view::View;

/// One depth of rain.
struct Curtain {
    /// Streaks per picture height.
    density: f32,
    /// Streak lengths per picture height.
    lengths: f32,
    /// Streaks after which a column repeats; the fall per loop is a multiple.
    period: i32,
    brightness: f32,
    pattern: u32,
}

/// Times the whole pattern falls through per loop.
const ROUNDS: f32 = 3.0;

const CURTAINS: [Curtain; 3] = [
    Curtain {
        density: 28.0,
        lengths: 2.2,
        period: 6,
        brightness: 0.085,
        pattern: 0,
    },
    Curtain {
        density: 54.0,
        lengths: 3.2,
        period: 8,
        brightness: 0.065,
        pattern: 1,
    },
    Curtain {
        density: 80.0,
        lengths: 4.2,
        period: 10,
        brightness: 0.053,
        pattern: 2,
    },
];

/// Falling rain over a picture.
pub(crate) struct Rain {
    seed: u32,
    height: f32,
    colour: Vec3,
}

impl Rain {
    pub(crate) fn new(view: &View) -> Self {
        let paint = &view.palette;
        let colour = (paint.mid * 0.075 + paint.deep * 0.12) * 1.6 + 0.05;
        Self {
            seed: view.seed,
            height: float(view.height),
            colour,
        }
    }

    /// The light the rain adds to a pixel.
    pub(crate) fn light(&self, x: usize, y: usize, phase: f32) -> Vec3 {
        self.colour * self.cover(x, y, phase)
    }

    /// How much rain is in front of a pixel, about 0..0.2.
    pub(crate) fn cover(&self, x: usize, y: usize, phase: f32) -> f32 {
        let at = vec2(float(x), float(y)) / self.height;
        CURTAINS
            .iter()
            .map(|curtain| self.streak(curtain, at, phase))
            .sum()
    }

    fn streak(&self, curtain: &Curtain, at: Vec2, phase: f32) -> f32 {
        let across = (at.x + at.y * 0.06) * curtain.density;
        let column = floor(across);
        let start = cell(column, 77, self.seed + 40 + curtain.pattern) * 7.0;
        let fallen = at.y * curtain.lengths - phase * float_i(curtain.period) * ROUNDS + start;
        let number = floor(fallen);
        let roll = cell(column, number.rem_euclid(curtain.period), self.seed + 44);
        if roll <= 0.62 {
            return 0.0;
        }
        let along = fallen - float_i(number);
        let aside = (across - float_i(column) - 0.5).abs();
        smooth(0.09, 0.0, aside)
            * smooth(0.0, 0.25, along)
            * smooth(0.55, 0.3, along)
            * curtain.brightness
    }
}
