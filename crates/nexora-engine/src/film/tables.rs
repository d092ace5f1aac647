//! The tables that say where a track's samples are, how long each lasts, and where a player may
//! start (ISO/IEC 14496-12 §8.5 to §8.7).

use super::Unfit;
use crate::boxes::{Fields, find};

/// The most samples of one track: half an hour of sound, nine minutes at 120 pictures a second.
const SAMPLES_MAX: usize = 1 << 16;

/// One coded picture, or a moment of sound.
#[derive(Clone, Debug)]
pub(super) struct Sample<'a> {
    /// Where it is in its clip.
    pub(super) start: usize,
    pub(super) bytes: &'a [u8],
    /// How long it lasts, in its track's units.
    pub(super) duration: u32,
    /// How much later it is shown than decoded, in its track's units.
    pub(super) shift: i64,
    /// Whether a player may start here.
    pub(super) is_sync: bool,
}

/// All samples of the track with this table box (`stbl`), whose bytes are in `file`.
pub(super) fn samples<'a>(stbl: &[u8], file: &'a [u8]) -> Result<Vec<Sample<'a>>, Unfit> {
    let sizes = sizes(stbl).ok_or(Unfit::NotAClip)?;
    let count = sizes.len();
    let durations = runs(find(stbl, *b"stts"), count).ok_or(Unfit::NotAClip)?;
    let shifts = match find(stbl, *b"ctts") {
        Some(table) => runs(Some(table), count).ok_or(Unfit::NotAClip)?,
        None => vec![0; count],
    };
    let starts = starts(stbl, &sizes).ok_or(Unfit::NotAClip)?;
    let mut samples = Vec::with_capacity(count);
    for (((start, size), duration), shift) in
        starts.into_iter().zip(sizes).zip(durations).zip(shifts)
    {
        let bytes = start
            .checked_add(size)
            .and_then(|end| file.get(start..end))
            .ok_or(Unfit::BreaksOff)?;
        samples.push(Sample {
            start,
            bytes,
            duration,
            // Both versions of the table are read as signed, as players do.
            shift: i64::from(shift.cast_signed()),
            is_sync: true,
        });
    }
    if let Some(table) = find(stbl, *b"stss") {
        mark_sync(&mut samples, table).ok_or(Unfit::NotAClip)?;
    }
    Ok(samples)
}

/// `stsz`: one size for all, or one for each.
fn sizes(stbl: &[u8]) -> Option<Vec<usize>> {
    let mut fields = Fields(find(stbl, *b"stsz")?);
    fields.version()?;
    let (of_all, count) = (fields.u32()?, usize::try_from(fields.u32()?).ok()?);
    if count > SAMPLES_MAX {
        return None;
    }
    (0..count)
        .map(|_| match of_all {
            0 => fields.u32(),
            size => Some(size),
        })
        .map(|size| usize::try_from(size?).ok())
        .collect()
}

/// `stts` and `ctts`: a value for each sample, kept as runs of equal ones.
fn runs(table: Option<&[u8]>, count: usize) -> Option<Vec<u32>> {
    let mut fields = Fields(table?);
    fields.version()?;
    let mut values = Vec::with_capacity(count);
    for _ in 0..fields.u32()? {
        let (length, value) = (usize::try_from(fields.u32()?).ok()?, fields.u32()?);
        if length > count - values.len() {
            return None;
        }
        values.extend(std::iter::repeat_n(value, length));
    }
    (values.len() == count).then_some(values)
}

/// `stss`: the numbers of the samples a player may start at, from 1.
fn mark_sync(samples: &mut [Sample<'_>], table: &[u8]) -> Option<()> {
    for sample in samples.iter_mut() {
        sample.is_sync = false;
    }
    let mut fields = Fields(table);
    fields.version()?;
    for _ in 0..fields.u32()? {
        let number = usize::try_from(fields.u32()?).ok()?;
        samples.get_mut(number.checked_sub(1)?)?.is_sync = true;
    }
    Some(())
}

/// Where each sample begins: chunks are somewhere in the file (`stco`, `co64`), samples lie behind
/// one another in them (`stsc`).
fn starts(stbl: &[u8], sizes: &[usize]) -> Option<Vec<usize>> {
    let mut in_chunks = Fields(find(stbl, *b"stsc")?);
    in_chunks.version()?;
    let mut runs_left = in_chunks.u32()?;
    let mut samples_per_chunk = 0;
    let mut next_run = None;
    let mut starts = Vec::with_capacity(sizes.len());
    let mut sizes = sizes.iter();
    for (number, mut place) in (1_u32..).zip(chunks(stbl)?) {
        if next_run.is_none() && runs_left > 0 {
            next_run = Some(ChunkRun::read(&mut in_chunks)?);
            runs_left -= 1;
        }
        if let Some(run) = next_run.take_if(|run| run.first_chunk == number) {
            samples_per_chunk = run.samples_per_chunk;
        }
        for size in sizes.by_ref().take(samples_per_chunk) {
            starts.push(place);
            place = place.checked_add(*size)?;
        }
    }
    sizes.next().is_none().then_some(starts)
}

struct ChunkRun {
    /// From 1.
    first_chunk: u32,
    samples_per_chunk: usize,
}

impl ChunkRun {
    /// `None` also where a chunk is coded another way than the first: such a track has several
    /// sample descriptions, and is refused before.
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let first_chunk = fields.u32()?;
        let samples_per_chunk = usize::try_from(fields.u32()?).ok()?;
        let description = fields.u32()?;
        (description == 1).then_some(Self {
            first_chunk,
            samples_per_chunk,
        })
    }
}

/// Where the chunks are.
fn chunks(stbl: &[u8]) -> Option<Vec<usize>> {
    let (table, is_long) = match find(stbl, *b"stco") {
        Some(table) => (table, false),
        None => (find(stbl, *b"co64")?, true),
    };
    let mut fields = Fields(table);
    fields.version()?;
    let count = usize::try_from(fields.u32()?).ok()?;
    if count > SAMPLES_MAX {
        return None;
    }
    (0..count)
        .map(|_| fields.time(u8::from(is_long)))
        .map(|place| usize::try_from(place?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::put_full;

    fn table(name: [u8; 4], numbers: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        put_full(&mut out, name, (0, 0), |out| {
            out.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
        });
        out
    }

    /// Three samples in two chunks; the second is shown late, the first is a start.
    fn tables() -> Vec<u8> {
        [
            table(*b"stsz", &[0, 3, 4, 2, 3]),
            table(*b"stts", &[2, 2, 10, 1, 12]),
            table(*b"ctts", &[3, 1, 0, 1, 20, 1, u32::MAX]),
            table(*b"stss", &[1, 1]),
            table(*b"stsc", &[2, 1, 2, 1, 2, 1, 1]),
            table(*b"stco", &[2, 1, 8]),
        ]
        .concat()
    }

    #[test]
    fn tables_lead_to_samples() {
        let file: Vec<u8> = (0..11).collect();
        let found = samples(&tables(), &file).unwrap();
        let facts: Vec<_> = found
            .iter()
            .map(|it| (it.bytes, it.duration, it.shift, it.is_sync))
            .collect();
        assert_eq!(
            facts,
            [
                (&file[1..5], 10, 0, true),
                (&file[5..7], 10, 20, false),
                (&file[8..11], 12, -1, false),
            ]
        );
    }

    #[test]
    fn samples_behind_the_end_are_missed() {
        let file = [0; 10];
        assert_eq!(samples(&tables(), &file).unwrap_err(), Unfit::BreaksOff);
    }

    /// A few bytes must not claim four thousand million samples.
    #[test]
    fn a_table_cannot_claim_what_it_does_not_hold() {
        let all = u32::MAX;
        let claims = [
            table(*b"stsz", &[1, all]),
            table(*b"stsz", &[0, 60_000]),
            table(*b"stsz", &[1, 60_000]),
        ];
        for claim in claims {
            let rest = [
                table(*b"stts", &[1, all, 1]),
                table(*b"stsc", &[1, 1, all, 1]),
                table(*b"stco", &[1, 0]),
            ];
            let stbl = [claim, rest.concat()].concat();
            assert_eq!(samples(&stbl, &[0; 64]).unwrap_err(), Unfit::NotAClip);
        }
    }
}
