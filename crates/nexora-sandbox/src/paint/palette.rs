//! Palettes: six colours that belong together, and a smooth ramp through five of them.

use glam::Vec3;

use super::colour::{Oklch, lab_to_linear, oklch};
use super::number::{float, index};

const RAMP_STEPS: usize = 256;

/// The moods the painter has mixed paint for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaletteName {
    Nebula,
    Cyan,
    /// A sky at the golden hour, with violet shadows.
    Golden,
    /// The metal.
    Gilded,
    Ember,
    Aurora,
    Neon,
    Rose,
    Teal,
    Violet,
    Forest,
    Frost,
    Sunset,
    Mono,
    Lagoon,
}

/// Colours in linear light.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    /// Nearly black: shadows and the bottom of the night.
    pub(crate) deep: Vec3,
    pub(crate) low: Vec3,
    pub(crate) mid: Vec3,
    pub(crate) high: Vec3,
    /// The colour that does not belong, used sparingly.
    pub(crate) accent: Vec3,
    /// Nearly white: what lamps and the sun give.
    pub(crate) light: Vec3,
    ramp: Vec<Vec3>,
}

impl Palette {
    /// Mixes the palette, every hue turned by `hue_shift` degrees.
    pub(crate) fn mix(name: PaletteName, hue_shift: f32) -> Self {
        let paint = name.colours().map(|colour| Oklch {
            hue: colour.hue + hue_shift,
            ..colour
        });
        let [deep, low, mid, high, accent, light] = paint.map(Oklch::linear);
        let stops = [0, 1, 2, 3, 5].map(|stop: usize| paint[stop].lab());
        Self {
            deep,
            low,
            mid,
            high,
            accent,
            light,
            ramp: ramp(&stops),
        }
    }

    /// The colour at `t` in 0..1 on the way from deep to light.
    #[inline]
    pub(crate) fn ramp(&self, t: f32) -> Vec3 {
        let at = t.clamp(0.0, 1.0) * float(RAMP_STEPS - 1);
        let below = index(at).min(RAMP_STEPS - 2);
        self.ramp[below].lerp(self.ramp[below + 1], at - float(below))
    }
}

/// Blends neighbouring stops in `OKLab`, where a blend of two colours looks like a blend.
fn ramp(stops: &[Vec3; 5]) -> Vec<Vec3> {
    (0..RAMP_STEPS)
        .map(|step| {
            let at = float(step) / float(RAMP_STEPS - 1) * 4.0;
            let below = index(at).min(3);
            let lab = stops[below].lerp(stops[below + 1], at - float(below));
            lab_to_linear(lab).max(Vec3::ZERO)
        })
        .collect()
}

impl PaletteName {
    /// Every palette, for a prompt that names no colour.
    pub(crate) const ALL: [Self; 15] = [
        Self::Nebula,
        Self::Cyan,
        Self::Golden,
        Self::Gilded,
        Self::Ember,
        Self::Aurora,
        Self::Neon,
        Self::Rose,
        Self::Teal,
        Self::Violet,
        Self::Forest,
        Self::Frost,
        Self::Sunset,
        Self::Mono,
        Self::Lagoon,
    ];

    /// Deep, low, mid, high, accent, light.
    #[rustfmt::skip]
    fn colours(self) -> [Oklch; 6] {
        match self {
            Self::Nebula => [oklch(285.0, 0.08, 0.14), oklch(290.0, 0.15, 0.34), oklch(330.0, 0.19, 0.55), oklch(35.0, 0.16, 0.74), oklch(210.0, 0.13, 0.75), oklch(75.0, 0.08, 0.95)],
            Self::Cyan => [oklch(250.0, 0.05, 0.14), oklch(240.0, 0.09, 0.33), oklch(215.0, 0.12, 0.58), oklch(195.0, 0.13, 0.80), oklch(200.0, 0.14, 0.82), oklch(190.0, 0.04, 0.97)],
            Self::Golden => [oklch(285.0, 0.06, 0.20), oklch(280.0, 0.09, 0.36), oklch(345.0, 0.09, 0.54), oklch(52.0, 0.14, 0.75), oklch(30.0, 0.18, 0.68), oklch(78.0, 0.09, 0.93)],
            Self::Gilded => [oklch(60.0, 0.03, 0.14), oklch(55.0, 0.08, 0.34), oklch(68.0, 0.12, 0.56), oklch(82.0, 0.14, 0.80), oklch(45.0, 0.14, 0.68), oklch(95.0, 0.06, 0.97)],
            Self::Ember => [oklch(20.0, 0.05, 0.14), oklch(15.0, 0.13, 0.32), oklch(28.0, 0.19, 0.52), oklch(50.0, 0.17, 0.72), oklch(18.0, 0.22, 0.62), oklch(85.0, 0.10, 0.95)],
            Self::Aurora => [oklch(265.0, 0.06, 0.16), oklch(255.0, 0.08, 0.32), oklch(300.0, 0.19, 0.55), oklch(175.0, 0.14, 0.78), oklch(152.0, 0.22, 0.84), oklch(210.0, 0.03, 0.95)],
            Self::Neon => [oklch(280.0, 0.07, 0.15), oklch(275.0, 0.14, 0.34), oklch(295.0, 0.22, 0.52), oklch(345.0, 0.24, 0.68), oklch(200.0, 0.15, 0.82), oklch(90.0, 0.05, 0.95)],
            Self::Rose => [oklch(340.0, 0.06, 0.18), oklch(350.0, 0.12, 0.42), oklch(15.0, 0.13, 0.66), oklch(45.0, 0.11, 0.82), oklch(350.0, 0.16, 0.72), oklch(70.0, 0.04, 0.97)],
            Self::Teal => [oklch(230.0, 0.05, 0.20), oklch(225.0, 0.08, 0.40), oklch(200.0, 0.08, 0.62), oklch(60.0, 0.13, 0.80), oklch(40.0, 0.17, 0.72), oklch(85.0, 0.08, 0.96)],
            Self::Violet => [oklch(290.0, 0.08, 0.15), oklch(285.0, 0.16, 0.36), oklch(305.0, 0.20, 0.56), oklch(320.0, 0.15, 0.76), oklch(265.0, 0.18, 0.68), oklch(330.0, 0.04, 0.96)],
            Self::Forest => [oklch(170.0, 0.04, 0.16), oklch(160.0, 0.08, 0.34), oklch(145.0, 0.11, 0.54), oklch(105.0, 0.14, 0.78), oklch(65.0, 0.16, 0.75), oklch(100.0, 0.07, 0.96)],
            Self::Frost => [oklch(255.0, 0.05, 0.22), oklch(250.0, 0.07, 0.42), oklch(240.0, 0.06, 0.66), oklch(225.0, 0.05, 0.84), oklch(350.0, 0.10, 0.78), oklch(60.0, 0.04, 0.97)],
            Self::Sunset => [oklch(295.0, 0.09, 0.18), oklch(300.0, 0.14, 0.38), oklch(350.0, 0.17, 0.58), oklch(35.0, 0.17, 0.73), oklch(15.0, 0.20, 0.67), oklch(70.0, 0.10, 0.93)],
            Self::Mono => [oklch(260.0, 0.01, 0.14), oklch(260.0, 0.015, 0.34), oklch(255.0, 0.015, 0.56), oklch(80.0, 0.02, 0.80), oklch(75.0, 0.06, 0.80), oklch(85.0, 0.02, 0.97)],
            Self::Lagoon => [oklch(250.0, 0.07, 0.18), oklch(235.0, 0.11, 0.40), oklch(210.0, 0.12, 0.64), oklch(185.0, 0.12, 0.82), oklch(25.0, 0.17, 0.72), oklch(95.0, 0.06, 0.97)],
        }
    }
}
