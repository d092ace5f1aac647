//! Who somebody is at a sign-in service. Addresses never link accounts: whoever controls one at
//! the service is not thereby a member here.

use nexora_core::{Email, MemberId, Timestamp};

use crate::db::{Tx, args, only};
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::search::fold;

/// Most identities of one person.
const IDENTITIES_MAX: u32 = 20;

/// What an identity stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A member.
    Member(MemberId),
    /// Somebody who left. They stay known, so that late news of them does not bring them back.
    Gone,
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
    let found = identity(tx, provider, subject).await?;
    Ok(match found {
        Some(Standing::Member(member)) => Some(member),
        Some(Standing::Gone) | None => None,
    })
}

/// What `subject` at `provider` stands for; `None` if it was never seen.
pub async fn identity(
    tx: &mut Tx<'_>,
    provider: &str,
    subject: &str,
) -> Result<Option<Standing>, StoreError> {
    const IDENTITY: Sql = Sql::both(
        "SELECT i.user_id, u.deleted_at FROM identities i JOIN users u ON u.id = i.user_id
         WHERE i.provider = $1 AND i.subject = $2",
    );
    tx.first(&IDENTITY, args![provider, subject], |row| {
        let member = row.next()?;
        let deleted_at = row.next::<Option<i64>>()?;
        Ok(deleted_at.map_or(Standing::Member(member), |_| Standing::Gone))
    })
    .await
}

/// The subjects of a person at `provider`.
pub async fn identities_of(
    tx: &mut Tx<'_>,
    provider: &str,
    member: MemberId,
) -> Result<Vec<String>, StoreError> {
    const IDENTITIES_OF: Sql = Sql::both(
        "SELECT subject FROM identities WHERE provider = $1 AND user_id = $2
         ORDER BY created_at, subject LIMIT $3",
    );
    tx.all(
        &IDENTITIES_OF,
        args![provider, member, IDENTITIES_MAX],
        only,
    )
    .await
}

/// Notes of what moment a person's name and address are. `false` if we have later ones.
pub async fn set_profile_moment(
    tx: &mut Tx<'_>,
    provider: &str,
    subject: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    const SET_PROFILE_MOMENT: Sql = Sql::both(
        "UPDATE identities SET profile_at = $3
         WHERE provider = $1 AND subject = $2 AND (profile_at IS NULL OR profile_at <= $3)",
    );
    let args = args![provider, subject, at];
    Ok(tx.run(&SET_PROFILE_MOMENT, args).await? == 1)
}

/// Changes a person's address, unless it is somebody else's. Whether it is theirs now.
pub async fn set_email(tx: &mut Tx<'_>, id: MemberId, email: &Email) -> Result<bool, StoreError> {
    const SET_EMAIL: Sql = Sql::both(
        "UPDATE users SET email = $2, search_text = $3
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email = $2 AND o.id <> $1)",
    );
    const NAME_OF: Sql = Sql::both("SELECT display_name FROM users WHERE id = $1");
    let name: Option<String> = tx.first(&NAME_OF, args![id], only).await?;
    let folded = fold(&format!("{} {email}", name.unwrap_or_default()));
    let args = args![id, email.as_str(), folded];
    Ok(tx.run(&SET_EMAIL, args).await? == 1)
}
