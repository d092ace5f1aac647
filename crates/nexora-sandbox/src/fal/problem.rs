//! The three shapes of fal's errors: model (list detail), infrastructure, gateway.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::check::{Complaint, Wrong};
use crate::script::Shut;

/// An error answer of fal.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    Unauthenticated,
    Broke,
    Busy,
    Unavailable,
    NotJson,
    UnknownApp(String),
    UnknownRequest,
    StillRunning,
    Canceled,
    RunnerGone,
    /// The model looked at the input and said no; the list of `detail`.
    Model(Vec<Value>),
}

impl Problem {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Broke => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::RunnerGone => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotJson | Self::StillRunning => StatusCode::BAD_REQUEST,
            Self::UnknownApp(_) | Self::UnknownRequest => StatusCode::NOT_FOUND,
            Self::Canceled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Model(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    pub(super) fn body(&self) -> Value {
        let kind = self.infrastructure_kind();
        match (self, kind) {
            (Self::Model(detail), _) => json!({ "detail": detail }),
            (problem, Some(kind)) => json!({ "detail": problem.sentence(), "error_type": kind }),
            (problem, None) => json!({ "detail": problem.sentence() }),
        }
    }

    /// `error_type` of failures of the runners rather than of the model or the gateway.
    pub(super) fn infrastructure_kind(&self) -> Option<&'static str> {
        match self {
            Self::RunnerGone => Some("runner_disconnected"),
            Self::Canceled => Some("client_cancelled"),
            Self::Unavailable => Some("runner_scheduling_failure"),
            Self::NotJson => Some("bad_request"),
            Self::Unauthenticated
            | Self::Broke
            | Self::Busy
            | Self::UnknownApp(_)
            | Self::UnknownRequest
            | Self::StillRunning
            | Self::Model(_) => None,
        }
    }

    pub(super) fn sentence(&self) -> String {
        let sentence = match self {
            Self::Unauthenticated => "Authentication is required to access this application",
            Self::Broke => {
                "User is locked. Reason: Exhausted balance. Top up your balance at \
                 fal.ai/dashboard/billing."
            }
            Self::Busy => "Too many concurrent requests. Please try again later.",
            Self::Unavailable => "No runner could be scheduled for the request",
            Self::NotJson => "Request body is not a JSON object",
            Self::UnknownApp(app) => return format!("Application '{app}' not found"),
            Self::UnknownRequest => "Request not found",
            Self::StillRunning => "Request is still in progress",
            Self::Canceled => "Request was cancelled by the client",
            Self::RunnerGone => "Runner disconnected before the request was complete",
            Self::Model(_) => "Unprocessable Entity",
        };
        sentence.to_owned()
    }
}

impl From<Shut> for Problem {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Auth => Self::Unauthenticated,
            Shut::Broke => Self::Broke,
            Shut::Busy => Self::Busy,
            Shut::Down => Self::Unavailable,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.body())).into_response();
        let headers = response.headers_mut();
        if let Some(kind) = self.infrastructure_kind() {
            headers.insert("x-fal-error-type", HeaderValue::from_static(kind));
        }
        match self {
            Self::Busy => {
                headers.insert("retry-after", HeaderValue::from_static("1"));
            }
            Self::Model(_) => {
                headers.insert("x-fal-retryable", HeaderValue::from_static("false"));
                headers.insert("x-fal-needs-retry", HeaderValue::from_static("0"));
            }
            Self::Unauthenticated
            | Self::Broke
            | Self::Unavailable
            | Self::NotJson
            | Self::UnknownApp(_)
            | Self::UnknownRequest
            | Self::StillRunning
            | Self::Canceled
            | Self::RunnerGone => {}
        }
        response
    }
}

/// One entry of `detail`.
pub(super) fn detail(field: &str, kind: &str, sentence: &str, ctx: Value, input: Value) -> Value {
    json!({
        "loc": ["body", field],
        "msg": sentence,
        "type": kind,
        "url": format!("https://docs.fal.ai/errors#{kind}"),
        "ctx": ctx,
        "input": input,
    })
}

/// A complaint in pydantic's words.
pub(super) fn complaint(complaint: Complaint) -> Value {
    let (kind, sentence, ctx) = match &complaint.fault {
        Wrong::Missing => ("missing", "Field required".to_owned(), json!({})),
        Wrong::NotText => ("string_type", valid("string"), json!({})),
        Wrong::NotFlag => ("bool_parsing", valid("boolean"), json!({})),
        Wrong::NotWhole => ("int_parsing", valid("integer"), json!({})),
        Wrong::NotReal => ("float_parsing", valid("number"), json!({})),
        Wrong::NotFrame => ("value_error", valid("image size"), json!({})),
        Wrong::NotOneOf(words) => {
            let sentence = format!("Input should be one of: {}", words.join(", "));
            ("one_of", sentence, json!({ "expected": words }))
        }
        Wrong::Below(least) => {
            let sentence = format!("Input should be greater than or equal to {least}");
            ("greater_than_equal", sentence, json!({ "ge": least }))
        }
        Wrong::Above(most) => {
            let sentence = format!("Input should be less than or equal to {most}");
            ("less_than_equal", sentence, json!({ "le": most }))
        }
    };
    detail(complaint.field, kind, &sentence, ctx, complaint.input)
}

fn valid(what: &str) -> String {
    format!("Input should be a valid {what}")
}
