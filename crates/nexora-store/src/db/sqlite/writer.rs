//! The one writer: many units, one commit.
//!
//! A small transaction costs one wait for the disk. So the writer takes every unit that waits,
//! runs each in its own savepoint, commits once, and then answers all of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::session::{Session, Texts, control};
use crate::db::tx::Tx;
use crate::db::unit::{Done, Unit, lost};
use crate::error::StoreError;

/// Most units in one commit: beyond this the commit no longer matters and answers come late.
const GROUP_MAX: usize = 256;

/// Runs until every sender is gone and the queue is empty.
pub(super) fn run(mut connection: Connection, mut queue: mpsc::Receiver<Unit>) {
    let mut texts = Texts::default();
    let mut group = Vec::with_capacity(GROUP_MAX);
    while queue.blocking_recv_many(&mut group, GROUP_MAX) > 0 {
        Group {
            connection: &mut connection,
            texts: &mut texts,
            done: Vec::with_capacity(group.len()),
        }
        .commit(&mut group);
    }
    // The log is read again at the next start if this fails; nothing depends on it.
    let _ = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
}

struct Group<'w> {
    connection: &'w mut Connection,
    texts: &'w mut Texts,
    done: Vec<Done>,
}

impl Group<'_> {
    /// Runs the units in one transaction and answers them. Units that are not answered are
    /// dropped, which tells their callers that they were lost.
    fn commit(mut self, units: &mut Vec<Unit>) {
        let ended = match units.len() {
            1 => self.run_alone(units),
            _ => self.run_together(units),
        };
        units.clear();
        if ended.is_err() && !self.connection.is_autocommit() {
            // If this fails too the connection is beyond help, and so will the next BEGIN be.
            let _ = control(self.connection, "ROLLBACK");
        }
        for done in self.done {
            (done.answer)(ended.clone());
        }
    }

    fn run_alone(&mut self, units: &mut Vec<Unit>) -> Result<(), StoreError> {
        control(self.connection, "BEGIN IMMEDIATE")?;
        for unit in units.drain(..) {
            let kept = self.run(unit);
            self.check_still_open()?;
            control(self.connection, if kept { "COMMIT" } else { "ROLLBACK" })?;
        }
        Ok(())
    }

    fn run_together(&mut self, units: &mut Vec<Unit>) -> Result<(), StoreError> {
        control(self.connection, "BEGIN IMMEDIATE")?;
        for unit in units.drain(..) {
            control(self.connection, "SAVEPOINT unit")?;
            let kept = self.run(unit);
            self.check_still_open()?;
            if !kept {
                control(self.connection, "ROLLBACK TO unit")?;
            }
            control(self.connection, "RELEASE unit")?;
        }
        control(self.connection, "COMMIT")
    }

    /// Runs one unit and says whether to keep it. A unit that panics, or waits for anything but
    /// this database, is undone and its caller told that it was lost.
    fn run(&mut self, unit: Unit) -> bool {
        let mut tx = Tx::of_sqlite(Session::new(self.connection, self.texts));
        let ran = catch_unwind(AssertUnwindSafe(|| {
            unit(&mut tx)
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
        }));
        match ran {
            Ok(Poll::Ready(done)) => {
                let kept = done.kept;
                self.done.push(done);
                kept
            }
            Ok(Poll::Pending) => {
                tracing::error!("a unit of work awaited something that is not its transaction");
                false
            }
            Err(_) => {
                tracing::error!("a unit of work panicked and was undone");
                false
            }
        }
    }

    /// A full disk makes the engine undo the whole transaction by itself.
    fn check_still_open(&self) -> Result<(), StoreError> {
        if self.connection.is_autocommit() {
            return Err(lost());
        }
        Ok(())
    }
}
