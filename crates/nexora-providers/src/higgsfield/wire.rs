//! Higgsfield's answers, as far as we read them.

use nexora_core::Provider;
use nexora_core::generation::Progress;
use serde::Deserialize;

use crate::media::Polled;
use crate::output::Output;
use crate::wire::lenient;

/// The answer to a submit.
#[derive(Debug, Deserialize)]
pub(super) struct Accepted {
    pub(super) request_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cancel_url: Option<String>,
}

/// Status and result of a request.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    images: Option<Vec<File>>,
    #[serde(default, deserialize_with = "lenient")]
    video: Option<File>,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<String>,
}

/// Where a picture or clip waits.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    url: String,
}

impl Report {
    /// `None` if its status is none that we know.
    pub(super) fn into_polled(self) -> Option<Polled> {
        let words = self.error.unwrap_or_default();
        let files = self.images.unwrap_or_default().into_iter();
        let files = files.chain(self.video);
        read(&self.status, &words, files)
    }
}

impl File {
    fn into_output(self) -> Option<Output> {
        Some(Output::Url {
            url: self.url.parse().ok()?,
            content_type: None,
        })
    }
}

/// What a status means, in either protocol.
pub(super) fn read(status: &str, words: &str, files: impl Iterator<Item = File>) -> Option<Polled> {
    match status {
        // Neither a number nor a place in the queue is told.
        "queued" | "in_progress" => Some(Polled::Waiting(Progress::default())),
        "completed" => Some(Polled::made(files.filter_map(File::into_output).collect())),
        "nsfw" => {
            let words = "it did not pass their content checks";
            Some(Polled::refused(Provider::Higgsfield, words))
        }
        // It is not charged there, and no cause is told that would make another try useless.
        "failed" if words.is_empty() => Some(Polled::failed("no reason given", true)),
        "failed" => Some(Polled::failed(words, true)),
        "canceled" => Some(Polled::Cancelled),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn polled(report: Value) -> Option<Polled> {
        serde_json::from_value::<Report>(report)
            .unwrap()
            .into_polled()
    }

    fn made(report: Value) -> usize {
        match polled(report) {
            Some(Polled::Done(outputs)) => outputs.len(),
            Some(Polled::Failed {
                retryable: true, ..
            }) => 0,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_result_is_pictures_or_a_clip() {
        let file = json!({ "url": "https://cdn.example/a.png" });
        assert_eq!(
            made(json!({ "status": "completed", "images": [file, file] })),
            2
        );
        assert_eq!(
            made(json!({ "status": "completed", "video": file, "images": null })),
            1
        );
        assert_eq!(made(json!({ "status": "completed", "video": null })), 0);
        assert_eq!(
            made(json!({ "status": "completed", "images": [{ "url": "x" }] })),
            0
        );
    }

    #[test]
    fn every_status_is_told_apart() {
        let ended = |status: &str| polled(json!({ "status": status, "error": "words" }));
        assert!(matches!(ended("queued"), Some(Polled::Waiting(_))));
        assert!(matches!(ended("in_progress"), Some(Polled::Waiting(_))));
        assert!(matches!(ended("nsfw"), Some(Polled::Refused(_))));
        assert!(matches!(ended("canceled"), Some(Polled::Cancelled)));
        assert!(ended("sleeping").is_none());
        match ended("failed") {
            Some(Polled::Failed { detail, retryable }) => {
                assert_eq!((detail.as_str(), retryable), ("words", true));
            }
            other => panic!("{other:?}"),
        }
    }
}
