//! Replicate's errors: `{title, detail, status}`.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use crate::error::{ErrorKind, ProviderError};
use crate::wire::Answer;

/// A submit that was not accepted, or may have been.
pub(super) fn of_submit(answer: &Answer) -> ProviderError {
    // Replicate's own API names the prediction once there is one. A page in front of it knows
    // nothing about what happened behind.
    let proven = answer.is_json_without("id");
    of_question(answer).ambiguous_unless(proven)
}

/// A question that was not answered: it can be asked again.
pub(super) fn of_question(answer: &Answer) -> ProviderError {
    let words = words(answer);
    let status = answer.status;
    let kind = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Misconfigured,
        StatusCode::PAYMENT_REQUIRED => ErrorKind::Exhausted,
        StatusCode::NOT_FOUND => ErrorKind::Gone,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Down,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Busy {
            after: answer.retry_after().or_else(|| told_seconds(&words)),
        },
        _ if status.is_client_error() => ErrorKind::Invalid,
        _ if status.is_server_error() => ErrorKind::Down,
        // A redirect: the base URL leads somewhere else, and our key does not follow.
        _ => ErrorKind::Misconfigured,
    };
    answer.error(kind, &words)
}

fn words(answer: &Answer) -> String {
    let body = answer.json();
    let text = |name| body.get(name).and_then(Value::as_str);
    match text("detail").or_else(|| text("title")) {
        Some(words) => words.to_owned(),
        None => format!("it answers {}", answer.status),
    }
}

/// `Your rate limit resets in ~30s.`
fn told_seconds(words: &str) -> Option<Duration> {
    let (_, after) = words.split_once('~')?;
    let (seconds, _) = after.split_once('s')?;
    let seconds: u64 = seconds.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(SECONDS_TOLD_MAX)))
}

/// Rate limits there are per minute; more is a misunderstanding.
const SECONDS_TOLD_MAX: u64 = 600;

#[cfg(test)]
mod tests {
    use nexora_core::Provider;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::example(Provider::Replicate, status, body)
    }

    fn busy(seconds: u64) -> ErrorKind {
        let after = Some(Duration::from_secs(seconds));
        ErrorKind::Busy { after }
    }

    #[test]
    fn the_status_says_what_to_do() {
        let plain = r#"{"title":"T","detail":"words","status":0}"#;
        let table = [
            (400, ErrorKind::Invalid),
            (401, ErrorKind::Misconfigured),
            (402, ErrorKind::Exhausted),
            (403, ErrorKind::Misconfigured),
            (404, ErrorKind::Gone),
            (408, ErrorKind::Down),
            (422, ErrorKind::Invalid),
            (429, ErrorKind::Busy { after: None }),
            (500, ErrorKind::Down),
            (503, ErrorKind::Down),
            (302, ErrorKind::Misconfigured),
        ];
        for (status, kind) in table {
            let error = of_submit(&answer(status, plain));
            assert_eq!(
                (error.kind, error.detail.as_str()),
                (kind, "words"),
                "{status}"
            );
        }
    }

    #[test]
    fn a_throttled_call_says_when_to_come_back() {
        let body =
            r#"{"detail":"Request was throttled. Your rate limit resets in ~30s.","status":429}"#;
        assert_eq!(of_submit(&answer(429, body)).kind, busy(30));
        let both = answer(429, body).with_header("retry-after", "4");
        assert_eq!(of_submit(&both).kind, busy(4));
    }

    #[test]
    fn a_failed_submit_is_harmless_only_if_the_api_itself_says_so() {
        let kind = |body| of_submit(&answer(502, body)).kind;
        assert_eq!(kind(r#"{"detail":"no"}"#), ErrorKind::Down);
        assert_eq!(
            kind(r#"{"id":"x","status":"starting"}"#),
            ErrorKind::Ambiguous
        );
        assert_eq!(kind("<html>bad gateway</html>"), ErrorKind::Ambiguous);
        assert_eq!(of_question(&answer(502, "<html>")).kind, ErrorKind::Down);
    }
}
