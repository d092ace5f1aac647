//! Replicate's answers, as far as we read them.

use std::slice;

use nexora_core::{Provider, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::media::Polled;
use crate::output::Output;
use crate::progress;
use crate::wire::lenient;

/// The answer to a create call.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) id: String,
}

/// The answer to the question for the webhooks' secret. Never shown.
#[derive(Deserialize)]
pub(super) struct Secret {
    pub(super) key: String,
}

/// A file that we have brought.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    pub(super) urls: Places,
}

/// Where a file can be read, with our key.
#[derive(Debug, Deserialize)]
pub(super) struct Places {
    pub(super) get: String,
}

/// One page of the list.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) next: Option<String>,
    pub(super) results: Vec<Prediction>,
}

/// A prediction.
#[derive(Debug, Deserialize)]
pub(super) struct Prediction {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) model: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) input: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    output: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    logs: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    data_removed: Option<bool>,
}

/// What stands in `error` when the safety checker, or the model, did not want to. The wording is
/// not documented; these are the ones seen.
const REFUSALS: [&str; 3] = ["nsfw", "flagged as sensitive", "(e005)"];
/// What stands there when the machine, not the order, was at fault. Seen, not documented.
const ACCIDENTS: [&str; 4] = [
    "out of memory",
    "interrupted",
    "temporarily unavailable",
    "unexpected error handling prediction",
];

impl Prediction {
    pub(super) fn created_at(&self) -> Option<Timestamp> {
        let at: jiff::Timestamp = self.created_at.as_deref()?.parse().ok()?;
        Some(Timestamp::from_ms(at.as_millisecond()))
    }

    /// `None` if its status is none that we know.
    pub(super) fn into_polled(self) -> Option<Polled> {
        match self.status.as_deref()? {
            "starting" | "processing" => {
                let log = self.logs.unwrap_or_default();
                Some(Polled::Waiting(progress::from_log(&log)))
            }
            "succeeded" => Some(self.into_made()),
            "failed" => Some(failed(self.error.as_deref().unwrap_or("no reason given"))),
            "canceled" => Some(Polled::Cancelled),
            // Its time ran out before a machine was free.
            "aborted" => Some(Polled::failed("it was never started", true)),
            _ => None,
        }
    }

    /// One URL or a list of them; after an hour, nothing.
    fn into_made(self) -> Polled {
        if self.data_removed == Some(true) {
            return Polled::Gone;
        }
        let output = self.output.unwrap_or_default();
        let urls = output
            .as_array()
            .map_or(slice::from_ref(&output), Vec::as_slice);
        let outputs = urls.iter().filter_map(|url| {
            Some(Output::Url {
                url: url.as_str()?.parse().ok()?,
                content_type: None,
            })
        });
        Polled::made(outputs.collect())
    }
}

fn failed(words: &str) -> Polled {
    let lower = words.to_lowercase();
    let says_any = |known: &[&str]| known.iter().any(|part| lower.contains(part));
    if says_any(&REFUSALS) {
        return Polled::refused(Provider::Replicate, without_code(words));
    }
    Polled::failed(words, says_any(&ACCIDENTS))
}

/// The sentence without the code that follows it: `… sensitive. (E005)`.
fn without_code(words: &str) -> &str {
    let Some((sentence, code)) = words.trim_end().rsplit_once(" (") else {
        return words;
    };
    if code.starts_with('E') && code.ends_with(')') {
        sentence
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn polled(prediction: Value) -> Option<Polled> {
        let prediction: Prediction = serde_json::from_value(prediction).unwrap();
        prediction.into_polled()
    }

    #[test]
    fn a_bar_in_the_logs_is_progress() {
        let logs = "Using seed: 7\n  0%|          | 0/4\n 75%|███████▌  | 3/4\n";
        match polled(json!({ "status": "processing", "logs": logs, "output": null })) {
            Some(Polled::Waiting(progress)) => assert_eq!(progress.percent, Some(75)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_output_is_one_url_or_several() {
        let made = |output| match polled(json!({ "status": "succeeded", "output": output })) {
            Some(Polled::Done(outputs)) => outputs.len(),
            Some(Polled::Failed {
                retryable: true, ..
            }) => 0,
            other => panic!("{other:?}"),
        };
        let url = "https://replicate.delivery/x/out-0.webp";
        assert_eq!(made(json!(url)), 1);
        assert_eq!(made(json!([url, url])), 2);
        assert_eq!(made(json!([])), 0);
        assert_eq!(made(json!([null, 3])), 0);
        assert_eq!(made(Value::Null), 0);
    }

    #[test]
    fn every_other_end_is_told_apart() {
        let ended = |status: &str| polled(json!({ "status": status, "data_removed": true }));
        assert!(matches!(ended("succeeded"), Some(Polled::Gone)));
        assert!(matches!(ended("canceled"), Some(Polled::Cancelled)));
        let again = Some(Polled::failed("it was never started", true));
        assert_eq!(format!("{:?}", ended("aborted")), format!("{again:?}"));
        assert!(ended("sleeping").is_none());
        assert!(polled(json!({})).is_none());
    }

    #[test]
    fn a_failure_a_refusal_and_an_accident_are_told_by_their_words() {
        let failed = |words: &str| polled(json!({ "status": "failed", "error": words }));
        let refused = |words| matches!(failed(words), Some(Polled::Refused(_)));
        assert!(refused("NSFW content detected. Try running it again."));
        assert!(refused(
            "The input or output was flagged as sensitive. (E005)"
        ));
        let retryable = |words| match failed(words) {
            Some(Polled::Failed { retryable, .. }) => retryable,
            other => panic!("{other:?}"),
        };
        assert!(retryable("CUDA out of memory. Tried to allocate 2.25 GiB."));
        assert!(retryable("Prediction interrupted; please retry (code: PA)"));
        assert!(!retryable("ValueError: prompt is too long"));
    }
}
