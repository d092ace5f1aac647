//! The set: every shape as a distance, nearest first.

use std::f32::consts::TAU;

use glam::{Vec2, Vec3, vec2, vec3};

use crate::paint::dice::Dice;
use crate::paint::number::{float, float_i};

/// What stands on the pedestal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hero {
    /// A flacon with a golden cap.
    Bottle,
    /// Liquid metal.
    Drop,
    /// An endless ribbon.
    Knot,
    /// A round jar with a lid.
    Jar,
}

/// What a surface is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Material {
    Floor,
    Pedestal,
    /// Clear, with a coloured liquid inside.
    Glass,
    /// Mirrors and shimmers.
    Iridescent,
    Ball,
    Arch,
    Gold,
}

/// All shapes stand inside this box.
pub(super) const BOX_MIN: Vec3 = vec3(-1.30, 0.0, -0.72);
pub(super) const BOX_MAX: Vec3 = vec3(1.30, 1.62, 1.12);

const DROPS: usize = 6;

/// The rolled set.
pub(super) struct Set {
    hero: Hero,
    turn: Vec2,
    drops: [(Vec3, f32); DROPS],
    /// 1, or -1 for the mirrored arrangement.
    side: f32,
    /// The column's middle, whose height is also half the column's own.
    column: Vec3,
    ball_radius: f32,
    small_ball: Vec3,
    arch: Vec3,
}

/// The nearest surface so far.
#[derive(Clone, Copy)]
pub(super) struct Nearest {
    pub(super) distance: f32,
    pub(super) material: Material,
}

impl Nearest {
    fn or(self, distance: f32, material: Material) -> Self {
        if distance < self.distance {
            Self { distance, material }
        } else {
            self
        }
    }
}

impl Set {
    pub(super) fn roll(dice: &mut Dice, hero: Hero, turn: f32, phase: f32) -> Self {
        let drops = std::array::from_fn(|number| {
            let number = float(number);
            let (sin, cos) = (number * 1.05 + dice.unit()).sin_cos();
            let bob = 0.03 * (TAU * phase + number).sin();
            let centre = vec3(
                cos * dice.between(0.25, 0.5),
                0.62 + dice.between(-0.12, 0.42) + bob,
                sin * dice.between(0.15, 0.4),
            );
            (centre, dice.between(0.13, 0.27))
        });
        Self {
            hero,
            turn: Vec2::from_angle(turn),
            drops,
            side: dice.pick([1.0, -1.0]),
            column: vec3(
                dice.between(0.86, 1.0),
                dice.between(0.14, 0.40),
                dice.between(0.2, 0.6),
            ),
            ball_radius: dice.between(0.16, 0.27),
            small_ball: vec3(
                dice.between(-1.0, -0.7),
                dice.between(0.10, 0.18),
                dice.between(-0.5, -0.2),
            ),
            arch: vec3(dice.between(-0.68, 0.25), 0.0, dice.between(0.84, 0.96)),
        }
    }

    /// The nearest surface to a point; the floor is not part of it.
    pub(super) fn nearest(&self, at: Vec3) -> Nearest {
        let at = vec3(at.x * self.side, at.y, at.z);
        let turned = vec3(
            at.x * self.turn.x - at.z * self.turn.y,
            at.y,
            at.x * self.turn.y + at.z * self.turn.x,
        );
        let pedestal = cylinder(at - vec3(0.0, 0.14, 0.0), 0.62, 0.14, 0.02);
        let column = cylinder(at - self.column, 0.3, self.column.y, 0.02);
        let on_column = self.column + vec3(0.0, self.column.y + self.ball_radius, 0.0);
        let nearest = Nearest {
            distance: pedestal,
            material: Material::Pedestal,
        };
        let nearest = nearest
            .or(column, Material::Pedestal)
            .or((at - on_column).length() - self.ball_radius, Material::Ball)
            .or(
                (at - self.small_ball).length() - self.small_ball.y,
                Material::Ball,
            )
            .or(arch(at - self.arch), Material::Arch);
        self.with_hero(nearest, turned)
    }

    fn with_hero(&self, nearest: Nearest, at: Vec3) -> Nearest {
        match self.hero {
            Hero::Bottle => nearest
                .or(
                    block(at - vec3(0.0, 0.60, 0.0), vec3(0.30, 0.32, 0.13), 0.07),
                    Material::Glass,
                )
                .or(
                    cylinder(at - vec3(0.0, 1.06, 0.0), 0.095, 0.13, 0.02),
                    Material::Gold,
                )
                .or(
                    cylinder(at - vec3(0.0, 0.94, 0.0), 0.07, 0.05, 0.01),
                    Material::Ball,
                ),
            Hero::Jar => nearest
                .or(
                    cylinder(at - vec3(0.0, 0.47, 0.0), 0.36, 0.19, 0.06),
                    Material::Glass,
                )
                .or(
                    cylinder(at - vec3(0.0, 0.75, 0.0), 0.37, 0.085, 0.03),
                    Material::Gold,
                ),
            Hero::Drop => nearest.or(self.melted(at), Material::Iridescent),
            Hero::Knot => nearest.or(knot(at - vec3(0.0, 0.78, 0.0)), Material::Iridescent),
        }
    }

    /// Balls that flow into each other.
    fn melted(&self, at: Vec3) -> f32 {
        self.drops
            .iter()
            .map(|(centre, radius)| (at - *centre).length() - radius)
            .reduce(|one, other| blend(one, other, 0.24))
            .unwrap_or(f32::MAX)
    }

    /// Which way the surface near a point faces.
    pub(super) fn normal(&self, at: Vec3) -> Vec3 {
        const STEP: f32 = 0.0012;
        let corners = [
            vec3(1.0, -1.0, -1.0),
            vec3(-1.0, -1.0, 1.0),
            vec3(-1.0, 1.0, -1.0),
            vec3(1.0, 1.0, 1.0),
        ];
        let sum: Vec3 = corners
            .into_iter()
            .map(|corner| corner * self.nearest(at + corner * STEP).distance)
            .sum();
        sum.normalize()
    }
}

/// Where a ray enters and leaves the box of all shapes.
pub(super) fn crossing(from: Vec3, ray: Vec3) -> Option<(f32, f32)> {
    let inverse = Vec3::ONE / ray;
    let (one, other) = ((BOX_MIN - from) * inverse, (BOX_MAX - from) * inverse);
    let enter = one.min(other).max_element().max(0.0);
    let leave = one.max(other).min_element();
    (enter < leave).then_some((enter, leave))
}

/// The smaller distance, rounded off over `width` where both are close.
fn blend(one: f32, other: f32, width: f32) -> f32 {
    let near = (width - (one - other).abs()).max(0.0) / width;
    one.min(other) - near * near * width * 0.25
}

fn block(at: Vec3, half: Vec3, rounding: f32) -> f32 {
    let beyond = at.abs() - half + rounding;
    beyond.max(Vec3::ZERO).length() + beyond.max_element().min(0.0) - rounding
}

fn cylinder(at: Vec3, radius: f32, half_height: f32, rounding: f32) -> f32 {
    let around = vec2(at.x, at.z).length() - radius + rounding;
    let beyond = vec2(around, at.y.abs() - half_height + rounding);
    beyond.max(Vec2::ZERO).length() + beyond.max_element().min(0.0) - rounding
}

fn arch(at: Vec3) -> f32 {
    let around = vec2(at.x, (at.y - 0.95).max(0.0)).length();
    let band = (around - 0.46).abs() - 0.13;
    let beyond = vec2(band.max(-at.y), at.z.abs() - 0.12);
    beyond.max(Vec2::ZERO).length() + beyond.max_element().min(0.0) - 0.015
}

/// Two strands winding one and a half times around a ring.
fn knot(at: Vec3) -> f32 {
    const WINDS: f32 = 1.5;
    let ring = vec2(vec2(at.x, at.z).length() - 0.33, at.y);
    let wound = Vec2::from_angle(at.z.atan2(at.x) * WINDS).rotate(ring);
    let strand = |side: i32| (wound - vec2(0.12 * float_i(side), 0.0)).length() - 0.10;
    blend(strand(1), strand(-1), 0.02) * 0.72
}
