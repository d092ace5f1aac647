//! Pictures that members bring along: where the bytes are, never the bytes themselves.

use nexora_core::{MemberId, Timestamp, Upload, UploadId};

use crate::db::{Row, Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;

/// The columns that [`read`] reads, in its order.
macro_rules! UPLOAD_COLUMNS {
    () => {
        "id, user_id, content_type, key, thumbnail_key, size_bytes, width, height, placeholder,
         created_at, expires_at"
    };
}

/// Adds a picture. One that its owner has already is brought back to the front of their list
/// under the id it had, and lives on as long as a new one would.
pub async fn insert(tx: &mut Tx<'_>, upload: &Upload) -> Result<Upload, StoreError> {
    const INSERT: Sql = Sql::both(concat!(
        "INSERT INTO uploads (",
        UPLOAD_COLUMNS!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (user_id, key) DO UPDATE SET
             created_at = excluded.created_at, deleted_at = NULL,
             expires_at = CASE WHEN uploads.expires_at IS NULL THEN NULL
                               ELSE excluded.expires_at END
         RETURNING ",
        UPLOAD_COLUMNS!()
    ));
    let args = args![
        upload.id,
        upload.member,
        &upload.content_type,
        &upload.key,
        &upload.thumbnail_key,
        i64::try_from(upload.size_bytes).map_err(StoreError::corrupt)?,
        upload.width,
        upload.height,
        upload.placeholder.as_slice(),
        upload.created_at,
        upload.expires_at,
    ];
    let kept = tx.first(&INSERT, args, read).await?;
    kept.ok_or_else(|| StoreError::corrupt("an upload that was not kept"))
}

/// The picture with this id, as long as its owner or one of their runs has it.
pub async fn by_id(tx: &mut Tx<'_>, id: UploadId) -> Result<Option<Upload>, StoreError> {
    const BY_ID: Sql = Sql::both(concat!(
        "SELECT ",
        UPLOAD_COLUMNS!(),
        " FROM uploads WHERE id = $1"
    ));
    tx.first(&BY_ID, args![id], read).await
}

/// A member's pictures, the newest first.
pub async fn list(
    tx: &mut Tx<'_>,
    member: MemberId,
    limit: u32,
) -> Result<Vec<Upload>, StoreError> {
    const LIST: Sql = Sql::both(concat!(
        "SELECT ",
        UPLOAD_COLUMNS!(),
        " FROM uploads WHERE user_id = $1 AND deleted_at IS NULL
          ORDER BY created_at DESC, id DESC LIMIT $2"
    ));
    tx.all(&LIST, args![member, limit], read).await
}

/// How many pictures a member has, and how many bytes they are together.
pub async fn totals(tx: &mut Tx<'_>, member: MemberId) -> Result<(u32, u64), StoreError> {
    const TOTALS: Sql = Sql::both(
        "SELECT COUNT(*), CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT)
         FROM uploads WHERE user_id = $1 AND deleted_at IS NULL",
    );
    let counted = tx
        .first(&TOTALS, args![member], |row| Ok((row.next()?, row.next()?)))
        .await?;
    Ok(counted.unwrap_or((0, 0)))
}

/// Takes a member's picture into use: from now on it does not expire. `None` if they have no such
/// picture and no run of theirs has it either.
pub async fn take_into_use(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: UploadId,
) -> Result<Option<Upload>, StoreError> {
    const TAKE_INTO_USE: Sql = Sql::both(concat!(
        "UPDATE uploads SET expires_at = NULL WHERE id = $1 AND user_id = $2 RETURNING ",
        UPLOAD_COLUMNS!()
    ));
    tx.first(&TAKE_INTO_USE, args![id, member], read).await
}

/// Takes a picture out of its owner's list. The row stays as long as a run shows the picture.
/// `false` if they have no such picture.
pub async fn delete(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: UploadId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const DELETE: Sql = Sql::both(
        "UPDATE uploads SET deleted_at = $3, expires_at = NULL
         WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
    );
    let was_there = tx.run(&DELETE, args![id, member, now]).await? == 1;
    if was_there {
        forget_unused(tx, id).await?;
    }
    Ok(was_there)
}

/// Removes the row of a picture that is in nobody's list, in no run and shows no character any
/// more.
pub async fn forget_unused(tx: &mut Tx<'_>, id: UploadId) -> Result<(), StoreError> {
    const FORGET_UNUSED: Sql = Sql::both(
        "DELETE FROM uploads WHERE id = $1 AND deleted_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM generation_inputs WHERE upload_id = $1)
           AND NOT EXISTS (SELECT 1 FROM character_pictures WHERE upload_id = $1)",
    );
    tx.send(&FORGET_UNUSED, args![id]).await
}

/// Removes up to `limit` pictures that no run used in time, and says which they were.
pub async fn expire(
    tx: &mut Tx<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Upload>, StoreError> {
    const EXPIRE: Sql = Sql::both(concat!(
        "DELETE FROM uploads WHERE expires_at <= $1 AND id IN (
             SELECT id FROM uploads WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
         RETURNING ",
        UPLOAD_COLUMNS!()
    ));
    tx.all(&EXPIRE, args![now, limit], read).await
}

/// When the next picture that no run uses is removed.
pub async fn next_expiry(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    const NEXT_EXPIRY: Sql = Sql::both("SELECT MIN(expires_at) FROM uploads");
    let next = tx.first(&NEXT_EXPIRY, args![], only).await?;
    Ok(next.flatten())
}

/// Removes everything a member who leaves has brought along, and says what that was.
pub async fn forget_all(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<Upload>, StoreError> {
    const FORGET_ALL: Sql = Sql::both(concat!(
        "DELETE FROM uploads WHERE user_id = $1 RETURNING ",
        UPLOAD_COLUMNS!()
    ));
    tx.all(&FORGET_ALL, args![member], read).await
}

fn read(row: &mut Row<'_>) -> Result<Upload, StoreError> {
    Ok(Upload {
        id: row.next()?,
        member: row.next()?,
        content_type: row.next()?,
        key: row.next()?,
        thumbnail_key: row.next()?,
        size_bytes: row.next()?,
        width: row.next()?,
        height: row.next()?,
        placeholder: row.next()?,
        created_at: row.next()?,
        expires_at: row.next()?,
    })
}
