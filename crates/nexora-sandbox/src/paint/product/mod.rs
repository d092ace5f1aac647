//! A product shot: one object on a pedestal among simple shapes, in studio light.

mod light;
mod shapes;

use std::f32::consts::TAU;

use glam::{Vec3, vec3};

use super::canvas::Canvas;
use super::colour::film_curve;
use super::grade::Grade;
use super::noise::smooth;
use super::number::float;
use super::painting::{Layers, Painting};
use super::view::View;
use light::Studio;
pub(crate) use shapes::Hero;
use shapes::{Material, Set};

const CAMERA: Vec3 = vec3(0.0, 0.98, -3.3);
/// Distance of the picture plane for a picture of height 1.
const FOCAL: f32 = 1.085;
const STEPS_MAX: u32 = 72;
/// Mirrored things need less care.
const MIRROR_STEPS_MAX: u32 = 40;

/// A point on a surface.
#[derive(Clone, Copy)]
struct Hit {
    at: Vec3,
    normal: Vec3,
    material: Material,
}

/// Paints the scene. Without a `hero` the seed chooses one.
pub(crate) fn paint(view: &View, hero: Option<Hero>) -> Painting {
    let studio = Studio::roll(view, hero);
    let mut canvas = Canvas::shade(view.width, view.height, |x, y| {
        studio.pixel(view, float(x), float(y))
    });
    smooth_edges(view, &studio, &mut canvas);
    let grade = Grade {
        key: 0.22,
        highlight: 1.1,
        glow_from: 1.0,
        glow: 0.7,
        vignette: 0.38,
        grain: 0.010,
        saturation: 1.06,
        fringe: 0.002,
        shadow_tint: view.palette.low,
    };
    Painting { canvas, grade }
}

/// The scene in layers, for a moving camera.
pub(crate) fn layers(view: &View, hero: Option<Hero>) -> Layers {
    const FAR: f32 = 0.25;
    const NEAR: f32 = 2.0;
    let studio = Studio::roll(view, hero);
    let nearness = (0..view.width * view.height).map(|pixel| {
        let ray = camera_ray(view, float(pixel % view.width), float(pixel / view.width));
        let hit = studio.trace(CAMERA, ray, STEPS_MAX);
        hit.map_or(FAR, |hit| {
            (NEAR / (hit.at - CAMERA).length()).clamp(FAR, 1.0)
        })
    });
    let nearness = nearness.collect();
    Layers::solid(paint(view, hero), nearness)
}

/// The direction a pixel looks in.
fn camera_ray(view: &View, x: f32, y: f32) -> Vec3 {
    let point = view.point(x, y);
    // The set fills the width: closer in a wide frame, farther in a tall one.
    let back = (1.08 / view.aspect()).clamp(0.74, 1.7);
    vec3(point.x, point.y - 0.10, FOCAL / back).normalize()
}

impl<'a> Studio<'a> {
    fn roll(view: &'a View, hero: Option<Hero>) -> Self {
        let mut dice = view.dice();
        let rolled = dice.pick([Hero::Bottle, Hero::Drop, Hero::Knot, Hero::Jar]);
        let turn = dice.between(-0.35, 0.35) + (TAU * view.phase).sin() * 0.22;
        let set = Set::roll(&mut dice, hero.unwrap_or(rolled), turn, view.phase);
        Self {
            set,
            paint: &view.palette,
        }
    }
}

impl Studio<'_> {
    /// The light a pixel sees.
    fn pixel(&self, view: &View, x: f32, y: f32) -> Vec3 {
        let ray = camera_ray(view, x, y);
        match self.trace(CAMERA, ray, STEPS_MAX) {
            None => self.backdrop(ray),
            Some(hit) => {
                let light = self.surface(&hit, ray);
                if hit.material != Material::Floor {
                    return light;
                }
                let far = hit.at.z.max(hit.at.x.abs() * 0.9 - 0.4);
                light.lerp(self.backdrop(ray), smooth(1.2, 4.2, far))
            }
        }
    }
}

/// Paints pixels whose neighbours differ much once more, four times within the pixel.
fn smooth_edges(view: &View, studio: &Studio<'_>, canvas: &mut Canvas) {
    const VISIBLE_STEP: f32 = 0.16;
    const SPARKLE_MAX: f32 = 24.0;
    let (width, height) = (view.width, view.height);
    let seen: Vec<f32> = canvas
        .pixels
        .iter()
        .map(|light| film_curve(*light).element_sum())
        .collect();
    canvas.each(|x, y, pixel| {
        if x == 0 || y == 0 || x + 1 == width || y + 1 == height {
            return;
        }
        let at = y * width + x;
        let around = [
            seen[at],
            seen[at - 1],
            seen[at + 1],
            seen[at - width],
            seen[at + width],
        ];
        let brightest = around.into_iter().fold(f32::MIN, f32::max);
        let darkest = around.into_iter().fold(f32::MAX, f32::min);
        if brightest - darkest <= VISIBLE_STEP {
            return;
        }
        let (x, y) = (float(x), float(y));
        let sum: Vec3 = [(-0.25, -0.38), (0.38, -0.25), (0.25, 0.38), (-0.38, 0.25)]
            .into_iter()
            .map(|(across, down)| studio.pixel(view, x + across, y + down))
            .map(|light| light.min(Vec3::splat(SPARKLE_MAX)))
            .sum();
        *pixel = sum * 0.25;
    });
}
