//! Both databases have the same tables with the same columns.

use crate::place::Place;
use sqlx::{AssertSqlSafe, Connection as _};
use std::collections::BTreeMap;

/// Table and column, with its kind and whether it may be unset.
type Schema = BTreeMap<(String, String), (&'static str, bool)>;

fn kind(name: &str) -> &'static str {
    match name.to_ascii_lowercase().as_str() {
        "text" => "text",
        "integer" | "bigint" => "number",
        "boolean" => "flag",
        "blob" | "bytea" => "bytes",
        other => panic!("a column of type {other}"),
    }
}

async fn of_sqlite(url: &str) -> Schema {
    let mut raw = sqlx::SqliteConnection::connect(url).await.unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%sqlx%'";
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut raw).await.unwrap();
    let mut schema = Schema::new();
    for table in tables {
        let sql =
            format!("SELECT name, type, \"notnull\" OR pk > 0 FROM pragma_table_info('{table}')");
        let columns: Vec<(String, String, bool)> = sqlx::query_as(AssertSqlSafe(sql))
            .fetch_all(&mut raw)
            .await
            .unwrap();
        for (column, type_name, set) in columns {
            schema.insert((table.clone(), column), (kind(&type_name), !set));
        }
    }
    schema
}

async fn of_postgres(url: &str) -> Schema {
    let mut raw = sqlx::PgConnection::connect(url).await.unwrap();
    let sql = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' \
               FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%sqlx%'";
    let columns: Vec<(String, String, String, bool)> =
        sqlx::query_as(sql).fetch_all(&mut raw).await.unwrap();
    columns
        .into_iter()
        .map(|(table, column, type_name, unset)| ((table, column), (kind(&type_name), unset)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_columns() {
    let Some(postgres) = Place::postgres().await else {
        return;
    };
    let sqlite = Place::sqlite();
    let _stores = (postgres.open().await, sqlite.open().await);
    let (theirs, ours) = (
        of_postgres(&postgres.url).await,
        of_sqlite(&sqlite.url).await,
    );
    assert!(ours.len() > 60, "{}", ours.len());
    assert_eq!(theirs, ours);
}
