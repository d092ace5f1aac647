//! How a track is coded, and whether two are coded alike (ISO/IEC 14496-12 §8.5.2).

use super::Unfit;
use crate::avc::Config;
use crate::boxes::{Boxes, Fields, Name, find};

/// What lies before the boxes of a picture track's description: size, resolution, a name.
const PICTURE_FIELDS: usize = 78;
/// Where among them the size in pixels is, two bytes each.
const PICTURE_SIZE: usize = 24;
/// What lies before the boxes of a sound track's description: channels and rate.
const SOUND_FIELDS: usize = 28;

/// A track's one sample description.
#[derive(Clone, Debug)]
pub(super) struct Coding<'a> {
    name: Name,
    /// The whole description, as its clip has it.
    entry: &'a [u8],
    /// What a decoder must know, without what differs between clips that decode alike.
    settings: Vec<u8>,
    /// Of H.264: these may differ, because they can stand before each picture instead.
    avc: Option<Config>,
}

/// How alike two tracks are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// One decoder, set up once, plays both.
    Same,
    /// One decoder plays both if it is told the other's parameter sets in between.
    OtherParameters,
    Different,
}

impl<'a> Coding<'a> {
    /// Of a picture track, with its size in pixels.
    pub(super) fn of_pictures(stbl: &'a [u8]) -> Result<(Self, (u16, u16)), Unfit> {
        let (name, entry, body) = only_entry(stbl)?;
        let mut size = Fields(body.get(PICTURE_SIZE..).ok_or(Unfit::NotAClip)?);
        let (Some(width), Some(height)) = (size.u16(), size.u16()) else {
            return Err(Unfit::NotAClip);
        };
        let boxes = body.get(PICTURE_FIELDS..).ok_or(Unfit::NotAClip)?;
        let is_avc = matches!(&name, b"avc1" | b"avc3");
        let avc = find(boxes, *b"avcC").filter(|_| is_avc);
        let avc = avc.map(|body| Config::read(body).ok_or(Unfit::NotAClip));
        let differs_alike: &[Name] = match avc {
            Some(_) => &[*b"btrt", *b"avcC"],
            None => &[*b"btrt"],
        };
        let coding = Self {
            name,
            entry,
            settings: settings(boxes, differs_alike),
            avc: avc.transpose()?,
        };
        Ok((coding, (width, height)))
    }

    /// Of a sound track.
    pub(super) fn of_sound(stbl: &'a [u8]) -> Result<Self, Unfit> {
        let (name, entry, body) = only_entry(stbl)?;
        let (fields, boxes) = body.split_at_checked(SOUND_FIELDS).ok_or(Unfit::NotAClip)?;
        let decoder = find(boxes, *b"esds").and_then(decoder_of);
        let settings = match decoder {
            Some(decoder) => [fields, &decoder].concat(),
            None => [fields, &settings(boxes, &[*b"btrt"])].concat(),
        };
        Ok(Self {
            name,
            entry,
            settings,
            avc: None,
        })
    }

    pub(super) fn likeness(&self, other: &Self) -> Likeness {
        let is_avc = self.avc.is_some() && other.avc.is_some();
        if self.settings != other.settings || (self.name != other.name && !is_avc) {
            return Likeness::Different;
        }
        match (&self.avc, &other.avc) {
            (Some(one), Some(two)) if one == two && self.name == other.name => Likeness::Same,
            (Some(one), Some(two))
                if one.profile == two.profile && one.length_bytes == two.length_bytes =>
            {
                Likeness::OtherParameters
            }
            (None, None) => Likeness::Same,
            _ => Likeness::Different,
        }
    }

    /// The parameter sets, to stand before a picture at which a player may start.
    pub(super) fn in_band(&self) -> Option<Vec<u8>> {
        self.avc.as_ref().and_then(Config::in_band)
    }

    /// Writes the description; `in_band` if parameter sets stand before pictures, which H.264
    /// calls by another name.
    pub(super) fn write(&self, out: &mut Vec<u8>, in_band: bool) {
        let start = out.len();
        out.extend(self.entry);
        if in_band && let Some(name) = out.get_mut(start + 4..start + 8) {
            name.copy_from_slice(b"avc3");
        }
    }
}

/// The name, the whole and the body of a track's only description.
fn only_entry(stbl: &[u8]) -> Result<(Name, &[u8], &[u8]), Unfit> {
    let mut fields = Fields(find(stbl, *b"stsd").ok_or(Unfit::NotAClip)?);
    fields.version().ok_or(Unfit::NotAClip)?;
    match fields.u32() {
        Some(1) => {
            let entry = Boxes(fields.0).next().ok_or(Unfit::NotAClip)?;
            Ok((entry.name, entry.whole, entry.body))
        }
        Some(2..) => Err(Unfit::CodedInPieces),
        Some(0) | None => Err(Unfit::NotAClip),
    }
}

/// The boxes of a description but for these: how many bytes a second the encoder used, say, tells
/// a decoder nothing.
fn settings(boxes: &[u8], but_for: &[Name]) -> Vec<u8> {
    Boxes(boxes)
        .filter(|found| !but_for.contains(&found.name))
        .flat_map(|found| found.whole)
        .copied()
        .collect()
}

/// What an `esds` box says to the decoder (ISO/IEC 14496-1 §7.2.6.6), without buffer and bit rates.
fn decoder_of(esds: &[u8]) -> Option<Vec<u8>> {
    let mut fields = Fields(esds);
    fields.version()?;
    let mut stream = descriptor(&mut fields, 3)?;
    // A number, and flags of which none may announce more.
    let [_, _, 0] = stream.array()? else {
        return None;
    };
    let mut decoder = descriptor(&mut stream, 4)?;
    let kind = decoder.u8()?;
    decoder.skip(1 + 3 + 4 + 4)?;
    Some([&[kind], decoder.0].concat())
}

fn descriptor<'a>(fields: &mut Fields<'a>, tag: u8) -> Option<Fields<'a>> {
    if fields.u8()? != tag {
        return None;
    }
    let mut length = 0_usize;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = (length << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return fields.take(length).map(Fields);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::{put, put_full};

    fn sound(bit_rate: u32, config: u8) -> Vec<u8> {
        let mut out = Vec::new();
        put_full(&mut out, *b"stsd", (0, 0), |out| {
            out.extend([0, 0, 0, 1]);
            put(out, *b"mp4a", |out| {
                out.extend([7; SOUND_FIELDS]);
                put_full(out, *b"esds", (0, 0), |out| {
                    out.extend([3, 22, 0, 1, 0, 4, 0x80, 16, 0x40, 0x15, 0, 0, 0]);
                    out.extend(bit_rate.to_be_bytes());
                    out.extend(bit_rate.to_be_bytes());
                    out.extend([5, 1, config]);
                });
            });
        });
        out
    }

    #[test]
    fn a_bit_rate_is_no_difference_but_a_setting_is() {
        let [one, other, different] = [(96_000, 17), (128_000, 17), (96_000, 18)]
            .map(|(bit_rate, config)| sound(bit_rate, config));
        let coding = |stbl| Coding::of_sound(stbl).unwrap();
        assert_eq!(coding(&one).likeness(&coding(&other)), Likeness::Same);
        assert_eq!(
            coding(&one).likeness(&coding(&different)),
            Likeness::Different
        );
    }
}
