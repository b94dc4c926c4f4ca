//! A small Ironic database of our own making, as a SQLite file and as a dump: only the columns that are read.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A value of a fixture.
#[derive(Clone, Debug)]
pub enum Value {
    Number(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

/// The columns of a row that are not null.
pub type Columns = Vec<(&'static str, Value)>;

/// A database in the making.
#[derive(Clone, Default)]
pub struct Fixture {
    rows: Vec<(&'static str, Columns)>,
}

pub fn uuid(number: u8) -> String {
    format!("00000000-0000-0000-0000-0000000000{number:02x}")
}

impl Fixture {
    pub fn row(mut self, table: &'static str, columns: Columns) -> Self {
        self.rows.push((table, columns));
        self
    }

    /// A node that works here; `more` comes on top and goes before what stands here.
    pub fn node(self, id: u8, name: &str, state: &str, more: Columns) -> Self {
        let mut columns: Columns = vec![
            ("id", i64::from(id).into()),
            ("uuid", uuid(id).as_str().into()),
            ("name", name.into()),
            ("driver", "fake-hardware".into()),
            ("provision_state", state.into()),
            ("power_state", "power on".into()),
            ("driver_info", "{}".into()),
            ("maintenance", 0.into()),
            ("created_at", "2026-01-02 03:04:05".into()),
        ];
        columns.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        columns.extend(more);
        self.row("nodes", columns)
    }

    pub fn port(self, id: u8, node: u8, more: Columns) -> Self {
        let mut columns: Columns = vec![
            ("id", i64::from(id).into()),
            ("uuid", uuid(0x80 + id).as_str().into()),
            (
                "address",
                format!("52:54:00:00:00:{id:02x}").as_str().into(),
            ),
            ("node_id", i64::from(node).into()),
            ("pxe_enabled", 1.into()),
            ("created_at", "2026-01-02 03:04:06".into()),
        ];
        columns.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        columns.extend(more);
        self.row("ports", columns)
    }

    /// Every table with the columns that any of its rows has.
    fn tables(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        let names: BTreeSet<&str> = self.rows.iter().map(|(table, _)| *table).collect();
        let mut tables = Vec::new();
        for table in names {
            let columns: BTreeSet<&str> = self
                .rows
                .iter()
                .filter(|(it, _)| *it == table)
                .flat_map(|(_, columns)| columns.iter().map(|(name, _)| *name))
                .collect();
            let table = self
                .rows
                .iter()
                .find(|(it, _)| *it == table)
                .map_or("", |(it, _)| it);
            tables.push((table, columns.into_iter().collect()));
        }
        tables
    }

    pub async fn sqlite(&self, folder: &Path) -> PathBuf {
        let path = folder.join("ironic.sqlite");
        let mut connection = open(&path).await;
        for (table, columns) in self.tables() {
            let columns: Vec<String> = columns.iter().map(|it| format!("\"{it}\"")).collect();
            let sql = format!("CREATE TABLE {table} ({})", columns.join(", "));
            sqlx::query(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await
                .unwrap();
        }
        self.insert(&mut connection).await;
        connection.close().await.unwrap();
        path
    }

    /// Into tables that are there already.
    pub async fn fill(&self, path: &Path) {
        let mut connection = open(path).await;
        self.insert(&mut connection).await;
        connection.close().await.unwrap();
    }

    async fn insert(&self, connection: &mut SqliteConnection) {
        for (table, columns) in &self.rows {
            let names: Vec<String> = columns.iter().map(|(it, _)| format!("\"{it}\"")).collect();
            let marks = vec!["?"; columns.len()].join(", ");
            let sql = format!(
                "INSERT INTO {table} ({}) VALUES ({marks})",
                names.join(", ")
            );
            let mut insert = sqlx::query(AssertSqlSafe(sql));
            for (_, value) in columns {
                insert = match value {
                    Value::Number(number) => insert.bind(*number),
                    Value::Text(text) => insert.bind(text.clone()),
                };
            }
            insert.execute(&mut *connection).await.unwrap();
        }
    }

    /// As mysqldump writes it: one long INSERT a table.
    pub fn dump(&self, folder: &Path) -> PathBuf {
        let mut text = "-- MariaDB dump 10.19-11.4.2-MariaDB, for Linux (x86_64)\n".to_owned();
        for (table, columns) in self.tables() {
            let lines: Vec<String> = columns
                .iter()
                .map(|it| format!("  `{it}` longtext DEFAULT NULL"))
                .collect();
            let _ = writeln!(
                text,
                "CREATE TABLE `{table}` (\n{},\n  KEY `k` (`id`)\n);",
                lines.join(",\n")
            );
            let rows: Vec<String> = self
                .rows
                .iter()
                .filter(|(it, _)| *it == table)
                .map(|(_, values)| tuple(&columns, values))
                .collect();
            let _ = writeln!(text, "INSERT INTO `{table}` VALUES {};", rows.join(","));
        }
        text.push_str("-- Dump completed on 2026-01-01\n");
        let path = folder.join("ironic.sql");
        std::fs::write(&path, text).unwrap();
        path
    }
}

async fn open(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(false)
        .connect()
        .await
        .unwrap()
}

fn tuple(columns: &[&'static str], values: &Columns) -> String {
    let cells: Vec<String> = columns
        .iter()
        .map(
            |column| match values.iter().find(|(name, _)| name == column) {
                None => "NULL".to_owned(),
                Some((_, Value::Number(number))) => number.to_string(),
                Some((_, Value::Text(text))) => {
                    let escaped = text
                        .replace('\\', "\\\\")
                        .replace('\'', "\\'")
                        .replace('\n', "\\n");
                    format!("'{escaped}'")
                }
            },
        )
        .collect();
    format!("({})", cells.join(","))
}
