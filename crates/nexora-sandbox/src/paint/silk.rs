//! Silk: folds of glossy, iridescent cloth filling the frame.

use std::f32::consts::TAU;

use glam::{Vec2, Vec3, vec2, vec3};
use rayon::prelude::*;

use super::canvas::Canvas;
use super::grade::Grade;
use super::noise::{clamp01, layered, smooth};
use super::number::{clamp_index, float, signed};
use super::painting::Painting;
use super::view::{Detail, View};

/// One point of the cloth.
#[derive(Clone, Copy, Default)]
struct Thread {
    height: f32,
    /// Slow variation, used for the shimmer.
    sheen: f32,
    /// Where on the palette the cloth is dyed.
    dye: f32,
}

/// The rolled lay of the cloth.
struct Lay {
    offset: Vec2,
    turn: Vec2,
    stretch: f32,
    scale: f32,
    drift: Vec2,
}

/// The cloth sampled on a grid.
struct Cloth {
    width: usize,
    height: usize,
    threads: Vec<Thread>,
}

/// Paints the scene.
pub(crate) fn paint(view: &View) -> Painting {
    let mut dice = view.dice();
    let lay = Lay {
        offset: vec2(dice.between(-40.0, 40.0), dice.between(-40.0, 40.0)),
        turn: Vec2::from_angle(dice.between(0.0, TAU)),
        drift: view.circle() * 0.04,
        stretch: dice.between(0.35, 0.55),
        scale: dice.between(0.85, 1.15) * 0.95,
    };
    let step = view.detail.step();
    let woven = weave(view, &lay, step);
    let cloth = match view.detail {
        Detail::Full => woven,
        Detail::Soft => woven.softened(),
    };
    let shaded = Canvas::shade(cloth.width, cloth.height, |x, y| {
        shade(view, &cloth, signed(x), signed(y))
    });
    let scale = 1.0 / float(step);
    let canvas = Canvas::shade(view.width, view.height, |x, y| {
        shaded.between(float(x) * scale, float(y) * scale)
    });
    Painting {
        canvas,
        grade: grade(view),
    }
}

fn weave(view: &View, lay: &Lay, step: usize) -> Cloth {
    let (width, height) = (view.width / step + 2, view.height / step + 2);
    let mut threads = vec![Thread::default(); width * height];
    threads
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(y, row)| {
            for (x, thread) in row.iter_mut().enumerate() {
                *thread = lay.thread(view.point(float(x * step), float(y * step)), view.seed);
            }
        });
    Cloth {
        width,
        height,
        threads,
    }
}

impl Lay {
    /// Noise bent by noise bent by noise, then pleated.
    fn thread(&self, at: Vec2, seed: u32) -> Thread {
        const LAYERS: u32 = 2;
        let turned = self.turn.rotate(at);
        let p = vec2(turned.x, turned.y * self.stretch) * self.scale + self.offset;
        let first = vec2(
            layered(p + self.drift, LAYERS, seed),
            layered(p + vec2(5.2, 1.3) - self.drift, LAYERS, seed + 1),
        );
        let bent = p + first * 2.4;
        let second = vec2(
            layered(bent + vec2(1.7, 9.2), LAYERS, seed + 2),
            layered(bent + vec2(8.3, 2.8) + self.drift * 1.3, LAYERS, seed + 3),
        );
        let body = layered(p * 0.9 + second * 2.2, LAYERS, seed + 4);
        let pleat = (body * 9.0 + first.x * 5.0).sin() * 0.5 + 0.5;
        Thread {
            height: body + pleat * 0.055,
            sheen: first.x,
            dye: second.y + pleat * 0.25,
        }
    }
}

impl Cloth {
    #[inline]
    fn at(&self, x: i32, y: i32) -> Thread {
        self.threads[clamp_index(y, self.height) * self.width + clamp_index(x, self.width)]
    }

    /// Creases finer than the grid would flicker when the cloth moves.
    fn softened(&self) -> Self {
        let mut threads = self.threads.clone();
        threads
            .par_chunks_mut(self.width)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, thread) in row.iter_mut().enumerate() {
                    *thread = self.average(signed(x), signed(y));
                }
            });
        Self { threads, ..*self }
    }

    /// A thread blended with its eight neighbours.
    fn average(&self, x: i32, y: i32) -> Thread {
        let mut sum = Thread::default();
        for (across, across_weight) in [(-1, 0.25), (0, 0.5), (1, 0.25)] {
            for (down, down_weight) in [(-1, 0.25), (0, 0.5), (1, 0.25)] {
                let (thread, weight) = (self.at(x + across, y + down), across_weight * down_weight);
                sum.height += thread.height * weight;
                sum.sheen += thread.sheen * weight;
                sum.dye += thread.dye * weight;
            }
        }
        sum
    }

    fn normal(&self, x: i32, y: i32) -> Vec3 {
        let per_height = 0.5 * float(self.height) * 0.55;
        let by_x = self.at(x + 1, y).height - self.at(x - 1, y).height;
        let by_y = self.at(x, y + 1).height - self.at(x, y - 1).height;
        vec3(-by_x * per_height, by_y * per_height, 1.0).normalize()
    }
}

/// Two lamps on cloth that shimmers where it turns away.
fn shade(view: &View, cloth: &Cloth, x: i32, y: i32) -> Vec3 {
    let paint = &view.palette;
    let thread = cloth.at(x, y);
    let normal = cloth.normal(x, y);
    let key = vec3(-0.5, 0.62, 0.6).normalize();
    let fill = vec3(0.75, -0.2, 0.45).normalize();
    let lit = normal.dot(key).max(0.0);
    let gloss = |lamp: Vec3| normal.dot((lamp + Vec3::Z).normalize()).max(0.0);
    let dye = paint.ramp(clamp01(thread.dye * 0.95 + 0.5) * 0.8);
    let shimmer = (TAU * (normal.x * 0.9 + normal.y * 0.6 + thread.sheen)).cos() * 0.5 + 0.5;
    let away = (1.0 - normal.z).powi(2);
    let light = dye * (0.05 + 0.95 * lit * lit)
        + dye * paint.mid * (normal.dot(fill).max(0.0) * 0.9)
        + paint.light * (gloss(key).powi(26) * 0.55 + gloss(key).powi(140) * 1.3)
        + paint.accent * (gloss(fill).powi(18) * 0.7)
        + paint.high.lerp(paint.accent, shimmer) * (away * 0.55);
    light * (0.35 + 0.65 * smooth(-0.55, 0.25, thread.height))
}

fn grade(view: &View) -> Grade {
    Grade {
        key: 0.16,
        highlight: 1.0,
        glow_from: 0.7,
        glow: 0.9,
        vignette: 0.35,
        grain: 0.012,
        saturation: 1.1,
        fringe: 0.004,
        shadow_tint: view.palette.deep,
    }
}
