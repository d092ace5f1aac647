//! Fractal flames: a point jumps between a few bent maps of the plane, and where it lands often
//! it glows (Scott Draves, "The Fractal Flame Algorithm", 2003).

use std::f32::consts::{PI, TAU};

use glam::{Mat2, Vec2, Vec3, Vec4, vec2};
use rayon::prelude::*;

use super::canvas::Canvas;
use super::dice::Dice;
use super::grade::Grade;
use super::number::{float, floor, index, len, low_bits, signed, unit};
use super::painting::Painting;
use super::palette::Palette;
use super::view::View;

/// Points per pixel that give a smooth picture.
const POINTS_PER_PIXEL: usize = 11;
/// Histograms kept at once: each holds 16 bytes per pixel. Also fixes the result, whatever the
/// number of processors.
const WALKERS: u64 = 2;
/// Flames tried per picture before the best one is painted.
const TRIES: u64 = 40;
/// A flame this good is taken at once.
const GOOD_SCORE: f32 = 0.30;
/// The flame's size in picture heights per unit.
const ZOOM: f32 = 0.30;

/// A bend of the plane.
#[derive(Clone, Copy)]
enum Bend {
    Straight,
    Sine,
    Inverse,
    Swirl,
    Hyper,
    Disc,
    Root,
}

/// One map: a linear part, two bends, its weight and its place on the palette.
#[derive(Clone, Copy)]
struct Jump {
    linear: Mat2,
    shift: Vec2,
    bends: [Bend; 2],
    weight: f32,
    tone: f32,
}

#[derive(Clone)]
struct Flame {
    jumps: Vec<Jump>,
    weight: f32,
    /// Copies around the middle.
    symmetry: u32,
}

/// Paints the scene.
pub(crate) fn paint(view: &View) -> Painting {
    let flame = best(view);
    let points = view.width * view.height * POINTS_PER_PIXEL / len(low_bits(WALKERS));
    let histograms: Vec<Vec<Vec4>> = (0..WALKERS)
        .into_par_iter()
        .map(|walker| flame.walk(view, walker, points))
        .collect();
    let sum = |pixel: usize| histograms.iter().map(|one| one[pixel]).sum::<Vec4>();
    let most = (0..view.width * view.height)
        .map(|pixel| sum(pixel).w)
        .fold(0.0, f32::max);
    let scale = 1.0 / (1.0 + most * 0.25).ln();
    let paint = &view.palette;
    let canvas = Canvas::shade(view.width, view.height, |x, y| {
        let landed = sum(y * view.width + x);
        if landed.w <= 0.0 {
            return paint.deep * 0.02;
        }
        let density = (1.0 + landed.w).ln() * scale;
        landed.truncate() / landed.w * (density.powf(1.9) * 2.6)
            + paint.light * (density.powi(8) * 1.2)
            + paint.deep * 0.02
    });
    Painting {
        canvas,
        grade: grade(view),
    }
}

/// Rolls flames until one fills the frame well.
fn best(view: &View) -> Flame {
    let mut best = (f32::MIN, Flame::roll(&mut view.dice()));
    for attempt in 0..TRIES {
        let mut dice =
            Dice::new(u64::from(view.seed).wrapping_mul(0x1234_5678_9ABC) ^ (attempt * 104_729));
        let flame = Flame::roll(&mut dice);
        let score = flame.score(view.aspect());
        if score > best.0 {
            best = (score, flame);
        }
        if score > GOOD_SCORE {
            break;
        }
    }
    best.1
}

impl Flame {
    fn roll(dice: &mut Dice) -> Self {
        let count = dice.pick([3_usize, 4]);
        let jumps: Vec<Jump> = (0..count)
            .map(|number| Jump::roll(dice, float(number) / float(count - 1)))
            .collect();
        let weight = jumps.iter().map(|jump| jump.weight).sum();
        Self {
            jumps,
            weight,
            symmetry: dice.pick([1, 2, 3, 5]),
        }
    }

    /// How well a flame fills the frame: 0 thin or a blot, towards 1 rich. A short walk on a
    /// coarse grid tells.
    fn score(&self, aspect: f32) -> f32 {
        const GRID: usize = 48;
        const POINTS: usize = 24_000;
        let mut counts = vec![0_u16; GRID * GRID];
        let mut seen = 0_usize;
        let mut walker = Walker::start(self, Dice::new(5));
        for _ in 0..POINTS {
            let Some((at, _)) = walker.step() else {
                continue;
            };
            let cell = (at * ZOOM * vec2(1.0 / aspect.max(1.0), 1.0) + 0.5) * float(GRID);
            if cell.min_element() >= 0.0 && cell.max_element() < float(GRID) {
                let count = &mut counts[index(cell.y) * GRID + index(cell.x)];
                *count = count.saturating_add(1);
                seen += 1;
            }
        }
        let covered = counts.iter().filter(|count| **count > 2).count();
        let heaviest = counts.iter().copied().max().unwrap_or(0);
        let spread = float(covered) / float(GRID * GRID);
        let crowding = f32::from(heaviest) / float(seen.max(1));
        let inside = float(seen) / float(POINTS);
        let balance = 1.0 - ((spread - 0.42).abs() * 1.7).min(1.0);
        balance * inside * (1.0 - (crowding * 14.0).min(1.0))
    }

    /// One walker's sum of colours, and its visits in `w`.
    fn walk(&self, view: &View, number: u64, points: usize) -> Vec<Vec4> {
        let mut histogram = vec![Vec4::ZERO; view.width * view.height];
        let mut walker = Walker::start(self, Dice::new(u64::from(view.seed) ^ (number * 7777 + 5)));
        let middle = vec2(float(view.width), float(view.height)) * 0.5;
        let scale = ZOOM * float(view.height);
        for _ in 0..points {
            let Some((at, tone)) = walker.step() else {
                continue;
            };
            let pixel = at * scale + middle;
            let (x, y) = (floor(pixel.x), floor(pixel.y));
            if x >= 0 && y >= 0 && x < signed(view.width) && y < signed(view.height) {
                let colour = tint(&view.palette, tone);
                histogram[index(pixel.y) * view.width + index(pixel.x)] += colour.extend(1.0);
            }
        }
        histogram
    }
}

fn tint(paint: &Palette, tone: f32) -> Vec3 {
    paint.ramp(0.25 + 0.75 * tone)
}

/// A point on its way.
struct Walker<'a> {
    flame: &'a Flame,
    dice: Dice,
    at: Vec2,
    tone: f32,
    /// The first steps are still on the way to the flame.
    settling: u8,
}

impl<'a> Walker<'a> {
    fn start(flame: &'a Flame, mut dice: Dice) -> Self {
        let at = vec2(dice.between(-1.0, 1.0), dice.between(-1.0, 1.0));
        Self {
            flame,
            dice,
            at,
            tone: 0.5,
            settling: 20,
        }
    }

    /// The next place and tone to mark, unless the point got lost or has not settled.
    #[inline]
    fn step(&mut self) -> Option<(Vec2, f32)> {
        const LOST: f32 = 1e4;
        let roll = self.dice.bits();
        let jump = self.flame.choose(unit(low_bits(roll)));
        let moved = jump.linear * self.at + jump.shift;
        self.at = jump.bends[0].apply(moved) * 0.6 + jump.bends[1].apply(moved) * 0.4;
        self.tone = (self.tone + jump.tone) * 0.5;
        if !self.at.is_finite() || self.at.abs().max_element() > LOST {
            self.at = vec2(self.dice.between(-1.0, 1.0), self.dice.between(-1.0, 1.0));
            return None;
        }
        if self.settling > 0 {
            self.settling -= 1;
            return None;
        }
        let copy = low_bits(roll >> 32) % self.flame.symmetry;
        if copy == 0 {
            return Some((self.at, self.tone));
        }
        let turn = TAU * float(len(copy)) / float(len(self.flame.symmetry));
        Some((Vec2::from_angle(turn).rotate(self.at), self.tone))
    }
}

impl Flame {
    #[inline]
    fn choose(&self, roll: f32) -> Jump {
        let mut left = roll * self.weight;
        for jump in &self.jumps {
            if left < jump.weight {
                return *jump;
            }
            left -= jump.weight;
        }
        self.jumps[0]
    }
}

impl Jump {
    fn roll(dice: &mut Dice, tone: f32) -> Self {
        const BENDS: [Bend; 7] = [
            Bend::Straight,
            Bend::Sine,
            Bend::Inverse,
            Bend::Swirl,
            Bend::Hyper,
            Bend::Disc,
            Bend::Root,
        ];
        let (sin, cos) = dice.between(0.0, TAU).sin_cos();
        let scale = dice.between(0.55, 0.95);
        let across = vec2(scale * cos, scale * sin);
        let down = vec2(
            -scale * sin * dice.between(0.7, 1.2),
            scale * cos * dice.between(0.7, 1.2),
        );
        Self {
            linear: Mat2::from_cols(across, down),
            shift: vec2(dice.between(-0.9, 0.9), dice.between(-0.9, 0.9)),
            bends: [dice.pick(BENDS), dice.pick(BENDS)],
            weight: dice.between(0.4, 1.0),
            tone,
        }
    }
}

impl Bend {
    #[inline]
    fn apply(self, at: Vec2) -> Vec2 {
        let (x, y) = (at.x, at.y);
        let square = at.length_squared() + 1e-9;
        match self {
            Self::Straight => at,
            Self::Sine => vec2(x.sin(), y.sin()),
            Self::Inverse => at / square,
            Self::Swirl => Vec2::from_angle(square).rotate(at),
            Self::Hyper => vec2((x - y) * (x + y), 2.0 * x * y) / square.sqrt(),
            Self::Disc => {
                let (sin, cos) = (PI * square.sqrt()).sin_cos();
                vec2(sin, cos) * (x.atan2(y) / PI)
            }
            Self::Root => Vec2::from_angle(x.atan2(y) * 0.5) * square.sqrt().sqrt(),
        }
    }
}

fn grade(view: &View) -> Grade {
    Grade {
        key: 0.05,
        highlight: 0.9,
        glow_from: 0.35,
        glow: 1.1,
        vignette: 0.35,
        grain: 0.01,
        saturation: 1.1,
        fringe: 0.004,
        shadow_tint: view.palette.deep,
    }
}
