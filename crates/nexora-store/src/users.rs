//! People: who they are, how they prove it, and what they pay for.

mod farewell;
mod identities;
mod plans;

use nexora_core::{DisplayName, Email, Member, MemberId, Plan, Timestamp};

pub use farewell::{bury, forget_words};
pub use identities::{
    Standing, identities_of, identity, insert_identity, member_of, set_email, set_profile_moment,
};
pub use plans::{
    PlanView, Rights, freeze, give_plan, plan_of, plan_view_of, rights_of, set_plan, set_plan_view,
    unfreeze,
};

use crate::db::{Row, Tx, args, only};
use crate::dialect::{LOCK_USER, Sql};
use crate::error::StoreError;
use crate::search::{containing, fold};

/// Most people listed at once.
const LISTED_MAX: u32 = 500;

/// Adds a person. [`StoreError::Conflict`] if the address is taken.
pub async fn insert(tx: &mut Tx<'_>, member: &Member) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO users (id, email, display_name, search_text, role, created_at)
         VALUES ($1, $2, $3, $4, 'member', $5)",
    );
    let (email, name) = (member.email.as_str(), member.display_name.as_str());
    let search_text = fold(&format!("{name} {email}"));
    tx.run(
        &INSERT,
        args![member.id, email, name, search_text, member.created_at],
    )
    .await?;
    if member.plan != Plan::Free {
        set_plan(tx, member.id, member.plan, member.created_at).await?;
    }
    Ok(())
}

/// The person with this id.
pub async fn by_id(
    tx: &mut Tx<'_>,
    id: MemberId,
    now: Timestamp,
) -> Result<Option<Member>, StoreError> {
    const BY_ID: Sql = Sql::both(
        "SELECT u.id, u.display_name, u.email,
                CASE WHEN s.ends_at IS NULL OR s.ends_at > $2
                     THEN s.plan_name ELSE s.then_plan END, u.created_at
         FROM users u LEFT JOIN user_subscriptions s ON s.user_id = u.id
         WHERE u.id = $1 AND u.deleted_at IS NULL",
    );
    tx.first(&BY_ID, args![id, now], read).await
}

/// The person with this address.
pub async fn by_email(
    tx: &mut Tx<'_>,
    email: &Email,
    now: Timestamp,
) -> Result<Option<Member>, StoreError> {
    const BY_EMAIL: Sql = Sql::both(
        "SELECT u.id, u.display_name, u.email,
                CASE WHEN s.ends_at IS NULL OR s.ends_at > $2
                     THEN s.plan_name ELSE s.then_plan END, u.created_at
         FROM users u LEFT JOIN user_subscriptions s ON s.user_id = u.id
         WHERE u.email = $1 AND u.deleted_at IS NULL",
    );
    tx.first(&BY_EMAIL, args![email.as_str(), now], read).await
}

/// People whose name or address contains `search`, the newest first; everybody if it is empty.
pub async fn list(
    tx: &mut Tx<'_>,
    search: &str,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Member>, StoreError> {
    const LIST: Sql = Sql::both(
        "SELECT u.id, u.display_name, u.email,
                CASE WHEN s.ends_at IS NULL OR s.ends_at > $3
                     THEN s.plan_name ELSE s.then_plan END, u.created_at
         FROM users u LEFT JOIN user_subscriptions s ON s.user_id = u.id
         WHERE u.search_text LIKE $1 ESCAPE '\\' AND u.deleted_at IS NULL
         ORDER BY u.id DESC LIMIT $2",
    );
    let pattern = containing(search.trim());
    tx.all(&LIST, args![pattern, limit.min(LISTED_MAX), now], read)
        .await
}

/// Changes what a person is called.
pub async fn set_display_name(
    tx: &mut Tx<'_>,
    id: MemberId,
    name: &DisplayName,
) -> Result<(), StoreError> {
    const RENAME: Sql = Sql::both(
        "UPDATE users SET display_name = $2, search_text = $3 || ' ' || email WHERE id = $1",
    );
    let folded = fold(name.as_str());
    tx.send(&RENAME, args![id, name.as_str(), folded]).await
}

/// Makes other transactions that lock the same person wait until this one ends.
pub async fn lock(tx: &mut Tx<'_>, id: MemberId) -> Result<(), StoreError> {
    tx.send(&LOCK_USER, args![id]).await
}

/// Stores a password's hash, in PHC form.
pub async fn set_password(
    tx: &mut Tx<'_>,
    id: MemberId,
    phc: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SET_PASSWORD: Sql = Sql::both(
        "INSERT INTO local_credentials (user_id, phc, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE
         SET phc = excluded.phc, changed_at = excluded.changed_at",
    );
    tx.send(&SET_PASSWORD, args![id, phc, now]).await
}

/// Whose address this is, and the hash of their password.
pub async fn password_of(
    tx: &mut Tx<'_>,
    email: &Email,
) -> Result<Option<(MemberId, String)>, StoreError> {
    const PASSWORD_OF: Sql = Sql::both(
        "SELECT u.id, c.phc FROM users u JOIN local_credentials c ON c.user_id = u.id
         WHERE u.email = $1 AND u.deleted_at IS NULL",
    );
    tx.first(&PASSWORD_OF, args![email.as_str()], |row| {
        Ok((row.next()?, row.next()?))
    })
    .await
}

/// The hash of this person's password; `None` if they sign in another way.
pub async fn password_of_member(
    tx: &mut Tx<'_>,
    id: MemberId,
) -> Result<Option<String>, StoreError> {
    const PASSWORD_OF_MEMBER: Sql =
        Sql::both("SELECT phc FROM local_credentials WHERE user_id = $1");
    tx.first(&PASSWORD_OF_MEMBER, args![id], only).await
}

/// Reads id, name, address, plan and joining date, in this order.
pub(crate) fn read(row: &mut Row<'_>) -> Result<Member, StoreError> {
    Ok(Member {
        id: row.next()?,
        display_name: row.parse(|name| DisplayName::parse(name).ok())?,
        email: row.parse(|email| Email::parse(email).ok())?,
        plan: match row.next::<Option<String>>()? {
            None => Plan::Free,
            Some(slug) => slug.parse().map_err(StoreError::corrupt)?,
        },
        created_at: row.next()?,
    })
}
