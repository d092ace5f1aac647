//! A stored output: what it is and where its bytes are.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{AssetId, GenerationId, MemberId};

/// What a model makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A moving one.
    Video,
}

impl MediaKind {
    /// The name stored and sent.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
        }
    }

    /// The kind with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Image, Self::Video]
            .into_iter()
            .find(|kind| kind.slug() == slug)
    }

    /// What people call one of these.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Image => "picture",
            Self::Video => "clip",
        }
    }
}

/// One output, safely in our own store. Its bytes never change: the key names their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// The run that made it.
    pub generation: GenerationId,
    /// Who owns it; nobody else is served it.
    pub member: MemberId,
    /// Its place among the run's outputs, from 0.
    pub position: u32,
    /// Picture or clip.
    pub kind: MediaKind,
    /// Media type found by looking at the bytes, for example `image/webp`.
    pub content_type: String,
    /// Key of the bytes in the media store.
    pub key: String,
    /// How many bytes.
    pub size_bytes: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Length of a clip in milliseconds; `None` for a picture.
    pub duration_ms: Option<u32>,
    /// Key of a JPEG still at most 1280 px wide, shown before a clip plays; `None` for a picture
    /// or when the clip's codec could not be read.
    pub poster_key: Option<String>,
    /// Key of a small JPEG (at most 640 px on the long side) for cards.
    pub thumbnail_key: Option<String>,
    /// `ThumbHash` of the picture (about 25 bytes): what the card shows before anything loads.
    pub placeholder: Vec<u8>,
    /// When it was stored.
    pub created_at: Timestamp,
}
