//! Tasks: create, read, delete.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::authorize;
use super::models::{Kind, first_frame};
use super::problem::{Problem, issue};
use crate::check::whole_in;
use crate::files::{Content, File};
use crate::given::Addresses;
use crate::line::Cord;
use crate::queue::{Ending, Fate, Job, NewJob, Phase, Work};
use crate::script::{Gate, Moment, Provider};
use crate::stage::{Stage, random_seed, rfc3339};

/// What a second of clip costs in Runway's credits.
const CREDITS_PER_SECOND: u32 = 12;

/// `POST /v1/text_to_video`.
pub(super) async fn from_text(
    stage: State<Arc<Stage>>,
    cord: ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    create(&stage, &cord, Kind::Text, &headers, &body)
}

/// `POST /v1/image_to_video`.
pub(super) async fn from_picture(
    stage: State<Arc<Stage>>,
    cord: ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    create(&stage, &cord, Kind::Picture, &headers, &body)
}

/// `POST /v1/avatar_videos`.
pub(super) async fn from_speech(
    stage: State<Arc<Stage>>,
    cord: ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    create(&stage, &cord, Kind::Avatar, &headers, &body)
}

fn create(
    stage: &Stage,
    cord: &Cord,
    kind: Kind,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Problem> {
    authorize(headers)?;
    let input: Map<String, Value> = serde_json::from_slice(body).map_err(|_| Problem::NotJson)?;
    let mut issues = kind.issues(&input);
    if issues.is_empty() && !stage.runway.uploads.has(first_frame(&input)) {
        issues.push(issue("promptImage", "custom", "Invalid asset"));
    }
    if !issues.is_empty() {
        return Err(Problem::Invalid(issues));
    }
    let prompt = kind.prompt(&input).to_owned();
    let way = match stage.script.gate(Provider::Runway, Moment::Submit, &prompt) {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let recorded = Value::Object(input.clone());
    stage
        .submits
        .accept(Provider::Runway, kind.path(), recorded, headers);
    let credits = CREDITS_PER_SECOND * kind.seconds(&input);
    let job = accept(stage, kind, input, prompt);
    let answer = json!({ "id": job.id, "estimatedCost": { "credits": credits } });
    Ok(cord.give(Json(answer).into_response(), way))
}

fn accept(stage: &Stage, kind: Kind, input: Map<String, Value>, prompt: String) -> Arc<Job> {
    let fate = Fate::draw(&stage.script, Provider::Runway, &prompt, stage.pace);
    let seed = whole_in(&input, "seed").unwrap_or_else(random_seed);
    let outputs = match fate.ending {
        Ending::Made => vec![keep_output(stage, kind, &input, &prompt, seed)],
        // One clip fewer than the one that was asked for.
        Ending::MadePartly | Ending::Refused | Ending::Nsfw | Ending::Failed => Vec::new(),
    };
    let new = NewJob {
        id: Uuid::new_v4().to_string(),
        endpoint: kind.path().to_owned(),
        input,
        prompt,
        seed,
        work: Work::Clip,
        fate,
        outputs,
        deadline: None,
    };
    stage.runway.jobs.add(Job::begin(new, stage.pace))
}

fn keep_output(
    stage: &Stage,
    kind: Kind,
    input: &Map<String, Value>,
    prompt: &str,
    seed: u64,
) -> String {
    let addresses = Addresses {
        first: first_frame(input),
        ..Addresses::default()
    };
    // Whether it can be read was looked at when the task was ordered.
    let given = stage.given(&addresses).unwrap_or_default();
    let id = stage.files.keep(File {
        provider: Provider::Runway,
        prompt: prompt.to_owned(),
        content: Content::Painted(kind.piece(input, seed).begun_with(&given)),
        made: tokio::time::Instant::now(),
    });
    format!("{}/runway/files/{id}/output.mp4", stage.base_url)
}

/// `GET /v1/tasks/{id}`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let job = stage.runway.jobs.find(&id).ok_or(Problem::NotFound)?;
    let way = match stage
        .script
        .gate(Provider::Runway, Moment::Poll, &job.prompt)
    {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    Ok(cord.give(Json(task(&job)).into_response(), way))
}

/// `DELETE /v1/tasks/{id}`: stops a task that has not ended, deletes one that has. Either way it
/// cannot be read any more.
pub(super) async fn remove(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    authorize(&headers)?;
    let job = stage.runway.jobs.forget(&id).ok_or(Problem::NotFound)?;
    job.cancel();
    for url in &job.outputs {
        let file = url.rsplit('/').nth(1).unwrap_or_default();
        stage.files.forget(file);
    }
    Ok(StatusCode::NO_CONTENT)
}

fn task(job: &Job) -> Value {
    let estimated = json!({ "credits": CREDITS_PER_SECOND * 5 });
    let mut task = json!({ "id": job.id, "createdAt": rfc3339(job.created) });
    match job.phase() {
        // The account's own places are taken first; then the task waits for a machine.
        Phase::Queued { position: 1.. } => {
            task["status"] = "THROTTLED".into();
            task["estimatedCost"] = estimated;
        }
        Phase::Queued { position: 0 } => {
            task["status"] = "PENDING".into();
            task["estimatedCost"] = estimated;
        }
        Phase::Running { step, steps } => {
            task["status"] = "RUNNING".into();
            task["progress"] = (f64::from(step) / f64::from(steps)).into();
            task["estimatedCost"] = estimated;
        }
        Phase::Ended => end(&mut task, job),
        Phase::Canceled | Phase::Aborted => {
            task["status"] = "CANCELLED".into();
            task["cost"] = json!({ "credits": 0 });
        }
    }
    task
}

fn end(task: &mut Value, job: &Job) {
    let (code, words) = match job.fate.ending {
        Ending::Made | Ending::MadePartly => {
            task["status"] = "SUCCEEDED".into();
            task["output"] = json!(job.outputs);
            task["cost"] = json!({ "credits": CREDITS_PER_SECOND * 5 });
            return;
        }
        Ending::Refused => ("SAFETY.INPUT.TEXT", "The prompt did not pass moderation."),
        Ending::Nsfw => ("SAFETY.OUTPUT.VIDEO", "The result did not pass moderation."),
        Ending::Failed => (
            "INTERNAL.BAD_OUTPUT.CODE01",
            "An unexpected error occurred while generating.",
        ),
    };
    task["status"] = "FAILED".into();
    task["failure"] = words.into();
    task["failureCode"] = code.into();
    task["cost"] = json!({ "credits": 0 });
}
