//! `OpenAI` Images: one call that ends with the pictures themselves; those it begins with go along.

mod error;
mod input;
mod wire;

use std::time::Duration;

use nexora_core::{Model, Provider, Route};
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::config::OpenAiConfig;
use crate::error::{ErrorKind, ProviderError};
use crate::inventory::{Inventory, Stock};
use crate::media::{BoxFuture, Finder, MediaProvider, Polled, ProviderInfo, Submission, Submitted};
use crate::place;
use crate::ticket::Ticket;
use crate::wire::{CallLimits, Line, Wire};
use input::Request;
use wire::Made;

/// The facts about `OpenAI`.
pub const INFO: ProviderInfo = ProviderInfo {
    provider: Provider::OpenAi,
    title: "OpenAI",
    key_variable: "OPENAI_API_KEY",
    base_url: "https://api.openai.com/v1",
    base_url_variable: "OPENAI_BASE_URL",
    docs_url: "https://platform.openai.com/docs/api-reference/images",
    // Each holds a connection for up to two minutes, and nothing there queues for us.
    running_max: 8,
    poll_wait_min: Duration::ZERO,
    // It answers with the result: there is nothing to ask.
    polls_per_second_max: 1,
};

/// Pictures take 10 to 120 seconds; their own advice is to wait at least 180.
const SUBMIT_SECONDS_MAX: u64 = 200;
/// Four pictures of 8 megapixels, base64 in JSON.
const PICTURES_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// `OpenAI`'s image API.
#[derive(Debug)]
pub struct OpenAi {
    line: Line,
    base_url: Url,
}

impl OpenAi {
    /// `OpenAI` at this address, with this key.
    pub fn new(config: OpenAiConfig, wire: Wire) -> Self {
        Self {
            line: wire.line(Provider::OpenAi, "Bearer", config.key),
            base_url: config.base_url,
        }
    }

    async fn paint(&self, job: &Submission<'_>) -> Result<Submitted, ProviderError> {
        let request = input::request(job);
        let request = request.map_err(|wrong| self.line.error(ErrorKind::Invalid, &wrong))?;
        let limits = CallLimits {
            seconds_max: SUBMIT_SECONDS_MAX,
            bytes_max: PICTURES_BYTES_MAX,
        };
        let (line, id) = (&self.line, job.request_id);
        let answer = match request {
            Request::Generation(body) => {
                let url = place::below(&self.base_url, "images/generations");
                line.submit(url, &body, id, limits).await?
            }
            Request::Edit(form) => {
                let url = place::below(&self.base_url, "images/edits");
                line.submit_form(url, form, id, limits).await?
            }
        };
        if !answer.status.is_success() {
            return Err(error::of_submit(&answer));
        }
        let outputs = answer.read::<Made>()?.into_outputs();
        if outputs.is_empty() {
            // It has answered in full: nothing is under way that could still arrive.
            return Err(self
                .line
                .error(ErrorKind::Down, "it answered without a picture"));
        }
        Ok(Submitted::Done(outputs))
    }
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

impl OpenAi {
    /// The list is short and whole; it says nothing of what will go.
    async fn find_model(&self, upstream: &str) -> Result<Stock, ProviderError> {
        let url = place::below(&self.base_url, "models");
        let answer = self.line.ask("models", Method::GET, url).await?;
        if !answer.status.is_success() {
            return Err(error::of_submit(&answer));
        }
        let models: Models = answer.read()?;
        let is_listed = models.data.iter().any(|model| model.id == upstream);
        Ok(if is_listed {
            Stock::Current
        } else {
            Stock::Unknown
        })
    }
}

impl Inventory for OpenAi {
    fn look_up<'a>(&'a self, upstream: &'a str) -> BoxFuture<'a, Result<Stock, ProviderError>> {
        Box::pin(self.find_model(upstream))
    }
}

impl MediaProvider for OpenAi {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }

    fn check(&self, model: &Model, route: &Route) -> Result<(), String> {
        input::check(model, route)
    }

    fn submit<'a>(
        &'a self,
        job: &'a Submission<'a>,
    ) -> BoxFuture<'a, Result<Submitted, ProviderError>> {
        Box::pin(self.paint(job))
    }

    /// It keeps no jobs: whatever this ticket names is not there.
    fn poll<'a>(&'a self, _ticket: &'a Ticket) -> BoxFuture<'a, Result<Polled, ProviderError>> {
        Box::pin(std::future::ready(Ok(Polled::Gone)))
    }

    /// It keeps no jobs: there is nothing left to stop.
    fn cancel<'a>(&'a self, _ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// It keeps no jobs to look through.
    fn finder(&self) -> Option<&dyn Finder> {
        None
    }

    fn inventory(&self) -> Option<&dyn Inventory> {
        Some(self)
    }
}
