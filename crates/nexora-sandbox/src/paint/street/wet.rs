//! Wet asphalt: puddles mirror the street, the rest smears it downwards.

use glam::{Vec3, vec2, vec3};

use super::Street;
use crate::paint::noise::{cell, clamp01, gradient, layered, smooth};
use crate::paint::number::signed;

/// Mirrored rays per pixel; fewer show as noise.
const RAYS: u8 = 5;
const MIRRORED_LIGHT_MAX: f32 = 3.0;

impl Street<'_> {
    /// The light of the ground at a place seen along `ray`. `pixel` seeds the roughness.
    pub(super) fn wet_ground(
        &self,
        ground: Vec3,
        ray: Vec3,
        distance: f32,
        pixel: (usize, usize),
    ) -> Vec3 {
        let at = vec2(ground.x, ground.z);
        let puddle = smooth(0.42, 0.60, layered(at * 1.3, 4, self.seed + 30) + 0.5);
        let rough = 0.018 + 0.07 * (1.0 - puddle);
        let fine = at * vec2(14.0, 5.0);
        let ripple = vec2(
            gradient(fine, self.seed + 31) * 0.016,
            gradient(fine + 7.0, self.seed + 32) * 0.05,
        );
        let mut mirrored = Vec3::ZERO;
        for bounce in 0..RAYS {
            let random = |salt: u32| {
                let salt = salt + u32::from(bounce) * 0x9E37;
                cell(signed(pixel.0), signed(pixel.1), salt) - 0.5
            };
            let tilt = vec2(random(77) * rough * 0.5, random(78) * rough * 2.6) + ripple;
            let normal = vec3(tilt.x, 1.0, tilt.y).normalize();
            let bounced = ray - normal * (2.0 * ray.dot(normal));
            let seen = self.trace(ground, vec3(bounced.x, bounced.y.abs(), bounced.z));
            let near = 1.0 - 0.25 * clamp01(seen.distance * 0.1);
            mirrored += seen.light.min(Vec3::splat(MIRRORED_LIGHT_MAX)) * near;
        }
        mirrored /= f32::from(RAYS);
        let grazing = 0.10 + 0.75 * (1.0 + ray.y).powi(4);
        let asphalt =
            vec3(0.008, 0.009, 0.012) * (0.6 + 0.8 * gradient(at * 24.0, self.seed + 34).abs());
        let light =
            asphalt + Vec3::splat(lane(at.x, at.y)) + mirrored * (grazing * (0.45 + 0.75 * puddle));
        let glow = (-((ray.x / ray.z).powi(2) * 5.0)).exp();
        let haze = self.haze + self.far_glow * (glow * 0.7);
        light.lerp(haze, (1.0 - (-distance * 0.06).exp()) * 0.8)
    }
}

/// Dashes of paint in the middle.
fn lane(across: f32, along: f32) -> f32 {
    let dash = smooth(0.45, 0.5, (along * 0.5).rem_euclid(1.0));
    smooth(0.03, 0.02, across.abs()) * dash * 0.05
}
