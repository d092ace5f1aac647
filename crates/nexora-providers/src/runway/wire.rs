//! Runway's answers, as far as we read them.

use nexora_core::Provider;
use nexora_core::generation::Progress;
use serde::Deserialize;

use crate::media::Polled;
use crate::output::Output;
use crate::wire::lenient;

/// The answer to a create call.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) id: String,
}

/// A task.
#[derive(Debug, Deserialize)]
pub(super) struct Task {
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    progress: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    output: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    failure: Option<String>,
    #[serde(default, rename = "failureCode", deserialize_with = "lenient")]
    failure_code: Option<String>,
}

impl Task {
    /// Whether it waits or runs.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "PENDING" | "THROTTLED" | "RUNNING")
    }

    /// `None` if its status is none that we know.
    pub(super) fn into_polled(self) -> Option<Polled> {
        match self.status.as_str() {
            "PENDING" | "THROTTLED" => Some(Polled::Waiting(Progress::default())),
            "RUNNING" => Some(Polled::Waiting(Progress {
                percent: self.progress.and_then(percent),
                ..Progress::default()
            })),
            "SUCCEEDED" => Some(Polled::made(self.outputs())),
            "FAILED" => Some(self.into_failed()),
            "CANCELLED" => Some(Polled::Cancelled),
            _ => None,
        }
    }

    fn outputs(self) -> Vec<Output> {
        let urls = self.output.unwrap_or_default();
        let outputs = urls.iter().filter_map(|url| {
            Some(Output::Url {
                url: url.parse().ok()?,
                content_type: None,
            })
        });
        outputs.collect()
    }

    fn into_failed(self) -> Polled {
        let words = self.failure.unwrap_or_default();
        let words = if words.is_empty() {
            "no reason given"
        } else {
            &words
        };
        match Cause::of(self.failure_code.as_deref()) {
            Cause::Safety => Polled::refused(Provider::Runway, words),
            Cause::Internal => Polled::failed(words, true),
            Cause::Input => Polled::failed(words, false),
        }
    }
}

/// What a failure code blames: `SAFETY.INPUT.TEXT`, `INPUT_PREPROCESSING.INTERNAL`.
enum Cause {
    /// The content; another try is refused as well.
    Safety,
    /// Runway itself; it says that another try may work, as it does where it gives no code.
    Internal,
    /// The input.
    Input,
}

impl Cause {
    fn of(code: Option<&str>) -> Self {
        let Some(code) = code else {
            return Self::Internal;
        };
        let blames = |part: &str| code.split('.').any(|piece| piece == part);
        match () {
            () if blames("SAFETY") => Self::Safety,
            () if blames("INTERNAL") || blames("THIRD_PARTY") => Self::Internal,
            () => Self::Input,
        }
    }
}

/// 0.42 is 42.
fn percent(progress: f64) -> Option<u8> {
    let percent = format!("{:.0}", (progress * 100.0).floor());
    percent.parse().ok().filter(|percent| *percent <= 100)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn polled(task: Value) -> Option<Polled> {
        let task: Task = serde_json::from_value(task).unwrap();
        task.into_polled()
    }

    #[test]
    fn progress_is_a_share_of_one() {
        let seen = |progress: Value| {
            let task = json!({ "status": "RUNNING", "progress": progress });
            match polled(task) {
                Some(Polled::Waiting(progress)) => progress.percent,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(seen(json!(0)), Some(0));
        assert_eq!(seen(json!(0.429)), Some(42));
        assert_eq!(seen(json!(1.0)), Some(100));
        assert_eq!(seen(json!(7)), None);
        assert_eq!(seen(json!(-0.5)), None);
        assert_eq!(seen(json!("half")), None);
        assert_eq!(seen(Value::Null), None);
    }

    #[test]
    fn what_waits_is_open_and_what_has_ended_is_not() {
        for (status, open) in [
            ("PENDING", true),
            ("THROTTLED", true),
            ("RUNNING", true),
            ("SUCCEEDED", false),
            ("FAILED", false),
            ("CANCELLED", false),
            ("SLEEPING", false),
        ] {
            let task: Task = serde_json::from_value(json!({ "status": status })).unwrap();
            assert_eq!(task.is_open(), open, "{status}");
        }
        assert!(polled(json!({ "status": "SLEEPING" })).is_none());
        let cancelled = polled(json!({ "status": "CANCELLED" }));
        assert!(matches!(cancelled, Some(Polled::Cancelled)));
    }

    #[test]
    fn outputs_are_addresses_and_none_is_a_failure() {
        let made = |output| match polled(json!({ "status": "SUCCEEDED", "output": output })) {
            Some(Polled::Done(outputs)) => outputs.len(),
            Some(Polled::Failed {
                retryable: true, ..
            }) => 0,
            other => panic!("{other:?}"),
        };
        assert_eq!(made(json!(["https://a.example/1.mp4?_jwt=x"])), 1);
        assert_eq!(made(json!(["nonsense"])), 0);
        assert_eq!(made(json!([])), 0);
        assert_eq!(made(Value::Null), 0);
    }

    #[test]
    fn the_code_of_a_failure_says_whom_to_blame() {
        let failed = |code: Value| {
            polled(json!({ "status": "FAILED", "failure": "words", "failureCode": code })).unwrap()
        };
        for code in [
            "SAFETY.INPUT.TEXT",
            "SAFETY.OUTPUT.VIDEO",
            "INPUT_PREPROCESSING.SAFETY.TEXT",
        ] {
            assert!(matches!(failed(json!(code)), Polled::Refused(_)), "{code}");
        }
        let retryable = |code: Value| {
            let polled = failed(code);
            let Polled::Failed { retryable, .. } = polled else {
                panic!("{polled:?}");
            };
            retryable
        };
        assert!(retryable(json!("INTERNAL.BAD_OUTPUT.CODE01")));
        assert!(retryable(json!("INTERNAL")));
        assert!(retryable(json!("INPUT_PREPROCESSING.INTERNAL")));
        assert!(retryable(Value::Null));
        assert!(!retryable(json!("ASSET.INVALID")));
        assert!(!retryable(json!("INTERNALS")));
    }
}
