//! Leaving, the part that cannot wait for others: what Clerk and the merchant must be told is
//! asked of them until they have heard.

use std::time::Duration;

use nexora_core::MemberId;
use tracing::{error, warn};

use super::FarewellError;
use crate::drive::Next;
use crate::{Engine, EngineError};

/// When to ask again somebody who did not answer, or did not do it.
const AGAIN_WAIT: Duration = Duration::from_secs(300);
/// How soon this is looked at again by a studio that does not know Clerk.
const NO_CLERK_WAIT: Duration = Duration::from_secs(3_600);

impl Engine {
    /// A member who was deleted at Clerk's leaves here, too.
    pub(crate) async fn leave(&self, id: MemberId) -> Result<Next, EngineError> {
        let Some(member) = self.member(id).await? else {
            return Ok(Next::Done);
        };
        match self.farewell(&member).await {
            Ok(()) => Ok(Next::Done),
            Err(FarewellError::Engine(error)) => Err(error),
            Err(FarewellError::Merchant(trouble)) => {
                warn!(member = %id, "a subscription could not be ended, so nobody left: {trouble}");
                Ok(Next::At(self.now().plus(AGAIN_WAIT)))
            }
        }
    }

    /// Deletes at Clerk's whoever left here. Clerk keeps their name and address; nobody would
    /// know any more why.
    pub(crate) async fn forget_at_clerk(&self, id: MemberId) -> Result<Next, EngineError> {
        let Some(clerk) = self.clerk() else {
            warn!(member = %id, "somebody who left is still known at Clerk's; a studio that uses Clerk has to tell it");
            return Ok(Next::At(self.now().plus(NO_CLERK_WAIT)));
        };
        for subject in self.clerk_subjects(id).await? {
            if let Err(trouble) = clerk.delete_user(&subject).await {
                error!(member = %id, "somebody who left could not be deleted at Clerk's yet: {trouble}");
                return Ok(Next::At(self.now().plus(AGAIN_WAIT)));
            }
        }
        Ok(Next::Done)
    }
}
