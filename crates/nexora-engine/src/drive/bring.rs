//! Bringing the pictures a run begins with to whoever runs it.

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use nexora_core::{Generation, Slot};
use nexora_providers::{ErrorKind, MediaProvider, Placed, ProviderError, Shot, Upload as Parcel};
use nexora_store::inputs::{self, Input};

use crate::hooks::name_run;
use crate::{Engine, EngineError, media};

/// What is heavier is sent as a JPEG: providers take at least this much.
const PARCEL_BYTES_MAX: usize = 8 << 20;

/// Why a picture did not get there. The order itself was not handed over.
pub(super) enum NotBrought {
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
        if begun.order.inputs.is_empty() {
            return Ok(None);
        }
        let id = begun.id;
        let inputs: Result<Vec<Input>, EngineError> = self
            .read(move |tx| Box::pin(async move { inputs::of_generation(tx, id).await }))
            .await;
        let inputs = inputs.map_err(|trouble| NotBrought::Away(trouble.to_string()))?;
        let mut shot = Shot::default();
        for input in inputs {
            let parcel = self.pack(begun, &input).await?;
            let placed = place(adapter, parcel).await?;
            match input.slot {
                Slot::FirstFrame => shot.first_frame = Some(placed),
                Slot::LastFrame => shot.last_frame = Some(placed),
                Slot::Reference => shot.references.push(placed),
            }
        }
        Ok(Some(shot))
    }

    async fn pack(&self, begun: &Generation, input: &Input) -> Result<Parcel, NotBrought> {
        let bytes = self.whole_file(&input.key).await?;
        let (bytes, content_type) = if bytes.len() > PARCEL_BYTES_MAX {
            let light = self.lighten(bytes).await.ok_or(NotBrought::Lost)?;
            (light, "image/jpeg".to_owned())
        } else {
            (bytes, input.content_type.clone())
        };
        let extension = content_type.rsplit('/').next().unwrap_or("bin");
        Ok(Parcel {
            name: format!("{}.{}.{extension}", name_run(begun), input.slot.field()),
            content_type,
            bytes,
        })
    }

    async fn whole_file(&self, key: &str) -> Result<Bytes, NotBrought> {
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
