//! The sky: a gradient with a sun or moon, clouds lit by it, and the northern lights.

use glam::{Vec2, Vec3, vec2, vec3};

use super::dice::Dice;
use super::noise::{clamp01, gradient, layered, smooth};
use super::number::float_i;
use super::palette::Palette;
use super::stars;
use super::view::{View, circle};

/// The light of day a scene is painted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Daytime {
    /// A low sun: sunrise or sunset.
    Golden,
    /// A high sun.
    Noon,
    /// Moon, stars and northern lights.
    Night,
}

/// Where the sun may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SunSide {
    /// Inside the frame, near the middle.
    Ahead,
    /// At the edge of the frame, lighting the ground from the side.
    Aside,
}

/// Whether stars, sun and moon are painted: a moving sky leaves them out, since they stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SkyLights {
    Painted,
    LeftOut,
}

/// One sky, ready to be asked for its colour in any direction.
#[derive(Clone)]
pub(crate) struct Sky {
    /// Towards the sun or moon.
    pub(crate) sun: Vec3,
    pub(crate) sunlight: Vec3,
    pub(crate) top: Vec3,
    pub(crate) middle: Vec3,
    pub(crate) horizon: Vec3,
    /// The northern lights from their foot upwards.
    pub(crate) curtain: [Vec3; 3],
    /// 0 clear, 1 covered.
    cloudiness: f32,
    pub(crate) daytime: Daytime,
    seed: u32,
}

impl Sky {
    /// Rolls the sun's place and mixes the colours of the hour.
    pub(crate) fn roll(
        view: &View,
        dice: &mut Dice,
        daytime: Daytime,
        side: SunSide,
        cloudiness: f32,
    ) -> Self {
        let paint = &view.palette;
        let azimuth: f32 = match side {
            SunSide::Aside => dice.between(0.42, 0.52) * dice.pick([1.0, -1.0]),
            SunSide::Ahead => dice.between(-0.38, 0.38),
        };
        // A tall frame sees less to the sides, and the sun should stay in it.
        let azimuth = azimuth * view.aspect().min(1.0);
        let elevation: f32 = match daytime {
            Daytime::Golden => dice.between(0.05, 0.12),
            Daytime::Noon => dice.between(0.22, 0.4),
            Daytime::Night => dice.between(0.22, 0.34),
        };
        let sun = vec3(
            azimuth.sin() * elevation.cos(),
            elevation.sin(),
            azimuth.cos() * elevation.cos(),
        );
        let (top, middle, horizon, sunlight) = colours(paint, daytime);
        let cloudiness = if daytime == Daytime::Night {
            cloudiness * 0.5
        } else {
            cloudiness
        };
        let curtain = [paint.accent, paint.high, paint.mid];
        Self {
            sun,
            sunlight,
            top,
            middle,
            horizon,
            curtain,
            cloudiness,
            daytime,
            seed: view.seed,
        }
    }

    pub(crate) fn is_night(&self) -> bool {
        self.daytime == Daytime::Night
    }

    /// Gradient and the glow around the sun, without disc and clouds.
    pub(crate) fn clear(&self, ray: Vec3) -> Vec3 {
        let height = ray.y.max(0.0).sqrt();
        let gradient = if height < 0.35 {
            self.horizon.lerp(self.middle, smooth(0.0, 0.35, height))
        } else {
            self.middle.lerp(self.top, smooth(0.35, 0.9, height))
        };
        let towards = ray.dot(self.sun).max(0.0);
        let glow = towards.powi(6) * 0.28 + towards.powi(40) * 0.5 + towards.powi(300) * 1.2;
        gradient + self.sunlight * glow
    }

    /// The sun's or moon's disc.
    fn disc(&self, ray: Vec3) -> Vec3 {
        let towards = ray.dot(self.sun);
        if self.is_night() {
            self.sunlight * (smooth(0.999_25, 0.999_45, towards) * 3.0)
        } else {
            self.sunlight * (smooth(0.999_35, 0.999_6, towards) * 30.0)
        }
    }

    /// Everything soft: gradient, northern lights, clouds. Cheap enough only at reduced size.
    pub(crate) fn soft(&self, ray: Vec3, phase: f32) -> Vec3 {
        let clear = self.clear(ray);
        let lit = if self.is_night() {
            clear + self.aurora(ray, phase)
        } else {
            clear
        };
        self.clouds(ray, lit, phase)
    }

    /// Stars, and the sun or moon, as far as the `soft` sky in front lets them through.
    pub(crate) fn lights(&self, ray: Vec3, soft: Vec3, phase: f32) -> Vec3 {
        let brightness = soft.max_element();
        let disc = self.disc(ray) * (1.0 - 0.85 * clamp01(brightness * 0.25));
        let clear = (1.0 - clamp01(brightness * 1.6)) * smooth(0.0, 0.2, ray.y);
        if !self.is_night() || clear <= 0.0 {
            return disc;
        }
        let at = vec2(ray.x, ray.y) * 1.1 + 7.0;
        disc + stars::field(at, self.seed + 9, 0.6, phase) * (0.8 * clear)
    }

    /// Clouds painted over the sky behind.
    fn clouds(&self, ray: Vec3, behind: Vec3, phase: f32) -> Vec3 {
        const LAYERS: u32 = 6;
        if self.cloudiness <= 0.0 || ray.y < 0.004 {
            return behind;
        }
        let drift = circle(phase) * 0.06 + vec2(3.0, 7.0);
        let flat = vec2(ray.x, ray.z) / (ray.y + 0.06) * 0.75 + drift;
        let bend = gradient(flat * 0.7, self.seed + 5) * 0.6;
        let at = vec2(flat.x * 0.55 + bend, flat.y);
        let density = layered(at, LAYERS, self.seed + 31) + 0.5;
        let cover = smooth(
            1.0 - self.cloudiness,
            1.28 - self.cloudiness,
            density + 0.25,
        );
        if cover <= 0.001 {
            return behind;
        }
        let sunward = vec2(self.sun.x, self.sun.z).normalize_or_zero();
        let density_sunward = layered(at + sunward * 0.22, LAYERS - 2, self.seed + 31) + 0.5;
        let lit = clamp01(0.5 + (density - density_sunward) * 3.2);
        let towards = ray.dot(self.sun).max(0.0);
        let thickness = smooth(0.5, 1.1, density + self.cloudiness * 0.3);
        let lining = 1.5 * towards.powi(24) * (1.0 - thickness * 0.7);
        let bright = self.sunlight * (0.35 + 0.6 * towards.powi(3) + lining);
        let dark = self.middle * 0.55 + self.horizon * 0.18;
        let cloud = dark.lerp(bright, lit * (1.0 - thickness * 0.45));
        behind.lerp(cloud, cover * smooth(0.0, 0.09, ray.y) * 0.93)
    }

    /// The northern lights: glowing sheets, summed along the ray from foot to top.
    fn aurora(&self, ray: Vec3, phase: f32) -> Vec3 {
        const SHEETS: i32 = 26;
        if ray.y < 0.015 {
            return Vec3::ZERO;
        }
        let sway = circle(phase);
        let (mut light, mut smeared) = (Vec3::ZERO, Vec3::ZERO);
        for sheet in 0..SHEETS {
            let height = (float_i(sheet) + 0.5) / float_i(SHEETS);
            let reach = (0.72 + height.powf(1.35) * 0.62) / (ray.y * 1.7 + 0.22);
            let strength = self.curtain_strength(vec2(ray.x, ray.z) * reach, sway);
            let [foot, body, top] = self.curtain;
            let colour = foot
                .lerp(body, smooth(0.08, 0.5, height))
                .lerp(top, smooth(0.45, 1.0, height));
            let glow = strength * (-height * 3.1).exp() * smooth(0.0, 0.06, height);
            smeared = smeared.lerp(colour * glow, 0.62);
            light += smeared * (1.6 - height);
        }
        light * 0.44 * smooth(0.015, 0.2, ray.y)
    }

    /// How bright the curtain is above a point of the ground.
    fn curtain_strength(&self, at: Vec2, sway: Vec2) -> f32 {
        let seed = self.seed;
        let bend = vec2(
            gradient(at * 0.8 + vec2(sway.x * 0.12, 0.0), seed + 41),
            gradient(at * 0.8 + vec2(9.0, sway.y * 0.12), seed + 42),
        );
        let fold = at * vec2(1.15, 0.62) + bend * 0.9 + vec2(0.0, 0.08 * sway.x);
        let ripple = gradient(fold * 2.3 + vec2(sway.y * 0.25, sway.x * 0.2), seed + 44);
        let line = gradient(fold, seed + 43) + 0.32 * ripple;
        let curtain = (1.0 - (line * 3.6).abs()).max(0.0).powi(2);
        if curtain <= 0.0 {
            return 0.0;
        }
        let rays = 0.55
            + 0.75 * gradient(at * 6.0 + vec2(sway.y * 0.4, 0.0), seed + 45)
            + 0.35 * gradient(at * 15.0, seed + 46);
        (curtain * rays).max(0.0)
    }
}

/// Top, middle, horizon and sunlight of an hour.
fn colours(paint: &Palette, daytime: Daytime) -> (Vec3, Vec3, Vec3, Vec3) {
    match daytime {
        Daytime::Golden => (
            paint.low * 0.55,
            paint.mid * 0.75,
            paint.high * 1.05,
            paint.light * vec3(1.25, 1.0, 0.75) * 1.15,
        ),
        Daytime::Noon => (
            paint.mid * 0.5,
            paint.mid * 0.9 + 0.05,
            paint.light * 0.8,
            vec3(1.32, 1.21, 1.045),
        ),
        Daytime::Night => (
            paint.deep * 0.35,
            paint.deep * 0.8 + paint.low * 0.1,
            paint.low * 0.30 + paint.accent * 0.03,
            paint.light * 0.30,
        ),
    }
}
