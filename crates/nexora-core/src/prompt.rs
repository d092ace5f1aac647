//! A prompt: what the creator wants to see, in their own words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A non-empty wish, trimmed, with line breaks kept and control characters removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prompt(String);

/// Why a text is not a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptError {
    /// Nothing but white space.
    Empty,
    /// Longer than the model reads.
    TooLong {
        /// How many characters were written.
        chars: usize,
        /// How many the model reads.
        chars_max: usize,
    },
}

impl fmt::Display for PromptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Describe what you want to see."),
            Self::TooLong { chars, chars_max } => write!(
                f,
                "This is {chars} characters long; this model reads at most {chars_max}."
            ),
        }
    }
}

impl Prompt {
    /// Reads a prompt of at most `chars_max` characters (Unicode scalar values, not bytes).
    pub fn parse(text: &str, chars_max: usize) -> Result<Self, PromptError> {
        let kept: String = text
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        let trimmed = kept.trim();
        let chars = trimmed.chars().count();
        if chars == 0 {
            return Err(PromptError::Empty);
        }
        if chars > chars_max {
            return Err(PromptError::TooLong { chars, chars_max });
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters_not_bytes() {
        let camels = "🐪".repeat(10);
        assert!(Prompt::parse(&camels, 10).is_ok());
        assert_eq!(
            Prompt::parse(&camels, 9),
            Err(PromptError::TooLong {
                chars: 10,
                chars_max: 9
            })
        );
    }

    #[test]
    fn white_space_is_not_a_wish() {
        assert_eq!(Prompt::parse(" \n\u{0}\t ", 10), Err(PromptError::Empty));
    }

    #[test]
    fn right_to_left_words_are_kept_as_they_are() {
        let wish = "قمر فوق الصحراء";
        assert_eq!(Prompt::parse(wish, 100).unwrap().as_str(), wish);
    }
}
