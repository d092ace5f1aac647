//! A lone wanderer on a rock, as a silhouette.

use glam::{Vec2, vec2};

use crate::paint::noise::{clamp01, layered};
use crate::paint::number::{float, index};
use crate::paint::view::View;

/// Height of the figure in picture heights.
const HEIGHT: f32 = 0.115;

/// Cover of each pixel, 0..1. `place` is -1 at the left edge and 1 at the right.
pub(super) fn cover(view: &View, place: f32) -> Vec<f32> {
    let mut cover = vec![0.0; view.width * view.height];
    let x = place * view.aspect() * 0.5;
    let foot = vec2(x, rock(view, x, x));
    let top = index((1.0 - foot.y - HEIGHT * 1.15) * float(view.height));
    for row in top..view.height {
        for column in 0..view.width {
            let at = vec2(
                float(column) / float(view.height) - view.aspect() * 0.5,
                1.0 - float(row) / float(view.height),
            );
            let pixel = &mut cover[row * view.width + column];
            if at.y < rock(view, x, at.x) {
                *pixel = 1.0;
                continue;
            }
            let local = (at - foot) / HEIGHT;
            if local.x.abs() <= 0.4 {
                *pixel = clamp01(0.5 - body(local) * HEIGHT * float(view.height));
            }
        }
    }
    cover
}

/// Height of the rock the figure stands on.
fn rock(view: &View, figure_x: f32, x: f32) -> f32 {
    let away = x - figure_x;
    let rough = layered(vec2(x * 9.0, 2.0), 4, view.seed + 81);
    0.112 - away * away * 1.1 - 0.05 * (away * 1.3).abs() + 0.012 * rough
}

/// Distance to the body; feet at the origin, height 1.
fn body(at: Vec2) -> f32 {
    let limbs = [
        (vec2(-0.07, 0.0), vec2(-0.045, 0.46), 0.045),
        (vec2(0.075, 0.0), vec2(0.045, 0.46), 0.045),
        (vec2(-0.10, 0.78), vec2(0.10, 0.78), 0.055),
        (vec2(0.13, 0.76), vec2(0.16, 0.46), 0.032),
        (vec2(-0.13, 0.76), vec2(-0.165, 0.46), 0.032),
        (vec2(0.0, 0.84), vec2(0.0, 0.90), 0.035),
    ];
    let limbs = limbs
        .into_iter()
        .map(|(from, to, radius)| limb(at, from, to, radius));
    let head = (at - vec2(0.0, 0.94)).length() - 0.072;
    limbs.fold(head.min(coat(at)), f32::min)
}

fn limb(at: Vec2, from: Vec2, to: Vec2, radius: f32) -> f32 {
    let (along, offset) = (to - from, at - from);
    let part = clamp01(offset.dot(along) / along.length_squared());
    (offset - along * part).length() - radius
}

/// A coat that widens downwards.
fn coat(at: Vec2) -> f32 {
    if !(0.22..0.82).contains(&at.y) {
        return f32::MAX;
    }
    let half = 0.115 + 0.10 * clamp01((0.80 - at.y) / 0.6);
    ((at.x + 0.015).abs() - half * (0.8 + 0.04 * (at.y * 40.0).sin())) * 0.9
}
