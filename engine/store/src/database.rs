//! The two databases behind one session type: the only place that knows which one is spoken to. No statement stands here.

use crate::fault::Fault;
use crate::readers::{Reader, Readers};
use sqlx::pool::PoolConnection;
use sqlx::{
    Decode, PgConnection, PgPool, Postgres, Row as _, SqlSafeStr, Sqlite, SqliteConnection, Type,
};
use uuid::Uuid;

/// A value on its way into a statement.
#[derive(Clone)]
pub(crate) enum Cell {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Bytes(Vec<u8>),
}

impl From<Option<String>> for Cell {
    /// PostgreSQL's text cannot hold NUL; columns only filter and sort (the document keeps the true value), so both replace it.
    fn from(text: Option<String>) -> Self {
        Cell::Text(text.map(|text| match text.contains('\0') {
            true => text.replace('\0', "\u{fffd}"),
            false => text,
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

    /// The operator that compares with a pattern, without regard to the case of ASCII letters.
    pub(crate) fn like(&self) -> &'static str {
        match self {
            Pool::Sqlite(_) => "LIKE",
            Pool::Postgres(_) => "ILIKE",
        }
    }
}

impl Lent {
    pub(crate) fn session(&mut self) -> Session<'_> {
        match self {
            Lent::Sqlite(reader) => Session::Sqlite(reader.connection()),
            Lent::Postgres(connection) => Session::Postgres(connection),
        }
    }
}

/// One connection that statements run on. Placeholders are `$1`, `$2`, ... in both databases.
pub(crate) enum Session<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

macro_rules! bound {
    ($database:ty, $sql:expr, $cells:expr) => {
        $cells
            .into_iter()
            .fold(sqlx::query::<$database>($sql), |query, cell| match cell {
                Cell::Text(text) => query.bind(text),
                Cell::Int(number) => query.bind(number),
                Cell::Bool(flag) => query.bind(flag),
                Cell::Bytes(bytes) => query.bind(bytes),
            })
    };
}

impl Session<'_> {
    /// Runs a statement and returns how many rows it touched.
    pub(crate) async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<u64, Fault> {
        Ok(match self {
            Session::Sqlite(connection) => bound!(Sqlite, sql, cells)
                .execute(&mut **connection)
                .await?
                .rows_affected(),
            Session::Postgres(connection) => bound!(Postgres, sql, cells)
                .execute(&mut **connection)
                .await?
                .rows_affected(),
        })
    }

    /// All rows of a query.
    pub(crate) async fn rows(
        &mut self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<Vec<Row>, Fault> {
        Ok(match self {
            Session::Sqlite(connection) => bound!(Sqlite, sql, cells)
                .fetch_all(&mut **connection)
                .await?
                .into_iter()
                .map(Row::Sqlite)
                .collect(),
            Session::Postgres(connection) => bound!(Postgres, sql, cells)
                .fetch_all(&mut **connection)
                .await?
                .into_iter()
                .map(Row::Postgres)
                .collect(),
        })
    }

    /// The first row of a query, if any.
    pub(crate) async fn row(
        &mut self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<Option<Row>, Fault> {
        Ok(match self {
            Session::Sqlite(connection) => bound!(Sqlite, sql, cells)
                .fetch_optional(&mut **connection)
                .await?
                .map(Row::Sqlite),
            Session::Postgres(connection) => bound!(Postgres, sql, cells)
                .fetch_optional(&mut **connection)
                .await?
                .map(Row::Postgres),
        })
    }
}

/// One row of an answer; columns are counted from 0.
pub(crate) enum Row {
    Sqlite(sqlx::sqlite::SqliteRow),
    Postgres(sqlx::postgres::PgRow),
}

impl Row {
    pub(crate) fn get<T>(&self, column: usize) -> Result<T, Fault>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
        T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Row::Sqlite(row) => row.try_get(column)?,
            Row::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn uuid(&self, column: usize) -> Result<Uuid, Fault> {
        let text: String = self.get(column)?;
        Uuid::try_parse(&text).map_err(|_| Fault::other("a stored UUID is not one"))
    }

    pub(crate) fn count(&self, column: usize) -> Result<u64, Fault> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|_| Fault::other("a stored count is negative"))
    }
}
