//! Lanes: units of one member run one after the other, many units share one commit.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

use deadpool_postgres::Pool;
use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinSet;

use super::connect;
use super::session::Session;
use crate::db::Lane;
use crate::db::tx::Tx;
use crate::db::unit::{Done, Unit};
use crate::error::StoreError;

/// Lanes for members. More lanes share fewer commits; fewer lanes wait longer for each other.
const LANES: usize = 8;
/// Most units in one commit: they hold their locks until it is done.
const GROUP_MAX: usize = 64;
/// Most units that wait in one lane.
const QUEUE_MAX: usize = 1_024;

/// The queues in front of the writing connections. The last one takes what is about no member's
/// money: units there touch each other's rows in any order, and one after the other they cannot
/// wait for each other in a circle.
pub(super) struct Lanes {
    queues: Mutex<Vec<mpsc::Sender<Unit>>>,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Lanes {
    pub(super) fn start(pool: &Pool, connections_max: usize) -> Self {
        // Reads need connections too.
        let lanes = LANES.min(connections_max / 2).max(1) + 1;
        let mut tasks = JoinSet::new();
        let queues = (0..lanes)
            .map(|_| {
                let (queue, waiting) = mpsc::channel(QUEUE_MAX);
                tasks.spawn(run(pool.clone(), waiting));
                queue
            })
            .collect();
        Self {
            queues: Mutex::new(queues),
            tasks: tokio::sync::Mutex::new(tasks),
        }
    }

    pub(super) fn queue(&self, lane: Lane, unit: Unit) -> Result<(), StoreError> {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let (any, members) = queues.split_last().ok_or_else(StoreError::closed)?;
        let queue = match lane {
            Lane::Any => any,
            // The last bits of an id are random.
            Lane::Member(member) => {
                let (_, low) = member.as_uuid().as_u64_pair();
                let lanes = u64::try_from(members.len()).map_err(StoreError::corrupt)?;
                let place = low.checked_rem(lanes).unwrap_or(0);
                let place = usize::try_from(place).map_err(StoreError::corrupt)?;
                members.get(place).unwrap_or(any)
            }
        };
        queue.try_send(unit).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::TooManyWaiting,
            TrySendError::Closed(_) => StoreError::closed(),
        })
    }

    /// Takes no more units and waits until the waiting ones are done.
    pub(super) async fn close(&self) {
        self.queues
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let mut tasks = self.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
    }
}

async fn run(pool: Pool, mut queue: mpsc::Receiver<Unit>) {
    let mut units = Vec::with_capacity(GROUP_MAX);
    while queue.recv_many(&mut units, GROUP_MAX).await > 0 {
        commit(&pool, std::mem::take(&mut units)).await;
    }
}

/// Runs the units in one transaction and answers them. A unit that is dropped unanswered was
/// lost with its transaction.
async fn commit(pool: &Pool, units: Vec<Unit>) {
    let connection = match connect::take(pool).await {
        Ok(connection) => connection,
        Err(why) => {
            tracing::warn!(%why, units = units.len(), "no connection to write with");
            return;
        }
    };
    let mut tx = Tx::of_postgres(Session::begin(&connection));
    let mut done = Vec::with_capacity(units.len());
    let ended = match units.len() {
        1 => run_alone(&mut tx, units, &mut done).await,
        _ => run_together(&mut tx, units, &mut done).await,
    };
    drop(tx);
    if ended.is_err() {
        // Whatever state it is in, it is not used again.
        drop(deadpool_postgres::Object::take(connection));
    }
    for done in done {
        (done.answer)(ended.clone());
    }
}

async fn run_alone(
    tx: &mut Tx<'_>,
    units: Vec<Unit>,
    done: &mut Vec<Done>,
) -> Result<(), StoreError> {
    for unit in units {
        let kept = run_unit(tx, unit, done).await;
        let session = tx.postgres()?;
        if !kept {
            session.forget();
        }
        session
            .end(if kept { "COMMIT" } else { "ROLLBACK" })
            .await?;
    }
    Ok(())
}

async fn run_together(
    tx: &mut Tx<'_>,
    units: Vec<Unit>,
    done: &mut Vec<Done>,
) -> Result<(), StoreError> {
    for unit in units {
        tx.postgres()?.control("SAVEPOINT unit");
        let kept = run_unit(tx, unit, done).await;
        let session = tx.postgres()?;
        if !kept {
            session.forget();
            session.control("ROLLBACK TO SAVEPOINT unit");
        }
        session.control("RELEASE SAVEPOINT unit");
    }
    tx.postgres()?.end("COMMIT").await
}

/// Runs one unit and says whether to keep it. One that panics is undone alone.
async fn run_unit(tx: &mut Tx<'_>, unit: Unit, done: &mut Vec<Done>) -> bool {
    let Ok(ran) = AssertUnwindSafe(unit(tx)).catch_unwind().await else {
        tracing::error!("a unit of work panicked and was undone");
        return false;
    };
    let kept = ran.kept;
    done.push(ran);
    kept
}
