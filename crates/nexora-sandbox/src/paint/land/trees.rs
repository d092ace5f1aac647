//! Spruces in two rows as a silhouette, thicker towards the sides.

use glam::vec2;

use crate::paint::noise::{cell, gradient, smooth};
use crate::paint::number::{clamp_index, float, float_i, floor, index, signed};
use crate::paint::view::View;

/// One tree in picture heights from the middle of the bottom edge.
struct Spruce {
    x: f32,
    foot: f32,
    height: f32,
}

/// One row of trees.
struct Row {
    number: i32,
    /// 0 for the far row, 1 for the near one.
    nearness: f32,
    seed: u32,
    aspect: f32,
    cover: f32,
}

/// Mist lightens the far row a little.
const FAR_ROW_COVER: f32 = 0.84;

/// Cover of each pixel: 0 where neither a tree nor the ground below is.
pub(super) fn cover(view: &View, side: f32) -> Vec<f32> {
    let mut cover = vec![0.0; view.width * view.height];
    for (number, nearness, opacity) in [(0, 0.0, FAR_ROW_COVER), (1, 1.0, 1.0)] {
        let (seed, aspect) = (view.seed + 700, view.aspect());
        let row = Row {
            number,
            nearness,
            seed,
            aspect,
            cover: opacity,
        };
        for spruce in row.spruces(side) {
            plant(view, &row, &spruce, &mut cover);
        }
        for x in 0..view.width {
            let foot = row.foot(float(x) / float(view.height) - row.aspect * 0.5);
            let top = index((1.0 - foot) * float(view.height));
            for y in top.min(view.height)..view.height {
                cover[y * view.width + x] = row.cover;
            }
        }
    }
    cover
}

impl Row {
    /// Height of the ground the trees stand on.
    fn foot(&self, x: f32) -> f32 {
        let aside = (x / self.aspect * 2.0).abs();
        0.03 + 0.05 * aside * aside + 0.012 * gradient(vec2(x * 5.0, self.nearness), self.seed + 3)
    }

    fn spruces(&self, side: f32) -> Vec<Spruce> {
        let spacing = 0.034 + 0.03 * self.nearness;
        let last = floor(self.aspect / spacing) + 3;
        (-2..last)
            .filter_map(|place| self.spruce(place, spacing, side))
            .collect()
    }

    /// The tree at a place of the row, if one grows there.
    fn spruce(&self, place: i32, spacing: f32, side: f32) -> Option<Spruce> {
        let random = |salt: u32| cell(place * 3 + self.number, 77, self.seed + salt);
        let x = (float_i(place) + random(1) - 0.5) * spacing - self.aspect * 0.5;
        let aside = ((x + (side - 0.5) * 0.5) / self.aspect * 2.0).abs();
        let clump = gradient(vec2(x * 2.0, 4.0 + self.nearness), self.seed);
        let density = smooth(0.30, 0.85, aside + 0.25 * clump);
        if random(5) > density {
            return None;
        }
        let height = (0.07 + 0.10 * random(2)) * (0.7 + 0.9 * density);
        Some(Spruce {
            x,
            foot: self.foot(x),
            height: height * (1.0 + 0.55 * self.nearness),
        })
    }
}

fn plant(view: &View, row: &Row, spruce: &Spruce, cover: &mut [f32]) {
    let scale = float(view.height);
    let half = spruce.height * 0.19;
    let column = |x: f32| floor((x + row.aspect * 0.5) * scale);
    let first = column(spruce.x - half).max(0);
    let last = column(spruce.x + half).min(signed(view.width) - 1);
    let top = floor((1.0 - spruce.foot - spruce.height) * scale).max(0);
    for x in first..=last {
        for y in top..signed(view.height) {
            let across = float_i(x) / scale - row.aspect * 0.5 - spruce.x;
            let up = ((1.0 - float_i(y) / scale) - spruce.foot) / spruce.height;
            if (0.0..=1.0).contains(&up) && across.abs() < reach(row, spruce, across, up) {
                let pixel = clamp_index(y, view.height) * view.width;
                cover[pixel + clamp_index(x, view.width)] = row.cover;
            }
        }
    }
}

/// Half the width of the branches at a height 0..1 of the tree.
fn reach(row: &Row, spruce: &Spruce, across: f32, up: f32) -> f32 {
    const BRANCHES: f32 = 15.0;
    const TRUNK: f32 = 0.0012;
    let own = spruce.x * 10.0;
    let sag = gradient(vec2((across + spruce.x) * 60.0, own), row.seed) * 0.35;
    let along_branch = (up * BRANCHES + sag).rem_euclid(1.0);
    let rough = gradient(vec2(up * 30.0, own * 3.1 + across.signum()), row.seed + 8);
    let width = spruce.height * 0.19 * (1.0 - up).powf(0.85);
    (width * (0.42 + 0.58 * (1.0 - along_branch)) * (0.86 + 0.28 * rough)).max(TRUNK)
}
