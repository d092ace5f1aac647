//! The clips behind one another: every sample in the film's time.

use super::clip::{Clip, LAYOUT_BYTES, Track};
use super::coding::{Coding, Likeness};
use super::tables::Sample;

/// How far a clip's sound may end before or behind its pictures. Encoders cut sound into moments of
/// about 20 ms, so a few are common; a longer silence would have to be made.
const SOUND_SLACK_MS: u64 = 100;

/// One track of the film.
#[derive(Clone, Debug)]
pub(super) struct Reel<'a> {
    pub(super) layout: [u8; LAYOUT_BYTES],
    /// Units a second.
    pub(super) timescale: u32,
    /// The first clip's; it describes all.
    pub(super) coding: Coding<'a>,
    /// Whether parameter sets stand before the pictures.
    pub(super) in_band: bool,
    pub(super) samples: Vec<Placed<'a>>,
    /// When in the track's own time it begins to be seen or heard.
    pub(super) begins: i64,
    /// All samples' durations, in the track's units.
    pub(super) duration: u64,
}

/// A sample in the film; times are in its reel's units.
#[derive(Clone, Debug)]
pub(super) struct Placed<'a> {
    /// Which clip it is from, from 0.
    pub(super) clip: usize,
    /// What has to stand before it; mostly nothing.
    pub(super) prefix: Vec<u8>,
    pub(super) sample: Sample<'a>,
}

impl Placed<'_> {
    pub(super) fn size(&self) -> usize {
        self.prefix.len() + self.sample.bytes.len()
    }
}

/// The pictures of all clips in the time of the first, and where in it each clip ends.
pub(super) fn pictures<'a>(first: &Clip<'a>, clips: &[Clip<'a>]) -> (Reel<'a>, Vec<u64>) {
    let to = first.pictures.timescale;
    let other = |clip: &Clip<'_>| {
        let likeness = first.pictures.coding.likeness(&clip.pictures.coding);
        likeness != Likeness::Same
    };
    let in_band = clips.iter().any(other);
    let begins = clips.iter().map(|clip| {
        let from = clip.pictures.timescale;
        rescaled_signed(clip.pictures.begins, from, to)
    });
    // Room for the clip that needs most between decoding and showing.
    let begins = begins.max().unwrap_or_default().max(0);
    let mut reel = Reel {
        layout: first.pictures.layout,
        timescale: to,
        coding: first.pictures.coding.clone(),
        in_band,
        samples: Vec::new(),
        begins,
        duration: 0,
    };
    let mut ends = Vec::with_capacity(clips.len());
    for (number, clip) in clips.iter().enumerate() {
        reel.append(number, &clip.pictures);
        ends.push(reel.duration);
    }
    (reel, ends)
}

impl<'a> Reel<'a> {
    /// Adds one clip's pictures. Durations come from rounded moments, so that rounding never adds
    /// up.
    fn append(&mut self, clip: usize, track: &Track<'a>) {
        let (from, to) = (track.timescale, self.timescale);
        let parameters = track.coding.in_band().filter(|_| self.in_band);
        let parameters = parameters.unwrap_or_default();
        let mut decoded = 0_u64;
        for sample in &track.samples {
            let begin = rescaled(decoded, from, to);
            decoded += u64::from(sample.duration);
            let duration = rescaled(decoded, from, to) - begin;
            let late = rescaled_signed(sample.shift - track.begins, from, to);
            let shift = late.saturating_add(self.begins);
            let prefix = if sample.is_sync {
                parameters.clone()
            } else {
                Vec::new()
            };
            self.samples.push(Placed {
                clip,
                prefix,
                sample: Sample {
                    duration: u32::try_from(duration).unwrap_or(u32::MAX),
                    shift,
                    ..sample.clone()
                },
            });
        }
        self.duration += rescaled(decoded, from, to);
    }
}

/// The sound of all clips, if all have it alike and as long as their pictures. Each clip's sound
/// begins with its pictures: what a clip has too much is left out, and its last moment lasts until
/// the next clip.
pub(super) fn sound<'a>(
    clips: &[Clip<'a>],
    ends: &[u64],
    picture_timescale: u32,
) -> Option<Reel<'a>> {
    let first = clips.first()?.sound.as_ref()?;
    let mut reel = Reel {
        layout: first.layout,
        timescale: first.timescale,
        coding: first.coding.clone(),
        in_band: false,
        samples: Vec::new(),
        begins: first.begins,
        duration: 0,
    };
    for (number, (clip, end)) in clips.iter().zip(ends).enumerate() {
        let track = clip.sound.as_ref().filter(|track| is_alike(first, track))?;
        let end = rescaled(*end, picture_timescale, first.timescale);
        let end = end.checked_add_signed(first.begins)?;
        // A decoder's run-up is silence; it is kept once, where the film begins.
        let run_up = if number == 0 { 0 } else { track.begins };
        reel.append_sound(number, track, run_up.unsigned_abs(), end)?;
    }
    Some(reel)
}

fn is_alike(first: &Track<'_>, other: &Track<'_>) -> bool {
    first.timescale == other.timescale && first.coding.likeness(&other.coding) == Likeness::Same
}

impl<'a> Reel<'a> {
    /// Adds one clip's sound so that it ends at `end`; `None` if it is much shorter or longer.
    fn append_sound(
        &mut self,
        clip: usize,
        track: &Track<'a>,
        run_up: u64,
        end: u64,
    ) -> Option<()> {
        let slack = u64::from(self.timescale) * SOUND_SLACK_MS / 1_000;
        let heard = track.duration().checked_sub(run_up)?;
        if (self.duration + heard).abs_diff(end) > slack {
            return None;
        }
        let mut passed = 0_u64;
        for sample in &track.samples {
            passed += u64::from(sample.duration);
            if passed <= run_up {
                continue;
            }
            if self.duration >= end {
                break;
            }
            self.duration += u64::from(sample.duration);
            self.samples.push(Placed {
                clip,
                prefix: Vec::new(),
                sample: sample.clone(),
            });
        }
        let last = &mut self.samples.last_mut()?.sample;
        let before = self.duration - u64::from(last.duration);
        last.duration = u32::try_from(end.checked_sub(before)?).ok()?;
        self.duration = end;
        Some(())
    }
}

/// A time in other units, rounded to the nearest.
pub(super) fn rescaled(time: u64, from: u32, to: u32) -> u64 {
    let (from, to) = (u128::from(from.max(1)), u128::from(to));
    let exact = (u128::from(time) * to + from / 2) / from;
    u64::try_from(exact).unwrap_or(u64::MAX)
}

fn rescaled_signed(time: i64, from: u32, to: u32) -> i64 {
    let size = rescaled(time.unsigned_abs(), from, to);
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    if time < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_rounded_to_the_nearest_unit() {
        assert_eq!(rescaled(1, 24, 90_000), 3_750);
        assert_eq!(rescaled(1, 3, 1_000), 333);
        assert_eq!(rescaled(2, 3, 1_000), 667);
        assert_eq!(rescaled_signed(-2, 3, 1_000), -667);
        assert_eq!(rescaled(u64::MAX, 1, u32::MAX), u64::MAX);
    }
}
