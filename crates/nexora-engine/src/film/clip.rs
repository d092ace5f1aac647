//! One clip as it comes: its pictures, and its sound if it has any.

use super::Unfit;
use super::coding::Coding;
use super::tables::{Sample, samples};
use crate::boxes::{Boxes, Fields, Name, descend, find};

/// How a track is turned and laid out: a matrix and the size it is shown at, the end of `tkhd`.
pub(super) const LAYOUT_BYTES: usize = 44;
/// How much shorter than its track an edit may be. Writers count in thousandths of a second, and
/// some leave the last frame out; more is a cut.
const EDIT_SLACK_MS: u64 = 100;

/// The longest clip, in seconds: longer than any provider makes, and short enough that no sum of
/// times comes near what a number holds.
const SECONDS_MAX: u64 = 600;

/// What can be joined of a clip.
#[derive(Clone, Debug)]
pub(super) struct Clip<'a> {
    pub(super) pictures: Track<'a>,
    /// In pixels.
    pub(super) size: (u16, u16),
    pub(super) sound: Option<Track<'a>>,
}

/// One track.
#[derive(Clone, Debug)]
pub(super) struct Track<'a> {
    /// See [`LAYOUT_BYTES`].
    pub(super) layout: [u8; LAYOUT_BYTES],
    /// Units a second.
    pub(super) timescale: u32,
    pub(super) coding: Coding<'a>,
    /// At least one.
    pub(super) samples: Vec<Sample<'a>>,
    /// When in the track's own time it begins to be seen or heard.
    pub(super) begins: i64,
}

impl Track<'_> {
    /// In the track's units.
    pub(super) fn duration(&self) -> u64 {
        let durations = self.samples.iter().map(|sample| u64::from(sample.duration));
        durations.sum()
    }
}

impl<'a> Clip<'a> {
    pub(super) fn read(file: &'a [u8]) -> Result<Self, Unfit> {
        find(file, *b"ftyp").ok_or(Unfit::NotAClip)?;
        let movie = find(file, *b"moov").ok_or(Unfit::BreaksOff)?;
        if find(movie, *b"mvex").is_some() {
            return Err(Unfit::Fragmented);
        }
        let pictures = TrackBox::of(movie, *b"vide")?.ok_or(Unfit::NotAClip)?;
        let (coding, size) = Coding::of_pictures(pictures.stbl)?;
        let mut pictures = pictures.read(coding, file)?;
        pictures.begins = first_shown(&pictures)?;
        let sound = match TrackBox::of(movie, *b"soun")? {
            Some(track) => Some(track.read(Coding::of_sound(track.stbl)?, file)?),
            None => None,
        };
        Ok(Self {
            pictures,
            size,
            sound: sound.filter(|track| !track.samples.is_empty()),
        })
    }
}

/// A `trak` box and what is needed of the movie around it.
#[derive(Clone, Copy)]
struct TrackBox<'a> {
    trak: &'a [u8],
    stbl: &'a [u8],
    /// What edits are counted in, units a second.
    movie_timescale: u64,
}

impl<'a> TrackBox<'a> {
    /// The first track of this kind.
    fn of(movie: &'a [u8], kind: Name) -> Result<Option<Self>, Unfit> {
        let is_kind = |trak: &&[u8]| kind_of(trak) == Some(kind);
        let mut tracks = Boxes(movie)
            .filter(|found| &found.name == b"trak")
            .map(|found| found.body);
        let Some(trak) = tracks.find(is_kind) else {
            return Ok(None);
        };
        let stbl = descend(trak, &[*b"mdia", *b"minf", *b"stbl"]).ok_or(Unfit::NotAClip)?;
        let header = find(movie, *b"mvhd").ok_or(Unfit::NotAClip)?;
        let movie_timescale = u64::from(timescale(header).ok_or(Unfit::NotAClip)?);
        Ok(Some(Self {
            trak,
            stbl,
            movie_timescale,
        }))
    }

    fn read(self, coding: Coding<'a>, file: &'a [u8]) -> Result<Track<'a>, Unfit> {
        let layout = find(self.trak, *b"tkhd").and_then(|header| header.last_chunk());
        let header = descend(self.trak, &[*b"mdia", *b"mdhd"]);
        let mut track = Track {
            layout: *layout.ok_or(Unfit::NotAClip)?,
            timescale: header.and_then(timescale).ok_or(Unfit::NotAClip)?,
            coding,
            samples: samples(self.stbl, file)?,
            begins: 0,
        };
        if track.duration() > SECONDS_MAX * u64::from(track.timescale) {
            return Err(Unfit::TooLong);
        }
        if let Some(list) = descend(self.trak, &[*b"edts", *b"elst"]) {
            track.begins = self.edit(list, &track)?;
        }
        Ok(track)
    }

    /// Where the track's only edit begins.
    fn edit(&self, list: &[u8], track: &Track<'_>) -> Result<i64, Unfit> {
        let mut fields = Fields(list);
        let version = fields.version().ok_or(Unfit::NotAClip)?;
        match fields.u32().ok_or(Unfit::NotAClip)? {
            0 => return Ok(0),
            1 => {}
            _ => return Err(Unfit::Edited),
        }
        let length = fields.time(version).ok_or(Unfit::NotAClip)?;
        let begins = match version {
            0 => fields.i32().map(i64::from),
            _ => fields.u64().map(u64::cast_signed),
        };
        let begins = begins.ok_or(Unfit::NotAClip)?;
        let is_at_pace = fields.array() == Some([0, 1, 0, 0]);
        let ms = |duration: u64, timescale: u64| duration.saturating_mul(1_000) / timescale;
        let edit_ms = ms(length, self.movie_timescale);
        let skipped = begins.unsigned_abs();
        let track_ms = ms(
            track.duration().saturating_sub(skipped),
            u64::from(track.timescale),
        );
        let is_cut = length > 0 && edit_ms.saturating_add(EDIT_SLACK_MS) < track_ms;
        if begins < 0 || !is_at_pace || is_cut {
            return Err(Unfit::Edited);
        }
        Ok(begins)
    }
}

/// What a track is for: `vide`, `soun`, …
fn kind_of(trak: &[u8]) -> Option<Name> {
    let mut fields = Fields(descend(trak, &[*b"mdia", *b"hdlr"])?);
    fields.version()?;
    fields.skip(4)?;
    fields.name()
}

/// Units a second, as `mvhd` and `mdhd` say them: behind two times.
fn timescale(header: &[u8]) -> Option<u32> {
    let mut fields = Fields(header);
    let version = fields.version()?;
    fields.time(version)?;
    fields.time(version)?;
    fields.u32().filter(|timescale| *timescale > 0)
}

/// When the first picture is shown, in the track's own time. An edit that begins later hides
/// pictures, which would come to light between two clips.
fn first_shown(track: &Track<'_>) -> Result<i64, Unfit> {
    let mut decoded = 0_i64;
    let mut first = None;
    for sample in &track.samples {
        let shown = decoded + sample.shift;
        first = Some(first.map_or(shown, |first: i64| first.min(shown)));
        decoded += i64::from(sample.duration);
    }
    let first = first.ok_or(Unfit::Empty)?;
    if track.begins > first.max(0) {
        return Err(Unfit::Edited);
    }
    Ok(first)
}
