//! Reads what was sent: named texts, from a form or from a flat JSON object, within limits.

use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use futures_util::StreamExt;
use nexora_core::{FieldError, Slot};
use serde_json::Value;

use crate::problem::Problem;
use crate::state::App;

/// The longest prompt has 8 000 characters, two of them with escapes about 50 kB.
pub(crate) const BODY_BYTES_MAX: usize = 64 << 10;
/// What is still taken in, unread, from somebody who sends too much: they only see the answer if
/// they can finish sending.
const DISCARDED_BYTES_MAX: usize = 16 << 20;
/// How long a body may take to arrive.
const ARRIVAL_MAX: Duration = Duration::from_secs(20);
/// Characters of a field's name that are repeated in an answer.
const NAME_CHARS_MAX: usize = 40;

/// Named texts in the order they came, as a form or a flat JSON object carries them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts(Vec<(String, String)>);

impl Texts {
    /// The texts of a query or of a form's body.
    pub(crate) fn of_form(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// These texts, as a form would send them.
    pub(crate) fn written(texts: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let named = texts.into_iter();
        Self(named.map(|(name, text)| (name.to_owned(), text)).collect())
    }

    /// The members of a flat JSON object: texts as they are, numbers and booleans as they are
    /// written, `null` as if absent.
    fn of_json(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|wrong| {
            let (line, column) = (wrong.line(), wrong.column());
            Problem::malformed(format!(
                "This is not JSON: it stops making sense at line {line}, column {column}."
            ))
        })?;
        let Value::Object(members) = value else {
            return Err(Problem::malformed(
                "Send one JSON object, for example {\"model\": \"…\"}.",
            ));
        };
        let mut texts = Vec::with_capacity(members.len());
        let mut errors = Vec::new();
        for (name, value) in members {
            match value {
                Value::Array(ids) if LISTS.contains(&name.as_str()) => match several(&ids) {
                    Some(text) => texts.push((name, text)),
                    None => errors.push(fault(&name, "This takes a list of ids.")),
                },
                Value::String(text) => texts.push((name, text)),
                Value::Number(number) => texts.push((name, number.to_string())),
                Value::Bool(truth) => texts.push((name, truth.to_string())),
                Value::Null => {}
                Value::Array(_) | Value::Object(_) => {
                    let rule = "This takes one text or number, not a list or an object.";
                    errors.push(fault(&name, rule));
                }
            }
        }
        if errors.is_empty() {
            Ok(Self(texts))
        } else {
            Err(Problem::invalid(errors))
        }
    }

    /// The text of a field, empty if it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, text)| text)
    }

    /// Takes a field out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(place).1)
    }

    /// Adds one at the end.
    pub(crate) fn add(&mut self, name: &str, text: &str) {
        self.0.push((name.to_owned(), text.to_owned()));
    }

    /// Takes out every text of a field.
    pub(crate) fn clear(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// All of them.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }
}

/// The fields of ours that hold several: references of a run, pictures of a character, models that
/// are compared.
const LISTS: [&str; 3] = [Slot::Reference.field(), "pictures", "models"];

/// Several texts as one, with spaces between them.
fn several(values: &[Value]) -> Option<String> {
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    Some(texts?.join(" "))
}

fn fault(name: &str, message: &str) -> FieldError {
    FieldError {
        field: name.chars().take(NAME_CHARS_MAX).collect(),
        message: message.to_owned(),
    }
}

impl FromRequest<App> for Texts {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let kind = kind_of(&parts.headers);
        let bytes = read(&parts.headers, body, BODY_BYTES_MAX).await?;
        match kind {
            Kind::Form => Ok(Self::of_form(&bytes)),
            Kind::Json => Self::of_json(&bytes),
            Kind::Nothing if bytes.is_empty() => Ok(Self::default()),
            Kind::Nothing | Kind::Other => Err(Problem::wrong_content_type()),
        }
    }
}

enum Kind {
    Form,
    Json,
    Nothing,
    Other,
}

fn kind_of(headers: &HeaderMap) -> Kind {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Kind::Nothing;
    };
    let text = value.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => Kind::Form,
        "application/json" => Kind::Json,
        _ => Kind::Other,
    }
}

/// The bytes of a body as they came, at most `bytes_max` of them.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let taking = tokio::time::timeout(ARRIVAL_MAX, take_in(announced, body, bytes_max));
    taking.await.unwrap_or_else(|_| Err(Problem::too_slow()))
}

async fn take_in(announced: Option<usize>, body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut is_too_large = announced.is_some_and(|bytes| bytes > bytes_max);
    let mut kept = Vec::new();
    let mut seen: usize = 0;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Problem::malformed("The request broke off."))?;
        seen = seen.saturating_add(piece.len());
        is_too_large |= seen > bytes_max;
        if seen > DISCARDED_BYTES_MAX {
            break;
        }
        if !is_too_large {
            kept.extend_from_slice(&piece);
        }
    }
    if is_too_large {
        return Err(Problem::too_large(bytes_max));
    }
    Ok(kept.into())
}

/// The texts of the query.
#[derive(Clone, Debug)]
pub(crate) struct Query(pub(crate) Texts);

impl FromRequestParts<App> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(Texts::of_form(query.as_bytes())))
    }
}

/// The id in the path. One that cannot be an id is as unknown as one that is not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<T>(pub(crate) T);

impl<T: FromStr + Send> FromRequestParts<App> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, app).await;
        let id = text.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(Problem::no_such_page)
    }
}

/// Two ids in the path: of what is asked about, and of what is in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within<T, U>(pub(crate) T, pub(crate) U);

impl<T: FromStr + Send, U: FromStr + Send> FromRequestParts<App> for Within<T, U> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let texts = Path::<(String, String)>::from_request_parts(parts, app).await;
        let ids = texts.ok().and_then(|Path((outer, inner))| {
            let outer = outer.parse().ok()?;
            Some(Self(outer, inner.parse().ok()?))
        });
        ids.ok_or_else(Problem::no_such_page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_forms_say_the_same() {
        let json = Texts::of_json(br#"{"model":"m","duration":10,"seed":null,"on":true}"#).unwrap();
        let form = Texts::of_form(b"model=m&duration=10&on=true");
        assert_eq!(json.text("duration"), "10");
        assert_eq!(json.text("seed"), "");
        let sorted = |texts: &Texts| {
            let mut pairs: Vec<_> = texts.0.clone();
            pairs.sort();
            pairs
        };
        assert_eq!(sorted(&json), sorted(&form));
    }

    #[test]
    fn nested_values_are_refused_by_name() {
        let wrong = Texts::of_json(br#"{"prompt":["a"],"model":{"id":1}}"#).unwrap_err();
        assert_eq!(wrong.status().as_u16(), 422);
        assert!(Texts::of_json(b"[1]").is_err());
        assert!(Texts::of_json(b"{").is_err());
        assert!(Texts::of_json("[".repeat(50_000).as_bytes()).is_err());
    }
}
