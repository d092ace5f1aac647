//! One transaction on a connection of its own, waiting for every answer.

use deadpool_postgres::Pool;

use super::connect;
use super::session::Session;
use crate::db::bare::{Body, CONNECTIONS_MAX};
use crate::db::tx::Tx;
use crate::error::StoreError;

/// Connections for a measurement.
pub(in crate::db) fn bare_pool(url: &str) -> Result<Pool, StoreError> {
    connect::Connect::parse(url)?.pool(CONNECTIONS_MAX)
}

/// Runs `body` in a transaction and commits it.
pub(in crate::db) async fn bare_transaction(
    pool: &Pool,
    body: Body,
    number: u64,
) -> Result<(), StoreError> {
    let connection = connect::take(pool).await?;
    let mut tx = Tx::of_postgres(Session::begin(&connection));
    body(&mut tx, number).await?;
    let session = tx.postgres()?;
    session.settled().await?;
    session.end("COMMIT").await
}
