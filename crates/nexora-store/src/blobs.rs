//! Media files: one place for bytes that never change, a folder or a bucket.

mod folder;
mod url;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt,
    PutOptions,
};

pub use url::{InvalidMediaUrl, MediaUrl};

/// Where media are kept. Cloning is cheap.
///
/// Keys name the hash of their bytes: what is under a key never changes, so writing twice is
/// harmless.
#[derive(Clone, Debug)]
pub struct Blobs {
    place: Arc<dyn ObjectStore>,
    /// A bucket remembers a file's type; a folder cannot.
    keeps_types: bool,
}

/// A file that was found: its bytes, or a part of them, as they come.
pub struct Found {
    /// How big the whole file is, in bytes.
    pub size: u64,
    /// Which part of it this is.
    pub range: Range<u64>,
    /// The bytes of that part, in order.
    pub bytes: BoxStream<'static, Result<Bytes, BlobError>>,
}

/// Why media could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The place cannot be used at all: a person has to act.
    #[error("{0}")]
    Refused(String),
    /// The key is not one this store would have made.
    #[error("not a key of the media store")]
    InvalidKey,
    /// Reading or writing failed. Trying later may help.
    #[error("the media store failed: {0}")]
    Unavailable(String),
}

impl Blobs {
    /// Opens the place, creating a folder that does not exist.
    pub fn open(url: &MediaUrl) -> Result<Self, BlobError> {
        let (place, keeps_types) = match url {
            MediaUrl::Folder(path) => (folder::open(path)?, false),
            MediaUrl::Bucket(bucket) => (bucket.open()?, true),
        };
        Ok(Self { place, keeps_types })
    }

    /// Stores bytes under a key. When this returns they are durable, whole, and visible.
    pub async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        content_type: &'static str,
    ) -> Result<(), BlobError> {
        let mut options = PutOptions::default();
        if self.keeps_types {
            options.attributes = Attributes::from_iter([(Attribute::ContentType, content_type)]);
        }
        let path = path(key)?;
        let put = self.place.put_opts(&path, bytes.into(), options).await;
        put.map(|_| ()).map_err(|why| fault(&why))
    }

    /// The file under this key.
    pub async fn get(&self, key: &str) -> Result<Option<Found>, BlobError> {
        self.find(key, GetOptions::default()).await
    }

    /// A part of the file under this key; it ends with the file if that is shorter.
    pub async fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<Found>, BlobError> {
        let options = GetOptions::default().with_range(Some(range));
        self.find(key, options).await
    }

    /// How big the file under this key is, in bytes.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, BlobError> {
        let head = self.place.head(&path(key)?).await;
        Ok(present(head)?.map(|meta| meta.size))
    }

    /// Removes the file under this key. Nothing happens if there is none.
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        let deleted = self.place.delete(&path(key)?).await;
        present(deleted).map(|_| ())
    }

    async fn find(&self, key: &str, options: GetOptions) -> Result<Option<Found>, BlobError> {
        let found = self.place.get_opts(&path(key)?, options).await;
        Ok(present(found)?.map(stream))
    }
}

fn stream(found: GetResult) -> Found {
    let (size, range) = (found.meta.size, found.range.clone());
    let bytes = match found.payload {
        GetResultPayload::File(file, _) => folder::read(file, range.clone()).boxed(),
        GetResultPayload::Stream(stream) => stream.map_err(|why| fault(&why)).boxed(),
    };
    Found { size, range, bytes }
}

/// Keys are made of letters, digits, `-`, `_`, `.` and `/`, and never lead upwards.
fn path(key: &str) -> Result<Path, BlobError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let path = Path::parse(key).map_err(|_| BlobError::InvalidKey)?;
    if key.chars().all(plain) && path.as_ref() == key && !key.is_empty() {
        Ok(path)
    } else {
        Err(BlobError::InvalidKey)
    }
}

fn present<T>(result: object_store::Result<T>) -> Result<Option<T>, BlobError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(why) => Err(fault(&why)),
    }
}

fn fault(why: &object_store::Error) -> BlobError {
    BlobError::Unavailable(why.to_string())
}
