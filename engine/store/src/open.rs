//! Opening a store by its URL: folder and lock, connections, schema, and the check that the key file is the right one.

use crate::claim::Lock;
use crate::database::Pool;
use crate::fault::Fault;
use crate::folder::{self, FolderError};
use crate::key::SealingKey;
use crate::migrations;
use crate::postgres;
use crate::readers::Readers;
use crate::seal::Sealer;
use crate::sql_store::SqlStore;
use crate::sqlite::Sqlite;
use crate::wal::{Wal, WalBounds};
use crate::write::Limits;
use crate::writer::{Alone, Writer};
use ports::store::StoreError;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a reader or a PostgreSQL writer waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(30);

/// How a store is opened; the defaults suit most.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections for reading (SQLite) or for all (PostgreSQL).
    pub connections: u32,
    /// History lines kept per node; the oldest go first.
    pub history_per_node: usize,
    /// Log blobs kept per node; the oldest go first.
    pub logs_per_node: usize,
    /// SQLite: most writes in one commit.
    pub batch: usize,
    /// SQLite: how long the writer waits for more once several writes are queued.
    pub gather: Duration,
    /// How long the page of a list may take to read; then it is [`StoreError::TooLong`].
    pub list_time: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: connections(),
            history_per_node: 500,
            logs_per_node: 20,
            batch: 256,
            gather: Duration::from_millis(2),
            list_time: Duration::from_secs(20),
        }
    }
}

/// Four for each processor, at least 8 and at most 32. The API reads half as many lists at once, so that they leave some for single rows.
fn connections() -> u32 {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    u32::try_from(4 * processors.clamp(2, 8)).unwrap_or(8)
}

impl Options {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            history: self.history_per_node,
            logs: self.logs_per_node,
        }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is not one of a store. It is not shown, because it may hold a password.
    #[error(
        "the database URL is not understood: it must be sqlite:PATH or postgres://USER@HOST/DATABASE"
    )]
    Url,
    /// The data folder could not be taken.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another engine has the database.
    #[error(
        "the database is in use by another engine ({holder}): stop it first, or give this one a database of its own"
    )]
    InUse {
        /// What the server tells of it: process, machine and since when; or `unknown`.
        holder: String,
    },
    /// The database could not be reached or opened.
    #[error("connecting to the database")]
    Connect(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The schema could not be brought up to date.
    #[error("bringing the database schema up to date")]
    Migrate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The key file is not the one that the secrets are sealed with, or the database refused the first questions.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens a store. `sqlite:PATH` opens or makes a database file and locks its folder; `postgres://...` connects to a server and locks
/// the database.
///
/// # Errors
/// When the URL is not understood, another daemon has the folder or the database, the database cannot be reached, its schema is newer than this
/// engine, or the key file cannot open what is stored.
pub async fn open(
    url: &str,
    key: SealingKey,
    options: &Options,
) -> Result<Arc<SqlStore>, OpenError> {
    let sealer = Sealer::new(key);
    let store = match (url.strip_prefix("sqlite:"), url.split_once("://")) {
        (Some(path), _) => open_sqlite(&sqlite_path(path)?, sealer, options).await?,
        (None, Some(("postgres" | "postgresql", _))) => open_postgres(url, sealer, options).await?,
        _ => return Err(OpenError::Url),
    };
    match prepare(&store).await {
        Ok(()) => Ok(Arc::new(store)),
        Err(error) => {
            store.close().await;
            Err(error.into())
        }
    }
}

/// What is done before anybody else uses the store.
async fn prepare(store: &SqlStore) -> Result<(), StoreError> {
    store.check_key().await?;
    store.sweep_blobs().await
}

fn sqlite_path(path: &str) -> Result<PathBuf, OpenError> {
    let path = path.strip_prefix("//").unwrap_or(path);
    // In-memory databases and parameters are SQLite's own additions; neither keeps what this store promises.
    match path.is_empty() || path.starts_with(':') || path.contains('?') {
        true => Err(OpenError::Url),
        false => Ok(PathBuf::from(path)),
    }
}

async fn open_sqlite(
    path: &Path,
    sealer: Sealer,
    options: &Options,
) -> Result<SqlStore, OpenError> {
    let lock = folder::take(path)?;
    migrate_sqlite(path).await?;
    let failed = |fault: Fault| OpenError::Connect(Box::new(fault));
    let connection = Sqlite::open(path).map_err(failed)?;
    let readers = Readers::open(path, options.connections.max(1), ACQUIRE).map_err(failed)?;
    let wal = Wal::of(path, &connection, WalBounds::default()).map_err(failed)?;
    let writer = Writer::start(connection, wal, lock, options).map_err(failed)?;
    let pool = Pool::Sqlite(readers);
    Ok(SqlStore::new(pool, writer, sealer, options.list_time))
}

/// Brings the schema up to date, and the file into the mode in which readers and the writer do not wait for one another.
pub(crate) async fn migrate_sqlite(path: &Path) -> Result<(), OpenError> {
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .disable_statement_logging();
    let mut connection = connect.connect().await.map_err(not_connected)?;
    let migrated = migrations::sqlite().run(&mut connection).await;
    let closed = connection.close().await;
    migrated.map_err(not_migrated)?;
    closed.map_err(not_connected)
}

async fn open_postgres(
    url: &str,
    sealer: Sealer,
    options: &Options,
) -> Result<SqlStore, OpenError> {
    let connect: PgConnectOptions = url.parse().map_err(|_| OpenError::Url)?;
    let connect = connect.disable_statement_logging();
    let lock = Lock::take(&connect).await?;
    let pool = PgPoolOptions::new()
        .max_connections(options.connections.max(2))
        .acquire_timeout(ACQUIRE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query(postgres::SETTINGS)
                    .execute(connection)
                    .await
                    .map(|_| ())
            })
        })
        .connect_with(connect.application_name("hammerscale"))
        .await
        .map_err(not_connected)?;
    migrations::postgres()
        .run(&pool)
        .await
        .map_err(not_migrated)?;
    let claim = lock.claim().await?;
    let writer = Writer::Postgres(Alone::new(pool.clone(), claim, options.limits()));
    let pool = Pool::Postgres(pool);
    Ok(SqlStore::new(pool, writer, sealer, options.list_time))
}

fn not_connected(error: sqlx::Error) -> OpenError {
    OpenError::Connect(Box::new(Fault::from(error)))
}

fn not_migrated(error: MigrateError) -> OpenError {
    OpenError::Migrate(match error {
        MigrateError::Execute(error) => Box::new(Fault::from(error)),
        MigrateError::VersionMissing(version) => Box::new(Fault::other(format!(
            "migration {version} is not known to this engine: a newer one has used the database"
        ))),
        other => Box::new(Fault::other(other.to_string())),
    })
}
