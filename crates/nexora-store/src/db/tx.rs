//! A transaction: the one way to the database, the same on both engines.

use super::row::{Row, only};
use super::value::{Value, args};
use super::{StoreKind, postgres, sqlite};
use crate::dialect::Sql;
use crate::error::StoreError;

/// A running transaction. The functions of this crate take it; nobody else looks inside.
pub struct Tx<'c> {
    session: Session<'c>,
}

enum Session<'c> {
    Sqlite(sqlite::Session<'c>),
    Postgres(postgres::Session<'c>),
}

/// How a row is read.
pub(crate) type Read<T> = fn(&mut Row<'_>) -> Result<T, StoreError>;

impl<'c> Tx<'c> {
    pub(super) const fn of_sqlite(session: sqlite::Session<'c>) -> Self {
        Self {
            session: Session::Sqlite(session),
        }
    }

    pub(super) const fn of_postgres(session: postgres::Session<'c>) -> Self {
        Self {
            session: Session::Postgres(session),
        }
    }

    /// The server's session, for the lanes that begin and end it.
    pub(super) fn postgres(&mut self) -> Result<&mut postgres::Session<'c>, StoreError> {
        match &mut self.session {
            Session::Postgres(session) => Ok(session),
            Session::Sqlite(_) => Err(StoreError::corrupt("not a session on a server")),
        }
    }

    /// Which engine is underneath.
    pub(crate) const fn kind(&self) -> StoreKind {
        match self.session {
            Session::Sqlite(_) => StoreKind::Sqlite,
            Session::Postgres(_) => StoreKind::Postgres,
        }
    }

    /// Every row of a query.
    pub(crate) async fn all<T: Send>(
        &mut self,
        sql: &Sql,
        args: &[Value<'_>],
        read: Read<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.note(sql);
        match &mut self.session {
            Session::Sqlite(session) => session.all(sql, args, read),
            Session::Postgres(session) => session.all(sql, args, read).await,
        }
    }

    /// The first row of a query that has at most one.
    pub(crate) async fn first<T: Send>(
        &mut self,
        sql: &Sql,
        args: &[Value<'_>],
        read: Read<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, args, read).await?.pop())
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) async fn run(&mut self, sql: &Sql, args: &[Value<'_>]) -> Result<u64, StoreError> {
        self.note(sql);
        match &mut self.session {
            Session::Sqlite(session) => session.run(sql, args),
            Session::Postgres(session) => session.run(sql, args).await,
        }
    }

    /// Runs a statement whose outcome nobody waits for. On a server it travels with the next
    /// statement that is waited for; an error shows there, or at the end of the unit.
    pub(crate) async fn send(&mut self, sql: &Sql, args: &[Value<'_>]) -> Result<(), StoreError> {
        self.note(sql);
        match &mut self.session {
            Session::Sqlite(session) => session.send(sql, args),
            Session::Postgres(session) => session.send(sql, args, None).await,
        }
    }

    /// Like [`send`](Self::send), but exactly one row has to change: otherwise the unit is
    /// undone as contended.
    pub(crate) async fn must(&mut self, sql: &Sql, args: &[Value<'_>]) -> Result<(), StoreError> {
        self.note(sql);
        match &mut self.session {
            Session::Sqlite(session) => match session.run(sql, args)? {
                1 => Ok(()),
                _ => Err(StoreError::Contended),
            },
            Session::Postgres(session) => session.send(sql, args, Some(1)).await,
        }
    }

    /// Runs several statements in one text without parameters.
    pub(crate) async fn script(&mut self, text: &str) -> Result<(), StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.script(text),
            Session::Postgres(session) => session.script(text).await,
        }
    }

    /// Waits for everything that was sent without waiting.
    pub(super) async fn settled(&mut self) -> Result<(), StoreError> {
        match &mut self.session {
            Session::Sqlite(_) => Ok(()),
            Session::Postgres(session) => session.settled().await,
        }
    }

    pub(super) async fn ping(&mut self) -> Result<(), StoreError> {
        const PING: Sql = Sql::both("SELECT 1");
        self.first(&PING, args![], only::<i64>).await.map(|_| ())
    }

    #[cfg(not(feature = "record-sql"))]
    #[expect(clippy::unused_self, reason = "the recording build uses it")]
    const fn note(&self, _: &Sql) {}

    #[cfg(feature = "record-sql")]
    fn note(&self, sql: &Sql) {
        crate::record::note(self.kind(), sql);
    }
}
