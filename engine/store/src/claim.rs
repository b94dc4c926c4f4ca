//! One engine at a time on a PostgreSQL database, as the lock file has it for a folder. A connection of its own holds an advisory lock as long
//! as the engine lives, and a note in the database says whose the database is. Every writing transaction reads that note first: an engine whose
//! connection was lost, and whose database another one took meanwhile, writes nothing more. Locks are the session's: a pool between engine
//! and server must leave sessions whole.

use crate::database::{Cell, Session};
use crate::fault::{Fault, FaultKind};
use crate::open::OpenError;
use crate::postgres;
use ports::store::StoreError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// How long a start waits for the lock: an engine that was killed may hold it until the server sees that it is gone.
const PATIENCE: &str = "SET lock_timeout = '5s'";
/// How long for the end of an earlier engine's transactions: longer than a server takes to see that a machine is gone.
const PATIENCE_WITH_WRITES: &str = "SET lock_timeout = '60s'";
/// How often the connection is looked at, and how long it has for an answer.
const LOOK: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(5);

/// Both locks have this first number ("Hamm"); the first is the engine's.
const LOCK: &str = "SELECT pg_advisory_lock(1214344557, 1)";
const TRY_LOCK: &str = "SELECT pg_try_advisory_lock(1214344557, 1)";
/// Begins a writing transaction, which shares the second lock with others until its end. Read committed, whatever the server's default is: what it
/// reads after the wait for the lock must be as it is then.
pub(crate) const BEGIN: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock_shared(1214344557, 2)";
/// Waits until no writing transaction of an earlier engine is under way.
const FENCE: &str = "SELECT pg_advisory_lock(1214344557, 2)";
const OPEN_FENCE: &str = "SELECT pg_advisory_unlock(1214344557, 2)";
/// Who has the first lock. PostgreSQL, section "pg_locks": both numbers of an advisory lock stand there, with `objsubid` 2.
const HOLDER: &str = "SELECT coalesce(a.application_name, '') || \
    coalesce(' from ' || host(a.client_addr), '') || \
    coalesce(', since ' || to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', '') \
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 \
    AND l.classid::bigint = 1214344557 AND l.objid::bigint = 1 \
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
const NOTE: &str = "SELECT value FROM meta WHERE name = 'engine'";
const WRITE_NOTE: &str = "INSERT INTO meta (name, value) VALUES ('engine', $1) \
                          ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// A database that is this engine's.
pub(crate) struct Claim {
    /// What the note says while it is.
    note: String,
    lost: watch::Receiver<bool>,
    /// Dropped, the connection is closed.
    closing: mpsc::Sender<()>,
}

/// The lock, before the schema is there.
pub(crate) struct Lock {
    options: PgConnectOptions,
    connection: PgConnection,
}

impl Lock {
    /// Takes the lock, and waits until no transaction of an earlier engine is under way: from then on nobody writes until there is a claim.
    ///
    /// # Errors
    /// Another engine has it, or the server cannot be reached.
    pub(crate) async fn take(options: &PgConnectOptions) -> Result<Self, OpenError> {
        let options = options.clone().application_name(&own_name());
        let mut connection = connected(&options).await.map_err(refused)?;
        run(&mut connection, PATIENCE).await.map_err(refused)?;
        if let Err(fault) = run(&mut connection, LOCK).await {
            return Err(match fault.kind == FaultKind::Locked {
                true => OpenError::InUse {
                    holder: holder(&mut connection).await,
                },
                false => refused(fault),
            });
        }
        for sql in [PATIENCE_WITH_WRITES, FENCE] {
            run(&mut connection, sql).await.map_err(refused)?;
        }
        Ok(Self {
            options,
            connection,
        })
    }

    /// Writes whose the database is, lets writing begin, and keeps the lock from then on.
    pub(crate) async fn claim(mut self) -> Result<Arc<Claim>, OpenError> {
        let note = Uuid::new_v4().to_string();
        let written = Session::Postgres(&mut self.connection)
            .execute(WRITE_NOTE, vec![note.as_str().into()])
            .await;
        written.map_err(refused)?;
        run(&mut self.connection, OPEN_FENCE)
            .await
            .map_err(refused)?;
        let (losing, lost) = watch::channel(false);
        let (closing, close) = mpsc::channel(1);
        let keeper = Keeper {
            options: self.options,
            connection: Some(self.connection),
            note: note.clone(),
            losing,
        };
        tokio::spawn(keeper.keep(close));
        Ok(Arc::new(Claim {
            note,
            lost,
            closing,
        }))
    }
}

impl Claim {
    /// Refuses when the database is another engine's. To be asked within each writing transaction.
    pub(crate) async fn check(&self, session: &mut Session<'_>) -> Result<(), StoreError> {
        let failed = |fault: Fault| fault.during("reading whose the database is");
        let row = session.row(NOTE, Vec::new()).await.map_err(failed)?;
        match row
            .map(|row| row.get::<String>(0))
            .transpose()
            .map_err(failed)?
        {
            Some(note) if note == self.note => Ok(()),
            _ => Err(taken().during("writing to the database")),
        }
    }

    /// Returns when another engine has taken the database; else never.
    pub(crate) async fn lost(&self) {
        if self.lost.clone().wait_for(|lost| *lost).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Gives the database free; returns when it is.
    pub(crate) async fn close(&self) {
        // An error means that it is free already.
        let _ = self.closing.send(()).await;
        self.closing.closed().await;
    }
}

/// Holds the connection that has the lock.
struct Keeper {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    note: String,
    losing: watch::Sender<bool>,
}

impl Keeper {
    async fn keep(mut self, mut close: mpsc::Receiver<()>) {
        tokio::select! {
            _ = close.recv() => {}
            () = self.keep_on() => {}
        }
        if let Some(connection) = self.connection {
            // What was lost need not be closed in order.
            let _ = timeout(ANSWER, connection.close()).await;
        }
    }

    /// Goes on until the database is another engine's.
    async fn keep_on(&mut self) {
        loop {
            sleep(LOOK).await;
            match &mut self.connection {
                Some(connection) => {
                    if !matches!(timeout(ANSWER, connection.ping()).await, Ok(Ok(()))) {
                        tracing::warn!(
                            "the connection that keeps other engines from the database was lost"
                        );
                        // Closed: the server must not take it for one that still has the lock.
                        self.connection = None;
                    }
                }
                None => {
                    if self.is_taken().await {
                        tracing::error!("another engine has taken the database");
                        self.losing.send_replace(true);
                        return;
                    }
                }
            }
        }
    }

    /// Tries to take the lock anew. Whether somebody else had it meanwhile, the note tells.
    async fn is_taken(&mut self) -> bool {
        let again = timeout(ANSWER, async {
            let mut connection = connected(&self.options).await?;
            let locked = first::<bool>(&mut connection, TRY_LOCK).await?;
            let note = first::<String>(&mut connection, NOTE).await?;
            Ok::<_, Fault>((connection, locked == Some(true), note))
        });
        let Ok(Ok((connection, locked, note))) = again.await else {
            return false;
        };
        let ours = note.as_ref() == Some(&self.note);
        if ours && locked {
            tracing::info!("the database is this engine's as before");
            self.connection = Some(connection);
        }
        !ours
    }
}

async fn connected(options: &PgConnectOptions) -> Result<PgConnection, Fault> {
    let mut connection = PgConnection::connect_with(options).await?;
    run(&mut connection, postgres::SETTINGS).await?;
    Ok(connection)
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), Fault> {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    let mut session = Session::Postgres(connection);
    session.execute(sql, Vec::<Cell>::new()).await.map(drop)
}

async fn first<T: crate::database::FromColumn>(
    connection: &mut PgConnection,
    sql: &'static str,
) -> Result<Option<T>, Fault> {
    let row = Session::Postgres(connection).row(sql, Vec::new()).await?;
    row.map(|row| row.get(0)).transpose()
}

/// What is known of the engine that has the lock.
async fn holder(connection: &mut PgConnection) -> String {
    match first::<String>(connection, HOLDER).await {
        Ok(Some(holder)) if !holder.is_empty() => holder,
        _ => "unknown".to_owned(),
    }
}

/// The name by which the server shows the connection; it keeps 63 bytes of it.
fn own_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host
        .trim()
        .chars()
        .filter(char::is_ascii_graphic)
        .take(32)
        .collect();
    format!("hammerscale, pid {} on {host}", std::process::id())
}

fn refused(fault: Fault) -> OpenError {
    OpenError::Connect(Box::new(fault))
}

fn taken() -> Fault {
    Fault::other("another engine has taken the database meanwhile")
}
