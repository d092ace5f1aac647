//! Pictures and clips are painted when first asked for, one at a time, and kept for a while.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{OnceCell, Semaphore};

use crate::given::Given;
use crate::studio::{self, Clip, Picture, StillFormat, Wish};

/// Rendered bytes kept; the oldest go first. About twenty clips or forty stills.
const KEPT_BYTES_MAX: usize = 64 << 20;
/// Paintings at the same time: each uses every core it can get, and the product needs one.
const EASELS: usize = 1;

/// Something to paint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Piece {
    pub(crate) wish: Wish,
    pub(crate) form: Form,
}

impl Piece {
    /// The same piece, begun with pictures.
    pub(crate) fn begun_with(mut self, given: &Given) -> Self {
        self.wish.given = given.clone();
        self
    }
}

/// As what it is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Png,
    Jpeg,
    Webp,
    /// An MP4 of this many seconds.
    Clip(u32),
}

impl Form {
    /// The form with this name in a provider's `output_format`; PNG for any other.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "jpeg" | "jpg" => Self::Jpeg,
            "webp" => Self::Webp,
            _ => Self::Png,
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Clip(_) => "mp4",
        }
    }
}

/// A finished piece with its true size: very large wishes are painted smaller.
#[derive(Clone, Debug)]
pub(crate) struct Painted {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Painted pieces, and the one easel.
pub(crate) struct Shelf {
    kept: Mutex<Kept>,
    easels: Arc<Semaphore>,
}

struct Kept {
    pieces: HashMap<Piece, Arc<OnceCell<Painted>>>,
    order: VecDeque<(Piece, usize)>,
    bytes: usize,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        Self {
            kept: Mutex::new(Kept {
                pieces: HashMap::new(),
                order: VecDeque::new(),
                bytes: 0,
            }),
            easels: Arc::new(Semaphore::new(EASELS)),
        }
    }

    /// The painted piece. Callers who want the same one wait for the same painting.
    /// None when the painter failed.
    pub(crate) async fn paint(&self, piece: Piece) -> Option<Painted> {
        let cell = self.lock().cell(&piece);
        let painted = cell.get_or_try_init(|| self.paint_now(piece.clone())).await;
        let painted = painted.ok().cloned();
        self.lock().settle(piece, &cell, painted.as_ref());
        painted
    }

    async fn paint_now(&self, piece: Piece) -> Result<Painted, Unpainted> {
        let easels = Arc::clone(&self.easels);
        let easel = easels.acquire_owned().await.map_err(|_| Unpainted)?;
        // The easel moves along, so that a caller who leaves does not free it early.
        let painting = tokio::task::spawn_blocking(move || {
            let painted = paint(&piece);
            drop(easel);
            painted
        });
        painting.await.map_err(|_| Unpainted)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The painter panicked or the runtime is going down.
struct Unpainted;

fn paint(piece: &Piece) -> Painted {
    match piece.form {
        Form::Png => studio::still(&piece.wish, StillFormat::Png).into(),
        Form::Jpeg => studio::still(&piece.wish, StillFormat::Jpeg).into(),
        Form::Webp => studio::still(&piece.wish, StillFormat::Webp).into(),
        Form::Clip(seconds) => {
            let clip = studio::clip(&piece.wish, seconds);
            tracing::debug!(
                duration_ms = clip.duration_ms,
                frames_per_second = clip.frames_per_second,
                size_bytes = clip.bytes.len(),
                "painted a clip"
            );
            clip.into()
        }
    }
}

impl From<Picture> for Painted {
    fn from(picture: Picture) -> Self {
        Self {
            bytes: picture.bytes,
            content_type: picture.content_type,
            width: picture.width,
            height: picture.height,
        }
    }
}

impl From<Clip> for Painted {
    fn from(clip: Clip) -> Self {
        Self {
            bytes: clip.bytes,
            content_type: "video/mp4",
            width: clip.width,
            height: clip.height,
        }
    }
}

impl Kept {
    /// The place of a piece, painted or not. Places whose callers have left are cleared away.
    fn cell(&mut self, piece: &Piece) -> Arc<OnceCell<Painted>> {
        self.pieces
            .retain(|_, cell| cell.initialized() || Arc::strong_count(cell) > 1);
        Arc::clone(self.pieces.entry(piece.clone()).or_default())
    }

    /// Counts a new painting and lets the oldest go; forgets one that failed.
    fn settle(&mut self, piece: Piece, cell: &Arc<OnceCell<Painted>>, painted: Option<&Painted>) {
        let is_current = self
            .pieces
            .get(&piece)
            .is_some_and(|kept| Arc::ptr_eq(kept, cell));
        if !is_current {
            return;
        }
        let Some(painted) = painted else {
            self.pieces.remove(&piece);
            return;
        };
        if self.order.iter().any(|(known, _)| *known == piece) {
            return;
        }
        let size = painted.bytes.len();
        self.bytes += size;
        self.order.push_back((piece, size));
        while self.bytes > KEPT_BYTES_MAX
            && let Some((oldest, size)) = self.order.pop_front()
        {
            self.pieces.remove(&oldest);
            self.bytes -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_piece_is_painted_once() {
        let shelf = Shelf::new();
        let wish = Wish {
            prompt: "a lighthouse".into(),
            negative: String::new(),
            seed: 1,
            width: 64,
            height: 64,
            given: crate::given::Given::default(),
        };
        let form = Form::Png;
        let first = shelf
            .paint(Piece {
                wish: wish.clone(),
                form,
            })
            .await
            .unwrap();
        let again = shelf.paint(Piece { wish, form }).await.unwrap();
        assert_eq!(first.bytes.as_ptr(), again.bytes.as_ptr());
    }
}
