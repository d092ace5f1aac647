//! The smallest PNG there is: a few pixels, uncompressed, for inline placeholders.

/// PNG's eight-byte signature (W3C PNG, §5.2).
const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
/// Bytes per pixel coming in: red, green, blue, alpha.
const RGBA: usize = 4;
/// Largest side taken; a `ThumbHash` decodes to at most 32.
const SIDE_MAX: usize = 64;

/// The picture as a PNG of at most `side_max` pixels on its long side, each the mean of those it
/// stands for. `None` when `pixels` is not a `width` × `height` RGBA picture of a sensible size.
pub(super) fn shrunk(
    pixels: &[u8],
    width: usize,
    height: usize,
    side_max: usize,
) -> Option<Vec<u8>> {
    let sensible = (1..=SIDE_MAX).contains(&width) && (1..=SIDE_MAX).contains(&height);
    if !sensible || pixels.len() != width * height * RGBA {
        return None;
    }
    let step = width.max(height).div_ceil(side_max.max(1));
    let (across, down) = (width.div_ceil(step), height.div_ceil(step));
    let mut rows = Vec::with_capacity(down * (1 + across * 3));
    for row in 0..down {
        rows.push(0); // filter "none"
        for column in 0..across {
            rows.extend(mean(
                pixels,
                width,
                height,
                (column * step, row * step),
                step,
            ));
        }
    }
    Some(encode(
        u8::try_from(across).ok()?,
        u8::try_from(down).ok()?,
        &rows,
    ))
}

fn mean(
    pixels: &[u8],
    width: usize,
    height: usize,
    (left, top): (usize, usize),
    step: usize,
) -> [u8; 3] {
    let mut sums = [0_usize; 3];
    let mut count = 0;
    for y in top..(top + step).min(height) {
        for x in left..(left + step).min(width) {
            let at = (y * width + x) * RGBA;
            for (sum, byte) in sums
                .iter_mut()
                .zip(pixels.get(at..at + 3).unwrap_or_default())
            {
                *sum += usize::from(*byte);
            }
            count += 1;
        }
    }
    sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
}

/// `rows` are filtered scan lines of 8-bit RGB; all of them fit into one stored block.
fn encode(width: u8, height: u8, rows: &[u8]) -> Vec<u8> {
    let header = [0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0];
    let length = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(rows);
    stream.extend(adler32(rows).to_be_bytes());
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &stream);
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    png.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
    let mut checked = name.to_vec();
    checked.extend(body);
    png.extend(&checked);
    png.extend(crc32(&checked).to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    let folded = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    !folded
}

fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % PRIME;
        (low, (high + low) % PRIME)
    });
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_match_the_published_check_values() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_picture_becomes_a_few_pixels() {
        let red = [200, 10, 20, 255].repeat(32 * 18);
        let png = shrunk(&red, 32, 18, 8).unwrap();
        assert_eq!(png.get(16..24).unwrap(), [0, 0, 0, 8, 0, 0, 0, 5]);
        assert!(png.len() < 220, "{} bytes", png.len());
        assert!(png.windows(3).any(|pixel| pixel == [200, 10, 20]));
    }

    #[test]
    fn what_is_not_a_picture_is_refused() {
        assert!(shrunk(&[0; 7], 2, 1, 8).is_none());
        assert!(shrunk(&[], 0, 0, 8).is_none());
    }
}
