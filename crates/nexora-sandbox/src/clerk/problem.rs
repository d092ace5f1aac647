//! Clerk's errors: `{errors: [{message, long_message, code}], clerk_trace_id}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::directory::fresh_id;
use crate::script::Shut;

/// An error answer of Clerk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NoKey,
    BadKey,
    NotFound,
    NotJson,
    Missing(&'static str),
    Invalid(&'static str),
    EmailTaken,
    Full,
    Busy,
    Unavailable,
}

impl Problem {
    fn parts(self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NoKey => (
                StatusCode::UNAUTHORIZED,
                "authorization_header_format_invalid",
                "Invalid Authorization header format".to_owned(),
            ),
            Self::BadKey => (
                StatusCode::UNAUTHORIZED,
                "clerk_key_invalid",
                "The provided Clerk Secret Key is invalid.".to_owned(),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "resource_not_found",
                "not found".to_owned(),
            ),
            Self::NotJson => (
                StatusCode::BAD_REQUEST,
                "request_body_invalid",
                "Request body invalid".to_owned(),
            ),
            Self::Missing(name) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "form_param_missing",
                format!("{name} must be included"),
            ),
            Self::Invalid(name) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "form_param_value_invalid",
                format!("{name} is invalid"),
            ),
            Self::EmailTaken => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "form_identifier_exists",
                "That email address is taken. Please try another.".to_owned(),
            ),
            Self::Full => (
                StatusCode::FORBIDDEN,
                "user_quota_exceeded",
                "You have reached the limit of users of a development instance.".to_owned(),
            ),
            Self::Busy => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests. Please try again in a bit.".to_owned(),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "internal_clerk_error",
                "Oops, an unexpected error occurred".to_owned(),
            ),
        }
    }
}

impl From<Shut> for Problem {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Auth => Self::BadKey,
            Shut::Busy => Self::Busy,
            Shut::Broke | Shut::Down => Self::Unavailable,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        let error = json!({ "message": message, "long_message": message, "code": code });
        let body = json!({ "errors": [error], "clerk_trace_id": fresh_id("") });
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
