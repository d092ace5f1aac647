//! An output is what a provider made: bytes, or the address where they wait for an hour.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

/// One picture or clip, not yet in our own store.
#[derive(Clone, PartialEq, Eq)]
pub enum Output {
    /// Waiting at the provider's. It will be deleted there: fetch it at once.
    Url {
        /// Where. It may carry a signature: not for logs.
        url: Url,
        /// What the provider says it is.
        content_type: Option<String>,
    },
    /// Here already.
    Bytes {
        /// All of it.
        bytes: Bytes,
        /// What the provider says it is.
        content_type: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
struct Stored {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
}

impl Output {
    /// The text that is stored while the output is being saved; `None` for bytes, which are
    /// saved without waiting.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Url { url, content_type } => serde_json::to_string(&Stored {
                url: url.to_string(),
                content_type: content_type.clone(),
            })
            .ok(),
            Self::Bytes { .. } => None,
        }
    }

    /// The output with this stored text.
    pub fn from_text(text: &str) -> Option<Self> {
        let Stored { url, content_type } = serde_json::from_str(text).ok()?;
        let url = url.parse().ok()?;
        Some(Self::Url { url, content_type })
    }
}

impl fmt::Debug for Output {
    /// Host and size only: a URL's query may be a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, .. } => write!(f, "Output::Url({:?})", url.host_str()),
            Self::Bytes { bytes, .. } => write!(f, "Output::Bytes({} bytes)", bytes.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_the_trip_through_text_and_stays_out_of_logs() {
        let output = Output::Url {
            url: "https://v3.fal.media/files/a.png?signature=secret"
                .parse()
                .unwrap(),
            content_type: Some("image/png".to_owned()),
        };
        let text = output.to_text().unwrap();
        assert_eq!(Output::from_text(&text), Some(output.clone()));
        assert!(!format!("{output:?}").contains("secret"));
        assert_eq!(Output::from_text("nonsense"), None);
    }
}
