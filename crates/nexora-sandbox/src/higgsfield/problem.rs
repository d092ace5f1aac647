//! Higgsfield's errors: `{detail}`, a sentence or a list of complaints.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::check::{Complaint, Wrong};
use crate::script::Shut;

/// An error answer of Higgsfield.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    Unauthenticated,
    Broke,
    /// The account has as many requests under way as it may; that is a bad request there.
    TooManyAtOnce,
    /// Questions are counted like anywhere else.
    TooManyQuestions,
    Unavailable,
    UnknownModel,
    NotFound,
    NotJson,
    CannotCancel,
    StillTraining,
    Invalid(Vec<Value>),
}

/// One entry of `detail`.
pub(super) fn complain(field: &str, kind: &str, sentence: &str) -> Value {
    json!({ "loc": ["body", field], "msg": sentence, "type": kind })
}

/// A complaint in pydantic's words.
pub(super) fn complaint(complaint: Complaint) -> Value {
    let (kind, sentence) = match &complaint.fault {
        Wrong::Missing => ("missing", "Field required".to_owned()),
        Wrong::NotText => ("string_type", valid("string")),
        Wrong::NotFlag => ("bool_parsing", valid("boolean")),
        Wrong::NotWhole => ("int_parsing", valid("integer")),
        Wrong::NotReal | Wrong::NotFrame => ("float_parsing", valid("number")),
        Wrong::NotOneOf(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            ("enum", format!("Input should be {}", words.join(" or ")))
        }
        Wrong::Below(least) => (
            "greater_than_equal",
            format!("Input should be greater than or equal to {least}"),
        ),
        Wrong::Above(most) => (
            "less_than_equal",
            format!("Input should be less than or equal to {most}"),
        ),
    };
    complain(complaint.field, kind, &sentence)
}

fn valid(what: &str) -> String {
    format!("Input should be a valid {what}")
}

impl Problem {
    /// What a shut gate means to a question; a submit that finds no room is told so differently.
    pub(super) fn of_question(shut: Shut) -> Self {
        match shut {
            Shut::Busy => Self::TooManyQuestions,
            Shut::Auth | Shut::Broke | Shut::Down => shut.into(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Broke => StatusCode::FORBIDDEN,
            Self::TooManyAtOnce | Self::NotJson | Self::CannotCancel | Self::StillTraining => {
                StatusCode::BAD_REQUEST
            }
            Self::TooManyQuestions => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::UnknownModel | Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn detail(self) -> Value {
        let sentence = match self {
            Self::Unauthenticated => "Invalid API key or secret",
            Self::Broke => "Not enough credits",
            Self::TooManyAtOnce => "Maximum number of concurrent requests (4) has been reached",
            Self::TooManyQuestions => "Too many requests",
            Self::Unavailable => "Service temporarily unavailable",
            Self::UnknownModel => "Model not found",
            Self::NotFound => "Not found",
            Self::NotJson => "The request body is not valid JSON",
            Self::CannotCancel => "Request cannot be canceled",
            Self::StillTraining => "The reference is still in training",
            Self::Invalid(complaints) => return Value::Array(complaints),
        };
        sentence.into()
    }
}

impl From<Shut> for Problem {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Auth => Self::Unauthenticated,
            Shut::Broke => Self::Broke,
            Shut::Busy => Self::TooManyAtOnce,
            Shut::Down => Self::Unavailable,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = Json(json!({ "detail": self.detail() }));
        let mut response = (status, body).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let one_second = HeaderValue::from_static("1");
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, one_second);
        }
        response
    }
}
