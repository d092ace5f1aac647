//! A seeded sequence of choices: the same seed always rolls the same picture.

use super::number::{low_bits, unit};

/// A `SplitMix64` generator.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Starts the sequence of `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number in 0..1.
    #[inline]
    pub(crate) fn unit(&mut self) -> f32 {
        unit(low_bits(self.bits() >> 32))
    }

    /// A number in `from..to`.
    pub(crate) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of `choices`.
    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0, "something to choose from") };
        let at = (self.bits() >> 33) % (N as u64);
        choices[usize::try_from(at).unwrap_or(0)]
    }
}
