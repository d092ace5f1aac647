//! Ephemeral uploads: announced to the API, posted to storage, named `runway://…`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{Runway, error};
use crate::courier::Courier;
use crate::error::ProviderError;
use crate::media::Upload;
use crate::shot::Placed;

/// Where Runway wants the file, and what it will be called.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Announced {
    upload_url: String,
    fields: BTreeMap<String, String>,
    runway_uri: String,
}

impl Runway {
    pub(super) async fn bring(&self, file: &Upload) -> Result<Placed, ProviderError> {
        let body = json!({ "filename": file.name, "type": "ephemeral" });
        let url = self.place("v1/uploads");
        let answer = self.line.ask_with("announce upload", url, &body).await?;
        if !answer.status.is_success() {
            return Err(error::of_question(&answer));
        }
        let announced: Announced = answer.read()?;
        Courier::of(&self.line, &self.base_url)?
            .post_form(&announced.upload_url, &announced.fields, file)
            .await?;
        Ok(Placed::named(announced.runway_uri))
    }
}
