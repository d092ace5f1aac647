//! Removing pictures that no run wanted in time, and those of members who leave.

use nexora_core::{MemberId, Timestamp};
use nexora_store::{Lane, StoreError, jobs, uploads};

use super::orphans_of;
use crate::drive::Next;
use crate::job::Job;
use crate::{Engine, EngineError};

/// Pictures removed in one step: the store has other work, too.
const SWEPT_MAX: u32 = 100;

impl Engine {
    /// Removes what expired and says when to look again.
    pub(crate) async fn sweep_uploads(&self) -> Result<Next, EngineError> {
        let now = self.now();
        let (orphans, next): (Vec<String>, Option<Timestamp>) = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    let gone = uploads::expire(tx, now, SWEPT_MAX).await?;
                    let orphans = orphans_of(tx, &gone).await?;
                    Ok((orphans, uploads::next_expiry(tx).await?))
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.delete_files(orphans).await;
        Ok(next.map_or(Next::Done, Next::At))
    }

    /// Makes sure that what expires will be looked at. An upload asks for that by itself; this is
    /// for one whose wish was lost while the last sweep ended.
    pub(crate) async fn plan_sweep(&self) -> Result<(), EngineError> {
        let now = self.now();
        self.store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move {
                    let Some(expiry) = uploads::next_expiry(tx).await? else {
                        return Ok(());
                    };
                    let job = Job::SweepUploads;
                    jobs::enqueue(tx, job.kind(), job.subject(), None, expiry, now).await
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))
    }

    /// Removes everything a member who leaves has brought along. What a run that is still being
    /// made began with goes with that run.
    pub(crate) async fn forget_uploads(&self, member: MemberId) -> Result<(), EngineError> {
        let orphans: Vec<String> = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    let gone = uploads::forget_all(tx, member).await?;
                    orphans_of(tx, &gone).await
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.delete_files(orphans).await;
        Ok(())
    }
}
