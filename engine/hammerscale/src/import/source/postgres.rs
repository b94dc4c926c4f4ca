//! Reads an Ironic database on a PostgreSQL server, in one read-only transaction.

use super::super::row::{Cell, Row};
use super::Sink;
use anyhow::{Context, Result};
use futures::TryStreamExt;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

/// Gives every row of the wanted tables as of one instant.
pub async fn scan(url: &str, wanted: &[&'static str], sink: &mut Sink<'_>) -> Result<()> {
    // The error of a URL that is not understood may quote it, with its password.
    let options: PgConnectOptions = url.parse().map_err(|_| {
        anyhow::anyhow!(
            "--database: the URL is not understood: postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    })?;
    let mut connection = options
        .application_name("hammerscale import")
        .disable_statement_logging()
        .connect()
        .await
        .context("connecting to Ironic's database")?;
    let read = read(&mut connection, wanted, sink)
        .await
        .context("reading Ironic's database");
    // What was read stands, however the connection ends.
    let _ = connection.close().await;
    read
}

async fn read(
    connection: &mut PgConnection,
    wanted: &[&'static str],
    sink: &mut Sink<'_>,
) -> Result<()> {
    sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .execute(&mut *connection)
        .await?;
    for table in wanted {
        let present: Option<String> = sqlx::query_scalar("SELECT to_regclass($1)::text")
            .bind(*table)
            .fetch_one(&mut *connection)
            .await?;
        if present.is_none() {
            continue;
        }
        // The names are this program's own. The server's JSON spares a decoder for each column type.
        let sql = format!("SELECT row_to_json(it)::text FROM \"{table}\" AS it");
        let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch(&mut *connection);
        while let Some(text) = rows.try_next().await? {
            sink(table, decode(&text)?)?;
        }
    }
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}

fn decode(text: &str) -> Result<Row> {
    let object: model::Object = serde_json::from_str(text)
        .map_err(|_| anyhow::anyhow!("the server's answer is not a JSON object"))?;
    Ok(Row::new(
        object.into_iter().map(|(name, value)| (name, cell(value))),
    ))
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(flag) => Cell::Integer(i64::from(flag)),
        Value::String(text) => Cell::Text(text),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Cell::Integer(number),
            None => Cell::Text(number.to_string()),
        },
        other => Cell::Text(other.to_string()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_json_becomes_cells() {
        let row = decode(r#"{"a": null, "b": true, "c": 5, "d": "x", "e": {"k": 1}}"#).unwrap();
        assert_eq!(row.text("a").unwrap(), None);
        assert_eq!(row.flag("b").unwrap(), Some(true));
        assert_eq!(row.integer("c").unwrap(), Some(5));
        assert_eq!(row.text("d").unwrap().as_deref(), Some("x"));
        assert_eq!(row.object("e").unwrap().len(), 1);
    }
}
