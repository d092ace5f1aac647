//! Writes without queue, group or pipeline: a commit for each, as fast as the engine goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::task::JoinSet;

use super::tx::Tx;
use super::{DatabaseUrl, postgres, sqlite};
use crate::error::StoreError;

/// Connections to a server at most: more only wait for each other.
pub(super) const CONNECTIONS_MAX: usize = 16;

/// What is done in a transaction, and to which account.
pub(super) type Body = for<'a> fn(&'a mut Tx<'_>, u64) -> BoxFuture<'a, Result<(), StoreError>>;

/// What becomes durable at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// All statements of a submit, in one transaction.
    Transaction,
    /// Each statement by itself, as without any transaction.
    Statement,
}

/// A measurement.
#[derive(Clone, Copy)]
pub(crate) struct Bare {
    /// What becomes durable at a time, in the embedded engine; on a server always a transaction.
    pub(crate) step: Step,
    /// Who calls at the same time. The embedded engine has one writer whoever calls.
    pub(crate) callers: usize,
    /// Over how many accounts the calls are spread.
    pub(crate) accounts: u64,
    /// For how long.
    pub(crate) span: Duration,
    /// Done once, with the number of accounts.
    pub(crate) prepare: Body,
    /// Done again and again.
    pub(crate) submit: Body,
}

impl Bare {
    /// Measures, and says how many transactions were committed.
    pub(crate) async fn run(self, url: &DatabaseUrl) -> Result<u64, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let path = path.clone();
                let counted = tokio::task::spawn_blocking(move || {
                    sqlite::bare_submits(&path, self, &self.turns())
                });
                counted.await.map_err(StoreError::corrupt)?
            }
            DatabaseUrl::SqliteInMemory => Ok(0),
            DatabaseUrl::Postgres(url) => self.run_on_server(url).await,
        }
    }

    async fn run_on_server(self, url: &str) -> Result<u64, StoreError> {
        let pool = postgres::bare_pool(url)?;
        postgres::bare_transaction(&pool, self.prepare, self.accounts).await?;
        let turns = Arc::new(self.turns());
        let mut callers = JoinSet::new();
        for _ in 0..self.callers.clamp(1, CONNECTIONS_MAX) {
            let (pool, turns) = (pool.clone(), Arc::clone(&turns));
            callers.spawn(async move {
                while let Some(account) = turns.next() {
                    postgres::bare_transaction(&pool, self.submit, account).await?;
                }
                Ok::<_, StoreError>(())
            });
        }
        while let Some(ended) = callers.join_next().await {
            ended.map_err(StoreError::corrupt)??;
        }
        Ok(turns.taken.load(Ordering::Relaxed))
    }

    fn turns(&self) -> Turns {
        Turns {
            accounts: self.accounts,
            taken: AtomicU64::new(0),
            until: Instant::now() + self.span,
        }
    }
}

/// Whose turn it is, until the time is over.
pub(super) struct Turns {
    pub(super) accounts: u64,
    pub(super) taken: AtomicU64,
    until: Instant,
}

impl Turns {
    pub(super) fn next(&self) -> Option<u64> {
        let over = Instant::now() >= self.until;
        (!over).then(|| self.taken.fetch_add(1, Ordering::Relaxed) % self.accounts)
    }
}
