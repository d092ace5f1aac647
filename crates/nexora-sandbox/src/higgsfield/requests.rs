//! Requests: submit, status, cancel.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::models::{self, Family, Model};
use super::problem::{Problem, complain};
use super::{authorize, characters, parse, view, webhook};
use crate::check::{text_in, whole_in};
use crate::files::{Content, File};
use crate::line::Cord;
use crate::queue::{Ending, Fate, Job, NewJob};
use crate::script::{Gate, Moment, Provider};
use crate::shelf::Piece;
use crate::stage::{Stage, random_seed};

/// What a request is made from once its input is found good.
pub(super) struct Accepted {
    /// The model's id, or the path of the older protocol.
    pub(super) endpoint: String,
    pub(super) input: Map<String, Value>,
    pub(super) prompt: String,
}

/// `POST /{model}?hf_webhook=…`.
pub(super) async fn submit(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(id): Path<String>,
    Query(params): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let model = models::find(&id).ok_or(Problem::UnknownModel)?;
    let input = parse(&body)?;
    let mut complaints = model.complaints(&input);
    if complaints.is_empty() {
        complaints.extend(character_complaint(&stage, model, &input));
    }
    if !complaints.is_empty() {
        return Err(Problem::Invalid(complaints));
    }
    let prompt = text_in(&input, "prompt").unwrap_or_default().to_owned();
    let gate = stage
        .script
        .gate(Provider::Higgsfield, Moment::Submit, &prompt);
    let way = match gate {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let recorded = Value::Object(input.clone());
    stage
        .submits
        .accept(Provider::Higgsfield, &id, recorded, &headers);
    let accepted = Accepted {
        endpoint: id,
        input,
        prompt,
    };
    let job = accept(&stage, model, accepted);
    if let Some(url) = params.get("hf_webhook") {
        webhook::promise(&stage, Arc::clone(&job), url.clone());
    }
    Ok(cord.give(Json(view::accepted(&stage, &job)).into_response(), way))
}

/// A character has to be trained, and for the version of Soul that is to paint it.
fn character_complaint(stage: &Stage, model: &Model, input: &Map<String, Value>) -> Option<Value> {
    let Family::Soul { version } = model.family else {
        return None;
    };
    let id = text_in(input, "custom_reference_id")?;
    if characters::is_ready(stage, id, version) {
        return None;
    }
    let sentence = "The reference does not exist, is not trained, or was made for another model";
    Some(complain("custom_reference_id", "value_error", sentence))
}

/// Adds a job and remembers what it will have made.
pub(super) fn accept(stage: &Stage, model: &Model, new: Accepted) -> Arc<Job> {
    let Accepted {
        endpoint,
        input,
        prompt,
    } = new;
    let fate = Fate::draw(&stage.script, Provider::Higgsfield, &prompt, stage.pace);
    let seed = whole_in(&input, "seed").unwrap_or_else(random_seed);
    let given = stage.given(&models::addresses(&input)).unwrap_or_default();
    let pieces = model.pieces(&input, &prompt, seed);
    let wanted = match fate.ending {
        Ending::Made => pieces.len(),
        Ending::MadePartly => pieces.len().saturating_sub(1),
        Ending::Refused | Ending::Nsfw | Ending::Failed => 0,
    };
    let made = pieces.into_iter().take(wanted);
    let outputs = made
        .map(|piece| keep_output(stage, &prompt, piece.begun_with(&given)))
        .collect();
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
    stage.higgsfield.jobs.add(Job::begin(new, stage.pace))
}

fn keep_output(stage: &Stage, prompt: &str, piece: Piece) -> String {
    let extension = piece.form.extension();
    let id = stage.files.keep(File {
        provider: Provider::Higgsfield,
        prompt: prompt.to_owned(),
        content: Content::Painted(piece),
        made: tokio::time::Instant::now(),
    });
    format!("{}/hf/cdn/{id}/output.{extension}", stage.base_url)
}

/// `GET /requests/{id}/status`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    look(&stage, &cord, &id, |job| view::request(&stage, job))
}

/// A job as somebody sees it who asks for it by its id.
pub(super) fn look(
    stage: &Stage,
    cord: &Cord,
    id: &str,
    view: impl Fn(&Job) -> Value,
) -> Result<Response, Problem> {
    let job = stage.higgsfield.jobs.find(id).ok_or(Problem::NotFound)?;
    let gate = stage
        .script
        .gate(Provider::Higgsfield, Moment::Poll, &job.prompt);
    match gate {
        Gate::Lost => Ok(cord.cut()),
        Gate::Shut(shut) => Err(Problem::of_question(shut)),
        Gate::Open(way) => Ok(cord.give(Json(view(&job)).into_response(), way)),
    }
}

/// `POST /requests/{id}/cancel`: only what nobody has begun to work on can be stopped.
pub(super) async fn cancel(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let job = stage.higgsfield.jobs.find(&id).ok_or(Problem::NotFound)?;
    if !view::is_queued(job.phase()) {
        return Err(Problem::CannotCancel);
    }
    job.cancel();
    let answer = Json(view::request(&stage, &job));
    Ok((StatusCode::ACCEPTED, answer).into_response())
}
