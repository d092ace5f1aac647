//! Bringing the pictures a run begins with to whoever runs it.

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use nexora_core::catalog::Likeness;
use nexora_core::direction::{self, LENSES, LIGHTS, MOVES, PACES, Word};
use nexora_core::{Character, Direction, Generation, Order, Slot};
use nexora_providers::{
    Camera, Cast, ErrorKind, MediaProvider, Placed, ProviderError, Shot, Strength, Upload as Parcel,
};
use nexora_store::characters::{self, Face};
use nexora_store::inputs::{self, Input};

use crate::hooks::name_run;
use crate::{Engine, EngineError, media};

/// What is heavier is sent as a JPEG: providers take at least this much.
const PARCEL_BYTES_MAX: usize = 8 << 20;

/// Pictures of a character that a model goes by: four show a face from every side, and leave room
/// for the member's own.
const FACES_MAX: usize = 4;

/// Why a picture did not get there. The order itself was not handed over.
pub(crate) enum NotBrought {
    /// Our own copy is gone.
    Lost,
    /// Our own copy cannot be read at the moment.
    Away(String),
    /// The provider did not take it.
    Refused(ProviderError),
}

impl Engine {
    /// What the run begins with, where its provider can read it; `None` if it begins with words
    /// alone.
    pub(super) async fn bring(
        &self,
        begun: &Generation,
        adapter: &dyn MediaProvider,
    ) -> Result<Option<Shot>, NotBrought> {
        let order = &begun.order;
        if !is_more_than_words(order) {
            return Ok(None);
        }
        let id = begun.id;
        let inputs: Result<Vec<Input>, EngineError> = self
            .read(move |tx| Box::pin(async move { inputs::of_generation(tx, id).await }))
            .await;
        let inputs = inputs.map_err(|trouble| NotBrought::Away(trouble.to_string()))?;
        let mut shot = Shot {
            camera: camera(&order.direction),
            ..Shot::default()
        };
        for input in inputs {
            let name = format!("{}.{}", name_run(begun), input.slot.field());
            let parcel = self.pack(&name, &input.key, &input.content_type).await?;
            let placed = place(adapter, parcel).await?;
            match input.slot {
                Slot::FirstFrame => shot.first_frame = Some(placed),
                Slot::LastFrame => shot.last_frame = Some(placed),
                Slot::Reference => shot.references.push(placed),
            }
        }
        self.bring_character(begun, adapter, &mut shot).await?;
        Ok(Some(shot))
    }

    /// A picture somebody is trained from, where their provider can read it.
    pub(crate) async fn bring_face(
        &self,
        name: &str,
        face: &Face,
        adapter: &dyn MediaProvider,
    ) -> Result<Placed, NotBrought> {
        let parcel = self.pack(name, &face.key, &face.content_type).await?;
        place(adapter, parcel).await
    }

    /// Who is in it, as the model knows people: by a training, or by their pictures. Their name is
    /// in the prompt, if anywhere.
    async fn bring_character(
        &self,
        begun: &Generation,
        adapter: &dyn MediaProvider,
        shot: &mut Shot,
    ) -> Result<(), NotBrought> {
        let model = self.catalog().find(begun.order.model.as_str());
        let likeness = model.and_then(|model| model.params.characters);
        let Some((id, likeness)) = begun.order.character.zip(likeness) else {
            return Ok(());
        };
        let found: Result<Option<(Character, Vec<Face>)>, EngineError> = self
            .read(move |tx| {
                Box::pin(async move {
                    let Some(character) = characters::by_id(tx, id).await? else {
                        return Ok(None);
                    };
                    let faces = characters::faces(tx, id).await?;
                    Ok(Some((character, faces)))
                })
            })
            .await;
        let found = found.map_err(|trouble| NotBrought::Away(trouble.to_string()))?;
        let (character, faces) = found.ok_or_else(|| nobody(adapter))?;
        match likeness {
            Likeness::Trained => {
                shot.character = Some(Cast {
                    id: character.upstream.ok_or_else(|| nobody(adapter))?,
                    strength: Strength::FULL,
                });
            }
            Likeness::Pictures => {
                let name = format!("{}.face", name_run(begun));
                for face in faces.iter().take(FACES_MAX) {
                    let placed = self.bring_face(&name, face, adapter).await?;
                    shot.references.push(placed);
                }
            }
        }
        Ok(())
    }

    async fn pack(&self, name: &str, key: &str, content_type: &str) -> Result<Parcel, NotBrought> {
        let bytes = self.whole_file(key).await?;
        let (bytes, content_type) = if bytes.len() > PARCEL_BYTES_MAX {
            let light = self.lighten(bytes).await.ok_or(NotBrought::Lost)?;
            (light, "image/jpeg".to_owned())
        } else {
            (bytes, content_type.to_owned())
        };
        let extension = content_type.rsplit('/').next().unwrap_or("bin");
        Ok(Parcel {
            name: format!("{name}.{extension}"),
            content_type,
            bytes,
        })
    }

    pub(crate) async fn whole_file(&self, key: &str) -> Result<Bytes, NotBrought> {
        let away = |why: nexora_store::BlobError| NotBrought::Away(why.to_string());
        let found = self.blobs().get(key).await.map_err(away)?;
        let mut pieces = found.ok_or(NotBrought::Lost)?.bytes;
        let mut whole = BytesMut::new();
        while let Some(piece) = pieces.try_next().await.map_err(away)? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    async fn lighten(&self, bytes: Bytes) -> Option<Bytes> {
        let _turn = self.0.imaging.acquire().await;
        let lightened = tokio::task::spawn_blocking(move || media::lighten(&bytes));
        lightened.await.ok().flatten()
    }
}

/// Whether a provider has to be told more than fits into the order's own fields.
fn is_more_than_words(order: &Order) -> bool {
    !order.inputs.is_empty() || order.character.is_some() || !order.direction.is_empty()
}

/// The direction in the model's own words.
fn camera(direction: &Direction) -> Camera {
    let said = |words: &'static [Word], slug: &Option<String>| {
        let word = direction::find(words, slug.as_deref()?)?;
        Some(word.upstream.to_owned())
    };
    Camera {
        movement: said(MOVES, &direction.movement),
        lens: said(LENSES, &direction.lens),
        light: said(LIGHTS, &direction.light),
        pacing: said(PACES, &direction.pace),
        ..Camera::default()
    }
}

fn nobody(adapter: &dyn MediaProvider) -> NotBrought {
    NotBrought::Refused(ProviderError {
        kind: ErrorKind::Invalid,
        provider: adapter.info().provider,
        detail: "the character was deleted before this began".to_owned(),
    })
}

/// Where the provider can read it: in its own storage, or inside the request.
async fn place(adapter: &dyn MediaProvider, parcel: Parcel) -> Result<Placed, NotBrought> {
    let Some(uploader) = adapter.uploader() else {
        return Ok(Placed::inline(&parcel.content_type, parcel.bytes));
    };
    let placed = uploader.upload(&parcel).await;
    placed.map_err(|error| NotBrought::Refused(not_accepted(error)))
}

/// What happens to a picture says nothing about the order: that was certainly not accepted.
fn not_accepted(error: ProviderError) -> ProviderError {
    let kind = match error.kind {
        ErrorKind::Ambiguous | ErrorKind::Broken => ErrorKind::Down,
        kind @ (ErrorKind::Refused
        | ErrorKind::Invalid
        | ErrorKind::Busy { .. }
        | ErrorKind::Down
        | ErrorKind::Exhausted
        | ErrorKind::Misconfigured
        | ErrorKind::Gone) => kind,
    };
    ProviderError { kind, ..error }
}
