//! Reads a form that carries files, within limits.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_LENGTH;

use crate::body::Texts;
use crate::problem::Problem;
use crate::state::App;

/// Twenty pictures of a phone, 3 MB each.
const BODY_BYTES_MAX: usize = 64 << 20;
/// Most parts of one form: twenty files, and a few texts.
const PARTS_MAX: usize = 40;
/// How long a form may take to arrive: 64 MB at 4 Mbit/s.
const ARRIVAL_MAX: Duration = Duration::from_secs(130);

/// What a form with files carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// The texts.
    pub(crate) texts: Texts,
    /// The files, under the names of their fields. Fields in which nothing was chosen are left
    /// out.
    pub(crate) files: Vec<(String, Bytes)>,
}

impl FromRequest<App> for Parts {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Problem> {
        let announced = request.headers().get(CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > BODY_BYTES_MAX) {
            return Err(Problem::too_large(BODY_BYTES_MAX));
        }
        // Counted below, where the answer is ours.
        DefaultBodyLimit::disable().apply(&mut request);
        let form = Multipart::from_request(request, app).await;
        let form = form.map_err(|_| Problem::wants_files())?;
        let taking = tokio::time::timeout(ARRIVAL_MAX, take_in(form)).await;
        taking.unwrap_or_else(|_| Err(Problem::too_slow()))
    }
}

async fn take_in(mut form: Multipart) -> Result<Parts, Problem> {
    let broke_off = |_| Problem::malformed("The form broke off. Nothing was kept; send it again.");
    let mut texts = Vec::new();
    let mut files = Vec::new();
    let mut seen: usize = 0;
    for _ in 0..PARTS_MAX {
        let Some(mut part) = form.next_field().await.map_err(broke_off)? else {
            let texts = Texts::of_pairs(texts);
            return Ok(Parts { texts, files });
        };
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let mut bytes = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(broke_off)? {
            seen = seen.saturating_add(piece.len());
            if seen > BODY_BYTES_MAX {
                return Err(Problem::too_large(BODY_BYTES_MAX));
            }
            bytes.extend_from_slice(&piece);
        }
        if !is_file {
            let text = String::from_utf8(bytes);
            texts.push((
                name,
                text.map_err(|_| Problem::malformed("A text is not UTF-8."))?,
            ));
        } else if !bytes.is_empty() {
            files.push((name, bytes.into()));
        }
    }
    Err(Problem::malformed(
        "This form has more parts than any of ours.",
    ))
}
