//! `OpenAI`'s errors: `{"error":{"message","type","param","code"}}`.

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{ErrorKind, ProviderError};
use crate::wire::{Answer, lenient};

#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default, deserialize_with = "lenient")]
    error: Option<Problem>,
}

#[derive(Debug, Default, Deserialize)]
struct Problem {
    #[serde(default, deserialize_with = "lenient")]
    message: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    code: Option<Value>,
}

/// A submit that was not answered with pictures.
pub(super) fn of_submit(answer: &Answer) -> ProviderError {
    let problem = serde_json::from_slice::<Body>(&answer.body)
        .ok()
        .and_then(|body| body.error);
    let is_their_own = problem.is_some();
    let problem = problem.unwrap_or_default();
    let kind = told_by_code(&problem).unwrap_or_else(|| told_by_status(answer, is_their_own));
    let words = match problem.message {
        // Their message repeats most of the key they did not like.
        Some(_) | None if answer.status == StatusCode::UNAUTHORIZED => {
            "it does not accept our key".to_owned()
        }
        Some(message) => message,
        None => format!("it answers {}", answer.status),
    };
    answer.error(kind, &words)
}

/// The code says more than the status: a 429 may mean a rate or an empty account.
fn told_by_code(problem: &Problem) -> Option<ErrorKind> {
    let code = problem.code.as_ref().and_then(Value::as_str);
    let names = [code, problem.kind.as_deref()];
    names.into_iter().flatten().find_map(|name| match name {
        "moderation_blocked" | "content_policy_violation" => Some(ErrorKind::Refused),
        "insufficient_quota" | "billing_hard_limit_reached" | "billing_limit_user_error" => {
            Some(ErrorKind::Exhausted)
        }
        "invalid_api_key" => Some(ErrorKind::Misconfigured),
        "model_not_found" => Some(ErrorKind::Gone),
        _ => None,
    })
}

fn told_by_status(answer: &Answer, is_their_own: bool) -> ErrorKind {
    match answer.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Misconfigured,
        StatusCode::PAYMENT_REQUIRED => ErrorKind::Exhausted,
        StatusCode::NOT_FOUND => ErrorKind::Gone,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Busy {
            after: answer.retry_after(),
        },
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => ErrorKind::Down,
        status if status.is_client_error() => ErrorKind::Invalid,
        // Their own error ends the call. A page in front of them may hide a picture being made.
        status if status.is_server_error() && is_their_own => ErrorKind::Down,
        status if status.is_server_error() => ErrorKind::Ambiguous,
        // A redirect: the base URL leads somewhere else, and our key does not follow.
        _ => ErrorKind::Misconfigured,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nexora_core::Provider;

    use super::*;

    fn answer(status: u16, kind: &str, code: &str) -> Answer {
        let body = format!(
            r#"{{"error":{{"message":"words","type":"{kind}","param":null,"code":{code}}}}}"#
        );
        Answer::example(Provider::OpenAi, status, &body)
    }

    #[test]
    fn code_and_status_say_what_to_do() {
        let busy = ErrorKind::Busy { after: None };
        let user = "image_generation_user_error";
        let invalid = "invalid_request_error";
        let table = [
            (400, user, "\"moderation_blocked\"", ErrorKind::Refused),
            (
                400,
                invalid,
                "\"content_policy_violation\"",
                ErrorKind::Refused,
            ),
            (
                400,
                "billing_limit_user_error",
                "\"billing_hard_limit_reached\"",
                ErrorKind::Exhausted,
            ),
            (
                400,
                invalid,
                "\"billing_hard_limit_reached\"",
                ErrorKind::Exhausted,
            ),
            (
                400,
                "billing_limit_user_error",
                "null",
                ErrorKind::Exhausted,
            ),
            (400, invalid, "null", ErrorKind::Invalid),
            (400, invalid, "\"model_not_found\"", ErrorKind::Gone),
            (
                401,
                invalid,
                "\"invalid_api_key\"",
                ErrorKind::Misconfigured,
            ),
            (403, invalid, "null", ErrorKind::Misconfigured),
            (404, invalid, "\"model_not_found\"", ErrorKind::Gone),
            (429, "requests", "\"rate_limit_exceeded\"", busy),
            (
                429,
                "insufficient_quota",
                "\"insufficient_quota\"",
                ErrorKind::Exhausted,
            ),
            (500, "server_error", "null", ErrorKind::Down),
            (503, "server_error", "3", ErrorKind::Down),
        ];
        for (status, kind, code, expected) in table {
            let error = of_submit(&answer(status, kind, code));
            assert_eq!(error.kind, expected, "{status} {kind} {code}");
        }
    }

    #[test]
    fn a_page_in_front_of_them_proves_nothing() {
        for body in ["<html>bad gateway</html>", "", r#"{"error":null}"#] {
            let answer = Answer::example(Provider::OpenAi, 502, body);
            assert_eq!(of_submit(&answer).kind, ErrorKind::Ambiguous, "{body}");
        }
    }

    #[test]
    fn a_rate_limit_says_when_to_come_back() {
        let busy = answer(429, "requests", "\"rate_limit_exceeded\"");
        let error = of_submit(&busy.with_header("retry-after-ms", "1500"));
        let after = Some(Duration::from_millis(1_500));
        assert_eq!(error.kind, ErrorKind::Busy { after });
    }

    #[test]
    fn what_they_say_about_our_key_is_not_repeated() {
        let error = of_submit(&answer(401, "invalid_request_error", "\"invalid_api_key\""));
        assert_eq!(error.detail, "it does not accept our key");
    }
}
