//! The older protocol's answers: a set of jobs, of which we ever ask for one.

use nexora_core::generation::Progress;
use serde::Deserialize;

use super::wire::{File, read};
use crate::media::Polled;
use crate::wire::lenient;

/// A set of jobs.
#[derive(Debug, Deserialize)]
pub(super) struct JobSet {
    id: String,
    jobs: Vec<Job>,
}

#[derive(Debug, Deserialize)]
struct Job {
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    results: Option<Results>,
}

/// The same output twice: as it was made, and made small.
#[derive(Debug, Deserialize)]
struct Results {
    raw: File,
}

impl JobSet {
    pub(super) fn into_id(self) -> String {
        self.id
    }

    /// `None` if its status is none that we know.
    pub(super) fn into_polled(self) -> Option<Polled> {
        let Some(job) = self.jobs.into_iter().next() else {
            // It has been accepted, and nothing is in it yet.
            return Some(Polled::Waiting(Progress::default()));
        };
        let files = job.results.map(|results| results.raw);
        read(&job.status, "", files.into_iter())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn polled(jobs: Value) -> Option<Polled> {
        let set = json!({ "id": "1", "type": "image2video", "jobs": jobs });
        serde_json::from_value::<JobSet>(set).unwrap().into_polled()
    }

    #[test]
    fn the_clip_is_taken_as_it_was_made() {
        let results = json!({
            "raw": { "type": "video", "url": "https://cdn.example/raw.mp4" },
            "min": { "type": "video", "url": "https://cdn.example/min.mp4" },
        });
        let made = polled(json!([{ "id": "1", "status": "completed", "results": results }]));
        let Some(Polled::Done(outputs)) = made else {
            panic!("{made:?}");
        };
        assert!(outputs[0].to_text().unwrap().contains("raw.mp4"));
    }

    #[test]
    fn a_set_waits_until_its_job_has_ended() {
        let waits = |jobs| matches!(polled(jobs), Some(Polled::Waiting(_)));
        assert!(waits(json!([])));
        assert!(waits(json!([{ "status": "queued", "results": null }])));
        let refused = polled(json!([{ "status": "nsfw" }]));
        assert!(matches!(refused, Some(Polled::Refused(_))));
        let empty = polled(json!([{ "status": "completed", "results": null }]));
        assert!(matches!(empty, Some(Polled::Failed { .. })));
    }
}
