//! Shapes and resolutions become pixels the way the providers round them.

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A frame whose shorter side is fixed, as video models count (`720p`); sides are even.
pub(crate) fn by_short_side(ratio: &str, short_side: u32) -> Size {
    let (across, down) = parse_ratio(ratio);
    if across >= down {
        let width = even(short_side * across / down);
        Size {
            width,
            height: short_side,
        }
    } else {
        let height = even(short_side * down / across);
        Size {
            width: short_side,
            height,
        }
    }
}

/// A frame whose longer side is fixed; sides are even.
pub(crate) fn by_long_side(ratio: &str, long_side: u32) -> Size {
    let (across, down) = parse_ratio(ratio);
    if across >= down {
        Size {
            width: long_side,
            height: even(long_side * down / across),
        }
    } else {
        Size {
            width: even(long_side * across / down),
            height: long_side,
        }
    }
}

/// A frame of about this many pixels, as picture models count; sides are multiples of 32.
pub(crate) fn by_area(ratio: &str, pixels: u32) -> Size {
    let (across, down) = parse_ratio(ratio);
    let width = (pixels / down * across).isqrt();
    let height = (pixels / across * down).isqrt();
    Size {
        width: to_32(width),
        height: to_32(height),
    }
}

/// `16:9` as two numbers; anything else is a square.
fn parse_ratio(ratio: &str) -> (u32, u32) {
    let parsed = ratio
        .split_once(':')
        .and_then(|(across, down)| Some((across.parse().ok()?, down.parse().ok()?)));
    match parsed {
        Some((across, down)) if across > 0 && down > 0 => (across, down),
        Some(_) | None => (1, 1),
    }
}

fn even(side: u32) -> u32 {
    side / 2 * 2
}

fn to_32(side: u32) -> u32 {
    ((side + 16) / 32 * 32).max(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_keeps_its_short_side() {
        assert_eq!(
            by_short_side("16:9", 720),
            Size {
                width: 1280,
                height: 720
            }
        );
        assert_eq!(
            by_short_side("9:16", 720),
            Size {
                width: 720,
                height: 1280
            }
        );
        assert_eq!(
            by_short_side("auto", 480),
            Size {
                width: 480,
                height: 480
            }
        );
    }

    #[test]
    fn a_picture_keeps_its_area() {
        assert_eq!(
            by_area("1:1", 1 << 20),
            Size {
                width: 1024,
                height: 1024
            }
        );
        assert_eq!(
            by_area("16:9", 1 << 20),
            Size {
                width: 1376,
                height: 768
            }
        );
        assert_eq!(
            by_area("0:9", 1 << 20),
            Size {
                width: 1024,
                height: 1024
            }
        );
    }
}
