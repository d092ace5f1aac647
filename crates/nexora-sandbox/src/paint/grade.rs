//! What a photographer does after the shot: glow, exposure, film curve, vignette, grain.

use glam::{Vec2, Vec3, vec2, vec3};
use rayon::prelude::*;

use super::canvas::Canvas;
use super::colour::{SrgbTable, film_curve};
use super::noise::{cell_bits, luminance, smooth};
use super::number::{byte, float, index, signed, unit};

/// Sparkles brighter than this would smear into discs when they glow.
const GLOW_LIGHT_MAX: f32 = 24.0;
/// More levels would be wider than the picture.
const GLOW_LEVELS_MAX: usize = 6;

/// How a scene wants to be developed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grade {
    /// Brightness the median pixel is exposed to.
    pub(crate) key: f32,
    /// Brightness the brightest three percent are held under.
    pub(crate) highlight: f32,
    /// Light above this glows.
    pub(crate) glow_from: f32,
    /// How much of the glow is added.
    pub(crate) glow: f32,
    /// Darkening towards the corners, 0..1.
    pub(crate) vignette: f32,
    /// Film grain, 0..1 of full brightness.
    pub(crate) grain: f32,
    /// 1.0 leaves colours as they are.
    pub(crate) saturation: f32,
    /// Colour fringes towards the corners, as a lens has.
    pub(crate) fringe: f32,
    /// Colour lifted into the shadows.
    pub(crate) shadow_tint: Vec3,
}

impl Grade {
    /// The same look without what flickers or crawls from frame to frame.
    pub(crate) fn for_motion(self) -> Self {
        Self {
            grain: 0.0,
            fringe: 0.0,
            ..self
        }
    }
}

/// Adds the glow of bright places to their surroundings.
pub(crate) fn glow(canvas: &mut Canvas, grade: &Grade) {
    let mut levels = vec![bright_parts(canvas, grade.glow_from).half()];
    while let Some(last) = levels.last()
        && levels.len() < GLOW_LEVELS_MAX
        && last.width > 12
    {
        let next = last.half();
        levels.push(next);
    }
    let strength = grade.glow / float(levels.len());
    let Some(widest) = levels.pop() else { return };
    let halo = levels.iter().rev().fold(widest.blurred(), |wider, level| {
        let level = level.blurred();
        Canvas::shade(level.width, level.height, |x, y| {
            let spread = wider.between(float(x) * 0.5 - 0.25, float(y) * 0.5 - 0.25);
            level.pixels[y * level.width + x] + spread * 0.85
        })
    });
    canvas.each(|x, y, pixel| {
        *pixel += halo.between(float(x) * 0.25 - 0.375, float(y) * 0.25 - 0.375) * strength;
    });
}

fn bright_parts(canvas: &Canvas, from: f32) -> Canvas {
    let mut half = canvas.half();
    half.each(|_, _, pixel| {
        let brightest = pixel.max_element();
        let kept = *pixel * ((brightest - from).max(0.0) / (brightest + 1e-4));
        *pixel = kept.min(Vec3::splat(GLOW_LIGHT_MAX));
    });
    half
}

/// The exposure that brings the median to the key without burning the highlights.
pub(crate) fn expose(canvas: &Canvas, grade: &Grade) -> f32 {
    const SAMPLE_EVERY: usize = 37;
    let mut samples: Vec<f32> = canvas
        .pixels
        .iter()
        .step_by(SAMPLE_EVERY)
        .map(|light| luminance(*light).max(0.0))
        .collect();
    samples.sort_by(f32::total_cmp);
    let percentile = |part: f32| samples[index(float(samples.len() - 1) * part)] + 1e-4;
    (grade.key / percentile(0.5))
        .min(grade.highlight / percentile(0.97))
        .clamp(0.2, 4.0)
}

/// Develops the picture to sRGB bytes. `frame` varies the grain.
pub(crate) fn develop(canvas: &Canvas, grade: &Grade, exposure: f32, frame: u32) -> Vec<u8> {
    let table = SrgbTable::new();
    let (width, height) = (canvas.width, canvas.height);
    let mut rgb = vec![0; width * height * 3];
    rgb.par_chunks_mut(width * 3)
        .enumerate()
        .for_each(|(y, row)| {
            for (x, out) in row.chunks_exact_mut(3).enumerate() {
                let from_centre = vec2(
                    (float(x) + 0.5) / float(width) - 0.5,
                    (float(y) + 0.5) / float(height) - 0.5,
                );
                let light = through_lens(canvas, grade, x, y, from_centre) * exposure;
                let colour = print(light, grade, off_axis(canvas, from_centre));
                let grain =
                    grain(x, y, frame) * grade.grain * (1.0 - luminance(colour) * 0.6) * 255.0;
                for (channel, out) in colour.to_array().into_iter().zip(out) {
                    *out = byte((table.value(channel) + grain).clamp(0.0, 255.0));
                }
            }
        });
    rgb
}

/// What one light looks like on screen, 0..255 per channel.
pub(crate) fn one_light(light: Vec3, grade: &Grade, exposure: f32) -> Vec3 {
    let rgb = develop(
        &Canvas::filled(1, 1, light),
        &Grade {
            fringe: 0.0,
            ..*grade
        },
        exposure,
        0,
    );
    vec3(f32::from(rgb[0]), f32::from(rgb[1]), f32::from(rgb[2]))
}

/// Squared distance from the middle of the lens, milder across wide pictures.
fn off_axis(canvas: &Canvas, from_centre: Vec2) -> f32 {
    let aspect = float(canvas.width) / float(canvas.height);
    from_centre.x.powi(2) * aspect.min(1.4) + from_centre.y.powi(2)
}

/// The pixel with red and blue shifted outwards and inwards, as glass does.
fn through_lens(canvas: &Canvas, grade: &Grade, x: usize, y: usize, from_centre: Vec2) -> Vec3 {
    let straight = canvas.pixels[y * canvas.width + x];
    if grade.fringe <= 0.0 {
        return straight;
    }
    let size = vec2(float(canvas.width), float(canvas.height));
    let shift = from_centre * size * (grade.fringe * off_axis(canvas, from_centre));
    let at = vec2(float(x), float(y));
    let outer = at + shift;
    let inner = at - shift;
    let red = canvas.between(outer.x, outer.y).x;
    let blue = canvas.between(inner.x, inner.y).z;
    vec3(red, straight.y, blue)
}

/// Vignette, film curve, saturation and tint.
fn print(light: Vec3, grade: &Grade, off_axis: f32) -> Vec3 {
    let light = light * (1.0 - grade.vignette * smooth(0.08, 0.62, off_axis));
    let colour = film_curve(light.max(Vec3::ZERO));
    let brightness = luminance(colour);
    let colour = Vec3::splat(brightness) + (colour - brightness) * grade.saturation;
    colour + grade.shadow_tint * (1.0 - brightness).max(0.0).powi(3) * 0.06
}

/// Triangular noise in -1..1.
fn grain(x: usize, y: usize, frame: u32) -> f32 {
    let bits = cell_bits(signed(x), signed(y), frame.wrapping_mul(7919));
    unit(bits) + unit(bits << 16) - 1.0
}
