//! Pictures and files that only look like them, made on the spot.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};
use serde_json::Value;

use crate::browser::Browser;

/// A picture that nobody else has: its colour is its name.
pub(super) fn png(colour: [u8; 3]) -> Vec<u8> {
    encoded(
        &RgbImage::from_pixel(640, 360, Rgb(colour)),
        ImageFormat::Png,
    )
}

/// A JPEG that says where it was taken.
pub(super) fn jpeg_with_gps() -> Vec<u8> {
    let picture = RgbImage::from_pixel(640, 360, Rgb([90, 120, 40]));
    let plain = encoded(&picture, ImageFormat::Jpeg);
    // One directory with a GPS pointer, and the text a careless program would pass on.
    let mut exif =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPSLatitude 59.3293 N");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let (start, rest) = plain.split_at(2);
    [start, &[0xff, 0xe1], &length, &exif, rest].concat()
}

/// A PNG of 60 000 × 60 000 pixels in a few bytes: unpacked it would be ten gigabytes.
pub(super) fn bomb() -> Vec<u8> {
    let mut bytes = png([0, 0, 0]);
    let side = 60_000_u32.to_be_bytes();
    bytes[16..20].copy_from_slice(&side);
    bytes[20..24].copy_from_slice(&side);
    let sum = crc32(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&sum);
    bytes
}

/// Begins like a GIF and is a script.
pub(super) fn polyglot() -> Vec<u8> {
    b"GIF89a/*\0\0\0*/=1;alert(document.domain)//".to_vec()
}

/// A picture with a page behind it.
pub(super) fn picture_with_a_page() -> Vec<u8> {
    [png([7, 7, 7]), b"<html><script>alert(1)</script>".to_vec()].concat()
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The checksum of a PNG's parts.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                (sum >> 1) ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

/// Sends a picture as a program does: as the body.
pub(super) async fn send(browser: &Browser, file: Vec<u8>) -> Response {
    let request = browser.request(Method::POST, "/api/uploads");
    let request = request.header("content-type", "application/octet-stream");
    browser.send(request.body(file)).await
}

/// Brings a picture along; answers what the studio says about it.
pub(super) async fn bring(browser: &Browser, colour: [u8; 3]) -> Value {
    let answer = send(browser, png(colour)).await;
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

/// A file of a form, as a browser sends it.
pub(super) fn part(file: Vec<u8>) -> Part {
    Part::bytes(file).file_name("holiday.png")
}

/// Sends a form with files as a browser without scripts does.
pub(super) async fn submit(browser: &Browser, path: &str, form: Form) -> Response {
    let request = browser
        .request(Method::POST, path)
        .header("accept", "text/html");
    let request = request.header("sec-fetch-site", "same-origin");
    browser.send(request.multipart(form)).await
}
