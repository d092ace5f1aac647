//! The older protocol: parameters in `params`, two headers instead of a key, job sets that are
//! polled. It cannot be canceled.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::problem::{Problem, complain};
use super::requests::{Accepted, accept, look};
use super::{models, parse, view};
use crate::check::text_in;
use crate::line::Cord;
use crate::queue::{Ending, Job, Phase};
use crate::script::{Gate, Moment, Provider, Shut};
use crate::stage::{Stage, rfc3339};

const DOP: &str = "v1/image2video/dop";

/// `POST /v1/image2video/dop`.
pub(super) async fn create(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let body = parse(&body)?;
    let params = body.get("params").and_then(Value::as_object).cloned();
    let params = params
        .ok_or_else(|| Problem::Invalid(vec![complain("params", "missing", "Field required")]))?;
    let complaints = models::dop_complaints(&params);
    if !complaints.is_empty() {
        return Err(Problem::Invalid(complaints));
    }
    let model = model_of(&params).ok_or(Problem::UnknownModel)?;
    let prompt = text_in(&params, "prompt").unwrap_or_default().to_owned();
    let gate = stage
        .script
        .gate(Provider::Higgsfield, Moment::Submit, &prompt);
    let way = match gate {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let recorded = Value::Object(body);
    stage
        .submits
        .accept(Provider::Higgsfield, DOP, recorded, &headers);
    let accepted = Accepted {
        endpoint: DOP.to_owned(),
        input: params,
        prompt,
    };
    let job = accept(&stage, model, accepted);
    Ok(cord.give(Json(job_set(&job, "queued")).into_response(), way))
}

/// Both halves of the key, in a header each; the newer way is not understood here.
fn authorize(headers: &HeaderMap) -> Result<(), Problem> {
    let given = |name| headers.get(name).is_some_and(|value| !value.is_empty());
    if given("hf-api-key") && given("hf-secret") {
        return Ok(());
    }
    Err(Problem::from(Shut::Auth))
}

fn model_of(params: &Map<String, Value>) -> Option<&'static models::Model> {
    let name = text_in(params, "model")?.strip_prefix("dop-")?;
    models::find(&format!("higgsfield-ai/dop/{name}"))
}

/// `GET /v1/job-sets/{id}`.
pub(super) async fn show(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    look(&stage, &cord, &id, |job| job_set(job, view::status(job)))
}

fn job_set(job: &Job, status: &str) -> Value {
    let is_made = matches!(job.fate.ending, Ending::Made) && job.phase() == Phase::Ended;
    let url = job
        .outputs
        .first()
        .filter(|_| is_made && status == "completed");
    let results = url.map(|url| {
        let file = json!({ "url": url, "type": "video" });
        json!({ "min": file, "raw": file })
    });
    json!({
        "id": job.id,
        "type": "image2video",
        "created_at": rfc3339(job.created),
        "input_params": job.input,
        "jobs": [{
            "id": job.id,
            "job_set_type": "image2video",
            "status": status,
            "results": results,
        }],
    })
}
