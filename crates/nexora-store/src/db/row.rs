//! What comes out of a statement: columns, read from left to right.

use nexora_core::{
    AssetId, BoardId, CharacterId, ComparisonId, Credits, GenerationId, GrantId, JobId, MemberId,
    SessionId, ShotId, Timestamp, UploadId,
};
use uuid::Uuid;

use super::{postgres, sqlite};
use crate::error::StoreError;

/// One row. Columns are taken in the order in which the statement names them.
pub(crate) struct Row<'r> {
    engine: Engine<'r>,
    next: usize,
}

enum Engine<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

/// One stored value, as its engine holds it.
#[derive(Debug)]
pub(crate) enum Cell<'r> {
    Null,
    Int(i64),
    Bool(bool),
    Text(&'r str),
    Bytes(&'r [u8]),
    Id(Uuid),
}

/// A type that can be read from a column.
pub(crate) trait Column: Sized {
    /// Reads it; `None` if the column holds something else.
    fn read(cell: Cell<'_>) -> Option<Self>;
}

impl<'r> Row<'r> {
    pub(super) const fn of_sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self {
            engine: Engine::Sqlite(row),
            next: 0,
        }
    }

    pub(super) const fn of_postgres(row: &'r tokio_postgres::Row) -> Self {
        Self {
            engine: Engine::Postgres(row),
            next: 0,
        }
    }

    /// The next column.
    pub(crate) fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        let place = self.next;
        self.next += 1;
        let cell = match self.engine {
            Engine::Sqlite(row) => sqlite::cell(row, place)?,
            Engine::Postgres(row) => postgres::cell(row, place)?,
        };
        T::read(cell).ok_or_else(|| StoreError::Corrupt(format!("column {place} is not readable")))
    }

    /// The next column, a text that has a meaning.
    pub(crate) fn parse<T>(
        &mut self,
        meaning: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text: String = self.next()?;
        meaning(&text).ok_or_else(|| StoreError::Corrupt(format!("{text:?} is not known here")))
    }
}

/// Reads a row that has one column.
pub(crate) fn only<T: Column>(row: &mut Row<'_>) -> Result<T, StoreError> {
    row.next()
}

impl<T: Column> Column for Option<T> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            Cell::Int(_) | Cell::Bool(_) | Cell::Text(_) | Cell::Bytes(_) | Cell::Id(_) => {
                T::read(cell).map(Some)
            }
        }
    }
}

impl Column for i64 {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Int(number) => Some(number),
            Cell::Null | Cell::Bool(_) | Cell::Text(_) | Cell::Bytes(_) | Cell::Id(_) => None,
        }
    }
}

impl Column for u32 {
    fn read(cell: Cell<'_>) -> Option<Self> {
        i64::read(cell).and_then(|number| Self::try_from(number).ok())
    }
}

impl Column for u64 {
    fn read(cell: Cell<'_>) -> Option<Self> {
        i64::read(cell).and_then(|number| Self::try_from(number).ok())
    }
}

impl Column for bool {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bool(truth) => Some(truth),
            // The embedded engine has no type for truth.
            Cell::Int(number) => Some(number != 0),
            Cell::Null | Cell::Text(_) | Cell::Bytes(_) | Cell::Id(_) => None,
        }
    }
}

impl Column for String {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.to_owned()),
            Cell::Null | Cell::Int(_) | Cell::Bool(_) | Cell::Bytes(_) | Cell::Id(_) => None,
        }
    }
}

impl Column for Vec<u8> {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes.to_vec()),
            Cell::Null | Cell::Int(_) | Cell::Bool(_) | Cell::Text(_) | Cell::Id(_) => None,
        }
    }
}

impl Column for Uuid {
    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Id(id) => Some(id),
            // The embedded engine has no type for ids: they are 16 bytes.
            Cell::Bytes(bytes) => Self::from_slice(bytes).ok(),
            Cell::Null | Cell::Int(_) | Cell::Bool(_) | Cell::Text(_) => None,
        }
    }
}

macro_rules! column {
    ($($type:ty: $stored:ty, $convert:expr;)*) => {$(
        impl Column for $type {
            fn read(cell: Cell<'_>) -> Option<Self> {
                <$stored>::read(cell).map($convert)
            }
        }
    )*};
}

column! {
    Timestamp: i64, Timestamp::from_ms;
    Credits: i64, Credits::new;
    MemberId: Uuid, MemberId::from_uuid;
    GenerationId: Uuid, GenerationId::from_uuid;
    AssetId: Uuid, AssetId::from_uuid;
    GrantId: Uuid, GrantId::from_uuid;
    JobId: Uuid, JobId::from_uuid;
    SessionId: Uuid, SessionId::from_uuid;
    UploadId: Uuid, UploadId::from_uuid;
    CharacterId: Uuid, CharacterId::from_uuid;
    BoardId: Uuid, BoardId::from_uuid;
    ShotId: Uuid, ShotId::from_uuid;
    ComparisonId: Uuid, ComparisonId::from_uuid;
}
