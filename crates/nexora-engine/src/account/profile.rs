//! Names and addresses that a sign-in service keeps, as far as we keep them, too.

use nexora_core::{DisplayName, Email, MemberId, Timestamp};
use nexora_providers::clerk::ClerkUser;
use nexora_store::{StoreError, Tx, users};

use super::CLERK;

/// What a sign-in service knows of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Their verified address.
    pub email: Option<Email>,
    /// What they are called.
    pub name: Option<DisplayName>,
    /// Of what moment this is.
    pub updated_at: Timestamp,
}

impl From<ClerkUser> for Profile {
    /// An address that was only typed proves nothing and is left out.
    fn from(user: ClerkUser) -> Self {
        let email = user.email.filter(|email| email.verified);
        Self {
            email: email.map(|email| email.address),
            name: user.name,
            updated_at: user.updated_at,
        }
    }
}

/// Takes over a name and an address. News older than what we have, and of people we do not know,
/// changes nothing; an address that is somebody else's is left alone.
pub(super) async fn take_profile(
    tx: &mut Tx<'_>,
    subject: &str,
    profile: &Profile,
) -> Result<Option<MemberId>, StoreError> {
    let Some(member) = users::member_of(tx, CLERK, subject).await? else {
        return Ok(None);
    };
    if !users::set_profile_moment(tx, CLERK, subject, profile.updated_at).await? {
        return Ok(None);
    }
    if let Some(name) = &profile.name {
        users::set_display_name(tx, member, name).await?;
    }
    if let Some(email) = &profile.email {
        users::set_email(tx, member, email).await?;
    }
    Ok(Some(member))
}
