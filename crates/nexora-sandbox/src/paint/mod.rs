//! Paints stills: words choose scene and palette, a seed decides the rest.

mod canvas;
mod colour;
mod cosmos;
mod dice;
mod file;
mod flame;
mod grade;
mod land;
mod noise;
pub(crate) mod number;
mod ocean;
mod painting;
mod palette;
pub(crate) mod photo;
mod product;
mod scene;
mod silk;
mod sky;
mod stars;
mod street;
mod terrain;
mod view;

use crate::lexicon;
use crate::studio::Wish;
use number::{len, size};

pub(crate) use cosmos::PlanetWish;
pub(crate) use dice::Dice;
pub(crate) use file::StillImage;
pub(crate) use grade::{Grade, develop, expose, one_light};
pub(crate) use land::Foreground;
pub(crate) use noise::cell_bits;
pub(crate) use painting::{Layers, Painting};
pub(crate) use palette::{Palette, PaletteName};
pub(crate) use product::Hero;
pub(crate) use scene::{Outdoors, Scene};
pub(crate) use sky::Daytime;
pub(crate) use street::Rain;
pub(crate) use view::{Detail, View};

/// Longer pictures take seconds to paint and show no more detail.
const LONG_SIDE_MAX: u32 = 1536;
/// Below this the scenes lose their subject.
const SIDE_MIN: u32 = 64;

/// Paints one still at the asked size, or at the same aspect ratio if that size is out of range.
pub(crate) fn still(wish: &Wish) -> StillImage {
    let (width, height) = fit(wish.width, wish.height, LONG_SIDE_MAX);
    let reading = lexicon::read(wish);
    let view = reading.view(len(width), len(height), Detail::Full);
    let painting = reading.scene.paint(&view).glowing();
    let references = &wish.given.references;
    StillImage {
        width: size(view.width),
        height: size(view.height),
        rgb: photo::rework(painting.develop(), view.width, view.height, references),
    }
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
