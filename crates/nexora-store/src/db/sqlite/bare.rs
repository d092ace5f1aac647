//! One connection, one commit after the other.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use rusqlite::Connection;

use super::open;
use super::session::{Session, Texts, control};
use crate::db::bare::{Bare, Body, Step, Turns};
use crate::db::tx::Tx;
use crate::error::StoreError;

/// Runs what is prepared once and then submits while there are turns, each durable before the next.
pub(in crate::db) fn bare_submits(
    path: &Path,
    bare: Bare,
    turns: &Turns,
) -> Result<u64, StoreError> {
    let mut connection = open::for_writing(path, "FULL")?;
    let mut texts = Texts::default();
    together(&mut connection, &mut texts, bare.prepare, turns.accounts)?;
    let submit = match bare.step {
        Step::Transaction => together,
        Step::Statement => run,
    };
    while let Some(account) = turns.next() {
        submit(&mut connection, &mut texts, bare.submit, account)?;
    }
    Ok(turns.taken.load(Ordering::Relaxed))
}

fn together(
    connection: &mut Connection,
    texts: &mut Texts,
    body: Body,
    number: u64,
) -> Result<(), StoreError> {
    control(connection, "BEGIN IMMEDIATE")?;
    run(connection, texts, body, number)?;
    control(connection, "COMMIT")
}

fn run(
    connection: &mut Connection,
    texts: &mut Texts,
    body: Body,
    number: u64,
) -> Result<(), StoreError> {
    let mut tx = Tx::of_sqlite(Session::new(connection, texts));
    let ran = body(&mut tx, number)
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    match ran {
        Poll::Ready(done) => done,
        Poll::Pending => Err(StoreError::corrupt("it waits for something else")),
    }
}
