//! What becomes of files that strangers call pictures.

use std::io::Cursor;

use image::{GrayAlphaImage, GrayImage, ImageFormat, LumaA, Rgb, Rgba};

use super::*;

/// A picture that is red on its left and blue on its right.
fn two_halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([220, 30, 30])
        } else {
            Rgb([30, 30, 220])
        }
    })
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG with what a phone writes into it: which way is up, and where it was.
fn photo(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let plain = encoded(two_halves(width, height), ImageFormat::Jpeg);
    let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    // The address of the place: GPSInfo.
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26, 0, 0, 0, 0]);
    tiff.extend(b"GPS 52.5200 N 13.4050 E");
    let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(length);
    bytes.extend(&tiff);
    bytes.extend(&plain[2..]);
    bytes
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|part| part == words)
}

fn opened(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

#[test]
fn nothing_but_the_pixels_is_left_and_up_is_up() {
    let photo = photo(320, 200, 6);
    assert!(holds(&photo, b"GPS 52.52"));
    let cleaned = clean(&photo).unwrap();
    assert_eq!(
        (cleaned.width, cleaned.height),
        (200, 320),
        "turned upright"
    );
    for bytes in [&cleaned.bytes, &cleaned.thumbnail] {
        assert!(!holds(bytes, b"GPS") && !holds(bytes, b"Exif"));
    }
    let picture = opened(&cleaned.bytes).into_rgb8();
    let [red, _, blue] = picture.get_pixel(100, 20).0;
    assert!(red > 180 && blue < 80, "what was left is on top");
    assert_eq!(cleaned.content_type(), "image/jpeg");
    assert!(!cleaned.placeholder.is_empty());
}

#[test]
fn what_hides_behind_a_picture_stays_behind() {
    let mut polyglot = encoded(two_halves(100, 100), ImageFormat::Png);
    polyglot.extend(b"PK\x03\x04 <script>alert(1)</script>");
    let cleaned = clean(&polyglot).unwrap();
    assert!(!holds(&cleaned.bytes, b"<script>") && !holds(&cleaned.bytes, b"PK\x03\x04"));
    let mut polyglot = photo(100, 100, 1);
    polyglot.extend(b"<html><script>");
    assert!(!holds(&clean(&polyglot).unwrap().bytes, b"<script>"));
}

#[test]
fn what_is_no_picture_is_refused_by_its_name() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    assert_eq!(
        clean(svg).unwrap_err(),
        Unclean::NotAPicture("an SVG drawing")
    );
    // A GIF that is also a script: whatever it is called, it is not a picture here.
    let gif = b"GIF89a/*\0\0*/=alert(1)//";
    assert_eq!(clean(gif).unwrap_err(), Unclean::NotAPicture("a GIF"));
    let clip = b"\0\0\0\x20ftypisom\0\0\0\0";
    assert_eq!(clean(clip).unwrap_err(), Unclean::NotAPicture("a clip"));
}

#[test]
fn half_a_picture_is_refused() {
    let halves = [
        photo(300, 300, 1),
        encoded(two_halves(300, 300), ImageFormat::Png),
        encoded(two_halves(300, 300), ImageFormat::WebP),
    ];
    for whole in halves {
        assert!(clean(&whole).is_ok());
        for part in [whole.len() / 2, whole.len() * 9 / 10, 12] {
            assert!(clean(&whole[..part]).is_err(), "{part} of {}", whole.len());
        }
    }
}

/// A PNG of 30 000 by 30 000 black pixels takes a megabyte to send and 2.7 GB to unpack.
#[test]
fn a_bomb_is_refused_by_its_header() {
    let mut bomb = encoded(two_halves(64, 64), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let crc = png_crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    let (width, height) = (30_000, 30_000);
    let refused = Unclean::TooManyPixels { width, height };
    assert_eq!(clean(&bomb).unwrap_err(), refused);

    // The same claim in a JPEG's frame header.
    let mut bomb = encoded(two_halves(64, 64), ImageFormat::Jpeg);
    let frame = bomb.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
    assert_eq!(clean(&bomb).unwrap_err(), refused);
}

/// A hundred megabytes of nothing, packed into a colour profile.
#[test]
fn a_bomb_in_the_colours_is_left_packed() {
    let black = encoded(GrayImage::new(10_000, 10_000), ImageFormat::Png);
    let mut profile = b"profile\0\0".to_vec();
    profile.extend(png_chunks(&black, *b"IDAT").concat());
    assert!(profile.len() < 1 << 20, "{} bytes", profile.len());
    let plain = encoded(two_halves(64, 64), ImageFormat::Png);
    let bomb = [&plain[..33], &png_chunk(*b"iCCP", &profile), &plain[33..]].concat();
    let cleaned = clean(&bomb).unwrap();
    assert_eq!((cleaned.width, cleaned.height), (64, 64));
    let mut opened = decoder(Format::Png, &bomb).unwrap();
    assert_eq!(opened.icc_profile().unwrap(), None);
}

#[test]
fn a_large_picture_becomes_one_that_models_read() {
    let cleaned = clean(&encoded(two_halves(5_000, 1_000), ImageFormat::Png)).unwrap();
    assert_eq!((cleaned.width, cleaned.height), (4_096, 819));
    let thumbnail = opened(&cleaned.thumbnail);
    assert_eq!((thumbnail.width(), thumbnail.height()), (640, 127));
}

#[test]
fn a_speck_is_refused() {
    let speck = encoded(two_halves(500, 20), ImageFormat::Png);
    let (width, height) = (500, 20);
    assert_eq!(
        clean(&speck).unwrap_err(),
        Unclean::TooSmall { width, height }
    );
}

#[test]
fn see_through_stays_see_through_and_solid_needs_no_alpha() {
    let glass = RgbaImage::from_pixel(80, 80, Rgba([250, 250, 250, 0]));
    let cleaned = clean(&encoded(glass, ImageFormat::Png)).unwrap();
    assert_eq!(cleaned.content_type(), "image/png");
    assert_eq!(opened(&cleaned.bytes).into_rgba8().get_pixel(1, 1)[3], 0);
    let seen = opened(&cleaned.thumbnail).into_rgb8();
    assert!(
        seen.get_pixel(40, 40)[0] < 40,
        "it is shown before something dark"
    );
    let solid = RgbaImage::from_pixel(80, 80, Rgba([9, 9, 9, 255]));
    let cleaned = clean(&encoded(solid, ImageFormat::WebP)).unwrap();
    assert_eq!(cleaned.content_type(), "image/jpeg");
    let grey = GrayAlphaImage::from_pixel(80, 80, LumaA([90, 128]));
    let cleaned = clean(&encoded(grey, ImageFormat::Png)).unwrap();
    assert_eq!(cleaned.content_type(), "image/png");
}

#[test]
fn a_heavy_picture_is_made_light() {
    let heavy = encoded(two_halves(5_000, 100), ImageFormat::Png);
    let light = lighten(&heavy).unwrap();
    assert_eq!(Format::of(&light), Some(Format::Jpeg));
    assert_eq!(opened(&light).width(), 4_096);
}

/// The contents of the chunks with this name.
fn png_chunks(mut png: &[u8], wanted: [u8; 4]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    png = &png[8..];
    while let Some((length, rest)) = png.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap();
        if rest[..4] == wanted {
            found.push(rest[4..4 + length].to_vec());
        }
        png = &rest[length + 8..];
    }
    found
}

fn png_chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [&name[..], content].concat();
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], &named, &png_crc(&named).to_be_bytes()].concat()
}

fn png_crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(crc & 1)))
        })
    })
}
