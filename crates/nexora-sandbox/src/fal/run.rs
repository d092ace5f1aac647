//! The synchronous host: the connection is held until the model is done.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;

use super::models;
use super::problem::Problem;
use super::{authorize, parse_input, prompt_of, queue, result};
use crate::line::Cord;
use crate::script::{Gate, Moment, Provider};
use crate::stage::Stage;

/// `POST /fal/run/{endpoint}`, and `…/stream` for one event with the result.
pub(super) async fn run(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let (endpoint, streams) = match path.strip_suffix("/stream") {
        Some(endpoint) => (endpoint, true),
        None => (path.as_str(), false),
    };
    let model = models::find(endpoint).ok_or_else(|| Problem::UnknownApp(endpoint.to_owned()))?;
    let input = parse_input(&body)?;
    let complaints = model.complaints(&input);
    if !complaints.is_empty() {
        return Err(Problem::Model(complaints));
    }
    let prompt = prompt_of(&input);
    let way = match stage.script.gate(Provider::Fal, Moment::Submit, &prompt) {
        Gate::Lost => return Ok(cord.cut()),
        Gate::Shut(shut) => return Err(shut.into()),
        Gate::Open(way) => way,
    };
    let recorded = Value::Object(input.clone());
    stage
        .submits
        .accept(Provider::Fal, endpoint, recorded, &headers);
    let job = queue::accept(&stage, model, endpoint.to_owned(), input, prompt);
    job.over(&stage).await;
    let response = if streams {
        let event = Event::default().data(result::payload(model, &job)?.to_string());
        Sse::new(stream::iter([Ok::<_, std::convert::Infallible>(event)])).into_response()
    } else {
        queue::answer(&job)?
    };
    Ok(cord.give(response, way))
}
