//! fal.ai: a queue per model. Submit, ask for the status, read the result.

mod catalogue;
mod error;
mod input;
mod upload;
mod wire;

use std::time::Duration;

use nexora_core::generation::Progress;
use nexora_core::{Model, Provider, Route};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::FalConfig;
use crate::error::{ErrorKind, ProviderError};
use crate::inventory::Inventory;
use crate::media::{
    BoxFuture, Finder, MediaProvider, Polled, ProviderInfo, Submission, Submitted, Upload, Uploader,
};
use crate::place;
use crate::progress;
use crate::shot::Placed;
use crate::ticket::Ticket;
use crate::webhook::{FalHooks, HookReader};
use crate::wire::{Answer, CallLimits, Line, Wire};
use error::Verdict;
use wire::{Accepted, Made, Report};

/// The facts about fal.
pub const INFO: ProviderInfo = ProviderInfo {
    provider: Provider::Fal,
    title: "fal",
    key_variable: "FAL_KEY",
    base_url: "https://queue.fal.run",
    base_url_variable: "FAL_QUEUE_URL",
    docs_url: "https://docs.fal.ai/model-endpoints/queue",
    // New accounts start at 2 and rise to 40; the rest waits in fal's queue and is not refused.
    running_max: 40,
    poll_wait_min: Duration::ZERO,
    // It documents no limit. With all 40 running this is every job every two seconds.
    polls_per_second_max: 20,
};

/// Where the keys of its webhooks are.
const JWKS_PATH: &str = ".well-known/jwks.json";

/// fal.ai
#[derive(Debug)]
pub struct Fal {
    line: Line,
    queue_url: Url,
    rest_url: Url,
    catalogue_url: Url,
    hooks: FalHooks,
}

/// How to ask for a job again. The URLs are fal's own; they are used only below our base.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    app: String,
    request_id: String,
    status_url: Option<String>,
    response_url: Option<String>,
    cancel_url: Option<String>,
}

impl Fal {
    /// fal at these addresses, with this key.
    pub fn new(config: FalConfig, wire: Wire) -> Self {
        let jwks_url = place::below(&config.rest_url, JWKS_PATH);
        Self {
            hooks: FalHooks::new(jwks_url, &wire),
            line: wire.line(Provider::Fal, "Key", config.key),
            queue_url: config.queue_url,
            rest_url: config.rest_url,
            catalogue_url: config.catalogue_url,
        }
    }

    async fn hand_over(&self, job: &Submission<'_>) -> Result<Submitted, ProviderError> {
        let body = input::body(job).map_err(|wrong| self.error(ErrorKind::Invalid, &wrong))?;
        let mut url = place::below(&self.queue_url, job.upstream());
        if let Some(webhook) = job.webhook {
            url.query_pairs_mut()
                .append_pair("fal_webhook", webhook.as_str());
        }
        let answer = self
            .line
            .submit(url, &body, job.request_id, CallLimits::JSON)
            .await?;
        if !answer.status.is_success() {
            return Err(error::of_submit(&answer));
        }
        let accepted: Accepted = answer.read()?;
        if !place::is_plain_id(&accepted.request_id) {
            return Err(self.error(ErrorKind::Broken, "its request id is not an id"));
        }
        Ok(Submitted::Accepted(Ticket::write(&Note {
            app: app_of(job.upstream()).to_owned(),
            request_id: accepted.request_id,
            status_url: accepted.status_url,
            response_url: accepted.response_url,
            cancel_url: accepted.cancel_url,
        })))
    }

    async fn look(&self, ticket: &Ticket) -> Result<Polled, ProviderError> {
        let Some(note) = ticket.read::<Note>() else {
            return Ok(Polled::Gone);
        };
        let mut url = self.place(&note, note.status_url.as_deref(), "/status");
        url.query_pairs_mut().append_pair("logs", "1");
        let answer = self.line.ask("status", Method::GET, url).await?;
        if !answer.status.is_success() {
            return after_status(&answer);
        }
        let report: Report = answer.read()?;
        match report.status.as_str() {
            "IN_QUEUE" => Ok(Polled::Waiting(Progress {
                queue_position: report.queue_position,
                ..Progress::default()
            })),
            "IN_PROGRESS" => Ok(Polled::Waiting(progress::from_log(&report.log()))),
            "COMPLETED" => self.read_result(&note, &report).await,
            _ => Err(self.error(ErrorKind::Broken, "its status is none that we know")),
        }
    }

    /// `COMPLETED` says that fal is done, not that it went well: the result tells.
    async fn read_result(&self, note: &Note, report: &Report) -> Result<Polled, ProviderError> {
        if error::is_cancellation(report.error_type.as_deref()) {
            return Ok(Polled::Cancelled);
        }
        let url = self.place(note, note.response_url.as_deref(), "");
        let answer = self.line.ask("result", Method::GET, url).await?;
        let polled = if answer.status.is_success() {
            answer.read::<Made>().map(Made::into_polled)
        } else {
            after_result(&answer)
        };
        match (report.trouble(), polled) {
            (None, polled) => polled,
            (
                Some(_),
                Ok(told @ (Polled::Refused(_) | Polled::Failed { .. } | Polled::Cancelled)),
            ) => Ok(told),
            // The status has already said that it broke; the result had nothing to add.
            (Some(words), Ok(Polled::Waiting(_) | Polled::Done(_) | Polled::Gone) | Err(_)) => {
                let retryable = error::is_retryable_runner(report.error_type.as_deref());
                Ok(Polled::failed(words, retryable))
            }
        }
    }

    async fn stop(&self, ticket: &Ticket) -> Result<(), ProviderError> {
        let Some(note) = ticket.read::<Note>() else {
            return Err(self.error(ErrorKind::Gone, "the ticket cannot be read"));
        };
        let url = self.place(&note, note.cancel_url.as_deref(), "/cancel");
        let answer = self.line.ask("cancel", Method::PUT, url).await?;
        // 400 is ALREADY_COMPLETED: too late, which polling on will show.
        if answer.status.is_success() || answer.status.as_u16() == 400 {
            return Ok(());
        }
        Err(error::of_question(&answer))
    }

    /// Where to ask: fal's own URL if it lies below our base, else the documented place.
    fn place(&self, note: &Note, told: Option<&str>, end: &str) -> Url {
        let told = told.and_then(|address| place::if_below(&self.queue_url, address));
        told.unwrap_or_else(|| {
            let path = format!("{}/requests/{}{end}", note.app, note.request_id);
            place::below(&self.queue_url, &path)
        })
    }

    fn error(&self, kind: ErrorKind, detail: &str) -> ProviderError {
        self.line.error(kind, detail)
    }
}

impl MediaProvider for Fal {
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

    /// fal has no list of requests.
    fn finder(&self) -> Option<&dyn Finder> {
        None
    }

    fn uploader(&self) -> Option<&dyn Uploader> {
        Some(self)
    }

    fn inventory(&self) -> Option<&dyn Inventory> {
        Some(self)
    }

    fn hooks(&self) -> Option<&dyn HookReader> {
        Some(&self.hooks)
    }
}

impl Uploader for Fal {
    fn upload<'a>(&'a self, file: &'a Upload) -> BoxFuture<'a, Result<Placed, ProviderError>> {
        Box::pin(self.bring(file))
    }
}

/// Everything after the submit goes to the first two segments of the endpoint's id (three below
/// fal's own `workflows` and `comfy`).
fn app_of(endpoint: &str) -> &str {
    let segments = match endpoint.split('/').next() {
        Some("workflows" | "comfy") => 3,
        _ => 2,
    };
    let end = endpoint.match_indices('/').nth(segments - 1);
    end.and_then(|(end, _)| endpoint.get(..end))
        .unwrap_or(endpoint)
}

/// What a status call that was not answered with a status means.
fn after_status(answer: &Answer) -> Result<Polled, ProviderError> {
    match error::read(answer) {
        Verdict::Cancelled => Ok(Polled::Cancelled),
        Verdict::Gateway(ErrorKind::Gone, _) => Ok(Polled::Gone),
        Verdict::NotYet => Ok(Polled::Waiting(Progress::default())),
        Verdict::Refused(_)
        | Verdict::Invalid(_)
        | Verdict::ModelFailed { .. }
        | Verdict::RunnerFailed(_)
        | Verdict::Gateway(..) => Err(error::of_question(answer)),
    }
}

/// What a result call that was not answered with a result means: the model's own errors are
/// replayed here, with the status they had when it ran.
fn after_result(answer: &Answer) -> Result<Polled, ProviderError> {
    match error::read(answer) {
        Verdict::Refused(words) => Ok(Polled::refused(Provider::Fal, &words)),
        Verdict::Invalid(words) => Ok(Polled::failed(&words, false)),
        Verdict::ModelFailed { words, retryable } => Ok(Polled::failed(&words, retryable)),
        Verdict::Cancelled => Ok(Polled::Cancelled),
        Verdict::NotYet => Ok(Polled::Waiting(Progress::default())),
        Verdict::Gateway(ErrorKind::Gone, _) => Ok(Polled::Gone),
        // A runner's failure would have shown in the status: this is the result call's own.
        Verdict::RunnerFailed(_) | Verdict::Gateway(..) => Err(error::of_question(answer)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_the_first_two_segments() {
        assert_eq!(app_of("fal-ai/wan-t2v"), "fal-ai/wan-t2v");
        assert_eq!(app_of("fal-ai/flux/schnell"), "fal-ai/flux");
        assert_eq!(
            app_of("bytedance/seedance-2.0/text-to-video"),
            "bytedance/seedance-2.0"
        );
        assert_eq!(app_of("workflows/us/ours/now"), "workflows/us/ours");
        assert_eq!(app_of("alone"), "alone");
    }
}
