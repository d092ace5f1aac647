//! Pictures and clips on a page: a blurred placeholder first, then the real thing, never a jump.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use nexora_core::catalog::AspectRatio;
use nexora_core::{Asset, MediaKind};

use crate::components::png;

/// The shapes that have a class of their own in the style sheet (`assets/css/ratio.css`).
const SHAPES: [(u32, u32); 16] = [
    (1, 8),
    (1, 4),
    (9, 21),
    (9, 16),
    (2, 3),
    (3, 4),
    (4, 5),
    (1, 1),
    (5, 4),
    (4, 3),
    (3, 2),
    (16, 9),
    (2, 1),
    (21, 9),
    (4, 1),
    (8, 1),
];

/// Pixels for one part of a shape: 640 by 360 for 16:9.
const PART_PX: u32 = 40;
/// A placeholder is this many pixels on its long side; the browser smooths it.
const PLACEHOLDER_PX: usize = 8;

/// The class of the nearest shape, for example `r-16x9`.
pub fn ratio_class(width: u32, height: u32) -> String {
    let (wanted_w, wanted_h) = (u64::from(width.max(1)), u64::from(height.max(1)));
    // |a/b - c/d| compared as whole numbers: the larger quotient over the smaller, in 1/1000.
    let distance = |(w, h): (u32, u32)| {
        let (left, right) = (wanted_w * u64::from(h), u64::from(w) * wanted_h);
        left.max(right) * 1_000 / left.min(right).max(1)
    };
    let (w, h) = SHAPES
        .into_iter()
        .min_by_key(|shape| distance(*shape))
        .unwrap_or((1, 1));
    format!("r-{w}x{h}")
}

/// A width and a height in this shape, for a picture whose own size nobody looked up: they keep its
/// place.
pub fn size_in(ratio: AspectRatio) -> (u32, u32) {
    let pixels = |part: u16| u32::from(part).saturating_mul(PART_PX);
    (pixels(ratio.width()), pixels(ratio.height()))
}

/// A stored output as it lies in a card: a still, and for a clip the film that plays over it.
pub fn tile(asset: &Asset, alt: &str, eager: bool) -> Markup {
    let loading = if eager { "eager" } else { "lazy" };
    html! {
        (placeholder(&asset.placeholder, asset.width, asset.height))
        @if asset.thumbnail_key.is_some() || asset.kind == MediaKind::Image {
            img.shot src=(still_url(asset)) alt=(alt) width=(asset.width) height=(asset.height)
                loading=(loading) decoding="async";
        }
        @if asset.kind == MediaKind::Video {
            (clip_layer(asset))
        }
    }
}

/// A clip whose still could not be made shows its own first frame.
fn clip_layer(asset: &Asset) -> Markup {
    let source = format!("/media/{}", asset.id);
    html! {
        @if asset.thumbnail_key.is_some() {
            video muted loop playsinline preload="none" data-src=(source) width=(asset.width)
                height=(asset.height) tabindex="-1" aria-hidden="true" {}
        } @else {
            video.is-still muted loop playsinline preload="metadata" src={ (source) "#t=0.1" }
                width=(asset.width) height=(asset.height) tabindex="-1" aria-hidden="true" {}
        }
    }
}

/// A stored output as the subject of its page.
pub fn stage(asset: &Asset, alt: &str) -> Markup {
    let source = format!("/media/{}", asset.id);
    let poster = asset
        .poster_key
        .as_ref()
        .map(|_| format!("{source}/poster"));
    html! {
        div.stage.(ratio_class(asset.width, asset.height)) {
            (placeholder(&asset.placeholder, asset.width, asset.height))
            @match asset.kind {
                MediaKind::Image => {
                    img.shot src=(source) alt=(alt) width=(asset.width) height=(asset.height)
                        fetchpriority="high";
                },
                MediaKind::Video => {
                    video controls loop playsinline preload="metadata" src=(source)
                        poster=[poster] width=(asset.width) height=(asset.height)
                        aria-label=(alt) {}
                },
            }
        }
    }
}

/// A picture's `ThumbHash` as a tiny inline image; nothing when there is none.
pub fn placeholder(hash: &[u8], width: u32, height: u32) -> Markup {
    let Some(source) = placeholder_source(hash) else {
        return html! {};
    };
    html! { img.blur src=(source) alt="" width=(width) height=(height) aria-hidden="true"; }
}

fn placeholder_source(hash: &[u8]) -> Option<String> {
    let (width, height, pixels) = fast_thumbhash::thumb_hash_to_rgba(hash).ok()?;
    let small = png::shrunk(&pixels, width, height, PLACEHOLDER_PX)?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(small)))
}

fn still_url(asset: &Asset) -> String {
    match &asset.thumbnail_key {
        Some(_) => format!("/media/{}/thumb", asset.id),
        None => format!("/media/{}", asset.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_a_shape() {
        assert_eq!(ratio_class(1280, 720), "r-16x9");
        assert_eq!(ratio_class(1024, 1024), "r-1x1");
        assert_eq!(ratio_class(720, 1281), "r-9x16");
        assert_eq!(ratio_class(1344, 768), "r-16x9");
        assert_eq!(ratio_class(0, 0), "r-1x1");
    }

    #[test]
    fn a_broken_hash_is_no_placeholder() {
        assert_eq!(placeholder_source(&[]), None);
    }
}
