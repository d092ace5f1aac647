//! The only place where the painter changes one kind of number into another.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels: sizes stay below 4096 and every float is brought into range before it is cut"
)]

/// A count or a pixel position as a float; exact below 2^24.
#[inline]
pub(crate) fn float(count: usize) -> f32 {
    count as f32
}

/// A whole number as a float; exact below 2^24.
#[inline]
pub(crate) fn float_i(whole: i32) -> f32 {
    whole as f32
}

/// 24 random bits as a float in 0..1.
#[inline]
pub(crate) fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// The largest whole number not above `x`. Faster than `f32::floor` on plain x86-64.
#[inline]
pub(crate) fn floor(x: f32) -> i32 {
    let cut = x as i32;
    if float_i(cut) > x { cut - 1 } else { cut }
}

/// A position inside a row or column; negative becomes 0.
#[inline]
pub(crate) fn index(x: f32) -> usize {
    x as usize
}

/// A whole pixel position as an index inside `0..len`.
#[inline]
pub(crate) fn clamp_index(at: i32, len: usize) -> usize {
    (at.max(0) as usize).min(len - 1)
}

/// A size as the signed number the pixel loops count with.
#[inline]
pub(crate) fn signed(len: usize) -> i32 {
    len as i32
}

/// A brightness in 0..=255 as a byte.
#[inline]
pub(crate) fn byte(x: f32) -> u8 {
    x as u8
}

/// A small fixed-point value as a byte, cut off at both ends.
#[inline]
pub(crate) fn byte_i(x: i32) -> u8 {
    x.clamp(0, 255) as u8
}

/// A signed cell coordinate as the bits a hash mixes.
#[inline]
pub(crate) fn bits(cell: i32) -> u32 {
    cell as u32
}

/// The lower half of a 64-bit seed.
#[inline]
pub(crate) fn low_bits(seed: u64) -> u32 {
    seed as u32
}

/// A size in pixels as the width and height files speak of.
#[inline]
pub(crate) fn size(len: usize) -> u32 {
    len as u32
}

/// A size from the outside as an index.
#[inline]
pub(crate) fn len(size: u32) -> usize {
    size as usize
}
