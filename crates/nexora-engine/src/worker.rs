//! Does what is due, one step at a time, under leases.

mod in_hand;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use nexora_core::Timestamp;
use nexora_store::jobs::{self, Claimed};
use nexora_store::{Lane, StoreError};
use tracing::{error, warn};

use crate::drive::Next;
use crate::job::Job;
use crate::{Change, Engine, EngineError, Tasks};
use in_hand::{Grip, InHand};

/// How soon a piece of work that failed inside is tried again.
const INNER_TROUBLE_WAIT: Duration = Duration::from_secs(2);
/// How soon a step that panicked is tried again: a bug of ours, which seldom mends itself. What it
/// was about may be something else by then.
const PANIC_WAIT: Duration = Duration::from_secs(60);
/// How soon work of a kind we do not know is looked at again.
const UNKNOWN_WORK_WAIT: Duration = Duration::from_secs(60);
/// How soon work about money is looked at again by a node that has no merchant.
const NOT_SELLING_WAIT: Duration = Duration::from_secs(3_600);
/// How often a lease is renewed during its life.
const RENEWALS: u32 = 3;

/// Takes up due work and drives it. Several may run on several machines.
#[derive(Clone, Debug)]
pub struct Worker {
    engine: Engine,
    tasks: Tasks,
    in_hand: InHand,
}

impl Worker {
    /// A worker whose work is counted among `tasks`.
    pub fn new(engine: Engine, tasks: Tasks) -> Self {
        Self {
            engine,
            tasks,
            in_hand: InHand::default(),
        }
    }

    /// Does everything that is due now, and says how much that was. Tests move the clock and
    /// call this; [`Worker::run`] calls the same steps.
    pub async fn step(&self) -> Result<usize, EngineError> {
        let claimed = self.claim(self.engine.settings().in_flight_max).await?;
        let done = claimed.len();
        let working = claimed.into_iter().map(|(row, grip)| self.work(row, grip));
        futures_util::future::join_all(working).await;
        Ok(done)
    }

    /// Works until it is told to stop, then waits for what is in progress and gives back the
    /// rest.
    pub async fn run(&self) {
        if let Err(trouble) = self.take_up_own_work().await {
            warn!("unfinished work could not be taken up at once: {trouble}");
        }
        if let Err(trouble) = self.engine.plan_reviews().await {
            warn!("the comparison with the merchant could not be planned: {trouble}");
        }
        if let Err(trouble) = self.engine.plan_sweep().await {
            warn!("the removal of old uploads could not be planned: {trouble}");
        }
        let in_flight = Tasks::new();
        let places = self.engine.settings().in_flight_max;
        let free = Arc::new(tokio::sync::Semaphore::new(places));
        let renewing = self.renew_leases();
        let working = async {
            while !self.tasks.is_stopping() {
                let claimed = match self.claim(free.available_permits()).await {
                    Ok(claimed) => claimed,
                    Err(trouble) => {
                        error!("no work could be claimed: {trouble}");
                        Vec::new()
                    }
                };
                for (row, grip) in claimed {
                    let worker = self.clone();
                    let permit = Arc::clone(&free).acquire_owned().await;
                    in_flight.spawn(async move {
                        let _place = permit;
                        worker.work(row, grip).await;
                        worker.engine.0.bell.notify_one();
                    });
                }
                self.rest(free.available_permits() == 0).await;
            }
        };
        tokio::select! {
            () = working => {}
            () = renewing => {}
        }
        self.drain(in_flight).await;
    }

    /// Passes on what other nodes publish, if there can be other nodes.
    pub async fn listen(&self) {
        let Some(mut listener) = self.engine.store().listen().await else {
            return;
        };
        loop {
            let notice = tokio::select! {
                notice = listener.next() => notice,
                () = self.tasks.stopping() => return,
            };
            let Some(notice) = notice else {
                return;
            };
            if notice.node != self.engine.0.parts.node {
                let change = notice
                    .generation
                    .map_or(Change::Everything, Change::Generation);
                self.engine.live().publish(notice.member, change);
                self.engine.0.bell.notify_one();
            }
        }
    }

    async fn claim(&self, places: usize) -> Result<Vec<(Claimed, Grip)>, EngineError> {
        if places == 0 {
            return Ok(Vec::new());
        }
        let places = u32::try_from(places).unwrap_or(u32::MAX);
        let now = self.engine.now();
        let owner = self.engine.0.parts.node.clone();
        let until = now.plus(self.engine.settings().lease);
        let due: Vec<Claimed> = self
            .engine
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { jobs::claim(tx, &owner, now, until, places).await })
            })
            .await
            .map_err(|trouble: StoreError| EngineError::from(trouble))?;
        let take = |row: Claimed| self.in_hand.take(row.id).map(|grip| (row, grip));
        Ok(due.into_iter().filter_map(take).collect())
    }

    /// One piece of work: a step, and when to look again. A step that panics is given back like
    /// any other; else its lease would be renewed for as long as this node lives.
    async fn work(&self, row: Claimed, grip: Grip) {
        let now = self.engine.now();
        let next = if let Some(job) = Job::read(&row) {
            match AssertUnwindSafe(self.perform(job)).catch_unwind().await {
                Ok(Ok(next)) => next,
                Ok(Err(trouble)) if trouble.is_conflict() => Next::At(now),
                Ok(Err(trouble)) => {
                    error!(subject = %row.subject, "a step of {} failed: {trouble}", row.kind);
                    Next::At(now.plus(INNER_TROUBLE_WAIT))
                }
                // What it said is in the log already.
                Err(_) => {
                    error!(subject = %row.subject, "a step of {} panicked", row.kind);
                    Next::At(now.plus(PANIC_WAIT))
                }
            }
        } else {
            warn!(
                kind = row.kind,
                "work of an unknown kind waits for a newer version"
            );
            Next::At(now.plus(UNKNOWN_WORK_WAIT))
        };
        // Before it is given back: from then on it may be claimed again at any moment.
        drop(grip);
        let noted = self
            .engine
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    match next {
                        Next::At(moment) => jobs::reschedule(tx, row.id, moment).await,
                        Next::Done => jobs::finish(tx, row.id).await,
                    }
                })
            })
            .await;
        if let Err(trouble) = noted {
            let trouble: StoreError = trouble;
            warn!("a step's end was not noted; its lease will run out: {trouble}");
        }
    }

    async fn perform(&self, job: Job) -> Result<Next, EngineError> {
        let engine = &self.engine;
        let Some(billing) = engine.billing() else {
            return match job {
                Job::Drive(id) => engine.drive(id).await,
                Job::ForgetRuns(member) => engine.forget_runs(member).await,
                Job::Leave(member) => engine.leave(member).await,
                Job::ForgetAtClerk(member) => engine.forget_at_clerk(member).await,
                Job::SweepUploads => engine.sweep_uploads().await,
                Job::Train(id) => engine.train(id).await,
                Job::ForgetCharacter(id) => engine.forget_character(id).await,
                Job::ApplyWebhook(_)
                | Job::LookAtSubscription(_)
                | Job::CancelSubscription(_)
                | Job::TurnPeriod(_)
                | Job::ReviewDue
                | Job::ReviewNight
                | Job::ReviewSubscriptions(_)
                | Job::ReviewOrders(_) => {
                    warn!(
                        kind = job.kind(),
                        "a studio that sells nothing leaves this to one that does"
                    );
                    Ok(Next::At(engine.now().plus(NOT_SELLING_WAIT)))
                }
            };
        };
        match job {
            Job::Drive(id) => engine.drive(id).await,
            Job::ForgetRuns(member) => engine.forget_runs(member).await,
            Job::Leave(member) => engine.leave(member).await,
            Job::ForgetAtClerk(member) => engine.forget_at_clerk(member).await,
            Job::SweepUploads => engine.sweep_uploads().await,
            Job::Train(id) => engine.train(id).await,
            Job::ForgetCharacter(id) => engine.forget_character(id).await,
            Job::ApplyWebhook(id) => engine.apply_webhook(billing, id).await,
            Job::LookAtSubscription(id) => engine.look_at_subscription(billing, id).await,
            Job::CancelSubscription(id) => engine.cancel_refunded(billing, id).await,
            Job::TurnPeriod(member) => engine.turn_period(billing, member).await,
            Job::ReviewDue => engine.review_due(billing).await,
            Job::ReviewNight => engine.review_night(billing).await,
            Job::ReviewSubscriptions(page) => engine.review_subscriptions(billing, page).await,
            Job::ReviewOrders(page) => engine.review_orders(billing, page).await,
        }
    }

    /// Waits until the bell rings, work falls due, or it is time to look anyway.
    async fn rest(&self, is_full: bool) {
        let look = self.engine.settings().idle_look;
        let wait = if is_full {
            look
        } else {
            self.until_due().await.unwrap_or(look).min(look)
        };
        tokio::select! {
            () = self.engine.0.bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
            () = self.tasks.stopping() => {}
        }
    }

    async fn until_due(&self) -> Option<Duration> {
        let due: Result<Option<Timestamp>, StoreError> = self
            .engine
            .store()
            .read(|tx| Box::pin(async move { jobs::next_due(tx).await }))
            .await;
        let due = due.ok().flatten()?;
        Some(due.since(self.engine.now()))
    }

    /// A node that comes back under its own name need not wait for its old leases to run out.
    async fn take_up_own_work(&self) -> Result<(), EngineError> {
        let owner = self.engine.0.parts.node.clone();
        let _released: u64 = self
            .engine
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { jobs::release_owned(tx, &owner).await })
            })
            .await
            .map_err(|trouble: StoreError| EngineError::from(trouble))?;
        Ok(())
    }

    async fn renew_leases(&self) {
        let lease = self.engine.settings().lease;
        loop {
            tokio::time::sleep(lease / RENEWALS).await;
            let owner = self.engine.0.parts.node.clone();
            let until = self.engine.now().plus(lease);
            let renewed: Result<u64, StoreError> = self
                .engine
                .store()
                .write(Lane::Any, move |tx| {
                    Box::pin(async move { jobs::renew(tx, &owner, until).await })
                })
                .await;
            if let Err(trouble) = renewed {
                warn!("leases could not be renewed: {trouble}");
            }
        }
    }

    async fn drain(&self, in_flight: Tasks) {
        let drain_max = self.engine.settings().drain_max;
        if !in_flight.finish(drain_max).await {
            warn!("work in progress was left to the next start");
        }
        if let Err(trouble) = self.take_up_own_work().await {
            warn!("leases could not be given back: {trouble}");
        }
    }
}
