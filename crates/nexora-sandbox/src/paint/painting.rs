//! What every scene hands back.

use glam::Vec3;

use super::canvas::Canvas;
use super::grade::{self, Grade};

/// Light, and how to develop it.
pub(crate) struct Painting {
    pub(crate) canvas: Canvas,
    pub(crate) grade: Grade,
}

impl Painting {
    /// Adds the glow of bright places. Once, when everything that shines is painted.
    pub(crate) fn glowing(mut self) -> Self {
        grade::glow(&mut self.canvas, &self.grade);
        self
    }

    /// Exposes and develops a still to sRGB bytes.
    pub(crate) fn develop(&self) -> Vec<u8> {
        let exposure = grade::expose(&self.canvas, &self.grade);
        grade::develop(&self.canvas, &self.grade, exposure, 0)
    }
}

/// A scene taken apart, so that a camera can move through it.
pub(crate) struct Layers {
    /// Everything behind the foreground, without what stands still while the sky drifts.
    pub(crate) plain: Painting,
    /// The same with stars, sun and moon; none where nothing of that kind is painted.
    pub(crate) lit: Option<Painting>,
    /// Per pixel: 0 drifts like a sky, 1 is at the camera, negative is rippling water.
    pub(crate) nearness: Vec<f32>,
    /// The foreground's cover of each pixel, 0..1; empty if there is none.
    pub(crate) foreground: Vec<f32>,
    /// The foreground is a silhouette of this light.
    pub(crate) foreground_light: Vec3,
}

impl Layers {
    /// A scene without sky, water or foreground.
    pub(crate) fn solid(plain: Painting, nearness: Vec<f32>) -> Self {
        Self {
            plain,
            lit: None,
            nearness,
            foreground: Vec::new(),
            foreground_light: Vec3::ZERO,
        }
    }
}
