//! fal's catalogue of models, which is another host than its queue.

use reqwest::Method;
use serde::Deserialize;

use super::{Fal, error};
use crate::error::ProviderError;
use crate::inventory::{Inventory, Stock};
use crate::media::BoxFuture;
use crate::place;
use crate::wire::lenient;

#[derive(Deserialize)]
struct Page {
    models: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    endpoint_id: String,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
}

impl Fal {
    /// Searches for the whole name: other models whose descriptions speak of it are found, too.
    async fn find_model(&self, upstream: &str) -> Result<Stock, ProviderError> {
        let mut url = place::below(&self.catalogue_url, "v1/models");
        url.query_pairs_mut().append_pair("q", upstream);
        let answer = self.line.ask("models", Method::GET, url).await?;
        if !answer.status.is_success() {
            return Err(error::of_question(&answer));
        }
        let page: Page = answer.read()?;
        let mut models = page.models.into_iter();
        let Some(model) = models.find(|model| model.endpoint_id == upstream) else {
            return Ok(Stock::Unknown);
        };
        let status = model.metadata.and_then(|it| it.status);
        Ok(match status.as_deref() {
            Some("deprecated") => Stock::Deprecated,
            Some(_) | None => Stock::Current,
        })
    }
}

impl Inventory for Fal {
    fn look_up<'a>(&'a self, upstream: &'a str) -> BoxFuture<'a, Result<Stock, ProviderError>> {
        Box::pin(self.find_model(upstream))
    }
}
