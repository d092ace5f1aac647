//! Heights: eroded mountains around a valley, or dunes with sharp crests.

use std::ops::{Add, Mul};

use glam::{Vec2, vec2};
use rayon::prelude::*;

use super::{CELLS, Ground, cell, place};
use crate::paint::noise::{eroded, gradient, smooth};
use crate::paint::number::float;

/// Rounds of smoothing that remove saw teeth from dune crests.
const SMOOTHING_ROUNDS: usize = 5;

/// The height of every cell.
pub(super) fn heights(ground: Ground, seed: u32) -> Vec<f32> {
    match ground {
        Ground::Mountains => map(|at| mountain(at, seed)),
        Ground::Dunes => {
            (0..SMOOTHING_ROUNDS).fold(map(|at| dune(at, seed)), |rough, _| smoothed(&rough))
        }
    }
}

fn map<F: Fn(Vec2) -> f32 + Sync>(height: F) -> Vec<f32> {
    let mut heights = vec![0.0; CELLS * CELLS];
    heights
        .par_chunks_mut(CELLS)
        .enumerate()
        .for_each(|(row, line)| {
            for (column, out) in line.iter_mut().enumerate() {
                *out = height(place(column, row));
            }
        });
    heights
}

fn mountain(at: Vec2, seed: u32) -> f32 {
    let (x, z) = (at.x, at.y);
    let meander = gradient(vec2(z * 0.55, 3.3), seed + 3) * 0.55 * smooth(0.4, 2.0, z);
    let from_valley = (x - meander).abs() + 0.22 * gradient(at * 1.7, seed + 4);
    let slope = smooth(0.30, 1.7, from_valley);
    let far = smooth(2.6, 5.4, z + 0.5 * gradient(at * 0.6, seed + 5));
    let mass = slope.max(far * 0.85);
    let home = vec2(float(usize::try_from(seed % 97).unwrap_or(0)), 13.0);
    let rock = eroded(at * 0.95 + home, 10, seed).max(0.0);
    // The highest peaks are pressed down, or they would leave the frame.
    let rock = if rock > 0.95 {
        0.95 + (rock - 0.95) * 0.55
    } else {
        rock
    };
    let relief = mass * (0.05 + (rock - 0.22).max(-0.1) * (0.62 + 0.42 * far));
    relief - 0.055 - 0.05 * (1.0 - mass) + 0.012 * gradient(at * 6.0, seed + 6) * mass
}

fn dune(at: Vec2, seed: u32) -> f32 {
    let bend = vec2(
        gradient(at * 0.55, seed + 9),
        gradient(at * 0.55 + 4.0, seed + 8),
    );
    let wind = at * vec2(0.62, 1.15) + bend * 0.85;
    let crest = |at: Vec2, pattern: u32| {
        let ridge = 1.0 - (gradient(at, pattern) * 1.7).abs().min(1.0);
        ridge * ridge * (1.4 - 0.4 * ridge)
    };
    let body = 0.30 * crest(wind * 1.05, seed) + 0.085 * crest(wind * 2.6 + bend, seed + 1);
    let rise = smooth(0.0, 1.4, at.y) * (0.75 + 0.6 * smooth(2.0, 6.0, at.y));
    body * rise + 0.012 * gradient(wind * 6.0, seed + 2) + 0.02
}

/// A map with every cell blended with its eight neighbours.
pub(super) fn smoothed<T>(rough: &[T]) -> Vec<T>
where
    T: Copy + Default + Send + Sync + Add<Output = T> + Mul<f32, Output = T>,
{
    let mut map = vec![T::default(); CELLS * CELLS];
    map.par_chunks_mut(CELLS)
        .enumerate()
        .for_each(|(row, line)| {
            for (column, out) in line.iter_mut().enumerate() {
                let (left, right) = (column.saturating_sub(1), column + 1);
                let (near, far) = (row.saturating_sub(1), row + 1);
                let at = |column, row| cell(rough, column, row);
                let sides = at(left, row) + at(right, row) + at(column, near) + at(column, far);
                let corners = at(left, near) + at(right, near) + at(left, far) + at(right, far);
                *out = at(column, row) * 0.36 + sides * 0.11 + corners * 0.05;
            }
        });
    map
}
