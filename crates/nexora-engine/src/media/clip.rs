//! Measuring a clip: its size, its length, and its first picture.

use image::RgbImage;
use re_mp4::{Mp4, Track, TrackKind};
use rusty_h264::{Decoder, YuvFrame};

use super::picture::THUMBNAIL_SIDE_MAX;
use super::{Measured, check_size, jpeg, placeholder, scaled};
use crate::avc::Config;

/// A poster fills a phone or half a desktop.
const POSTER_SIDE_MAX: u32 = 1_280;
/// The largest first picture decoded; an 8K key frame at high quality has about 10 MB.
const KEY_FRAME_BYTES_MAX: usize = 16 << 20;

/// Measures an MP4. A clip whose codec cannot be read (HEVC, AV1) is kept without a poster; the
/// browser shows its first frame.
pub(super) fn measure(bytes: &[u8]) -> Result<Measured, String> {
    let unreadable = "its bytes cannot be read as a clip";
    let mp4 = Mp4::read_bytes(bytes).map_err(|_| unreadable.to_owned())?;
    let is_video = |track: &&Track| track.kind == Some(TrackKind::Video);
    let track = mp4.tracks().values().find(is_video).ok_or(unreadable)?;
    let (width, height) = (u32::from(track.width), u32::from(track.height));
    check_size(width, height)?;
    let duration_ms = duration_ms(track).ok_or("a clip without a length is not kept")?;
    let first = first_picture(&mp4, track, bytes);
    let still = first.as_ref();
    Ok(Measured {
        width,
        height,
        duration_ms: Some(duration_ms),
        placeholder: still.map(placeholder).unwrap_or_default(),
        poster: still.and_then(|first| jpeg(&scaled(first, POSTER_SIDE_MAX))),
        thumbnail: still.and_then(|first| jpeg(&scaled(first, THUMBNAIL_SIDE_MAX))),
    })
}

fn duration_ms(track: &Track) -> Option<u32> {
    let ms = track
        .duration
        .checked_mul(1_000)?
        .checked_div(track.timescale)?;
    u32::try_from(ms).ok().filter(|ms| *ms > 0)
}

fn first_picture(mp4: &Mp4, track: &Track, bytes: &[u8]) -> Option<RgbImage> {
    if !track.codec_string(mp4)?.starts_with("avc1") {
        return None;
    }
    let sample = track.samples.iter().find(|sample| sample.is_sync)?;
    let start = usize::try_from(sample.offset).ok()?;
    let length = usize::try_from(sample.size).ok()?;
    if length > KEY_FRAME_BYTES_MAX {
        return None;
    }
    let coded = bytes.get(start..start.checked_add(length)?)?;
    let config = Config::read(&track.raw_codec_config(mp4)?)?;
    let stream = config.annex_b(coded)?;
    let frames = Decoder::new().decode_stream(&stream).ok()?;
    frames.first().and_then(rgb)
}

/// BT.709, studio range: what providers' clips of 720 lines and more are in.
fn rgb(frame: &YuvFrame) -> Option<RgbImage> {
    let (width, height) = (frame.width, frame.height);
    let chroma_width = width.div_ceil(2);
    let mut pixels = Vec::with_capacity(width.checked_mul(height)?.checked_mul(3)?);
    for row in 0..height {
        for column in 0..width {
            let luma = i32::from(*frame.y.get(row * width + column)?);
            let chroma = (row / 2) * chroma_width + column / 2;
            let blue = i32::from(*frame.u.get(chroma)?) - 128;
            let red = i32::from(*frame.v.get(chroma)?) - 128;
            // Fixed point, 16 bits of fraction.
            let grey = (luma - 16) * 76_309;
            let channel = |value: i32| u8::try_from((value >> 16).clamp(0, 255)).unwrap_or(0);
            pixels.push(channel(grey + 117_489 * red));
            pixels.push(channel(grey - 13_975 * blue - 34_925 * red));
            pixels.push(channel(grey + 138_438 * blue));
        }
    }
    RgbImage::from_raw(
        u32::try_from(width).ok()?,
        u32::try_from(height).ok()?,
        pixels,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_is_black_and_white_is_white() {
        let frame = |luma| YuvFrame {
            width: 2,
            height: 2,
            y: vec![luma; 4],
            u: vec![128],
            v: vec![128],
        };
        assert_eq!(rgb(&frame(16)).unwrap().get_pixel(0, 0).0, [0, 0, 0]);
        assert_eq!(rgb(&frame(235)).unwrap().get_pixel(1, 1).0, [254, 254, 254]);
    }

    #[test]
    fn noise_is_not_a_clip() {
        assert!(measure(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom").is_err());
    }
}
