//! The two databases behind one session type: the only place that knows which one is spoken to. No statement stands here.

use crate::fault::Fault;
use crate::postgres::{self, Asking};
use crate::readers::{Reader, Readers};
use crate::select::Ask;
use crate::sqlite::Sqlite;
use crate::watch::Watch;
use futures::executor::block_on;
use ports::store::StoreError;
use rusqlite::types::Value;
use sqlx::pool::PoolConnection;
use sqlx::{Decode, PgConnection, PgPool, Postgres, Row as _, SqlSafeStr, Type};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use uuid::Uuid;

/// A value on its way into a statement.
#[derive(Clone)]
pub(crate) enum Cell {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Bytes(Arc<Vec<u8>>),
}

/// PostgreSQL's text cannot hold NUL; columns only filter and sort (the document keeps the true value), so both replace it.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => Cow::Owned(text.replace('\0', "\u{fffd}")),
        false => Cow::Borrowed(text),
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Cell::Text(text.map(|text| match without_nul(&text) {
            Cow::Owned(replaced) => replaced,
            Cow::Borrowed(_) => text,
        }))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Some(text.to_owned()).into()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Some(text).into()
    }
}

impl From<Uuid> for Cell {
    fn from(uuid: Uuid) -> Self {
        Cell::Text(Some(uuid.to_string()))
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Cell::Int(Some(number))
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Cell::Int(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        Cell::Int(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        Cell::Int(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Cell::Bool(Some(flag))
    }
}

impl From<Option<bool>> for Cell {
    fn from(flag: Option<bool>) -> Self {
        Cell::Bool(flag)
    }
}

/// Where sessions for reading come from.
#[derive(Clone)]
pub(crate) enum Pool {
    Sqlite(Readers),
    Postgres(PgPool),
}

/// A session lent from a pool.
pub(crate) enum Lent {
    Sqlite(Reader),
    Postgres(PoolConnection<Postgres>),
}

impl Pool {
    pub(crate) async fn lend(&self) -> Result<Lent, Fault> {
        Ok(match self {
            Pool::Sqlite(readers) => Lent::Sqlite(readers.lend().await?),
            Pool::Postgres(pool) => Lent::Postgres(pool.acquire().await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Pool::Sqlite(readers) => readers.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }

    /// An expression over a row's document: what stands at a path of words of this program.
    pub(crate) fn in_document(&self, path: &[&str]) -> String {
        match self {
            Pool::Sqlite(_) => format!("(doc -> '$.{}')", path.join(".")),
            // Its JSON type holds no null character, not even written as an escape.
            Pool::Postgres(_) => {
                let place = path.join(",");
                format!(r"(replace(doc, '\u0000', '\ufffd')::jsonb #> '{{{place}}}')")
            }
        }
    }

    /// The same as a value that sorts alike on both: nothing, a number, a flag or a text, by its code points.
    pub(crate) fn sorting(&self, path: &[&str]) -> String {
        let place = self.in_document(path);
        match self {
            Pool::Sqlite(_) => format!("(doc ->> '$.{}')", path.join(".")),
            Pool::Postgres(_) => format!(
                "(CASE jsonb_typeof({place}) WHEN 'null' THEN NULL \
                 WHEN 'number' THEN to_char({place}::numeric + 5e20, 'FM999999999999999999990.999999') \
                 ELSE {place} #>> '{{}}' END COLLATE \"C\")"
            ),
        }
    }

    /// The condition that such an expression is a JSON value.
    pub(crate) fn is_json(&self, place: &str, value: &serde_json::Value) -> (String, Cell) {
        match self {
            Pool::Sqlite(_) => (format!("{place} = ?"), value.to_string().into()),
            Pool::Postgres(_) => {
                let value = value.to_string().replace(r"\u0000", r"\ufffd");
                (format!("{place} = ?::jsonb"), value.into())
            }
        }
    }

    /// The condition that an expression is one of some words. They are one value, however many there are.
    pub(crate) fn one_of(&self, expression: &str, words: &[String]) -> (String, Cell) {
        let condition = match self {
            Pool::Sqlite(_) => format!("{expression} IN (SELECT value FROM json_each(?))"),
            Pool::Postgres(_) => {
                format!("{expression} = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)))")
            }
        };
        let words: Vec<_> = words.iter().map(|word| without_nul(word)).collect();
        (condition, serde_json::json!(words).to_string().into())
    }
}

impl Lent {
    /// The first row of a query.
    pub(crate) async fn one(
        self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<Option<Row>, Fault> {
        match self {
            Lent::Sqlite(mut reader) => Session::Sqlite(reader.connection()?).row(sql, cells).await,
            Lent::Postgres(connection) => {
                let mut asking = Asking::of(connection);
                let mut session = Session::Postgres(asking.connection()?);
                let row = postgres::within_patience(session.row(sql, cells)).await?;
                asking.answered();
                row
            }
        }
    }

    /// All rows of a query, each read into something as it comes, on a thread of their own: a long list takes a while. It ends when nobody
    /// waits for it any more, or after `most`.
    pub(crate) async fn list<T: Send + 'static>(
        self,
        ask: Ask,
        most: Option<Duration>,
        read: impl Fn(&Row) -> Result<T, Unread> + Send + 'static,
    ) -> Result<Vec<T>, Unread> {
        let (watch, waiting) = Watch::new(most);
        let read = move |watch: &Watch, row: &Row| {
            watch.check()?;
            read(row)
        };
        let done = match self {
            Lent::Sqlite(mut reader) => {
                let work = move || {
                    let reading = |connection: &mut Sqlite| {
                        let mut session = Session::Sqlite(connection);
                        let (sql, cells) = block_on(ask.statement(&mut session))?;
                        let read = |values| read(&watch, &Row::Sqlite(values));
                        connection.each(sql.as_str(), &cells, read)
                    };
                    let watched = |connection: &mut Sqlite| connection.watched(&watch, reading);
                    reader.connection()?.at_one_moment(watched)
                };
                tokio::task::spawn_blocking(work).await
            }
            Lent::Postgres(connection) => {
                let server = Handle::current();
                let work = move || {
                    let row = |row: &Row| read(&watch, row);
                    let list = postgres::list(connection, ask, most, row);
                    server.block_on(watch.clone().during(list))
                };
                tokio::task::spawn_blocking(work).await
            }
        };
        drop(waiting);
        done.map_err(|_| Fault::other("the thread that read was stopped"))?
    }
}

/// Why a list was not read.
pub(crate) enum Unread {
    /// The database refused.
    Refused(Fault),
    /// What is stored cannot be understood.
    Misread(StoreError),
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        Self::Misread(error)
    }
}

/// One connection that statements run on. Placeholders are `$1`, `$2`, ... in both databases. On SQLite a statement is done when the
/// call returns: it never gives the thread to other tasks.
pub(crate) enum Session<'a> {
    Sqlite(&'a mut Sqlite),
    Postgres(&'a mut PgConnection),
}

pub(crate) type Query = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

pub(crate) fn bound(sql: impl SqlSafeStr, cells: Vec<Cell>) -> Query {
    let query = sqlx::query::<Postgres>(sql);
    cells.into_iter().fold(query, |query, cell| match cell {
        Cell::Text(text) => query.bind(text),
        Cell::Int(number) => query.bind(number),
        Cell::Bool(flag) => query.bind(flag),
        Cell::Bytes(bytes) => query.bind(Arc::unwrap_or_clone(bytes)),
    })
}

impl Session<'_> {
    /// Runs a statement and returns how many rows it touched.
    pub(crate) async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<u64, Fault> {
        match self {
            Session::Sqlite(connection) => connection.execute(sql.into_sql_str().as_str(), &cells),
            Session::Postgres(connection) => {
                let done = bound(sql, cells).execute(&mut **connection).await?;
                Ok(done.rows_affected())
            }
        }
    }

    /// All rows of a query.
    pub(crate) async fn rows(
        &mut self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<Vec<Row>, Fault> {
        match self {
            Session::Sqlite(connection) => {
                let row = |values| Ok(Row::Sqlite(values));
                connection.each(sql.into_sql_str().as_str(), &cells, row)
            }
            Session::Postgres(connection) => {
                let rows = bound(sql, cells).fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// The first row of a query, if any.
    pub(crate) async fn row(
        &mut self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<Option<Row>, Fault> {
        Ok(match self {
            Session::Sqlite(connection) => connection
                .first(sql.into_sql_str().as_str(), &cells)?
                .map(Row::Sqlite),
            Session::Postgres(connection) => bound(sql, cells)
                .fetch_optional(&mut **connection)
                .await?
                .map(Row::Postgres),
        })
    }
}

/// One row of an answer; columns are counted from 0.
pub(crate) enum Row {
    Sqlite(Vec<Value>),
    Postgres(sqlx::postgres::PgRow),
}

/// What a column can be read as.
pub(crate) trait FromColumn: for<'r> Decode<'r, Postgres> + Type<Postgres> {
    /// The value, when SQLite's is of this type.
    fn of(value: &Value) -> Option<Self>;
}

macro_rules! from_column {
    ($($type:ty: $value:pat => $read:expr;)*) => {
        $(impl FromColumn for $type {
            fn of(value: &Value) -> Option<Self> {
                match value {
                    $value => Some($read),
                    _ => None,
                }
            }
        })*
    };
}

from_column! {
    String: Value::Text(text) => text.clone();
    i64: Value::Integer(number) => *number;
    bool: Value::Integer(number) => *number != 0;
    Vec<u8>: Value::Blob(bytes) => bytes.clone();
    Option<String>: value @ (Value::Text(_) | Value::Null) => String::of(value);
}

impl Row {
    pub(crate) fn get<T: FromColumn>(&self, column: usize) -> Result<T, Fault> {
        match self {
            Row::Sqlite(values) => values
                .get(column)
                .and_then(T::of)
                .ok_or_else(|| odd(column)),
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// A text, without a copy.
    pub(crate) fn text(&self, column: usize) -> Result<&str, Fault> {
        match self {
            Row::Sqlite(values) => match values.get(column) {
                Some(Value::Text(text)) => Ok(text),
                _ => Err(odd(column)),
            },
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(crate) fn uuid(&self, column: usize) -> Result<Uuid, Fault> {
        let text = self.text(column)?;
        Uuid::try_parse(text).map_err(|_| Fault::other("a stored UUID is not one"))
    }

    pub(crate) fn count(&self, column: usize) -> Result<u64, Fault> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|_| Fault::other("a stored count is negative"))
    }
}

fn odd(column: usize) -> Fault {
    Fault::other(format!(
        "column {column} of a row has another type than this engine writes"
    ))
}
