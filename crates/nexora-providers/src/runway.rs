//! Runway: tasks. Create one, ask for it, delete it.

mod error;
mod input;
mod upload;
mod wire;

use std::time::Duration;

use nexora_core::{Model, Provider, Route};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::RunwayConfig;
use crate::error::{ErrorKind, ProviderError};
use crate::media::{
    BoxFuture, Finder, MediaProvider, Polled, ProviderInfo, Submission, Submitted, Upload, Uploader,
};
use crate::place;
use crate::shot::Placed;
use crate::ticket::Ticket;
use crate::wire::{CallLimits, Line, Wire};
use wire::{Created, Task};

/// The facts about Runway.
pub const INFO: ProviderInfo = ProviderInfo {
    provider: Provider::Runway,
    title: "Runway",
    key_variable: "RUNWAYML_API_SECRET",
    base_url: "https://api.dev.runwayml.com",
    base_url_variable: "RUNWAYML_BASE_URL",
    docs_url: "https://docs.dev.runwayml.com/api",
    // New accounts run one or two at a time; the rest waits there as THROTTLED.
    running_max: 10,
    // "Consumers should not expect updates more frequent than once every five seconds."
    poll_wait_min: Duration::from_secs(5),
    // Its limits are by the day and by the account. Ten running jobs ask twice a second.
    polls_per_second_max: 5,
};

/// The version of the API this adapter is written for; requests without it are refused.
const HEADERS: &[(&str, &str)] = &[("x-runway-version", "2024-11-06")];

/// Runway
#[derive(Debug)]
pub struct Runway {
    line: Line,
    base_url: Url,
}

/// How to ask for a task again.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    task: String,
}

impl Runway {
    /// Runway at this address, with this key.
    pub fn new(config: RunwayConfig, wire: Wire) -> Self {
        let line = wire.line(Provider::Runway, "Bearer", config.key);
        Self {
            line: line.with_headers(HEADERS),
            base_url: config.base_url,
        }
    }

    async fn hand_over(&self, job: &Submission<'_>) -> Result<Submitted, ProviderError> {
        let request =
            input::request(job).map_err(|wrong| self.error(ErrorKind::Invalid, &wrong))?;
        let url = self.place(request.path);
        let answer = self
            .line
            .submit(url, &request.body, job.request_id, CallLimits::JSON)
            .await?;
        if !answer.status.is_success() {
            return Err(error::of_submit(&answer));
        }
        let created: Created = answer.read()?;
        if !place::is_plain_id(&created.id) {
            return Err(self.error(ErrorKind::Broken, "its task id is not an id"));
        }
        let note = Note { task: created.id };
        Ok(Submitted::Accepted(Ticket::write(&note)))
    }

    async fn look(&self, ticket: &Ticket) -> Result<Polled, ProviderError> {
        let Some(note) = ticket.read::<Note>() else {
            return Ok(Polled::Gone);
        };
        match self.task(&note).await? {
            Some(task) => task
                .into_polled()
                .ok_or_else(|| self.error(ErrorKind::Broken, "its status is none that we know")),
            None => Ok(Polled::Gone),
        }
    }

    /// The task, if Runway still knows it: one that was deleted cannot be read again.
    async fn task(&self, note: &Note) -> Result<Option<Task>, ProviderError> {
        let url = self.place(&format!("v1/tasks/{}", note.task));
        let answer = self.line.ask("status", Method::GET, url).await?;
        if answer.status.is_success() {
            return answer.read().map(Some);
        }
        let error = error::of_question(&answer);
        if error.kind == ErrorKind::Gone {
            return Ok(None);
        }
        Err(error)
    }

    /// Deleting stops a task that runs and throws away the result of one that has ended, so it is
    /// looked at first: stopping too late must not cost the result.
    async fn stop(&self, ticket: &Ticket) -> Result<(), ProviderError> {
        let Some(note) = ticket.read::<Note>() else {
            return Err(self.error(ErrorKind::Gone, "the ticket cannot be read"));
        };
        let is_under_way = self.task(&note).await?.is_some_and(|task| task.is_open());
        if !is_under_way {
            return Ok(());
        }
        let url = self.place(&format!("v1/tasks/{}", note.task));
        let answer = self.line.ask("cancel", Method::DELETE, url).await?;
        if answer.status.is_success() || answer.status.as_u16() == 404 {
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

impl MediaProvider for Runway {
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

    /// Runway has no list of tasks.
    fn finder(&self) -> Option<&dyn Finder> {
        None
    }

    fn uploader(&self) -> Option<&dyn Uploader> {
        Some(self)
    }
}

impl Uploader for Runway {
    fn upload<'a>(&'a self, file: &'a Upload) -> BoxFuture<'a, Result<Placed, ProviderError>> {
        Box::pin(self.bring(file))
    }
}
