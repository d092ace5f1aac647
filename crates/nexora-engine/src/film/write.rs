//! Writes reels into one file, index first, so that it plays while it loads.

use super::reel::{Placed, Reel, rescaled};
use crate::boxes::{Name, put, put_full};

/// The header of a box of less than 4 GiB.
const HEADER_BYTES: usize = 8;
/// What says that nothing is turned or scaled (ISO/IEC 14496-12 §8.2.2).
const UNTURNED: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// A language nobody named: "und" in three times five bits.
const NO_LANGUAGE: [u8; 2] = [0x55, 0xc4];

/// Samples of one reel that lie behind one another.
struct Chunk<'a, 'b> {
    reel: usize,
    samples: Vec<&'b Placed<'a>>,
    /// Where it begins, counted from the first sample of all.
    start: usize,
}

/// The film: pictures first, sound second, if there is any.
pub(super) fn write(reels: &[Reel<'_>]) -> Vec<u8> {
    let chunks = chunks(reels);
    let size: usize = reels
        .iter()
        .flat_map(|reel| &reel.samples)
        .map(Placed::size)
        .sum();
    let mut film = Vec::new();
    put(&mut film, *b"ftyp", |out| {
        out.extend(b"isom");
        numbers(out, &[512]);
        out.extend(b"isomiso2mp41");
    });
    // The index says where the samples are, and so how long it is itself; places take as much room
    // whatever they are.
    let index_bytes = index(reels, &chunks, 0).len();
    let base = film.len() + index_bytes + HEADER_BYTES;
    film.reserve_exact(index_bytes + HEADER_BYTES + size);
    film.extend(index(reels, &chunks, base));
    put(&mut film, *b"mdat", |out| {
        for placed in chunks.iter().flat_map(|chunk| &chunk.samples) {
            out.extend(&placed.prefix);
            out.extend(placed.sample.bytes);
        }
    });
    film
}

/// Samples in the order of their clips and, in a clip, the order they had: pictures and their sound
/// stay close together.
fn chunks<'a, 'b>(reels: &'b [Reel<'a>]) -> Vec<Chunk<'a, 'b>> {
    let mut all: Vec<(usize, &Placed<'_>)> = Vec::new();
    for (number, reel) in reels.iter().enumerate() {
        all.extend(reel.samples.iter().map(|placed| (number, placed)));
    }
    all.sort_by_key(|(_, placed)| (placed.clip, placed.sample.start));
    let mut chunks: Vec<Chunk<'a, 'b>> = Vec::new();
    let mut end = 0;
    for (reel, placed) in all {
        match chunks.last_mut() {
            Some(chunk) if chunk.reel == reel => chunk.samples.push(placed),
            _ => chunks.push(Chunk {
                reel,
                samples: vec![placed],
                start: end,
            }),
        }
        end += placed.size();
    }
    chunks
}

/// The `moov` box of a film whose first sample is at `base`.
fn index(reels: &[Reel<'_>], chunks: &[Chunk<'_, '_>], base: usize) -> Vec<u8> {
    let timescale = reels.first().map_or(1, |reel| reel.timescale);
    let duration = |reel: &Reel<'_>| rescaled(reel.duration, reel.timescale, timescale);
    let longest = reels.iter().map(duration).max().unwrap_or_default();
    let mut out = Vec::new();
    put(&mut out, *b"moov", |out| {
        put_full(out, *b"mvhd", (1, 0), |out| {
            out.extend([0; 16]);
            numbers(out, &[timescale]);
            out.extend(longest.to_be_bytes());
            // Its pace and its volume are 1.
            out.extend([0, 1, 0, 0, 1, 0]);
            out.extend([0; 10]);
            numbers(out, &UNTURNED);
            out.extend([0; 24]);
            // The number of a track that would come next.
            numbers(out, &[number(reels.len()) + 1]);
        });
        for (place, reel) in reels.iter().enumerate() {
            let own: Vec<_> = chunks.iter().filter(|chunk| chunk.reel == place).collect();
            put(out, *b"trak", |out| {
                track(out, place, (reel, duration(reel)));
                put(out, *b"mdia", |out| media(out, place, reel, (&own, base)));
            });
        }
    });
    out
}

/// `tkhd` and the edit; the duration is the movie's.
fn track(out: &mut Vec<u8>, place: usize, (reel, duration): (&Reel<'_>, u64)) {
    // Enabled, and in the movie.
    put_full(out, *b"tkhd", (1, 3), |out| {
        out.extend([0; 16]);
        numbers(out, &[number(place) + 1, 0]);
        out.extend(duration.to_be_bytes());
        out.extend([0; 12]);
        // Only sound has a volume.
        out.extend([u8::from(place > 0), 0, 0, 0]);
        out.extend(reel.layout);
    });
    put(out, *b"edts", |out| {
        put_full(out, *b"elst", (1, 0), |out| {
            numbers(out, &[1]);
            out.extend(duration.to_be_bytes());
            out.extend(reel.begins.to_be_bytes());
            out.extend([0, 1, 0, 0]);
        });
    });
}

fn media(
    out: &mut Vec<u8>,
    place: usize,
    reel: &Reel<'_>,
    (chunks, base): (&[&Chunk<'_, '_>], usize),
) {
    let is_sound = place > 0;
    put_full(out, *b"mdhd", (1, 0), |out| {
        out.extend([0; 16]);
        numbers(out, &[reel.timescale]);
        out.extend(reel.duration.to_be_bytes());
        out.extend(NO_LANGUAGE);
        out.extend([0; 2]);
    });
    put_full(out, *b"hdlr", (0, 0), |out| {
        out.extend([0; 4]);
        out.extend(if is_sound { b"soun" } else { b"vide" });
        // Ends with an empty name.
        out.extend([0; 13]);
    });
    put(out, *b"minf", |out| {
        if is_sound {
            put_full(out, *b"smhd", (0, 0), |out| out.extend([0; 4]));
        } else {
            put_full(out, *b"vmhd", (0, 1), |out| out.extend([0; 8]));
        }
        put(out, *b"dinf", |out| {
            put_full(out, *b"dref", (0, 0), |out| {
                numbers(out, &[1]);
                // The samples are in this very file.
                put_full(out, *b"url ", (0, 1), |_| {});
            });
        });
        put(out, *b"stbl", |out| {
            put_full(out, *b"stsd", (0, 0), |out| {
                numbers(out, &[1]);
                reel.coding.write(out, reel.in_band);
            });
            tables(out, reel);
            places(out, chunks, base);
        });
    });
}

/// How long, how late, how large each sample is, and which ones a player may start at.
fn tables(out: &mut Vec<u8>, reel: &Reel<'_>) {
    let samples = || reel.samples.iter().map(|placed| &placed.sample);
    runs(out, (*b"stts", 0), samples().map(|it| it.duration));
    if samples().any(|it| it.shift != 0) {
        let shift = |shift: i64| i32::try_from(shift).unwrap_or_default().cast_unsigned();
        runs(out, (*b"ctts", 1), samples().map(|it| shift(it.shift)));
    }
    if !samples().all(|it| it.is_sync) {
        let starts = (1..).zip(samples()).filter(|(_, it)| it.is_sync);
        let starts: Vec<u32> = starts.map(|(number, _)| number).collect();
        put_full(out, *b"stss", (0, 0), |out| {
            numbers(out, &[number(starts.len())]);
            numbers(out, &starts);
        });
    }
    put_full(out, *b"stsz", (0, 0), |out| {
        let sizes = reel.samples.iter().map(|placed| number(placed.size()));
        numbers(out, &[0, number(reel.samples.len())]);
        numbers(out, &sizes.collect::<Vec<_>>());
    });
}

/// Where the chunks are, and how many samples each has.
fn places(out: &mut Vec<u8>, chunks: &[&Chunk<'_, '_>], base: usize) {
    put_full(out, *b"stsc", (0, 0), |out| {
        numbers(out, &[number(chunks.len())]);
        for (place, chunk) in (1..).zip(chunks) {
            numbers(out, &[place, number(chunk.samples.len()), 1]);
        }
    });
    put_full(out, *b"stco", (0, 0), |out| {
        numbers(out, &[number(chunks.len())]);
        let starts = chunks.iter().map(|chunk| number(base + chunk.start));
        numbers(out, &starts.collect::<Vec<_>>());
    });
}

/// A table of values, equal neighbours counted.
fn runs(out: &mut Vec<u8>, (name, version): (Name, u8), values: impl Iterator<Item = u32>) {
    let mut runs: Vec<[u32; 2]> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some([count, of]) if *of == value => *count += 1,
            _ => runs.push([1, value]),
        }
    }
    put_full(out, name, (version, 0), |out| {
        numbers(out, &[number(runs.len())]);
        numbers(out, runs.as_flattened());
    });
}

fn numbers(out: &mut Vec<u8>, numbers: &[u32]) {
    out.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
}

/// Counts and places: the limit on a film's bytes keeps all of them far below 2³².
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
