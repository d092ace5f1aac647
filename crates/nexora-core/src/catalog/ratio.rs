//! The shape of a picture: `16:9`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Width to height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AspectRatio {
    width: u16,
    height: u16,
}

impl AspectRatio {
    /// `1:1`
    pub const SQUARE: Self = Self {
        width: 1,
        height: 1,
    };

    /// The first number.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// The second number.
    pub const fn height(self) -> u16 {
        self.height
    }

    /// The one of `shapes` that a picture of this size has to be cut or stretched for the least.
    pub fn nearest(shapes: &[Self], width: u32, height: u32) -> Option<Self> {
        let mut best: Option<(Self, u64, u64)> = None;
        for shape in shapes {
            let across = u64::from(shape.width).saturating_mul(u64::from(height));
            let down = u64::from(shape.height).saturating_mul(u64::from(width));
            // How far apart they are, as a fraction that is 1 when they are the same.
            let (far, near) = (across.max(down), across.min(down).max(1));
            let is_nearer = best.is_none_or(|(_, best_far, best_near)| {
                let this = u128::from(far).saturating_mul(u128::from(best_near));
                this < u128::from(best_far).saturating_mul(u128::from(near))
            });
            if is_nearer {
                best = Some((*shape, far, near));
            }
        }
        best.map(|(shape, ..)| shape)
    }
}

impl FromStr for AspectRatio {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a ratio is written like 16:9";
        let (width, height) = text.split_once(':').ok_or(wrong)?;
        let number = |digits: &str| {
            let plain = !digits.starts_with(['0', '+']);
            digits.parse::<u16>().ok().filter(|_| plain).ok_or(wrong)
        };
        Ok(Self {
            width: number(width)?,
            height: number(height)?,
        })
    }
}

impl TryFrom<String> for AspectRatio {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AspectRatio> for String {
    fn from(ratio: AspectRatio) -> Self {
        ratio.to_string()
    }
}

impl fmt::Display for AspectRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_finds_the_shape_next_to_its_own() {
        let shapes = ["16:9", "9:16", "1:1", "4:3"].map(|text| text.parse().unwrap());
        let nearest = |width, height| {
            let found = AspectRatio::nearest(&shapes, width, height);
            found.unwrap().to_string()
        };
        assert_eq!(nearest(1920, 1080), "16:9");
        assert_eq!(nearest(4032, 3024), "4:3");
        assert_eq!(nearest(3024, 3500), "1:1");
        assert_eq!(nearest(1080, 2340), "9:16");
        assert_eq!(nearest(1000, 999), "1:1");
        assert_eq!(nearest(u32::MAX, 1), "16:9");
        assert_eq!(AspectRatio::nearest(&[], 1, 1), None);
    }

    #[test]
    fn a_ratio_has_one_spelling() {
        let wide: AspectRatio = "16:9".parse().unwrap();
        assert_eq!(wide.to_string(), "16:9");
        for text in ["16x9", "0:9", "16:", "016:9", "+16:9", "16:9:1", "-1:1"] {
            assert!(text.parse::<AspectRatio>().is_err(), "{text}");
        }
    }
}
