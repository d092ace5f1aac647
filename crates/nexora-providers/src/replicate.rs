//! Replicate: predictions. Create one, ask for it, and look through the list when one is lost.

mod error;
mod find;
mod hooks;
mod input;
mod upload;
mod wire;

use std::time::Duration;

use nexora_core::{Model, Provider, Route, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use crate::config::ReplicateConfig;
use crate::error::{ErrorKind, ProviderError};
use crate::inventory::{Inventory, Stock};
use crate::media::{
    BoxFuture, Finder, MediaProvider, Polled, ProviderInfo, Submission, Submitted, Upload, Uploader,
};
use crate::place;
use crate::shot::Placed;
use crate::signature::StandardSecret;
use crate::ticket::Ticket;
use crate::webhook::{Asked, HookReader};
use crate::wire::{CallLimits, Line, Wire};
use wire::{Created, Prediction};

/// The facts about Replicate.
pub const INFO: ProviderInfo = ProviderInfo {
    provider: Provider::Replicate,
    title: "Replicate",
    key_variable: "REPLICATE_API_TOKEN",
    base_url: "https://api.replicate.com",
    base_url_variable: "REPLICATE_BASE_URL",
    docs_url: "https://replicate.com/docs/reference/http",
    // It takes 600 new predictions a minute and queues them itself.
    running_max: 40,
    poll_wait_min: Duration::ZERO,
    // It takes 3,000 requests a minute besides new predictions; another node, uploads and searches
    // have their half.
    polls_per_second_max: 25,
};

/// replicate.com
#[derive(Debug)]
pub struct Replicate {
    line: Line,
    base_url: Url,
    /// What signs its webhooks, once it was asked for.
    secret: Asked<StandardSecret>,
}

/// How to ask for a prediction again.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    prediction: String,
}

impl Replicate {
    /// Replicate at this address, with this token.
    pub fn new(config: ReplicateConfig, wire: Wire) -> Self {
        Self {
            line: wire.line(Provider::Replicate, "Bearer", config.key),
            base_url: config.base_url,
            secret: Asked::new(),
        }
    }

    async fn hand_over(&self, job: &Submission<'_>) -> Result<Submitted, ProviderError> {
        let input = input::input(job).map_err(|wrong| self.error(ErrorKind::Invalid, &wrong))?;
        let body = match job.webhook {
            Some(webhook) => json!({
                "input": input,
                "webhook": webhook.as_str(),
                "webhook_events_filter": ["completed"],
            }),
            None => json!({ "input": input }),
        };
        let url = self.place(&format!("v1/models/{}/predictions", job.upstream()));
        let answer = self
            .line
            .submit(url, &body, job.request_id, CallLimits::JSON)
            .await?;
        if !answer.status.is_success() {
            return Err(error::of_submit(&answer));
        }
        let created: Created = answer.read()?;
        if !place::is_plain_id(&created.id) {
            return Err(self.error(ErrorKind::Broken, "its prediction id is not an id"));
        }
        Ok(Submitted::Accepted(ticket_for(created.id)))
    }

    async fn look(&self, ticket: &Ticket) -> Result<Polled, ProviderError> {
        let Some(note) = ticket.read::<Note>() else {
            return Ok(Polled::Gone);
        };
        let url = self.place(&format!("v1/predictions/{}", note.prediction));
        let answer = self.line.ask("status", Method::GET, url).await?;
        if answer.status.is_success() {
            let prediction: Prediction = answer.read()?;
            return prediction
                .into_polled()
                .ok_or_else(|| self.error(ErrorKind::Broken, "its status is none that we know"));
        }
        let error = error::of_question(&answer);
        if error.kind == ErrorKind::Gone {
            return Ok(Polled::Gone);
        }
        Err(error)
    }

    async fn stop(&self, ticket: &Ticket) -> Result<(), ProviderError> {
        let Some(note) = ticket.read::<Note>() else {
            return Err(self.error(ErrorKind::Gone, "the ticket cannot be read"));
        };
        let url = self.place(&format!("v1/predictions/{}/cancel", note.prediction));
        let answer = self.line.ask("cancel", Method::POST, url).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        Err(error::of_question(&answer))
    }

    fn place(&self, path: &str) -> Url {
        place::below(&self.base_url, path)
    }

    fn error(&self, kind: ErrorKind, detail: &str) -> ProviderError {
        self.line.error(kind, detail)
    }
}

fn ticket_for(prediction: String) -> Ticket {
    Ticket::write(&Note { prediction })
}

impl Replicate {
    async fn find_model(&self, upstream: &str) -> Result<Stock, ProviderError> {
        let url = self.place(&format!("v1/models/{upstream}"));
        let answer = self.line.ask("model", Method::GET, url).await?;
        if answer.status.is_success() {
            return Ok(Stock::Current);
        }
        let error = error::of_question(&answer);
        match error.kind {
            ErrorKind::Gone => Ok(Stock::Unknown),
            ErrorKind::Refused
            | ErrorKind::Invalid
            | ErrorKind::Busy { .. }
            | ErrorKind::Down
            | ErrorKind::Exhausted
            | ErrorKind::Misconfigured
            | ErrorKind::Ambiguous
            | ErrorKind::Broken => Err(error),
        }
    }
}

impl Inventory for Replicate {
    fn look_up<'a>(&'a self, upstream: &'a str) -> BoxFuture<'a, Result<Stock, ProviderError>> {
        Box::pin(self.find_model(upstream))
    }
}

impl MediaProvider for Replicate {
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
        Box::pin(self.hand_over(job))
    }

    fn poll<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<Polled, ProviderError>> {
        Box::pin(self.look(ticket))
    }

    fn cancel<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(self.stop(ticket))
    }

    fn finder(&self) -> Option<&dyn Finder> {
        Some(self)
    }

    fn uploader(&self) -> Option<&dyn Uploader> {
        Some(self)
    }

    fn inventory(&self) -> Option<&dyn Inventory> {
        Some(self)
    }

    fn hooks(&self) -> Option<&dyn HookReader> {
        Some(self)
    }
}

impl Uploader for Replicate {
    fn upload<'a>(&'a self, file: &'a Upload) -> BoxFuture<'a, Result<Placed, ProviderError>> {
        Box::pin(self.bring(file))
    }
}

impl Finder for Replicate {
    fn find<'a>(
        &'a self,
        job: &'a Submission<'a>,
        submitted_at: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Ticket>, ProviderError>> {
        Box::pin(self.search(job, submitted_at))
    }
}
