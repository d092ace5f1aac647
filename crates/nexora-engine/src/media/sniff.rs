//! What bytes are, by looking at them. A provider's word about them is not trusted.

use nexora_core::MediaKind;

/// Formats we keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Png,
    Jpeg,
    Webp,
    Mp4,
}

impl Format {
    /// The format whose signature these bytes begin with.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::Webp),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::Mp4),
            _ => None,
        }
    }

    pub(super) const fn kind(self) -> MediaKind {
        match self {
            Self::Png | Self::Jpeg | Self::Webp => MediaKind::Image,
            Self::Mp4 => MediaKind::Video,
        }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
        }
    }

    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
        }
    }
}

/// How far into a text its kind is looked for: behind a prologue and a comment.
const TEXT_BYTES_MAX: usize = 1_024;

/// What bytes are that are no picture we keep, with its article, for a sentence to somebody who
/// took them for one.
pub(super) fn what_else(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "an empty file",
        [b'G', b'I', b'F', b'8', ..] => "a GIF",
        [_, _, _, _, b'f', b't', b'y', b'p', a, b, c, ..] => match [*a, *b, *c] {
            [b'h', b'e', _] | [b'm', b'i' | b's', b'f'] => "a HEIC photo",
            [b'a', b'v', b'i'] => "an AVIF picture",
            _ => "a clip",
        },
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "a clip",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'B', b'M', ..] => "a BMP",
        [b'I', b'I', 0x2a, 0, ..] | [b'M', b'M', 0, 0x2a, ..] => "a TIFF",
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "an archive",
        _ => what_text(bytes),
    }
}

fn what_text(bytes: &[u8]) -> &'static str {
    let start = bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes);
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    if text.contains("<svg") {
        "an SVG drawing"
    } else if text.contains("<!doctype html") || text.contains("<html") {
        "a web page"
    } else {
        "not a picture"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_calls_itself_a_picture_is_not_one() {
        assert_eq!(Format::of(b"<!doctype html><title>no</title>"), None);
        assert_eq!(
            Format::of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            None
        );
        assert_eq!(Format::of(b""), None);
    }

    #[test]
    fn what_is_no_picture_is_called_by_its_name() {
        let table: [(&[u8], &str); 9] = [
            (b"", "an empty file"),
            (b"GIF89a...", "a GIF"),
            (b"\0\0\0\x18ftypheic....", "a HEIC photo"),
            (b"\0\0\0\x18ftypavif....", "an AVIF picture"),
            (b"\0\0\0\x18ftypisom....", "a clip"),
            (b"%PDF-1.7", "a PDF"),
            (
                b"<?xml version='1.0'?><!-- x --><SVG onload='x'/>",
                "an SVG drawing",
            ),
            (b"\n<!DOCTYPE html><title>no</title>", "a web page"),
            (b"hello", "not a picture"),
        ];
        for (bytes, name) in table {
            assert_eq!(what_else(bytes), name);
        }
    }

    #[test]
    fn signatures_are_known() {
        assert_eq!(Format::of(b"\x89PNG\r\n\x1a\n...."), Some(Format::Png));
        assert_eq!(Format::of(b"\xff\xd8\xff\xe0...."), Some(Format::Jpeg));
        assert_eq!(Format::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(Format::Webp));
        assert_eq!(Format::of(b"\0\0\0\x20ftypisom"), Some(Format::Mp4));
    }
}
