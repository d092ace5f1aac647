//! Pictures that were handed in: cut to size, and seen in the light of what was wished.

use bytes::Bytes;
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};

use super::number::{byte, size};

/// The light of a painting is what is left of it at this size.
const LIGHT_SIDE: u32 = 12;
/// How much of the painting itself is mixed into what is reworked.
const PAINT_SHARE: f32 = 0.18;

/// The picture in a file, cut from its middle to this size; `None` if it is no picture.
pub(crate) fn cut(file: &[u8], width: usize, height: usize) -> Option<Vec<u8>> {
    let picture = image::load_from_memory(file).ok()?;
    let cut = picture.resize_to_fill(size(width), size(height), FilterType::Triangle);
    Some(cut.into_rgb8().into_raw())
}

/// The pictures side by side, in the light of the painting; the painting alone if they are none.
pub(crate) fn rework(painted: Vec<u8>, width: usize, height: usize, files: &[Bytes]) -> Vec<u8> {
    let Some(pictures) = side_by_side(width, height, files) else {
        return painted;
    };
    let Some(painting) = RgbImage::from_raw(size(width), size(height), painted) else {
        return pictures;
    };
    let light = imageops::thumbnail(&painting, LIGHT_SIDE, LIGHT_SIDE);
    let light = imageops::resize(&light, size(width), size(height), FilterType::Triangle);
    let channels = pictures.iter().zip(light.as_raw()).zip(painting.as_raw());
    let reworked = channels.map(|((picture, light), paint)| {
        let lit = soft_light(f32::from(*picture) / 255.0, f32::from(*light) / 255.0);
        let mixed = lit * (1.0 - PAINT_SHARE) + f32::from(*paint) / 255.0 * PAINT_SHARE;
        byte((mixed * 255.0).clamp(0.0, 255.0))
    });
    reworked.collect()
}

/// Light above the middle brightens, light below it darkens; black and white stay.
fn soft_light(base: f32, light: f32) -> f32 {
    (1.0 - 2.0 * light) * base * base + 2.0 * light * base
}

fn side_by_side(width: usize, height: usize, files: &[Bytes]) -> Option<Vec<u8>> {
    let columns = files.len().min(width);
    let mut whole = RgbImage::new(size(width), size(height));
    let mut any = false;
    for (column, file) in files.iter().take(columns).enumerate() {
        let from = width * column / columns;
        let to = width * (column + 1) / columns;
        let Some(strip) = cut(file, to - from, height) else {
            continue;
        };
        let strip = RgbImage::from_raw(size(to - from), size(height), strip)?;
        let strip = DynamicImage::ImageRgb8(strip).into_rgb8();
        imageops::replace(&mut whole, &strip, i64::from(size(from)), 0);
        any = true;
    }
    any.then(|| whole.into_raw())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgb};

    use super::*;

    fn file(colour: [u8; 3]) -> Bytes {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(40, 80, Rgb(colour))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner().into()
    }

    #[test]
    fn pictures_are_seen_in_another_light() {
        let painted = vec![128; 64 * 64 * 3];
        let files = [file([250, 20, 20]), file([20, 20, 250])];
        let reworked = rework(painted.clone(), 64, 64, &files);
        let pixel = |x: usize| &reworked[(32 * 64 + x) * 3..][..3];
        assert!(pixel(10)[0] > 180 && pixel(10)[2] < 90, "{:?}", pixel(10));
        assert!(pixel(50)[2] > 180 && pixel(50)[0] < 90, "{:?}", pixel(50));
        let dark = rework(vec![10; 64 * 64 * 3], 64, 64, &files);
        assert!(dark[32 * 64 * 3] < reworked[32 * 64 * 3]);
        let nonsense = [Bytes::from_static(b"abc")];
        assert_eq!(rework(painted.clone(), 64, 64, &nonsense), painted);
    }
}
