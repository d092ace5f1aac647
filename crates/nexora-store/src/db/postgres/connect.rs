//! From an address to connections, or to a sentence about why not.

use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::fault::fault;
use super::tls;
use crate::error::StoreError;

/// The port of transaction poolers. Behind one, prepared statements fail, locks are lost and
/// notifications never arrive.
const TRANSACTION_POOLER: u16 = 6543;
/// How long to wait for a server that does not answer.
const CONNECT_SECONDS: u64 = 10;
/// How long to wait for a free connection of the pool.
const WAIT_SECONDS: u64 = 10;
/// What every connection is told first. A statement over a few rows that takes ten seconds is
/// stuck; a lock that is not given in five is told to its caller as contended; a transaction
/// left open by a node that froze must not hold its locks.
const SETTINGS: &str = "SET statement_timeout = '10s';
     SET lock_timeout = '5s';
     SET idle_in_transaction_session_timeout = '30s';
     SET client_min_messages = 'warning'";

/// Where the server is and how to talk to it.
#[derive(Clone)]
pub(super) struct Connect {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Connect {
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, wish) = tls::take_parameters(url)?;
        let mut config: Config = url.parse().map_err(|why: tokio_postgres::Error| {
            StoreError::Refused(format!("the address of the database cannot be read: {why}"))
        })?;
        refuse_pooler(&config)?;
        refuse_plaintext(&config)?;
        config.connect_timeout(Duration::from_secs(CONNECT_SECONDS));
        if config.get_application_name().is_none() {
            config.application_name("nexora");
        }
        Ok(Self {
            config,
            tls: tls::connector(&wish)?,
        })
    }

    pub(super) fn pool(&self, connections_max: usize) -> Result<Pool, StoreError> {
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(self.config.clone(), self.tls.clone(), recycling);
        let wait = Duration::from_secs(WAIT_SECONDS);
        Pool::builder(manager)
            .max_size(connections_max.max(2))
            .wait_timeout(Some(wait))
            .create_timeout(Some(wait))
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    let set = client.batch_execute(SETTINGS).await;
                    set.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|why| StoreError::Refused(why.to_string()))
    }
}

/// A free connection.
pub(super) async fn take(pool: &Pool) -> Result<Object, StoreError> {
    use deadpool_postgres::PoolError;
    pool.get().await.map_err(|why| match why {
        PoolError::Backend(why) | PoolError::PostCreateHook(HookError::Backend(why)) => fault(&why),
        PoolError::Closed => StoreError::closed(),
        PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            StoreError::Unavailable(why.to_string())
        }
    })
}

fn refuse_pooler(config: &Config) -> Result<(), StoreError> {
    if !config.get_ports().contains(&TRANSACTION_POOLER) {
        return Ok(());
    }
    Err(StoreError::Refused(
        "port 6543 is a transaction pooler: prepared statements, locks and notifications do not \
         work behind it. Use the direct connection or the session pooler, both on port 5432."
            .to_owned(),
    ))
}

fn refuse_plaintext(config: &Config) -> Result<(), StoreError> {
    if config.get_ssl_mode() == SslMode::Require || config.get_hosts().iter().all(is_here) {
        return Ok(());
    }
    Err(StoreError::Refused(
        "the database is on another machine and the connection is not sure to be encrypted: add \
         ?sslmode=require to its address (or verify-full with sslrootcert=FILE)."
            .to_owned(),
    ))
}

/// Whether a connection to it stays on this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        match Connect::parse(url) {
            Err(StoreError::Refused(sentence)) => sentence,
            other => panic!("{url} gave {:?}", other.map(|_| ())),
        }
    }

    #[test]
    fn a_transaction_pooler_is_refused_with_the_port_to_use_instead() {
        let sentence = refusal("postgres://u:p@db.example:6543/postgres?sslmode=require");
        assert!(sentence.contains("5432"), "{sentence}");
    }

    #[test]
    fn a_connection_that_leaves_the_machine_must_be_encrypted() {
        assert!(refusal("postgres://u:p@db.example/n").contains("sslmode=require"));
        assert!(refusal("postgres://u:p@db.example/n?sslmode=prefer").contains("sslmode"));
        for url in [
            "postgres://u:p@db.example/n?sslmode=require",
            "postgres://u:p@db.example/n?sslmode=verify-full",
            "postgres://u:p@127.0.0.1/n",
            "postgres://u:p@localhost:5433/n",
        ] {
            assert!(Connect::parse(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_password() {
        assert!(!refusal("postgres://u:s3cret@h:6543/n").contains("s3cret"));
        assert!(!refusal("postgres://u:s3cret@h/n?nonsense=1&sslmode=require").contains("s3cret"));
    }
}
