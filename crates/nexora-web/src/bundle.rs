//! Several files as one zip, made while it is sent: none of them lies in memory whole.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::IntoIter;

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, TryStreamExt};
use nexora_store::{BlobError, Blobs};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// A file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its path in the bundle.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) content: Content,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// This text.
    Text(String),
    /// The bytes under this key of the media store.
    Stored(String),
}

/// Why a bundle broke off.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundleError {
    /// A file is not there any more.
    #[error("{0} is not there any more")]
    Gone(String),
    /// The media store failed.
    #[error(transparent)]
    Store(#[from] BlobError),
    /// The writer of zips failed.
    #[error(transparent)]
    Zip(#[from] zip::result::ZipError),
    /// Writing into memory failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The bytes of a zip with these files, in this order, not compressed: pictures and clips are
/// already.
pub(crate) fn bundle(
    blobs: Blobs,
    entries: Vec<Entry>,
) -> impl Stream<Item = Result<Bytes, BundleError>> + Send {
    let packing = Packing::new(blobs, entries);
    stream::try_unfold(packing, |mut packing| async move {
        let next = packing.next().await.inspect_err(|why| {
            tracing::error!("a bundle broke off: {why}");
        })?;
        Ok(next.map(|bytes| (bytes, packing)))
    })
}

/// A zip on its way.
struct Packing {
    blobs: Blobs,
    entries: IntoIter<Entry>,
    /// What is left of the file that is being packed.
    pieces: Option<BoxStream<'static, Result<Bytes, BlobError>>>,
    /// `None` as soon as the zip has its end.
    writer: Option<ZipWriter<StreamWriter<Chute>>>,
    chute: Chute,
}

impl Packing {
    fn new(blobs: Blobs, entries: Vec<Entry>) -> Self {
        let chute = Chute::default();
        Self {
            blobs,
            entries: entries.into_iter(),
            pieces: None,
            writer: Some(ZipWriter::new_stream(chute.clone())),
            chute,
        }
    }

    /// The next bytes; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, BundleError> {
        while let Some(writer) = &mut self.writer {
            let piece = match &mut self.pieces {
                Some(pieces) => pieces.try_next().await?,
                None => None,
            };
            if let Some(piece) = piece {
                writer.write_all(&piece)?;
            } else if let Some(entry) = self.entries.next() {
                self.pieces = begin(writer, &self.blobs, entry).await?;
            } else if let Some(writer) = self.writer.take() {
                writer.finish()?;
            }
            let bytes = self.chute.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}

/// Begins a file; answers the bytes that are still to be packed into it.
async fn begin(
    writer: &mut ZipWriter<StreamWriter<Chute>>,
    blobs: &Blobs,
    entry: Entry,
) -> Result<Option<BoxStream<'static, Result<Bytes, BlobError>>>, BundleError> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    match entry.content {
        Content::Text(text) => {
            writer.start_file(entry.name, options)?;
            writer.write_all(text.as_bytes())?;
            Ok(None)
        }
        Content::Stored(key) => {
            let found = blobs.get(&key).await?;
            let found = found.ok_or_else(|| BundleError::Gone(entry.name.clone()))?;
            writer.start_file(entry.name, options)?;
            Ok(Some(found.bytes))
        }
    }
}

/// Where the writer's bytes fall, to be taken away.
#[derive(Clone, Default)]
struct Chute(Arc<Mutex<Vec<u8>>>);

impl Chute {
    fn take(&self) -> Bytes {
        let mut fallen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *fallen).into()
    }
}

impl Write for Chute {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut fallen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fallen.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
