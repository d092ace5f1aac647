//! A stranger's picture made ours: decoded within limits, upright, in ordinary colours, and with
//! nothing left but its pixels.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::{self, FilterType as Scaling};
use image::{DynamicImage, ImageDecoder, ImageEncoder, RgbImage, RgbaImage};
use nexora_core::MediaKind;

use super::picture::{THUMBNAIL_SIDE_MAX, decoder};
use super::sniff::{Format, what_else};
use super::{PIXELS_MAX, colour, jpeg, jpeg_at, placeholder, scaled};

/// No model reads more than 4K.
const LONG_SIDE_MAX: u32 = 4_096;
/// A see-through picture stays lossless; a larger one of noise would have more than 20 MB.
const SEE_THROUGH_SIDE_MAX: u32 = 2_048;
/// What is smaller shows nothing, and is refused by every model.
const SIDE_MIN: u32 = 64;
/// What the unpacked pixels may take in memory: 50 million of them with four channels.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;
/// Quality at which nobody can tell, at about a byte per pixel.
const JPEG_QUALITY: u8 = 92;
/// What lies behind a see-through picture in lists: the studio's own dark.
const BEHIND: [u8; 3] = [14, 16, 19];

/// A picture that is ours.
#[derive(Clone, Debug)]
pub(crate) struct Cleaned {
    pub(crate) bytes: Bytes,
    pub(super) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// JPEG at most 640 px on the long side.
    pub(crate) thumbnail: Bytes,
    pub(crate) placeholder: Vec<u8>,
}

/// Why a file did not become a picture of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unclean {
    /// It is something else: what, with its article.
    NotAPicture(&'static str),
    /// It breaks off, or makes no sense.
    Broken,
    /// Unpacked it would fill the memory.
    TooManyPixels { width: u32, height: u32 },
    /// There is nothing to see on it.
    TooSmall { width: u32, height: u32 },
}

impl Cleaned {
    pub(crate) const fn content_type(&self) -> &'static str {
        self.format.content_type()
    }

    pub(crate) const fn extension(&self) -> &'static str {
        self.format.extension()
    }
}

/// Takes everything but the pixels away. Blocking and CPU-bound.
pub(crate) fn clean(bytes: &[u8]) -> Result<Cleaned, Unclean> {
    let format = Format::of(bytes).filter(|format| format.kind() == MediaKind::Image);
    let format = format.ok_or_else(|| Unclean::NotAPicture(what_else(bytes)))?;
    let (picture, profile) = open(format, bytes)?;
    let picture = if is_see_through(&picture) {
        Pixels::SeeThrough(smaller(picture, SEE_THROUGH_SIDE_MAX).into_rgba8())
    } else {
        let solid = smaller(picture, LONG_SIDE_MAX).into_rgb8();
        Pixels::Solid(colour::in_srgb(solid, profile.as_deref()))
    };
    let shown = picture.shown();
    let (width, height) = shown.dimensions();
    if width.min(height) < SIDE_MIN {
        return Err(Unclean::TooSmall { width, height });
    }
    let (format, bytes) = picture.encode().ok_or(Unclean::Broken)?;
    let thumbnail = super::jpeg(&scaled(&shown, THUMBNAIL_SIDE_MAX)).ok_or(Unclean::Broken)?;
    Ok(Cleaned {
        bytes,
        format,
        width,
        height,
        thumbnail,
        placeholder: placeholder(&shown),
    })
}

/// A picture of ours as a JPEG for somebody who would choke on the original. Blocking and
/// CPU-bound.
pub(crate) fn lighten(bytes: &[u8]) -> Option<Bytes> {
    let (picture, _) = open(Format::of(bytes)?, bytes).ok()?;
    let light = smaller(picture, LONG_SIDE_MAX).into_rgb8();
    jpeg_at(&light, JPEG_QUALITY)
}

/// The pixels the way they are meant to be seen, and the profile that says how they are meant.
/// The header's claims are judged before anything is unpacked.
fn open(format: Format, bytes: &[u8]) -> Result<(DynamicImage, Option<Vec<u8>>), Unclean> {
    if format == Format::Jpeg && !jpeg::is_whole(bytes) {
        return Err(Unclean::Broken);
    }
    let broken = |_| Unclean::Broken;
    let mut decoder = decoder(format, bytes).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let is_bomb = u64::from(width) * u64::from(height) > PIXELS_MAX;
    if is_bomb || decoder.total_bytes() > UNPACKED_BYTES_MAX {
        return Err(Unclean::TooManyPixels { width, height });
    }
    let orientation = decoder.orientation().map_err(broken)?;
    // A profile that cannot be read is as good as none.
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok((picture, profile))
}

fn is_see_through(picture: &DynamicImage) -> bool {
    let any = |pixels: &RgbaImage| pixels.pixels().any(|pixel| pixel[3] < u8::MAX);
    let shines_through = || match picture.as_rgba8() {
        Some(pixels) => any(pixels),
        None => any(&picture.to_rgba8()),
    };
    picture.color().has_alpha() && shines_through()
}

/// The same picture, at most so long on its long side.
fn smaller(picture: DynamicImage, long_side_max: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let long = width.max(height);
    if long <= long_side_max {
        return picture;
    }
    let side = |length: u32| {
        let scaled = u64::from(length) * u64::from(long_side_max) / u64::from(long);
        u32::try_from(scaled).unwrap_or(1).max(1)
    };
    let (width, height) = (side(width), side(height));
    if picture.color().has_alpha() {
        let scaled = imageops::resize(&picture.into_rgba8(), width, height, Scaling::CatmullRom);
        DynamicImage::ImageRgba8(scaled)
    } else {
        let scaled = imageops::resize(&picture.into_rgb8(), width, height, Scaling::CatmullRom);
        DynamicImage::ImageRgb8(scaled)
    }
}

enum Pixels {
    Solid(RgbImage),
    SeeThrough(RgbaImage),
}

impl Pixels {
    /// As it is seen: a see-through one before something dark.
    fn shown(&self) -> RgbImage {
        let pixels = match self {
            Self::Solid(pixels) => return pixels.clone(),
            Self::SeeThrough(pixels) => pixels,
        };
        let mut shown = RgbImage::new(pixels.width(), pixels.height());
        for (pixel, seen) in pixels.pixels().zip(shown.pixels_mut()) {
            let [.., alpha] = pixel.0;
            for (place, behind) in BEHIND.into_iter().enumerate() {
                let through = u16::from(behind) * u16::from(u8::MAX - alpha);
                let own = u16::from(pixel[place]) * u16::from(alpha);
                seen[place] = u8::try_from((own + through) / 255).unwrap_or(u8::MAX);
            }
        }
        shown
    }

    fn encode(&self) -> Option<(Format, Bytes)> {
        match self {
            Self::Solid(pixels) => Some((Format::Jpeg, jpeg_at(pixels, JPEG_QUALITY)?)),
            Self::SeeThrough(pixels) => Some((Format::Png, png(pixels)?)),
        }
    }
}

fn png(pixels: &RgbaImage) -> Option<Bytes> {
    let mut encoded = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut encoded, CompressionType::Fast, FilterType::Adaptive)
        .write_image(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            image::ExtendedColorType::Rgba8,
        )
        .ok()?;
    Some(encoded.into_inner().into())
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
