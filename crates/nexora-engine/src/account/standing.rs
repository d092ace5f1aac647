//! Sessions of ours that stand on one of Clerk's: found by its name, vouched for again, ended
//! with it.

use nexora_core::{Member, MemberId, SessionId};
use nexora_store::sessions::{self, SessionRow};
use nexora_store::{Lane, StoreError, users};

use super::CLERK;
use crate::{Change, Engine, EngineError};

impl Engine {
    /// A living session that stands on Clerk's session `sid`, and whose it is.
    pub async fn clerk_session(
        &self,
        sid: &str,
    ) -> Result<Option<(SessionRow, Member)>, EngineError> {
        let (sid, now) = (sid.to_owned(), self.now());
        self.read(move |tx| Box::pin(async move { sessions::of_sid(tx, CLERK, &sid, now).await }))
            .await
    }

    /// Clerk vouched for a session again.
    pub async fn session_verified(&self, session: SessionId) -> Result<(), EngineError> {
        let now = self.now();
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { sessions::verified(tx, session, now).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))
    }

    /// A session of Clerk's ended: ours that stand on it end too. How many did.
    pub async fn end_clerk_session(&self, sid: &str) -> Result<u64, EngineError> {
        let owner = self.clerk_session(sid).await?;
        let sid = sid.to_owned();
        let ended: u64 = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { sessions::revoke_sid(tx, CLERK, &sid).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        if let Some((_, owner)) = owner {
            self.live().publish(owner.id, Change::Sessions);
        }
        Ok(ended)
    }

    /// Clerk's names for a member, whether they are still here or not.
    pub async fn clerk_subjects(&self, member: MemberId) -> Result<Vec<String>, EngineError> {
        self.read(move |tx| Box::pin(async move { users::identities_of(tx, CLERK, member).await }))
            .await
    }
}
