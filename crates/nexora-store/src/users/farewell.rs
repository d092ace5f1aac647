//! Somebody leaves: nothing says any more who they were, and the books keep their lines.

use nexora_core::{MemberId, Timestamp};

use crate::db::{Tx, args};
use crate::dialect::{FORGET_WORDS, Sql};
use crate::error::StoreError;

/// What those who left are called.
const NOBODY: &str = "Former member";
/// What stands where their words were.
const WORDS_GONE: &str = "removed with its member";

/// Takes a person's name, address, password, sessions and keys away. Their row, their journal and
/// the marks of their identities stay. `false` if they had left already.
pub async fn bury(tx: &mut Tx<'_>, id: MemberId, now: Timestamp) -> Result<bool, StoreError> {
    const BURY: Sql = Sql::both(
        "UPDATE users SET email = $2, display_name = $3, search_text = '', deleted_at = $4
         WHERE id = $1 AND deleted_at IS NULL",
    );
    const FORGET_PASSWORD: Sql = Sql::both("DELETE FROM local_credentials WHERE user_id = $1");
    const FORGET_SESSIONS: Sql = Sql::both("DELETE FROM sessions WHERE user_id = $1");
    const FORGET_KEYS: Sql = Sql::both("DELETE FROM idempotency_keys WHERE user_id = $1");
    // The address stays unique, and can be nobody's: `.invalid` is reserved (RFC 2606).
    let address = format!("{id}@deleted.invalid");
    if tx.run(&BURY, args![id, address, NOBODY, now]).await? == 0 {
        return Ok(false);
    }
    tx.send(&FORGET_PASSWORD, args![id]).await?;
    tx.send(&FORGET_SESSIONS, args![id]).await?;
    tx.send(&FORGET_KEYS, args![id]).await?;
    Ok(true)
}

/// Takes a person's words out of everything they made that was removed, and says how many runs
/// that were. Their rows stay: the books refer to them.
pub async fn forget_words(tx: &mut Tx<'_>, id: MemberId) -> Result<u64, StoreError> {
    tx.run(&FORGET_WORDS, args![id, WORDS_GONE]).await
}
