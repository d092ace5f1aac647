//! A job's state is computed from the time that has passed; nothing runs while nobody asks.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::Pace;
use crate::script::{Fault, Moment, Provider, Script};
use crate::stage::{Stage, later, wall};

/// Jobs remembered for one provider; older ones are forgotten (their URLs answer 404).
const JOBS_MAX: usize = 2_000;
/// Outputs and payloads live this long after completion, as at Replicate.
pub(crate) const RETENTION_SECONDS: u64 = 3_600;

const QUEUE_MS: u64 = 1_200;
/// How many jobs stand before a new one in the queue.
const QUEUE_PLACES: u32 = 3;
const STILL_MS: u64 = 700;
const STILL_SPREAD_MS: u64 = 1_100;
const STILL_STEPS: u32 = 4;
const CLIP_MS: u64 = 4_800;
const CLIP_SPREAD_MS: u64 = 3_000;
const CLIP_STEPS: u32 = 30;
const SLOW_MS: u64 = 20_000;
const SLOW_INSTANT_MS: u64 = 2_000;
/// Longer than any sandbox lives.
const NEVER_MS: u64 = 1_000 * 3_600 * 24 * 365;

/// What is being made; clips take longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Still,
    Clip,
}

/// How a job ends, decided when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Made,
    /// One output fewer than asked.
    MadePartly,
    Refused,
    Nsfw,
    Failed,
}

/// What happens to the webhooks of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Once,
    Twice,
    Never,
    Shuffled,
}

/// Everything the script decided about a job when it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    pub(crate) ending: Ending,
    pub(crate) delivery: Delivery,
    extra_ms: u64,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// This many jobs stand before it.
    Queued { position: u32 },
    /// `step` of `steps` are done.
    Running { step: u32, steps: u32 },
    /// Over, in the way of [`Fate::ending`].
    Ended,
    /// Over because the caller canceled it.
    Canceled,
    /// Over because its deadline passed before it started.
    Aborted,
}

/// One accepted submit of a provider with a queue.
pub(crate) struct Job {
    pub(crate) id: String,
    /// The endpoint or model it was submitted to.
    pub(crate) endpoint: String,
    /// The input exactly as it was sent.
    pub(crate) input: Map<String, Value>,
    /// The prompt with its magic words.
    pub(crate) prompt: String,
    pub(crate) seed: u64,
    pub(crate) fate: Fate,
    /// Where the outputs can be downloaded once the job has ended.
    pub(crate) outputs: Vec<String>,
    pub(crate) created: Timestamp,
    pub(crate) begun: Instant,
    pub(crate) timeline: Timeline,
    /// Canceled by the provider itself when this much time has passed.
    pub(crate) deadline: Option<Duration>,
    canceled: OnceLock<Duration>,
    /// Wakes those who wait for the end when a cancel brings it early.
    stopped: Notify,
}

/// What a provider knows when it accepts a job.
pub(crate) struct NewJob {
    pub(crate) id: String,
    pub(crate) endpoint: String,
    pub(crate) input: Map<String, Value>,
    pub(crate) prompt: String,
    pub(crate) seed: u64,
    pub(crate) work: Work,
    pub(crate) fate: Fate,
    pub(crate) outputs: Vec<String>,
    pub(crate) deadline: Option<Duration>,
}

/// How long a job waits and works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline {
    pub(crate) queued: Duration,
    pub(crate) running: Duration,
    pub(crate) steps: u32,
}

impl Fate {
    /// Asks the script what becomes of a job with this prompt.
    pub(crate) fn draw(script: &Script, provider: Provider, prompt: &str, pace: Pace) -> Self {
        let mut fate = Self {
            ending: Ending::Made,
            delivery: Delivery::Once,
            extra_ms: 0,
        };
        for fault in script.draw(provider, Moment::Outcome, prompt) {
            fate.bend(fault, pace);
        }
        for fault in script.draw(provider, Moment::Webhook, prompt) {
            fate.bend(fault, pace);
        }
        fate
    }

    /// How long something of this kind takes without a queue, as at `OpenAI`.
    pub(crate) fn work_time(self, work: Work, seed: u64, pace: Pace) -> Duration {
        Timeline::plan(work, seed, self, pace).running
    }

    fn bend(&mut self, fault: Fault, pace: Pace) {
        match fault {
            Fault::Refuse => self.ending = Ending::Refused,
            Fault::Nsfw => self.ending = Ending::Nsfw,
            Fault::Fail => self.ending = Ending::Failed,
            Fault::Partial => self.ending = Ending::MadePartly,
            Fault::Slow if pace == Pace::Instant => self.extra_ms = SLOW_INSTANT_MS,
            Fault::Slow => self.extra_ms = SLOW_MS,
            Fault::Stuck => self.extra_ms = NEVER_MS,
            Fault::WebhookLost => self.delivery = Delivery::Never,
            Fault::WebhookTwice => self.delivery = Delivery::Twice,
            Fault::WebhookShuffled => self.delivery = Delivery::Shuffled,
            Fault::Auth
            | Fault::Broke
            | Fault::Busy
            | Fault::Down
            | Fault::Lost
            | Fault::Ambiguous
            | Fault::Garbage
            | Fault::WrongType
            | Fault::OddType
            | Fault::Huge
            | Fault::Expired => {}
        }
    }
}

impl Timeline {
    pub(crate) fn plan(work: Work, seed: u64, fate: Fate, pace: Pace) -> Self {
        let (base_ms, spread_ms, steps) = match work {
            Work::Still => (STILL_MS, STILL_SPREAD_MS, STILL_STEPS),
            Work::Clip => (CLIP_MS, CLIP_SPREAD_MS, CLIP_STEPS),
        };
        let (queue_ms, work_ms) = match pace {
            Pace::Instant => (0, 0),
            Pace::Believable => (QUEUE_MS, base_ms + seed % spread_ms),
        };
        Self {
            queued: Duration::from_millis(queue_ms),
            running: Duration::from_millis(work_ms + fate.extra_ms),
            steps,
        }
    }

    /// From the submit to the end.
    pub(crate) fn total(&self) -> Duration {
        self.queued + self.running
    }

    /// When this step was done, counted from the submit.
    pub(crate) fn step_at(&self, step: u32) -> Duration {
        self.queued + self.running * step / self.steps
    }

    fn phase(&self, passed: Duration) -> Phase {
        if passed < self.queued {
            let left = self.queued.saturating_sub(passed);
            let position = share(left, self.queued, QUEUE_PLACES);
            return Phase::Queued { position };
        }
        let worked = passed.saturating_sub(self.queued);
        if worked < self.running {
            let step = share(worked, self.running, self.steps);
            return Phase::Running {
                step,
                steps: self.steps,
            };
        }
        Phase::Ended
    }
}

impl Job {
    pub(crate) fn begin(new: NewJob, pace: Pace) -> Self {
        Self {
            timeline: Timeline::plan(new.work, new.seed, new.fate, pace),
            id: new.id,
            endpoint: new.endpoint,
            input: new.input,
            prompt: new.prompt,
            seed: new.seed,
            fate: new.fate,
            outputs: new.outputs,
            created: wall(),
            begun: Instant::now(),
            deadline: new.deadline,
            canceled: OnceLock::new(),
            stopped: Notify::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase_at(self.begun.elapsed())
    }

    /// Stops the job unless it is over. Says where it stood.
    pub(crate) fn cancel(&self) -> Phase {
        let passed = self.begun.elapsed();
        let phase = self.phase_at(passed);
        if matches!(phase, Phase::Queued { .. } | Phase::Running { .. }) {
            // Lost to another cancel at the same moment: then it is canceled all the same.
            let _ = self.canceled.set(passed);
            self.stopped.notify_waiters();
        }
        phase
    }

    /// Waits for the end of the job, whichever it is; returns early when the sandbox stops.
    pub(crate) async fn over(&self, stage: &Stage) {
        loop {
            let stopped = self.stopped.notified();
            let left = self.ends().saturating_sub(self.begun.elapsed());
            if left.is_zero() || stage.closing.is_cancelled() {
                return;
            }
            tokio::select! {
                () = stage.pause(left) => {}
                () = stopped => {}
            }
        }
    }

    /// Wall time of something that happened this long after the submit.
    pub(crate) fn wall_at(&self, passed: Duration) -> Timestamp {
        later(self.created, passed)
    }

    /// When the job was or will be over, counted from the submit.
    pub(crate) fn ends(&self) -> Duration {
        let stopped = self
            .canceled
            .get()
            .copied()
            .into_iter()
            .chain(self.deadline);
        stopped.fold(self.timeline.total(), Duration::min)
    }

    /// Its outputs are gone: an hour has passed since its end, or the script said so.
    pub(crate) fn is_forgotten(&self, script: &Script) -> bool {
        let kept = self.ends() + Duration::from_secs(RETENTION_SECONDS);
        self.begun.elapsed() > kept || script.expired(self.begun)
    }

    fn phase_at(&self, passed: Duration) -> Phase {
        if self.canceled.get().is_some_and(|&at| at <= passed) {
            return Phase::Canceled;
        }
        match self.deadline {
            Some(at) if at <= passed && at < self.timeline.queued => Phase::Aborted,
            Some(at) if at <= passed && at < self.timeline.total() => Phase::Canceled,
            Some(_) | None => self.timeline.phase(passed),
        }
    }
}

/// `part` of `whole`, in `pieces`, rounded down and below `pieces`.
fn share(part: Duration, whole: Duration, pieces: u32) -> u32 {
    let pieces_wide = u128::from(pieces);
    let done = part.as_micros() * pieces_wide / whole.as_micros().max(1);
    u32::try_from(done)
        .unwrap_or(pieces)
        .min(pieces.saturating_sub(1))
}

/// The jobs of one provider, newest last.
pub(crate) struct Board(Mutex<Jobs>);

struct Jobs {
    by_id: HashMap<String, Arc<Job>>,
    order: VecDeque<Arc<Job>>,
}

impl Board {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Jobs {
            by_id: HashMap::new(),
            order: VecDeque::new(),
        }))
    }

    pub(crate) fn add(&self, job: Job) -> Arc<Job> {
        let job = Arc::new(job);
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.order.len() == JOBS_MAX
            && let Some(oldest) = jobs.order.pop_front()
        {
            jobs.by_id.remove(&oldest.id);
        }
        jobs.by_id.insert(job.id.clone(), Arc::clone(&job));
        jobs.order.push_back(Arc::clone(&job));
        job
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<Job>> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.by_id.get(id).map(Arc::clone)
    }

    /// Takes a job away for good.
    pub(crate) fn forget(&self, id: &str) -> Option<Arc<Job>> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.order.retain(|job| job.id != id);
        jobs.by_id.remove(id)
    }

    /// Up to `limit` jobs, newest first, older than the job with the id `before`.
    pub(crate) fn page(&self, before: Option<&str>, limit: usize) -> Vec<Arc<Job>> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest_first = jobs.order.iter().rev();
        let skipped = before.map_or(0, |id| {
            let place = newest_first.clone().position(|job| job.id == id);
            place.map_or(jobs.order.len(), |index| index + 1)
        });
        newest_first
            .skip(skipped)
            .take(limit)
            .map(Arc::clone)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Fate = Fate {
        ending: Ending::Made,
        delivery: Delivery::Once,
        extra_ms: 0,
    };

    #[test]
    fn the_queue_counts_down_then_the_steps_count_up() {
        let timeline = Timeline::plan(Work::Clip, 0, CALM, Pace::Believable);
        let at = |ms| timeline.phase(Duration::from_millis(ms));
        assert_eq!(at(0), Phase::Queued { position: 2 });
        assert_eq!(at(1_000), Phase::Queued { position: 0 });
        assert_eq!(at(1_200), Phase::Running { step: 0, steps: 30 });
        assert_eq!(
            at(1_200 + 2_400),
            Phase::Running {
                step: 15,
                steps: 30
            }
        );
        assert_eq!(at(1_200 + 4_800), Phase::Ended);
    }

    #[test]
    fn an_instant_job_is_over_when_it_begins() {
        let timeline = Timeline::plan(Work::Clip, 7, CALM, Pace::Instant);
        assert_eq!(timeline.phase(Duration::ZERO), Phase::Ended);
    }
}
