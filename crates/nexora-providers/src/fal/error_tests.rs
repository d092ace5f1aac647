//! Every error of fal's that the reference lists, and what we make of it.

use std::time::Duration;

use nexora_core::Provider;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer::example(Provider::Fal, status, body)
}

fn complaint(kind: &str) -> String {
    format!(
        r#"{{"detail":[{{"loc":["body","prompt"],"msg":"words","type":"{kind}","ctx":{{}}}}]}}"#
    )
}

fn infrastructure(kind: &str) -> String {
    format!(r#"{{"detail":"words","error_type":"{kind}"}}"#)
}

#[test]
fn a_model_refuses_complains_or_breaks() {
    let refused = Verdict::Refused("prompt: words".to_owned());
    let invalid = Verdict::Invalid("prompt: words".to_owned());
    let failed = |retryable| Verdict::ModelFailed {
        words: "prompt: words".to_owned(),
        retryable,
    };
    let table = [
        (422, "content_policy_violation", refused.clone()),
        (422, "no_media_generated", refused),
        (422, "missing", invalid.clone()),
        (422, "value_error", invalid.clone()),
        (422, "one_of", invalid.clone()),
        (422, "greater_than_equal", invalid.clone()),
        (422, "sequence_too_long", invalid.clone()),
        (422, "image_too_small", invalid.clone()),
        (422, "file_download_error", invalid.clone()),
        (422, "feature_not_supported", invalid),
        (400, "downstream_service_error", failed(false)),
        (500, "downstream_service_unavailable", failed(true)),
        (500, "internal_server_error", failed(true)),
        (504, "generation_timeout", failed(true)),
    ];
    for (status, kind, verdict) in table {
        assert_eq!(read(&answer(status, &complaint(kind))), verdict, "{kind}");
    }
}

#[test]
fn a_refusal_is_found_behind_other_complaints() {
    let body =
        r#"{"detail":[{"type":"missing","msg":"a"},{"type":"no_media_generated","msg":"b"}]}"#;
    assert_eq!(read(&answer(422, body)), Verdict::Refused("b".to_owned()));
}

#[test]
fn both_headers_can_say_whether_to_try_again() {
    let broken = || answer(500, &complaint("internal_server_error"));
    let retryable = |answer: Answer| {
        let verdict = read(&answer);
        let Verdict::ModelFailed { retryable, .. } = verdict else {
            panic!("{verdict:?}");
        };
        retryable
    };
    assert!(retryable(broken()));
    assert!(!retryable(broken().with_header("x-fal-retryable", "false")));
    assert!(!retryable(broken().with_header("x-fal-needs-retry", "0")));
    let partner = answer(400, &complaint("downstream_service_error"));
    assert!(retryable(partner.with_header("x-fal-needs-retry", "1")));
}

#[test]
fn a_runner_breaks_or_is_told_to_stop() {
    let failed = Verdict::RunnerFailed("words".to_owned());
    let table = [
        (504, "request_timeout", failed.clone()),
        (504, "startup_timeout", failed.clone()),
        (503, "runner_scheduling_failure", failed.clone()),
        (503, "runner_connection_timeout", failed.clone()),
        (503, "runner_disconnected", failed.clone()),
        (503, "runner_connection_refused", failed.clone()),
        (503, "runner_connection_error", failed.clone()),
        (502, "runner_incomplete_response", failed.clone()),
        (500, "runner_server_error", failed.clone()),
        (500, "internal_error", failed),
        (499, "client_disconnected", Verdict::Cancelled),
        (499, "client_cancelled", Verdict::Cancelled),
        (400, "bad_request", Verdict::Invalid("words".to_owned())),
    ];
    for (status, kind, verdict) in table {
        assert_eq!(
            read(&answer(status, &infrastructure(kind))),
            verdict,
            "{kind}"
        );
    }
}

#[test]
fn a_gateway_is_told_by_its_status() {
    let locked = r#"{"detail":"User is locked. Reason: Exhausted balance. Top up."}"#;
    let early = r#"{"detail":"Request is still in progress"}"#;
    let plain = r#"{"detail":"words"}"#;
    let busy = ErrorKind::Busy { after: None };
    let table = [
        (401, plain, ErrorKind::Misconfigured),
        (402, plain, ErrorKind::Exhausted),
        (403, locked, ErrorKind::Exhausted),
        (403, plain, ErrorKind::Misconfigured),
        (404, plain, ErrorKind::Gone),
        (408, plain, ErrorKind::Down),
        (429, plain, busy),
        (500, plain, ErrorKind::Down),
        (502, "<html>nginx</html>", ErrorKind::Down),
        (307, "", ErrorKind::Misconfigured),
    ];
    for (status, body, kind) in table {
        let verdict = read(&answer(status, body));
        let Verdict::Gateway(read_kind, _) = verdict else {
            panic!("{status} {body}: {verdict:?}");
        };
        assert_eq!(read_kind, kind, "{status} {body}");
    }
    assert_eq!(read(&answer(400, early)), Verdict::NotYet);
    assert_eq!(
        read(&answer(400, plain)),
        Verdict::Invalid("words".to_owned())
    );
    assert_eq!(
        read(&answer(422, "{}")),
        Verdict::Invalid("it answers 422 Unprocessable Entity".to_owned())
    );
}

#[test]
fn a_busy_queue_says_when_to_come_back() {
    let busy = answer(429, r#"{"detail":"slow down"}"#).with_header("retry-after", "3");
    let after = Some(Duration::from_secs(3));
    assert_eq!(of_submit(&busy).kind, ErrorKind::Busy { after });
}

#[test]
fn a_failed_submit_is_harmless_only_if_the_api_itself_says_so() {
    let kind = |status, body: &str| of_submit(&answer(status, body)).kind;
    for status in [500, 502, 503, 504] {
        assert_eq!(
            kind(status, r#"{"detail":"no"}"#),
            ErrorKind::Down,
            "{status}"
        );
        assert_eq!(
            kind(status, &infrastructure("internal_error")),
            ErrorKind::Down
        );
        assert_eq!(
            kind(status, "<html>nginx</html>"),
            ErrorKind::Ambiguous,
            "{status}"
        );
        assert_eq!(kind(status, ""), ErrorKind::Ambiguous, "{status}");
        assert_eq!(
            kind(status, r#"{"detail":"no","request_id":"1"}"#),
            ErrorKind::Ambiguous,
            "{status}"
        );
    }
    assert_eq!(
        kind(422, &complaint("content_policy_violation")),
        ErrorKind::Refused
    );
    assert_eq!(kind(422, &complaint("missing")), ErrorKind::Invalid);
}
