//! Replicate's errors: `{title, detail, status}`, with `invalid_fields` for bad input.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::check::{Complaint, Wrong};
use crate::script::Shut;

/// An error answer of Replicate.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    Unauthenticated,
    Broke,
    Busy,
    Unavailable,
    NotFound,
    NotJson,
    UnknownVersion,
    BadCancelAfter,
    Invalid(Vec<Flaw>),
}

/// One entry of `invalid_fields`.
#[derive(Clone, Debug)]
pub(super) struct Flaw {
    kind: &'static str,
    field: String,
    sentence: String,
}

impl Flaw {
    pub(super) fn missing(parent: &str, name: &str) -> Self {
        Self {
            kind: "required",
            field: parent.to_owned(),
            sentence: format!("{name} is required"),
        }
    }

    pub(super) fn of_field(name: &str, sentence: &str) -> Self {
        Self {
            kind: "enum",
            field: format!("input.{name}"),
            sentence: sentence.to_owned(),
        }
    }

    pub(super) fn unknown(name: &str) -> Self {
        Self {
            kind: "additional_property_not_allowed",
            field: String::new(),
            sentence: format!("Additional property {name} is not allowed"),
        }
    }

    fn line(&self) -> String {
        if self.field.is_empty() {
            format!("- {}\n", self.sentence)
        } else {
            format!("- {}: {}\n", self.field, self.sentence)
        }
    }

    fn entry(&self) -> Value {
        json!({ "type": self.kind, "field": self.field, "description": self.sentence })
    }
}

impl From<Complaint> for Flaw {
    fn from(complaint: Complaint) -> Self {
        let name = complaint.field;
        let mistyped = |expected| {
            let given = type_of(&complaint.input);
            format!("Invalid type. Expected: {expected}, given: {given}")
        };
        let (kind, sentence) = match &complaint.fault {
            Wrong::Missing => return Self::missing("input", name),
            Wrong::NotText => ("invalid_type", mistyped("string")),
            Wrong::NotFlag => ("invalid_type", mistyped("boolean")),
            Wrong::NotWhole => ("invalid_type", mistyped("integer")),
            Wrong::NotReal | Wrong::NotFrame => ("invalid_type", mistyped("number")),
            Wrong::NotOneOf(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                let words = words.join(", ");
                (
                    "enum",
                    format!("{name} must be one of the following: {words}"),
                )
            }
            Wrong::Below(least) => (
                "number_gte",
                format!("Must be greater than or equal to {least}"),
            ),
            Wrong::Above(most) => (
                "number_lte",
                format!("Must be less than or equal to {most}"),
            ),
        };
        Self {
            kind,
            field: format!("input.{name}"),
            sentence,
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Broke => StatusCode::PAYMENT_REQUIRED,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotJson => StatusCode::BAD_REQUEST,
            Self::UnknownVersion | Self::BadCancelAfter | Self::Invalid(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        }
    }

    fn words(&self) -> (&'static str, String) {
        let (title, detail) = match self {
            Self::Unauthenticated => (
                "Unauthenticated",
                "You did not pass a valid authentication token",
            ),
            Self::Broke => (
                "Insufficient credit",
                "You have insufficient credit to run this model. Go to \
                 https://replicate.com/account/billing#billing to purchase credit.",
            ),
            Self::Busy => (
                "Too many requests",
                "Request was throttled. Your rate limit resets in ~1s.",
            ),
            Self::Unavailable => ("Service unavailable", "Please try again in a moment."),
            Self::NotFound => ("Not found", "The requested resource could not be found."),
            Self::NotJson => ("Bad request", "The request body is not valid JSON."),
            Self::UnknownVersion => (
                "Invalid version or not permitted",
                "The specified version does not exist (or perhaps you don't have permission to \
                 use it?)",
            ),
            Self::BadCancelAfter => (
                "Invalid Cancel-After header",
                "Cancel-After is a duration of at least 5 seconds, for example 90s, 5m or 1h.",
            ),
            Self::Invalid(flaws) => {
                let detail = flaws.iter().map(Flaw::line).collect();
                return ("Input validation failed", detail);
            }
        };
        (title, detail.to_owned())
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
        let (title, detail) = self.words();
        let mut body = json!({ "title": title, "detail": detail, "status": status.as_u16() });
        if let Self::Invalid(flaws) = &self {
            body["invalid_fields"] = flaws.iter().map(Flaw::entry).collect();
        }
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let one_second = HeaderValue::from_static("1");
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, one_second);
        }
        response
    }
}
