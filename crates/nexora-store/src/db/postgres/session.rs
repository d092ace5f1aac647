//! Statements on one connection to the server, with as few round trips as there can be.
//!
//! What needs no answer (`BEGIN`, a savepoint, an insert that cannot fail quietly) is kept and
//! travels together with the next statement that does. The server runs everything in the order
//! it was sent.

use std::panic::Location;

use deadpool_postgres::Object;
use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::fault::{fault, fault_at};
use crate::db::row::{Cell, Row};
use crate::db::tx::Read;
use crate::db::value::Value;
use crate::dialect::Sql;
use crate::error::StoreError;

/// Statements kept back at most: `join_all` polls up to 30 futures strictly in order, which is
/// the order in which they are sent.
const KEPT_MAX: usize = 24;

/// A connection inside a transaction.
pub(in crate::db) struct Session<'c> {
    client: &'c Object,
    /// Transaction commands to send before anything else.
    controls: Vec<&'static str>,
    kept: Vec<Kept>,
    /// Whether the transaction ends by itself when the session is dropped.
    ends_itself: bool,
}

/// A statement that has not been sent yet.
struct Kept {
    statement: Statement,
    args: Vec<Value<'static>>,
    rows: Option<u64>,
    at: &'static Location<'static>,
}

impl<'c> Session<'c> {
    /// A read-only transaction that ends with the session.
    pub(super) fn snapshot(client: &'c Object) -> Self {
        Self {
            client,
            controls: vec!["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"],
            kept: Vec::new(),
            ends_itself: true,
        }
    }

    /// A transaction that the caller commits.
    pub(super) fn begin(client: &'c Object) -> Self {
        Self {
            client,
            controls: vec!["BEGIN"],
            kept: Vec::new(),
            ends_itself: false,
        }
    }

    pub(in crate::db) async fn all<T>(
        &mut self,
        sql: &Sql,
        args: &[Value<'_>],
        read: Read<T>,
    ) -> Result<Vec<T>, StoreError> {
        let statement = self.prepare(sql, args).await?;
        let client = self.client;
        let query = async {
            let rows = client.query_raw(&statement, args).await?;
            futures_util::TryStreamExt::try_collect::<Vec<_>>(rows).await
        };
        let rows = self.after_kept(query).await?;
        let rows = rows.map_err(|why| fault_at(&why, sql.at))?;
        rows.iter()
            .map(|row| read(&mut Row::of_postgres(row)).map_err(|why| why.placed(sql.at)))
            .collect()
    }

    pub(in crate::db) async fn run(
        &mut self,
        sql: &Sql,
        args: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let statement = self.prepare(sql, args).await?;
        let client = self.client;
        let changed = self
            .after_kept(client.execute_raw(&statement, args))
            .await?;
        changed.map_err(|why| fault_at(&why, sql.at))
    }

    /// Keeps a statement to be sent with the next one. `rows` is how many it has to change.
    pub(in crate::db) async fn send(
        &mut self,
        sql: &Sql,
        args: &[Value<'_>],
        rows: Option<u64>,
    ) -> Result<(), StoreError> {
        if self.kept.len() >= KEPT_MAX {
            self.settled().await?;
        }
        let statement = self.prepare(sql, args).await?;
        self.kept.push(Kept {
            statement,
            args: args.iter().cloned().map(Value::into_owned).collect(),
            rows,
            at: sql.at,
        });
        Ok(())
    }

    pub(in crate::db) async fn script(&mut self, text: &str) -> Result<(), StoreError> {
        let client = self.client;
        let done = self.after_kept(client.batch_execute(text)).await?;
        done.map_err(|why| fault(&why))
    }

    /// Sends what was kept and waits for its answers.
    pub(in crate::db) async fn settled(&mut self) -> Result<(), StoreError> {
        if self.kept.is_empty() {
            return Ok(());
        }
        self.after_kept(std::future::ready(())).await
    }

    /// Forgets what was kept: the unit is going to be undone.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
    }

    /// A transaction command, to be sent with the next statement.
    pub(super) fn control(&mut self, command: &'static str) {
        self.controls.push(command);
    }

    /// Ends the transaction with this command, and waits for it.
    pub(super) async fn end(&mut self, command: &'static str) -> Result<(), StoreError> {
        self.control(command);
        self.after_kept(std::future::ready(())).await
    }

    /// Sends what was kept, then `last`, in one go; waits for all of it.
    async fn after_kept<T>(&mut self, last: impl Future<Output = T>) -> Result<T, StoreError> {
        let client = self.client;
        let controls = std::mem::take(&mut self.controls).join(";");
        let kept = std::mem::take(&mut self.kept);
        let begun = async {
            if controls.is_empty() {
                return Ok(());
            }
            client.batch_execute(&controls).await
        };
        let answers = join_all(kept.iter().map(|kept| kept.execute(client)));
        let (begun, (answers, last)) = join(begun, join(answers, last)).await;
        begun.map_err(|why| fault(&why))?;
        for (answer, kept) in answers.into_iter().zip(&kept) {
            let changed = answer.map_err(|why| fault_at(&why, kept.at))?;
            if kept.rows.is_some_and(|rows| rows != changed) {
                return Err(StoreError::Contended);
            }
        }
        Ok(last)
    }

    async fn prepare(&self, sql: &Sql, args: &[Value<'_>]) -> Result<Statement, StoreError> {
        let types: Vec<Type> = args.iter().map(type_of).collect();
        let prepared = self.client.prepare_typed_cached(sql.postgres, &types).await;
        prepared.map_err(|why| fault_at(&why, sql.at))
    }
}

impl Kept {
    async fn execute(&self, client: &Client) -> Result<u64, tokio_postgres::Error> {
        client.execute_raw(&self.statement, &self.args).await
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // Polled once, the command is on its way; the connection reads its answer for us.
        if self.ends_itself && self.controls.is_empty() {
            let _ = self.client.batch_execute("COMMIT").now_or_never();
        }
    }
}

const fn type_of(value: &Value<'_>) -> Type {
    match value {
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Id(_) => Type::UUID,
        Value::Bytes(_) => Type::BYTEA,
        Value::Bool(_) => Type::BOOL,
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Int(number) => number.to_sql(of, out),
            Self::Text(text) => text.as_deref().to_sql(of, out),
            Self::Id(id) => id.to_sql(of, out),
            Self::Bytes(bytes) => bytes.as_deref().to_sql(of, out),
            Self::Bool(truth) => truth.to_sql(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Every statement is prepared with the types of its values.
        true
    }

    to_sql_checked!();
}

pub(in crate::db) fn cell(row: &tokio_postgres::Row, place: usize) -> Result<Cell<'_>, StoreError> {
    let column = row.columns().get(place).map(tokio_postgres::Column::type_);
    let cell = match column {
        Some(&Type::INT8) => take::<i64>(row, place)?.map(Cell::Int),
        Some(&Type::INT4) => take::<i32>(row, place)?.map(|number| Cell::Int(number.into())),
        Some(&Type::TEXT) => take(row, place)?.map(Cell::Text),
        Some(&Type::UUID) => take::<Uuid>(row, place)?.map(Cell::Id),
        Some(&Type::BYTEA) => take(row, place)?.map(Cell::Bytes),
        Some(&Type::BOOL) => take(row, place)?.map(Cell::Bool),
        other => {
            return Err(StoreError::Corrupt(format!(
                "column {place} has the type {other:?}, which nothing here is stored as"
            )));
        }
    };
    Ok(cell.unwrap_or(Cell::Null))
}

fn take<'r, T: FromSql<'r>>(
    row: &'r tokio_postgres::Row,
    place: usize,
) -> Result<Option<T>, StoreError> {
    row.try_get(place).map_err(StoreError::corrupt)
}
