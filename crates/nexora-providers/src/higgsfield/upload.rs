//! Uploads: announced to the API, put into storage, read there by a public address.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Higgsfield, error};
use crate::courier::Courier;
use crate::error::{ErrorKind, ProviderError};
use crate::media::Upload;
use crate::shot::Placed;

/// Where Higgsfield wants the file, with which headers, and where it will be found.
#[derive(Deserialize)]
struct Announced {
    public_url: String,
    upload_url: String,
    /// They are part of the address's signature.
    #[serde(default)]
    upload_headers: BTreeMap<String, String>,
}

impl Higgsfield {
    pub(super) async fn bring(&self, file: &Upload) -> Result<Placed, ProviderError> {
        let body = json!({ "content_type": file.content_type });
        let url = self.place("files/generate-upload-url");
        let answer = self.line.ask_with("announce upload", url, &body).await?;
        if !answer.status.is_success() {
            return Err(error::of_question(&answer));
        }
        let mut announced: Announced = answer.read()?;
        if announced.upload_headers.is_empty() {
            let content_type = file.content_type.clone();
            let headers = &mut announced.upload_headers;
            headers.insert("Content-Type".to_owned(), content_type);
        }
        let courier = Courier::of(&self.base_url);
        let courier = courier.map_err(|no| self.error(ErrorKind::Misconfigured, &no))?;
        courier
            .put(&announced.upload_url, &announced.upload_headers, file)
            .await
            .map_err(|no| self.error(ErrorKind::Down, &no))?;
        let public_url: Url = announced.public_url.parse().map_err(|_| {
            let odd = "the address of its upload is none";
            self.error(ErrorKind::Broken, odd)
        })?;
        Ok(Placed::at(&public_url))
    }
}
