//! A painted scene seen by a moving camera: near things pass by, the sky drifts, water ripples.
//!
//! One painting costs as much as a still; every frame after that is only looked up.

use std::f32::consts::TAU;

use glam::{Vec2, Vec3, vec2, vec3};

use crate::paint::number::{byte, clamp_index, float, floor, index, signed, unit};
use crate::paint::{Layers, Painting, Rain, View, cell_bits, develop, expose, one_light};

/// A plate is this much larger than the frame, so that the camera has room to move.
pub(super) const MARGIN: f32 = 1.09;
/// How far the sky drifts, in picture heights; farther would smear the clouds.
const DRIFT: f32 = 16.0 / 720.0;
/// The foreground passes by faster than anything on the plate.
const FOREGROUND_NEARNESS: Vec2 = vec2(1.9, 1.6);
/// How bright a streak of rain is on screen at full cover.
const RAIN_BRIGHTNESS: f32 = 170.0;

/// How the camera moves. It returns to its start, so every clip loops.
#[derive(Clone, Copy, Debug)]
pub(super) struct Motion {
    /// Sideways at nearness 1, in frame widths.
    pub(super) pan: f32,
    /// Upwards at nearness 1, in frame heights.
    pub(super) lift: f32,
    /// Enlargement half way through.
    pub(super) zoom: f32,
    /// Lean to either side in radians.
    pub(super) roll: f32,
}

/// Developed layers and how the camera moves over them.
pub(super) struct Plate {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
    /// What stands still while the sky drifts, to be added; empty if there is nothing.
    lights: Vec<u8>,
    nearness: Vec<f32>,
    foreground: Vec<f32>,
    foreground_rgb: Vec3,
    rain: Option<Rain>,
    motion: Motion,
}

/// Where the camera is in one frame.
struct Moment {
    phase: f32,
    pan: Vec2,
    /// Frame to plate: turn and scale around the middle.
    turn: Vec2,
    middle: Vec2,
    plate_middle: Vec2,
    drift: f32,
}

impl Plate {
    /// Develops layers painted for `view`, which is already larger by the margin.
    pub(super) fn develop(layers: Layers, view: &View, motion: Motion, rain: Option<Rain>) -> Self {
        let plain = layers.plain.glowing();
        let lit = layers.lit.map(Painting::glowing);
        let grade = plain.grade.for_motion();
        let exposure = expose(&lit.as_ref().unwrap_or(&plain).canvas, &grade);
        let rgb = develop(&plain.canvas, &grade, exposure, 0);
        let lights = lit.map_or_else(Vec::new, |lit| {
            let lit = develop(&lit.canvas, &grade, exposure, 0);
            lit.iter()
                .zip(&rgb)
                .map(|(lit, plain)| lit.saturating_sub(*plain))
                .collect()
        });
        let foreground_rgb = one_light(layers.foreground_light, &grade, exposure);
        Self {
            width: view.width,
            height: view.height,
            rgb,
            lights,
            nearness: layers.nearness,
            foreground: layers.foreground,
            foreground_rgb,
            rain,
            motion,
        }
    }

    /// A flat picture of this size, which is already larger by the margin.
    pub(super) fn of_picture(rgb: Vec<u8>, width: usize, height: usize, motion: Motion) -> Self {
        Self {
            width,
            height,
            rgb,
            lights: Vec::new(),
            nearness: vec![1.0; width * height],
            foreground: Vec::new(),
            foreground_rgb: Vec3::ZERO,
            rain: None,
            motion,
        }
    }

    /// Fills `rgb` with frame `number` at `phase` (0..1) of the loop.
    pub(super) fn frame(&self, phase: f32, number: u32, width: usize, rgb: &mut [u8]) {
        let height = rgb.len() / 3 / width;
        let moment = self.moment(phase, width, height);
        for (y, row) in rgb.chunks_exact_mut(width * 3).enumerate() {
            for (x, out) in row.chunks_exact_mut(3).enumerate() {
                let colour = self.colour(&moment, vec2(float(x), float(y)));
                let rain = self
                    .rain
                    .as_ref()
                    .map_or(0.0, |rain| rain.cover(x, y, phase));
                let colour = colour + rain * RAIN_BRIGHTNESS + dither(x, y, number);
                for (channel, out) in colour.to_array().into_iter().zip(out) {
                    *out = byte(channel.clamp(0.0, 255.0));
                }
            }
        }
    }

    fn moment(&self, phase: f32, width: usize, height: usize) -> Moment {
        let (sin, cos) = (TAU * phase).sin_cos();
        let forth = 0.5 - 0.5 * cos;
        let frame = vec2(float(width), float(height));
        Moment {
            phase,
            pan: vec2(sin * self.motion.pan, (forth - 0.5) * self.motion.lift) * frame,
            turn: Vec2::from_angle(sin * self.motion.roll) / (1.0 + self.motion.zoom * forth),
            middle: frame * 0.5,
            plate_middle: vec2(float(self.width), float(self.height)) * 0.5,
            drift: DRIFT * frame.y,
        }
    }

    /// The colour of a frame pixel, 0..255.
    fn colour(&self, moment: &Moment, pixel: Vec2) -> Vec3 {
        let straight = moment.turn.rotate(pixel - moment.middle) + moment.plate_middle;
        // What is seen there is displaced by its own nearness: look, step, look again.
        let first = straight + moment.pan * self.nearness_at(straight).abs();
        let nearness = self.nearness_at(first);
        let at = straight + moment.pan * nearness.abs();
        let at = if nearness < 0.0 {
            rippled(at, -nearness, moment.phase)
        } else {
            at
        };
        let behind = if nearness == 0.0 {
            self.drifting(moment, at)
        } else {
            sample(&self.rgb, self.width, self.height, at)
        };
        let behind = if self.lights.is_empty() {
            behind
        } else {
            behind + sample(&self.lights, self.width, self.height, at)
        };
        if self.foreground.is_empty() {
            return behind;
        }
        let cover = self.foreground_at(straight + moment.pan * FOREGROUND_NEARNESS);
        behind.lerp(self.foreground_rgb, cover)
    }

    fn nearness_at(&self, at: Vec2) -> f32 {
        let (x, y) = (
            clamp_index(floor(at.x), self.width),
            clamp_index(floor(at.y), self.height),
        );
        self.nearness[y * self.width + x]
    }

    /// The sky moves on endlessly: two copies take turns, each faded out when it jumps back.
    fn drifting(&self, moment: &Moment, at: Vec2) -> Vec3 {
        let (one, other) = (moment.phase, (moment.phase + 0.5).fract());
        let share = 1.0 - (2.0 * one - 1.0).abs();
        let seen = |phase: f32| {
            let moved = at + vec2(moment.drift * (phase - 0.5), 0.0);
            let from = if self.nearness_at(moved) == 0.0 {
                moved
            } else {
                at
            };
            sample(&self.rgb, self.width, self.height, from)
        };
        seen(one) * share + seen(other) * (1.0 - share)
    }

    fn foreground_at(&self, at: Vec2) -> f32 {
        let x = at.x.clamp(0.0, float(self.width) - 2.0);
        let y = at.y.clamp(0.0, float(self.height) - 2.0);
        let (u, v) = (x.fract(), y.fract());
        let cell = index(y) * self.width + index(x);
        let cover = |cell: usize| self.foreground[cell];
        let above = cover(cell) * (1.0 - u) + cover(cell + 1) * u;
        let below = cover(cell + self.width) * (1.0 - u) + cover(cell + self.width + 1) * u;
        above * (1.0 - v) + below * v
    }
}

/// A point of the water's surface, moved by waves that grow towards the camera.
fn rippled(at: Vec2, nearness: f32, phase: f32) -> Vec2 {
    let near = nearness.min(1.0);
    let turn = TAU * phase * 3.0;
    let rows = (at.y / (1.5 + near * 14.0) + turn).sin();
    let slants = (at.x * 0.02 + at.y * 0.11 / (0.3 + near) - turn * 2.0).sin();
    let y = at.y + (rows + slants) * (0.5 + 3.0 * near);
    let x = at.x + (y * 0.35 / (0.3 + near) + turn).sin() * (0.3 + 1.6 * near);
    vec2(x, y)
}

/// The blend of the four pixels around a position, 0..255.
#[inline]
fn sample(rgb: &[u8], width: usize, height: usize, at: Vec2) -> Vec3 {
    let x = at.x.clamp(0.0, float(width) - 1.01);
    let y = at.y.clamp(0.0, float(height) - 1.01);
    let (u, v) = (x.fract(), y.fract());
    let above = (index(y) * width + index(x)) * 3;
    let pixel = |start: usize| {
        let channels = &rgb[start..start + 3];
        vec3(
            f32::from(channels[0]),
            f32::from(channels[1]),
            f32::from(channels[2]),
        )
    };
    let below = above + width * 3;
    let upper = pixel(above).lerp(pixel(above + 3), u);
    upper.lerp(pixel(below).lerp(pixel(below + 3), u), v)
}

/// One step of noise, which keeps gradients from breaking into bands.
fn dither(x: usize, y: usize, number: u32) -> f32 {
    unit(cell_bits(signed(x), signed(y), number.wrapping_mul(7919)))
}

/// Rounds a length up by the margin, to an even number of pixels.
pub(super) fn with_margin(pixels: usize) -> usize {
    index(float(pixels) * MARGIN).next_multiple_of(2)
}
