//! Reads an Ironic SQLite file, without ever writing to it.

use super::super::row::{Cell, Row};
use super::Sink;
use anyhow::{Context, Result};
use futures::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Row as _, SqliteConnection, TypeInfo,
    ValueRef,
};
use std::path::Path;

/// Gives every row of the wanted tables, in one transaction.
pub async fn scan(path: &Path, wanted: &[&'static str], sink: &mut Sink<'_>) -> Result<()> {
    let attempt = || format!("reading {}", path.display());
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .disable_statement_logging()
        .connect()
        .await
        .with_context(attempt)?;
    let read = read(&mut connection, wanted, sink).await;
    connection.close().await.with_context(attempt)?;
    read.with_context(attempt)
}

async fn read(
    connection: &mut SqliteConnection,
    wanted: &[&'static str],
    sink: &mut Sink<'_>,
) -> Result<()> {
    sqlx::query("BEGIN").execute(&mut *connection).await?;
    let present: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
            .fetch_all(&mut *connection)
            .await?;
    for table in wanted.iter().filter(|it| present.iter().any(|p| p == *it)) {
        // The names are this program's own.
        let sql = format!("SELECT * FROM \"{table}\" ORDER BY rowid");
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            sink(table, decode(&row)?)?;
        }
    }
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}

/// SQLite's values carry their own type, whatever the column was declared as.
fn decode(row: &SqliteRow) -> Result<Row> {
    let mut cells = Vec::with_capacity(row.len());
    for column in row.columns() {
        let at = column.ordinal();
        let raw = row.try_get_raw(at)?;
        let kind = raw.type_info().name().to_owned();
        let cell = match (raw.is_null(), kind.as_str()) {
            (true, _) => Cell::Null,
            (_, "REAL") => Cell::Text(row.try_get_unchecked::<f64, _>(at)?.to_string()),
            (_, "BLOB") => Cell::from_bytes(row.try_get_unchecked::<Vec<u8>, _>(at)?),
            (_, "INTEGER" | "BOOLEAN" | "INT4" | "BIGINT") => {
                Cell::Integer(row.try_get_unchecked::<i64, _>(at)?)
            }
            _ => Cell::from_bytes(row.try_get_unchecked::<Vec<u8>, _>(at)?),
        };
        cells.push((column.name().to_owned(), cell));
    }
    Ok(Row::new(cells))
}
