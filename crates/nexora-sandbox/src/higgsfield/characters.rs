//! Soul ID: characters that are trained from pictures. Their prompt is their name.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::problem::{Problem, complain, complaint};
use super::{authorize, parse};
use crate::check::{Field, Judge, anything, check, choice, text, text_in};
use crate::line::Cord;
use crate::queue::{Ending, Fate, Job, NewJob, Phase, Work};
use crate::script::{Gate, Moment, Provider};
use crate::stage::{Stage, random_seed, rfc3339};

const NAME_CHARS_MAX: usize = 100;
const IMAGES_MAX: usize = 100;
/// Characters on one page of the list, unless the caller wants fewer.
const PAGE_ROWS: usize = 20;
const PAGE_ROWS_MAX: usize = 100;

const FIELDS: &[Field] = &[
    text("name").required(),
    anything("input_images").required(),
    choice("model_version", &["v1", "v2", "cinema"]),
];

/// Whether this character is trained, for this version of Soul.
pub(super) fn is_ready(stage: &Stage, id: &str, version: &str) -> bool {
    let character = stage.higgsfield.characters.find(id);
    character.is_some_and(|job| status(&job) == "completed" && version_of(&job) == version)
}

/// `POST /v1/custom-references`.
pub(super) async fn create(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let input = parse(&body)?;
    let mut complaints: Vec<Value> = check(FIELDS, &input, Judge::Pydantic)
        .into_iter()
        .map(complaint)
        .collect();
    if complaints.is_empty() {
        complaints.extend(own_complaint(&input));
    }
    if !complaints.is_empty() {
        return Err(Problem::Invalid(complaints));
    }
    let name = text_in(&input, "name").unwrap_or_default().to_owned();
    let gate = stage
        .script
        .gate(Provider::Higgsfield, Moment::Submit, &name);
    let way = match gate {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let recorded = Value::Object(input.clone());
    let path = "v1/custom-references";
    stage
        .submits
        .accept(Provider::Higgsfield, path, recorded, &headers);
    let job = train(&stage, input, name);
    let mut answer = character(&job);
    answer["status"] = "not_ready".into();
    Ok(cord.give(Json(answer).into_response(), way))
}

fn own_complaint(input: &Map<String, Value>) -> Option<Value> {
    let name_chars = text_in(input, "name")?.chars().count();
    if !(1..=NAME_CHARS_MAX).contains(&name_chars) {
        return Some(complain(
            "name",
            "string_too_long",
            "A name has 1 to 100 characters",
        ));
    }
    let images = input.get("input_images").and_then(Value::as_array);
    let is_picture = |image: &Value| {
        let address = image.get("image_url").and_then(Value::as_str);
        let address = address.unwrap_or_default();
        let reachable = address.starts_with("https://") || crate::post::loopback(address).is_some();
        image.get("type").is_some_and(|kind| kind == "image_url") && reachable
    };
    let fine = images.is_some_and(|images| {
        (1..=IMAGES_MAX).contains(&images.len()) && images.iter().all(is_picture)
    });
    (!fine).then(|| complain("input_images", "list_type", "1 to 100 pictures by URL"))
}

fn train(stage: &Stage, input: Map<String, Value>, name: String) -> Arc<Job> {
    let fate = Fate::draw(&stage.script, Provider::Higgsfield, &name, stage.pace);
    let new = NewJob {
        id: Uuid::new_v4().to_string(),
        endpoint: String::new(),
        input,
        prompt: name,
        seed: random_seed(),
        work: Work::Clip,
        fate,
        outputs: Vec::new(),
        deadline: None,
    };
    stage.higgsfield.characters.add(Job::begin(new, stage.pace))
}

/// `GET /v1/custom-references/{id}`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let job = stage.higgsfield.characters.find(&id);
    let job = job.ok_or(Problem::NotFound)?;
    let gate = stage
        .script
        .gate(Provider::Higgsfield, Moment::Poll, &job.prompt);
    match gate {
        Gate::Lost => Ok(cord.cut()),
        Gate::Shut(shut) => Err(Problem::of_question(shut)),
        Gate::Open(way) => Ok(cord.give(Json(character(&job)).into_response(), way)),
    }
}

/// `GET /v1/custom-references/list?page=&page_size=`, newest first.
pub(super) async fn list(
    State(stage): State<Arc<Stage>>,
    Query(params): Query<HashMap<String, usize>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let page = params.get("page").copied().unwrap_or(1).max(1);
    let rows = params.get("page_size").copied().unwrap_or(PAGE_ROWS);
    let rows = rows.clamp(1, PAGE_ROWS_MAX);
    let all = stage.higgsfield.characters.page(None, usize::MAX);
    let shown = all.iter().skip((page - 1).saturating_mul(rows)).take(rows);
    let items: Vec<Value> = shown.map(|job| character(job)).collect();
    Ok(Json(json!({
        "total": all.len(),
        "page": page,
        "page_size": rows,
        "total_pages": all.len().div_ceil(rows),
        "items": items,
    })))
}

/// `DELETE /v1/custom-references/{id}`: not while it is in training.
pub(super) async fn remove(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    authorize(&headers)?;
    let characters = &stage.higgsfield.characters;
    let job = characters.find(&id).ok_or(Problem::NotFound)?;
    if job.phase() != Phase::Ended {
        return Err(Problem::StillTraining);
    }
    characters.forget(&id);
    Ok(StatusCode::NO_CONTENT)
}

fn status(job: &Job) -> &'static str {
    match (job.phase(), job.fate.ending) {
        (Phase::Queued { .. }, _) => "queued",
        (Phase::Running { .. }, _) => "in_progress",
        (Phase::Ended, Ending::Made | Ending::MadePartly) => "completed",
        (Phase::Ended, Ending::Refused | Ending::Nsfw | Ending::Failed)
        | (Phase::Canceled | Phase::Aborted, _) => "failed",
    }
}

fn version_of(job: &Job) -> &str {
    text_in(&job.input, "model_version").unwrap_or("v1")
}

fn character(job: &Job) -> Value {
    let status = status(job);
    let thumbnail = job.input.get("input_images");
    let thumbnail = thumbnail.and_then(|images| images.get(0)?.get("image_url"));
    let begun = !matches!(job.phase(), Phase::Queued { .. });
    let begun_at = begun.then(|| rfc3339(job.wall_at(job.timeline.queued)));
    let reason = (status == "failed").then_some("No face was found in the pictures");
    json!({
        "id": job.id,
        "name": job.prompt,
        "model_version": version_of(job),
        "status": status,
        "thumbnail_url": thumbnail.filter(|_| status == "completed"),
        "created_at": rfc3339(job.created),
        "in_progress_at": begun_at,
        "fail_reason": reason,
    })
}
