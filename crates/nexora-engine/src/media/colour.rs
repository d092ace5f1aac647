//! Brings a picture's colours into those that everybody means when they say nothing.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// A profile larger than this describes a printing press, not a camera or a screen.
const PROFILE_BYTES_MAX: usize = 1 << 20;

/// The picture in sRGB. One without a profile, or with one that cannot be followed, is taken to
/// be in sRGB already.
pub(super) fn in_srgb(picture: RgbImage, profile: Option<&[u8]>) -> RgbImage {
    let profile = profile.filter(|bytes| bytes.len() <= PROFILE_BYTES_MAX);
    let converted = profile.and_then(|bytes| convert(&picture, bytes));
    converted.unwrap_or(picture)
}

fn convert(picture: &RgbImage, profile: &[u8]) -> Option<RgbImage> {
    let from = ColorProfile::new_from_slice(profile).ok()?;
    if from.color_space != DataColorSpace::Rgb {
        return None;
    }
    let (to, options) = (ColorProfile::new_srgb(), TransformOptions::default());
    let way = from.create_transform_8bit(Layout::Rgb, &to, Layout::Rgb, options);
    let mut converted = vec![0; picture.as_raw().len()];
    way.ok()?.transform(picture.as_raw(), &mut converted).ok()?;
    RgbImage::from_raw(picture.width(), picture.height(), converted)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn red_in(profile: Option<&[u8]>) -> [u8; 3] {
        let picture = RgbImage::from_pixel(2, 2, Rgb([200, 60, 40]));
        in_srgb(picture, profile).get_pixel(1, 1).0
    }

    #[test]
    fn a_wider_red_is_the_same_red_here() {
        let wide = ColorProfile::new_display_p3().encode().unwrap();
        let [red, green, blue] = red_in(Some(&wide));
        assert!(red > 205 && green < 60 && blue < 40, "{red} {green} {blue}");
    }

    #[test]
    fn what_cannot_be_followed_is_left_alone() {
        let plain = [200, 60, 40];
        let grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        for profile in [None, Some(&b"nonsense"[..]), Some(&grey)] {
            assert_eq!(red_in(profile), plain);
        }
    }
}
