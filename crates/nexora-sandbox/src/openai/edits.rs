//! `POST /images/edits`, multipart: what is made looks like the pictures that were sent.

use std::sync::Arc;

use axum::extract::multipart::Field;
use axum::extract::{ConnectInfo, Multipart, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::authorize;
use super::generations::Request;
use super::order::{Endpoint, Order};
use super::problem::Problem;
use crate::line::Cord;
use crate::stage::Stage;

const PICTURES_MAX: usize = 16;
const PICTURE_BYTES_MAX: usize = 50 << 20;
const MASK_BYTES_MAX: usize = 4 << 20;
const PICTURE_TYPES: &[&str] = &["image/png", "image/jpeg", "image/webp"];

/// `POST /openai/v1/images/edits`.
pub(super) async fn edit(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    parts: Multipart,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let form = EditForm::read(parts).await?;
    let mut order = Order::parse(Endpoint::Edits, &form.words)?;
    order.given.references = form.files;
    if form.pictures.is_empty() {
        return Err(Problem::missing("image"));
    }
    if form.pictures.len() > PICTURES_MAX {
        return Err(Problem::wrong_value(
            "image",
            "at most 16 images are allowed.",
        ));
    }
    let mut recorded = form.words;
    recorded.insert("image".into(), form.pictures.into());
    let request = Request {
        order,
        recorded: Value::Object(recorded),
        headers,
    };
    request.fulfil(stage, cord).await
}

/// The parts of an edit.
struct EditForm {
    words: Map<String, Value>,
    /// `{file_name, bytes}` of each picture.
    pictures: Vec<Value>,
    /// The pictures themselves.
    files: Vec<Bytes>,
}

impl EditForm {
    async fn read(mut parts: Multipart) -> Result<Self, Problem> {
        let mut form = Self {
            words: Map::new(),
            pictures: Vec::new(),
            files: Vec::new(),
        };
        while let Some(part) = next(&mut parts).await? {
            let name = part.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "image" | "image[]" => {
                    let (picture, file) = read_picture(part, "image", PICTURE_BYTES_MAX).await?;
                    form.pictures.push(picture);
                    form.files.push(file);
                }
                "mask" => {
                    read_picture(part, "mask", MASK_BYTES_MAX).await?;
                }
                _ => {
                    let text = part.text().await.map_err(|_| Problem::not_json())?;
                    form.words.insert(name.clone(), typed(&name, text));
                }
            }
        }
        Ok(form)
    }
}

async fn next(parts: &mut Multipart) -> Result<Option<Field<'_>>, Problem> {
    parts.next_field().await.map_err(|_| Problem::not_json())
}

async fn read_picture(
    part: Field<'_>,
    param: &str,
    bytes_max: usize,
) -> Result<(Value, Bytes), Problem> {
    let content_type = part.content_type().unwrap_or_default().to_owned();
    let file_name = part.file_name().map(str::to_owned);
    let bytes = part.bytes().await.map_err(|_| Problem::not_json())?;
    if !PICTURE_TYPES.contains(&content_type.as_str()) {
        let sentence = format!("unsupported mimetype '{content_type}'.");
        return Err(Problem::wrong_value(param, &sentence));
    }
    if bytes.is_empty() || bytes.len() > bytes_max {
        return Err(Problem::wrong_value(
            param,
            "the file is empty or too large.",
        ));
    }
    let told = json!({ "file_name": file_name, "bytes": bytes.len() });
    Ok((told, bytes))
}

/// A form field has no type; these are numbers and flags.
fn typed(name: &str, text: String) -> Value {
    let parsed = match name {
        "n" | "output_compression" | "partial_images" => text.parse::<u64>().ok().map(Value::from),
        "stream" => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or(Value::String(text))
}
