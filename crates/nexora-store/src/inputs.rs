//! What each run began with: as long as the run is there, so are its pictures.

use nexora_core::{AssetId, GenerationId, Slot, Source, UploadId};

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// A picture a run began with, and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// What it is for.
    pub slot: Slot,
    /// Where it came from.
    pub source: Source,
    /// Key of the bytes in the media store.
    pub key: String,
    /// Key of its small JPEG, if it has one.
    pub thumbnail_key: Option<String>,
    /// Media type of the bytes.
    pub content_type: String,
}

/// Writes down what a run begins with.
pub async fn insert(
    tx: &mut Tx<'_>,
    generation: GenerationId,
    inputs: &[Input],
) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO generation_inputs (generation_id, slot, position, upload_id, asset_id, key,
                                        thumbnail_key, content_type)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    for (position, input) in (0_u32..).zip(inputs) {
        let (upload, asset) = match input.source {
            Source::Upload(id) => (Some(id), None),
            Source::Asset(id) => (None, Some(id)),
        };
        let args = args![
            generation,
            input.slot.field(),
            position,
            upload,
            asset,
            &input.key,
            input.thumbnail_key.as_deref(),
            &input.content_type,
        ];
        tx.send(&INSERT, args).await?;
    }
    Ok(())
}

/// What a run began with, in the order in which it was written down.
pub async fn of_generation(
    tx: &mut Tx<'_>,
    generation: GenerationId,
) -> Result<Vec<Input>, StoreError> {
    const OF_GENERATION: Sql = Sql::both(
        "SELECT slot, upload_id, asset_id, key, thumbnail_key, content_type
         FROM generation_inputs WHERE generation_id = $1 ORDER BY position",
    );
    tx.all(&OF_GENERATION, args![generation], read).await
}

/// Forgets what a run began with: it was deleted.
pub async fn forget(tx: &mut Tx<'_>, generation: GenerationId) -> Result<(), StoreError> {
    const FORGET: Sql = Sql::both("DELETE FROM generation_inputs WHERE generation_id = $1");
    tx.send(&FORGET, args![generation]).await
}

fn read(row: &mut Row<'_>) -> Result<Input, StoreError> {
    let slot = row.parse(Slot::of_field)?;
    let (upload, asset): (Option<UploadId>, Option<AssetId>) = (row.next()?, row.next()?);
    let source = upload.map(Source::Upload).or(asset.map(Source::Asset));
    Ok(Input {
        slot,
        source: source.ok_or_else(|| StoreError::corrupt("a picture from nowhere"))?,
        key: row.next()?,
        thumbnail_key: row.next()?,
        content_type: row.next()?,
    })
}
