//! A planet lit by the nebula's heart, with bands or continents, air and rings.

use glam::{Vec2, Vec3, vec2, vec3};

use super::PlanetWish;
use crate::paint::dice::Dice;
use crate::paint::noise::{clamp01, gradient, layered, ridged, smooth};
use crate::paint::number::float;
use crate::paint::view::View;

const RING_INNER: f32 = 1.35;
const RING_OUTER: f32 = 2.35;

#[derive(Clone, Copy)]
enum Surface {
    Gas,
    Rock,
}

/// The rolled planet. Distances are in picture heights, ring distances in radii.
pub(super) struct Planet {
    centre: Vec2,
    radius: f32,
    surface: Surface,
    has_ring: bool,
    to_light: Vec3,
    /// The axis' lean.
    lean: Vec2,
    /// How far the ring is opened towards us: 0 edge on, 1 face on.
    opening: f32,
}

impl Planet {
    /// Unless the wish says otherwise, three skies in four have a planet, opposite the bright
    /// `core`.
    pub(super) fn roll(view: &View, dice: &mut Dice, core: Vec2, wish: PlanetWish) -> Option<Self> {
        let rolled = dice.chance(0.75);
        let exists = match wish {
            PlanetWish::Rolled => rolled,
            PlanetWish::Present | PlanetWish::Ringed => true,
            PlanetWish::Absent => false,
        };
        let side = if core.x > 0.0 { -1.0 } else { 1.0 };
        let radius = dice.between(0.17, 0.27) * view.aspect().clamp(0.6, 1.0);
        let centre = vec2(
            side * dice.between(0.14, 0.3) * view.aspect(),
            dice.between(-0.2, 0.12),
        );
        let surface = if dice.chance(0.6) {
            Surface::Gas
        } else {
            Surface::Rock
        };
        let has_ring = dice.chance(0.7) || wish == PlanetWish::Ringed;
        let to_light = (core - centre).extend(0.12).normalize();
        let lean = Vec2::from_angle(dice.between(-0.5, 0.5));
        let opening = dice.between(0.22, 0.4);
        exists.then_some(Self {
            centre,
            radius,
            surface,
            has_ring,
            to_light,
            lean,
            opening,
        })
    }

    /// Whether a star here would shine through.
    pub(super) fn hides(&self, at: Vec2) -> bool {
        (at - self.centre).length() < self.radius * 1.3
    }

    /// How near a point of the picture is to a moving camera; 0 is the sky.
    pub(super) fn nearness(&self, at: Vec2) -> f32 {
        const NEARNESS: f32 = 0.55;
        let reach = if self.has_ring { RING_OUTER } else { 1.15 };
        if (at - self.centre).length() < self.radius * reach {
            NEARNESS
        } else {
            0.0
        }
    }

    /// The planet and its ring painted over the sky behind.
    pub(super) fn over(&self, view: &View, at: Vec2, sky: Vec3) -> Vec3 {
        let paint = &view.palette;
        let away = at - self.centre;
        let radii = away.length() / self.radius;
        let level = vec2(
            away.x * self.lean.x + away.y * self.lean.y,
            -away.x * self.lean.y + away.y * self.lean.x,
        );
        let (ring, ring_cover) = self.ring(view, level);
        let mut light = sky;
        if radii > 1.0 {
            light = light.lerp(ring * self.ring_shadow(away) * 0.9, ring_cover);
            let sunward = away.normalize_or_zero().dot(self.to_light.truncate());
            let air = (-(radii - 1.0) * 9.0).exp() * clamp01(sunward * 0.6 + 0.5);
            light += paint.accent * (air * 0.55);
        }
        let pixel = 1.0 / float(view.height);
        if radii < 1.0 + pixel / self.radius * 1.5 {
            let cover = clamp01((1.0 - radii) * self.radius / pixel + 0.5);
            light = light.lerp(self.ball(view, away, level, radii), cover);
            if level.y < 0.0 {
                light = light.lerp(ring * 0.95, ring_cover);
            }
        }
        light
    }

    /// Colour and opacity of the ring; `level` has the ring's long axis along x.
    fn ring(&self, view: &View, level: Vec2) -> (Vec3, f32) {
        let away = vec2(level.x, level.y / self.opening).length() / self.radius;
        if !self.has_ring || !(RING_INNER..=RING_OUTER).contains(&away) {
            return (Vec3::ZERO, 0.0);
        }
        let wide = gradient(vec2(away * 26.0, 3.0), view.seed + 61) * 0.5 + 0.5;
        let fine = gradient(vec2(away * 90.0, 7.0), view.seed + 62) * 0.5 + 0.5;
        let edges = smooth(RING_INNER, 1.45, away) * (1.0 - smooth(2.15, RING_OUTER, away));
        let gap = 1.0 - 0.85 * smooth(1.86, 1.9, away) * (1.0 - smooth(1.94, 1.98, away));
        let cover = (0.25 + 0.75 * wide) * (0.6 + 0.4 * fine) * edges * gap;
        (
            view.palette.light * 0.55 + view.palette.high * 0.3,
            cover * 0.85,
        )
    }

    /// The planet's shadow on the ring behind it: 1 lit, 0.1 dark.
    fn ring_shadow(&self, away: Vec2) -> f32 {
        let sunward = self.to_light.truncate().normalize_or_zero();
        let behind = -away.dot(sunward);
        if behind <= 0.0 {
            return 1.0;
        }
        let aside = (away + sunward * behind).length();
        1.0 - 0.9 * (1.0 - smooth(self.radius * 0.82, self.radius * 1.02, aside))
    }

    /// The lit ball.
    fn ball(&self, view: &View, away: Vec2, level: Vec2, radii: f32) -> Vec3 {
        let facing = (1.0 - (radii * radii).min(1.0)).sqrt();
        let normal = (away / self.radius).extend(facing);
        let latitude = level.y / self.radius;
        let across = level.x / self.radius / (1.0 - latitude * latitude).max(0.05).sqrt();
        // The surface turns forth and back, so that a loop of frames closes.
        let longitude = across.clamp(-1.0, 1.0).asin() + view.circle().y * 0.12;
        let ground = match self.surface {
            Surface::Gas => bands(view, longitude, latitude),
            Surface::Rock => continents(view, longitude, latitude),
        };
        let sunlight = normal.dot(self.to_light);
        let day = smooth(-0.12, 0.55, sunlight);
        let rim = (1.0 - facing).powi(3);
        let dusk = smooth(-0.2, 0.02, sunlight) * (1.0 - smooth(0.02, 0.25, sunlight));
        ground * (day * 1.5 + 0.006)
            + view.palette.accent * (rim * (0.15 + 1.6 * day) * 0.7)
            + vec3(1.0, 0.45, 0.2) * (dusk * 0.05)
    }
}

fn bands(view: &View, longitude: f32, latitude: f32) -> Vec3 {
    let seed = view.seed;
    let wave = layered(vec2(longitude * 2.0, latitude * 7.0), 5, seed + 71);
    let wide = gradient(vec2(wave * 0.9, latitude * 8.0 + wave * 1.5), seed + 72) * 0.5 + 0.5;
    let fine = vec2(longitude * 5.0 + wave * 2.0, latitude * 26.0 + wave * 3.0);
    let band = wide * 0.7 + 0.3 * (layered(fine, 4, seed + 73) + 0.5);
    view.palette.ramp(0.35 + 0.6 * band) * 0.75 + view.palette.light * 0.12
}

fn continents(view: &View, longitude: f32, latitude: f32) -> Vec3 {
    let at = vec2(longitude, latitude);
    let land = layered(at * vec2(2.2, 2.6) + 3.0, 7, view.seed + 74)
        + ridged(at * vec2(3.0, 3.4), 5, view.seed + 75) * 0.35;
    view.palette.ramp(0.18 + 0.55 * clamp01(land + 0.35)) * 0.7
}
