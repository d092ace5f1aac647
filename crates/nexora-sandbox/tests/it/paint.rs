//! The painter: the same words are the same picture, other words another, and clips play.
#![expect(
    clippy::unwrap_used,
    reason = "a file that cannot be read fails the test"
)]
#![expect(clippy::panic, reason = "a clip that is not H.264 fails the test")]

use nexora_sandbox::{paint_clip, paint_still};
use re_mp4::{Mp4, StsdBoxContent};
use rusty_h264::{Decoder, YuvFrame};

const QUALITY: u8 = 88;

fn still(prompt: &str, seed: u64, size: (u32, u32)) -> image::RgbImage {
    let file = paint_still(prompt, seed, size, QUALITY);
    image::load_from_memory(&file).unwrap().to_rgb8()
}

/// Mean difference of two pictures per channel, 0..255.
fn distance(one: &image::RgbImage, other: &image::RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one
        .iter()
        .zip(other.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    f64::from(u32::try_from(sum).unwrap()) / f64::from(u32::try_from(one.len()).unwrap())
}

/// Every frame of an MP4, and what its index says: width, height, milliseconds, frames.
fn play(file: &[u8]) -> (Vec<YuvFrame>, (u16, u16), u64, usize) {
    let mp4 = Mp4::read_bytes(file).unwrap();
    let track = mp4.tracks().values().next().unwrap();
    let milliseconds = track.duration * 1000 / track.timescale;
    let StsdBoxContent::Avc1(avc1) = &track.trak(&mp4).mdia.minf.stbl.stsd.contents else {
        panic!("not H.264")
    };
    let mut stream = Vec::new();
    let sets = avc1
        .avcc
        .sequence_parameter_sets
        .iter()
        .chain(&avc1.avcc.picture_parameter_sets);
    for set in sets {
        stream.extend_from_slice(&[0, 0, 0, 1]);
        stream.extend_from_slice(&set.bytes);
    }
    for sample in &track.samples {
        let start = usize::try_from(sample.offset).unwrap();
        let mut rest = &file[start..start + usize::try_from(sample.size).unwrap()];
        while let Some((length, unit)) = rest.split_first_chunk::<4>() {
            let (unit, after) =
                unit.split_at(usize::try_from(u32::from_be_bytes(*length)).unwrap());
            stream.extend_from_slice(&[0, 0, 0, 1]);
            stream.extend_from_slice(unit);
            rest = after;
        }
    }
    let frames = Decoder::new().decode_stream(&stream).unwrap();
    (
        frames,
        (track.width, track.height),
        milliseconds,
        track.samples.len(),
    )
}

#[test]
fn the_same_wish_gives_the_same_bytes() {
    let prompt = "a lake under northern lights";
    let first = paint_still(prompt, 7, (320, 192), QUALITY);
    assert_eq!(first, paint_still(prompt, 7, (320, 192), QUALITY));
    assert_eq!(
        paint_clip("silk", 7, (128, 72), 1),
        paint_clip("silk", 7, (128, 72), 1)
    );
}

#[test]
fn other_words_or_another_seed_give_another_picture() {
    let size = (256, 256);
    let prompts = [
        "aurora over a lake",
        "dunes at sunset",
        "neon city in the rain",
        "a ringed planet",
        "teal silk",
        "perfume on a podium",
        "red fractal flame",
        "the sea at noon",
        "zorp",
    ];
    let pictures = prompts.map(|prompt| still(prompt, 1, size));
    for (number, picture) in pictures.iter().enumerate() {
        for (other, other_picture) in pictures.iter().enumerate().skip(number + 1) {
            let apart = distance(picture, other_picture);
            assert!(
                apart > 12.0,
                "{} / {}: {apart}",
                prompts[number],
                prompts[other]
            );
        }
    }
    for prompt in prompts {
        let apart = distance(&still(prompt, 1, size), &still(prompt, 2, size));
        assert!(apart > 6.0, "{prompt}, seeds 1 and 2: {apart}");
    }
}

#[test]
fn a_still_has_the_asked_size() {
    for size in [(1024, 576), (576, 1024), (511, 333), (64, 64)] {
        assert_eq!(still("silk", 1, size).dimensions(), size);
    }
}

#[test]
fn a_still_too_large_keeps_its_shape() {
    assert_eq!(still("silk", 1, (3072, 1024)).dimensions(), (1536, 512));
}

#[test]
fn no_picture_is_empty() {
    for seed in 0..12 {
        for prompt in ["fractal flame", "galaxy", "city at night"] {
            let picture = still(prompt, seed, (160, 160));
            let bright = picture
                .pixels()
                .filter(|pixel| pixel.0.iter().any(|c| *c > 60))
                .count();
            assert!(
                bright > 160 * 160 / 50,
                "{prompt}, seed {seed}: {bright} bright pixels"
            );
        }
    }
}

#[test]
fn a_clip_plays_for_the_asked_time() {
    let file = paint_clip("mountain lake at sunrise", 3, (1280, 720), 2);
    let (frames, size, milliseconds, samples) = play(&file);
    assert_eq!(size, (640, 360));
    assert_eq!((milliseconds, samples, frames.len()), (2000, 48, 48));
    assert!(
        frames
            .iter()
            .all(|frame| (frame.width, frame.height) == (640, 360))
    );
    let mut distinct: Vec<&[u8]> = frames.iter().map(|frame| frame.y.as_slice()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(distinct.len() > 40, "{} distinct frames", distinct.len());
}

#[test]
fn a_clip_closes_its_loop() {
    let (frames, ..) = play(&paint_clip("teal silk", 3, (256, 144), 2));
    let apart = |one: &YuvFrame, other: &YuvFrame| {
        let pairs = one.y.iter().zip(&other.y);
        pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>() / 36_864
    };
    let ends = apart(&frames[0], &frames[47]);
    let middle = apart(&frames[0], &frames[24]);
    assert!(
        ends * 2 < middle,
        "first and last differ by {ends}, half a loop by {middle}"
    );
}

#[test]
fn a_portrait_clip_keeps_its_shape_and_starts_at_once() {
    let file = paint_clip("neon alley", 1, (720, 1280), 1);
    let (_, size, milliseconds, _) = play(&file);
    assert_eq!((size, milliseconds), ((360, 640), 1000));
    let index = file.windows(4).position(|name| name == b"moov");
    let pictures = file.windows(4).position(|name| name == b"mdat");
    assert!(index.is_some() && index < pictures, "the index comes first");
}
