//! A lake: the landscape upside down, broken by small waves.

use glam::{Vec2, Vec3, vec2, vec3};

use super::Backdrop;
use crate::paint::noise::gradient;
use crate::paint::number::{clamp_index, float, floor};
use crate::paint::sky::Sky;
use crate::paint::terrain::{Drawn, EXTENT, Shot};
use crate::paint::view::View;

/// Brighter mirrored light would turn into hard spots.
const MIRRORED_LIGHT_MAX: f32 = 6.0;

pub(super) struct Water<'a> {
    shot: &'a Shot<'a>,
    mirrored: Drawn,
    sway: Vec2,
    depths: Vec3,
}

impl<'a> Water<'a> {
    pub(super) fn new(view: &View, shot: &'a Shot<'a>, mirrored: Drawn) -> Self {
        let depths = shot.sky.middle * 0.10 + view.palette.low * 0.04;
        Self {
            shot,
            mirrored,
            sway: view.circle() * 0.35,
            depths,
        }
    }

    /// The light of a water pixel at a depth as the terrain reports it.
    pub(super) fn light(&self, backdrop: &Backdrop<'_>, x: usize, y: usize, depth: f32) -> Vec3 {
        let shot = self.shot;
        let (across, down) = (float(x), float(y));
        let distance = if depth == 0.0 { EXTENT } else { -depth };
        let ray = shot.lens.ray(across, down);
        let at = vec2(
            shot.camera.x + ray.x / ray.z * distance,
            shot.camera.z + distance,
        );
        let wave = self.wave(at);
        let height = float(shot.height) * 0.012 / (1.0 + distance * 1.6);
        let mirror_y = 2.0 * shot.lens.horizon - down + wave * height * 1.6 - height * 0.6;
        let mirror_x = across + wave * height * 0.4;
        let mirrored = self.mirrored_light(backdrop, mirror_x, mirror_y, wave);
        let grazing = 0.25 + 0.75 * (1.0 - ray.y.abs() * 2.2).max(0.0).powi(3);
        self.depths.lerp(mirrored * 0.88, grazing) + glint(shot.sky, ray, wave)
    }

    fn mirrored_light(&self, backdrop: &Backdrop<'_>, x: f32, y: f32, wave: f32) -> Vec3 {
        let column = clamp_index(floor(x), self.shot.width);
        let row = clamp_index(floor(y), self.shot.height);
        let pixel = row * self.shot.width + column;
        if self.mirrored.depth[pixel] > 0.0 {
            return self.mirrored.light[pixel];
        }
        backdrop
            .mirrored(x, y.min(self.shot.lens.horizon), wave)
            .min(Vec3::splat(MIRRORED_LIGHT_MAX))
    }

    fn wave(&self, at: Vec2) -> f32 {
        let sway = self.sway;
        let at = at * vec2(16.0, 34.0);
        gradient(at + vec2(sway.x, sway.y * 3.0), 5)
            + 0.6 * gradient(at * 2.3 - vec2(sway.y, sway.x * 3.0), 6)
            + 0.35 * gradient(at * vec2(0.25, 0.3) + vec2(sway.y, 0.0), 7)
    }
}

/// The sun caught by a wave's face.
fn glint(sky: &Sky, ray: Vec3, wave: f32) -> Vec3 {
    let below_sun = vec3(sky.sun.x, ray.y, sky.sun.z).normalize();
    sky.sunlight * ((wave - 0.75).max(0.0) * 0.25 * ray.dot(below_sun).max(0.0).powi(60))
}
