//! A prediction's event stream: its outputs or its error, then `done`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::json;

use super::problem::Problem;
use super::{authorize, view};
use crate::queue::{Job, Phase};
use crate::stage::Stage;

/// `GET urls.stream`.
pub(super) async fn follow(
    State(stage): State<Arc<Stage>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    authorize(&headers)?;
    let job = stage.replicate.jobs.find(&id).ok_or(Problem::NotFound)?;
    let events = stream::once(async move {
        job.over(&stage).await;
        stream::iter(last_events(&job).into_iter().map(Ok))
    });
    Ok(Sse::new(events.flatten()))
}

fn last_events(job: &Job) -> Vec<Event> {
    let phase = job.phase();
    let mut events = Vec::new();
    if !view::output(job, phase).is_null() {
        let outputs = job.outputs.iter();
        events.extend(outputs.map(|url| Event::default().event("output").data(url)));
    }
    if let Some(error) = view::error(job, phase) {
        let detail = json!({ "detail": error }).to_string();
        events.push(Event::default().event("error").data(detail));
    }
    let reason = match (phase, view::error(job, phase)) {
        (Phase::Ended, None) => json!({}),
        (Phase::Ended, Some(_)) => json!({ "reason": "error" }),
        (Phase::Queued { .. } | Phase::Running { .. } | Phase::Canceled | Phase::Aborted, _) => {
            json!({ "reason": "canceled" })
        }
    };
    events.push(Event::default().event("done").data(reason.to_string()));
    events
}
