//! Pictures a run can begin with: what was brought along, and what was made here before.

use std::fmt;

use nexora_core::{Asset, GenerationId, MediaKind, MemberId, Slot, Source, Timestamp, Upload};
use nexora_store::inputs::Input;
use nexora_store::{StoreError, Tx, assets, generations, inputs, uploads};

use crate::{Engine, EngineError};

/// What stills are, by our own making.
const STILL_TYPE: &str = "image/jpeg";

/// A picture its owner can put into a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Under which id.
    pub source: Source,
    /// Picture, or clip of which the first picture counts.
    pub kind: MediaKind,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Whether there is a small one for lists.
    pub has_thumbnail: bool,
    /// Its `ThumbHash`; empty if nobody looked.
    pub placeholder: Vec<u8>,
    /// When it was brought or made.
    pub since: Timestamp,
}

/// A picture that was asked for and cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// For what.
    pub slot: Slot,
    /// Why.
    pub why: Why,
}

/// Why a picture cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is not there, not any more, or not theirs.
    Gone,
    /// It is a clip whose first picture could not be read.
    NoStill,
}

/// A picture that is taken into a run.
pub(crate) struct Taken {
    pub(crate) input: Input,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Engine {
    /// A member's newest pictures, brought and made, the newest first.
    pub async fn pictures(
        &self,
        member: MemberId,
        limit: u32,
    ) -> Result<Vec<Picture>, EngineError> {
        let mut pictures: Vec<Picture> = self
            .read(move |tx| {
                Box::pin(async move {
                    let brought = uploads::list(tx, member, limit).await?;
                    let made = assets::latest(tx, member, limit).await?;
                    let brought = brought.iter().map(Picture::of_upload);
                    Ok(brought.chain(made.iter().map(Picture::of_asset)).collect())
                })
            })
            .await?;
        pictures.sort_by_key(|picture| std::cmp::Reverse(picture.since));
        pictures.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(pictures)
    }

    /// The pictures with these ids that a member has, in the same order. Those they do not have
    /// are left out.
    pub async fn pictures_of(
        &self,
        member: MemberId,
        sources: Vec<Source>,
    ) -> Result<Vec<Picture>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                let mut found = Vec::new();
                for source in sources {
                    found.extend(find(tx, member, source).await?);
                }
                Ok(found)
            })
        })
        .await
    }

    /// The pictures a member's run began with, in the order of its inputs, whatever became of
    /// their origin; none if they have no such run.
    pub async fn inputs(
        &self,
        member: MemberId,
        id: GenerationId,
    ) -> Result<Vec<Input>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                match generations::of_member(tx, member, id).await? {
                    Some(_) => inputs::of_generation(tx, id).await,
                    None => Ok(Vec::new()),
                }
            })
        })
        .await
    }
}

impl Picture {
    /// A picture that was brought along.
    pub fn of_upload(upload: &Upload) -> Self {
        Self {
            source: Source::Upload(upload.id),
            kind: MediaKind::Image,
            width: upload.width,
            height: upload.height,
            has_thumbnail: true,
            placeholder: upload.placeholder.clone(),
            since: upload.created_at,
        }
    }

    /// A picture that was made here, or the first one of a clip.
    pub fn of_asset(asset: &Asset) -> Self {
        Self {
            source: Source::Asset(asset.id),
            kind: asset.kind,
            width: asset.width,
            height: asset.height,
            has_thumbnail: asset.thumbnail_key.is_some(),
            placeholder: asset.placeholder.clone(),
            since: asset.created_at,
        }
    }
}

/// A picture of a member's, if they have it.
pub(crate) async fn find(
    tx: &mut Tx<'_>,
    member: MemberId,
    source: Source,
) -> Result<Option<Picture>, StoreError> {
    match source {
        Source::Upload(id) => {
            let found = uploads::by_id(tx, id).await?;
            let own = found.filter(|upload| upload.member == member);
            Ok(own.as_ref().map(Picture::of_upload))
        }
        Source::Asset(id) => {
            let found = assets::to_begin_with(tx, member, id).await?;
            Ok(found.as_ref().map(Picture::of_asset))
        }
    }
}

/// Takes a picture of a member's into a run: from now on it stays as long as the run does.
pub(crate) async fn take(
    tx: &mut Tx<'_>,
    member: MemberId,
    (slot, source): (Slot, Source),
) -> Result<Result<Taken, Unusable>, StoreError> {
    let no = |why| Err(Unusable { slot, why });
    Ok(match source {
        Source::Upload(id) => {
            let found = uploads::take_into_use(tx, member, id).await?;
            found.map_or(no(Why::Gone), |upload| Ok(of_upload(slot, upload)))
        }
        Source::Asset(id) => match assets::to_begin_with(tx, member, id).await? {
            Some(asset) => of_asset(slot, asset).map_or(no(Why::NoStill), Ok),
            None => no(Why::Gone),
        },
    })
}

fn of_upload(slot: Slot, upload: Upload) -> Taken {
    Taken {
        width: upload.width,
        height: upload.height,
        input: Input {
            slot,
            source: Source::Upload(upload.id),
            key: upload.key,
            thumbnail_key: Some(upload.thumbnail_key),
            content_type: upload.content_type,
        },
    }
}

/// A picture is what it is; of a clip it is the first picture.
fn of_asset(slot: Slot, asset: Asset) -> Option<Taken> {
    let (key, content_type) = match asset.kind {
        MediaKind::Image => (asset.key, asset.content_type),
        MediaKind::Video => (asset.poster_key?, STILL_TYPE.to_owned()),
    };
    Some(Taken {
        width: asset.width,
        height: asset.height,
        input: Input {
            slot,
            source: Source::Asset(asset.id),
            key,
            thumbnail_key: asset.thumbnail_key,
            content_type,
        },
    })
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = self.slot.noun();
        match self.why {
            Why::Gone => write!(
                f,
                "The {noun} is not among your pictures any more. Nothing was charged. Choose \
                 another one."
            ),
            Why::NoStill => write!(
                f,
                "The first picture of this clip could not be read, so it cannot be a {noun}. \
                 Nothing was charged. Choose another one."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_which_picture_and_what_to_do() {
        let gone = Unusable {
            slot: Slot::LastFrame,
            why: Why::Gone,
        };
        assert_eq!(
            gone.to_string(),
            "The last frame is not among your pictures any more. Nothing was charged. Choose \
             another one."
        );
    }
}
