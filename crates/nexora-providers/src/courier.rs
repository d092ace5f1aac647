//! Brings a file to where a provider said that it wants it, without our key.
//!
//! The place comes from outside: it is held to the same rules as a download, and only `https` is
//! good enough for somebody's pictures.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use url::Url;

use crate::download::Downloader;
use crate::error::{ErrorKind, ProviderError};
use crate::form::Form;
use crate::media::Upload;
use crate::shot::Placed;
use crate::wire::{FILE_SECONDS_MAX, Line};

/// Fields of a form that a provider asks to be sent along; S3 has about ten.
const FIELDS_MAX: usize = 40;

/// A way to a provider's storage.
#[derive(Debug)]
pub(crate) struct Courier<'a> {
    road: Downloader,
    line: &'a Line,
    base: &'a Url,
}

impl<'a> Courier<'a> {
    /// To the storage of the provider whose API is at `base`: public addresses, and that one.
    /// What goes wrong is told in the name of the line's provider.
    pub(crate) fn of(line: &'a Line, base: &'a Url) -> Result<Self, ProviderError> {
        let road = Downloader::new(std::slice::from_ref(base));
        let road = road.map_err(|no| line.error(ErrorKind::Misconfigured, &no.to_string()))?;
        Ok(Self { road, line, base })
    }

    /// Puts the file, with the headers the provider has asked for.
    pub(crate) async fn put(
        &self,
        place: &str,
        headers: &BTreeMap<String, String>,
        file: &Upload,
    ) -> Result<(), ProviderError> {
        let mut request = self.request(Method::PUT, place)?;
        for (name, value) in headers.iter().take(FIELDS_MAX) {
            request = request.header(name, value);
        }
        self.send(request.body(file.bytes.clone())).await
    }

    /// Posts the file as the last part of a form, after the fields the provider has asked for.
    pub(crate) async fn post_form(
        &self,
        place: &str,
        fields: &BTreeMap<String, String>,
        file: &Upload,
    ) -> Result<(), ProviderError> {
        let request = self.request(Method::POST, place)?;
        let told = fields.iter().take(FIELDS_MAX);
        let form = told.fold(Form::new(), |form, (name, value)| form.with(name, value));
        let sealed = form.with_file("file", file).seal();
        let request = request.header(CONTENT_TYPE, sealed.content_type);
        self.send(request.body(sealed.body)).await
    }

    fn request(&self, method: Method, place: &str) -> Result<RequestBuilder, ProviderError> {
        let astray = |why: &str| self.line.error(ErrorKind::Down, why);
        let place: Url = place.parse().map_err(|_| astray("it named no address"))?;
        if place.scheme() != "https" && place.origin() != self.base.origin() {
            return Err(astray("it named an address without https"));
        }
        let request = self.road.request(method, &place);
        let request = request.map_err(|no| astray(&no.to_string()))?;
        Ok(request.timeout(Duration::from_secs(FILE_SECONDS_MAX)))
    }

    /// Whatever went wrong on the way says nothing about the picture: it is brought again, or
    /// elsewhere.
    async fn send(&self, request: RequestBuilder) -> Result<(), ProviderError> {
        let trouble = match request.send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) => format!("its storage answers {}", answer.status()),
            Err(error) => error.without_url().to_string(),
        };
        Err(self.line.error(ErrorKind::Down, &trouble))
    }
}

/// A file that was brought, at the address where the provider says that it can be read.
pub(crate) fn placed(line: &Line, address: &str) -> Result<Placed, ProviderError> {
    let odd = |_| line.error(ErrorKind::Broken, "the address of its upload is none");
    let url: Url = address.parse().map_err(odd)?;
    Ok(Placed::at(&url))
}

#[cfg(test)]
mod tests {
    use nexora_core::Provider;

    use super::*;
    use crate::wire::Wire;

    #[test]
    fn pictures_go_by_https_or_home_only() {
        let base = "http://127.0.0.1:4100/hf".parse().unwrap();
        let wire = Wire::new().unwrap();
        let line = wire.line(Provider::Higgsfield, "Key", "id:secret".into());
        let courier = Courier::of(&line, &base).unwrap();
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
