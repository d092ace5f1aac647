//! Ground: a height map, lit once, then drawn column by column from front to back.
//!
//! Drawing a lit map this way costs a fraction of marching a ray per pixel, and drawing it a
//! second time upside down gives an exact reflection.

mod light;
mod march;
mod shape;

use glam::{Vec2, Vec3, vec2};

use super::number::{float, index};
use super::palette::Palette;
use super::sky::Sky;
pub(crate) use march::{Drawn, Mirror, Shot};

/// Cells along each side of the map.
const CELLS: usize = 1024;
/// Length of each side in scene units; the camera stands at the near edge.
pub(crate) const EXTENT: f32 = 9.0;
/// One cell in scene units.
const CELL: f32 = EXTENT / 1024.0;
/// Water stands at this height where there is any.
pub(crate) const WATER_LEVEL: f32 = 0.0;

/// What the ground is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// Valley, rock and snow, with a lake at the bottom.
    Mountains,
    /// Wind-blown sand without water.
    Dunes,
}

/// Lit ground. x runs from `-EXTENT/2` to `EXTENT/2`, z from 0 to `EXTENT`.
pub(crate) struct Terrain {
    ground: Ground,
    heights: Vec<f32>,
    colours: Vec<Vec3>,
}

impl Terrain {
    /// Shapes and lights the ground.
    pub(crate) fn make(ground: Ground, seed: u32, paint: &Palette, sky: &Sky) -> Self {
        let heights = shape::heights(ground, seed);
        let colours = light::colours(ground, seed, paint, sky, &heights);
        Self {
            ground,
            heights,
            colours,
        }
    }

    /// Height of the ground at a place.
    #[inline]
    pub(crate) fn height(&self, x: f32, z: f32) -> f32 {
        let (cell, u, v) = locate(x, z);
        let near = self.heights[cell] + (self.heights[cell + 1] - self.heights[cell]) * u;
        let beyond = cell + CELLS;
        let far = self.heights[beyond] + (self.heights[beyond + 1] - self.heights[beyond]) * u;
        near + (far - near) * v
    }

    /// Light leaving the ground at a place.
    #[inline]
    fn colour(&self, x: f32, z: f32) -> Vec3 {
        let (cell, u, v) = locate(x, z);
        let near = self.colours[cell].lerp(self.colours[cell + 1], u);
        let beyond = cell + CELLS;
        near.lerp(self.colours[beyond].lerp(self.colours[beyond + 1], u), v)
    }

    #[inline]
    fn is_water(&self, height: f32) -> bool {
        self.ground == Ground::Mountains && height < WATER_LEVEL
    }
}

/// The cell of a place, and how far into it the place lies.
#[inline]
fn locate(x: f32, z: f32) -> (usize, f32, f32) {
    let cells = float(CELLS);
    let across = ((x / EXTENT + 0.5) * cells).clamp(0.0, cells - 2.001);
    let away = (z / EXTENT * cells).clamp(0.0, cells - 2.001);
    (
        index(away) * CELLS + index(across),
        across.fract(),
        away.fract(),
    )
}

/// The place of a cell.
#[inline]
fn place(column: usize, row: usize) -> Vec2 {
    vec2(
        (float(column) / float(CELLS) - 0.5) * EXTENT,
        float(row) * CELL,
    )
}

/// A cell of `map`, the border repeating outside.
#[inline]
fn cell<T: Copy>(map: &[T], column: usize, row: usize) -> T {
    map[row.min(CELLS - 1) * CELLS + column.min(CELLS - 1)]
}
