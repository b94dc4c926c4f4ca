//! The connections that a SQLite database is read with.

use crate::fault::Fault;
use crate::sqlite::Sqlite;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

type Shelf = Arc<Mutex<Vec<Sqlite>>>;

/// A fixed number of connections.
#[derive(Clone)]
pub(crate) struct Readers {
    shelf: Shelf,
    free: Arc<Semaphore>,
    count: u32,
    patience: Duration,
}

/// A connection that is lent; it goes back by itself.
pub(crate) struct Reader {
    /// There until the end.
    connection: Option<Sqlite>,
    shelf: Shelf,
    // Dropped last: whoever gets the permit finds the connection on the shelf.
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// Opens `count` connections; who finds none free waits for `patience`.
    pub(crate) fn open(path: &Path, count: u32, patience: Duration) -> Result<Self, Fault> {
        let all: Result<_, Fault> = (0..count).map(|_| Sqlite::open_for_reading(path)).collect();
        Ok(Self {
            shelf: Arc::new(Mutex::new(all?)),
            free: Arc::new(Semaphore::new(count as usize)),
            count,
            patience,
        })
    }

    pub(crate) async fn lend(&self) -> Result<Reader, Fault> {
        let closed = || Fault::other("the store is closed");
        let permit = Arc::clone(&self.free).acquire_owned();
        let permit = tokio::time::timeout(self.patience, permit)
            .await
            .map_err(|_| Fault::other("no connection for reading became free in time"))?
            .map_err(|_| closed())?;
        let connection = taken(&self.shelf).pop();
        Ok(Reader {
            connection: Some(connection.ok_or_else(closed)?),
            shelf: Arc::clone(&self.shelf),
            _permit: permit,
        })
    }

    /// Waits for what is lent and closes all connections.
    pub(crate) async fn close(&self) {
        let all = self.free.acquire_many(self.count).await;
        self.free.close();
        drop(all);
        let connections = std::mem::take(&mut *taken(&self.shelf));
        for connection in connections {
            if let Err(error) = connection.close() {
                tracing::warn!(%error, "closing a connection for reading");
            }
        }
    }
}

fn taken(shelf: &Shelf) -> std::sync::MutexGuard<'_, Vec<Sqlite>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Reader {
    /// The connection.
    pub(crate) fn connection(&mut self) -> Result<&mut Sqlite, Fault> {
        let gone = || Fault::other("the connection was given back");
        self.connection.as_mut().ok_or_else(gone)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            if let Err(error) = connection.end_moment() {
                tracing::warn!(%error, "ending a reading");
            }
            taken(&self.shelf).push(connection);
        }
    }
}
