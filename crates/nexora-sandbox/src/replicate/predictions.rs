//! Predictions: create, read, list, cancel.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::model::{self, Model};
use super::problem::{Flaw, Problem};
use super::{authorize, view, webhook};
use crate::check::whole_in;
use crate::files::{Content, File};
use crate::given::Addresses;
use crate::line::Cord;
use crate::queue::{Ending, Fate, Job, NewJob, Phase};
use crate::script::{Answer, Gate, Moment, Provider};
use crate::shelf::Piece;
use crate::stage::{Stage, random_seed, short_id};

/// Predictions on one page of the list, as at Replicate.
const PAGE_ROWS: usize = 100;
/// Longest and usual `Prefer: wait`.
const WAIT_SECONDS_MAX: u64 = 60;
/// Shortest `Cancel-After`.
const CANCEL_AFTER_SECONDS_MIN: u64 = 5;

/// One create request, up to the moment it is accepted.
pub(super) struct Create<'a> {
    stage: &'a Arc<Stage>,
    cord: Cord,
    path: String,
    model: &'static Model,
    headers: HeaderMap,
    body: Map<String, Value>,
}

/// `POST /v1/models/{owner}/{name}/predictions`.
pub(super) async fn create_by_model(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let path = format!("v1/models/{owner}/{name}/predictions");
    let model = model::find(&format!("{owner}/{name}")).ok_or(Problem::NotFound)?;
    let body = parse(&body)?;
    let create = Create {
        stage: &stage,
        cord,
        path,
        model,
        headers,
        body,
    };
    create.check_body(&["input", "webhook", "webhook_events_filter", "stream"])?;
    create.run().await
}

/// `POST /v1/predictions`.
pub(super) async fn create_by_version(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let body = parse(&body)?;
    let version = body.get("version").and_then(Value::as_str);
    let version = version.ok_or_else(|| Problem::Invalid(vec![Flaw::missing("", "version")]))?;
    let model = model::of_version(version).ok_or(Problem::UnknownVersion)?;
    let create = Create {
        stage: &stage,
        cord,
        path: "v1/predictions".to_owned(),
        model,
        headers,
        body,
    };
    create.check_body(&[
        "version",
        "input",
        "webhook",
        "webhook_events_filter",
        "stream",
    ])?;
    create.run().await
}

/// `GET /v1/predictions/{id}`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let job = stage.replicate.jobs.find(&id).ok_or(Problem::NotFound)?;
    let Some(way) = poll_gate(&stage, &job.prompt)? else {
        return Ok(cord.cut());
    };
    let prediction = view::prediction(&stage, &job, job.phase());
    Ok(cord.give(Json(prediction).into_response(), way))
}

/// `GET /v1/predictions?cursor=`, newest first.
pub(super) async fn list(
    State(stage): State<Arc<Stage>>,
    Query(params): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let cursor = params.get("cursor").map(String::as_str);
    let jobs = stage.replicate.jobs.page(cursor, PAGE_ROWS + 1);
    let shown = &jobs[..jobs.len().min(PAGE_ROWS)];
    let results = shown
        .iter()
        .map(|job| view::prediction(&stage, job, job.phase()));
    let next = match shown.last() {
        Some(last) if jobs.len() > PAGE_ROWS => {
            let page = format!("{}/replicate/v1/predictions", stage.base_url);
            Value::from(format!("{page}?cursor={}", last.id))
        }
        Some(_) | None => Value::Null,
    };
    let results: Vec<Value> = results.collect();
    Ok(Json(
        json!({ "previous": null, "next": next, "results": results }),
    ))
}

/// `POST /v1/predictions/{id}/cancel`.
pub(super) async fn cancel(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let job = stage.replicate.jobs.find(&id).ok_or(Problem::NotFound)?;
    job.cancel();
    Ok(Json(view::prediction(&stage, &job, job.phase())))
}

impl Create<'_> {
    /// Knows every top-level field, and an input object is there.
    fn check_body(&self, known: &[&str]) -> Result<(), Problem> {
        let strangers = self
            .body
            .keys()
            .filter(|name| !known.contains(&name.as_str()));
        let mut flaws: Vec<Flaw> = strangers.map(|name| Flaw::unknown(name)).collect();
        match self.body.get("input").and_then(Value::as_object) {
            Some(input) => {
                flaws.extend(self.model.flaws(input));
                let unread = self.stage.given(&addresses(input)).is_err();
                let sentence = "The file could not be read";
                flaws.extend(unread.then(|| Flaw::of_field("image", sentence)));
            }
            None => flaws.push(Flaw::missing("", "input")),
        }
        if flaws.is_empty() {
            return Ok(());
        }
        Err(Problem::Invalid(flaws))
    }

    async fn run(self) -> Result<Response, Problem> {
        let input = self.body.get("input").and_then(Value::as_object);
        let input = input.cloned().unwrap_or_default();
        let prompt = crate::check::text_in(&input, "prompt")
            .unwrap_or_default()
            .to_owned();
        let deadline = cancel_after(&self.headers)?;
        let stage = self.stage;
        let way = match stage
            .script
            .gate(Provider::Replicate, Moment::Submit, &prompt)
        {
            Gate::Lost => return Ok(self.cord.cut()),
            Gate::Shut(shut) => return Err(shut.into()),
            Gate::Open(way) => way,
        };
        let recorded = Value::Object(self.body.clone());
        stage
            .submits
            .accept(Provider::Replicate, &self.path, recorded, &self.headers);
        let job = accept(stage, self.model, input, prompt, deadline);
        webhook::promise(stage, &job, &self.body);
        Ok(self.cord.give(self.answer(&job).await, way))
    }

    async fn answer(&self, job: &Job) -> Response {
        let Some(wait) = preferred_wait(&self.headers) else {
            let begun = Phase::Queued { position: 0 };
            let prediction = view::prediction(self.stage, job, begun);
            return (StatusCode::CREATED, Json(prediction)).into_response();
        };
        let in_time = tokio::time::timeout(wait, job.over(self.stage))
            .await
            .is_ok();
        let status = if in_time {
            StatusCode::CREATED
        } else {
            StatusCode::ACCEPTED
        };
        let prediction = view::prediction(self.stage, job, job.phase());
        (status, Json(prediction)).into_response()
    }
}

/// How a poll goes on; None when its connection is to be dropped.
fn poll_gate(stage: &Stage, prompt: &str) -> Result<Option<Answer>, Problem> {
    match stage.script.gate(Provider::Replicate, Moment::Poll, prompt) {
        Gate::Lost => Ok(None),
        Gate::Shut(shut) => Err(shut.into()),
        Gate::Open(way) => Ok(Some(way)),
    }
}

fn accept(
    stage: &Stage,
    model: &Model,
    input: Map<String, Value>,
    prompt: String,
    deadline: Option<Duration>,
) -> Arc<Job> {
    let fate = Fate::draw(&stage.script, Provider::Replicate, &prompt, stage.pace);
    let seed = whole_in(&input, "seed").unwrap_or_else(random_seed);
    let given = stage.given(&addresses(&input)).unwrap_or_default();
    let pieces = model.pieces(&input, &prompt, seed);
    let wanted = match fate.ending {
        Ending::Made => pieces.len(),
        Ending::MadePartly => pieces.len().saturating_sub(1),
        Ending::Refused | Ending::Nsfw | Ending::Failed => 0,
    };
    let made = pieces.into_iter().take(wanted).enumerate();
    let outputs =
        made.map(|(index, piece)| keep_output(stage, &prompt, index, piece.begun_with(&given)));
    let outputs = outputs.collect();
    let new = NewJob {
        id: short_id(),
        endpoint: model.name.to_owned(),
        input,
        prompt,
        seed,
        work: model.work,
        fate,
        outputs,
        deadline,
    };
    stage.replicate.jobs.add(Job::begin(new, stage.pace))
}

/// The picture a clip is to begin with.
fn addresses(input: &Map<String, Value>) -> Addresses<'_> {
    Addresses {
        first: crate::check::text_in(input, "image"),
        ..Addresses::default()
    }
}

fn keep_output(stage: &Stage, prompt: &str, index: usize, piece: Piece) -> String {
    let extension = piece.form.extension();
    let id = stage.files.keep(File {
        provider: Provider::Replicate,
        prompt: prompt.to_owned(),
        content: Content::Painted(piece),
        made: tokio::time::Instant::now(),
    });
    let base = &stage.base_url;
    format!("{base}/replicate/delivery/{id}/out-{index}.{extension}")
}

fn parse(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::NotJson)
}

/// `Prefer: wait` or `Prefer: wait=N`.
fn preferred_wait(headers: &HeaderMap) -> Option<Duration> {
    let prefer = headers.get("prefer")?.to_str().ok()?;
    let seconds = match prefer.strip_prefix("wait")? {
        "" => WAIT_SECONDS_MAX,
        rest => rest.strip_prefix('=')?.parse().ok()?,
    };
    Some(Duration::from_secs(seconds.clamp(1, WAIT_SECONDS_MAX)))
}

/// `Cancel-After: 90s`, `5m` or `1h`.
fn cancel_after(headers: &HeaderMap) -> Result<Option<Duration>, Problem> {
    let Some(value) = headers.get("cancel-after") else {
        return Ok(None);
    };
    let seconds = value.to_str().ok().and_then(parse_seconds);
    match seconds {
        Some(seconds) if seconds >= CANCEL_AFTER_SECONDS_MIN => {
            Ok(Some(Duration::from_secs(seconds)))
        }
        Some(_) | None => Err(Problem::BadCancelAfter),
    }
}

fn parse_seconds(text: &str) -> Option<u64> {
    let (number, unit_seconds) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) if text.ends_with('m') => (number, 60),
        Some(number) if text.ends_with('h') => (number, 3_600),
        Some(number) => (number, 1),
        None => (text, 1),
    };
    number.parse::<u64>().ok()?.checked_mul(unit_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        let texts = ["90s", "5m", "1h", "30", "soon"];
        let seconds = texts.map(parse_seconds);
        assert_eq!(seconds, [Some(90), Some(300), Some(3_600), Some(30), None]);
    }
}
