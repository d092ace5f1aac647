//! A finished still and the file formats it can be written in.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Eight-bit sRGB pixels, row by row, three bytes each.
pub(crate) struct StillImage {
    /// Width in pixels.
    pub(crate) width: u32,
    /// Height in pixels.
    pub(crate) height: u32,
    /// `width * height * 3` bytes.
    pub(crate) rgb: Vec<u8>,
}

impl StillImage {
    /// The quality at which film grain survives and no block edges show.
    pub(crate) const JPEG_QUALITY: u8 = 88;

    /// Writes a progressive JPEG. `quality` 1..=100.
    #[expect(
        clippy::expect_used,
        reason = "sides are at most 1536 and the pixel count fits them"
    )]
    pub(crate) fn to_jpeg(&self, quality: u8) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, quality);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.set_progressive(true);
        let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        encoder
            .encode(
                &self.rgb,
                side(self.width),
                side(self.height),
                ColorType::Rgb,
            )
            .expect("a complete picture encodes");
        file
    }

    /// Writes a PNG, favouring speed over the last percent of size.
    #[expect(
        clippy::expect_used,
        reason = "writing to memory cannot fail and the size fits"
    )]
    pub(crate) fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
            .write_image(&self.rgb, self.width, self.height, ExtendedColorType::Rgb8)
            .expect("a complete picture encodes");
        file
    }

    /// Writes a lossless WebP.
    #[expect(
        clippy::expect_used,
        reason = "writing to memory cannot fail and the size fits"
    )]
    pub(crate) fn to_webp(&self) -> Vec<u8> {
        let mut file = Vec::new();
        WebPEncoder::new_lossless(&mut file)
            .write_image(&self.rgb, self.width, self.height, ExtendedColorType::Rgb8)
            .expect("a complete picture encodes");
        file
    }
}
