//! Pictures that members bring along: taken in, listed, deleted, and removed when no run wants
//! them.

mod error;
mod sweep;

use std::time::Duration;

use bytes::Bytes;
use nexora_core::{MemberId, Upload, UploadId};
use nexora_providers::{DownloadError, Limits};
use nexora_store::{Lane, StoreError, Tx, assets, jobs, uploads};
use url::Url;

pub use error::UploadError;

use crate::job::Job;
use crate::media::{self, Cleaned};
use crate::{Engine, EngineError};

/// The largest file taken: the largest a phone makes of 50 million pixels.
pub const UPLOAD_BYTES_MAX: u64 = 32 << 20;
/// The longest a picture may take to be fetched from an address: somebody waits for it.
const FETCH_MAX: Duration = Duration::from_secs(30);

/// How much room the pictures of one member have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadRoom {
    /// How many there may be.
    pub count_max: u32,
    /// How many bytes they may be together.
    pub bytes_max: u64,
    /// How long one waits for a run that uses it.
    pub kept: Duration,
}

impl Engine {
    /// Takes a picture in: judged by its bytes, cleaned of everything but its pixels, stored.
    /// The same picture again is the same upload.
    pub async fn take_upload(&self, member: MemberId, file: Bytes) -> Result<Upload, UploadError> {
        if u64::try_from(file.len()).unwrap_or(u64::MAX) > UPLOAD_BYTES_MAX {
            return Err(UploadError::TooLarge);
        }
        self.check_room(member).await?;
        let cleaned = self.clean(file).await?;
        let upload = self.store_upload(member, cleaned).await?;
        let job = Job::SweepUploads;
        let (settings, now) = (self.settings().clone(), self.now());
        let kept: Result<Upload, UploadError> = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    let kept = uploads::insert(tx, &upload).await?;
                    let (count, bytes) = uploads::totals(tx, member).await?;
                    if count > settings.uploads_max || bytes > settings.uploads_bytes_max {
                        return Err(UploadError::Full);
                    }
                    if let Some(expiry) = kept.expires_at {
                        let subject = job.subject();
                        jobs::enqueue(tx, job.kind(), subject, None, expiry, now).await?;
                    }
                    Ok(kept)
                })
            })
            .await;
        kept
    }

    /// Takes in the picture at an address that a member named. Private addresses are not gone to,
    /// neither at once nor by a redirect nor by a name that leads there.
    pub async fn take_upload_from(
        &self,
        member: MemberId,
        place: &Url,
    ) -> Result<Upload, UploadError> {
        self.check_room(member).await?;
        let limits = Limits {
            bytes_max: UPLOAD_BYTES_MAX,
            time_max: FETCH_MAX,
        };
        let fetched = self.0.parts.downloader.fetch(place, limits).await;
        let fetched = fetched.map_err(|why| match why {
            DownloadError::TooBig => UploadError::TooLarge,
            DownloadError::Forbidden(_) => UploadError::Forbidden,
            DownloadError::Gone => UploadError::NothingThere,
            DownloadError::TimedOut | DownloadError::Down(_) => UploadError::Unreachable,
        })?;
        self.take_upload(member, fetched.bytes).await
    }

    /// How much room a member's pictures have.
    pub fn upload_room(&self) -> UploadRoom {
        let settings = self.settings();
        UploadRoom {
            count_max: settings.uploads_max,
            bytes_max: settings.uploads_bytes_max,
            kept: settings.upload_kept,
        }
    }

    /// A member's pictures, the newest first.
    pub async fn uploads(&self, member: MemberId, limit: u32) -> Result<Vec<Upload>, EngineError> {
        self.read(move |tx| Box::pin(async move { uploads::list(tx, member, limit).await }))
            .await
    }

    /// One of a member's pictures, also one that only a run of theirs still shows.
    pub async fn upload(
        &self,
        member: MemberId,
        id: UploadId,
    ) -> Result<Option<Upload>, EngineError> {
        let found: Option<Upload> = self
            .read(move |tx| Box::pin(async move { uploads::by_id(tx, id).await }))
            .await?;
        Ok(found.filter(|upload| upload.member == member))
    }

    /// Takes a picture out of its owner's list. Its bytes go with the last run that shows it.
    /// Whether there was one.
    pub async fn delete_upload(&self, member: MemberId, id: UploadId) -> Result<bool, EngineError> {
        let now = self.now();
        let orphans: Option<Vec<String>> = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    let found = uploads::by_id(tx, id).await?;
                    let was_there = uploads::delete(tx, member, id, now).await?;
                    match found.filter(|_| was_there) {
                        Some(upload) => orphans_of(tx, &[upload]).await.map(Some),
                        None => Ok(None),
                    }
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        let was_there = orphans.is_some();
        self.delete_files(orphans.unwrap_or_default()).await;
        Ok(was_there)
    }

    /// Whether there is room for another picture; asked before any work is done for it.
    async fn check_room(&self, member: MemberId) -> Result<(), UploadError> {
        let (count, bytes): (u32, u64) = self
            .read(move |tx| Box::pin(async move { uploads::totals(tx, member).await }))
            .await?;
        let settings = self.settings();
        if count >= settings.uploads_max || bytes >= settings.uploads_bytes_max {
            return Err(UploadError::Full);
        }
        Ok(())
    }

    /// On a thread of its own, one at a time: decoders take a core, and a stranger's bytes must
    /// not take the process with them.
    async fn clean(&self, file: Bytes) -> Result<Cleaned, UploadError> {
        let _turn = self.0.imaging.acquire().await;
        match tokio::task::spawn_blocking(move || media::clean(&file)).await {
            Ok(cleaned) => Ok(cleaned?),
            Err(_) => Err(UploadError::Broken),
        }
    }

    async fn store_upload(
        &self,
        member: MemberId,
        cleaned: Cleaned,
    ) -> Result<Upload, UploadError> {
        let key = media::key_of(member, &cleaned.bytes, cleaned.extension());
        let thumbnail_key = media::key_of(member, &cleaned.thumbnail, "jpg");
        let content_type = cleaned.content_type();
        let size_bytes = u64::try_from(cleaned.bytes.len()).unwrap_or(u64::MAX);
        let files = [
            (&key, cleaned.bytes, content_type),
            (&thumbnail_key, cleaned.thumbnail, "image/jpeg"),
        ];
        for (key, bytes, content_type) in files {
            let put = self.blobs().put(key, bytes, content_type).await;
            put.map_err(|why| EngineError::Media(why.to_string()))?;
        }
        let now = self.now();
        Ok(Upload {
            id: UploadId::new(now),
            member,
            content_type: content_type.to_owned(),
            key,
            thumbnail_key,
            size_bytes,
            width: cleaned.width,
            height: cleaned.height,
            placeholder: cleaned.placeholder,
            created_at: now,
            expires_at: Some(now.plus(self.settings().upload_kept)),
        })
    }

    /// Removes files nobody needs any more. One that stays takes room and does no harm.
    pub(crate) async fn delete_files(&self, keys: Vec<String>) {
        for key in keys {
            if let Err(trouble) = self.blobs().delete(&key).await {
                tracing::warn!("a file that nobody needs could not be deleted: {trouble}");
            }
        }
    }
}

/// The files of these pictures that nothing else needs.
async fn orphans_of(tx: &mut Tx<'_>, gone: &[Upload]) -> Result<Vec<String>, StoreError> {
    let mut orphans = Vec::new();
    for upload in gone {
        for key in [&upload.key, &upload.thumbnail_key] {
            if !assets::in_use(tx, key).await? {
                orphans.push(key.clone());
            }
        }
    }
    Ok(orphans)
}
