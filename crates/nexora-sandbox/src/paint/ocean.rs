//! Open sea under a large sky, every wave a mirror.

use std::f32::consts::{FRAC_PI_2, TAU};

use glam::{Vec2, Vec3, vec2, vec3};

use super::canvas::{Canvas, Coarse};
use super::dice::Dice;
use super::grade::Grade;
use super::noise::{clamp01, gradient, smooth};
use super::number::{float, float_i};
use super::painting::{Layers, Painting};
use super::sky::{Daytime, Sky, SkyLights, SunSide};
use super::view::{Pinhole, View};

/// Eye height above the water in scene units.
const EYE: f32 = 0.34;
const SWELLS: i32 = 9;

/// One long wave.
struct Swell {
    direction: Vec2,
    frequency: f32,
    phase: f32,
    /// Whole turns per loop, so that the loop closes.
    turns: f32,
}

/// A rolled sea under its sky.
pub(crate) struct Sea<'a> {
    view: &'a View,
    sky: Sky,
    lens: Pinhole,
    swells: Vec<Swell>,
    soft: Coarse,
}

impl<'a> Sea<'a> {
    /// Rolls sky and waves.
    pub(crate) fn roll(view: &'a View, daytime: Daytime, cloudiness: f32) -> Self {
        let mut dice = view.dice();
        let sky = Sky::roll(view, &mut dice, daytime, SunSide::Ahead, cloudiness);
        let height = float(view.height);
        let lens = Pinhole {
            horizon: height * dice.between(0.46, 0.56),
            focal: height * 0.95,
            half_width: float(view.width) * 0.5,
        };
        let soft = Canvas::coarse(
            view.width,
            view.height,
            view.detail.step().max(2),
            |x, y| {
                let ray = lens.ray(x, y);
                sky.soft(
                    vec3(ray.x, ray.y.abs().max(0.002), ray.z).normalize(),
                    view.phase,
                )
            },
        );
        let swells = (0..SWELLS)
            .map(|number| Swell::roll(&mut dice, number))
            .collect();
        Self {
            view,
            sky,
            lens,
            swells,
            soft,
        }
    }

    /// Paints the scene.
    pub(crate) fn paint(&self, lights: SkyLights) -> Painting {
        let canvas = Canvas::shade(self.view.width, self.view.height, |x, y| {
            if float(y) < self.lens.horizon - 1.0 {
                self.air(x, y, lights)
            } else {
                self.water(x, y)
            }
        });
        Painting {
            canvas,
            grade: grade(self.view, &self.sky),
        }
    }

    /// The scene in layers, for a moving camera.
    pub(crate) fn layers(&self) -> Layers {
        let rows = (0..self.view.height).flat_map(|y| {
            let ray = self.lens.ray(self.lens.half_width, float(y));
            let near = if ray.y < 0.0 { ray.y * 1.6 } else { 0.0 };
            std::iter::repeat_n(near.max(-1.0), self.view.width)
        });
        Layers {
            plain: self.paint(SkyLights::LeftOut),
            lit: Some(self.paint(SkyLights::Painted)),
            nearness: rows.collect(),
            foreground: Vec::new(),
            foreground_light: Vec3::ZERO,
        }
    }

    fn air(&self, x: usize, y: usize, lights: SkyLights) -> Vec3 {
        let (x, y) = (float(x), float(y));
        let soft = self.soft.at(x, y);
        match lights {
            SkyLights::LeftOut => soft,
            SkyLights::Painted => {
                soft + self.sky.lights(self.lens.ray(x, y), soft, self.view.phase)
            }
        }
    }

    fn water(&self, x: usize, y: usize) -> Vec3 {
        let ray = self
            .lens
            .ray(float(x), float(y).max(self.lens.horizon + 0.6));
        let distance = EYE / -ray.y;
        let slope = self.slope(vec2(ray.x, ray.z) * distance, distance);
        let normal = vec3(-slope.x, 1.0, -slope.y).normalize();
        let facing = (-ray).dot(normal).max(0.02);
        let bounced = ray - normal * (2.0 * ray.dot(normal));
        let bounced = vec3(bounced.x, bounced.y.abs().max(0.01), bounced.z.max(0.05)).normalize();
        let mirror = 0.02 + 0.98 * (1.0 - facing).powi(5);
        let light = self.depths(slope) * (1.0 - mirror)
            + self.mirrored(bounced) * mirror
            + self.glitter(bounced) * (0.4 + 0.6 * mirror);
        let far = 1.0 - (-(distance - 4.0).max(0.0) * 0.018).exp();
        let horizon = self.sky.clear(vec3(ray.x, 0.01, ray.z).normalize());
        light.lerp(horizon, far * 0.85) * (0.75 + 0.25 / (1.0 + distance * 0.10))
    }

    /// The surface's slope; waves smaller than a pixel are left out.
    fn slope(&self, at: Vec2, distance: f32) -> Vec2 {
        let (seed, phase) = (self.view.seed, self.view.phase);
        let pixel = distance * distance / (EYE * self.lens.focal);
        let bend = vec2(
            gradient(at * 0.5, seed + 1),
            gradient(at * 0.5 + 9.0, seed + 2),
        );
        let bent = at + bend * 0.35;
        let mut slope = Vec2::ZERO;
        for swell in &self.swells {
            let kept = 1.0 - smooth(0.35, 1.6, pixel * swell.frequency);
            if kept <= 0.0 {
                continue;
            }
            let angle = swell.direction.dot(bent) * swell.frequency
                + swell.phase
                + TAU * phase * swell.turns;
            let (sin, cos) = angle.sin_cos();
            slope += swell.direction * ((sin - 1.0).exp() * cos * 0.15 * kept);
        }
        let sway = self.view.circle() * 0.3;
        let kept = 1.0 - smooth(0.02, 0.25, pixel);
        let ripple = vec2(
            gradient(at * 9.0 + sway, seed + 3),
            gradient(at * 9.0 - sway + 5.0, seed + 4),
        );
        slope += ripple * (0.13 * (0.25 + 0.75 * kept));
        if kept > 0.0 {
            let fine = vec2(
                gradient(at * 26.0 - sway * 2.0, seed + 5),
                gradient(at * 26.0 + sway * 2.0, seed + 6),
            );
            slope += fine * (0.08 * kept);
        }
        slope
    }

    /// Light from below the surface.
    fn depths(&self, slope: Vec2) -> Vec3 {
        let paint = &self.view.palette;
        paint.low * 0.16
            + self.sky.middle * 0.05
            + self.sky.sunlight * (clamp01(slope.y * 2.0 + 0.2) * 0.04)
            + paint.accent * (clamp01(-slope.y * 1.6) * 0.05)
    }

    /// The sky a mirrored ray meets.
    fn mirrored(&self, ray: Vec3) -> Vec3 {
        let x = ray.x / ray.z * self.lens.focal + self.lens.half_width;
        let y = self.lens.horizon - ray.y / ray.z * self.lens.focal;
        let seen = self.soft.at(x, y.clamp(0.0, self.lens.horizon - 2.0));
        self.sky.clear(ray).lerp(seen, 0.75)
    }

    /// The sun in the waves.
    fn glitter(&self, ray: Vec3) -> Vec3 {
        let towards = ray.dot(self.sky.sun).max(0.0);
        let strength = if self.sky.is_night() { 0.7 } else { 1.0 };
        self.sky.sunlight * ((towards.powi(420) * 12.0 + towards.powi(60) * 0.5) * strength)
    }
}

impl Swell {
    fn roll(dice: &mut Dice, number: i32) -> Self {
        Self {
            direction: Vec2::from_angle(dice.between(-0.75, 0.75) - FRAC_PI_2),
            frequency: 3.2 * 1.55_f32.powi(number),
            phase: dice.between(0.0, TAU),
            turns: (2.0 + float_i(number) * 0.9).round(),
        }
    }
}

fn grade(view: &View, sky: &Sky) -> Grade {
    let (key, highlight) = if sky.is_night() {
        (0.06, 0.7)
    } else {
        (0.2, 1.05)
    };
    Grade {
        key,
        highlight,
        glow_from: 0.9,
        glow: 1.0,
        vignette: 0.42,
        grain: 0.015,
        saturation: 1.06,
        fringe: 0.003,
        shadow_tint: view.palette.low,
    }
}
