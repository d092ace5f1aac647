//! Keeping media: fetched with limits, judged by their bytes, measured, given a poster and a
//! thumbnail, and stored under a key that names their hash.

mod clean;
mod clip;
mod colour;
mod jpeg;
mod picture;
mod sniff;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use image::RgbImage;
use nexora_core::pixels::Distance;
use nexora_core::{Asset, AssetId, GenerationId, MediaKind, MemberId, Timestamp};
use nexora_providers::{DownloadError, Limits, Output};
use sha2::{Digest, Sha256};

use crate::Engine;
pub(crate) use clean::{Cleaned, Unclean, clean, lighten};
use sniff::Format;

/// The largest picture taken: a 4K PNG has about 25 MB.
const PICTURE_BYTES_MAX: u64 = 64 << 20;
/// The largest clip taken: 15 s of 4K at 100 Mb/s has about 190 MB.
const CLIP_BYTES_MAX: u64 = 256 << 20;
/// The longest one fetch may take.
const FETCH_MAX: Duration = Duration::from_secs(120);

/// An output that is safely in the media store.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    format: Format,
    key: String,
    size_bytes: u64,
    measured: Measured,
    poster_key: Option<String>,
    thumbnail_key: Option<String>,
}

/// What looking at the bytes tells.
#[derive(Clone, Debug)]
struct Measured {
    width: u32,
    height: u32,
    duration_ms: Option<u32>,
    placeholder: Vec<u8>,
    /// JPEG at most 1280 px wide; clips only.
    poster: Option<Bytes>,
    /// JPEG at most 640 px on the long side.
    thumbnail: Option<Bytes>,
}

/// Why an output was not kept.
#[derive(Clone, Debug)]
pub(crate) enum KeepError {
    /// It could not be fetched just now.
    Unreachable(String),
    /// The provider does not have it any more.
    Gone,
    /// It is not something we keep.
    Unfit(String),
    /// Our own media store failed.
    Store(String),
}

impl fmt::Display for KeepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "it could not be fetched ({why})"),
            Self::Gone => f.write_str("the provider does not have it any more"),
            Self::Unfit(why) => f.write_str(why),
            Self::Store(why) => write!(f, "the media store failed ({why})"),
        }
    }
}

impl Kept {
    /// The row that says where it is.
    pub(crate) fn into_asset(
        self,
        id: AssetId,
        generation: GenerationId,
        (member, position): (MemberId, u32),
        now: Timestamp,
    ) -> Asset {
        Asset {
            id,
            generation,
            member,
            position,
            kind: self.format.kind(),
            content_type: self.format.content_type().to_owned(),
            key: self.key,
            size_bytes: self.size_bytes,
            width: self.measured.width,
            height: self.measured.height,
            duration_ms: self.measured.duration_ms,
            poster_key: self.poster_key,
            thumbnail_key: self.thumbnail_key,
            placeholder: self.measured.placeholder,
            created_at: now,
        }
    }
}

impl Engine {
    /// Brings one output home.
    pub(crate) async fn keep_output(
        &self,
        member: MemberId,
        kind: MediaKind,
        output: Output,
    ) -> Result<Kept, KeepError> {
        let bytes = self.fetch(kind, output).await?;
        let format = Format::of(&bytes)
            .filter(|format| format.kind() == kind)
            .ok_or_else(|| KeepError::Unfit(format!("it is not a {}", kind.noun())))?;
        let measured = self.measure(format, bytes.clone()).await?;
        let put = |bytes: Bytes, extension: &'static str, content_type: &'static str| async move {
            let key = key_of(member, &bytes, extension);
            let put = self.blobs().put(&key, bytes, content_type).await;
            put.map(|()| key)
                .map_err(|why| KeepError::Store(why.to_string()))
        };
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let key = put(bytes, format.extension(), format.content_type()).await?;
        let mut still_keys = [None, None];
        for (still, key) in [measured.poster.clone(), measured.thumbnail.clone()]
            .into_iter()
            .zip(&mut still_keys)
        {
            if let Some(still) = still {
                *key = Some(put(still, "jpg", "image/jpeg").await?);
            }
        }
        let [poster_key, thumbnail_key] = still_keys;
        Ok(Kept {
            format,
            key,
            size_bytes,
            measured,
            poster_key,
            thumbnail_key,
        })
    }

    async fn fetch(&self, kind: MediaKind, output: Output) -> Result<Bytes, KeepError> {
        let bytes_max = match kind {
            MediaKind::Image => PICTURE_BYTES_MAX,
            MediaKind::Video => CLIP_BYTES_MAX,
        };
        let url = match output {
            Output::Bytes { bytes, .. } => return Ok(bytes),
            Output::Url { url, .. } => url,
        };
        let limits = Limits {
            bytes_max,
            time_max: FETCH_MAX,
        };
        let fetched = self.0.parts.downloader.fetch(&url, limits).await;
        fetched
            .map(|fetched| fetched.bytes)
            .map_err(|why| match why {
                DownloadError::Gone => KeepError::Gone,
                DownloadError::TooBig | DownloadError::Forbidden(_) => {
                    KeepError::Unfit(why.to_string())
                }
                DownloadError::TimedOut | DownloadError::Down(_) => {
                    KeepError::Unreachable(why.to_string())
                }
            })
    }

    /// Looks at the bytes on a thread of their own: decoders take a core, and a stranger's bytes
    /// must not take the process with them.
    async fn measure(&self, format: Format, bytes: Bytes) -> Result<Measured, KeepError> {
        let _turn = self.0.imaging.acquire().await;
        let looked = tokio::task::spawn_blocking(move || match format.kind() {
            MediaKind::Image => picture::measure(format, &bytes),
            MediaKind::Video => clip::measure(&bytes),
        });
        match looked.await {
            Ok(measured) => measured.map_err(KeepError::Unfit),
            Err(_) => Err(KeepError::Unfit("its bytes cannot be read".to_owned())),
        }
    }
}

/// How far two kept pictures are apart; `None` if they are not of one size, or cannot be read.
pub(crate) fn distance(one: &[u8], other: &[u8]) -> Option<Distance> {
    let pixels = |bytes| picture::decode(Format::of(bytes)?, bytes).ok();
    let (one, other) = (pixels(one)?, pixels(other)?);
    if one.dimensions() != other.dimensions() {
        return None;
    }
    Distance::between(one.as_raw(), other.as_raw())
}

/// Content-addressed, under its owner: two members never share a file, so that one deleting
/// theirs cannot touch the other's.
pub(crate) fn key_of(member: MemberId, bytes: &[u8], extension: &str) -> String {
    format!(
        "{member}/{}.{extension}",
        hex::encode(Sha256::digest(bytes))
    )
}

/// The most pixels taken: an 8K picture has 33 million. More is a decompression bomb.
const PIXELS_MAX: u64 = 50_000_000;

fn check_size(width: u32, height: u32) -> Result<(), String> {
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(format!("a size of {width}×{height} pixels is not kept"));
    }
    Ok(())
}

/// A picture no larger than `long_side_max` on its long side, of the same shape.
fn scaled(picture: &RgbImage, long_side_max: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let long = width.max(height);
    if long <= long_side_max {
        return picture.clone();
    }
    let side = |length: u32| {
        let scaled = u64::from(length) * u64::from(long_side_max) / u64::from(long.max(1));
        u32::try_from(scaled).unwrap_or(1).max(1)
    };
    image::imageops::thumbnail(picture, side(width), side(height))
}

/// Quality at which a card still looks like its picture, at about 40 kB.
const JPEG_QUALITY: u8 = 80;

fn jpeg(picture: &RgbImage) -> Option<Bytes> {
    jpeg_at(picture, JPEG_QUALITY)
}

fn jpeg_at(picture: &RgbImage, quality: u8) -> Option<Bytes> {
    let width = u16::try_from(picture.width()).ok()?;
    let height = u16::try_from(picture.height()).ok()?;
    let mut encoded = Vec::new();
    jpeg_encoder::Encoder::new(&mut encoded, quality)
        .encode(
            picture.as_raw(),
            width,
            height,
            jpeg_encoder::ColorType::Rgb,
        )
        .ok()?;
    Some(Bytes::from(encoded))
}

/// A `ThumbHash` wants at most 100 pixels a side.
const PLACEHOLDER_SIDE_MAX: u32 = 64;

fn placeholder(picture: &RgbImage) -> Vec<u8> {
    let small = scaled(picture, PLACEHOLDER_SIDE_MAX);
    let rgba: Vec<u8> = small
        .pixels()
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
        .collect();
    let side = |length: u32| usize::try_from(length).unwrap_or(1);
    fast_thumbhash::rgba_to_thumb_hash(side(small.width()), side(small.height()), &rgba)
}
