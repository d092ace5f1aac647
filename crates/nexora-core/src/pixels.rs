//! How far two pictures are apart, in whole numbers: whether one is the other made again.
//!
//! Two measures, both over decoded pixels of three bytes. The mean of the absolute differences says
//! how different they look; the share of pixels that are equal to the last bit says whether anything
//! was made anew at all. Neither forgives a shift by one pixel: a model that reproduces does not shift.

use serde::{Deserialize, Serialize};

/// Bytes of a pixel: red, green, blue.
const PIXEL_BYTES: usize = 3;
/// The largest difference of two bytes.
const BYTE_MAX: u64 = 255;
/// A whole, in millionths.
const WHOLE: u64 = 1_000_000;
/// Mean difference up to which two pictures are nearly the same: what a lossy file at high quality
/// changes (about three steps of 255). People do not see it side by side.
const NEARLY_MAX: u32 = 12_000;

/// How far two pictures of the same size are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distance {
    /// Mean absolute difference of all bytes, in millionths of the largest there can be. Rounded
    /// up: 0 means that no byte differs.
    pub mean_millionths: u32,
    /// Pixels that are equal in all three bytes, in millionths of all. Rounded down: a million
    /// means that every pixel is equal.
    pub equal_millionths: u32,
}

/// What a distance means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No byte differs.
    Same,
    /// Something differs, and nobody sees it.
    Nearly,
    /// It is another picture.
    Different,
}

impl Distance {
    /// Between two pictures, given as red, green and blue bytes of all pixels; `None` if they are
    /// not of one size, or empty.
    pub fn between(one: &[u8], other: &[u8]) -> Option<Self> {
        let pixels = u64::try_from(one.len() / PIXEL_BYTES).ok()?;
        if one.len() != other.len() || !one.len().is_multiple_of(PIXEL_BYTES) || pixels == 0 {
            return None;
        }
        let pairs = one
            .chunks_exact(PIXEL_BYTES)
            .zip(other.chunks_exact(PIXEL_BYTES));
        let (mut differences, mut equal) = (0_u64, 0_u64);
        for (left, right) in pairs {
            let apart = apart(left, right);
            // At most 765 a pixel: 2^54 pixels fit.
            differences = differences.saturating_add(apart);
            equal = equal.saturating_add(u64::from(apart == 0));
        }
        let most = pixels.saturating_mul(BYTE_MAX).saturating_mul(3);
        let mean = differences.saturating_mul(WHOLE).div_ceil(most);
        let equal = equal.saturating_mul(WHOLE) / pixels;
        Some(Self {
            mean_millionths: u32::try_from(mean).ok()?,
            equal_millionths: u32::try_from(equal).ok()?,
        })
    }

    /// What it means.
    pub const fn verdict(self) -> Verdict {
        match self.mean_millionths {
            0 => Verdict::Same,
            1..=NEARLY_MAX => Verdict::Nearly,
            _ => Verdict::Different,
        }
    }
}

fn apart(left: &[u8], right: &[u8]) -> u64 {
    let each = left.iter().zip(right);
    each.map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_itself() {
        let picture = [7, 200, 31, 0, 0, 255];
        let distance = Distance::between(&picture, &picture).unwrap();
        assert_eq!(distance.mean_millionths, 0);
        assert_eq!(distance.equal_millionths, 1_000_000);
        assert_eq!(distance.verdict(), Verdict::Same);
    }

    #[test]
    fn one_step_in_a_million_pixels_is_not_lost_in_rounding() {
        let one = vec![10; 3_000_000];
        let mut other = one.clone();
        other[1_234_567] = 11;
        let distance = Distance::between(&one, &other).unwrap();
        assert_eq!(distance.mean_millionths, 1);
        assert_eq!(distance.equal_millionths, 999_999);
        assert_eq!(distance.verdict(), Verdict::Nearly);
    }

    #[test]
    fn black_and_white_are_as_far_apart_as_can_be() {
        let distance = Distance::between(&[0; 300], &[255; 300]).unwrap();
        assert_eq!(distance.mean_millionths, 1_000_000);
        assert_eq!(distance.equal_millionths, 0);
        assert_eq!(distance.verdict(), Verdict::Different);
    }

    #[test]
    fn three_steps_everywhere_are_nearly_the_same_and_four_are_not() {
        let verdict = |steps| {
            Distance::between(&[100; 300], &[100_u8 + steps; 300])
                .unwrap()
                .verdict()
        };
        assert_eq!(verdict(3), Verdict::Nearly);
        assert_eq!(verdict(4), Verdict::Different);
    }

    #[test]
    fn pictures_of_two_sizes_have_no_distance() {
        assert_eq!(Distance::between(&[0; 3], &[0; 6]), None);
        assert_eq!(Distance::between(&[], &[]), None);
        assert_eq!(Distance::between(&[0; 4], &[0; 4]), None);
    }
}
