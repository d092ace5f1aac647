//! Landscapes: mountains at a lake by day, under northern lights by night, and dunes.

mod figure;
mod trees;
mod water;

use glam::{Vec3, vec3};

use super::canvas::{Canvas, Coarse};
use super::grade::Grade;
use super::noise::smooth;
use super::number::float;
use super::painting::{Layers, Painting};
use super::sky::{Daytime, Sky, SkyLights, SunSide};
use super::terrain::{Drawn, Ground, Mirror, Shot, Terrain};
use super::view::{Pinhole, View};
use water::Water;

/// What the words asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LandWish {
    pub(crate) ground: Ground,
    pub(crate) daytime: Daytime,
    /// 0 clear, 1 covered.
    pub(crate) cloudiness: f32,
    pub(crate) foreground: Foreground,
}

/// What stands near the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreground {
    Nothing,
    Trees,
    Figure,
}

/// A shaped and lit landscape, ready to be painted from the camera.
pub(crate) struct Land {
    wish: LandWish,
    terrain: Terrain,
    sky: Sky,
    /// 0..1: to which side the foreground leans.
    side: f32,
}

impl Land {
    pub(crate) fn new(view: &View, wish: LandWish) -> Self {
        let mut dice = view.dice();
        let side = match wish.ground {
            Ground::Dunes => SunSide::Aside,
            Ground::Mountains => SunSide::Ahead,
        };
        let sky = Sky::roll(view, &mut dice, wish.daytime, side, wish.cloudiness);
        let terrain = Terrain::make(wish.ground, view.seed, &view.palette, &sky);
        Self {
            wish,
            terrain,
            sky,
            side: dice.unit(),
        }
    }

    /// The finished still, painted at twice the size and halved so that edges are smooth.
    pub(crate) fn paint(&self, view: &View) -> Painting {
        let large = View {
            width: view.width * 2,
            height: view.height * 2,
            ..view.clone()
        };
        let (mut canvas, _) = self.scenery(&large, SkyLights::Painted);
        let cover = self.foreground(&large);
        let silhouette = self.silhouette(view);
        if !cover.is_empty() {
            canvas.each(|x, y, pixel| {
                *pixel = pixel.lerp(silhouette, cover[y * large.width + x]);
            });
        }
        Painting {
            canvas: canvas.half(),
            grade: self.grade(view),
        }
    }

    /// The landscape in layers, for a moving camera.
    pub(crate) fn layers(&self, view: &View) -> Layers {
        let (plain, drawn) = self.scenery(view, SkyLights::LeftOut);
        let (lit, _) = self.scenery(view, SkyLights::Painted);
        let grade = self.grade(view);
        Layers {
            plain: Painting {
                canvas: plain,
                grade,
            },
            lit: Some(Painting { canvas: lit, grade }),
            nearness: drawn.depth.iter().map(|&depth| nearness(depth)).collect(),
            foreground: self.foreground(view),
            foreground_light: self.silhouette(view),
        }
    }

    fn lens(&self, view: &View) -> Pinhole {
        let height = float(view.height);
        let horizon = match self.wish.ground {
            Ground::Dunes => 0.40,
            Ground::Mountains => 0.60,
        };
        Pinhole {
            horizon: height * horizon,
            focal: height * 0.92,
            half_width: float(view.width) * 0.5,
        }
    }

    fn camera(&self, view: &View) -> Vec3 {
        let sway = view.circle();
        let (x, z) = (sway.x * 0.03, 0.25 + sway.y * 0.05);
        let ground = self.terrain.height(x, z + 0.1);
        let height = match self.wish.ground {
            Ground::Dunes => 0.40_f32.max(ground + 0.2),
            Ground::Mountains => 0.13_f32.max(ground + 0.05),
        };
        vec3(x, height, z)
    }

    /// Sky, ground and water, without the foreground.
    fn scenery(&self, view: &View, lights: SkyLights) -> (Canvas, Drawn) {
        let lens = self.lens(view);
        let fog = match self.wish.ground {
            Ground::Dunes => 0.12,
            Ground::Mountains => 0.16,
        };
        let shot = Shot {
            width: view.width,
            height: view.height,
            camera: self.camera(view),
            lens,
            sky: &self.sky,
            fog,
        };
        let backdrop = Backdrop::new(view, &self.sky, lens, lights);
        let drawn = self.terrain.draw(&shot, Mirror::Upright);
        let water = (self.wish.ground == Ground::Mountains)
            .then(|| Water::new(view, &shot, self.terrain.draw(&shot, Mirror::InWater)));
        let canvas = Canvas::shade(view.width, view.height, |x, y| {
            let pixel = y * view.width + x;
            let depth = drawn.depth[pixel];
            if depth > 0.0 {
                drawn.light[pixel]
            } else if depth == 0.0 && float(y) < lens.horizon + 1.0 {
                backdrop.at(float(x), float(y))
            } else if let Some(water) = &water {
                water.light(&backdrop, x, y, depth)
            } else {
                self.sky.horizon
            }
        });
        (canvas, drawn)
    }

    /// The foreground's cover of each pixel; empty if there is none.
    fn foreground(&self, view: &View) -> Vec<f32> {
        match self.wish.foreground {
            Foreground::Nothing => Vec::new(),
            Foreground::Trees => trees::cover(view, self.side),
            Foreground::Figure => figure::cover(view, if self.side > 0.5 { 0.36 } else { -0.3 }),
        }
    }

    fn silhouette(&self, view: &View) -> Vec3 {
        let strength = if self.sky.is_night() { 0.10 } else { 0.055 };
        self.sky.top.lerp(view.palette.deep, 0.6) * strength
    }

    fn grade(&self, view: &View) -> Grade {
        let (key, highlight) = if self.sky.is_night() {
            (0.075, 0.75)
        } else {
            (0.17, 0.95)
        };
        Grade {
            key,
            highlight,
            glow_from: 0.9,
            glow: 0.9,
            vignette: 0.42,
            grain: 0.014,
            saturation: 1.08,
            fringe: 0.003,
            shadow_tint: view.palette.low,
        }
    }
}

/// 1 at the camera, less with distance; water is negative.
fn nearness(depth: f32) -> f32 {
    const NEAR: f32 = 0.25;
    if depth == 0.0 {
        0.0
    } else {
        NEAR / depth.abs().max(NEAR) * depth.signum()
    }
}

/// The sky behind the ground, its soft part prepared at a quarter of the size.
struct Backdrop<'a> {
    soft: Coarse,
    sky: &'a Sky,
    lens: Pinhole,
    phase: f32,
    lights: SkyLights,
}

impl<'a> Backdrop<'a> {
    fn new(view: &View, sky: &'a Sky, lens: Pinhole, lights: SkyLights) -> Self {
        let step = (view.detail.step() * 2).max(view.height / 512);
        let soft = Canvas::coarse(view.width, view.height, step, |x, y| {
            if y > lens.horizon + 2.0 * float(step) {
                return Vec3::ZERO;
            }
            sky.soft(lens.ray(x, y), view.phase)
        });
        Self {
            soft,
            sky,
            lens,
            phase: view.phase,
            lights,
        }
    }

    fn at(&self, x: f32, y: f32) -> Vec3 {
        let soft = self.soft.at(x, y);
        match self.lights {
            SkyLights::LeftOut => soft,
            SkyLights::Painted => soft + self.sky.lights(self.lens.ray(x, y), soft, self.phase),
        }
    }

    /// The sky as water shows it: stars are lost, the sun's or moon's light lies on the `wave`s
    /// as a path.
    fn mirrored(&self, x: f32, y: f32, wave: f32) -> Vec3 {
        let soft = self.soft.at(x, y);
        if self.lights == SkyLights::LeftOut {
            return soft;
        }
        let (ray, sun) = (self.lens.ray(x, y), self.sky.sun);
        let across = (ray.x / ray.z - sun.x / sun.z) * 26.0;
        let along = (ray.y / ray.z - sun.y / sun.z) * 8.0;
        let strength = if self.sky.is_night() { 1.0 } else { 4.5 };
        let path = (-across * across - along * along).exp() * smooth(-0.35, 0.75, wave);
        soft + self.sky.sunlight * (path * strength)
    }
}
