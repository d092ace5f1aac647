//! Asking a provider how a job is doing, and searching for one that may never have arrived.

use std::time::Duration;

use nexora_core::generation::{Progress, cut_detail};
use nexora_core::{Failure, Generation, MediaKind, Provider, Refusal, Timestamp};
use nexora_providers::{ErrorKind, MediaProvider, Polled, ProviderError, Submission, Ticket};
use nexora_store::generations;
use tracing::warn;

use super::keep::list_to_text;
use super::{Next, provider_title};
use crate::agenda::Asker;
use crate::hooks::name_run;
use crate::pace::{BUSY_WAIT_MAX, RUN_ATTEMPTS_MAX, poll_wait};
use crate::{Engine, EngineError};

/// How soon to ask again after a provider could not answer.
const TROUBLE_WAIT: Duration = Duration::from_secs(3);
/// How soon to ask again when our own account is the trouble: somebody has to mend it first.
const ACCOUNT_WAIT: Duration = Duration::from_secs(30);
/// How often to search for a job that may have been accepted.
const SEARCH_WAIT: Duration = Duration::from_secs(20);

impl Engine {
    pub(super) async fn look(&self, generation: Generation) -> Result<Next, EngineError> {
        let adapter = self.adapter_of(&generation);
        let ticket = generation.ticket.clone().map(Ticket::from_text);
        let (Some(adapter), Some(ticket)) = (adapter, ticket) else {
            // The provider was switched off while the job ran there; it may come back.
            return self.wait_or_give_up(generation, None, ACCOUNT_WAIT).await;
        };
        let asker = asker(&generation, adapter.info().provider, self.now());
        let leave = match self.0.polls.enter(asker, self.now()) {
            Ok(leave) => leave,
            Err(turn) => return Ok(Next::At(turn)),
        };
        if generation.cancel_requested
            && let Err(said) = adapter.cancel(&ticket).await
        {
            warn!(generation = %generation.id, kind = ?said.kind, "the wish to stop was not heard");
        }
        let told = adapter.poll(&ticket).await;
        // What follows may take long and asks nothing more.
        drop(leave);
        match told {
            Ok(polled) => self.take(generation, polled, (&*adapter, &ticket)).await,
            Err(said) => {
                self.take_trouble(generation, said, (&*adapter, &ticket))
                    .await
            }
        }
    }

    /// What the provider said decides.
    async fn take(
        &self,
        generation: Generation,
        polled: Polled,
        job: (&dyn MediaProvider, &Ticket),
    ) -> Result<Next, EngineError> {
        let now = self.now();
        match polled {
            Polled::Waiting(progress) => self.go_on(generation, progress, job).await,
            Polled::Done(outputs) => {
                let saving = self
                    .save(generation.save(list_to_text(&outputs), now)?)
                    .await?;
                self.keep_all(saving, outputs).await
            }
            Polled::Refused(refusal) => self.refuse(generation, refusal).await,
            Polled::Failed { detail, retryable } => {
                self.take_failure(generation, cut_detail(&detail), retryable)
                    .await
            }
            // Some providers forget what they were asked to stop.
            Polled::Cancelled | Polled::Gone if generation.cancel_requested => {
                self.give_back(generation.cancel(now)).await
            }
            Polled::Cancelled => {
                let detail = "the provider stopped it".to_owned();
                self.fail(generation, Failure::ProviderFailed { detail })
                    .await
            }
            Polled::Gone => self.fail(generation, Failure::OutputLost).await,
        }
    }

    async fn go_on(
        &self,
        generation: Generation,
        progress: Progress,
        job: (&dyn MediaProvider, &Ticket),
    ) -> Result<Next, EngineError> {
        let generation = if progress == generation.progress {
            generation
        } else {
            let now = self.now();
            self.save(generation.advance(progress, now)?).await?
        };
        let least = job.0.info().poll_wait_min;
        let wait = poll_wait(age(&generation, self.now()), least, generation.id);
        self.wait_or_give_up(generation, Some(job), wait).await
    }

    /// A job the provider itself broke is started anew; it said so, so nothing runs twice.
    async fn take_failure(
        &self,
        generation: Generation,
        detail: String,
        retryable: bool,
    ) -> Result<Next, EngineError> {
        let may_repeat =
            retryable && !generation.cancel_requested && generation.attempt < RUN_ATTEMPTS_MAX;
        if !may_repeat {
            return self
                .fail(generation, Failure::ProviderFailed { detail })
                .await;
        }
        warn!(generation = %generation.id, "the provider broke the job; it starts anew");
        self.note_route_failure(&generation).await?;
        let (now, route_index) = (self.now(), generation.route_index);
        self.save(generation.requeue(route_index, now)?).await?;
        Ok(Next::At(now))
    }

    async fn take_trouble(
        &self,
        generation: Generation,
        said: ProviderError,
        job: (&dyn MediaProvider, &Ticket),
    ) -> Result<Next, EngineError> {
        let detail = cut_detail(&said.detail);
        let provider = provider_title(&generation);
        warn!(generation = %generation.id, kind = ?said.kind, "{provider} gave no news");
        match said.kind {
            ErrorKind::Refused => self.refuse(generation, Refusal { provider, detail }).await,
            ErrorKind::Gone => self.fail(generation, Failure::OutputLost).await,
            ErrorKind::Busy { after } => {
                let wait = after
                    .unwrap_or(TROUBLE_WAIT)
                    .clamp(TROUBLE_WAIT, BUSY_WAIT_MAX);
                // It is not this job that it has too many questions of.
                let quiet_until = self.now().plus(wait);
                self.0.polls.hush(job.0.info().provider, quiet_until);
                self.wait_or_give_up(generation, Some(job), wait).await
            }
            ErrorKind::Exhausted | ErrorKind::Misconfigured => {
                self.wait_or_give_up(generation, Some(job), ACCOUNT_WAIT)
                    .await
            }
            ErrorKind::Invalid | ErrorKind::Down | ErrorKind::Ambiguous | ErrorKind::Broken => {
                let wait = TROUBLE_WAIT.max(job.0.info().poll_wait_min);
                self.wait_or_give_up(generation, Some(job), wait).await
            }
        }
    }

    /// Waits on, unless it has been running longer than we wait; then it is asked to stop.
    async fn wait_or_give_up(
        &self,
        generation: Generation,
        job: Option<(&dyn MediaProvider, &Ticket)>,
        wait: Duration,
    ) -> Result<Next, EngineError> {
        let now = self.now();
        let run_max = match generation.order.kind {
            MediaKind::Image => self.settings().picture_run_max,
            MediaKind::Video => self.settings().clip_run_max,
        };
        if age(&generation, now) < run_max {
            return Ok(Next::At(self.turn_of(&generation, now.plus(wait))));
        }
        if let Some((adapter, ticket)) = job
            && let Err(said) = adapter.cancel(ticket).await
        {
            warn!(generation = %generation.id, kind = ?said.kind, "a job past its time goes on");
        }
        let ended = if generation.cancel_requested {
            generation.cancel(now)
        } else {
            generation.fail(Failure::TimedOut, now)
        };
        self.give_back(ended).await
    }

    /// When to ask about a job again that should not be asked about before this moment.
    pub(super) fn turn_of(&self, generation: &Generation, earliest: Timestamp) -> Timestamp {
        let Some(run_by) = &generation.run_by else {
            return earliest;
        };
        let asker = asker(generation, run_by.provider, self.now());
        self.0.polls.book(asker, earliest)
    }

    /// Looks for a job that may have been accepted. A find is delivered like any other; if
    /// nobody knows by `until`, the credits go back.
    pub(super) async fn search(
        &self,
        generation: Generation,
        until: Timestamp,
    ) -> Result<Next, EngineError> {
        let now = self.now();
        if let Some(ticket) = self.find(&generation).await {
            self.save(generation.accept(ticket.as_text().to_owned(), now)?)
                .await?;
            return Ok(Next::At(now));
        }
        if now >= until {
            let ended = if generation.cancel_requested {
                generation.cancel(now)
            } else {
                generation.fail(Failure::Unresolved, now)
            };
            return self.give_back(ended).await;
        }
        Ok(Next::At(until.min(now.plus(SEARCH_WAIT))))
    }

    async fn find(&self, generation: &Generation) -> Option<Ticket> {
        let adapter = self.adapter_of(generation)?;
        let finder = adapter.finder()?;
        let submission = Submission {
            order: &generation.order,
            route: self.route_taken(generation)?,
            request_id: &name_run(generation),
            end_user: "",
            webhook: None,
            shot: None,
        };
        match finder.find(&submission, generation.submitted_at?).await {
            Ok(found) => self.first_unclaimed(adapter.info().provider, found).await,
            Err(said) => {
                warn!(generation = %generation.id, kind = ?said.kind, "the search found nobody to ask");
                None
            }
        }
    }
}

impl Engine {
    /// The first ticket that no other generation holds: two equal orders make two equal jobs.
    async fn first_unclaimed(&self, provider: Provider, tickets: Vec<Ticket>) -> Option<Ticket> {
        for ticket in tickets {
            let text = ticket.as_text().to_owned();
            let claimed = self
                .read(move |tx| {
                    Box::pin(async move { generations::has_ticket(tx, provider, &text).await })
                })
                .await;
            if matches!(claimed, Ok(false)) {
                return Some(ticket);
            }
        }
        None
    }
}

fn asker(generation: &Generation, provider: Provider, now: Timestamp) -> Asker {
    Asker {
        provider,
        id: generation.id,
        age: age(generation, now),
    }
}

/// How long the present attempt has been with the provider.
fn age(generation: &Generation, now: Timestamp) -> Duration {
    now.since(generation.submitted_at.unwrap_or(generation.updated_at))
}
