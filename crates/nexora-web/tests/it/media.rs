//! A member's files: theirs alone, whole or in part.

use reqwest::{Method, Response, StatusCode};

use crate::browser::{Browser, code, header};
use crate::studio::{Studio, on_both};

/// Somebody with a finished picture; where its file is.
async fn owner(studio: &Studio, prompt: &str) -> (Browser, String) {
    let ada = Browser::signed_up(studio, "Ada").await;
    let id = ada.order_picture(prompt).await;
    let ready = ada.ended(&id).await;
    let path = ready["outputs"][0]["links"]["self"]
        .as_str()
        .unwrap()
        .to_owned();
    (ada, path)
}

async fn asked(browser: &Browser, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = browser.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_whole_or_in_part() {
    on_both(async |studio| {
        let (ada, path) = owner(studio, "a lake").await;
        let whole = asked(&ada, &path, &[]).await;
        assert_eq!(whole.status(), StatusCode::OK);
        assert!(header(&whole, "content-type").starts_with("image/"));
        assert_eq!(header(&whole, "accept-ranges"), "bytes");
        let etag = header(&whole, "etag").to_owned();
        let length: usize = header(&whole, "content-length").parse().unwrap();
        let bytes = whole.bytes().await.unwrap();
        assert_eq!(bytes.len(), length);

        let last = length - 1;
        for (range, from, to) in [
            ("bytes=0-0", 0, 0),
            ("bytes=10-99", 10, 99),
            ("bytes=100-", 100, last),
            ("bytes=-7", last - 6, last),
            ("bytes=0-99999999", 0, last),
        ] {
            let part = asked(&ada, &path, &[("range", range)]).await;
            assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{range}");
            let said = format!("bytes {from}-{to}/{length}");
            assert_eq!(header(&part, "content-range"), said, "{range}");
            assert_eq!(header(&part, "content-length"), (to - from + 1).to_string());
            assert_eq!(part.bytes().await.unwrap(), bytes[from..=to], "{range}");
        }
        let beyond = format!("bytes={length}-");
        let none = asked(&ada, &path, &[("range", &beyond)]).await;
        assert_eq!(none.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(header(&none, "content-range"), format!("bytes */{length}"));

        let same = [("range", "bytes=0-9"), ("if-range", etag.as_str())];
        assert_eq!(
            asked(&ada, &path, &same).await.status(),
            StatusCode::PARTIAL_CONTENT
        );
        let other = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
        assert_eq!(asked(&ada, &path, &other).await.status(), StatusCode::OK);
        let known = asked(&ada, &path, &[("if-none-match", &etag)]).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(known.bytes().await.unwrap().len(), 0);
        let head = ada.send(ada.request(Method::HEAD, &path)).await;
        assert_eq!(header(&head, "content-length"), length.to_string());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_its_owners_alone_and_can_do_nothing() {
    on_both(async |studio| {
        let (ada, path) = owner(studio, "a lake").await;
        for way in ["", "/thumb", "/download"] {
            let path = format!("{path}{way}");
            let own = asked(&ada, &path, &[]).await;
            assert_eq!(own.status(), StatusCode::OK, "{way}");
            assert_eq!(
                header(&own, "content-security-policy"),
                "default-src 'none'; sandbox"
            );
            assert_eq!(header(&own, "x-content-type-options"), "nosniff");
            assert_eq!(
                header(&own, "cache-control"),
                "private, max-age=31536000, immutable"
            );
            assert_eq!(header(&own, "content-encoding"), "");
        }
        let none = asked(&ada, &format!("{path}/poster"), &[]).await;
        assert_eq!(
            none.status(),
            StatusCode::NOT_FOUND,
            "a picture has no poster"
        );

        let bob = Browser::signed_up(studio, "Bob").await;
        let stranger = Browser::new(studio);
        for way in ["", "/thumb", "/poster", "/download"] {
            let path = format!("{path}{way}");
            let foreign = asked(&bob, &path, &[]).await;
            assert_eq!(code(foreign).await, (404, "not_found".to_owned()));
            assert_eq!(code(asked(&stranger, &path, &[]).await).await.0, 401);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_has_a_name_one_recognises() {
    on_both(async |studio| {
        let (ada, path) = owner(studio, "Море, a \"lake\"\r\nat dawn 🌅").await;
        let answer = asked(&ada, &format!("{path}/download"), &[]).await;
        let name = header(&answer, "content-disposition");
        assert!(
            name.starts_with("attachment; filename=\"flux-schnell-a-lake-at-dawn-"),
            "{name}"
        );
        let encoded = "filename*=UTF-8''flux-schnell-%D0%BC%D0%BE%D1%80%D0%B5-a-lake-at-dawn-";
        assert!(name.contains(encoded), "{name}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_gone() {
    on_both(async |studio| {
        let (ada, path) = owner(studio, "a lake").await;
        let listed = ada.read("/api/generations").await;
        let id = listed["items"][0]["id"].as_str().unwrap();
        let answer = ada
            .post(&format!("/api/generations/{id}/delete"), &[])
            .await;
        assert_eq!(header(&answer, "location"), "/history");
        for way in ["", "/thumb", "/download"] {
            let gone = asked(&ada, &format!("{path}{way}"), &[]).await;
            assert_eq!(gone.status(), StatusCode::NOT_FOUND, "{way}");
        }
    })
    .await;
}
