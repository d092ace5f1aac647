//! A job as Higgsfield shows it.

use serde_json::{Value, json};

use crate::queue::{Ending, Job, Phase, Work};
use crate::stage::Stage;

const BROKEN: &str = "Generation failed due to an internal error";

/// Whether nobody has begun to work on it: the first step is what makes a job one in progress.
pub(super) const fn is_queued(phase: Phase) -> bool {
    matches!(phase, Phase::Queued { .. } | Phase::Running { step: 0, .. })
}

pub(super) fn status(job: &Job) -> &'static str {
    let phase = job.phase();
    match (phase, job.fate.ending) {
        _ if is_queued(phase) => "queued",
        (Phase::Queued { .. } | Phase::Running { .. }, _) => "in_progress",
        (Phase::Canceled | Phase::Aborted, _) => "canceled",
        (Phase::Ended, Ending::Made | Ending::MadePartly) => "completed",
        (Phase::Ended, Ending::Refused | Ending::Nsfw) => "nsfw",
        (Phase::Ended, Ending::Failed) => "failed",
    }
}

/// The answer to a submit, however fast the job was.
pub(super) fn accepted(stage: &Stage, job: &Job) -> Value {
    let mut request = urls(stage, job);
    request["status"] = "queued".into();
    request
}

/// Status and result of a request; its webhook says the same.
pub(super) fn request(stage: &Stage, job: &Job) -> Value {
    let mut request = urls(stage, job);
    let status = status(job);
    request["status"] = status.into();
    match status {
        "completed" if makes_clips(job) => {
            let video = job.outputs.first().map(|url| json!({ "url": url }));
            request["video"] = video.unwrap_or_default();
        }
        "completed" => {
            let images = job.outputs.iter().map(|url| json!({ "url": url }));
            request["images"] = images.collect();
        }
        "failed" => request["error"] = BROKEN.into(),
        _ => {}
    }
    request
}

fn makes_clips(job: &Job) -> bool {
    super::models::find(&job.endpoint).is_some_and(|model| model.work() == Work::Clip)
}

fn urls(stage: &Stage, job: &Job) -> Value {
    let request = format!("{}/hf/requests/{}", stage.base_url, job.id);
    json!({
        "request_id": job.id,
        "status_url": format!("{request}/status"),
        "cancel_url": format!("{request}/cancel"),
    })
}
