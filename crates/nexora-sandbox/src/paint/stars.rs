//! Stars: a field of small ones, and a few large ones with the spikes a telescope draws.

use std::f32::consts::TAU;

use glam::{IVec2, Vec2, Vec3, vec2, vec3};

use super::canvas::Canvas;
use super::noise::cell;
use super::number::{clamp_index, float, float_i, floor, signed};
use super::view::View;

/// One size class of stars.
struct Class {
    /// Cells per picture height.
    cells: f32,
    brightness: f32,
    /// Large stars reach into neighbouring cells.
    reach: i32,
    pattern: u32,
}

const CLASSES: [Class; 3] = [
    Class {
        cells: 38.0,
        brightness: 1.6,
        reach: 1,
        pattern: 0,
    },
    Class {
        cells: 80.0,
        brightness: 0.8,
        reach: 0,
        pattern: 1,
    },
    Class {
        cells: 170.0,
        brightness: 0.38,
        reach: 0,
        pattern: 2,
    },
];

/// The light of all stars at a point. `density` 0..1; `phase` makes them twinkle.
pub(crate) fn field(at: Vec2, seed: u32, density: f32, phase: f32) -> Vec3 {
    let mut light = Vec3::ZERO;
    for class in &CLASSES {
        let at = at * class.cells;
        let home = IVec2::new(floor(at.x), floor(at.y));
        for down in -class.reach..=class.reach {
            for across in -class.reach..=class.reach {
                light += star(
                    class,
                    home + IVec2::new(across, down),
                    at,
                    seed,
                    density,
                    phase,
                );
            }
        }
    }
    light
}

/// The light a cell's star, if it has one, gives to a point.
fn star(class: &Class, home: IVec2, at: Vec2, seed: u32, density: f32, phase: f32) -> Vec3 {
    let roll = cell(home.x, home.y, seed ^ (class.pattern * 977));
    if roll >= density * 0.55 {
        return Vec3::ZERO;
    }
    let random = |salt: u32| cell(home.x, home.y, seed ^ salt);
    let offset = vec2(random(11 + class.pattern), random(23 + class.pattern)) * 0.7 + 0.15;
    let distance = (at - vec2(float_i(home.x), float_i(home.y)) - offset).length_squared();
    let rare = random(37).powi(6);
    let beats = 1.0 + (roll * 997.0).floor() % 3.0;
    let twinkle = 0.75 + 0.25 * (TAU * (phase * beats + roll * 40.0)).sin();
    let spread = (-distance * (150.0 - 90.0 * rare)).exp();
    let warmth = random(51);
    let colour = vec3(0.72 + 0.4 * warmth, 0.85, 1.18 - 0.4 * warmth);
    colour * (class.brightness * (0.12 + rare * 3.2) * twinkle * spread)
}

/// Adds one large star with four spikes.
pub(crate) fn add_spiked(canvas: &mut Canvas, view: &View, at: Vec2, size: f32, colour: Vec3) {
    const SHARPNESS: f32 = 1620.0;
    let height = float(view.height);
    let reach = (size * 0.05 + 0.012) * height;
    let centre = vec2((at.x + 0.5 * view.aspect()) * height, (0.5 - at.y) * height);
    let (from, to) = (centre - reach, centre + reach);
    for y in floor(from.y).max(0)..=floor(to.y).min(signed(view.height) - 1) {
        for x in floor(from.x).max(0)..=floor(to.x).min(signed(view.width) - 1) {
            let away = (vec2(float_i(x), float_i(y)) - centre) / height;
            let (across, down) = (away.x.abs(), away.y.abs());
            let fall = 70.0 / (size + 0.2);
            let spikes = (-across * SHARPNESS).exp() * (-down * fall).exp()
                + (-down * SHARPNESS).exp() * (-across * fall).exp();
            let core = (-away.length() * 260.0).exp() * 2.2;
            let pixel = clamp_index(y, view.height) * view.width + clamp_index(x, view.width);
            canvas.pixels[pixel] += colour * ((spikes * 0.9 + core) * size);
        }
    }
}
