//! What a fal model answers once its job is over.

use serde_json::{Value, json};

use super::models::{Family, Model};
use super::problem::{Problem, detail};
use crate::files::{Content, File};
use crate::given::Given;
use crate::queue::{Ending, Fate, Job, Phase};
use crate::script::Provider;
use crate::shelf::Piece;
use crate::stage::Stage;

/// Remembers the files a job will have made and gives their URLs.
pub(super) fn keep_outputs(
    stage: &Stage,
    model: &Model,
    prompt: &str,
    pieces: Vec<Piece>,
    fate: Fate,
) -> Vec<String> {
    let wanted = match fate.ending {
        Ending::Made => pieces.len(),
        Ending::MadePartly => pieces.len().saturating_sub(1),
        // Only FLUX hands out what its safety checker has blackened.
        Ending::Nsfw if model.family == Family::Flux => pieces.len(),
        Ending::Nsfw | Ending::Refused | Ending::Failed => 0,
    };
    let pieces = pieces.into_iter().take(wanted);
    pieces
        .map(|piece| keep_output(stage, prompt, piece, fate))
        .collect()
}

fn keep_output(stage: &Stage, prompt: &str, piece: Piece, fate: Fate) -> String {
    let (width, height) = (piece.wish.width, piece.wish.height);
    let (content, extension) = match fate.ending {
        Ending::Nsfw => (Content::Black { width, height }, "png"),
        Ending::Made | Ending::MadePartly | Ending::Refused | Ending::Failed => {
            let extension = piece.form.extension();
            (Content::Painted(piece), extension)
        }
    };
    let id = stage.files.keep(File {
        provider: Provider::Fal,
        prompt: prompt.to_owned(),
        content,
        made: tokio::time::Instant::now(),
    });
    format!("{}/fal/cdn/files/{id}/output.{extension}", stage.base_url)
}

/// The result of a job that is over, or why there is none.
pub(super) fn payload(model: &Model, job: &Job) -> Result<Value, Problem> {
    match job.phase() {
        Phase::Queued { .. } | Phase::Running { .. } => return Err(Problem::StillRunning),
        Phase::Canceled | Phase::Aborted => return Err(Problem::Canceled),
        Phase::Ended => {}
    }
    let complaints = model.complaints(&job.input);
    if !complaints.is_empty() {
        return Err(Problem::Model(complaints));
    }
    match job.fate.ending {
        Ending::Failed => Err(Problem::RunnerGone),
        Ending::Refused => Err(refusal(job, POLICY)),
        Ending::Nsfw if model.family == Family::NanoBanana => Err(refusal(job, NO_MEDIA)),
        Ending::Nsfw if model.family != Family::Flux => Err(refusal(job, POLICY)),
        Ending::Made if job.outputs.is_empty() => Err(unread(model, job)),
        Ending::Made | Ending::MadePartly | Ending::Nsfw => Ok(outputs(model, job)),
    }
}

/// A job that would have been made has no outputs if a picture it was to begin with is not there.
fn unread(model: &Model, job: &Job) -> Problem {
    let named = model.addresses(&job.input);
    let address = named.first.or(named.references.first().copied());
    let field = model.picture_field();
    let sentence = "Failed to download the file. Please check if the URL is accessible.";
    let input = address.map_or(Value::Null, Value::from);
    let kind = "file_download_error";
    Problem::Model(vec![detail(field, kind, sentence, json!({}), input)])
}

const POLICY: (&str, &str) = (
    "content_policy_violation",
    "The content could not be processed because it contained material flagged by a content checker.",
);
const NO_MEDIA: (&str, &str) = (
    "no_media_generated",
    "The model did not generate media for this prompt.",
);

fn refusal(job: &Job, (kind, sentence): (&str, &str)) -> Problem {
    let prompt = job.input.get("prompt").cloned().unwrap_or(Value::Null);
    Problem::Model(vec![detail("prompt", kind, sentence, json!({}), prompt)])
}

fn outputs(model: &Model, job: &Job) -> Value {
    match model.family {
        Family::Wan | Family::Seedance => json!({ "video": video(job), "seed": job.seed }),
        Family::Kling | Family::Luma => json!({ "video": video(job) }),
        Family::NanoBanana => {
            let images: Vec<Value> = job.outputs.iter().map(|url| file(url)).collect();
            json!({ "images": images, "description": "" })
        }
        Family::Flux => flux(model, job),
    }
}

fn video(job: &Job) -> Value {
    job.outputs.first().map_or(Value::Null, |url| file(url))
}

fn flux(model: &Model, job: &Job) -> Value {
    let pieces = model.pieces(&job.input, &job.prompt, job.seed, &Given::default());
    let image = |(url, piece): (&String, &Piece)| {
        let mut image = file(url);
        image["width"] = json!(piece.wish.width);
        image["height"] = json!(piece.wish.height);
        image
    };
    let images: Vec<Value> = job.outputs.iter().zip(&pieces).map(image).collect();
    let flagged = vec![job.fate.ending == Ending::Nsfw; images.len()];
    json!({
        "images": images,
        "timings": { "inference": job.timeline.running.as_secs_f64() },
        "seed": job.seed,
        "has_nsfw_concepts": flagged,
        "prompt": job.input.get("prompt"),
    })
}

fn file(url: &str) -> Value {
    let name = url.rsplit('/').next().unwrap_or_default();
    let content_type = match name.rsplit('.').next() {
        Some("mp4") => "video/mp4",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some(_) | None => "image/png",
    };
    json!({ "url": url, "content_type": content_type, "file_name": name })
}
