//! A street at night in the rain: towers, neon and wet asphalt, all from flat walls.

mod facade;
mod rain;
mod signs;
mod wet;

use glam::{Vec3, vec2, vec3};
use rayon::prelude::*;

use super::canvas::Canvas;
use super::colour::oklch;
use super::grade::Grade;
use super::noise::{clamp01, layered};
use super::number::{float, index};
use super::painting::{Layers, Painting};
use super::view::{Pinhole, View};
pub(crate) use rain::Rain;

/// Eye height; the nearest walls stand one unit to each side.
const EYE: f32 = 0.55;
/// Rows of buildings behind each other.
const ROWS: u32 = 4;
/// Walls farther away have vanished in the haze.
const REACH: f32 = 45.0;
/// The distance of what is not a wall.
const SKY_DISTANCE: f32 = 60.0;

/// Which side of the street.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl Side {
    const BOTH: [Self; 2] = [Self::Left, Self::Right];

    fn sign(self) -> f32 {
        match self {
            Self::Left => -1.0,
            Self::Right => 1.0,
        }
    }

    /// The number a side brings into a hash.
    fn salt(self) -> i32 {
        match self {
            Self::Left => -1,
            Self::Right => 1,
        }
    }
}

/// What a ray met.
#[derive(Clone, Copy)]
struct Seen {
    light: Vec3,
    distance: f32,
}

/// A street, rolled and ready to be looked at.
struct Street<'a> {
    view: &'a View,
    seed: u32,
    lens: Pinhole,
    eye: Vec3,
    neon: [Vec3; 6],
    haze: Vec3,
    /// The glow at the street's end.
    far_glow: Vec3,
}

/// Paints the scene.
pub(crate) fn paint(view: &View) -> Painting {
    let mut painting = Street::roll(view).painting().0;
    let rain = Rain::new(view);
    painting
        .canvas
        .each(|x, y, pixel| *pixel += rain.light(x, y, view.phase));
    painting
}

/// The scene in layers, for a moving camera; the rain is left to be added to every frame.
pub(crate) fn layers(view: &View) -> Layers {
    let (plain, nearness) = Street::roll(view).painting();
    Layers::solid(plain, nearness)
}

impl<'a> Street<'a> {
    fn roll(view: &'a View) -> Self {
        let mut dice = view.dice();
        let paint = &view.palette;
        let height = float(view.height);
        let lens = Pinhole {
            horizon: height * 0.60,
            focal: height * dice.between(0.78, 0.95),
            half_width: float(view.width) * 0.5,
        };
        let pink = oklch(350.0, 0.25, 0.70).linear();
        let sky_blue = oklch(200.0, 0.15, 0.80).linear();
        Self {
            view,
            seed: view.seed,
            lens,
            eye: vec3(dice.between(-0.35, 0.35), EYE, 0.0),
            neon: [
                paint.accent,
                paint.high,
                paint.mid,
                paint.light,
                pink,
                sky_blue,
            ],
            haze: paint.mid * 0.075 + paint.deep * 0.12,
            far_glow: paint.high * 0.34 + paint.accent * 0.12,
        }
    }

    fn painting(&self) -> (Painting, Vec<f32>) {
        let (width, height) = (self.view.width, self.view.height);
        let mut canvas = Canvas::filled(width, height, Vec3::ZERO);
        let mut nearness = vec![0.0; width * height];
        canvas
            .pixels
            .par_chunks_mut(width)
            .zip(nearness.par_chunks_mut(width))
            .enumerate()
            .for_each(|(y, (lights, nearness))| {
                for (x, (light, near)) in lights.iter_mut().zip(nearness).enumerate() {
                    let seen = self.pixel(x, y);
                    *light = seen.light;
                    *near = 1.0 / seen.distance.max(1.0);
                }
            });
        (
            Painting {
                canvas,
                grade: self.grade(),
            },
            nearness,
        )
    }

    fn pixel(&self, x: usize, y: usize) -> Seen {
        let ray = self.lens.ray(float(x), float(y));
        let seen = self.trace(self.eye, ray);
        let to_ground = if ray.y < -1e-4 {
            -EYE / ray.y
        } else {
            f32::MAX
        };
        if to_ground >= seen.distance || to_ground > SKY_DISTANCE {
            return seen;
        }
        let light = self.wet_ground(self.eye + ray * to_ground, ray, to_ground, (x, y));
        Seen {
            light,
            distance: to_ground,
        }
    }

    /// What a ray meets above the ground, through the haze.
    fn trace(&self, from: Vec3, ray: Vec3) -> Seen {
        let wall = self.first_wall(from, ray);
        let wall = wall.unwrap_or_else(|| Seen {
            light: self.night(ray),
            distance: SKY_DISTANCE,
        });
        let seen = self.first_sign(from, ray, wall.distance).unwrap_or(wall);
        let (across, up) = (ray.x / ray.z, ray.y / ray.z - 0.05);
        let glow = (-(across * across * 5.0 + up * up * 7.0)).exp();
        let density = 0.045 + 0.05 * (-ray.y.max(0.0) * 4.0).exp();
        let hazy = clamp01(1.0 - (-seen.distance * density).exp());
        let haze = self.haze + self.far_glow * (glow * 0.9);
        Seen {
            light: seen.light.lerp(haze, hazy),
            distance: seen.distance,
        }
    }

    fn first_wall(&self, from: Vec3, ray: Vec3) -> Option<Seen> {
        (0..ROWS).find_map(|row| {
            Side::BOTH.into_iter().find_map(|side| {
                let wall_x = side.sign() * facade::row_distance(row);
                if (wall_x - from.x) * ray.x <= 0.0 {
                    return None;
                }
                let distance = (wall_x - from.x) / ray.x;
                let at = from + ray * distance;
                if distance > REACH || at.y < 0.0 {
                    return None;
                }
                let light = self.facade(vec2(at.z, at.y), side, row)?;
                Some(Seen { light, distance })
            })
        })
    }

    /// Clouds lit from below.
    fn night(&self, ray: Vec3) -> Vec3 {
        let paint = &self.view.palette;
        let cloud = layered(vec2(ray.x * 2.0, ray.y * 3.0) + 4.0, 4, self.seed + 12);
        let lit = self.haze * (0.8 * (-ray.y.max(0.0) * 3.2).exp());
        paint.deep * 0.16 + lit + paint.low * (0.16 * (cloud + 0.3).max(0.0))
    }

    /// One of the street's neon colours.
    fn neon(&self, roll: f32) -> Vec3 {
        const COLOURS: f32 = 6.0;
        let at = index(roll.rem_euclid(1.0) * COLOURS);
        self.neon[at.min(self.neon.len() - 1)]
    }

    fn grade(&self) -> Grade {
        Grade {
            key: 0.05,
            highlight: 0.8,
            glow_from: 0.6,
            glow: 2.0,
            vignette: 0.5,
            grain: 0.011,
            saturation: 1.1,
            fringe: 0.008,
            shadow_tint: self.view.palette.mid,
        }
    }
}
