//! Boards that stick out into the street, with a neon frame and letters.

use glam::{Vec3, vec2};

use super::{Seen, Side, Street};
use crate::paint::noise::{cell, smooth};
use crate::paint::number::{float_i, floor};

/// Boards farther away are too small to see.
const REACH: f32 = 14.0;
const BOARDS_MAX: i32 = 10;

impl Street<'_> {
    /// The nearest board a ray meets before `distance_max`.
    pub(super) fn first_sign(&self, from: Vec3, ray: Vec3, distance_max: f32) -> Option<Seen> {
        if ray.z <= 0.0 {
            return None;
        }
        let first = floor(from.z) + 1;
        (first..first + BOARDS_MAX).find_map(|place| {
            let distance = (float_i(place) - from.z) / ray.z;
            if !(0.05..REACH.min(distance_max)).contains(&distance) {
                return None;
            }
            let at = from + ray * distance;
            Side::BOTH.into_iter().find_map(|side| {
                let light = self.board(at, place, side)?;
                Some(Seen { light, distance })
            })
        })
    }

    /// The light of the board at a place, if `at` lies on it.
    fn board(&self, at: Vec3, place: i32, side: Side) -> Option<Vec3> {
        let random = |salt: u32| cell(place, side.salt(), self.seed + salt);
        if random(20) <= 0.5 {
            return None;
        }
        let foot = 0.55 + 1.3 * random(21);
        let size = vec2(0.10 + 0.16 * random(23), 0.14 + 0.45 * random(22));
        let on = vec2((1.0 - at.x * side.sign()) / size.x, (at.y - foot) / size.y);
        if on.min_element() <= 0.0 || on.max_element() >= 1.0 {
            return None;
        }
        let tallness = size.y / size.x;
        let edge = on.x.min(1.0 - on.x).min(on.y.min(1.0 - on.y) * tallness);
        let frame = self.neon(random(24)) * (0.22 + 2.6 * smooth(0.11, 0.05, edge));
        let is_inside = (0.16..0.84).contains(&on.x) && (0.08..0.92).contains(&on.y);
        let letter = cell(
            floor(on.x * 4.0) + place * 11,
            floor(on.y * tallness * 4.5),
            self.seed + 25,
        );
        if is_inside && letter > 0.5 {
            return Some(frame + self.neon(random(26)) * 1.5);
        }
        Some(frame)
    }
}
