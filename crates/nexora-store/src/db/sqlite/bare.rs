//! One connection, one commit after the other.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use rusqlite::Connection;

use super::open;
use super::session::{Session, Texts, control};
use crate::db::bare::{Body, Turns};
use crate::db::tx::Tx;
use crate::error::StoreError;

/// Runs `prepare` once and `submit` while there are turns, each durable before the next.
pub(in crate::db) fn bare_transactions(
    path: &Path,
    prepare: Body,
    submit: Body,
    turns: &Turns,
) -> Result<u64, StoreError> {
    let mut connection = open::for_writing(path, "FULL")?;
    let mut texts = Texts::default();
    commit(&mut connection, &mut texts, prepare, turns.accounts)?;
    while let Some(account) = turns.next() {
        commit(&mut connection, &mut texts, submit, account)?;
    }
    Ok(turns.taken.load(Ordering::Relaxed))
}

fn commit(
    connection: &mut Connection,
    texts: &mut Texts,
    body: Body,
    number: u64,
) -> Result<(), StoreError> {
    control(connection, "BEGIN IMMEDIATE")?;
    let mut tx = Tx::of_sqlite(Session::new(connection, texts));
    let ran = body(&mut tx, number)
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    match ran {
        Poll::Ready(done) => done?,
        Poll::Pending => return Err(StoreError::corrupt("it waits for something else")),
    }
    drop(tx);
    control(connection, "COMMIT")
}
