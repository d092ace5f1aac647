//! Glowing gas with dark dust in front, bent by its own noise.

use std::f32::consts::TAU;

use glam::{Vec2, Vec3, vec2, vec3};

use crate::paint::dice::Dice;
use crate::paint::noise::{clamp01, layered, ridged, smooth};
use crate::paint::view::View;

/// The rolled shape of the gas.
pub(super) struct Nebula {
    turn: Vec2,
    scale: f32,
    /// Where in the endless noise this picture looks.
    pub(super) offset: Vec2,
    /// The bright heart.
    pub(super) core: Vec2,
    drift: Vec2,
}

impl Nebula {
    pub(super) fn roll(view: &View, dice: &mut Dice) -> Self {
        let turn = Vec2::from_angle(dice.between(0.0, TAU));
        let scale = dice.between(1.1, 1.6);
        let offset = vec2(dice.between(-50.0, 50.0), dice.between(-50.0, 50.0));
        let core = vec2(dice.between(-0.35, 0.35), dice.between(-0.2, 0.3));
        Self {
            turn,
            scale,
            offset,
            core,
            drift: view.circle() * 0.035,
        }
    }

    /// The light of the gas at a point.
    pub(super) fn light(&self, view: &View, at: Vec2) -> Vec3 {
        let (seed, paint, drift) = (view.seed, &view.palette, self.drift);
        let p = self.turn.rotate(at) * self.scale + self.offset;
        let bend = vec2(
            layered(p * 1.1 + drift, 4, seed + 1),
            layered(p * 1.1 + vec2(5.2, 1.3) - drift, 4, seed + 2),
        );
        let bent = p * 1.5 + bend * 1.25;
        let swirl = vec2(
            layered(bent + vec2(1.7, 9.2) + drift * 2.0, 4, seed + 3),
            layered(bent + vec2(8.3, 2.8), 4, seed + 4),
        );
        let body = layered(p * 1.4 + swirl * 1.1, 7, seed + 5) + 0.5;
        let threads = ridged(p * 1.5 + bend * 0.9 + swirl * 0.35 + drift, 7, seed + 6);
        let dust = layered(p * 2.0 + swirl * 1.5 + 31.0, 7, seed + 7) + 0.5;

        let heart = (-(at - self.core).length_squared() * 5.0).exp();
        let band = (-(bend.x * 2.2 + at.y * 1.3).powi(2) * 2.2).exp();
        let density = clamp01(body * 1.5 - 0.32) * (0.22 + 0.8 * band + 0.8 * heart);
        let glow = paint.ramp(density * 0.78) * (density * density * 1.9)
            + paint.mid * ((swirl.x + 0.35).max(0.0) * 0.22 * band)
            + paint.accent * (threads.powi(4) * (0.5 + 2.2 * heart) * 1.2 * (0.25 + density))
            + paint.high * ((swirl.y * 1.6 - 0.1).max(0.0).powi(2) * 0.9 * (0.3 + heart))
            + paint.light * (heart.powi(4) * 0.35)
            + paint.low * 0.05;
        let hidden = smooth(0.52, 0.86, dust) * (0.55 + 0.4 * band);
        glow * (1.0 - 0.86 * hidden) + vec3(0.03, 0.008, 0.0) * (hidden * heart)
    }
}
