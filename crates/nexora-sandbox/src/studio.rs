//! The studio turns a wish into a picture or a clip; the wires know nothing else of the painter.

use bytes::Bytes;

use crate::film;
use crate::given::Given;
use crate::paint::{self, StillImage};

/// What a provider was asked to paint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wish {
    /// The words of the creator; any length, any language.
    pub(crate) prompt: String,
    /// What the creator wants to avoid; empty when nothing was said.
    pub(crate) negative: String,
    /// The same wish with another seed is another picture.
    pub(crate) seed: u64,
    /// Wanted width in pixels.
    pub(crate) width: u32,
    /// Wanted height in pixels.
    pub(crate) height: u32,
    /// What it begins with besides words.
    pub(crate) given: Given,
}

/// The file format of a still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StillFormat {
    /// Lossless; the largest file.
    Png,
    /// Lossy at a quality without visible blocks.
    Jpeg,
    /// Lossless.
    Webp,
}

/// A finished still with its true size.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// The encoded file.
    pub(crate) bytes: Bytes,
    /// The media type of `bytes`.
    pub(crate) content_type: &'static str,
    /// True width in pixels.
    pub(crate) width: u32,
    /// True height in pixels.
    pub(crate) height: u32,
}

/// A finished clip with its true size.
#[derive(Clone, Debug)]
pub(crate) struct Clip {
    /// An H.264 MP4 that starts to play before it is fully loaded.
    pub(crate) bytes: Bytes,
    /// True width in pixels.
    pub(crate) width: u32,
    /// True height in pixels.
    pub(crate) height: u32,
    /// Exactly the asked seconds, in milliseconds.
    pub(crate) duration_ms: u32,
    /// Frames shown each second.
    pub(crate) frames_per_second: u32,
}

/// Paints a still as a JPEG: the renderer's public face, for art that ships with the product.
/// The size is kept up to 1536 pixels on the long side; `quality` is 1..=100.
pub fn paint_still(prompt: &str, seed: u64, size: (u32, u32), quality: u8) -> Vec<u8> {
    paint::still(&Wish::of(prompt, seed, size)).to_jpeg(quality)
}

/// Renders a looping MP4 of 1..=30 seconds; it begins with the picture [`paint_still`] gives
/// for the same words, seed and shape. The long side is at most 640 pixels.
pub fn paint_clip(prompt: &str, seed: u64, size: (u32, u32), seconds: u32) -> Vec<u8> {
    film::clip(&Wish::of(prompt, seed, size), seconds)
        .bytes
        .into()
}

impl Wish {
    fn of(prompt: &str, seed: u64, (width, height): (u32, u32)) -> Self {
        Self {
            prompt: prompt.to_owned(),
            negative: String::new(),
            seed,
            width,
            height,
            given: Given::default(),
        }
    }
}

/// Paints one still. Blocking and CPU-bound: call through `spawn_blocking`.
/// The same wish gives the same bytes.
pub(crate) fn still(wish: &Wish, format: StillFormat) -> Picture {
    let image = paint::still(wish);
    let (bytes, content_type) = match format {
        StillFormat::Png => (image.to_png(), "image/png"),
        StillFormat::Jpeg => (image.to_jpeg(StillImage::JPEG_QUALITY), "image/jpeg"),
        StillFormat::Webp => (image.to_webp(), "image/webp"),
    };
    Picture {
        bytes: bytes.into(),
        content_type,
        width: image.width,
        height: image.height,
    }
}

/// Renders an H.264 MP4 (faststart). Blocking and CPU-bound: call through `spawn_blocking`.
/// `seconds` is brought into 1..=30.
pub(crate) fn clip(wish: &Wish, seconds: u32) -> Clip {
    film::clip(wish, seconds)
}
