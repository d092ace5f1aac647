//! Runway's errors: `{error}`, with `issues` when the input is at fault.

use reqwest::StatusCode;
use serde_json::Value;

use crate::error::{ErrorKind, ProviderError};
use crate::wire::Answer;

/// A submit that was not accepted, or may have been.
pub(super) fn of_submit(answer: &Answer) -> ProviderError {
    // Runway's own API names the task once there is one. A page in front of it knows nothing
    // about what happened behind.
    let proven = answer.is_json_without("id");
    of_question(answer).ambiguous_unless(proven)
}

/// A question that was not answered: it can be asked again.
pub(super) fn of_question(answer: &Answer) -> ProviderError {
    let words = words(answer);
    let says = |part: &str| words.to_lowercase().contains(part);
    let status = answer.status;
    let kind = match status {
        // An account without credits is a bad request there; the wording is all there is.
        StatusCode::BAD_REQUEST if says("enough credits") => ErrorKind::Exhausted,
        StatusCode::PAYMENT_REQUIRED => ErrorKind::Exhausted,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Misconfigured,
        StatusCode::NOT_FOUND => ErrorKind::Gone,
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => ErrorKind::Down,
        // A day's allowance does not come back while somebody waits; another route may work.
        StatusCode::TOO_MANY_REQUESTS if says("daily") => ErrorKind::Exhausted,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Busy {
            after: answer.retry_after(),
        },
        _ if status.is_client_error() => ErrorKind::Invalid,
        _ if status.is_server_error() => ErrorKind::Down,
        // A redirect: the base URL leads somewhere else, and our key does not follow.
        _ => ErrorKind::Misconfigured,
    };
    answer.error(kind, &words)
}

/// What stands in `error`, and the first issue behind it.
fn words(answer: &Answer) -> String {
    let body = answer.json();
    let Some(error) = body.get("error").and_then(Value::as_str) else {
        return format!("it answers {}", answer.status);
    };
    match body.pointer("/issues/0") {
        Some(issue) => format!("{error}: {}", sentence(issue)),
        None => error.to_owned(),
    }
}

/// `{"path":["ratio"],"message":"Required"}` is `ratio: Required`.
fn sentence(issue: &Value) -> String {
    let message = issue.get("message").and_then(Value::as_str);
    let message = message.unwrap_or("no reason given");
    match issue.pointer("/path/0").and_then(Value::as_str) {
        Some(field) => format!("{field}: {message}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nexora_core::Provider;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::example(Provider::Runway, status, body)
    }

    #[test]
    fn the_status_says_what_to_do_and_two_sentences_say_more() {
        let plain = r#"{"error":"words"}"#;
        let broke = r#"{"error":"You do not have enough credits to run this task."}"#;
        let daily = r#"{"error":"You have reached your daily limit for this model."}"#;
        let table = [
            (400, plain, ErrorKind::Invalid),
            (400, broke, ErrorKind::Exhausted),
            (401, plain, ErrorKind::Misconfigured),
            (402, plain, ErrorKind::Exhausted),
            (403, plain, ErrorKind::Misconfigured),
            (404, plain, ErrorKind::Gone),
            (405, plain, ErrorKind::Invalid),
            (408, plain, ErrorKind::Down),
            (409, plain, ErrorKind::Down),
            (429, plain, ErrorKind::Busy { after: None }),
            (429, daily, ErrorKind::Exhausted),
            (500, plain, ErrorKind::Down),
            (503, plain, ErrorKind::Down),
            (302, plain, ErrorKind::Misconfigured),
        ];
        for (status, body, kind) in table {
            assert_eq!(
                of_submit(&answer(status, body)).kind,
                kind,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn the_first_issue_is_told() {
        let body = r#"{"error":"Validation of body failed","docUrl":"https://a.example",
            "issues":[{"code":"invalid_type","path":["ratio"],"message":"Required"}]}"#;
        let told = of_submit(&answer(400, body)).detail;
        assert_eq!(told, "Validation of body failed: ratio: Required");
        for odd in [r#"{"error":{"a":1}}"#, "[]", "<html>", ""] {
            let told = of_submit(&answer(400, odd)).detail;
            assert_eq!(told, "it answers 400 Bad Request", "{odd}");
        }
    }

    #[test]
    fn a_limited_rate_says_when_to_come_back() {
        let busy = answer(429, r#"{"error":"slow down"}"#).with_header("retry-after-ms", "1500");
        let after = Some(Duration::from_millis(1_500));
        assert_eq!(of_question(&busy).kind, ErrorKind::Busy { after });
    }

    #[test]
    fn a_failed_submit_is_harmless_only_if_the_api_itself_says_so() {
        let kind = |body| of_submit(&answer(502, body)).kind;
        assert_eq!(kind(r#"{"error":"no"}"#), ErrorKind::Down);
        assert_eq!(kind(r#"{"error":"no","id":"x"}"#), ErrorKind::Ambiguous);
        assert_eq!(kind("<html>bad gateway</html>"), ErrorKind::Ambiguous);
        assert_eq!(kind(""), ErrorKind::Ambiguous);
        assert_eq!(of_question(&answer(502, "<html>")).kind, ErrorKind::Down);
    }
}
