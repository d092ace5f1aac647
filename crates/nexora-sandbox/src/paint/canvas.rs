//! A picture in linear light, before any grading.

use glam::Vec3;
use rayon::prelude::*;

use super::number::{clamp_index, float, float_i, floor, signed};

/// Linear light per pixel, row by row.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<Vec3>,
}

impl Canvas {
    /// A canvas of one colour.
    pub(crate) fn filled(width: usize, height: usize, colour: Vec3) -> Self {
        Self {
            width,
            height,
            pixels: vec![colour; width * height],
        }
    }

    /// Asks `colour` for every pixel, rows in parallel.
    pub(crate) fn shade<F>(width: usize, height: usize, colour: F) -> Self
    where
        F: Fn(usize, usize) -> Vec3 + Sync,
    {
        let mut canvas = Self::filled(width, height, Vec3::ZERO);
        canvas.each(|x, y, pixel| *pixel = colour(x, y));
        canvas
    }

    /// Changes every pixel, rows in parallel.
    pub(crate) fn each<F>(&mut self, change: F)
    where
        F: Fn(usize, usize, &mut Vec3) + Sync,
    {
        self.pixels
            .par_chunks_mut(self.width)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, pixel) in row.iter_mut().enumerate() {
                    change(x, y, pixel);
                }
            });
    }

    /// Shades one pixel in `step` squared; [`Coarse::at`] fills in the rest smoothly.
    pub(crate) fn coarse<F>(width: usize, height: usize, step: usize, colour: F) -> Coarse
    where
        F: Fn(f32, f32) -> Vec3 + Sync,
    {
        let canvas = Self::shade(
            width.div_ceil(step) + 1,
            height.div_ceil(step) + 1,
            |x, y| colour(float(x * step), float(y * step)),
        );
        Coarse {
            canvas,
            scale: 1.0 / float(step),
        }
    }

    /// The pixel at a position; the border repeats outside.
    #[inline]
    pub(crate) fn at(&self, x: i32, y: i32) -> Vec3 {
        self.pixels[clamp_index(y, self.height) * self.width + clamp_index(x, self.width)]
    }

    /// The blend of the four pixels around a position.
    #[inline]
    pub(crate) fn between(&self, x: f32, y: f32) -> Vec3 {
        let (left, top) = (floor(x), floor(y));
        let (u, v) = (x - float_i(left), y - float_i(top));
        let above = self.at(left, top).lerp(self.at(left + 1, top), u);
        let below = self.at(left, top + 1).lerp(self.at(left + 1, top + 1), u);
        above.lerp(below, v)
    }

    /// The picture at half the size, four pixels averaged into one.
    pub(crate) fn half(&self) -> Self {
        Self::shade(self.width.div_ceil(2), self.height.div_ceil(2), |x, y| {
            let (x, y) = (signed(x) * 2, signed(y) * 2);
            let above = self.at(x, y) + self.at(x + 1, y);
            let below = self.at(x, y + 1) + self.at(x + 1, y + 1);
            (above + below) * 0.25
        })
    }

    /// A five-pixel binomial blur in both directions.
    pub(crate) fn blurred(&self) -> Self {
        let kernel =
            |centre: Vec3, near: Vec3, far: Vec3| centre * 0.375 + near * 0.25 + far * 0.0625;
        let across = Self::shade(self.width, self.height, |x, y| {
            let (x, y) = (signed(x), signed(y));
            let near = self.at(x - 1, y) + self.at(x + 1, y);
            kernel(self.at(x, y), near, self.at(x - 2, y) + self.at(x + 2, y))
        });
        Self::shade(self.width, self.height, |x, y| {
            let (x, y) = (signed(x), signed(y));
            let near = across.at(x, y - 1) + across.at(x, y + 1);
            kernel(
                across.at(x, y),
                near,
                across.at(x, y - 2) + across.at(x, y + 2),
            )
        })
    }
}

/// A soft part of a picture, shaded at a fraction of its size.
pub(crate) struct Coarse {
    canvas: Canvas,
    scale: f32,
}

impl Coarse {
    /// The colour at a position of the full-size picture.
    #[inline]
    pub(crate) fn at(&self, x: f32, y: f32) -> Vec3 {
        self.canvas.between(x * self.scale, y * self.scale)
    }
}
