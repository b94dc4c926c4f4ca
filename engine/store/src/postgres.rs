//! Lists read from PostgreSQL, row by row as the server sends them: a long page is never whole in memory. A list that is given up is the
//! server's to end at once, not the next reader's to wait for. No statement of a list stands here.

use crate::database::{Row, Session, Unread, bound};
use crate::fault::Fault;
use crate::select::Ask;
use futures::TryStreamExt as _;
use ports::store::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres};
use std::time::Duration;

/// What each connection asks of a server that can: to look once a second whether somebody still waits for a query's answer (PostgreSQL 14 and
/// later, on Linux), and to notice within half a minute that the engine's machine is gone.
pub(crate) const SETTINGS: &str = "SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES \
     ('client_connection_check_interval', '1000'), ('tcp_keepalives_idle', '10'), \
     ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '4'), ('tcp_user_timeout', '30000')) wanted (name, value) USING (name)";

/// Reads a list as the database is at one moment, each row as soon as it comes; the server takes at most so long for a statement.
pub(crate) async fn list<T>(
    connection: PoolConnection<Postgres>,
    ask: Ask,
    most: Option<Duration>,
    read: impl Fn(&Row) -> Result<T, Unread>,
) -> Result<Vec<T>, Unread> {
    let mut asking = Asking::of(connection);
    let done = at_one_moment(asking.connection()?, ask, most, read).await;
    if let Ok(_) | Err(Unread::Misread(StoreError::NotFound { .. })) = &done {
        asking.answered();
    }
    done
}

async fn at_one_moment<T>(
    connection: &mut PgConnection,
    ask: Ask,
    most: Option<Duration>,
    read: impl Fn(&Row) -> Result<T, Unread>,
) -> Result<Vec<T>, Unread> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    let begun = connection.begin_with(begin).await;
    // Dropped before its end, it is rolled back by whoever gets the connection next.
    let mut moment = begun.map_err(Fault::from)?;
    let mut session = Session::Postgres(&mut moment);
    if let Some(most) = most {
        let sql = format!("SET LOCAL statement_timeout = {}", most.as_millis().max(1));
        session.execute(AssertSqlSafe(sql), Vec::new()).await?;
    }
    let (sql, cells) = ask.statement(&mut session).await?;
    let mut all = Vec::new();
    let mut rows = bound(sql, cells).fetch(&mut *moment);
    while let Some(row) = rows.try_next().await.map_err(Fault::from)? {
        all.push(read(&Row::Postgres(row))?);
    }
    drop(rows);
    moment.commit().await.map_err(Fault::from)?;
    Ok(all)
}

/// How long a server has for what is no list. One that vanished from the network never answers, and nothing else ends the wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What is to be done on a connection, within the patience.
pub(crate) async fn within_patience<T>(work: impl Future<Output = T>) -> Result<T, Fault> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.map_err(|_| {
        Fault::other(format!(
            "the server has not answered for {} s",
            PATIENCE.as_secs()
        ))
    })
}

/// A connection that an answer is awaited from. Given up before that, it is closed: the server sees it and ends the query, and the next one to
/// be lent a connection does not wait for that.
pub(crate) struct Asking(Option<PoolConnection<Postgres>>);

impl Asking {
    pub(crate) fn of(connection: PoolConnection<Postgres>) -> Self {
        Self(Some(connection))
    }

    pub(crate) fn connection(&mut self) -> Result<&mut PgConnection, Fault> {
        let gone = || Fault::other("the connection was given back");
        self.0.as_deref_mut().ok_or_else(gone)
    }

    pub(crate) fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}
