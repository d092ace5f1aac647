//! Statements on one embedded connection.

use std::collections::HashMap;
use std::panic::Location;

use rusqlite::types::{Null, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ffi};

use crate::db::row::{Cell, Row};
use crate::db::tx::Read;
use crate::db::value::Value;
use crate::dialect::Sql;
use crate::error::StoreError;

/// A connection inside a transaction.
pub(in crate::db) struct Session<'c> {
    // Exclusive, although reading would do: a shared connection may not cross threads.
    connection: &'c mut Connection,
    texts: &'c mut Texts,
}

/// The statements as this engine wants them, by the place of the text they were made from.
///
/// It binds `$1` by first appearance instead of by number, silently: `?1` is what means "the
/// first parameter" here.
#[derive(Default)]
pub(super) struct Texts(HashMap<(usize, usize), Box<str>>);

impl Texts {
    fn get(&mut self, text: &'static str) -> &str {
        let place = (text.as_ptr().addr(), text.len());
        self.0
            .entry(place)
            .or_insert_with(|| numbered(text).into_boxed_str())
    }
}

/// Writes `?N` for `$N`.
fn numbered(text: &str) -> String {
    text.replace('$', "?")
}

impl<'c> Session<'c> {
    pub(super) const fn new(connection: &'c mut Connection, texts: &'c mut Texts) -> Self {
        Self { connection, texts }
    }

    pub(in crate::db) fn all<T>(
        &mut self,
        sql: &Sql,
        args: &[Value<'_>],
        read: Read<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.prepare(sql, args)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|why| fault_at(why, sql.at))? {
            found.push(read(&mut Row::of_sqlite(row)).map_err(|why| why.placed(sql.at))?);
        }
        Ok(found)
    }

    pub(in crate::db) fn run(&mut self, sql: &Sql, args: &[Value<'_>]) -> Result<u64, StoreError> {
        let changed = self
            .prepare(sql, args)?
            .raw_execute()
            .map_err(|why| fault_at(why, sql.at))?;
        u64::try_from(changed).map_err(StoreError::corrupt)
    }

    /// Runs it now: nothing travels here, so nothing is gained by waiting.
    pub(in crate::db) fn send(&mut self, sql: &Sql, args: &[Value<'_>]) -> Result<(), StoreError> {
        if sql.sqlite.is_empty() {
            return Ok(());
        }
        self.run(sql, args).map(|_| ())
    }

    pub(in crate::db) fn script(&mut self, text: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(text).map_err(fault)
    }

    /// `BEGIN`, `COMMIT` and the like.
    pub(super) fn control(&mut self, text: &'static str) -> Result<(), StoreError> {
        control(self.connection, text)
    }

    fn prepare(
        &mut self,
        sql: &Sql,
        args: &[Value<'_>],
    ) -> Result<CachedStatement<'_>, StoreError> {
        let text = self.texts.get(sql.sqlite);
        let prepared = self.connection.prepare_cached(text);
        let mut statement = prepared.map_err(|why| fault_at(why, sql.at))?;
        for (number, value) in (1..).zip(args) {
            bind(&mut statement, number, value).map_err(|why| fault_at(why, sql.at))?;
        }
        Ok(statement)
    }
}

pub(super) fn control(connection: &Connection, text: &'static str) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(text).map_err(fault)?;
    statement.raw_execute().map_err(fault)?;
    Ok(())
}

fn bind(
    statement: &mut CachedStatement<'_>,
    number: usize,
    value: &Value<'_>,
) -> rusqlite::Result<()> {
    match value {
        Value::Int(Some(int)) => statement.raw_bind_parameter(number, int),
        Value::Bool(Some(truth)) => statement.raw_bind_parameter(number, truth),
        Value::Text(Some(text)) => statement.raw_bind_parameter(number, text.as_ref()),
        Value::Bytes(Some(bytes)) => statement.raw_bind_parameter(number, bytes.as_ref()),
        Value::Id(Some(id)) => statement.raw_bind_parameter(number, id.as_bytes().as_slice()),
        Value::Int(None)
        | Value::Bool(None)
        | Value::Text(None)
        | Value::Bytes(None)
        | Value::Id(None) => statement.raw_bind_parameter(number, Null),
    }
}

pub(in crate::db) fn cell<'r>(
    row: &'r rusqlite::Row<'_>,
    place: usize,
) -> Result<Cell<'r>, StoreError> {
    match row.get_ref(place).map_err(fault)? {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(number) => Ok(Cell::Int(number)),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Cell::Text)
            .map_err(StoreError::corrupt),
        ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes)),
        ValueRef::Real(_) => Err(StoreError::Corrupt("a number with a fraction".to_owned())),
    }
}

/// What an error of the engine means to the caller. Its own words name tables and columns, never
/// what is in them.
pub(super) fn fault(why: rusqlite::Error) -> StoreError {
    let Some(cause) = why.sqlite_error() else {
        return StoreError::corrupt(why);
    };
    let unique = [
        ffi::SQLITE_CONSTRAINT_UNIQUE,
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
    ];
    if unique.contains(&cause.extended_code) {
        return StoreError::Conflict;
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the engine's list of codes may grow"
    )]
    match cause.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Contended,
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly
        | ErrorCode::OutOfMemory => StoreError::Unavailable(why.to_string()),
        _ => StoreError::corrupt(why),
    }
}

fn fault_at(why: rusqlite::Error, at: &Location<'_>) -> StoreError {
    fault(why).placed(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_bound_by_number_not_by_appearance() {
        let connection = Connection::open_in_memory().unwrap();
        let answer = |text: &str| -> (i64, i64) {
            let mut statement = connection.prepare(text).unwrap();
            statement.raw_bind_parameter(1, 10).unwrap();
            statement.raw_bind_parameter(2, 20).unwrap();
            let mut rows = statement.raw_query();
            let row = rows.next().unwrap().unwrap();
            (row.get(0).unwrap(), row.get(1).unwrap())
        };
        let written = "SELECT $2, $1";
        assert_eq!(answer(written), (10, 20), "the trap this is about");
        assert_eq!(answer(&numbered(written)), (20, 10));
    }
}
