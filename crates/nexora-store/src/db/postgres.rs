//! The server engine: a pool of connections, and lanes that commit many units at once.

mod bare;
mod connect;
mod fault;
mod lanes;
mod listen;
mod session;
mod tls;

use deadpool_postgres::{Object, Pool};
use futures_util::future::BoxFuture;

pub(super) use bare::{bare_pool, bare_transaction};
pub(crate) use listen::Listener;
pub(super) use session::{Session, cell};

use super::Lane;
use super::tx::Tx;
use super::unit::Unit;
use crate::error::StoreError;
use lanes::Lanes;

/// One database on a server.
pub(super) struct Postgres {
    pool: Pool,
    lanes: Lanes,
    config: connect::Connect,
}

impl Postgres {
    /// Checks the address, connects once, and starts the lanes.
    pub(super) async fn open(url: &str, connections_max: usize) -> Result<Self, StoreError> {
        let config = connect::Connect::parse(url)?;
        let pool = config.pool(connections_max)?;
        // A wrong password or name is told at the start, not at the first visitor.
        drop(connect::take(&pool).await?);
        Ok(Self {
            lanes: Lanes::start(&pool, connections_max),
            pool,
            config,
        })
    }

    /// Puts a unit in its lane.
    pub(super) fn queue(&self, lane: Lane, unit: Unit) -> Result<(), StoreError> {
        self.lanes.queue(lane, unit)
    }

    /// Runs `work` over a snapshot.
    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx<'_>) -> BoxFuture<'a, Result<T, E>> + Send,
        E: From<StoreError>,
    {
        let connection: Object = connect::take(&self.pool).await?;
        let mut tx = Tx::of_postgres(Session::snapshot(&connection));
        work(&mut tx).await
    }

    /// A connection of its own that hears what other nodes say.
    pub(super) fn listen(&self) -> Listener {
        Listener::new(self.config.clone())
    }

    /// Lets the lanes finish what waits.
    pub(super) async fn close(&self) {
        self.lanes.close().await;
        self.pool.close();
    }
}
