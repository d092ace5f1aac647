//! Opening an embedded database, and what each connection is told first.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::session::fault;
use crate::db::Durability;
use crate::error::StoreError;

/// How long a connection waits for another program (a backup, the command line) to let go.
const BUSY_MS: u32 = 5_000;
/// Prepared statements kept by each connection; the whole crate has fewer.
const STATEMENTS_MAX: usize = 256;
/// Pages of log after which it is put back into the file (16 MB): the writer pauses for that, so
/// not too often, and readers search the log, so not too late.
const LOG_PAGES: u32 = 4_000;
/// Page cache of one connection, in KiB.
const CACHE_KIB: u32 = 8_192;

/// Creates the folder the file is to lie in.
pub(super) fn create_folder(path: &Path) -> Result<(), StoreError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .map_err(|why| StoreError::Refused(format!("{}: {why}", folder.display()))),
        _ => Ok(()),
    }
}

/// The engine's word for what must reach the disk before a write is answered.
pub(super) const fn synchronous(durability: Durability) -> &'static str {
    match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    }
}

/// The one connection that writes.
pub(super) fn for_writing(path: &Path, synchronous: &str) -> Result<Connection, StoreError> {
    let connection = open(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )?;
    let settings = format!(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = {synchronous};
         PRAGMA foreign_keys = ON;
         PRAGMA wal_autocheckpoint = {LOG_PAGES};"
    );
    connection.execute_batch(&settings).map_err(fault)?;
    Ok(connection)
}

/// One of the connections that only read.
pub(super) fn for_reading(path: &Path) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection
        .execute_batch("PRAGMA query_only = ON;")
        .map_err(fault)?;
    Ok(connection)
}

fn open(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    // Each connection is used by one thread at a time: its own lock would be wasted work.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|why| StoreError::Refused(format!("{}: {why}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Without this, statements on tables with partial indexes are planned again for every new
    // value that is bound: a third of the writer's time.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(fault)?;
    let settings = format!(
        "PRAGMA busy_timeout = {BUSY_MS};
         PRAGMA cache_size = -{CACHE_KIB};
         PRAGMA temp_store = MEMORY;"
    );
    connection.execute_batch(&settings).map_err(fault)?;
    Ok(connection)
}
