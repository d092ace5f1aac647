//! `OpenAI`'s errors: `{"error": {message, type, param, code}}`.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::script::Shut;

/// An error answer of `OpenAI`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

const INVALID: &str = "invalid_request_error";

impl Problem {
    pub(super) fn unauthenticated() -> Self {
        let message = "Incorrect API key provided. You can find your API key at \
            https://platform.openai.com/account/api-keys.";
        Self::new(401, INVALID, Some("invalid_api_key"), message)
    }

    pub(super) fn not_json() -> Self {
        let message = "We could not parse the JSON body of your request.";
        Self::new(400, INVALID, None, message)
    }

    pub(super) fn unknown_model(model: &str) -> Self {
        let message =
            format!("The model `{model}` does not exist or you do not have access to it.");
        Self::new(404, INVALID, Some("model_not_found"), &message)
    }

    pub(super) fn missing(param: &str) -> Self {
        let message = format!("Missing required parameter: '{param}'.");
        Self::new(400, INVALID, Some("missing_required_parameter"), &message).about(param)
    }

    pub(super) fn unknown(param: &str) -> Self {
        let message = format!("Unknown parameter: '{param}'.");
        Self::new(400, INVALID, Some("unknown_parameter"), &message).about(param)
    }

    pub(super) fn wrong_type(param: &str, expected: &str) -> Self {
        let message = format!("Invalid type for '{param}': expected {expected}.");
        Self::new(400, INVALID, Some("invalid_type"), &message).about(param)
    }

    pub(super) fn wrong_value(param: &str, sentence: &str) -> Self {
        let message = format!("Invalid value for '{param}': {sentence}");
        Self::new(400, INVALID, Some("invalid_value"), &message).about(param)
    }

    /// The safety system refused the prompt or the picture.
    pub(super) fn moderated(violation: &str) -> Self {
        let message = format!(
            "Your request was rejected by the safety system. If you believe this is an error, \
             contact us at help.openai.com. safety_violations=[{violation}]."
        );
        Self::new(
            400,
            "image_generation_user_error",
            Some("moderation_blocked"),
            &message,
        )
    }

    pub(super) fn server(status: u16) -> Self {
        let message = "The server had an error while processing your request. Sorry about that!";
        Self::new(status, "server_error", None, message)
    }

    pub(super) fn body(&self) -> Value {
        json!({ "error": {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }})
    }

    fn new(status: u16, kind: &'static str, code: Option<&'static str>, message: &str) -> Self {
        Self {
            status,
            kind,
            code,
            param: None,
            message: message.to_owned(),
        }
    }

    fn about(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }
}

impl From<Shut> for Problem {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Auth => Self::unauthenticated(),
            Shut::Broke => {
                let message = "You exceeded your current quota, please check your plan and billing \
                    details.";
                Self::new(
                    429,
                    "insufficient_quota",
                    Some("insufficient_quota"),
                    message,
                )
            }
            Shut::Busy => {
                let message = "Rate limit reached for images per minute. Please try again in 1s.";
                Self::new(429, "requests", Some("rate_limit_exceeded"), message)
            }
            Shut::Down => Self::server(503),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        if self.code == Some("rate_limit_exceeded") {
            headers.insert("retry-after", HeaderValue::from_static("1"));
            headers.insert("retry-after-ms", HeaderValue::from_static("1000"));
        }
        let status = StatusCode::from_u16(self.status);
        let body = self.body();
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, headers, Json(body)).into_response()
    }
}
