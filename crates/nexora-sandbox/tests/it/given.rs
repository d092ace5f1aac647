//! Pictures that are handed in: brought to a provider's storage, and seen in what it makes.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{Answer, Bench, answer, text};

const KLING: &str = "/fal/queue/fal-ai/kling-video/v3/standard/image-to-video";
const EDIT: &str = "/fal/queue/fal-ai/nano-banana-2/edit";

fn picture(colour: [u8; 3], (width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb(colour))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// Brings a picture to fal: announced, then put.
async fn bring(bench: &Bench, bytes: Vec<u8>) -> String {
    let told = json!({"content_type": "image/png", "file_name": "a.png"});
    let place = "/fal/rest/storage/upload/initiate?storage_type=fal-cdn-v3";
    let announced = bench.post(place, told).await.body;
    let put = bench.http.put(text(&announced, "upload_url"));
    let put = put.header("content-type", "image/png").body(bytes);
    assert_eq!(put.send().await.unwrap().status(), StatusCode::OK);
    text(&announced, "file_url")
}

async fn result(bench: &Bench, endpoint: &str, input: Value) -> Answer {
    let submitted = bench.post(endpoint, input).await.body;
    bench.get(&text(&submitted, "response_url")).await
}

async fn file(bench: &Bench, url: &Value) -> Vec<u8> {
    let response = bench.http.get(url.as_str().unwrap()).send().await.unwrap();
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_clip_has_the_shape_of_the_picture_it_begins_with() {
    let bench = Bench::instant().await;
    let first = bring(&bench, picture([200, 40, 40], (270, 480))).await;
    let input = json!({"prompt": "it moves", "start_image_url": first, "duration": "3"});
    let made = result(&bench, KLING, input).await;
    let clip = file(&bench, &made.body["video"]["url"]).await;
    let mp4 = re_mp4::Mp4::read_bytes(&clip).unwrap();
    let track = mp4.tracks().values().next().unwrap();
    assert_eq!((track.width, track.height), (360, 640));
}

#[tokio::test]
async fn what_is_edited_looks_like_what_was_given() {
    let bench = Bench::instant().await;
    let mut seen = Vec::new();
    for colour in [[230, 20, 20], [20, 20, 230]] {
        let given = bring(&bench, picture(colour, (640, 480))).await;
        let input = json!({
            "prompt": "in snow", "image_urls": [given], "resolution": "0.5K", "seed": 7,
        });
        let made = result(&bench, EDIT, input).await;
        let edited = file(&bench, &made.body["images"][0]["url"]).await;
        let edited = image::load_from_memory(&edited).unwrap().into_rgb8();
        assert!(edited.width() > edited.height(), "it keeps the shape");
        seen.push(edited.get_pixel(edited.width() / 2, edited.height() / 2).0);
    }
    assert!(
        seen[0][0] > seen[0][2] && seen[1][2] > seen[1][0],
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_picture_that_is_not_there_is_missed_when_the_model_runs() {
    let bench = Bench::instant().await;
    let nowhere = bench.url("/fal/cdn/files/0123/a.png");
    let input = json!({"prompt": "x", "start_image_url": nowhere});
    let missed = result(&bench, KLING, input).await;
    assert_eq!(missed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(missed.body["detail"][0]["type"], "file_download_error");
    // What lies elsewhere cannot be fetched offline, and the clip is made of its words.
    let elsewhere = json!({"prompt": "x", "start_image_url": "https://a.example/b.png"});
    assert_eq!(
        result(&bench, KLING, elsewhere).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn gen_4_5_begins_with_a_file_of_replicates() {
    let bench = Bench::instant().await;
    let create = "/replicate/v1/models/runwayml/gen-4.5/predictions";
    let inline = {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(picture([9, 200, 9], (64, 64)));
        format!("data:image/png;base64,{text}")
    };
    let input = json!({"prompt": "x", "image": inline, "aspect_ratio": "1:1", "duration": 5});
    let made = bench.post(create, json!({"input": input})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let nowhere = bench.url("/replicate/v1/files/0123");
    let input = json!({"prompt": "x", "image": nowhere});
    let refused = bench.post(create, json!({"input": input})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bench.sandbox.submits().len(), 1);
}

#[tokio::test]
async fn openai_edits_the_picture_it_is_sent() {
    let bench = Bench::instant().await;
    let mut body = Vec::new();
    let part = |body: &mut Vec<u8>, head: &str, content: &[u8]| {
        body.extend(format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
        body.extend(content);
        body.extend(b"\r\n");
    };
    for (name, value) in [("model", "gpt-image-2.6-flare"), ("prompt", "in snow")] {
        part(&mut body, &format!("name=\"{name}\""), value.as_bytes());
    }
    part(&mut body, "name=\"size\"", b"1024x1024");
    let file = "name=\"image[]\"; filename=\"a.png\"\r\nContent-Type: image/png";
    part(&mut body, file, &picture([230, 10, 10], (300, 300)));
    body.extend(b"--b--\r\n");
    let request = bench.call(Method::POST, "/openai/v1/images/edits");
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    let edited = answer(request.body(body)).await;
    assert_eq!(edited.status, StatusCode::OK, "{edited:?}");
    let picture = {
        use base64::Engine;
        let text = edited.body["data"][0]["b64_json"].as_str().unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        image::load_from_memory(&bytes.unwrap())
            .unwrap()
            .into_rgb8()
    };
    let [red, green, blue] = picture.get_pixel(512, 512).0;
    assert!(red > green && red > blue, "{red} {green} {blue}");
}
