//! What generations made: where the bytes are, never the bytes themselves.

use nexora_core::{Asset, AssetId, GenerationId, MediaKind, MemberId};

use crate::db::{Row, Tx, args, only};
use crate::dialect::{ASSETS_OF_GENERATIONS, Sql};
use crate::error::StoreError;

/// Adds an output. [`StoreError::Conflict`] if the generation has one in this place.
pub async fn insert(tx: &mut Tx<'_>, asset: &Asset) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO assets (id, generation_id, user_id, position, kind, content_type, key,
                             size_bytes, width, height, duration_ms, poster_key, thumbnail_key,
                             placeholder, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    );
    let args = args![
        asset.id,
        asset.generation,
        asset.member,
        asset.position,
        asset.kind.slug(),
        &asset.content_type,
        &asset.key,
        i64::try_from(asset.size_bytes).map_err(StoreError::corrupt)?,
        asset.width,
        asset.height,
        asset.duration_ms,
        asset.poster_key.as_deref(),
        asset.thumbnail_key.as_deref(),
        asset.placeholder.as_slice(),
        asset.created_at,
    ];
    tx.run(&INSERT, args).await.map(|_| ())
}

/// What one generation made, in order.
pub async fn of_generation(
    tx: &mut Tx<'_>,
    generation: GenerationId,
) -> Result<Vec<Asset>, StoreError> {
    const OF_GENERATION: Sql = Sql::both(
        "SELECT id, generation_id, user_id, position, kind, content_type, key, size_bytes,
                width, height, duration_ms, poster_key, thumbnail_key, placeholder, created_at
         FROM assets WHERE generation_id = $1 ORDER BY position",
    );
    tx.all(&OF_GENERATION, args![generation], read).await
}

/// What several generations made, each generation's in order. One statement for a whole page.
pub async fn of_generations(
    tx: &mut Tx<'_>,
    generations: &[GenerationId],
) -> Result<Vec<Asset>, StoreError> {
    if generations.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = generations
        .iter()
        .map(|id| id.as_uuid().simple().to_string())
        .collect();
    // A list is one parameter on both engines only as a JSON text.
    let ids = serde_json::to_string(&ids).map_err(StoreError::corrupt)?;
    tx.all(&ASSETS_OF_GENERATIONS, args![ids], read).await
}

/// The output with this id.
pub async fn by_id(tx: &mut Tx<'_>, id: AssetId) -> Result<Option<Asset>, StoreError> {
    const BY_ID: Sql = Sql::both(
        "SELECT id, generation_id, user_id, position, kind, content_type, key, size_bytes,
                width, height, duration_ms, poster_key, thumbnail_key, placeholder, created_at
         FROM assets WHERE id = $1",
    );
    tx.first(&BY_ID, args![id], read).await
}

/// The output with this id, if its member may begin another run with it: the run that made it is
/// still there, or one that began with it is.
pub async fn to_begin_with(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: AssetId,
) -> Result<Option<Asset>, StoreError> {
    const TO_BEGIN_WITH: Sql = Sql::both(
        "SELECT a.id, a.generation_id, a.user_id, a.position, a.kind, a.content_type, a.key,
                a.size_bytes, a.width, a.height, a.duration_ms, a.poster_key, a.thumbnail_key,
                a.placeholder, a.created_at
         FROM assets a JOIN generations g ON g.id = a.generation_id
         WHERE a.id = $1 AND a.user_id = $2
           AND (g.deleted_at IS NULL
                OR EXISTS (SELECT 1 FROM generation_inputs i WHERE i.asset_id = a.id))",
    );
    tx.first(&TO_BEGIN_WITH, args![id, member], read).await
}

/// A member's newest outputs that another run can begin with, the newest first: pictures, and
/// clips whose first picture is known.
pub async fn latest(
    tx: &mut Tx<'_>,
    member: MemberId,
    limit: u32,
) -> Result<Vec<Asset>, StoreError> {
    const LATEST: Sql = Sql::both(
        "SELECT a.id, a.generation_id, a.user_id, a.position, a.kind, a.content_type, a.key,
                a.size_bytes, a.width, a.height, a.duration_ms, a.poster_key, a.thumbnail_key,
                a.placeholder, a.created_at
         FROM generations g JOIN assets a ON a.generation_id = g.id
         WHERE g.user_id = $1 AND g.deleted_at IS NULL
           AND (a.kind = 'image' OR a.poster_key IS NOT NULL)
         ORDER BY g.id DESC, a.position LIMIT $2",
    );
    tx.all(&LATEST, args![member, limit], read).await
}

/// Whether anything that was not deleted needs the bytes under `key`: an output, an upload, a
/// character, or a run that began with them.
pub async fn in_use(tx: &mut Tx<'_>, key: &str) -> Result<bool, StoreError> {
    const IN_USE: Sql = Sql::both(
        "SELECT a.position FROM assets a JOIN generations g ON g.id = a.generation_id
         WHERE (a.key = $1 OR a.poster_key = $1 OR a.thumbnail_key = $1)
           AND g.deleted_at IS NULL
         UNION ALL
         SELECT i.position FROM generation_inputs i WHERE i.key = $1 OR i.thumbnail_key = $1
         UNION ALL
         SELECT c.position FROM character_pictures c WHERE c.key = $1 OR c.thumbnail_key = $1
         UNION ALL
         SELECT 0 FROM uploads u
         WHERE (u.key = $1 OR u.thumbnail_key = $1) AND u.deleted_at IS NULL
         LIMIT 1",
    );
    let user = tx.first(&IN_USE, args![key], only::<u32>).await?;
    Ok(user.is_some())
}

fn read(row: &mut Row<'_>) -> Result<Asset, StoreError> {
    Ok(Asset {
        id: row.next()?,
        generation: row.next()?,
        member: row.next()?,
        position: row.next()?,
        kind: row.parse(MediaKind::from_slug)?,
        content_type: row.next()?,
        key: row.next()?,
        size_bytes: row.next()?,
        width: row.next()?,
        height: row.next()?,
        duration_ms: row.next()?,
        poster_key: row.next()?,
        thumbnail_key: row.next()?,
        placeholder: row.next()?,
        created_at: row.next()?,
    })
}
