//! Colours as the eye sees them (OKLCH), as light adds them (linear), and on screen (sRGB).

use glam::{Vec3, vec3};

use super::noise::luminance;
use super::number::{float, index};

/// A colour by hue in degrees, chroma (0 grey, 0.25 vivid) and lightness 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Oklch {
    pub(crate) hue: f32,
    pub(crate) chroma: f32,
    pub(crate) lightness: f32,
}

/// Shorthand for the palette tables.
pub(crate) const fn oklch(hue: f32, chroma: f32, lightness: f32) -> Oklch {
    Oklch {
        hue,
        chroma,
        lightness,
    }
}

impl Oklch {
    /// Lightness and the two opponent axes of `OKLab`.
    pub(crate) fn lab(self) -> Vec3 {
        let (sin, cos) = self.hue.to_radians().sin_cos();
        vec3(self.lightness, self.chroma * cos, self.chroma * sin)
    }

    /// Linear light; a chroma the screen cannot show is reduced until it can.
    pub(crate) fn linear(self) -> Vec3 {
        const STEPS: usize = 12;
        const DARKEST: f32 = -0.005;
        let mut colour = self;
        for _ in 0..STEPS {
            let light = lab_to_linear(colour.lab());
            if light.min_element() > DARKEST {
                return light.max(Vec3::ZERO);
            }
            colour.chroma *= 0.88;
        }
        Vec3::splat(self.lightness.powi(3))
    }
}

/// `OKLab` to linear sRGB primaries (Björn Ottosson's matrices, 2020).
pub(crate) fn lab_to_linear(lab: Vec3) -> Vec3 {
    let (lightness, a, b) = (lab.x, lab.y, lab.z);
    let cone = vec3(
        lightness + 0.396_337_8 * a + 0.215_803_76 * b,
        lightness - 0.105_561_346 * a - 0.063_854_17 * b,
        lightness - 0.089_484_18 * a - 1.291_485_5 * b,
    );
    let cone = cone * cone * cone;
    vec3(
        cone.dot(vec3(4.076_741_7, -3.307_711_6, 0.230_969_94)),
        cone.dot(vec3(-1.268_438, 2.609_757_4, -0.341_319_4)),
        cone.dot(vec3(-0.004_196_086, -0.703_418_6, 1.707_614_7)),
    )
}

/// Brings any amount of light into 0..1 the way film does: soft highlights that lose colour.
#[inline]
pub(crate) fn film_curve(light: Vec3) -> Vec3 {
    let brightness = luminance(light);
    let bleach = (brightness / (brightness + 6.0)).min(0.9);
    let light = light.lerp(Vec3::splat(brightness), bleach * 0.6);
    (light * (light * 2.51 + 0.03)) / (light * (light * 2.43 + 0.59) + 0.14)
}

const SRGB_STEPS: usize = 4096;

/// Linear light in 0..1 to an sRGB byte value, as a table because `powf` per pixel is slow.
pub(crate) struct SrgbTable(Vec<f32>);

impl SrgbTable {
    pub(crate) fn new() -> Self {
        Self(
            (0..SRGB_STEPS)
                .map(|step| srgb(float(step) / float(SRGB_STEPS - 1)))
                .collect(),
        )
    }

    /// The sRGB value, 0.0..=255.0, of linear light.
    #[inline]
    pub(crate) fn value(&self, light: f32) -> f32 {
        self.0[index(light.clamp(0.0, 1.0) * float(SRGB_STEPS - 1))]
    }
}

fn srgb(light: f32) -> f32 {
    let value = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    value * 255.0 + 0.5
}
