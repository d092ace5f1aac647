//! Renders clips: the same words and seed as a still, moving in a loop.

mod between;
mod h264;
mod mp4;
mod plate;
mod shot;
mod yuv;

use std::num::NonZero;
use std::thread;

use rusty_h264::EncodeError;

use crate::paint;
use crate::paint::number::{float, len};
use crate::studio::{Clip, Wish};
use h264::{AccessUnit, GroupEncoder};
use shot::Shot;
use yuv::YuvBuffer;

/// Twice the area costs twice the processor; this keeps five seconds of clip at a few of work.
const LONG_SIDE_MAX: u32 = 640;
/// What cinema shows.
const FRAMES_PER_SECOND: u16 = 24;
/// The longest clip any provider sells.
const SECONDS_MAX: u32 = 30;
/// A player can start at every group, so none is longer than two seconds.
const GROUP_FRAMES_MAX: u32 = 48;
/// Groups encoded at once; each holds a few frames, never the clip.
const LANES_MAX: usize = 4;

/// Renders one clip; see `studio::clip`.
#[expect(
    clippy::expect_used,
    reason = "even sizes of 64 to 640 pixels always encode"
)]
pub(crate) fn clip(wish: &Wish, seconds: u32) -> Clip {
    let seconds = seconds.clamp(1, SECONDS_MAX);
    let (width, height) = paint::fit(wish.width, wish.height, LONG_SIDE_MAX);
    let (width, height) = (width & !1, height & !1);
    let shot = Shot::set_up(wish, len(width), len(height));
    let frames = seconds * u32::from(FRAMES_PER_SECOND);
    let units = encode(&shot, frames).expect("frames of the encoder's own size encode");
    let file = mp4::write(&units, width, height, FRAMES_PER_SECOND)
        .expect("frames in order fit into a file");
    Clip {
        bytes: file.into(),
        width,
        height,
        duration_ms: seconds * 1000,
        frames_per_second: u32::from(FRAMES_PER_SECOND),
    }
}

/// Encodes all frames; groups refer to nothing outside, so several are under way at once.
/// Where groups begin does not depend on the machine, so neither do the bytes.
fn encode(shot: &Shot, frames: u32) -> Result<Vec<AccessUnit>, EncodeError> {
    let group_count = frames.div_ceil(GROUP_FRAMES_MAX).next_multiple_of(2);
    let group_frames = frames.div_ceil(group_count);
    let groups: Vec<_> = (0..group_count)
        .map(|group| (group * group_frames).min(frames)..((group + 1) * group_frames).min(frames))
        .collect();
    let lanes = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(LANES_MAX);
    let mut units: Vec<Vec<AccessUnit>> = Vec::new();
    for under_way in groups.chunks(lanes) {
        let done: Vec<_> = thread::scope(|scope| {
            let lanes: Vec<_> = under_way
                .iter()
                .map(|group| scope.spawn(|| encode_group(shot, group.clone(), frames)))
                .collect();
            lanes
                .into_iter()
                .map(|lane| {
                    lane.join()
                        .unwrap_or_else(|cause| std::panic::resume_unwind(cause))
                })
                .collect()
        });
        for group in done {
            units.push(group?);
        }
    }
    Ok(units.into_iter().flatten().collect())
}

/// Renders and encodes one group, frame by frame.
fn encode_group(
    shot: &Shot,
    group: std::ops::Range<u32>,
    frames: u32,
) -> Result<Vec<AccessUnit>, EncodeError> {
    let (width, height) = (shot.width, shot.height);
    let mut encoder = GroupEncoder::new(
        width,
        height,
        FRAMES_PER_SECOND,
        GROUP_FRAMES_MAX,
        shot.quantiser,
    )?;
    let mut rgb = vec![0; width * height * 3];
    let mut frame = YuvBuffer::new(width, height);
    group
        .map(|number| {
            shot.frame(float(len(number)) / float(len(frames)), number, &mut rgb);
            frame.fill(&rgb);
            encoder.push(&frame)
        })
        .collect()
}
