//! Clips become a film: the sandbox's own, and some of another writer; read by another reader and
//! decoded.

use bytes::Bytes;
use muxide::api::{AacProfile, AudioCodec, MuxerBuilder, VideoCodec};
use nexora_engine::film::{CLIPS_MAX, JoinError, Unfit, join};
use nexora_sandbox::paint_clip;
use proptest::prelude::*;
use re_mp4::{Mp4, Track, TrackKind};
use rusty_h264::{Decoder, YuvFrame};

/// Painted with different quantisers, so their parameter sets differ.
const LAKE: &str = "a still mountain lake at golden hour";
const STREET: &str = "a neon street in the rain";

fn clip(prompt: &str, seed: u64) -> Bytes {
    paint_clip(prompt, seed, (160, 96), 1).into()
}

/// A file as another reader sees it.
struct Read {
    bytes: Bytes,
    mp4: Mp4,
}

impl Read {
    fn of(bytes: &Bytes) -> Self {
        let mp4 = Mp4::read_bytes(bytes).unwrap();
        let bytes = bytes.clone();
        Self { bytes, mp4 }
    }

    /// The reader knows H.264 with parameter sets before its pictures only by its common name.
    fn of_mixed(bytes: &Bytes) -> Self {
        let mut renamed = bytes.to_vec();
        let name = renamed.windows(4).position(|it| it == b"avc3").unwrap();
        renamed[name..name + 4].copy_from_slice(b"avc1");
        Self::of(&renamed.into())
    }

    fn track(&self, kind: TrackKind) -> &Track {
        let mut tracks = self.mp4.tracks().values();
        tracks.find(|track| track.kind == Some(kind)).unwrap()
    }

    fn samples(&self, kind: TrackKind) -> Vec<&[u8]> {
        let samples = self.track(kind).samples.iter();
        samples.map(|it| &self.bytes[it.byte_range()]).collect()
    }

    fn codec(&self) -> String {
        self.track(TrackKind::Video)
            .codec_string(&self.mp4)
            .unwrap()
    }

    /// The parameter sets of the file and all coded pictures as a raw stream, decoded.
    fn pictures(&self) -> Vec<YuvFrame> {
        let config = self.track(TrackKind::Video).raw_codec_config(&self.mp4);
        let config = config.unwrap();
        let mut stream = Vec::new();
        let sequence = usize::from(u16::from_be_bytes([config[6], config[7]]));
        let picture = usize::from(u16::from_be_bytes([
            config[9 + sequence],
            config[10 + sequence],
        ]));
        for set in [
            &config[8..8 + sequence],
            &config[11 + sequence..11 + sequence + picture],
        ] {
            stream.extend([0, 0, 0, 1]);
            stream.extend(set);
        }
        for mut coded in self.samples(TrackKind::Video) {
            while let Some((length, rest)) = coded.split_first_chunk::<4>() {
                let (unit, rest) = rest.split_at(u32::from_be_bytes(*length).try_into().unwrap());
                stream.extend([0, 0, 0, 1]);
                stream.extend(unit);
                coded = rest;
            }
        }
        Decoder::new().decode_stream(&stream).unwrap()
    }
}

#[test]
fn clips_of_one_kind_are_joined_byte_for_byte() {
    let clips = [clip(LAKE, 1), clip(LAKE, 2), clip(LAKE, 3)];
    let film = Read::of(&join(&clips).unwrap());
    let sources = clips.each_ref().map(Read::of);
    let expected: Vec<_> = sources
        .iter()
        .flat_map(|it| it.samples(TrackKind::Video))
        .collect();
    assert_eq!(film.samples(TrackKind::Video), expected);
    assert_eq!(expected.len(), 3 * 24);
    let track = film.track(TrackKind::Video);
    assert_eq!(track.duration, 3 * track.timescale);
    assert_eq!((track.width, track.height), (160, 96));
    let starts = |track: &Track| track.samples.iter().filter(|it| it.is_sync).count();
    let in_clips: usize = sources
        .iter()
        .map(|it| starts(it.track(TrackKind::Video)))
        .sum();
    assert_eq!(starts(track), in_clips);
    assert_eq!(film.codec(), sources[0].codec());
    let place = |name: &[u8]| film.bytes.windows(4).position(|it| it == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"), "the index comes first");
}

/// Decoded one after the other, the film's pictures are the clips' pictures.
#[test]
fn clips_with_other_parameters_still_look_the_same() {
    let clips = [clip(LAKE, 1), clip(STREET, 2), clip(LAKE, 3)];
    let film = Read::of_mixed(&join(&clips).unwrap());
    let expected: Vec<_> = clips
        .iter()
        .flat_map(|it| Read::of(it).pictures())
        .collect();
    let seen = film.pictures();
    assert_eq!(seen.len(), 3 * 24);
    for (number, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
        assert!(
            seen.y == expected.y && seen.u == expected.u,
            "picture {number}"
        );
    }
}

#[test]
fn a_film_can_be_joined_again() {
    let half = join(&[clip(LAKE, 1), clip(STREET, 2)]).unwrap();
    let whole = Read::of_mixed(&join(&[half.clone(), half]).unwrap());
    assert_eq!(whole.samples(TrackKind::Video).len(), 4 * 24);
    assert_eq!(whole.pictures().len(), 4 * 24);
}

#[test]
fn another_size_is_refused_by_its_number() {
    let other: Bytes = paint_clip(LAKE, 1, (96, 160), 1).into();
    let refused = join(&[clip(LAKE, 1), clip(LAKE, 2), other]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Clip 3 cannot be joined: it has 96 × 160 pixels and the first clip has 160 × 96."
    );
}

#[test]
fn nothing_and_too_much_are_refused() {
    assert_eq!(join(&[]), Err(JoinError::NoClips));
    let many = vec![clip(LAKE, 1); CLIPS_MAX + 1];
    assert_eq!(join(&many), Err(JoinError::TooMany(13)));
    let large = vec![Bytes::from(vec![0; 300 << 20]); 2];
    assert_eq!(
        join(&large).unwrap_err().to_string(),
        "Together these clips have 600 MB, and a film has at most 512 MB."
    );
    let nonsense = Bytes::from_static(b"<!doctype html>");
    let why = Unfit::NotAClip;
    let refused = JoinError::Clip { clip: 2, why };
    assert_eq!(join(&[clip(LAKE, 1), nonsense]), Err(refused));
}

/// A clip with `sounds` moments of sound beside its 24 pictures; written by another hand than the
/// film.
fn sounding(sounds: u32) -> Bytes {
    let silent = clip(LAKE, 1);
    let read = Read::of(&silent);
    let mut file = Vec::new();
    let mut muxer = MuxerBuilder::new(&mut file)
        .video(VideoCodec::H264, 160, 96, 24.0)
        .audio(AudioCodec::Aac(AacProfile::Lc), 48_000, 2)
        .with_fast_start(true)
        .build()
        .unwrap();
    let config = read.track(TrackKind::Video).raw_codec_config(&read.mp4);
    let sets = annex_b_sets(&config.unwrap());
    for (number, coded) in (0_u32..).zip(read.samples(TrackKind::Video)) {
        let mut unit = if number == 0 {
            sets.clone()
        } else {
            Vec::new()
        };
        unit.extend([0, 0, 0, 1]);
        unit.extend(&coded[4..]);
        let is_key = read.track(TrackKind::Video).samples[number as usize].is_sync;
        muxer
            .write_video(f64::from(number) / 24.0, &unit, is_key)
            .unwrap();
    }
    for number in 0..sounds {
        let at = f64::from(number) * 1_024.0 / 48_000.0;
        muxer.write_audio(at, &adts(number)).unwrap();
    }
    muxer.finish().unwrap();
    file.into()
}

fn annex_b_sets(config: &[u8]) -> Vec<u8> {
    let sequence = usize::from(u16::from_be_bytes([config[6], config[7]]));
    let rest = &config[8 + sequence + 1..];
    let start = [0, 0, 0, 1];
    [&start, &config[8..8 + sequence], &start, &rest[2..]].concat()
}

/// A moment of sound as AAC encoders hand it out: 48 kHz, two channels, and a body that tells which
/// it is.
fn adts(number: u32) -> Vec<u8> {
    let body = number.to_be_bytes();
    let length = u8::try_from(7 + body.len()).unwrap();
    let head = [
        0xff,
        0xf1,
        0x4c,
        0x80,
        length >> 3,
        (length << 5) | 0x1f,
        0xfc,
    ];
    [&head[..], &body].concat()
}

#[test]
fn sound_stays_with_its_pictures() {
    // 47 moments are 1.003 s, 45 are 0.96 s: each clip's sound begins with its pictures all the same.
    let film = Read::of(&join(&[sounding(47), sounding(45), sounding(47)]).unwrap());
    let sound = film.track(TrackKind::Audio);
    assert_eq!(sound.duration, 3 * sound.timescale);
    let starts: Vec<_> = sound
        .samples
        .iter()
        .zip(film.samples(TrackKind::Audio))
        .filter(|(_, bytes)| *bytes == [0; 4])
        .map(|(sample, _)| sample.decode_timestamp)
        .collect();
    let second = i64::try_from(sound.timescale).unwrap();
    assert_eq!(starts, [0, second, 2 * second]);
    assert_eq!(film.samples(TrackKind::Video).len(), 3 * 24);
}

#[test]
fn without_sound_in_every_clip_the_film_is_silent() {
    for other in [clip(LAKE, 1), sounding(20)] {
        let film = Read::of(&join(&[sounding(47), other]).unwrap());
        assert_eq!(film.mp4.tracks().len(), 1);
        assert_eq!(film.samples(TrackKind::Video).len(), 2 * 24);
    }
}

/// The same pictures counted in other units: half as many a second.
#[test]
fn units_of_time_are_made_the_same() {
    let one = clip(LAKE, 1);
    let mut slow = one.to_vec();
    let at = slow.windows(4).position(|it| it == b"mdhd").unwrap() + 4 + 12;
    let units = u32::from_be_bytes(slow[at..at + 4].try_into().unwrap());
    slow[at..at + 4].copy_from_slice(&(units / 2).to_be_bytes());
    let film = Read::of(&join(&[one, slow.into()]).unwrap());
    let track = film.track(TrackKind::Video);
    assert_eq!(track.duration, 3 * track.timescale);
    assert_eq!(track.timescale, u64::from(units));
    let middle = &track.samples[24..26];
    assert_eq!(middle[0].decode_timestamp, i64::from(units));
    assert_eq!(middle[0].duration * 12, u64::from(units));
}

#[test]
fn a_clip_that_breaks_off_anywhere_is_refused() {
    let whole = sounding(47);
    for length in (0..whole.len()).step_by(61) {
        let cut = whole.slice(..length);
        let refused = join(&[whole.clone(), cut]).unwrap_err();
        assert!(refused.to_string().starts_with("Clip 2"), "{refused}");
    }
}

proptest! {
    /// Whatever the index of a file claims, it is refused or joined; nothing panics.
    #[test]
    fn no_index_is_trusted(
        faults in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 1..12)
    ) {
        let whole = sounding_once();
        let index = whole.windows(4).position(|it| it == b"mdat").unwrap();
        let mut broken = whole.to_vec();
        for (place, value) in faults {
            #[expect(
                clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                reason = "a place in the index"
            )]
            let place = (place * index as f64) as usize;
            broken[place] = value;
        }
        if let Ok(film) = join(&[broken.clone().into(), broken.into()]) {
            prop_assert!(film.len() < 4 * whole.len());
        }
    }
}

fn sounding_once() -> &'static Bytes {
    static ONCE: std::sync::OnceLock<Bytes> = std::sync::OnceLock::new();
    ONCE.get_or_init(|| sounding(47))
}
