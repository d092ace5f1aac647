//! A clip between pictures that were handed in: it begins with one and may end with another.

use super::plate::{Motion, Plate, with_margin};
use crate::paint::{self, Dice, photo};
use crate::studio::Wish;

/// Between these shares of the clip the first picture becomes the last.
const TURN: (f32, f32) = (0.25, 0.9);

/// The plates of such a clip.
pub(super) struct Between {
    first: Plate,
    last: Option<Plate>,
}

impl Between {
    /// Plates of what was handed in; `None` if nothing was, or nothing of it is a picture.
    pub(super) fn of(wish: &Wish, seed: u32, width: usize, height: usize) -> Option<Self> {
        let (width, height) = (with_margin(width), with_margin(height));
        let given = &wish.given;
        let first = match &given.first {
            Some(file) => photo::cut(file, width, height)?,
            None if given.references.is_empty() => return None,
            None => painted_like(wish, width, height),
        };
        let last = given.last.as_ref();
        let last = last.and_then(|file| photo::cut(file, width, height));
        let motion = motion(seed);
        let plate = |rgb: Vec<u8>| Plate::of_picture(rgb, width, height, motion);
        Some(Self {
            first: plate(first),
            last: last.map(plate),
        })
    }

    /// Fills `rgb` with frame `number` at `phase` (0..1).
    pub(super) fn frame(&self, phase: f32, number: u32, width: usize, rgb: &mut [u8]) {
        self.first.frame(phase, number, width, rgb);
        let share = ((phase - TURN.0) / (TURN.1 - TURN.0)).clamp(0.0, 1.0);
        let Some(last) = self.last.as_ref().filter(|_| share > 0.0) else {
            return;
        };
        let share = share * share * (3.0 - 2.0 * share);
        let mut other = vec![0; rgb.len()];
        last.frame(phase, number, width, &mut other);
        for (seen, to_come) in rgb.iter_mut().zip(other) {
            let mixed = f32::from(*seen) * (1.0 - share) + f32::from(to_come) * share;
            *seen = paint::number::byte(mixed);
        }
    }
}

/// The wish painted, with the pictures it goes by in it.
fn painted_like(wish: &Wish, width: usize, height: usize) -> Vec<u8> {
    let still = paint::still(&Wish {
        width: paint::number::size(width),
        height: paint::number::size(height),
        ..wish.clone()
    });
    still.rgb
}

/// A slow push-in that returns, leaning to the side the seed says.
fn motion(seed: u32) -> Motion {
    let mut dice = Dice::new(u64::from(seed) ^ 0x51DE_0F11);
    let side: f32 = dice.pick([1.0, -1.0]);
    Motion {
        pan: 0.025 * side,
        lift: 0.0,
        zoom: 0.1,
        roll: 0.006 * side,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use bytes::Bytes;
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;
    use crate::given::Given;

    fn file(colour: [u8; 3]) -> Bytes {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(90, 60, Rgb(colour))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner().into()
    }

    fn wish(given: Given) -> Wish {
        Wish {
            prompt: "it moves".to_owned(),
            negative: String::new(),
            seed: 1,
            width: 128,
            height: 72,
            given,
        }
    }

    fn middle(between: &Between, phase: f32) -> [u8; 3] {
        let mut rgb = vec![0; 128 * 72 * 3];
        between.frame(phase, 1, 128, &mut rgb);
        let at = (36 * 128 + 64) * 3;
        [rgb[at], rgb[at + 1], rgb[at + 2]]
    }

    #[test]
    fn it_begins_with_one_picture_and_ends_with_the_other() {
        let given = Given {
            first: Some(file([220, 20, 20])),
            last: Some(file([20, 20, 220])),
            references: Vec::new(),
        };
        let between = Between::of(&wish(given), 1, 128, 72).unwrap();
        let [red, _, blue] = middle(&between, 0.0);
        assert!(red > 200 && blue < 40);
        let [red, _, blue] = middle(&between, 0.99);
        assert!(blue > 200 && red < 40);
    }

    #[test]
    fn without_pictures_there_is_nothing_between() {
        assert!(Between::of(&wish(Given::default()), 1, 128, 72).is_none());
        let nonsense = Given {
            first: Some(Bytes::from_static(b"abc")),
            ..Given::default()
        };
        assert!(Between::of(&wish(nonsense), 1, 128, 72).is_none());
    }

    #[test]
    fn what_it_goes_by_is_seen_in_it() {
        let by = |colour| Given {
            references: vec![file(colour)],
            ..Given::default()
        };
        let seen = |colour| middle(&Between::of(&wish(by(colour)), 1, 128, 72).unwrap(), 0.0);
        let (red, blue) = (seen([230, 10, 10]), seen([10, 10, 230]));
        assert!(red[0] > blue[0] && blue[2] > red[2], "{red:?} {blue:?}");
    }
}
