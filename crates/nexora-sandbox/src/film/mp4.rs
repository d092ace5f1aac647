//! Wraps access units into an MP4 whose index comes first, so that it plays while it loads.

use muxide::api::{MuxerBuilder, MuxerError, VideoCodec};

use super::h264::AccessUnit;

/// Writes all `units` in order, each shown for the same time.
pub(crate) fn write(
    units: &[AccessUnit],
    width: u32,
    height: u32,
    frames_per_second: u16,
) -> Result<Vec<u8>, MuxerError> {
    let mut file = Vec::new();
    let rate = f64::from(frames_per_second);
    let mut muxer = MuxerBuilder::new(&mut file)
        .video(VideoCodec::H264, width, height, rate)
        .with_fast_start(true)
        .build()?;
    for (number, unit) in (0_u32..).zip(units) {
        muxer.write_video(f64::from(number) / rate, &unit.bytes, unit.is_key)?;
    }
    muxer.finish()?;
    Ok(file)
}
