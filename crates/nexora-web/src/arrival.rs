//! Pictures on their way in: each lies in memory until it was judged, so few arrive at a time, and
//! none may take for ever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures_util::{Stream, StreamExt};
use multer::{Constraints, Field, Multipart, SizeLimit};
use nexora_core::{MemberId, Upload};
use nexora_engine::{UPLOAD_BYTES_MAX, UploadError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body::{BODY_BYTES_MAX, Texts};
use crate::problem::Problem;
use crate::state::App;

/// Pictures that arrive at the same time in one process: half a gigabyte of memory at worst.
const AT_ONCE_MAX: usize = 16;
/// Of one member, so that nobody can keep the others out.
const AT_ONCE_PER_MEMBER_MAX: usize = 4;
/// How long somebody waits for a place.
const PLACE_WAIT: Duration = Duration::from_secs(20);
/// How long everything may take: 32 MB over a slow mobile line.
const ARRIVAL_MAX: Duration = Duration::from_secs(300);
/// How long nothing may come before we give up.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Bytes of a whole form, read or thrown away: whoever sends 50 MB sees the sentence about it only
/// if they can finish sending.
const FORM_BYTES_MAX: u64 = 160 << 20;

/// How many pictures are on their way.
#[derive(Debug)]
pub(crate) struct Intake {
    all: Arc<Semaphore>,
    members: Arc<Mutex<HashMap<MemberId, usize>>>,
}

/// The right to bring pictures; free for others when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    member: MemberId,
    members: Arc<Mutex<HashMap<MemberId, usize>>>,
}

impl Intake {
    pub(crate) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            members: Arc::default(),
        }
    }

    /// A place for a member, as soon as one is free.
    pub(crate) async fn place(&self, member: MemberId) -> Result<Place, Problem> {
        let full = || Problem::too_often(PLACE_WAIT);
        let waiting = Arc::clone(&self.all).acquire_owned();
        let permit = tokio::time::timeout(PLACE_WAIT, waiting).await;
        let permit = permit.ok().and_then(Result::ok).ok_or_else(full)?;
        let mut open = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(member).or_default();
        if *count >= AT_ONCE_PER_MEMBER_MAX {
            return Err(full());
        }
        *count += 1;
        drop(open);
        Ok(Place {
            _permit: permit,
            member,
            members: Arc::clone(&self.members),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.member) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.member);
            }
        }
    }
}

/// What a form with files held. Its pictures were taken in as they came.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Its texts.
    pub(crate) texts: Texts,
    /// Its pictures: the name of the field, and what became of it.
    pub(crate) pictures: Vec<(String, Result<Upload, UploadError>)>,
}

/// The boundary between the parts of a form with files; `None` if this is no such form.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// Reads a form with files and takes up to `pictures_max` pictures in on the way.
pub(crate) async fn form(
    app: &App,
    member: MemberId,
    (body, boundary): (Body, String),
    pictures_max: usize,
) -> Result<Form, Problem> {
    let whole = SizeLimit::new().whole_stream(FORM_BYTES_MAX);
    let limits = Constraints::new().size_limit(whole);
    let parts = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let reading = read_parts(app, member, parts, pictures_max);
    let read = tokio::time::timeout(ARRIVAL_MAX, reading).await;
    read.unwrap_or_else(|_| Err(Problem::too_slow()))
}

async fn read_parts(
    app: &App,
    member: MemberId,
    mut parts: Multipart<'_>,
    pictures_max: usize,
) -> Result<Form, Problem> {
    let mut form = Form::default();
    let mut text_bytes = 0;
    let mut place = None;
    while let Some(mut part) = in_time(parts.next_field()).await?.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_none() {
            let text = text(&mut part, &mut text_bytes).await?;
            form.texts.add(&name, &text);
            continue;
        }
        if place.is_none() {
            place = Some(app.intake().place(member).await?);
        }
        let Some(file) = file(&mut part).await? else {
            continue;
        };
        if form.pictures.len() >= pictures_max {
            return Err(Problem::too_many_pictures(pictures_max));
        }
        let taken = match file {
            Ok(bytes) => app.engine().take_upload(member, bytes).await,
            Err(why) => Err(why),
        };
        form.pictures.push((name, taken));
    }
    Ok(form)
}

/// One picture that is the whole body.
pub(crate) async fn whole(app: &App, member: MemberId, body: Body) -> Result<Upload, Problem> {
    let _place = app.intake().place(member).await?;
    let pieces = body.into_data_stream().map(|piece| piece.map_err(drop));
    let reading = tokio::time::timeout(ARRIVAL_MAX, gather(pieces));
    let file = reading.await.unwrap_or_else(|_| Err(Problem::too_slow()))?;
    Ok(app.engine().take_upload(member, file?).await?)
}

/// `None` is a field in which no file was chosen.
async fn file(part: &mut Field<'_>) -> Result<Option<Result<Bytes, UploadError>>, Problem> {
    let is_unnamed = part.file_name().is_some_and(str::is_empty);
    let file = gather(part.map(|piece| piece.map_err(drop))).await?;
    let is_absent = is_unnamed && matches!(&file, Ok(bytes) if bytes.is_empty());
    Ok((!is_absent).then_some(file))
}

/// The bytes of a file; what is too large is taken in unread.
async fn gather(
    pieces: impl Stream<Item = Result<Bytes, ()>>,
) -> Result<Result<Bytes, UploadError>, Problem> {
    let mut pieces = std::pin::pin!(pieces);
    let mut kept = Vec::new();
    let mut seen: u64 = 0;
    while let Some(piece) = in_time(pieces.next()).await? {
        let piece = piece.map_err(|()| Problem::malformed("The file broke off on its way."))?;
        seen = seen.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if seen > FORM_BYTES_MAX {
            break;
        }
        if seen > UPLOAD_BYTES_MAX {
            kept = Vec::new();
        } else {
            kept.extend_from_slice(&piece);
        }
    }
    if seen > UPLOAD_BYTES_MAX {
        return Ok(Err(UploadError::TooLarge));
    }
    Ok(Ok(kept.into()))
}

/// A text, all texts of a form together being no longer than any other form.
async fn text(part: &mut Field<'_>, seen: &mut usize) -> Result<String, Problem> {
    let mut kept = Vec::new();
    while let Some(piece) = in_time(part.chunk()).await?.map_err(broken)? {
        *seen = seen.saturating_add(piece.len());
        if *seen > BODY_BYTES_MAX {
            return Err(Problem::too_large(BODY_BYTES_MAX));
        }
        kept.extend_from_slice(&piece);
    }
    String::from_utf8(kept).map_err(|_| Problem::malformed("A text of this form is not UTF-8."))
}

async fn in_time<T>(waiting: impl Future<Output = T>) -> Result<T, Problem> {
    let come = tokio::time::timeout(SILENCE_MAX, waiting).await;
    come.map_err(|_| Problem::too_slow())
}

fn broken(wrong: multer::Error) -> Problem {
    if let multer::Error::StreamSizeExceeded { .. } = wrong {
        return Problem::too_large(usize::try_from(FORM_BYTES_MAX).unwrap_or(usize::MAX));
    }
    Problem::malformed("This form broke off, or it is no form.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use nexora_core::Timestamp;

    #[tokio::test]
    async fn nobody_takes_all_the_places() {
        let intake = Intake::new();
        let ada = MemberId::new(Timestamp::from_ms(1));
        let bob = MemberId::new(Timestamp::from_ms(2));
        let mut places = Vec::new();
        for _ in 0..AT_ONCE_PER_MEMBER_MAX {
            places.push(intake.place(ada).await.unwrap());
        }
        assert!(intake.place(ada).await.is_err());
        assert!(intake.place(bob).await.is_ok());
        places.pop();
        assert!(intake.place(ada).await.is_ok());
        drop(places);
        assert!(intake.members.lock().unwrap().is_empty());
    }
}
