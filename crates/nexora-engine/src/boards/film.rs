//! The film of a board: its approved clips, joined in order.

use std::fmt;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use nexora_core::{BoardId, MemberId};
use nexora_store::BlobError;

use crate::film::{CLIPS_BYTES_MAX, JoinError, join};
use crate::{Engine, EngineError};

/// Why there is no film. Nothing was charged: a film costs nothing.
#[derive(Debug)]
pub enum FilmError {
    /// The member has no such board.
    NotFound,
    /// The clips do not make one film.
    Join(JoinError),
    /// The bytes of a clip are not where they were.
    Lost,
    /// Something inside failed.
    Engine(EngineError),
}

impl Engine {
    /// The approved clips of a board that are there, in order, as one MP4.
    pub async fn film(&self, member: MemberId, id: BoardId) -> Result<Bytes, FilmError> {
        let story = self.board(member, id).await?;
        let story = story.ok_or(FilmError::NotFound)?;
        let clips: Vec<_> = story.reel().into_iter().map(|(.., clip)| clip).collect();
        let sizes = clips.iter().map(|clip| usize::try_from(clip.size_bytes));
        let size: usize = sizes.map(|size| size.unwrap_or(CLIPS_BYTES_MAX)).sum();
        if size > CLIPS_BYTES_MAX {
            return Err(FilmError::Join(JoinError::TooLarge(size)));
        }
        // What is joined lies in memory, so one film is made at a time.
        let _turn = self.0.filming.acquire().await;
        let mut whole = Vec::with_capacity(clips.len());
        for clip in clips {
            whole.push(self.clip_bytes(&clip.key).await?);
        }
        let joining = tokio::task::spawn_blocking(move || join(&whole));
        let joined = joining.await.map_err(|_| FilmError::Lost)?;
        joined.map_err(FilmError::Join)
    }

    async fn clip_bytes(&self, key: &str) -> Result<Bytes, FilmError> {
        let away = |why: BlobError| FilmError::Engine(EngineError::Media(why.to_string()));
        let found = self.blobs().get(key).await.map_err(away)?;
        let mut pieces = found.ok_or(FilmError::Lost)?.bytes;
        let mut whole = BytesMut::new();
        while let Some(piece) = pieces.try_next().await.map_err(away)? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }
}

impl fmt::Display for FilmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("You have no such board. It may have been deleted."),
            Self::Join(why) => write!(
                f,
                "{why} So there is no film in one file. Download the shots; any editor puts them \
                 together."
            ),
            Self::Lost => {
                f.write_str("A clip could not be read. Download the shots, or film that one again.")
            }
            Self::Engine(_) => {
                f.write_str("Something went wrong on our side. Try again in a moment.")
            }
        }
    }
}

impl std::error::Error for FilmError {}

impl From<EngineError> for FilmError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}
