//! Runway's errors: `{error}`, with `issues` and `docUrl` for bad input.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::check::{Complaint, Wrong};
use crate::script::Shut;

/// An error answer of Runway.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    Unauthenticated,
    WrongVersion,
    Broke,
    Busy,
    Unavailable,
    NotFound,
    NotJson,
    Invalid(Vec<Value>),
}

/// One entry of `issues`.
pub(super) fn issue(field: &str, code: &str, message: &str) -> Value {
    json!({ "code": code, "path": [field], "message": message })
}

/// A complaint in the words of Runway's validator.
pub(super) fn complaint(complaint: Complaint) -> Value {
    let (code, message) = match &complaint.fault {
        Wrong::Missing => ("invalid_type", "Required".to_owned()),
        Wrong::NotText => ("invalid_type", expected("string")),
        Wrong::NotFlag => ("invalid_type", expected("boolean")),
        Wrong::NotWhole => ("invalid_type", expected("integer")),
        Wrong::NotReal | Wrong::NotFrame => ("invalid_type", expected("number")),
        Wrong::NotOneOf(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let message = format!("Invalid value. Expected {}", words.join(" or "));
            ("invalid_enum_value", message)
        }
        Wrong::Below(least) => (
            "too_small",
            format!("Number must be greater than or equal to {least}"),
        ),
        Wrong::Above(most) => (
            "too_big",
            format!("Number must be less than or equal to {most}"),
        ),
    };
    issue(complaint.field, code, &message)
}

fn expected(what: &str) -> String {
    format!("Expected {what}")
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            // Not a status of its own: an account without credits is a bad request there.
            Self::Broke | Self::WrongVersion | Self::NotJson | Self::Invalid(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotFound => StatusCode::NOT_FOUND,
        }
    }

    fn sentence(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "The API key provided is not valid.",
            Self::WrongVersion => "The X-Runway-Version header is missing or not supported.",
            Self::Broke => "You do not have enough credits to run this task.",
            Self::Busy => "You have made too many requests. Please try again later.",
            Self::Unavailable => "The service is temporarily unavailable.",
            Self::NotFound => "The requested resource was not found.",
            Self::NotJson => "The request body is not valid JSON.",
            Self::Invalid(_) => "Validation of body failed",
        }
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
        let status = self.status();
        let mut body = json!({ "error": self.sentence() });
        if let Self::Invalid(issues) = self {
            body["issues"] = Value::Array(issues);
            body["docUrl"] = "https://docs.dev.runwayml.com/api".into();
        }
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let one_second = HeaderValue::from_static("1");
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, one_second);
        }
        response
    }
}
