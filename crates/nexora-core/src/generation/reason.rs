//! Why a generation ended without a result, in sentences for the person who ordered it.

use serde::{Deserialize, Serialize};

/// Why it could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Failure {
    /// No provider of this model is switched on.
    NoRoute,
    /// The provider could not be reached or answered with an error, on every route.
    ProviderDown {
        /// Who was asked last.
        provider: String,
    },
    /// The provider had no room, for as long as we were willing to wait.
    ProviderBusy {
        /// Who was asked last.
        provider: String,
    },
    /// Our own account with the provider is not in order (key, funds, retired model).
    ProviderAccount {
        /// Who was asked last.
        provider: String,
    },
    /// The provider did not accept the settings.
    InvalidInput {
        /// Its words, cut to 200 characters.
        detail: String,
    },
    /// The provider accepted the job and then failed at it.
    ProviderFailed {
        /// Its words, cut to 200 characters.
        detail: String,
    },
    /// It did not end within the longest time we wait.
    TimedOut,
    /// What came back was not a picture or clip we can keep.
    BadOutput {
        /// What was wrong with it.
        detail: String,
    },
    /// The provider had thrown the result away before it could be stored.
    OutputLost,
    /// The provider never said whether it had taken the job.
    Unresolved,
    /// A picture it was to begin with could not be read from our own store.
    InputLost,
}

/// Why the provider did not want to make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Who refused.
    pub provider: String,
    /// Its words, cut to 200 characters; empty if it gave none.
    pub detail: String,
}

/// Longest piece of a provider's own words that is kept and shown.
const DETAIL_CHARS_MAX: usize = 200;

/// A provider's words, on one line and cut to what is shown.
pub fn cut_detail(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(DETAIL_CHARS_MAX).collect()
}

impl Failure {
    /// What happened, what it cost (nothing), and what to do.
    pub fn sentence(&self) -> String {
        let what = match self {
            Self::NoRoute => "No provider of this model is available at the moment.".to_owned(),
            Self::ProviderDown { provider } => format!("{provider} could not be reached."),
            Self::ProviderBusy { provider } => format!("{provider} had no free place."),
            Self::ProviderAccount { provider } => {
                format!("The studio's account with {provider} needs its operator's attention.")
            }
            Self::InvalidInput { detail } => {
                with_detail("The provider did not accept these settings", detail)
            }
            Self::ProviderFailed { detail } => {
                with_detail("The provider could not finish this", detail)
            }
            Self::TimedOut => "The provider took longer than we wait.".to_owned(),
            Self::BadOutput { detail } => with_detail("The result could not be kept", detail),
            Self::OutputLost => {
                "The provider deleted the result before it could be kept.".to_owned()
            }
            Self::Unresolved => "The provider never said whether it took this job.".to_owned(),
            Self::InputLost => "A picture this begins with could not be read.".to_owned(),
        };
        let way_on = match self {
            Self::InvalidInput { .. } => "Change the settings and try again.",
            Self::InputLost => "Choose the picture once more, or another one.",
            Self::NoRoute | Self::ProviderAccount { .. } => "Another model will work.",
            Self::ProviderDown { .. }
            | Self::ProviderBusy { .. }
            | Self::ProviderFailed { .. }
            | Self::TimedOut
            | Self::BadOutput { .. }
            | Self::OutputLost
            | Self::Unresolved => "Try again, or take another model.",
        };
        format!("{what} Nothing was charged. {way_on}")
    }
}

impl Refusal {
    /// What happened, what it cost (nothing), and what to do.
    pub fn sentence(&self) -> String {
        let what = with_detail(
            &format!("{} declined this prompt", self.provider),
            &self.detail,
        );
        format!("{what} Nothing was charged. Put it in other words and try again.")
    }
}

pub(crate) fn with_detail(what: &str, detail: &str) -> String {
    let detail = detail.trim_end_matches('.');
    if detail.is_empty() {
        format!("{what}.")
    } else {
        format!("{what}: {detail}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_what_happened_what_it_cost_and_what_to_do() {
        let refused = Refusal {
            provider: "fal".to_owned(),
            detail: "content policy.".to_owned(),
        };
        assert_eq!(
            refused.sentence(),
            "fal declined this prompt: content policy. Nothing was charged. \
             Put it in other words and try again."
        );
        assert!(
            Failure::TimedOut
                .sentence()
                .contains("Nothing was charged.")
        );
    }

    #[test]
    fn a_providers_words_are_cut() {
        assert_eq!(cut_detail("a\n  b"), "a b");
        assert_eq!(cut_detail(&"é".repeat(500)).chars().count(), 200);
    }
}
