//! Higgsfield: requests of a model. Submit, ask for the status, which carries the result.
//!
//! It also trains characters ([`Higgsfield::create_character`]) and lists camera motions
//! ([`Higgsfield::motions`]); both are asked for by whoever directs a shot.

mod character;
mod error;
mod hooks;
mod input;
mod job_set;
mod motion;
mod upload;
mod wire;

use std::time::Duration;

use nexora_core::{Model, Provider, Route};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

pub use motion::KnownMotion;

use crate::caster::Caster;
use crate::config::{HiggsfieldConfig, MotionForm};
use crate::error::{ErrorKind, ProviderError};
use crate::media::{
    BoxFuture, Finder, MediaProvider, Polled, ProviderInfo, Submission, Submitted, Upload, Uploader,
};
use crate::place;
use crate::shot::Placed;
use crate::ticket::Ticket;
use crate::webhook::HookReader;
use crate::wire::{Answer, CallLimits, Line, Wire};
use hooks::HiggsfieldHooks;
use input::Request;
use job_set::JobSet;
use wire::{Accepted, Report};

/// The facts about Higgsfield.
pub const INFO: ProviderInfo = ProviderInfo {
    provider: Provider::Higgsfield,
    title: "Higgsfield",
    key_variable: "HIGGSFIELD_API_KEY",
    base_url: "https://api.higgsfield.ai",
    base_url_variable: "HIGGSFIELD_BASE_URL",
    docs_url: "https://docs.higgsfield.ai",
    // Accounts begin with four at a time, and a fifth is refused rather than queued.
    running_max: 4,
    // Its own clients ask every half second to two; clips take minutes.
    poll_wait_min: Duration::from_secs(2),
    // It documents no limit. With all four running this is as often as a job may be asked about.
    polls_per_second_max: 5,
};

/// Higgsfield
#[derive(Debug)]
pub struct Higgsfield {
    line: Line,
    /// The line of the older protocol, which shows the key in two headers.
    older: Line,
    base_url: Url,
    motions: MotionForm,
    hooks: Option<HiggsfieldHooks>,
}

/// How to ask for a job again. The URLs are Higgsfield's own; they are used only below our base.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Note {
    Request {
        request_id: String,
        status_url: Option<String>,
        cancel_url: Option<String>,
    },
    /// A job of the older protocol.
    JobSet { id: String },
}

impl Higgsfield {
    /// Higgsfield at this address, with this key.
    pub fn new(config: HiggsfieldConfig, wire: Wire) -> Self {
        let line = wire.line(Provider::Higgsfield, "Key", config.key);
        Self {
            older: line.clone().in_halves("hf-api-key", "hf-secret"),
            line,
            base_url: config.base_url,
            motions: config.motions,
            hooks: config.webhook_secret.map(HiggsfieldHooks),
        }
    }

    async fn hand_over(&self, job: &Submission<'_>) -> Result<Submitted, ProviderError> {
        let request = input::request(job, self.motions);
        let request = request.map_err(|wrong| self.error(ErrorKind::Invalid, &wrong))?;
        let note = match request {
            Request::Newer { path, body } => {
                let mut url = self.place(path);
                if let Some(webhook) = job.webhook {
                    url.query_pairs_mut()
                        .append_pair("hf_webhook", webhook.as_str());
                }
                let answer = self.submit_to(&self.line, url, &body, job).await?;
                let accepted: Accepted = answer.read()?;
                Note::Request {
                    request_id: self.plain(accepted.request_id)?,
                    status_url: accepted.status_url,
                    cancel_url: accepted.cancel_url,
                }
            }
            // Its webhooks carry a bare secret and are being retired: it is polled.
            Request::Older { path, body } => {
                let url = self.place(path);
                let answer = self.submit_to(&self.older, url, &body, job).await?;
                let created: JobSet = answer.read()?;
                Note::JobSet {
                    id: self.plain(created.into_id())?,
                }
            }
        };
        Ok(Submitted::Accepted(Ticket::write(&note)))
    }

    async fn submit_to(
        &self,
        line: &Line,
        url: Url,
        body: &serde_json::Value,
        job: &Submission<'_>,
    ) -> Result<Answer, ProviderError> {
        let answer = line
            .submit(url, body, job.request_id, CallLimits::JSON)
            .await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(error::of_submit(&answer))
    }

    async fn look(&self, ticket: &Ticket) -> Result<Polled, ProviderError> {
        let (line, url) = match ticket.read::<Note>() {
            None => return Ok(Polled::Gone),
            Some(Note::Request {
                request_id,
                status_url,
                ..
            }) => {
                let url = self.told(status_url.as_deref(), &request_id, "status");
                (&self.line, url)
            }
            Some(Note::JobSet { id }) => (&self.older, self.place(&format!("v1/job-sets/{id}"))),
        };
        let answer = line.ask("status", Method::GET, url).await?;
        if !answer.status.is_success() {
            let error = error::of_question(&answer);
            if error.kind == ErrorKind::Gone {
                return Ok(Polled::Gone);
            }
            return Err(error);
        }
        let polled = if answer.is_json_without("jobs") {
            answer.read::<Report>()?.into_polled()
        } else {
            answer.read::<JobSet>()?.into_polled()
        };
        polled.ok_or_else(|| self.error(ErrorKind::Broken, "its status is none that we know"))
    }

    async fn stop(&self, ticket: &Ticket) -> Result<(), ProviderError> {
        match ticket.read::<Note>() {
            None => Err(self.error(ErrorKind::Gone, "the ticket cannot be read")),
            Some(Note::Request {
                request_id,
                cancel_url,
                ..
            }) => {
                let url = self.told(cancel_url.as_deref(), &request_id, "cancel");
                let answer = self.line.ask("cancel", Method::POST, url).await?;
                // 400 is that work has begun: it cannot be stopped any more, and polling on shows
                // how it ends.
                if answer.status.is_success() || answer.status.as_u16() == 400 {
                    return Ok(());
                }
                Err(error::of_question(&answer))
            }
            // The older protocol cannot stop anything.
            Some(Note::JobSet { .. }) => Ok(()),
        }
    }

    /// Where to ask: Higgsfield's own URL if it lies below our base, else the documented place.
    fn told(&self, told: Option<&str>, request_id: &str, end: &str) -> Url {
        let told = told.and_then(|address| place::if_below(&self.base_url, address));
        told.unwrap_or_else(|| self.place(&format!("requests/{request_id}/{end}")))
    }

    fn plain(&self, id: String) -> Result<String, ProviderError> {
        if place::is_plain_id(&id) {
            return Ok(id);
        }
        Err(self.error(ErrorKind::Broken, "its id is not an id"))
    }

    fn place(&self, path: &str) -> Url {
        place::below(&self.base_url, path)
    }

    fn error(&self, kind: ErrorKind, detail: &str) -> ProviderError {
        self.line.error(kind, detail)
    }
}

impl MediaProvider for Higgsfield {
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

    /// Higgsfield has no list of requests.
    fn finder(&self) -> Option<&dyn Finder> {
        None
    }

    fn uploader(&self) -> Option<&dyn Uploader> {
        Some(self)
    }

    fn hooks(&self) -> Option<&dyn HookReader> {
        self.hooks.as_ref().map(|hooks| hooks as &dyn HookReader)
    }

    fn caster(&self) -> Option<&dyn Caster> {
        Some(self)
    }
}

impl Uploader for Higgsfield {
    fn upload<'a>(&'a self, file: &'a Upload) -> BoxFuture<'a, Result<Placed, ProviderError>> {
        Box::pin(self.bring(file))
    }
}
