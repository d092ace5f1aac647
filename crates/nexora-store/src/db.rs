//! One store over two engines: `write` and `read` run the same body on either.
//!
//! This file and the ones below it are the only ones that know which engines there are.

mod bare;
mod postgres;
mod row;
mod sqlite;
mod tx;
mod unit;
mod url;
mod value;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexora_core::MemberId;
use tokio::sync::oneshot;

pub(crate) use bare::Bare;
pub use bare::Step;
pub(crate) use postgres::Listener;
pub(crate) use row::{Row, only};
pub use tx::Tx;
pub use url::{DatabaseUrl, InvalidUrl};
pub(crate) use value::{ToValue, args};

use crate::error::StoreError;
use crate::live::LiveListener;
use unit::Unit;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Which database.
    pub url: DatabaseUrl,
    /// Most connections to a database server; 16 suits one node. The embedded engine ignores it.
    pub connections_max: usize,
    /// What the embedded engine does before it says that a write is safe.
    pub durability: Durability,
}

/// What survives a power cut on the embedded engine. A killed process loses nothing either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every answered write survives: the right choice where there is money.
    Full,
    /// The last moments may be lost, the database stays sound.
    Normal,
}

/// Which engine is underneath.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StoreKind {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

/// Which units of work must run one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Everything about this member's money.
    Member(MemberId),
    /// Everything else.
    Any,
}

/// One database. Cloning is cheap; all clones share the same connections.
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Postgres>),
}

impl Store {
    /// Opens the database, creating an embedded one that does not exist. It does not migrate.
    ///
    /// Refuses a transaction pooler (port 6543) and an unencrypted connection that leaves this
    /// machine, with a sentence that says what to write instead.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let engine = match &config.url {
            DatabaseUrl::Sqlite(path) => {
                Engine::Sqlite(sqlite::Sqlite::open(path, config.durability)?)
            }
            DatabaseUrl::SqliteInMemory => Engine::Sqlite(sqlite::Sqlite::temporary()?),
            DatabaseUrl::Postgres(url) => {
                let opened = postgres::Postgres::open(url, config.connections_max).await?;
                Engine::Postgres(Box::new(opened))
            }
        };
        Ok(Self {
            engine: Arc::new(engine),
        })
    }

    /// Which engine is underneath.
    pub fn kind(&self) -> StoreKind {
        match *self.engine {
            Engine::Sqlite(_) => StoreKind::Sqlite,
            Engine::Postgres(_) => StoreKind::Postgres,
        }
    }

    /// Runs `work` as one change: `Ok` keeps all of it, `Err` undoes all of it. Returns when the
    /// change is durable.
    ///
    /// Several units are committed together (one commit costs as much as a hundred), but a unit
    /// that fails is undone alone. `work` may await nothing but the transaction. After an error
    /// from the store it must give up. If the caller stops waiting, the unit still runs.
    pub async fn write<T, E, F>(&self, lane: Lane, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx<'_>) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let unit: Unit = unit::pack(work, answer);
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.queue(unit)?,
            Engine::Postgres(postgres) => postgres.queue(lane, unit)?,
        }
        // The answer is dropped unsaid when the transaction was lost or the unit panicked.
        answered.await.unwrap_or_else(|_| Err(unit::lost().into()))
    }

    /// Runs `work` over one consistent snapshot. It cannot change anything.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx<'_>) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(work).await,
            Engine::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// Asks the database whether it is there.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(|tx| Box::pin(tx.ping())).await
    }

    /// Hears what other nodes say about changes, from now on. `None` on the embedded engine: it
    /// has no other nodes.
    pub async fn listen(&self) -> Option<LiveListener> {
        match &*self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(postgres) => {
                let mut listener = postgres.listen();
                if let Err(why) = listener.open().await {
                    tracing::warn!(%why, "cannot listen to the other nodes yet");
                }
                Some(LiveListener::new(listener))
            }
        }
    }

    /// Finishes every unit that is waiting, then closes the connections. Later calls fail.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}
