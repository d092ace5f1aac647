//! Renders clips: the same words and seed as a still, moving.

mod h264;
mod mp4;
mod yuv;

use crate::paint;
use crate::studio::{Clip, Wish};
use h264::GroupEncoder;
use yuv::YuvBuffer;

/// Twice the area costs twice the processor; this keeps five seconds of clip at a few of work.
const LONG_SIDE_MAX: u32 = 640;
/// What cinema shows.
const FRAMES_PER_SECOND: u16 = 24;
/// The longest clip any provider sells.
const SECONDS_MAX: u32 = 30;

/// Renders one clip; see `studio::clip`.
#[expect(
    clippy::expect_used,
    reason = "even sizes of at most 640 pixels always encode"
)]
pub(crate) fn clip(wish: &Wish, seconds: u32) -> Clip {
    let seconds = seconds.clamp(1, SECONDS_MAX);
    let (width, height) = paint::fit(wish.width, wish.height, LONG_SIDE_MAX);
    let (width, height) = (width & !1, height & !1);
    let image = paint::still(&Wish {
        width,
        height,
        ..wish.clone()
    });
    let mut frame = YuvBuffer::new(paint::number::len(width), paint::number::len(height));
    let frames = seconds * u32::from(FRAMES_PER_SECOND);
    let mut encoder =
        GroupEncoder::new(frame.width, frame.height, FRAMES_PER_SECOND, frames).expect("encoder");
    let units: Vec<_> = (0..frames)
        .map(|_| {
            frame.fill(&image.rgb);
            encoder.push(&frame).expect("frame")
        })
        .collect();
    let file = mp4::write(&units, width, height, FRAMES_PER_SECOND).expect("file");
    Clip {
        bytes: file.into(),
        width,
        height,
        duration_ms: seconds * 1000,
        frames_per_second: u32::from(FRAMES_PER_SECOND),
    }
}
