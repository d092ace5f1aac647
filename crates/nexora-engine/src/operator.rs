//! What an operator may put right, each with a reason that stays in the journal.

use nexora_core::{Member, MemberId, Plan};
use nexora_store::credits::{Balance, HoldError};
use nexora_store::{Lane, credits, users};

use crate::support::{self, SupportError};
use crate::{Change, Engine, EngineError};

/// Why a correction was not made.
#[derive(Debug)]
pub enum CorrectionError {
    /// There is not that much to take away.
    Insufficient {
        /// What is there.
        available: i64,
    },
    /// Something inside failed.
    Engine(EngineError),
}

impl std::fmt::Display for CorrectionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Insufficient { available } => {
                write!(f, "only {available} credits are free to take away")
            }
            Self::Engine(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CorrectionError {}

impl<E: Into<EngineError>> From<E> for CorrectionError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl Engine {
    /// Gives (or, below zero, takes) credits by hand. The reason is a line of the journal that
    /// the member can read.
    pub async fn correct(
        &self,
        member: MemberId,
        delta: i64,
        reason: String,
    ) -> Result<Balance, CorrectionError> {
        let now = self.now();
        let corrected: Result<Balance, CorrectionError> = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    let outcome = credits::correct(tx, member, delta, &reason, now).await;
                    outcome.map_err(|refused| match refused {
                        HoldError::Insufficient { available } => CorrectionError::Insufficient {
                            available: available.amount(),
                        },
                        HoldError::Store(error) => error.into(),
                    })
                })
            })
            .await;
        self.live().publish(member, Change::Credits);
        corrected
    }

    /// Gives a member a plan, as [`support::set_plan`] does.
    pub async fn set_plan(
        &self,
        member: MemberId,
        plan: Plan,
        reason: String,
    ) -> Result<(), SupportError> {
        support::set_plan(self.store(), member, plan, reason, self.now()).await?;
        self.live().publish(member, Change::Everything);
        Ok(())
    }

    /// Members whose address or name contains `search`, at most `limit`.
    pub async fn members(&self, search: String, limit: u32) -> Result<Vec<Member>, EngineError> {
        let now = self.now();
        self.read(move |tx| Box::pin(async move { users::list(tx, &search, limit, now).await }))
            .await
    }
}
