//! Somebody who is signed in proves once more that it is them.

use nexora_core::{Member, MemberId, Password};
use nexora_store::users;

use super::{ClientDevice, Grasp, PasswordChangeError};
use crate::Engine;

impl Engine {
    /// Whether this is the member's password. Wrong ones count as they do at the door.
    pub async fn confirm(
        &self,
        member: &Member,
        present: Password,
        device: &ClientDevice,
    ) -> Result<(), PasswordChangeError> {
        let grasp = Grasp::sign_in(&member.email, device);
        if let Some(wait_seconds) = self.wait_of(&grasp).await? {
            return Err(PasswordChangeError::TooMany { wait_seconds });
        }
        let id: MemberId = member.id;
        let phc: Option<String> = self
            .read(move |tx| Box::pin(async move { users::password_of_member(tx, id).await }))
            .await?;
        if !self.check_password(present, phc).await? {
            self.note_failure(&grasp).await?;
            return Err(PasswordChangeError::Wrong);
        }
        Ok(self.forget_failures(&grasp).await?)
    }
}
