//! What the engine sees of a provider.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use nexora_core::generation::Progress;
use nexora_core::{Model, Order, Provider, Refusal, Route, Timestamp};
use serde_json::Value;
use url::Url;

use crate::caster::Caster;
use crate::error::ProviderError;
use crate::inventory::Inventory;
use crate::output::Output;
use crate::shot::{Placed, Shot, ShotTakes};
use crate::ticket::Ticket;
use crate::webhook::HookReader;
use crate::words;

/// A boxed future: the trait is used as an object.
pub type BoxFuture<'a, T> = futures_util::future::BoxFuture<'a, T>;

/// Somebody who runs media models.
pub trait MediaProvider: Send + Sync + fmt::Debug {
    /// The facts that never change.
    fn info(&self) -> &'static ProviderInfo;

    /// Whether a request can be built for every order the catalog allows on this route. The error
    /// is a sentence for the operator. Called for the whole catalog at start-up.
    fn check(&self, model: &Model, route: &Route) -> Result<(), String>;

    /// Hands the order over. It is never sent twice in here: what the error's kind says about
    /// acceptance decides whether the caller may try again.
    fn submit<'a>(
        &'a self,
        job: &'a Submission<'a>,
    ) -> BoxFuture<'a, Result<Submitted, ProviderError>>;

    /// Asks how a job is doing. Safe to repeat.
    fn poll<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<Polled, ProviderError>>;

    /// Asks a job to stop. What really happened is learnt by polling on.
    fn cancel<'a>(&'a self, ticket: &'a Ticket) -> BoxFuture<'a, Result<(), ProviderError>>;

    /// The way to look for a lost job; `None` where the provider cannot list what it was given.
    fn finder(&self) -> Option<&dyn Finder>;

    /// The way to bring it a picture; `None` where pictures are sent inside the request.
    fn uploader(&self) -> Option<&dyn Uploader> {
        None
    }

    /// The way to ask which models it has; `None` where it does not say.
    fn inventory(&self) -> Option<&dyn Inventory> {
        None
    }

    /// The way to believe its webhooks; `None` where it sends none that we could check.
    fn hooks(&self) -> Option<&dyn HookReader> {
        None
    }

    /// The way to have characters trained; `None` where nobody is.
    fn caster(&self) -> Option<&dyn Caster> {
        None
    }
}

/// Takes files to work from.
pub trait Uploader: Send + Sync {
    /// Brings a file to the provider. The place is good for shots that go to this provider, for
    /// about a day. Safe to repeat: what is not used is forgotten there.
    fn upload<'a>(&'a self, file: &'a Upload) -> BoxFuture<'a, Result<Placed, ProviderError>>;
}

/// A file to work from.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// A name for it: the request it is brought for, a dot, and what it is. It shows in the
    /// provider's own lists, and is how a lost job is known by its picture.
    pub name: String,
    /// What it is, for example `image/png`.
    pub content_type: String,
    /// All of it.
    pub bytes: Bytes,
}

/// Looks for a job that may have been accepted.
pub trait Finder: Send + Sync {
    /// The jobs that may have been made from this submission at about this moment, the oldest
    /// first.
    ///
    /// Two equal orders make two equal jobs: the caller takes the first ticket that no other
    /// generation holds.
    fn find<'a>(
        &'a self,
        job: &'a Submission<'a>,
        submitted_at: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Ticket>, ProviderError>>;
}

/// One attempt to have an order made.
#[derive(Clone, Copy)]
pub struct Submission<'a> {
    /// What to make.
    pub order: &'a Order,
    /// By which of the model's routes.
    pub route: &'a Route,
    /// Names the generation and the attempt (`gen_….2`); sent as `X-Client-Request-Id`. The files
    /// that were brought for it are called the same, with a dot behind it.
    pub request_id: &'a str,
    /// A hash of the member's id, for providers that want to tell end users apart.
    pub end_user: &'a str,
    /// Where the provider may report progress; only a hurry-up, never the truth.
    pub webhook: Option<&'a Url>,
    /// What a directed shot adds to the order.
    pub shot: Option<&'a Shot>,
}

impl Submission<'_> {
    /// The provider's name for what makes it: another one where it begins with pictures, perhaps.
    pub(crate) fn upstream(&self) -> &str {
        self.route.upstream_for(&self.order.inputs)
    }

    /// What is always sent along.
    pub(crate) fn fixed(&self) -> &BTreeMap<String, Value> {
        self.route.fixed_for(&self.order.inputs)
    }

    /// Whether the endpoint takes everything the shot asks for, is given all that it needs, and
    /// no picture of the order was left behind.
    pub(crate) fn check_shot(&self, takes: &ShotTakes) -> Result<(), String> {
        let nothing = Shot::default();
        let shot = self.shot.unwrap_or(&nothing);
        let inputs = &self.order.inputs;
        let is_complete = (inputs.first_frame.is_none() || shot.first_frame.is_some())
            && (inputs.last_frame.is_none() || shot.last_frame.is_some())
            && inputs.references.len() <= shot.references.len();
        if !is_complete {
            return Err("a picture of the order was not brought along".to_owned());
        }
        takes.check(shot)
    }
}

impl fmt::Debug for Submission<'_> {
    /// Without the prompt, which must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("model", &self.order.model)
            .field("provider", &self.route.provider)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Upload {
    /// Without the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// What became of a submission.
#[derive(Debug)]
pub enum Submitted {
    /// The provider has it; the ticket is how to ask for it.
    Accepted(Ticket),
    /// It is made already: the provider answers with the outputs themselves, at least one.
    Done(Vec<Output>),
}

/// How a job is doing.
#[derive(Clone, Debug)]
pub enum Polled {
    /// Not ended.
    Waiting(Progress),
    /// Made: at least one output. Those the provider held back are left out.
    Done(Vec<Output>),
    /// The provider did not want to make it.
    Refused(Refusal),
    /// It broke.
    Failed {
        /// The provider's words, safe to show.
        detail: String,
        /// Whether the same order may well work at a second try.
        retryable: bool,
    },
    /// It was stopped before it was made.
    Cancelled,
    /// The provider does not know the job any more, or has deleted its result.
    Gone,
}

impl Polled {
    pub(crate) fn refused(provider: Provider, words: &str) -> Self {
        Self::Refused(Refusal {
            provider: provider.title().to_owned(),
            detail: words::clean(words),
        })
    }

    pub(crate) fn failed(words: &str, retryable: bool) -> Self {
        Self::Failed {
            detail: words::clean(words),
            retryable,
        }
    }

    /// The end of a job whose outputs are these: none at all is a failure, not a success.
    pub(crate) fn made(outputs: Vec<Output>) -> Self {
        if outputs.is_empty() {
            return Self::failed("it ended without an output", true);
        }
        Self::Done(outputs)
    }
}

/// What never changes about a provider.
#[derive(Debug)]
pub struct ProviderInfo {
    /// Which one.
    pub provider: Provider,
    /// The name people read.
    pub title: &'static str,
    /// The environment variable that carries our key.
    pub key_variable: &'static str,
    /// Where it is reached, without a trailing slash.
    pub base_url: &'static str,
    /// The environment variable that moves it elsewhere.
    pub base_url_variable: &'static str,
    /// Its own documentation.
    pub docs_url: &'static str,
    /// How many of our jobs it should have at the same time; more would only wait there.
    pub running_max: u32,
    /// How long it wants to be left alone between two questions about the same job.
    pub poll_wait_min: Duration,
    /// How many questions about jobs one node asks it in a second, at least 1.
    pub polls_per_second_max: u32,
}
