//! The connections that a SQLite database is read with. They are files of this machine and never go stale, so unlike sqlx's pool this
//! one asks nothing of a connection before it is lent or when it comes back: each such question is a trip to its thread.

use crate::fault::Fault;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

type Place = Arc<tokio::sync::Mutex<SqliteConnection>>;

/// A fixed number of connections.
#[derive(Clone)]
pub(crate) struct Readers {
    places: Arc<Mutex<Vec<Place>>>,
    free: Arc<Semaphore>,
    count: u32,
    patience: Duration,
}

/// A connection that is lent; it goes back by itself.
pub(crate) struct Reader {
    // Dropped in this order: whoever gets the permit finds the connection free.
    connection: OwnedMutexGuard<SqliteConnection>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// Opens `count` connections; who finds none free waits for `patience`.
    pub(crate) async fn open(
        options: &SqliteConnectOptions,
        count: u32,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let mut places = Vec::new();
        for _ in 0..count {
            let connection = options.connect().await?;
            places.push(Arc::new(tokio::sync::Mutex::new(connection)));
        }
        Ok(Self {
            places: Arc::new(Mutex::new(places)),
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
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let mut places = places.iter();
        let connection = places.find_map(|place| Arc::clone(place).try_lock_owned().ok());
        Ok(Reader {
            connection: connection.ok_or_else(closed)?,
            _permit: permit,
        })
    }

    /// Waits for what is lent and closes all connections.
    pub(crate) async fn close(&self) {
        let all = self.free.acquire_many(self.count).await;
        self.free.close();
        drop(all);
        let places = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *places)
        };
        for connection in places.into_iter().filter_map(Arc::into_inner) {
            if let Err(error) = connection.into_inner().close().await {
                tracing::warn!(error = %Fault::from(error), "closing a connection for reading");
            }
        }
    }
}

impl Reader {
    /// The connection.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
