//! One wall of the street: windows above, shops at the foot, neon along the edge.

use glam::{Vec2, Vec3, vec2, vec3};

use super::{Side, Street};
use crate::paint::noise::{cell, gradient, smooth};
use crate::paint::number::{float, float_i, floor, len, signed};

/// Shops end and offices begin at this height.
const SHOP_HEIGHT: f32 = 0.42;

/// How far a row of buildings stands from the middle of the street.
pub(super) fn row_distance(row: u32) -> f32 {
    1.0 + 0.85 * float(len(row))
}

/// A place on one building.
struct Spot {
    /// Names the building in every hash.
    building: i32,
    /// Names side and row in every hash.
    wall: i32,
    /// 0..1 along the building.
    along: f32,
    /// Height above the street.
    up: f32,
    /// Height of the building.
    roof: f32,
}

impl Street<'_> {
    /// The light of the wall at (distance along the street, height); none above the roof.
    pub(super) fn facade(&self, at: Vec2, side: Side, row: u32) -> Option<Vec3> {
        let depth = float(len(row));
        let along = at.x / (1.0 + depth * 0.5);
        let building = floor(along);
        let wall = side.salt() + signed(len(row)) * 7;
        let tall = cell(building, wall, self.seed + 1).powi(2);
        let roof = (1.1 + 3.2 * tall) * (1.0 + depth * 0.95);
        if at.y > roof {
            return None;
        }
        let spot = Spot {
            building,
            wall,
            along: along - float_i(building),
            up: at.y,
            roof,
        };
        let lit = if spot.up > SHOP_HEIGHT {
            self.offices(&spot)
        } else {
            self.shop(&spot)
        };
        Some(self.concrete(at, &spot) + lit + self.vertical_sign(&spot))
    }

    fn random(&self, spot: &Spot, salt: u32) -> f32 {
        cell(spot.building, spot.wall, self.seed + salt)
    }

    fn concrete(&self, at: Vec2, spot: &Spot) -> Vec3 {
        let bare = self.view.palette.deep * 0.10 + vec3(0.006, 0.007, 0.010);
        let stain = 0.6 + 0.5 * gradient(at * 3.0, self.seed + 3);
        bare * stain + self.haze * (0.05 * smooth(spot.roof, 0.0, spot.up))
    }

    /// Rows of windows, some of them lit.
    fn offices(&self, spot: &Spot) -> Vec3 {
        let style = self.random(spot, 2);
        let grid = vec2(
            spot.along * (11.0 + (style * 8.0).floor()),
            spot.up * (13.0 + 5.0 * style),
        );
        let (column, floor_number) = (floor(grid.x), floor(grid.y));
        let within = grid - vec2(float_i(column), float_i(floor_number));
        let pane = smooth(0.12, 0.2, within.x)
            * smooth(0.88, 0.8, within.x)
            * smooth(0.2, 0.3, within.y)
            * smooth(0.9, 0.8, within.y);
        let window = column + spot.building * 57;
        let roll = cell(window, floor_number + spot.wall * 131, self.seed + 4);
        let busy = cell(floor_number, spot.building + spot.wall * 3, self.seed + 50);
        if roll <= 0.50 + 0.35 * busy {
            return self.view.palette.mid * (pane * 0.02);
        }
        let taste = cell(column + spot.building, floor_number, self.seed + 5);
        let lamp = if taste > 0.55 {
            vec3(1.0, 0.62, 0.28)
        } else if taste > 0.2 {
            self.view.palette.light * 0.8
        } else {
            self.neon(taste * 5.0)
        };
        let blinds = 0.6 + 0.4 * (within.y * 40.0).sin().abs();
        lamp * (pane * (roll - 0.42).powi(2) * 3.2 * blinds)
    }

    /// A shop window between dark pillars, or a closed shutter, under a lit sign.
    fn shop(&self, spot: &Spot) -> Vec3 {
        const BAYS: f32 = 2.0;
        let bay = floor(spot.along * BAYS);
        let within = spot.along * BAYS - float_i(bay);
        let shop = spot.building * 2 + bay;
        let random = |salt: u32| cell(shop, spot.wall * 3, self.seed + salt);
        let opening = smooth(0.05, 0.08, within) * smooth(0.95, 0.92, within);
        let neon = self.neon(random(6));
        let lintel = (-(spot.up - 0.385).abs() * 150.0).exp();
        let sign = neon * (1.7 * lintel * opening);
        if random(13) < 0.3 {
            let ribs = 0.5 + 0.5 * (spot.up * 160.0).sin();
            let window = smooth(0.03, 0.05, spot.up) * smooth(0.34, 0.32, spot.up);
            return sign
                + (self.haze * 0.5 + neon * 0.02) * (window * opening * (0.3 + 0.4 * ribs));
        }
        sign + self.shop_window(spot, within, neon, random(14)) * opening
    }

    /// Goods on shelves in front of a bright back wall.
    fn shop_window(&self, spot: &Spot, within: f32, neon: Vec3, warmth: f32) -> Vec3 {
        const PANES: f32 = 3.0;
        let lamp = vec3(1.0, 0.72, 0.45).lerp(neon, 0.25 + 0.6 * warmth);
        let pane = (within * PANES).rem_euclid(1.0);
        let frame = smooth(0.0, 0.05, pane) * smooth(1.0, 0.95, pane);
        let glass = smooth(0.07, 0.085, spot.up) * smooth(0.33, 0.315, spot.up);
        let shelf = (spot.up * 42.0).rem_euclid(1.0);
        let goods = cell(
            floor(within * 34.0) + spot.building * 91,
            floor(spot.up * 42.0) + spot.wall * 17,
            self.seed + 7,
        );
        let stands = f32::from(u8::from(shelf < 0.25 + 0.6 * goods && spot.up < 0.22));
        let ceiling = smooth(0.16, 0.32, spot.up);
        lamp * (glass * frame * (0.22 + 0.75 * ceiling) * (1.0 - 0.72 * stands))
    }

    /// A tall sign with letters, and its glow on the wall.
    fn vertical_sign(&self, spot: &Spot) -> Vec3 {
        const HALF_WIDTH: f32 = 0.035;
        let roll = cell(spot.building, spot.wall * 5, self.seed + 8);
        if roll <= 0.45 {
            return Vec3::ZERO;
        }
        let colour = self.neon(roll * 6.2);
        let centre = 0.06 + 0.85 * self.random(spot, 9);
        let (foot, head) = (0.5 + 0.3 * roll, spot.roof * (0.55 + 0.4 * roll));
        let inside = smooth(foot, foot + 0.02, spot.up) * smooth(head, head - 0.02, spot.up);
        let away = (spot.along - centre).abs();
        let halo = 0.30 * (-(away - HALF_WIDTH).max(0.0) * 26.0).exp();
        let letters = if away < HALF_WIDTH {
            let line = (spot.up - foot) / 0.13;
            let part = line - float_i(floor(line));
            let across = (spot.along - centre) / HALF_WIDTH;
            let stroke = cell(
                floor(line) * 3 + floor(across * 2.9 + 3.0),
                spot.building * 9 + floor(part * 5.0),
                self.seed + 10,
            );
            let is_lit = stroke > 0.48 && (0.12..0.88).contains(&part);
            0.35 + 2.2 * f32::from(u8::from(is_lit))
        } else {
            0.0
        };
        colour * (inside * (letters + halo))
    }
}
