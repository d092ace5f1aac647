//! Smooth randomness: gradient noise, and the layered forms clouds, rock and water are made of.

use glam::{Vec2, Vec3, vec2, vec3};

use super::number::{bits, float_i, floor, unit};

/// Each layer of a fractal noise takes its own pattern.
const LAYER_STRIDE: u32 = 131;

/// Both parts of a diagonal direction.
const D: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Sixteen directions evenly around the circle.
const DIRECTIONS: [Vec2; 16] = [
    vec2(1.0, 0.0),
    vec2(0.9239, 0.3827),
    vec2(D, D),
    vec2(0.3827, 0.9239),
    vec2(0.0, 1.0),
    vec2(-0.3827, 0.9239),
    vec2(-D, D),
    vec2(-0.9239, 0.3827),
    vec2(-1.0, 0.0),
    vec2(-0.9239, -0.3827),
    vec2(-D, -D),
    vec2(-0.3827, -0.9239),
    vec2(0.0, -1.0),
    vec2(0.3827, -0.9239),
    vec2(D, -D),
    vec2(0.9239, -0.3827),
];

/// Spreads every input bit over the whole word.
#[inline]
fn mix(mut word: u32) -> u32 {
    word ^= word >> 15;
    word = word.wrapping_mul(0x2C1B_3C6D);
    word ^= word >> 12;
    word = word.wrapping_mul(0x297A_2D39);
    word ^ (word >> 15)
}

/// Random bits of a cell of the plane.
#[inline]
pub(crate) fn cell_bits(x: i32, y: i32, seed: u32) -> u32 {
    mix(bits(x).wrapping_mul(0x9E37_79B1) ^ bits(y).wrapping_mul(0x85EB_CA77) ^ seed)
}

/// A random number in 0..1 for a cell of the plane.
#[inline]
pub(crate) fn cell(x: i32, y: i32, seed: u32) -> f32 {
    unit(cell_bits(x, y, seed))
}

/// Smooth step with zero first and second derivative at both ends.
#[inline]
fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

#[inline]
fn slope(hash: u32, x: f32, y: f32) -> f32 {
    DIRECTIONS[(hash >> 11 & 15) as usize].dot(vec2(x, y))
}

/// Gradient noise, about -1..1, zero at whole coordinates.
#[inline]
pub(crate) fn gradient(at: Vec2, seed: u32) -> f32 {
    let (cell_x, cell_y) = (floor(at.x), floor(at.y));
    let (x, y) = (at.x - float_i(cell_x), at.y - float_i(cell_y));
    let (u, v) = (fade(x), fade(y));
    let near_left = slope(cell_bits(cell_x, cell_y, seed), x, y);
    let near_right = slope(cell_bits(cell_x + 1, cell_y, seed), x - 1.0, y);
    let far_left = slope(cell_bits(cell_x, cell_y + 1, seed), x, y - 1.0);
    let far_right = slope(cell_bits(cell_x + 1, cell_y + 1, seed), x - 1.0, y - 1.0);
    let near = near_left + (near_right - near_left) * u;
    let far = far_left + (far_right - far_left) * u;
    (near + (far - near) * v) * 1.5
}

/// Value noise in 0..1 together with its slope.
#[inline]
fn value_with_slope(at: Vec2, seed: u32) -> (f32, Vec2) {
    let (cell_x, cell_y) = (floor(at.x), floor(at.y));
    let (x, y) = (at.x - float_i(cell_x), at.y - float_i(cell_y));
    let (u, v) = (fade(x), fade(y));
    let steep = |t: f32| 30.0 * t * t * (t * (t - 2.0) + 1.0);
    let origin = cell(cell_x, cell_y, seed);
    let right = cell(cell_x + 1, cell_y, seed);
    let up = cell(cell_x, cell_y + 1, seed);
    let across = cell(cell_x + 1, cell_y + 1, seed);
    let (by_x, by_y) = (right - origin, up - origin);
    let twist = origin - right - up + across;
    (
        origin + by_x * u + by_y * v + twist * u * v,
        vec2(steep(x) * (by_x + twist * v), steep(y) * (by_y + twist * u)),
    )
}

/// Turns the plane between layers so that their grids do not line up.
#[inline]
fn turn(at: Vec2) -> Vec2 {
    vec2(0.8 * at.x - 0.6 * at.y, 0.6 * at.x + 0.8 * at.y)
}

/// Layered gradient noise, about -0.7..0.7: clouds, smoke, stains.
pub(crate) fn layered(mut at: Vec2, layers: u32, seed: u32) -> f32 {
    let (mut weight, mut sum) = (0.5, 0.0);
    for layer in 0..layers {
        sum += weight * gradient(at, seed.wrapping_add(layer * LAYER_STRIDE));
        at = turn(at) * 2.03;
        weight *= 0.5;
    }
    sum
}

/// Layered noise folded into sharp crests: filaments and veins.
pub(crate) fn ridged(mut at: Vec2, layers: u32, seed: u32) -> f32 {
    let (mut weight, mut sum, mut carry) = (0.5, 0.0, 1.0_f32);
    for layer in 0..layers {
        let crest = 1.0 - gradient(at, seed.wrapping_add(layer * LAYER_STRIDE)).abs() * 1.6;
        let crest = crest.max(0.0).powi(2);
        sum += weight * crest * carry;
        carry = (crest * 1.4).min(1.0);
        at = turn(at) * 2.07;
        weight *= 0.5;
    }
    sum
}

/// Layered noise damped where it is steep, which looks like rock worn by water.
pub(crate) fn eroded(mut at: Vec2, layers: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut steepness) = (0.0, 1.0, Vec2::ZERO);
    for layer in 0..layers {
        let (value, slope) = value_with_slope(at, seed.wrapping_add(layer * LAYER_STRIDE));
        steepness += slope;
        sum += weight * value / (1.0 + steepness.dot(steepness));
        weight *= 0.5;
        at = turn(at) * 2.0;
    }
    sum
}

/// Smooth step from 0 at `from` to 1 at `to`; `from` may be the larger one.
#[inline]
pub(crate) fn smooth(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Cuts `x` to 0..1.
#[inline]
pub(crate) fn clamp01(x: f32) -> f32 {
    x.clamp(0.0, 1.0)
}

/// Perceived brightness of a linear colour.
#[inline]
pub(crate) fn luminance(colour: Vec3) -> f32 {
    colour.dot(vec3(0.2126, 0.7152, 0.0722))
}
