//! Characters: a row each, and the pictures they are trained from.

use nexora_core::character::Setback;
use nexora_core::{
    Character, CharacterId, CharacterName, CharacterState, MemberId, Timestamp, UploadId,
};

use crate::db::{Row, Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// What those who were deleted are called.
const NOBODY: &str = "deleted";

/// The columns that [`read`] reads, in its order.
macro_rules! CHARACTER_COLUMNS {
    () => {
        "id, user_id, name, state, setback_json, attempt, upstream, created_at, updated_at, version"
    };
}

/// A picture somebody is trained from, and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// The upload it came as.
    pub upload: UploadId,
    /// Key of the bytes in the media store.
    pub key: String,
    /// Key of its small JPEG.
    pub thumbnail_key: String,
    /// Media type of the bytes.
    pub content_type: String,
}

/// Adds somebody, with the words their maker agreed to and their pictures in order.
pub async fn insert(
    tx: &mut Tx<'_>,
    character: &Character,
    consent: &str,
    faces: &[Face],
) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO characters (id, user_id, name, consent, state, setback_json, attempt,
                                 upstream, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    );
    const INSERT_FACE: Sql = Sql::both(
        "INSERT INTO character_pictures (character_id, position, upload_id, key, thumbnail_key,
                                         content_type)
         VALUES ($1, $2, $3, $4, $5, $6)",
    );
    let args = args![
        character.id,
        character.member,
        character.name.as_str(),
        consent,
        character.state.slug(),
        setback(&character.state)?,
        character.attempt,
        character.upstream.as_deref(),
        character.created_at,
        character.updated_at,
        character.version,
    ];
    tx.send(&INSERT, args).await?;
    for (position, face) in (0_u32..).zip(faces) {
        let args = args![
            character.id,
            position,
            face.upload,
            &face.key,
            &face.thumbnail_key,
            &face.content_type,
        ];
        tx.send(&INSERT_FACE, args).await?;
    }
    Ok(())
}

/// Somebody with this id, unless they were deleted.
pub async fn by_id(tx: &mut Tx<'_>, id: CharacterId) -> Result<Option<Character>, StoreError> {
    const BY_ID: Sql = Sql::both(concat!(
        "SELECT ",
        CHARACTER_COLUMNS!(),
        " FROM characters WHERE id = $1 AND deleted_at IS NULL"
    ));
    tx.first(&BY_ID, args![id], read).await
}

/// A member's characters, the newest first.
pub async fn list(
    tx: &mut Tx<'_>,
    member: MemberId,
    limit: u32,
) -> Result<Vec<Character>, StoreError> {
    const LIST: Sql = Sql::both(concat!(
        "SELECT ",
        CHARACTER_COLUMNS!(),
        " FROM characters WHERE user_id = $1 AND deleted_at IS NULL
          ORDER BY created_at DESC, id DESC LIMIT $2"
    ));
    tx.all(&LIST, args![member, limit], read).await
}

/// How many characters a member has, those included that they deleted but made after `since`.
pub async fn count(tx: &mut Tx<'_>, member: MemberId, since: Timestamp) -> Result<u32, StoreError> {
    const COUNT: Sql = Sql::both(
        "SELECT COUNT(*) FROM characters
         WHERE user_id = $1 AND (deleted_at IS NULL OR created_at > $2)",
    );
    let counted = tx.first(&COUNT, args![member, since], only).await?;
    Ok(counted.unwrap_or(0))
}

/// The pictures somebody is trained from, in order.
pub async fn faces(tx: &mut Tx<'_>, id: CharacterId) -> Result<Vec<Face>, StoreError> {
    const FACES: Sql = Sql::both(
        "SELECT upload_id, key, thumbnail_key, content_type
         FROM character_pictures WHERE character_id = $1 ORDER BY position",
    );
    tx.all(&FACES, args![id], |row| {
        Ok(Face {
            upload: row.next()?,
            key: row.next()?,
            thumbnail_key: row.next()?,
            content_type: row.next()?,
        })
    })
    .await
}

/// Writes somebody over the version they were made from, and gives them back with the new one.
///
/// [`StoreError::Conflict`] if somebody else changed or deleted them: read them again.
pub async fn save(tx: &mut Tx<'_>, character: &Character) -> Result<Character, StoreError> {
    const SAVE: Sql = Sql::both(
        "UPDATE characters SET state = $3, setback_json = $4, attempt = $5, upstream = $6,
                               updated_at = $7, version = version + 1
         WHERE id = $1 AND version = $2 AND deleted_at IS NULL",
    );
    let args = args![
        character.id,
        character.version,
        character.state.slug(),
        setback(&character.state)?,
        character.attempt,
        character.upstream.as_deref(),
        character.updated_at,
    ];
    if tx.run(&SAVE, args).await? == 0 {
        return Err(StoreError::Conflict);
    }
    let version = character.version.saturating_add(1);
    Ok(Character {
        version,
        ..character.clone()
    })
}

/// Deletes somebody: their name goes, and which pictures they were trained from. The row stays,
/// with the consent, until the provider has deleted them too. `false` if they were gone already.
pub async fn delete(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: CharacterId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const DELETE: Sql = Sql::both(
        "UPDATE characters SET name = $4, deleted_at = $3, updated_at = $3, version = version + 1
         WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
    );
    const DELETE_FACES: Sql = Sql::both("DELETE FROM character_pictures WHERE character_id = $1");
    if tx.run(&DELETE, args![id, member, now, NOBODY]).await? == 0 {
        return Ok(false);
    }
    tx.send(&DELETE_FACES, args![id]).await?;
    Ok(true)
}

/// Somebody who was deleted here and may still be known at the provider's.
pub async fn deleted(tx: &mut Tx<'_>, id: CharacterId) -> Result<Option<Character>, StoreError> {
    const DELETED: Sql = Sql::both(concat!(
        "SELECT ",
        CHARACTER_COLUMNS!(),
        " FROM characters WHERE id = $1 AND deleted_at IS NOT NULL"
    ));
    tx.first(&DELETED, args![id], read).await
}

/// Notes that the provider does not know somebody any more.
pub async fn forgotten(tx: &mut Tx<'_>, id: CharacterId) -> Result<(), StoreError> {
    const FORGOTTEN: Sql = Sql::both("UPDATE characters SET upstream = NULL WHERE id = $1");
    tx.send(&FORGOTTEN, args![id]).await
}

fn setback(state: &CharacterState) -> Result<Option<String>, StoreError> {
    let CharacterState::Failed(setback) = state else {
        return Ok(None);
    };
    let text = serde_json::to_string(setback).map_err(StoreError::corrupt)?;
    Ok(Some(text))
}

fn read(row: &mut Row<'_>) -> Result<Character, StoreError> {
    let (id, member) = (row.next()?, row.next()?);
    let name = row.parse(|text| CharacterName::parse(text).ok())?;
    let slug: String = row.next()?;
    let setback: Option<String> = row.next()?;
    let setback = setback.map(|text| serde_json::from_str::<Setback>(&text));
    let setback = setback.transpose().map_err(StoreError::corrupt)?;
    let state = CharacterState::read(&slug, setback);
    Ok(Character {
        id,
        member,
        name,
        state: state.ok_or_else(|| StoreError::corrupt("a character in no known state"))?,
        attempt: row.next()?,
        upstream: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    })
}
