//! Pixels as the encoder wants them: one brightness plane, two colour planes at half the size.

use crate::paint::number::byte_i;

/// One frame in planar 4:2:0, BT.601 limited range: what players assume of untagged clips of
/// less than 720 lines.
pub(crate) struct YuvBuffer {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) luma: Vec<u8>,
    pub(crate) blue: Vec<u8>,
    pub(crate) red: Vec<u8>,
}

impl YuvBuffer {
    /// An empty frame. `width` and `height` are even.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            luma: vec![0; width * height],
            blue: vec![0; width * height / 4],
            red: vec![0; width * height / 4],
        }
    }

    /// Replaces the frame by these sRGB pixels (`width * height * 3` bytes).
    pub(crate) fn fill(&mut self, rgb: &[u8]) {
        let (width, half) = (self.width, self.width / 2);
        for pair in 0..self.height / 2 {
            let rows = &rgb[pair * 2 * width * 3..][..2 * width * 3];
            let luma = &mut self.luma[pair * 2 * width..][..2 * width];
            for (pixel, out) in rows.chunks_exact(3).zip(luma) {
                *out = brightness(pixel);
            }
            let (above, below) = rows.split_at(width * 3);
            let quads = above.chunks_exact(6).zip(below.chunks_exact(6));
            let blue = &mut self.blue[pair * half..][..half];
            let red = &mut self.red[pair * half..][..half];
            for ((quad, blue), red) in quads.zip(blue).zip(red) {
                (*blue, *red) = colour(quad.0, quad.1);
            }
        }
    }
}

/// Luma in 16-bit fixed point.
fn brightness(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [0, 1, 2].map(|channel| i32::from(pixel[channel]));
    byte_i((16_829 * red + 33_039 * green + 6_416 * blue + (16 << 16) + 32_768) >> 16)
}

/// Both chroma values of four neighbouring pixels, two of each row.
fn colour(above: &[u8], below: &[u8]) -> (u8, u8) {
    let sum = |channel: usize| {
        [
            above[channel],
            above[channel + 3],
            below[channel],
            below[channel + 3],
        ]
        .map(i32::from)
        .iter()
        .sum::<i32>()
    };
    let (red, green, blue) = (sum(0), sum(1), sum(2));
    let middle = (128 << 18) + (1 << 17);
    (
        byte_i((-9_714 * red - 19_070 * green + 28_784 * blue + middle) >> 18),
        byte_i((28_784 * red - 24_103 * green - 4_681 * blue + middle) >> 18),
    )
}
