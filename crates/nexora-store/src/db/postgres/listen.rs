//! Hearing what other nodes say, over a connection of its own.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect::Connect;
use super::fault::fault;
use crate::error::StoreError;

/// How long to wait before connecting again. Live pages also look for changes by themselves.
const RECONNECT: Duration = Duration::from_secs(1);

type Tls = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// Hears the payloads of one channel, connecting again whenever the connection is lost.
pub(crate) struct Listener {
    connect: Connect,
    line: Option<Line>,
}

struct Line {
    // Dropping the client would end the connection.
    _client: Client,
    connection: Connection<Socket, Tls>,
}

impl Listener {
    pub(super) const fn new(connect: Connect) -> Self {
        Self {
            connect,
            line: None,
        }
    }

    /// Makes sure that somebody listens: what is said from now on is heard.
    pub(in crate::db) async fn open(&mut self) -> Result<(), StoreError> {
        if self.line.is_none() {
            self.line = Some(Line::open(&self.connect).await?);
        }
        Ok(())
    }

    /// The next payload. What is said while the connection is lost is not heard.
    pub(crate) async fn next(&mut self) -> String {
        loop {
            if let Err(why) = self.open().await {
                tracing::warn!(%why, "cannot listen to the other nodes; trying again");
                tokio::time::sleep(RECONNECT).await;
                continue;
            }
            let Some(line) = &mut self.line else { continue };
            if let Some(payload) = line.next().await {
                return payload;
            }
            self.line = None;
            tokio::time::sleep(RECONNECT).await;
        }
    }
}

impl Line {
    async fn open(connect: &Connect) -> Result<Self, StoreError> {
        let connected = connect.config.connect(connect.tls.clone()).await;
        let (client, mut connection) = connected.map_err(|why| fault(&why))?;
        {
            // The connection moves only while somebody polls it.
            let listen = pin!(client.batch_execute("LISTEN nexora_live"));
            let lost = pin!(async {
                while let Some(Ok(_)) = poll_fn(|cx| connection.poll_message(cx)).await {}
            });
            match select(listen, lost).await {
                Either::Left((listening, _)) => listening.map_err(|why| fault(&why))?,
                Either::Right(_) => return Err(StoreError::closed()),
            }
        }
        Ok(Self {
            _client: client,
            connection,
        })
    }

    async fn next(&mut self) -> Option<String> {
        loop {
            match poll_fn(|cx| self.connection.poll_message(cx)).await? {
                Ok(AsyncMessage::Notification(said)) => return Some(said.payload().to_owned()),
                Ok(_) => {}
                Err(why) => {
                    tracing::warn!(why = %fault(&why), "stopped hearing the other nodes");
                    return None;
                }
            }
        }
    }
}
