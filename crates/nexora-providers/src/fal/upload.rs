//! Uploads: announced to the REST API, put into storage, read there by a public address.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{Fal, error};
use crate::courier::{self, Courier};
use crate::error::ProviderError;
use crate::media::Upload;
use crate::place;
use crate::shot::Placed;

/// The storage whose files every model can read.
const STORAGE: &str = "fal-cdn-v3";

/// Where fal wants the file, and where it will be found.
#[derive(Deserialize)]
struct Announced {
    upload_url: String,
    file_url: String,
}

impl Fal {
    pub(super) async fn bring(&self, file: &Upload) -> Result<Placed, ProviderError> {
        let body = json!({ "content_type": file.content_type, "file_name": file.name });
        let mut url = place::below(&self.rest_url, "storage/upload/initiate");
        url.query_pairs_mut().append_pair("storage_type", STORAGE);
        let answer = self.line.ask_with("announce upload", url, &body).await?;
        if !answer.status.is_success() {
            return Err(error::of_question(&answer));
        }
        let announced: Announced = answer.read()?;
        let headers = BTreeMap::from([("Content-Type".to_owned(), file.content_type.clone())]);
        Courier::of(&self.line, &self.rest_url)?
            .put(&announced.upload_url, &headers, file)
            .await?;
        courier::placed(&self.line, &announced.file_url)
    }
}
