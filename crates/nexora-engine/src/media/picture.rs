//! Measuring a still picture.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits, RgbImage};

use super::sniff::Format;
use super::{Measured, check_size, jpeg, placeholder, scaled};

/// What may be set aside for everything that is not pixels: a colour profile has a few kilobytes,
/// and may be a bomb.
const BESIDES_BYTES_MAX: u64 = 64 << 20;
/// Thumbnails fill a card on a dense screen.
pub(super) const THUMBNAIL_SIDE_MAX: u32 = 640;

/// Decodes and measures. The size is checked before any pixel is unpacked.
pub(super) fn measure(format: Format, bytes: &[u8]) -> Result<Measured, String> {
    let picture = decode(format, bytes)?;
    Ok(Measured {
        width: picture.width(),
        height: picture.height(),
        duration_ms: None,
        placeholder: placeholder(&picture),
        poster: None,
        thumbnail: jpeg(&scaled(&picture, THUMBNAIL_SIDE_MAX)),
    })
}

pub(super) fn decode(format: Format, bytes: &[u8]) -> Result<RgbImage, String> {
    let unreadable = |_| "its bytes cannot be read as a picture".to_owned();
    let mut decoder = decoder(format, bytes).map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let orientation = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

/// Reads a picture's header. What is set aside besides the pixels is limited; how many pixels there
/// are is for the caller to judge.
pub(super) fn decoder(format: Format, bytes: &[u8]) -> ImageResult<impl ImageDecoder> {
    let known = match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Webp => ImageFormat::WebP,
        // No decoder here reads it: it says so itself.
        Format::Mp4 => ImageFormat::Avif,
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(BESIDES_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), known);
    reader.limits(limits);
    reader.into_decoder()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(width, height, image::Rgb([20, 120, 220]))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_measured_and_made_small() {
        let measured = measure(Format::Png, &png(1_280, 720)).unwrap();
        assert_eq!((measured.width, measured.height), (1_280, 720));
        assert!(!measured.placeholder.is_empty());
        let thumbnail = decode(Format::Jpeg, &measured.thumbnail.unwrap()).unwrap();
        assert_eq!(thumbnail.dimensions(), (640, 360));
    }

    #[test]
    fn half_a_picture_is_refused() {
        let whole = png(640, 480);
        assert!(measure(Format::Png, &whole[..whole.len() / 2]).is_err());
    }

    /// A PNG header may claim any size; the claim alone must not cost memory.
    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let mut bomb = png(8, 8);
        bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        let crc = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(measure(Format::Png, &bomb).unwrap_err().contains("65536"));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(crc & 1)))
            })
        })
    }
}
