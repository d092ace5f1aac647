//! A picture a member brought along, cleaned and safely in our own store.

use crate::clock::Timestamp;
use crate::id::{MemberId, UploadId};

/// One uploaded picture. It carries nothing but its pixels: what the file said about place, time
/// and camera is gone. Its bytes never change: the key names their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Who owns it; nobody else is served it.
    pub member: MemberId,
    /// Media type of the bytes we made of it: `image/jpeg`, or `image/png` if it is see-through.
    pub content_type: String,
    /// Key of the bytes in the media store.
    pub key: String,
    /// Key of a small JPEG (at most 640 px on the long side) for slots and lists.
    pub thumbnail_key: String,
    /// How many bytes.
    pub size_bytes: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `ThumbHash` of the picture: what a slot shows before anything loads.
    pub placeholder: Vec<u8>,
    /// When it was uploaded, or uploaded again.
    pub created_at: Timestamp,
    /// When it is removed unless a run uses it before; `None` once one has.
    pub expires_at: Option<Timestamp>,
}
