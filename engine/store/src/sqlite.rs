//! A connection to SQLite, spoken to directly by the thread that has it: a statement costs no trip to another thread and back. Who
//! uses it decides on which thread that may be; nothing here waits for anybody but the disk.

use crate::database::Cell;
use crate::fault::{Fault, FaultKind};
use rusqlite::types::{Null, Value};
use rusqlite::{CachedStatement, ErrorCode, OpenFlags, Row, ffi};
use std::path::Path;
use std::time::Duration;

/// How long SQLite waits for a lock that another process (a backup, a shell) holds.
const BUSY: Duration = Duration::from_secs(10);
/// Statements that stay prepared; those of lists differ by their filters.
const PREPARED: usize = 128;

/// A connection.
pub(crate) struct Sqlite(rusqlite::Connection);

impl Sqlite {
    /// Opens a database file that is there and has its schema.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self(connection))
    }

    /// The same; it refuses to write.
    pub(crate) fn open_for_reading(path: &Path) -> Result<Self, Fault> {
        let opened = Self::open(path)?;
        opened.0.pragma_update(None, "query_only", true)?;
        Ok(opened)
    }

    /// Runs a statement and returns how many rows it touched.
    pub(crate) fn execute(&self, sql: &str, cells: &[Cell]) -> Result<u64, Fault> {
        let touched = self.statement(sql, cells)?.raw_execute()?;
        Ok(u64::try_from(touched).unwrap_or(u64::MAX))
    }

    /// Reads every row of a query as it comes by. The first thing that cannot be read ends it.
    pub(crate) fn each<T, E: From<Fault>>(
        &self,
        sql: &str,
        cells: &[Cell],
        mut read: impl FnMut(Vec<Value>) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let mut statement = self.statement(sql, cells)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(Fault::from)? {
            all.push(read(values(row, columns)?)?);
        }
        Ok(all)
    }

    /// The first row of a query, if any.
    pub(crate) fn first(&self, sql: &str, cells: &[Cell]) -> Result<Option<Vec<Value>>, Fault> {
        let mut statement = self.statement(sql, cells)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        rows.next()?.map(|row| values(row, columns)).transpose()
    }

    /// Closes the database; the last connection to close folds the write-ahead log into it.
    pub(crate) fn close(self) -> Result<(), Fault> {
        self.0.close().map_err(|(_, error)| error.into())
    }

    fn statement(&self, sql: &str, cells: &[Cell]) -> Result<CachedStatement<'_>, Fault> {
        let mut statement = self.0.prepare_cached(sql)?;
        for index in 1..=statement.parameter_count() {
            // To SQLite `$2` is a name; the number in it is the place of its value, as in PostgreSQL.
            let name = statement.parameter_name(index).unwrap_or_default();
            let place = name.strip_prefix('$').and_then(|n| n.parse::<usize>().ok());
            let cell = place.and_then(|place| cells.get(place.wrapping_sub(1)));
            let cell = cell.ok_or_else(|| Fault::other(format!("no value for {name:?}")))?;
            match cell {
                Cell::Text(Some(text)) => statement.raw_bind_parameter(index, text)?,
                Cell::Int(Some(number)) => statement.raw_bind_parameter(index, number)?,
                Cell::Bool(Some(flag)) => statement.raw_bind_parameter(index, flag)?,
                Cell::Bytes(bytes) => statement.raw_bind_parameter(index, bytes)?,
                Cell::Text(None) | Cell::Int(None) | Cell::Bool(None) => {
                    statement.raw_bind_parameter(index, Null)?;
                }
            }
        }
        Ok(statement)
    }
}

fn values(row: &Row<'_>, columns: usize) -> Result<Vec<Value>, Fault> {
    let value = |column| {
        Value::try_from(row.get_ref(column)?)
            .map_err(|_| Fault::other("a stored text is not UTF-8"))
    };
    (0..columns).map(value).collect()
}

impl From<rusqlite::Error> for Fault {
    /// Keeps SQLite's message, which names columns and no values.
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(code, message) = error else {
            return Self::other(error.to_string());
        };
        let message = message.unwrap_or_else(|| code.to_string());
        let kind = match (code.code, code.extended_code) {
            (
                ErrorCode::ConstraintViolation,
                ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
            ) => {
                // "UNIQUE constraint failed: nodes.name"
                let columns = message.rsplit_once(": ").map(|(_, columns)| columns);
                let first = columns.and_then(|columns| columns.split(',').next());
                FaultKind::Unique(first.unwrap_or_default().to_owned())
            }
            (ErrorCode::ConstraintViolation, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
                FaultKind::ForeignKey
            }
            _ => FaultKind::Other,
        };
        Self::of(kind, format!("{message} (code {})", code.extended_code))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn database() -> (tempfile::TempDir, Sqlite) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        std::fs::write(&path, b"").unwrap();
        let sqlite = Sqlite::open(&path).unwrap();
        let sql = "CREATE TABLE things (name TEXT UNIQUE, size INTEGER)";
        sqlite.execute(sql, &[]).unwrap();
        (folder, sqlite)
    }

    #[test]
    fn a_numbered_place_takes_its_value_wherever_and_however_often_it_stands() {
        let (_folder, sqlite) = database();
        let sql = "INSERT INTO things (size, name) VALUES ($2, $1), ($2 + 1, $3)";
        let cells = ["a".into(), 5i64.into(), "b".into()];
        assert_eq!(sqlite.execute(sql, &cells).unwrap(), 2);
        let all: Result<Vec<_>, Fault> =
            sqlite.each("SELECT name, size FROM things ORDER BY size", &[], Ok);
        let expected = |name: &str, size| vec![Value::Text(name.to_owned()), Value::Integer(size)];
        assert_eq!(all.unwrap(), [expected("a", 5), expected("b", 6)]);
    }

    #[test]
    fn a_value_that_is_missing_is_told_and_not_null() {
        let (_folder, sqlite) = database();
        let sql = "INSERT INTO things (name) VALUES ($1)";
        let error = sqlite.execute(sql, &[]).unwrap_err();
        assert!(error.to_string().contains("$1"), "{error}");
    }

    #[test]
    fn a_duplicate_names_its_column() {
        let (_folder, sqlite) = database();
        let insert = || sqlite.execute("INSERT INTO things (name) VALUES ($1)", &["a".into()]);
        insert().unwrap();
        let fault = insert().unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unique("things.name".to_owned()));
        assert!(!fault.to_string().contains("\"a\""), "{fault}");
    }

    #[test]
    fn a_connection_for_reading_writes_nothing() {
        let (folder, sqlite) = database();
        let reading = Sqlite::open_for_reading(&folder.path().join("db")).unwrap();
        assert!(reading.execute("DELETE FROM things", &[]).is_err());
        sqlite.close().unwrap();
    }
}
