//! What every scene is given: the frame's size, its paint, its seed and the moment of the loop.

use std::f32::consts::TAU;

use glam::{Vec2, Vec3, vec2};

use super::dice::Dice;
use super::number::float;
use super::palette::Palette;

/// How much work soft parts of a picture are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Every pixel is shaded.
    Full,
    /// Soft parts are shaded at half the size.
    Soft,
}

impl Detail {
    /// Pixels between two shaded ones in soft parts.
    pub(crate) fn step(self) -> usize {
        match self {
            Self::Full => 1,
            Self::Soft => 2,
        }
    }
}

/// One frame to paint.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) seed: u32,
    pub(crate) palette: Palette,
    /// Where the loop is, 0..1; a still is painted at 0.
    pub(crate) phase: f32,
    pub(crate) detail: Detail,
}

impl View {
    /// The scene's own sequence of choices, the same for every frame and size.
    pub(crate) fn dice(&self) -> Dice {
        Dice::new(u64::from(self.seed).wrapping_mul(0x1234_5678_9ABC))
    }

    /// Width over height.
    pub(crate) fn aspect(&self) -> f32 {
        float(self.width) / float(self.height)
    }

    /// A pixel as a point: the middle is the origin, up is positive, the height is 1.
    #[inline]
    pub(crate) fn point(&self, x: f32, y: f32) -> Vec2 {
        let height = float(self.height);
        vec2(
            (x + 0.5) / height - 0.5 * self.aspect(),
            0.5 - (y + 0.5) / height,
        )
    }

    /// The loop's moment as a point on the unit circle: cosine, sine.
    pub(crate) fn circle(&self) -> Vec2 {
        circle(self.phase)
    }
}

/// A moment of the loop, 0..1, as a point on the unit circle.
#[inline]
pub(crate) fn circle(phase: f32) -> Vec2 {
    Vec2::from_angle(TAU * phase)
}

/// A pinhole camera looking level at the horizon.
#[derive(Clone, Copy)]
pub(crate) struct Pinhole {
    /// Pixel row of the horizon.
    pub(crate) horizon: f32,
    /// Focal length in pixels.
    pub(crate) focal: f32,
    /// Half the picture's width in pixels.
    pub(crate) half_width: f32,
}

impl Pinhole {
    /// The direction a pixel looks in; forward is z, up is y.
    #[inline]
    pub(crate) fn ray(&self, x: f32, y: f32) -> Vec3 {
        let across = (x + 0.5 - self.half_width) / self.focal;
        Vec3::new(across, (self.horizon - y) / self.focal, 1.0).normalize()
    }
}
