//! The queue: submit, status (once or as a stream), result, cancel.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::models::{self, Model};
use super::problem::Problem;
use super::{authorize, parse_input, prompt_of, result, webhook};
use crate::given::NothingThere;
use crate::line::Cord;
use crate::queue::{Fate, Job, NewJob, Phase};
use crate::script::{Gate, Moment, Provider};
use crate::stage::{Stage, random_seed, rfc3339};

/// Pause between two events of a status stream.
const STREAM_TICK_MS: u64 = 200;

type Params = Query<HashMap<String, String>>;

/// `POST /fal/queue/{endpoint}?fal_webhook=…`. As in life the queue takes any JSON object; the model
/// judges the input when it runs, and its verdict is the result.
pub(super) async fn submit(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(endpoint): Path<String>,
    Query(params): Params,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let model =
        models::find(&endpoint).ok_or_else(|| Problem::UnknownApp(app_of(&endpoint).to_owned()))?;
    let input = parse_input(&body)?;
    let prompt = prompt_of(&input);
    let way = match stage.script.gate(Provider::Fal, Moment::Submit, &prompt) {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let recorded = Value::Object(input.clone());
    stage
        .submits
        .accept(Provider::Fal, &endpoint, recorded, &headers);
    let job = accept(&stage, model, endpoint, input, prompt);
    if let Some(url) = params.get("fal_webhook") {
        webhook::promise(&stage, model, Arc::clone(&job), url.clone());
    }
    Ok(cord.give(accepted(&stage, &job), way))
}

/// Adds a job to the queue and remembers what it will have made.
pub(super) fn accept(
    stage: &Stage,
    model: &Model,
    endpoint: String,
    input: Map<String, Value>,
    prompt: String,
) -> Arc<Job> {
    let fate = Fate::draw(&stage.script, Provider::Fal, &prompt, stage.pace);
    let seed = crate::check::whole_in(&input, "seed").unwrap_or_else(random_seed);
    let outputs = match stage.given(&model.addresses(&input)) {
        Ok(given) if model.complaints(&input).is_empty() => {
            let pieces = model.pieces(&input, &prompt, seed, &given);
            result::keep_outputs(stage, model, &prompt, pieces, fate)
        }
        Ok(_) | Err(NothingThere(_)) => Vec::new(),
    };
    let new = NewJob {
        id: Uuid::new_v4().to_string(),
        endpoint,
        input,
        prompt,
        seed,
        work: model.work(),
        fate,
        outputs,
        deadline: None,
    };
    stage.fal.jobs.add(Job::begin(new, stage.pace))
}

/// `GET /fal/queue/{app}/requests/{id}`, `…/status` and `…/status/stream`.
pub(super) async fn read(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(path): Path<String>,
    Query(params): Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let (job, rest) = find(&stage, &path)?;
    let way = match stage.script.gate(Provider::Fal, Moment::Poll, &job.prompt) {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let logs = matches!(params.get("logs").map(String::as_str), Some("1" | "true"));
    let response = match rest {
        "" => answer(&job)?,
        "/status" => tagged(&job, status_answer(&stage, &job, logs)),
        "/status/stream" => status_stream(stage, job, logs).into_response(),
        _ => return Err(Problem::UnknownRequest),
    };
    Ok(cord.give(response, way))
}

/// `PUT /fal/queue/{app}/requests/{id}/cancel`.
pub(super) async fn cancel(
    State(stage): State<Arc<Stage>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let Ok((job, "/cancel")) = find(&stage, &path) else {
        let body = Json(json!({ "status": "NOT_FOUND" }));
        return Ok((StatusCode::NOT_FOUND, body).into_response());
    };
    let (status, word) = match job.cancel() {
        Phase::Queued { .. } | Phase::Running { .. } => {
            (StatusCode::ACCEPTED, "CANCELLATION_REQUESTED")
        }
        Phase::Ended | Phase::Canceled | Phase::Aborted => {
            (StatusCode::BAD_REQUEST, "ALREADY_COMPLETED")
        }
    };
    Ok((status, Json(json!({ "status": word }))).into_response())
}

/// The model's own answer: its result, or the error it ended with.
pub(super) fn answer(job: &Job) -> Result<Response, Problem> {
    let model = models::find(&job.endpoint).ok_or(Problem::UnknownRequest)?;
    let payload = result::payload(model, job)?;
    let mut response = tagged(job, Json(payload).into_response());
    let units = HeaderValue::from(job.outputs.len());
    response.headers_mut().insert("x-fal-billable-units", units);
    Ok(response)
}

/// The job of `{app}/requests/{id}{rest}`, if it was submitted to that app.
fn find<'a>(stage: &Stage, path: &'a str) -> Result<(Arc<Job>, &'a str), Problem> {
    let (app, tail) = path
        .split_once("/requests/")
        .ok_or(Problem::UnknownRequest)?;
    let (id, rest) = match tail.find('/') {
        Some(slash) => tail.split_at(slash),
        None => (tail, ""),
    };
    let job = stage.fal.jobs.find(id).ok_or(Problem::UnknownRequest)?;
    if app_of(&job.endpoint) != app {
        return Err(Problem::UnknownRequest);
    }
    Ok((job, rest))
}

/// The first two segments of an endpoint: everything after the submit goes there.
fn app_of(endpoint: &str) -> &str {
    let second_slash = endpoint.match_indices('/').nth(1);
    second_slash.map_or(endpoint, |(index, _)| &endpoint[..index])
}

fn accepted(stage: &Stage, job: &Job) -> Response {
    let mut body = urls(stage, job);
    body.insert("status".into(), "IN_QUEUE".into());
    let position = match job.phase() {
        Phase::Queued { position } => position,
        Phase::Running { .. } | Phase::Ended | Phase::Canceled | Phase::Aborted => 0,
    };
    body.insert("queue_position".into(), position.into());
    body.insert("gateway_request_id".into(), job.id.clone().into());
    tagged(job, Json(body).into_response())
}

fn status_answer(stage: &Stage, job: &Job, logs: bool) -> Response {
    let code = match job.phase() {
        Phase::Queued { .. } | Phase::Running { .. } => StatusCode::ACCEPTED,
        Phase::Ended | Phase::Canceled | Phase::Aborted => StatusCode::OK,
    };
    (code, Json(status(stage, job, logs))).into_response()
}

fn status(stage: &Stage, job: &Job, logs: bool) -> Value {
    let phase = job.phase();
    let mut body = urls(stage, job);
    let lines = if logs {
        log_lines(job, phase)
    } else {
        Value::Null
    };
    match phase {
        Phase::Queued { position } => {
            body.insert("status".into(), "IN_QUEUE".into());
            body.insert("queue_position".into(), position.into());
        }
        Phase::Running { .. } => {
            body.insert("status".into(), "IN_PROGRESS".into());
            body.insert("logs".into(), lines);
        }
        Phase::Ended | Phase::Canceled | Phase::Aborted => {
            body.insert("status".into(), "COMPLETED".into());
            body.insert("logs".into(), lines);
            let seconds = job.timeline.running.as_secs_f64();
            body.insert("metrics".into(), json!({ "inference_time": seconds }));
            insert_error(&mut body, job);
        }
    }
    Value::Object(body)
}

/// Failures of the runner show in the status; the model's own errors only in the result.
fn insert_error(body: &mut Map<String, Value>, job: &Job) {
    let Some(model) = models::find(&job.endpoint) else {
        return;
    };
    if let Err(problem) = result::payload(model, job)
        && let Some(kind) = problem.infrastructure_kind()
    {
        body.insert("error".into(), problem.sentence().into());
        body.insert("error_type".into(), kind.into());
    }
}

fn log_lines(job: &Job, phase: Phase) -> Value {
    let done = match phase {
        Phase::Queued { .. } | Phase::Canceled | Phase::Aborted => 0,
        Phase::Running { step, .. } => step,
        Phase::Ended => job.timeline.steps,
    };
    let line = |step| {
        json!({
            "timestamp": rfc3339(job.wall_at(job.timeline.step_at(step))),
            "level": "INFO",
            "source": "USER",
            "message": format!("step {step}/{}", job.timeline.steps),
        })
    };
    (1..=done).map(line).collect()
}

fn urls(stage: &Stage, job: &Job) -> Map<String, Value> {
    let app = app_of(&job.endpoint);
    let request = format!("{}/fal/queue/{app}/requests/{}", stage.base_url, job.id);
    let mut body = Map::new();
    body.insert("request_id".into(), job.id.clone().into());
    body.insert("status_url".into(), format!("{request}/status").into());
    body.insert("cancel_url".into(), format!("{request}/cancel").into());
    body.insert("response_url".into(), request.into());
    body
}

fn tagged(job: &Job, mut response: Response) -> Response {
    if let Ok(id) = HeaderValue::from_str(&job.id) {
        response.headers_mut().insert("x-fal-request-id", id);
    }
    response
}

/// One event each tick until the job is over.
fn status_stream(
    stage: Arc<Stage>,
    job: Arc<Job>,
    logs: bool,
) -> Sse<impl stream::Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::unfold(
        Some((stage, job)),
        move |watch| async move {
            let (stage, job) = watch?;
            let status = status(&stage, &job, logs);
            let event = Event::default().data(status.to_string());
            if status["status"] == "COMPLETED" || stage.closing.is_cancelled() {
                return Some((Ok(event), None));
            }
            stage.pause(Duration::from_millis(STREAM_TICK_MS)).await;
            Some((Ok(event), Some((stage, job))))
        },
    ))
}
