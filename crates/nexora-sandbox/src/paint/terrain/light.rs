//! Lights every cell once: sun with shadows, sky light, and what the ground is made of.

use glam::{Vec2, Vec3, vec2, vec3};
use rayon::prelude::*;

use super::shape::smoothed;
use super::{CELL, CELLS, Ground, cell, place};
use crate::paint::noise::{clamp01, layered, smooth};
use crate::paint::number::{float, index};
use crate::paint::palette::Palette;
use crate::paint::sky::Sky;

/// Distance in cells over which hollows darken.
const HOLLOW_RADIUS: usize = 6;

/// The light leaving every cell.
pub(super) fn colours(
    ground: Ground,
    seed: u32,
    paint: &Palette,
    sky: &Sky,
    heights: &[f32],
) -> Vec<Vec3> {
    let shadows = shadow_heights(sky, heights);
    let mut colours = vec![Vec3::ZERO; CELLS * CELLS];
    colours
        .par_chunks_mut(CELLS)
        .enumerate()
        .for_each(|(row, line)| {
            for (column, out) in line.iter_mut().enumerate() {
                let height = cell(heights, column, row);
                let facts = Facts {
                    at: place(column, row),
                    height,
                    normal: normal(heights, column, row),
                    sunny: 1.0 - smooth(-0.004, 0.02, cell(&shadows, column, row) - height),
                    openness: openness(heights, column, row),
                };
                *out = match ground {
                    Ground::Mountains => lit_mountain(&facts, seed, paint, sky),
                    Ground::Dunes => lit_dune(&facts, seed, paint, sky),
                };
            }
        });
    match ground {
        Ground::Mountains => colours,
        // Crests run across the cells and would show as beads.
        Ground::Dunes => smoothed(&smoothed(&colours)),
    }
}

/// What the light needs to know of a cell.
struct Facts {
    at: Vec2,
    height: f32,
    normal: Vec3,
    /// 1 in the sun, 0 in shadow.
    sunny: f32,
    /// 1 on open ground, less in hollows.
    openness: f32,
}

/// Below this height a cell lies in shadow, for every cell. The sun stands ahead of the camera,
/// so the shadow's edge is carried from the far rows to the near ones.
fn shadow_heights(sky: &Sky, heights: &[f32]) -> Vec<f32> {
    const NEVER: f32 = -1e9;
    let mut edges = vec![NEVER; CELLS * CELLS];
    let fall = sky.sun.y / vec2(sky.sun.x, sky.sun.z).length();
    let sideways = -sky.sun.x / sky.sun.z;
    let step = (1.0 + sideways * sideways).sqrt() * CELL;
    for row in (0..CELLS - 1).rev() {
        let (near, far) = edges.split_at_mut((row + 1) * CELLS);
        let caster = |column: usize| far[column].max(heights[(row + 1) * CELLS + column]);
        for (column, edge) in near[row * CELLS..].iter_mut().enumerate() {
            let from = (float(column) - sideways).clamp(0.0, float(CELLS) - 2.0);
            let left = index(from);
            let part = from - float(left);
            *edge = caster(left) * (1.0 - part) + caster(left + 1) * part - fall * step;
        }
    }
    edges
}

fn normal(heights: &[f32], column: usize, row: usize) -> Vec3 {
    let by_x = cell(heights, column + 1, row) - cell(heights, column.saturating_sub(1), row);
    let by_z = cell(heights, column, row + 1) - cell(heights, column, row.saturating_sub(1));
    vec3(-by_x, 2.0 * CELL, -by_z).normalize()
}

fn openness(heights: &[f32], column: usize, row: usize) -> f32 {
    let around = cell(heights, column + HOLLOW_RADIUS, row)
        + cell(heights, column.saturating_sub(HOLLOW_RADIUS), row)
        + cell(heights, column, row + HOLLOW_RADIUS)
        + cell(heights, column, row.saturating_sub(HOLLOW_RADIUS));
    clamp01(1.0 - (around * 0.25 - cell(heights, column, row)) * 7.0).max(0.35)
}

fn lit_mountain(facts: &Facts, seed: u32, paint: &Palette, sky: &Sky) -> Vec3 {
    let grain = layered(facts.at * 9.0, 4, seed + 55);
    let level = facts.normal.y;
    let height = facts.height + grain * 0.15;
    let rock = (vec3(0.20, 0.18, 0.17) + paint.low * 0.25) * (0.8 + 0.5 * grain);
    let grass = (paint.mid * 0.22 + vec3(0.05, 0.07, 0.03)) * (0.8 + 0.6 * grain);
    let snow = vec3(0.82, 0.86, 0.93);
    let stony = smooth(0.86, 0.68, level).max(smooth(0.12, 0.34, height));
    let snowy = smooth(0.30, 0.46, height) * smooth(0.52, 0.72, level);
    let mut surface = grass.lerp(rock, stony).lerp(snow, snowy);
    if sky.is_night() {
        surface = surface.lerp(snow, 0.55 * smooth(0.6, 0.8, level));
    }
    let sun = facts.normal.dot(sky.sun).max(0.0) * facts.sunny;
    light(facts, surface, sun, sky)
}

fn lit_dune(facts: &Facts, seed: u32, paint: &Palette, sky: &Sky) -> Vec3 {
    let grain = layered(facts.at * 9.0, 4, seed + 55);
    let wind = facts.at.dot(vec2(22.0, 90.0)) + layered(facts.at * 8.0, 3, seed + 56) * 9.0;
    let ripples = wind.sin() * 0.06;
    let sand = (paint.high * 0.45 + paint.light * 0.18) * (0.92 + ripples + 0.15 * grain);
    // Light from the side shapes the crests better than the true sun ahead would.
    let from = vec3(sky.sun.x.signum() * 0.86, 0.30, sky.sun.z * 0.35).normalize();
    let sun = facts.normal.dot(from).max(0.0);
    light(facts, sand, sun * smooth(0.0, 0.16, sun), sky)
}

/// Sun, sky and the glow from the horizon together on a surface.
fn light(facts: &Facts, surface: Vec3, sun: f32, sky: &Sky) -> Vec3 {
    let (sun_strength, moonlit) = if sky.is_night() {
        (0.9, sky.curtain[0] * 0.10 + sky.middle * 0.6)
    } else {
        (2.6, Vec3::ZERO)
    };
    let ambient = sky.top * 0.5 + sky.middle * 0.5 + sky.horizon * 0.12 + moonlit;
    let up = 0.55 + 0.45 * facts.normal.y;
    let from_horizon = sky.horizon * (0.16 * clamp01(0.5 - facts.normal.z * 0.5));
    surface * (sky.sunlight * (sun * sun_strength) + ambient * (up * facts.openness) + from_horizon)
}
