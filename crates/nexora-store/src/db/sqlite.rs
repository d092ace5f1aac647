//! The embedded engine: one writer thread, a few read-only connections.

mod bare;
mod open;
mod readers;
mod session;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

pub(super) use bare::bare_submits;
pub(super) use session::{Session, cell};

use super::Durability;
use super::tx::Tx;
use super::unit::Unit;
use crate::error::StoreError;
use readers::Readers;

/// Most units that wait for the writer. At ten thousand a second this is half a second of work:
/// whoever comes later is told to come back rather than kept waiting.
const QUEUE_MAX: usize = 4_096;

/// One embedded database.
pub(super) struct Sqlite {
    queue: Mutex<Option<mpsc::Sender<Unit>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Readers,
    temporary: Option<PathBuf>,
}

impl Sqlite {
    /// Opens the database in this file, creating it and its folder.
    pub(super) fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        open::create_folder(path)?;
        Self::start(path, open::synchronous(durability), None)
    }

    /// A database in a file of its own that is deleted when it is dropped.
    pub(super) fn temporary() -> Result<Self, StoreError> {
        let name = format!("nexora-{}.db", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        Self::start(&path, "OFF", Some(path.clone()))
    }

    fn start(
        path: &Path,
        synchronous: &str,
        temporary: Option<PathBuf>,
    ) -> Result<Self, StoreError> {
        // The writer comes first: it creates the file that the readers open.
        let connection = open::for_writing(path, synchronous)?;
        let readers = Readers::open(path)?;
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let writer = std::thread::Builder::new()
            .name("nexora-writer".to_owned())
            .spawn(move || writer::run(connection, waiting))
            .map_err(|why| StoreError::Unavailable(why.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            writer: Mutex::new(Some(writer)),
            readers,
            temporary,
        })
    }

    /// Puts a unit in line for the writer.
    pub(super) fn queue(&self, unit: Unit) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queue.as_ref().ok_or_else(StoreError::closed)?;
        queue.try_send(unit).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::TooManyWaiting,
            TrySendError::Closed(_) => StoreError::closed(),
        })
    }

    /// Runs `work` over a snapshot, on the caller's own thread: a read of a few rows costs less
    /// than waking another thread would.
    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a mut Tx<'_>) -> BoxFuture<'a, Result<T, E>> + Send,
        E: From<StoreError>,
    {
        let mut reader = self.readers.take().await?;
        let mut tx = Tx::of_sqlite(reader.snapshot()?);
        work(&mut tx).await
    }

    /// Lets the writer finish what waits, and puts the log back into the database file.
    pub(super) async fn close(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(writer) = writer {
            // A writer that panicked has nothing left to finish.
            let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        }
        self.readers.close();
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        let Some(path) = &self.temporary else { return };
        for ending in ["", "-wal", "-shm"] {
            let mut name = path.clone().into_os_string();
            name.push(ending);
            // What is left over lies in the system's folder for temporary files.
            let _ = std::fs::remove_file(name);
        }
    }
}
