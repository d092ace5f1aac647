//! Answers of the API: JSON:API with escaped slashes, and errors as `{errors: [{detail, source…}]}`.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::script::Shut;

/// Media type of both directions.
pub(super) const JSON_API: &str = "application/vnd.api+json";
/// The real API allows 300 calls a minute and says so; the sandbox counts nothing.
const LIMITS: [(&str, &str); 2] = [
    ("x-ratelimit-limit", "300"),
    ("x-ratelimit-remaining", "299"),
];

/// An error answer of Lemon Squeezy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Unauthenticated,
    NotFound,
    WrongMediaType,
    NotJson,
    /// Complaints about single fields of the body.
    Invalid(Vec<Flaw>),
    Busy,
    Unavailable,
}

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) pointer: String,
    pub(super) detail: String,
}

impl Flaw {
    /// About a field below `/data`.
    pub(super) fn at(place: &str, detail: &str) -> Self {
        Self {
            pointer: format!("/data/{place}"),
            detail: detail.to_owned(),
        }
    }
}

impl From<Flaw> for Problem {
    fn from(flaw: Flaw) -> Self {
        Self::Invalid(vec![flaw])
    }
}

impl From<Shut> for Problem {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Auth => Self::Unauthenticated,
            Shut::Busy => Self::Busy,
            Shut::Broke | Shut::Down => Self::Unavailable,
        }
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotJson => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn errors(&self) -> Vec<Value> {
        let status = self.status();
        let title = status.canonical_reason().unwrap_or_default();
        let error = |detail: &str, source: Value| {
            let mut error = json!({ "detail": detail, "status": status.as_str(), "title": title });
            if !source.is_null() {
                error["source"] = source;
            }
            error
        };
        let detail = match self {
            Self::Unauthenticated => "Unauthenticated.",
            Self::NotFound => "The requested resource does not exist.",
            Self::WrongMediaType => "The request entity has a media type which is not supported.",
            Self::NotJson => "The request body is not valid JSON:API.",
            Self::Busy => "Too Many Attempts.",
            Self::Unavailable => "The service is unavailable. Please try again.",
            Self::Invalid(flaws) => {
                let each = |flaw: &Flaw| error(&flaw.detail, json!({ "pointer": flaw.pointer }));
                return flaws.iter().map(each).collect();
            }
        };
        vec![error(detail, Value::Null)]
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        // Limits are answered by another layer of theirs, in another form.
        let body = if status == StatusCode::TOO_MANY_REQUESTS {
            json!({ "message": "Too Many Attempts." })
        } else {
            json!({ "jsonapi": { "version": "1.0" }, "errors": self.errors() })
        };
        let mut response = json_api(status, &body);
        if status == StatusCode::TOO_MANY_REQUESTS {
            let one_second = HeaderValue::from_static("1");
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, one_second);
        }
        response
    }
}

/// An answer of the API.
pub(super) fn json_api(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, escaped(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON_API));
    for (name, value) in LIMITS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// JSON as PHP prints it: with `\/`. A slash outside of a text does not occur in JSON.
pub(super) fn escaped(body: &Value) -> String {
    body.to_string().replace('/', "\\/")
}
