//! Downloads: limits, redirects, destinations.

use std::net::TcpListener;
use std::time::Duration;

use nexora_providers::{DownloadError, Downloader, Limits};
use url::Url;

use crate::far_side::{FarSide, redirect};
use crate::stage::{LIMITS, Stage, outputs};

const PICTURE: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 7\r\n\r\npicture";

async fn fetch(url: &Url, allowed: &[Url], limits: Limits) -> Result<Vec<u8>, DownloadError> {
    let downloader = Downloader::new(allowed).unwrap();
    let fetched = downloader.fetch(url, limits).await?;
    Ok(fetched.bytes.to_vec())
}

#[tokio::test]
async fn loopback_is_closed_unless_it_was_allowed() {
    let files = FarSide::saying(&[PICTURE]);
    let url = files.url("/a.png");
    let closed = fetch(&url, &[], LIMITS).await;
    assert!(
        matches!(closed, Err(DownloadError::Forbidden(_))),
        "{closed:?}"
    );
    assert_eq!(files.heard().len(), 0);
    let open = fetch(&url, &[files.url("")], LIMITS).await;
    assert_eq!(open.unwrap(), b"picture");
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_closed() {
    let url = "http://localhost/a.png".parse().unwrap();
    let closed = fetch(&url, &[], LIMITS).await;
    let forbidden = "localhost leads to a private address".to_owned();
    assert_eq!(closed, Err(DownloadError::Forbidden(forbidden)));
}

#[tokio::test]
async fn an_allowed_name_may_lead_anywhere() {
    let files = FarSide::saying(&[PICTURE]);
    let mut url = files.url("/a.png");
    url.set_host(Some("localhost")).unwrap();
    let open = fetch(&url, std::slice::from_ref(&url), LIMITS).await;
    assert_eq!(open.unwrap(), b"picture");
}

#[tokio::test]
async fn redirects_are_followed_to_open_places_only() {
    let private = FarSide::saying(&[PICTURE]);
    for target in [
        private.url("/secret").to_string(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::ffff:10.0.0.1]/".to_owned(),
        "http://localhost/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let files = FarSide::saying(&[&redirect("302 Found", &target)]);
        let closed = fetch(&files.url("/a"), &[files.url("")], LIMITS).await;
        assert!(
            matches!(closed, Err(DownloadError::Forbidden(_))),
            "{target}: {closed:?}"
        );
    }
    assert_eq!(private.heard().len(), 0);

    let there = redirect("307 Temporary Redirect", "/b?signature=1");
    let files = FarSide::saying(&[&there, PICTURE]);
    let open = fetch(&files.url("/a"), &[files.url("")], LIMITS).await;
    assert_eq!(open.unwrap(), b"picture");
    assert!(files.heard()[1].starts_with("GET /b?signature=1 "));
}

#[tokio::test]
async fn a_circle_of_redirects_is_left() {
    let round = redirect("302 Found", "/a");
    let files = FarSide::saying(&[&round, &round, &round, &round, &round]);
    let lost = fetch(&files.url("/a"), &[files.url("")], LIMITS).await;
    assert!(matches!(lost, Err(DownloadError::Down(_))), "{lost:?}");
    assert_eq!(files.heard().len(), 4, "the first look and three redirects");
}

#[tokio::test]
async fn a_large_file_is_left_where_it_is() {
    let limits = Limits {
        bytes_max: 6,
        ..LIMITS
    };
    let unannounced = "HTTP/1.1 200 OK\r\n\r\npicture";
    for answer in [PICTURE, unannounced] {
        let files = FarSide::saying(&[answer]);
        let refused = fetch(&files.url("/a"), &[files.url("")], limits).await;
        assert_eq!(refused, Err(DownloadError::TooBig));
    }
    let files = FarSide::saying(&[unannounced]);
    let fits = Limits {
        bytes_max: 7,
        ..LIMITS
    };
    let open = fetch(&files.url("/a"), &[files.url("")], fits).await;
    assert_eq!(open.unwrap(), b"picture");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_a_file() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npicture";
    let files = FarSide::saying(&[half]);
    let cut = fetch(&files.url("/a"), &[files.url("")], LIMITS).await;
    assert!(matches!(cut, Err(DownloadError::Down(_))), "{cut:?}");
}

#[tokio::test]
async fn a_silent_server_is_left_when_the_time_is_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let url: Url = format!("http://127.0.0.1:{port}/a").parse().unwrap();
    let limits = Limits {
        time_max: Duration::from_millis(1),
        ..LIMITS
    };
    let late = fetch(&url, std::slice::from_ref(&url), limits).await;
    assert_eq!(late, Err(DownloadError::TimedOut));
}

#[tokio::test]
async fn a_status_is_gone_or_down() {
    for (status, gone) in [
        ("403 Forbidden", true),
        ("404 Not Found", true),
        ("410 Gone", true),
        ("204 No Content", false),
        ("206 Partial Content", false),
        ("429 Too Many Requests", false),
        ("503 Service Unavailable", false),
        ("302 Found", false),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let files = FarSide::saying(&[&answer]);
        let error = fetch(&files.url("/a"), &[files.url("")], LIMITS)
            .await
            .expect_err(status);
        assert_eq!(error == DownloadError::Gone, gone, "{status}: {error:?}");
    }
}

#[tokio::test]
async fn the_sandboxs_faults_are_told_apart() {
    let stage = Stage::open().await;
    let made = |word: &'static str| {
        let stage = &stage;
        async move {
            let order = stage.order("flux-schnell", word, &[]);
            outputs(stage.run(&stage.fal(), &order).await).remove(0)
        }
    };
    let huge = stage.fetch(&made("[sandbox:huge]").await).await;
    assert_eq!(huge.unwrap_err(), DownloadError::TooBig);
    for word in ["[sandbox:download-down*1]", "[sandbox:download-lost*1]"] {
        let output = made(word).await;
        let first = stage.fetch(&output).await;
        assert!(matches!(first, Err(DownloadError::Down(_))), "{word}");
        assert!(stage.fetch(&output).await.is_ok(), "{word}");
    }
    let odd = stage.fetch(&made("[sandbox:oddtype]").await).await.unwrap();
    let header = odd.content_type_header.as_deref();
    assert_eq!(header, Some("application/octet-stream"));
    let wrong = stage.fetch(&made("[sandbox:wrongtype]").await).await;
    assert!(wrong.unwrap().bytes.starts_with(b"<!doctype html>"));
}
