//! Higgsfield's errors: `{detail}`, a sentence or a list of complaints.

use reqwest::StatusCode;
use serde_json::Value;

use crate::error::{ErrorKind, ProviderError};
use crate::wire::Answer;

/// A submit that was not accepted, or may have been.
pub(super) fn of_submit(answer: &Answer) -> ProviderError {
    // Its own API names the request, or the set of jobs, once there is one. A page in front of it
    // knows nothing about what happened behind.
    let proven = answer.is_json_without("request_id") && answer.is_json_without("id");
    of_question(answer).ambiguous_unless(proven)
}

/// A question that was not answered: it can be asked again.
pub(super) fn of_question(answer: &Answer) -> ProviderError {
    let words = words(answer);
    let lower = words.to_lowercase();
    let says = |part: &str| lower.contains(part);
    let status = answer.status;
    let kind = match status {
        // "Maximum number of concurrent requests (4) has been reached": room comes back by itself.
        StatusCode::BAD_REQUEST if says("concurrent") => ErrorKind::Busy { after: None },
        StatusCode::FORBIDDEN if says("credits") => ErrorKind::Exhausted,
        StatusCode::PAYMENT_REQUIRED => ErrorKind::Exhausted,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Misconfigured,
        // 423: the model is switched off for us, or for everybody.
        StatusCode::NOT_FOUND | StatusCode::LOCKED => ErrorKind::Gone,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Down,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::Busy {
            after: answer.retry_after(),
        },
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY if is_refusal(&lower) => {
            ErrorKind::Refused
        }
        _ if status.is_client_error() => ErrorKind::Invalid,
        _ if status.is_server_error() => ErrorKind::Down,
        // A redirect: the base URL leads somewhere else, and our key does not follow.
        _ => ErrorKind::Misconfigured,
    };
    answer.error(kind, &words)
}

/// A prompt that is refused at the door rather than in its status. The wording is not documented.
fn is_refusal(lower: &str) -> bool {
    const REFUSALS: [&str; 3] = ["nsfw", "moderation", "content policy"];
    REFUSALS.iter().any(|part| lower.contains(part))
}

/// The sentence, or the first complaint: `duration: Input should be …`.
fn words(answer: &Answer) -> String {
    let body = answer.json();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let complaint = body.pointer("/detail/0");
    match (text("detail").or_else(|| text("message")), complaint) {
        (Some(words), _) => words.to_owned(),
        (None, Some(complaint)) => sentence(complaint),
        (None, None) => format!("it answers {}", answer.status),
    }
}

fn sentence(complaint: &Value) -> String {
    let words = complaint.get("msg").and_then(Value::as_str);
    let words = words.unwrap_or("no reason given");
    let place = complaint.get("loc").and_then(Value::as_array);
    let field = place.and_then(|place| place.last()).and_then(Value::as_str);
    match field {
        Some(field) if field != "body" => format!("{field}: {words}"),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nexora_core::Provider;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::example(Provider::Higgsfield, status, body)
    }

    fn detail(words: &str) -> String {
        format!(r#"{{"detail":"{words}"}}"#)
    }

    #[test]
    fn the_status_says_what_to_do_and_some_sentences_say_more() {
        let busy = ErrorKind::Busy { after: None };
        let full = "Maximum number of concurrent requests (4) has been reached";
        let table = [
            (400, "words", ErrorKind::Invalid),
            (400, full, busy.clone()),
            (400, "Prompt did not pass moderation", ErrorKind::Refused),
            (401, "words", ErrorKind::Misconfigured),
            (402, "words", ErrorKind::Exhausted),
            (403, "words", ErrorKind::Misconfigured),
            (403, "Not enough credits", ErrorKind::Exhausted),
            (403, "not_enough_credits", ErrorKind::Exhausted),
            (404, "words", ErrorKind::Gone),
            (408, "words", ErrorKind::Down),
            (422, "words", ErrorKind::Invalid),
            (422, "Flagged as NSFW", ErrorKind::Refused),
            (423, "words", ErrorKind::Gone),
            (429, "words", busy),
            (500, "words", ErrorKind::Down),
            (503, "words", ErrorKind::Down),
            (302, "words", ErrorKind::Misconfigured),
        ];
        for (status, words, kind) in table {
            let error = of_submit(&answer(status, &detail(words)));
            assert_eq!(
                (error.kind, error.detail.as_str()),
                (kind, words),
                "{status}"
            );
        }
    }

    #[test]
    fn the_first_complaint_is_told() {
        let body = r#"{"detail":[{"loc":["body","duration"],"msg":"too short","type":"x"}]}"#;
        assert_eq!(of_submit(&answer(422, body)).detail, "duration: too short");
        for odd in [r#"{"detail":[]}"#, r#"{"detail":[7]}"#, "<html>", ""] {
            let error = of_submit(&answer(422, odd));
            assert_eq!(error.kind, ErrorKind::Invalid, "{odd}");
        }
    }

    #[test]
    fn a_limited_rate_says_when_to_come_back() {
        let busy = answer(429, &detail("slow down")).with_header("retry-after", "3");
        let after = Some(Duration::from_secs(3));
        assert_eq!(of_question(&busy).kind, ErrorKind::Busy { after });
    }

    #[test]
    fn a_failed_submit_is_harmless_only_if_the_api_itself_says_so() {
        let kind = |body: &str| of_submit(&answer(502, body)).kind;
        assert_eq!(kind(r#"{"detail":"no"}"#), ErrorKind::Down);
        for unclear in [
            r#"{"detail":"no","request_id":"x"}"#,
            r#"{"detail":"no","id":"x"}"#,
            "<html>bad gateway</html>",
            "",
        ] {
            assert_eq!(kind(unclear), ErrorKind::Ambiguous, "{unclear}");
        }
        assert_eq!(of_question(&answer(502, "<html>")).kind, ErrorKind::Down);
    }
}
