//! People: who they are, how they prove it, and what they pay for.

use nexora_core::{DisplayName, Email, Member, MemberId, Plan, Timestamp};

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
pub async fn by_id(tx: &mut Tx<'_>, id: MemberId) -> Result<Option<Member>, StoreError> {
    const BY_ID: Sql = Sql::both(
        "SELECT u.id, u.display_name, u.email, s.plan_name, u.created_at
         FROM users u LEFT JOIN user_subscriptions s ON s.user_id = u.id
         WHERE u.id = $1 AND u.deleted_at IS NULL",
    );
    tx.first(&BY_ID, args![id], read).await
}

/// The person with this address.
pub async fn by_email(tx: &mut Tx<'_>, email: &Email) -> Result<Option<Member>, StoreError> {
    const BY_EMAIL: Sql = Sql::both(
        "SELECT u.id, u.display_name, u.email, s.plan_name, u.created_at
         FROM users u LEFT JOIN user_subscriptions s ON s.user_id = u.id
         WHERE u.email = $1 AND u.deleted_at IS NULL",
    );
    tx.first(&BY_EMAIL, args![email.as_str()], read).await
}

/// People whose name or address contains `search`, the newest first; everybody if it is empty.
pub async fn list(tx: &mut Tx<'_>, search: &str, limit: u32) -> Result<Vec<Member>, StoreError> {
    const LIST: Sql = Sql::both(
        "SELECT u.id, u.display_name, u.email, s.plan_name, u.created_at
         FROM users u LEFT JOIN user_subscriptions s ON s.user_id = u.id
         WHERE u.search_text LIKE $1 ESCAPE '\\' AND u.deleted_at IS NULL
         ORDER BY u.id DESC LIMIT $2",
    );
    let pattern = containing(search.trim());
    tx.all(&LIST, args![pattern, limit.min(LISTED_MAX)], read)
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

/// Changes what a person pays for.
pub async fn set_plan(
    tx: &mut Tx<'_>,
    id: MemberId,
    plan: Plan,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SET_PLAN: Sql = Sql::both(
        "INSERT INTO user_subscriptions (user_id, plan_name, status, updated_at)
         VALUES ($1, $2, 'active', $3)
         ON CONFLICT (user_id) DO UPDATE
         SET plan_name = excluded.plan_name, status = 'active', updated_at = excluded.updated_at",
    );
    tx.send(&SET_PLAN, args![id, plan.slug(), now]).await
}

/// Makes other transactions that lock the same person wait until this one ends.
pub async fn lock(tx: &mut Tx<'_>, id: MemberId) -> Result<(), StoreError> {
    tx.send(&LOCK_USER, args![id]).await
}

/// Says that `subject` at `provider` (a sign-in service) is this person. `false` if it is
/// somebody already.
pub async fn insert_identity(
    tx: &mut Tx<'_>,
    provider: &str,
    subject: &str,
    member: MemberId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const INSERT_IDENTITY: Sql = Sql::both(
        "INSERT INTO identities (provider, subject, user_id, created_at)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    );
    let inserted = tx
        .run(&INSERT_IDENTITY, args![provider, subject, member, now])
        .await?;
    Ok(inserted == 1)
}

/// Who `subject` at `provider` is.
pub async fn member_of(
    tx: &mut Tx<'_>,
    provider: &str,
    subject: &str,
) -> Result<Option<MemberId>, StoreError> {
    const MEMBER_OF: Sql = Sql::both(
        "SELECT i.user_id FROM identities i JOIN users u ON u.id = i.user_id
         WHERE i.provider = $1 AND i.subject = $2 AND u.deleted_at IS NULL",
    );
    tx.first(&MEMBER_OF, args![provider, subject], only).await
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

/// What a member pays for at this moment.
pub async fn plan_of(tx: &mut Tx<'_>, id: MemberId) -> Result<Plan, StoreError> {
    const PLAN_OF: Sql = Sql::both("SELECT plan_name FROM user_subscriptions WHERE user_id = $1");
    let plan = tx.first(&PLAN_OF, args![id], read_plan).await?;
    Ok(plan.unwrap_or(Plan::Free))
}

fn read_plan(row: &mut Row<'_>) -> Result<Plan, StoreError> {
    row.parse(|slug| slug.parse().ok())
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
