//! fal's answers, as far as we read them.

use nexora_core::Provider;
use serde::Deserialize;

use crate::media::Polled;
use crate::output::Output;
use crate::wire::lenient;

/// Log lines looked at; progress is at the end.
const LOG_LINES_MAX: usize = 50;

/// The answer to a submit.
#[derive(Debug, Deserialize)]
pub(super) struct Accepted {
    pub(super) request_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) response_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cancel_url: Option<String>,
}

/// The answer to a status call.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    pub(super) status: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) queue_position: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    logs: Option<Vec<LogLine>>,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) error_type: Option<String>,
}

#[derive(Debug, Deserialize)]
struct LogLine {
    #[serde(default, deserialize_with = "lenient")]
    message: Option<String>,
}

impl Report {
    /// What went wrong, if it says so.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.error.as_deref().filter(|words| !words.is_empty())
    }

    /// The last log lines, oldest first.
    pub(super) fn log(&self) -> String {
        let lines = self.logs.as_deref().unwrap_or_default();
        let start = lines.len().saturating_sub(LOG_LINES_MAX);
        let messages = lines.iter().skip(start);
        let messages: Vec<&str> = messages
            .filter_map(|line| line.message.as_deref())
            .collect();
        messages.join("\n")
    }
}

/// The result of any of our models: pictures or one clip.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    #[serde(default, deserialize_with = "lenient")]
    images: Option<Vec<File>>,
    #[serde(default, deserialize_with = "lenient")]
    video: Option<File>,
    /// FLUX answers a blackened picture with success and says so here.
    #[serde(default, deserialize_with = "lenient")]
    has_nsfw_concepts: Option<Vec<bool>>,
}

#[derive(Debug, Deserialize)]
struct File {
    url: String,
    #[serde(default, deserialize_with = "lenient")]
    content_type: Option<String>,
}

impl Made {
    pub(super) fn into_polled(self) -> Polled {
        let flags = self.has_nsfw_concepts.unwrap_or_default();
        let is_black = |place: usize| flags.get(place).copied().unwrap_or(false);
        let images = self.images.unwrap_or_default();
        let all_black = !images.is_empty() && (0..images.len()).all(is_black);
        if all_black {
            return Polled::refused(Provider::Fal, "its safety checker blackened the result");
        }
        let shown = images.into_iter().enumerate();
        let shown = shown.filter_map(|(place, file)| (!is_black(place)).then_some(file));
        let files = shown.chain(self.video);
        Polled::made(files.filter_map(File::into_output).collect())
    }
}

impl File {
    fn into_output(self) -> Option<Output> {
        let url = self.url.parse().ok()?;
        Some(Output::Url {
            url,
            content_type: self.content_type,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn polled(result: Value) -> Polled {
        serde_json::from_value::<Made>(result)
            .unwrap()
            .into_polled()
    }

    fn picture(name: &str) -> Value {
        json!({ "url": format!("https://v3.fal.media/files/{name}"), "width": 1024 })
    }

    fn shown(polled: Polled) -> usize {
        let Polled::Done(outputs) = polled else {
            panic!("{polled:?}");
        };
        outputs.len()
    }

    #[test]
    fn a_blackened_picture_is_left_out_and_all_of_them_are_a_refusal() {
        let images = json!([picture("a.png"), picture("b.png")]);
        let one = json!({ "images": images, "has_nsfw_concepts": [true, false] });
        assert_eq!(shown(polled(one)), 1);
        let all = json!({ "images": images, "has_nsfw_concepts": [true, true] });
        assert!(matches!(polled(all), Polled::Refused(_)));
    }

    #[test]
    fn nulls_and_strangers_are_tolerated() {
        let video = json!({
            "video": { "url": "https://v3.fal.media/a.mp4", "content_type": null, "fps": 16 },
            "images": null, "has_nsfw_concepts": null, "seed": 7, "timings": "none",
        });
        assert_eq!(shown(polled(video)), 1);
    }

    #[test]
    fn a_result_without_an_output_is_a_failure() {
        for result in [json!({}), json!({ "images": [] }), json!({ "video": null })] {
            assert!(matches!(
                polled(result),
                Polled::Failed {
                    retryable: true,
                    ..
                }
            ));
        }
    }
}
