//! Uploads: announced to the API, put into storage, read there by a public address.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{Higgsfield, error};
use crate::courier::{self, Courier};
use crate::error::ProviderError;
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
        Courier::of(&self.line, &self.base_url)?
            .put(&announced.upload_url, &announced.upload_headers, file)
            .await?;
        courier::placed(&self.line, &announced.public_url)
    }
}
