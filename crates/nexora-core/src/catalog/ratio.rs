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
    fn a_ratio_has_one_spelling() {
        let wide: AspectRatio = "16:9".parse().unwrap();
        assert_eq!(wide.to_string(), "16:9");
        for text in ["16x9", "0:9", "16:", "016:9", "+16:9", "16:9:1", "-1:1"] {
            assert!(text.parse::<AspectRatio>().is_err(), "{text}");
        }
    }
}
