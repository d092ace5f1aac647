//! Whether a JPEG is all there: decoders fill what is missing with grey and say nothing.

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Whether its segments and scans lead to its end (ITU-T T.81 annex B). What follows the end does
/// not count.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    // Behind the start of the image, which its signature has shown.
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        rest = match marker {
            END_OF_IMAGE => return true,
            // Markers that stand alone.
            0x01 | 0xd0..=0xd7 => after,
            _ => match behind_segment(after) {
                Some(behind) if marker == START_OF_SCAN => behind_scan(behind),
                Some(behind) => behind,
                None => return false,
            },
        };
    }
    false
}

/// The next marker and what follows it. Any number of fill bytes may come before.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let start = bytes.iter().position(|byte| *byte == 0xff)?;
    let from_fill = bytes.get(start..)?;
    let code = from_fill.iter().position(|byte| *byte != 0xff)?;
    let (marker, after) = from_fill.get(code..)?.split_first()?;
    Some((*marker, after))
}

/// What follows a segment, which begins with its own length.
fn behind_segment(bytes: &[u8]) -> Option<&[u8]> {
    let (length, _) = bytes.split_first_chunk::<2>()?;
    bytes.get(usize::from(u16::from_be_bytes(*length))..)
}

/// What follows a scan: inside it a marker's first byte is followed by zero, or it is a restart.
fn behind_scan(mut bytes: &[u8]) -> &[u8] {
    while let Some(at) = bytes.iter().position(|byte| *byte == 0xff) {
        match bytes.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => bytes = bytes.get(at + 2..).unwrap_or_default(),
            Some(0xff) => bytes = bytes.get(at + 1..).unwrap_or_default(),
            Some(_) => return bytes.get(at..).unwrap_or_default(),
            None => return &[],
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment that holds the end of another picture (a thumbnail), a scan, and the end.
    const WHOLE: &[u8] = &[
        0xff, 0xd8, 0xff, 0xe1, 0x00, 0x04, 0xff, 0xd9, 0xff, 0xff, 0xda, 0x00, 0x02, 0x11, 0xff,
        0x00, 0x22, 0xff, 0xd3, 0x33, 0xff, 0xd9,
    ];

    #[test]
    fn a_picture_ends_with_its_own_end() {
        assert!(is_whole(WHOLE));
        assert!(is_whole(&[WHOLE, b"<script>"].concat()));
        for length in 0..WHOLE.len() {
            assert!(!is_whole(&WHOLE[..length]), "{length} bytes");
        }
    }

    #[test]
    fn a_segment_longer_than_the_file_leads_nowhere() {
        assert!(!is_whole(&[0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0xff, 0xd9]));
        assert!(!is_whole(&[0xff, 0xd8, 0xff, 0xe0, 0x00, 0x00, 0xff, 0xd8]));
    }
}
