//! Replicate's webhooks: the prediction itself, signed as Standard Webhooks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::{authorize, view};
use crate::post::{Letter, deliver};
use crate::queue::{Delivery, Job, Phase};
use crate::stage::Stage;
use crate::standard;

/// What a webhook tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occasion {
    Start,
    Logs,
    Output,
    Completed,
}

const IN_ORDER: [Occasion; 4] = [
    Occasion::Start,
    Occasion::Logs,
    Occasion::Output,
    Occasion::Completed,
];

impl Occasion {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Logs => "logs",
            Self::Output => "output",
            Self::Completed => "completed",
        }
    }

    /// What the prediction looks like in this webhook.
    fn phase(self, job: &Job) -> Phase {
        match self {
            Self::Start => Phase::Queued { position: 0 },
            Self::Logs => Phase::Running {
                step: job.timeline.steps / 2,
                steps: job.timeline.steps,
            },
            Self::Output | Self::Completed => job.phase(),
        }
    }
}

/// `GET /v1/webhooks/default/secret`.
pub(super) async fn secret(
    State(stage): State<Arc<Stage>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    authorize(&headers)?;
    let secret = STANDARD.encode(&stage.replicate.secret);
    Ok(Json(json!({ "key": format!("whsec_{secret}") })))
}

/// Delivers the webhooks the create body asked for.
pub(super) fn promise(stage: &Arc<Stage>, job: &Arc<Job>, body: &Map<String, Value>) {
    let Some(url) = body.get("webhook").and_then(Value::as_str) else {
        return;
    };
    if job.fate.delivery == Delivery::Never {
        return;
    }
    let wanted = wanted_occasions(body.get("webhook_events_filter"));
    let (stage, job, url) = (Arc::clone(stage), Arc::clone(job), url.to_owned());
    let tasks = stage.tasks.clone();
    tasks.spawn(async move { tell(&stage, &job, &url, wanted).await });
}

/// Without a filter Replicate tells everything.
fn wanted_occasions(filter: Option<&Value>) -> Vec<Occasion> {
    let filter = filter.and_then(Value::as_array);
    let is_wanted = |occasion: &Occasion| {
        filter.is_none_or(|names| names.iter().any(|name| name == occasion.name()))
    };
    IN_ORDER.into_iter().filter(is_wanted).collect()
}

async fn tell(stage: &Arc<Stage>, job: &Job, url: &str, mut wanted: Vec<Occasion>) {
    if job.fate.delivery == Delivery::Shuffled {
        wanted.rotate_right(1);
        job.over(stage).await;
    }
    for occasion in wanted {
        match occasion {
            Occasion::Start => {}
            Occasion::Logs | Occasion::Output | Occasion::Completed => job.over(stage).await,
        }
        let is_empty = occasion == Occasion::Output && view::output(job, job.phase()).is_null();
        if stage.closing.is_cancelled() || is_empty {
            continue;
        }
        tell_once(stage, job, url, occasion).await;
        if job.fate.delivery == Delivery::Twice {
            tell_once(stage, job, url, occasion).await;
        }
    }
}

async fn tell_once(stage: &Arc<Stage>, job: &Job, url: &str, occasion: Occasion) {
    let prediction = view::prediction(stage, job, occasion.phase(job));
    let body = Bytes::from(prediction.to_string());
    // A repeated delivery carries the same id, so that the receiver can tell.
    let id = format!("msg_{}_{}", job.id, occasion.name());
    let sign = |now| standard::sign(&stage.replicate.secret, &id, &body, now);
    let letter = Letter {
        url,
        body: body.clone(),
        sign: &sign,
    };
    deliver(stage, letter).await;
}
