//! Draws the ground column by column, near to far, each pixel once.

use glam::{Vec3, vec3};
use rayon::prelude::*;

use super::{EXTENT, Terrain, WATER_LEVEL};
use crate::paint::noise::clamp01;
use crate::paint::number::{float, index};
use crate::paint::sky::Sky;
use crate::paint::view::Pinhole;

/// Nothing nearer is drawn.
const NEAREST: f32 = 0.09;
/// The last row of the map has no neighbour to blend with.
const FARTHEST: f32 = EXTENT * 0.985;

/// Upright, or upside down as water shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mirror {
    Upright,
    InWater,
}

/// Light and depth of every pixel.
pub(crate) struct Drawn {
    pub(crate) light: Vec<Vec3>,
    /// Distance ahead of the camera; 0 where there is no ground; negative on water.
    pub(crate) depth: Vec<f32>,
}

/// One picture of the ground to draw.
pub(crate) struct Shot<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) camera: Vec3,
    pub(crate) lens: Pinhole,
    pub(crate) sky: &'a Sky,
    /// How soon distance fades into the sky.
    pub(crate) fog: f32,
}

impl Terrain {
    /// Draws the ground.
    pub(crate) fn draw(&self, shot: &Shot<'_>, mirror: Mirror) -> Drawn {
        let columns: Vec<Column> = (0..shot.width)
            .into_par_iter()
            .map(|x| Column::start(shot, mirror, x).march(self))
            .collect();
        let mut light = vec![Vec3::ZERO; shot.width * shot.height];
        let mut depth = vec![0.0; shot.width * shot.height];
        light
            .par_chunks_mut(shot.width)
            .zip(depth.par_chunks_mut(shot.width))
            .enumerate()
            .for_each(|(y, (light, depth))| {
                for ((light, depth), column) in light.iter_mut().zip(depth).zip(&columns) {
                    *light = column.light[y];
                    *depth = column.depth[y];
                }
            });
        Drawn { light, depth }
    }
}

/// What was met at one step.
#[derive(Clone, Copy)]
struct Step {
    colour: Vec3,
    /// Pixel row, not rounded.
    row: f32,
    distance: f32,
}

/// One pixel column on its way from near to far.
struct Column<'a> {
    shot: &'a Shot<'a>,
    mirror: Mirror,
    /// Sideways movement per distance.
    across: f32,
    haze: Vec3,
    light: Vec<Vec3>,
    depth: Vec<f32>,
    /// Everything from this row down is painted.
    painted_to: f32,
    before: Step,
    /// The step before was visible, so the next colour blends into it.
    is_joined: bool,
    was_hidden: bool,
}

impl<'a> Column<'a> {
    fn start(shot: &'a Shot<'a>, mirror: Mirror, x: usize) -> Self {
        let across = (float(x) + 0.5 - shot.lens.half_width) / shot.lens.focal;
        let ahead = vec3(across, 0.0, 1.0).normalize();
        let horizon = shot.sky.clear(vec3(ahead.x, 0.015, ahead.z));
        let sunward = ahead.dot(shot.sky.sun).max(0.0).powi(8);
        let bottom = float(shot.height);
        Self {
            shot,
            mirror,
            across,
            haze: horizon * 0.92 + shot.sky.sunlight * (sunward * 0.5),
            light: vec![Vec3::ZERO; shot.height],
            depth: vec![0.0; shot.height],
            painted_to: bottom,
            before: Step {
                colour: Vec3::ZERO,
                row: bottom,
                distance: NEAREST,
            },
            is_joined: false,
            was_hidden: false,
        }
    }

    /// Walks to the far edge, or until the column is full.
    fn march(mut self, terrain: &Terrain) -> Self {
        let stride = (4.6 / float(self.shot.height)).max(0.0028);
        let camera_height = match self.mirror {
            Mirror::Upright => self.shot.camera.y,
            Mirror::InWater => 2.0 * WATER_LEVEL - self.shot.camera.y,
        };
        let mut distance = NEAREST;
        while distance < FARTHEST && self.painted_to > 0.0 {
            let x = self.shot.camera.x + self.across * distance;
            let z = (self.shot.camera.z + distance).min(EXTENT * 0.99);
            let ground = terrain.height(x, z);
            let is_water = terrain.is_water(ground);
            if is_water && self.mirror == Mirror::InWater {
                self.skip_water(distance);
                distance += (distance * stride * 1.5).max(0.002);
                continue;
            }
            let height = if is_water { WATER_LEVEL } else { ground };
            let lens = self.shot.lens;
            let row = lens.horizon - (height - camera_height) / distance * lens.focal;
            if row >= self.painted_to {
                self.was_hidden = true;
                self.before.row = row;
                self.before.distance = distance;
            } else {
                let colour = if is_water {
                    Vec3::ZERO
                } else {
                    self.hazy(terrain.colour(x, z), height, distance)
                };
                self.paint(
                    Step {
                        colour,
                        row,
                        distance,
                    },
                    is_water,
                );
            }
            distance += (distance * stride).max(0.002);
        }
        self
    }

    /// Water is not part of its own reflection.
    fn skip_water(&mut self, distance: f32) {
        self.before = Step {
            colour: self.shot.sky.horizon,
            row: self.shot.lens.horizon,
            distance,
        };
        self.is_joined = false;
    }

    /// The ground's light after the air between; air is thinner higher up.
    fn hazy(&self, colour: Vec3, height: f32, distance: f32) -> Vec3 {
        let air = distance * self.shot.fog;
        let thickness = air / (1.0 + height.max(0.0) * 1.9) + air * 0.25;
        colour.lerp(self.haze, 1.0 - (-thickness).exp())
    }

    /// Fills the rows between what is painted and this step.
    fn paint(&mut self, step: Step, is_water: bool) {
        if self.was_hidden {
            self.before.colour = step.colour;
            self.was_hidden = false;
        }
        let first = index(step.row.max(0.0).ceil());
        let end = index(self.painted_to.ceil()).min(self.shot.height);
        let span = (self.before.row - step.row).max(1e-3);
        for row in first..end {
            let part = if self.is_joined {
                clamp01((self.before.row - float(row)) / span)
            } else {
                1.0
            };
            let between = self.before.distance + (step.distance - self.before.distance) * part;
            (self.light[row], self.depth[row]) = if is_water {
                (Vec3::ZERO, -between)
            } else {
                (self.before.colour.lerp(step.colour, part), step.distance)
            };
        }
        self.painted_to = step.row;
        self.was_hidden = is_water;
        self.before = step;
        self.is_joined = true;
    }
}
