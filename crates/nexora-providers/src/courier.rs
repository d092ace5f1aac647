//! Brings a file to where a provider said that it wants it, without our key.
//!
//! The place comes from outside: it is held to the same rules as a download, and only `https` is
//! good enough for somebody's pictures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use url::Url;

use crate::download::Downloader;
use crate::media::Upload;
use crate::words;

/// Fifty megabytes at four megabits a second.
const SECONDS_MAX: u64 = 120;
/// Fields of a form that a provider asks to be sent along; S3 has about ten.
const FIELDS_MAX: usize = 40;
/// What separates the parts of a form. The files are pictures, clips and sound, whose formats
/// cannot hold it by accident.
const BOUNDARY: &str = "nexora-7f2c1d9e4b8a46d3a0e5c6b1f0d29837";

/// A way to a provider's storage.
#[derive(Debug)]
pub(crate) struct Courier<'a> {
    road: Downloader,
    base: &'a Url,
}

impl<'a> Courier<'a> {
    /// To the storage of the provider whose API is at `base`: public addresses, and that one.
    pub(crate) fn of(base: &'a Url) -> Result<Self, String> {
        let road = Downloader::new(std::slice::from_ref(base)).map_err(|no| no.to_string())?;
        Ok(Self { road, base })
    }

    /// Puts the file, with the headers the provider has asked for.
    pub(crate) async fn put(
        &self,
        place: &str,
        headers: &BTreeMap<String, String>,
        file: &Upload,
    ) -> Result<(), String> {
        let mut request = self.request(Method::PUT, place)?;
        for (name, value) in headers.iter().take(FIELDS_MAX) {
            request = request.header(name, value);
        }
        send(request.body(file.bytes.clone())).await
    }

    /// Posts the file as the last part of a form, after the fields the provider has asked for.
    pub(crate) async fn post_form(
        &self,
        place: &str,
        fields: &BTreeMap<String, String>,
        file: &Upload,
    ) -> Result<(), String> {
        let request = self.request(Method::POST, place)?;
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = request.header(CONTENT_TYPE, content_type);
        send(request.body(form(fields, file))).await
    }

    fn request(&self, method: Method, place: &str) -> Result<RequestBuilder, String> {
        let place: Url = place.parse().map_err(|_| "it named no address")?;
        if place.scheme() != "https" && place.origin() != self.base.origin() {
            return Err("it named an address without https".to_owned());
        }
        let request = self.road.request(method, &place);
        let request = request.map_err(|no| no.to_string())?;
        Ok(request.timeout(Duration::from_secs(SECONDS_MAX)))
    }
}

async fn send(request: RequestBuilder) -> Result<(), String> {
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("its storage answers {}", answer.status())),
        Err(error) => Err(words::clean(&error.without_url().to_string())),
    }
}

/// The body of a form: its fields, then the file.
fn form(fields: &BTreeMap<String, String>, file: &Upload) -> Bytes {
    let mut head = String::new();
    for (name, value) in fields.iter().take(FIELDS_MAX) {
        let name = quotable(name);
        // Writing to a String cannot fail.
        let _ = write!(
            head,
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    let (name, content_type) = (quotable(&file.name), quotable(&file.content_type));
    let _ = write!(
        head,
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: {content_type}\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let mut body = BytesMut::with_capacity(head.len() + file.bytes.len() + tail.len());
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&file.bytes);
    body.extend_from_slice(tail.as_bytes());
    body.freeze()
}

/// A text that cannot leave its quotes or its line.
fn quotable(text: &str) -> String {
    let safe = |c: &char| !c.is_control() && *c != '"' && *c != '\\';
    text.chars().filter(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Upload {
        Upload {
            name: name.to_owned(),
            content_type: "image/png".to_owned(),
            bytes: Bytes::from_static(b"bytes"),
        }
    }

    #[test]
    fn a_form_ends_with_its_file_and_no_name_escapes() {
        let fields = BTreeMap::from([("policy".to_owned(), "p".to_owned())]);
        let body = form(&fields, &file("a\"\r\nX: y.png"));
        let text = String::from_utf8(body.to_vec()).unwrap();
        let file_at = text.find("filename=\"aX: y.png\"\r\n").unwrap();
        assert!(text.find("name=\"policy\"\r\n\r\np\r\n").unwrap() < file_at);
        assert!(text.ends_with(&format!("bytes\r\n--{BOUNDARY}--\r\n")));
    }

    #[test]
    fn pictures_go_by_https_or_home_only() {
        let base = "http://127.0.0.1:4100/hf".parse().unwrap();
        let courier = Courier::of(&base).unwrap();
        let goes = |place| courier.request(Method::PUT, place).is_ok();
        assert!(goes("https://bucket.example/x?sig=1"));
        assert!(goes("http://127.0.0.1:4100/hf/storage/1"));
        for place in [
            "http://bucket.example/x",
            "http://127.0.0.1:4101/x",
            "https://127.0.0.1/x",
            "https://10.0.0.1/x",
            "https://bucket.example:8443/x",
            "file:///etc/passwd",
            "nonsense",
        ] {
            assert!(!goes(place), "{place}");
        }
    }
}
