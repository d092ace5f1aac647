//! A form with files, as a browser sends one (RFC 7578).

use bytes::{Bytes, BytesMut};

use crate::media::Upload;

/// What separates the parts, unless one of them says the same.
const BOUNDARY: &str = "nexora-7f2c1d9e4b8a46d3a0e5c6b1f0d29837";

/// A boundary, its dashes and its line breaks.
const RIM_BYTES: usize = 64;

/// A form that is being filled in.
#[derive(Debug, Default)]
pub(crate) struct Form(Vec<Part>);

/// A form that is ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    /// The value of `Content-Type`.
    pub(crate) content_type: String,
    /// The body.
    pub(crate) body: Bytes,
}

/// One part: what stands above it, and what it says.
#[derive(Debug)]
struct Part {
    head: String,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// Words, perhaps somebody's prompt.
    Text(Bytes),
    /// A picture we have encoded, or a provider has made: nobody chooses its bytes.
    File(Bytes),
}

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With a field.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let name = quotable(name);
        self.0.push(Part {
            head: format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n"),
            body: Body::Text(Bytes::copy_from_slice(value.as_bytes())),
        });
        self
    }

    /// With a file. Its bytes are shared, not copied, until the form is sealed.
    #[must_use]
    pub(crate) fn with_file(mut self, name: &str, file: &Upload) -> Self {
        let (name, file_name) = (quotable(name), quotable(&file.name));
        let content_type = quotable(&file.content_type);
        self.0.push(Part {
            head: format!(
                "Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
                 Content-Type: {content_type}\r\n\r\n"
            ),
            body: Body::File(file.bytes.clone()),
        });
        self
    }

    /// The body, and what it is called.
    pub(crate) fn seal(self) -> Sealed {
        let boundary = self.boundary();
        let mut body = BytesMut::with_capacity(self.bytes_about());
        for Part { head, body: said } in &self.0 {
            body.extend_from_slice(format!("--{boundary}\r\n{head}").as_bytes());
            body.extend_from_slice(said.bytes());
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Sealed {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            body: body.freeze(),
        }
    }

    /// Room for all of it, so that pictures are copied once.
    fn bytes_about(&self) -> usize {
        let parts = self.0.iter();
        let bytes = parts.map(|part| part.head.len() + part.body.bytes().len() + RIM_BYTES);
        bytes.sum::<usize>() + RIM_BYTES
    }

    /// It grows until no text holds it: somebody who knew it could end their prompt early and
    /// write fields of their own behind it.
    fn boundary(&self) -> String {
        let mut boundary = BOUNDARY.to_owned();
        while self.0.iter().any(|part| part.body.says(&boundary)) {
            boundary.push('x');
        }
        boundary
    }
}

impl Body {
    const fn bytes(&self) -> &Bytes {
        match self {
            Self::Text(bytes) | Self::File(bytes) => bytes,
        }
    }

    fn says(&self, words: &str) -> bool {
        match self {
            Self::Text(text) => {
                let mut windows = text.windows(words.len());
                windows.any(|window| window == words.as_bytes())
            }
            Self::File(_) => false,
        }
    }
}

/// A text that cannot leave its quotes or its line.
fn quotable(text: &str) -> String {
    let safe = |c: &char| !c.is_control() && *c != '"' && *c != '\\';
    text.chars().filter(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Upload {
        Upload {
            name: name.to_owned(),
            content_type: "image/png".to_owned(),
            bytes: Bytes::from_static(b"bytes"),
        }
    }

    #[test]
    fn parts_come_in_order_and_no_name_escapes() {
        let form = Form::new().with("policy", "p");
        let sealed = form.with_file("file", &file("a\"\r\nX: y.png")).seal();
        assert_eq!(
            sealed.content_type,
            format!("multipart/form-data; boundary={BOUNDARY}")
        );
        let expected = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\np\r\n\
             --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"aX: y.png\"\r\nContent-Type: image/png\r\n\r\nbytes\r\n--{BOUNDARY}--\r\n"
        );
        assert_eq!(String::from_utf8(sealed.body.to_vec()).unwrap(), expected);
    }

    #[test]
    fn a_text_that_knows_the_boundary_does_not_end_its_part() {
        let forged =
            format!("a lake\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"n\"");
        let sealed = Form::new().with("prompt", &forged).seal();
        assert!(sealed.content_type.ends_with(&format!("{BOUNDARY}x")));
        let body = String::from_utf8(sealed.body.to_vec()).unwrap();
        assert_eq!(body.matches(&format!("--{BOUNDARY}x\r\n")).count(), 1);
        assert!(body.ends_with(&format!("--{BOUNDARY}x--\r\n")));
    }
}
