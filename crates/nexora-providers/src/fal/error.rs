//! fal's three shapes of error: a model's list, a runner's type, a gateway's sentence.

use reqwest::StatusCode;
use serde_json::Value;

use crate::error::{ErrorKind, ProviderError};
use crate::wire::Answer;

/// What an answer that is no success says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The model does not want to make this.
    Refused(String),
    /// The model does not take this input.
    Invalid(String),
    /// The model broke.
    ModelFailed { words: String, retryable: bool },
    /// The machine under the model broke.
    RunnerFailed(String),
    /// We stopped it.
    Cancelled,
    /// The result was asked for too early.
    NotYet,
    /// The model was not reached.
    Gateway(ErrorKind, String),
}

/// A submit that was not accepted, or may have been.
pub(super) fn of_submit(answer: &Answer) -> ProviderError {
    let (kind, words) = match read(answer) {
        Verdict::Refused(words) => (ErrorKind::Refused, words),
        Verdict::Invalid(words) => (ErrorKind::Invalid, words),
        Verdict::Gateway(kind, words) => (kind, words),
        Verdict::ModelFailed { words, .. } | Verdict::RunnerFailed(words) => {
            (ErrorKind::Down, words)
        }
        Verdict::Cancelled | Verdict::NotYet => {
            (ErrorKind::Broken, "an answer for another call".to_owned())
        }
    };
    // fal's own API names the request once there is one. A page in front of it (nginx) knows
    // nothing about what happened behind.
    let proven = answer.is_json_without("request_id");
    answer.error(kind, &words).ambiguous_unless(proven)
}

/// A question that was not answered: it can be asked again.
pub(super) fn of_question(answer: &Answer) -> ProviderError {
    let (kind, words) = match read(answer) {
        Verdict::Gateway(kind, words) => (kind, words),
        Verdict::RunnerFailed(words) | Verdict::ModelFailed { words, .. } => {
            (ErrorKind::Down, words)
        }
        Verdict::Refused(words) | Verdict::Invalid(words) => (ErrorKind::Broken, words),
        Verdict::Cancelled | Verdict::NotYet => {
            (ErrorKind::Broken, "an answer for another call".to_owned())
        }
    };
    answer.error(kind, &words)
}

pub(super) fn read(answer: &Answer) -> Verdict {
    let body = answer.json();
    let detail = body.get("detail");
    if let Some(complaints) = detail.and_then(Value::as_array) {
        return model(answer, complaints);
    }
    let words = detail.and_then(Value::as_str).unwrap_or_default();
    if let Some(kind) = body.get("error_type").and_then(Value::as_str) {
        return runner(kind, words);
    }
    gateway(answer, words)
}

/// `{"detail":[{"loc":["body","prompt"],"msg":"…","type":"content_policy_violation"}]}`
fn model(answer: &Answer, complaints: &[Value]) -> Verdict {
    let kind_of = |complaint: &Value| {
        let kind = complaint.get("type").and_then(Value::as_str);
        kind.unwrap_or_default().to_owned()
    };
    let refusal = complaints
        .iter()
        .find(|complaint| REFUSALS.contains(&kind_of(complaint).as_str()));
    let Some(complaint) = refusal.or(complaints.first()) else {
        return gateway(answer, "an empty list of complaints");
    };
    let kind = kind_of(complaint);
    let words = sentence(complaint);
    match kind.as_str() {
        kind if REFUSALS.contains(&kind) => Verdict::Refused(words),
        "downstream_service_error" => Verdict::ModelFailed {
            words,
            retryable: told_retryable(answer).unwrap_or(false),
        },
        _ if answer.status.is_server_error() => Verdict::ModelFailed {
            words,
            retryable: told_retryable(answer).unwrap_or(true),
        },
        _ => Verdict::Invalid(words),
    }
}

/// What models say when they do not want to. The second is typical for Nano Banana.
const REFUSALS: [&str; 2] = ["content_policy_violation", "no_media_generated"];

/// `prompt: field required`
fn sentence(complaint: &Value) -> String {
    let words = complaint
        .get("msg")
        .and_then(Value::as_str)
        .unwrap_or("no reason given");
    let place = complaint.get("loc").and_then(Value::as_array);
    let field = place.and_then(|place| place.last()).and_then(Value::as_str);
    match field {
        Some(field) if field != "body" => format!("{field}: {words}"),
        _ => words.to_owned(),
    }
}

/// Older documentation names the first header, newer the second.
fn told_retryable(answer: &Answer) -> Option<bool> {
    let told = answer
        .header("x-fal-retryable")
        .or_else(|| answer.header("x-fal-needs-retry"))?;
    match told {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// `{"detail":"…","error_type":"runner_disconnected"}`
fn runner(kind: &str, words: &str) -> Verdict {
    let words = if words.is_empty() { kind } else { words };
    match kind {
        _ if is_cancellation(Some(kind)) => Verdict::Cancelled,
        "bad_request" => Verdict::Invalid(words.to_owned()),
        _ => Verdict::RunnerFailed(words.to_owned()),
    }
}

/// Whether a job ended because we left or stopped it.
pub(super) fn is_cancellation(error_type: Option<&str>) -> bool {
    error_type.is_some_and(|kind| kind.starts_with("client_"))
}

/// Whether a runner's failure may be gone at the next try: all but a bad request.
pub(super) fn is_retryable_runner(error_type: Option<&str>) -> bool {
    error_type.is_some_and(|kind| kind != "bad_request")
}

/// `{"detail":"…"}`, or no JSON at all.
fn gateway(answer: &Answer, words: &str) -> Verdict {
    let status = answer.status;
    let words = if words.is_empty() {
        format!("it answers {status}")
    } else {
        words.to_owned()
    };
    let kind = match status {
        _ if words.contains("Exhausted balance") => ErrorKind::Exhausted,
        StatusCode::PAYMENT_REQUIRED => ErrorKind::Exhausted,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Misconfigured,
        StatusCode::NOT_FOUND => ErrorKind::Gone,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Busy {
            after: answer.retry_after(),
        },
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Down,
        StatusCode::BAD_REQUEST if words.contains("still in progress") => return Verdict::NotYet,
        _ if status.is_client_error() => return Verdict::Invalid(words),
        _ if status.is_server_error() => ErrorKind::Down,
        // A redirect: the base URL leads somewhere else, and our key does not follow.
        _ => ErrorKind::Misconfigured,
    };
    Verdict::Gateway(kind, words)
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
