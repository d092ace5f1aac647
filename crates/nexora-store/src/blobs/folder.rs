//! A folder as a media store: written whole or not at all, and safe on the disk when answered.

use std::fs::File;
use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::BlobError;

/// Bytes read at a time: a hop to another thread each, so not too few; held in memory for each
/// viewer, so not too many.
const CHUNK_BYTES: usize = 256 * 1024;

pub(super) fn open(path: &Path) -> Result<Arc<dyn ObjectStore>, BlobError> {
    let refused = |why: &dyn std::fmt::Display| {
        BlobError::Refused(format!("the media folder {}: {why}", path.display()))
    };
    std::fs::create_dir_all(path).map_err(|why| refused(&why))?;
    let folder = LocalFileSystem::new_with_prefix(path).map_err(|why| refused(&why))?;
    Ok(Arc::new(folder.with_fsync(true)))
}

/// The bytes of one part of a file.
pub(super) fn read(file: File, range: Range<u64>) -> impl Stream<Item = Result<Bytes, BlobError>> {
    let start = Reading {
        file: tokio::fs::File::from_std(file),
        seek: Some(range.start),
        left: range.end.saturating_sub(range.start),
    };
    try_unfold(start, |mut reading| async move {
        let chunk = reading.next().await;
        let chunk = chunk.map_err(|why| BlobError::Unavailable(why.to_string()))?;
        Ok((!chunk.is_empty()).then_some((chunk, reading)))
    })
}

struct Reading {
    file: tokio::fs::File,
    /// Where to begin, until it has begun.
    seek: Option<u64>,
    left: u64,
}

impl Reading {
    async fn next(&mut self) -> std::io::Result<Bytes> {
        if let Some(start) = self.seek.take() {
            self.file.seek(SeekFrom::Start(start)).await?;
        }
        let wanted = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(CHUNK_BYTES);
        let mut chunk = BytesMut::with_capacity(wanted);
        while chunk.len() < wanted {
            let missing = u64::try_from(wanted - chunk.len()).unwrap_or(u64::MAX);
            if (&mut self.file).take(missing).read_buf(&mut chunk).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.left = self
            .left
            .saturating_sub(u64::try_from(wanted).unwrap_or(u64::MAX));
        Ok(chunk.freeze())
    }
}
