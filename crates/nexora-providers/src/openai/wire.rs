//! `OpenAI`'s answer, as far as we read it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

use crate::output::Output;
use crate::wire::lenient;

/// Finished pictures.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    #[serde(default, deserialize_with = "lenient")]
    output_format: Option<String>,
    data: Vec<Picture>,
}

#[derive(Debug, Deserialize)]
struct Picture {
    #[serde(default, deserialize_with = "lenient")]
    b64_json: Option<String>,
}

impl Made {
    /// The pictures that can be decoded.
    pub(super) fn into_outputs(self) -> Vec<Output> {
        let content_type = self.output_format.map(|format| format!("image/{format}"));
        let texts = self.data.into_iter().filter_map(|picture| picture.b64_json);
        let decoded = texts.filter_map(|text| STANDARD.decode(text).ok());
        let outputs = decoded.map(|bytes| Output::Bytes {
            bytes: Bytes::from(bytes),
            content_type: content_type.clone(),
        });
        outputs.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_as_base64() {
        let body = r#"{"created":1,"output_format":"webp","usage":null,
            "data":[{"b64_json":"AAEC","revised_prompt":null},{"b64_json":null},{"b64_json":"?"}]}"#;
        let made: Made = serde_json::from_str(body).unwrap();
        let expected = Output::Bytes {
            bytes: Bytes::from_static(&[0, 1, 2]),
            content_type: Some("image/webp".to_owned()),
        };
        assert_eq!(made.into_outputs(), [expected]);
    }
}
