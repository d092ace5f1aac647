//! Writes down which statements ran on which engine, so that the suite can prove that none was
//! left out. Only in builds that ask for it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::db::StoreKind;
use crate::dialect::Sql;

static RECORD: OnceLock<Mutex<Record>> = OnceLock::new();

struct Record {
    file: File,
    known: BTreeSet<(StoreKind, &'static str, u32)>,
}

/// Appends a line `Engine file:line` to this file for each statement that runs from now on, once
/// each. The first call counts.
pub fn into_file(path: &Path) -> std::io::Result<()> {
    if RECORD.get().is_some() {
        return Ok(());
    }
    let file = File::options().create(true).append(true).open(path)?;
    let known = BTreeSet::new();
    // Somebody else may have been faster; their file is as good.
    let _ = RECORD.set(Mutex::new(Record { file, known }));
    Ok(())
}

pub(crate) fn note(kind: StoreKind, sql: &Sql) {
    let Some(record) = RECORD.get() else { return };
    let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
    let (file, line) = (sql.at.file(), sql.at.line());
    if record.known.insert((kind, file, line)) {
        // A line that is missing makes the suite fail, which is all there is to do about it.
        let _ = writeln!(record.file, "{kind:?} {file}:{line}");
    }
}
