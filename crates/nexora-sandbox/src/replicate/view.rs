//! A job as Replicate's prediction object.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::model;
use crate::queue::{Ending, Job, Phase, Work};
use crate::stage::{Stage, rfc3339};

const NSFW: &str = "NSFW content detected. Try running it again, or try a different prompt.";
const FLAGGED: &str = "The input or output was flagged as sensitive. Please try again with \
    different inputs. (E005)";
const BROKEN: &str = "CUDA out of memory. Tried to allocate 2.25 GiB.";

/// The prediction as it looks in this phase.
pub(super) fn prediction(stage: &Stage, job: &Job, phase: Phase) -> Value {
    let forgotten = job.is_forgotten(&stage.script);
    let mut prediction = json!({
        "id": job.id,
        "model": job.endpoint,
        "version": "hidden",
        "input": job.input,
        "output": output(job, phase),
        "logs": logs(job, phase),
        "error": error(job, phase),
        "status": status(job, phase),
        "created_at": rfc3339(job.created),
        "started_at": started_at(job, phase),
        "completed_at": completed_at(job, phase),
        "data_removed": forgotten,
        "metrics": metrics(job, phase),
        "urls": urls(stage, job),
    });
    if forgotten {
        prediction["input"] = Value::Object(Map::new());
        prediction["output"] = Value::Null;
        prediction["logs"] = "".into();
    }
    prediction
}

/// The list of URLs, or the one URL of a clip, when the job has made something.
pub(super) fn output(job: &Job, phase: Phase) -> Value {
    let is_clip = model::find(&job.endpoint).is_some_and(|model| model.work == Work::Clip);
    match (phase, job.fate.ending) {
        (Phase::Ended, Ending::Made | Ending::MadePartly) if is_clip => {
            json!(job.outputs.first())
        }
        (Phase::Ended, Ending::Made | Ending::MadePartly) => json!(job.outputs),
        (Phase::Ended, Ending::Refused | Ending::Nsfw | Ending::Failed)
        | (Phase::Queued { .. } | Phase::Running { .. } | Phase::Canceled | Phase::Aborted, _) => {
            Value::Null
        }
    }
}

fn status(job: &Job, phase: Phase) -> &'static str {
    match (phase, job.fate.ending) {
        (Phase::Queued { .. }, _) => "starting",
        (Phase::Running { .. }, _) => "processing",
        (Phase::Canceled, _) => "canceled",
        (Phase::Aborted, _) => "aborted",
        (Phase::Ended, Ending::Made | Ending::MadePartly) => "succeeded",
        (Phase::Ended, Ending::Refused | Ending::Nsfw | Ending::Failed) => "failed",
    }
}

/// Why it failed, when it did.
pub(super) fn error(job: &Job, phase: Phase) -> Option<&'static str> {
    if phase != Phase::Ended {
        return None;
    }
    match job.fate.ending {
        Ending::Made | Ending::MadePartly => None,
        Ending::Refused => Some(FLAGGED),
        Ending::Nsfw => Some(NSFW),
        Ending::Failed => Some(BROKEN),
    }
}

/// What the model has printed: its seed, then one bar per step as tqdm draws it.
fn logs(job: &Job, phase: Phase) -> String {
    let done = match phase {
        Phase::Queued { .. } | Phase::Aborted => return String::new(),
        Phase::Canceled => 0,
        Phase::Running { step, .. } => step,
        Phase::Ended => job.timeline.steps,
    };
    let steps = job.timeline.steps;
    let mut logs = format!("Using seed: {}\n", job.seed);
    for step in 0..=done {
        let percent = step * 100 / steps;
        let filled = usize::try_from(step * 10 / steps).unwrap_or(10);
        let bar = format!("{}{}", "█".repeat(filled), " ".repeat(10 - filled));
        // Writing to a String cannot fail.
        let _ = writeln!(
            logs,
            "{percent:3}%|{bar}| {step}/{steps} [00:00<00:00,  4.80it/s]"
        );
    }
    logs
}

fn started_at(job: &Job, phase: Phase) -> Option<String> {
    match phase {
        Phase::Queued { .. } | Phase::Aborted => None,
        Phase::Running { .. } | Phase::Ended | Phase::Canceled => {
            Some(rfc3339(job.wall_at(job.timeline.queued)))
        }
    }
}

fn completed_at(job: &Job, phase: Phase) -> Option<String> {
    match phase {
        Phase::Queued { .. } | Phase::Running { .. } => None,
        Phase::Ended | Phase::Canceled | Phase::Aborted => Some(rfc3339(job.wall_at(job.ends()))),
    }
}

fn metrics(job: &Job, phase: Phase) -> Value {
    if phase != Phase::Ended {
        return json!({});
    }
    json!({
        "predict_time": job.timeline.running.as_secs_f64(),
        "total_time": job.timeline.total().as_secs_f64(),
        "image_count": job.outputs.len(),
    })
}

fn urls(stage: &Stage, job: &Job) -> Value {
    let (base, id) = (&stage.base_url, &job.id);
    json!({
        "get": format!("{base}/replicate/v1/predictions/{id}"),
        "cancel": format!("{base}/replicate/v1/predictions/{id}/cancel"),
        "web": format!("{base}/replicate/p/{id}"),
        "stream": format!("{base}/replicate/stream/{id}"),
    })
}
