//! A few read-only connections, lent one at a time.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::open;
use super::session::{Session, Texts, fault};
use crate::error::StoreError;

/// Reads that run at the same time. They are bound by processor and memory, not by waiting.
const READERS: usize = 4;

pub(super) struct Readers {
    free: Semaphore,
    idle: Mutex<Vec<Reader>>,
}

struct Reader {
    connection: Connection,
    texts: Texts,
}

/// A connection on loan. It goes back when this is dropped, whatever happened.
pub(super) struct Lent<'p> {
    reader: Option<Reader>,
    home: &'p Readers,
    _permit: SemaphorePermit<'p>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let open = || {
            Ok(Reader {
                connection: open::for_reading(path)?,
                texts: Texts::default(),
            })
        };
        let idle: Vec<_> = (0..READERS)
            .map(|_| open())
            .collect::<Result<_, StoreError>>()?;
        Ok(Self {
            free: Semaphore::new(READERS),
            idle: Mutex::new(idle),
        })
    }

    pub(super) async fn take(&self) -> Result<Lent<'_>, StoreError> {
        let permit = self
            .free
            .acquire()
            .await
            .map_err(|_| StoreError::closed())?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = idle.pop().ok_or_else(StoreError::closed)?;
        Ok(Lent {
            reader: Some(reader),
            home: self,
            _permit: permit,
        })
    }

    pub(super) fn close(&self) {
        self.free.close();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.clear();
    }
}

impl Lent<'_> {
    /// Begins a snapshot. It ends with the loan.
    pub(super) fn snapshot(&mut self) -> Result<Session<'_>, StoreError> {
        let reader = self.reader.as_mut().ok_or_else(StoreError::closed)?;
        let mut session = Session::new(&mut reader.connection, &mut reader.texts);
        session.control("BEGIN")?;
        Ok(session)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some(reader) = self.reader.take() else {
            return;
        };
        let ended = reader.connection.is_autocommit()
            || reader
                .connection
                .prepare_cached("COMMIT")
                .and_then(|mut commit| commit.raw_execute())
                .map_err(fault)
                .is_ok();
        // A connection that cannot even end a read is not lent again.
        if ended && !self.home.free.is_closed() {
            let mut idle = self
                .home
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            idle.push(reader);
        }
    }
}
