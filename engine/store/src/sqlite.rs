//! A connection to SQLite, spoken to directly by the thread that has it: a statement costs no trip to another thread and back. Who
//! uses it decides on which thread that may be; nothing here waits for anybody but the disk.

use crate::database::Cell;
use crate::fault::{Fault, FaultKind};
use crate::pattern;
use crate::watch::Watch;
use rusqlite::types::{Null, Value};
use rusqlite::{CachedStatement, ErrorCode, OpenFlags, Row, ffi};
use std::path::Path;
use std::time::Duration;

/// How long SQLite waits for a lock that another process (a backup, a shell) holds.
const BUSY: Duration = Duration::from_secs(10);
/// The steps of SQLite's machine between two looks at a watch: some microseconds.
const STEPS: i32 = 4_000;
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
        pattern::teach(&opened.0)?;
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

    /// Does something that ends early when the watch says so.
    pub(crate) fn watched<T, E: From<Fault>>(
        &mut self,
        watch: &Watch,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        watch.check()?;
        let looks = watch.clone();
        let handler = Some(move || looks.is_over());
        self.0
            .progress_handler(STEPS, handler)
            .map_err(Fault::from)?;
        let done = work(self);
        let off = self.0.progress_handler(0, None::<fn() -> bool>);
        off.map_err(Fault::from)?;
        done
    }

    /// Does several readings of the database as it is at one moment.
    pub(crate) fn at_one_moment<T, E: From<Fault>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.execute("BEGIN", &[])?;
        let done = work(self);
        self.end_moment()?;
        done
    }

    /// Ends what [`Self::at_one_moment`] began, also when it did not come to its end.
    pub(crate) fn end_moment(&self) -> Result<(), Fault> {
        match self.0.is_autocommit() {
            true => Ok(()),
            false => self.execute("ROLLBACK", &[]).map(drop),
        }
    }

    /// Folds the write-ahead log into the database and empties it; whether it could, waiting that long for readers.
    pub(crate) fn fold_log(&self, patience: Duration) -> Result<bool, Fault> {
        self.0.busy_timeout(patience)?;
        let folded = self.first("PRAGMA wal_checkpoint(TRUNCATE)", &[]);
        self.0.busy_timeout(BUSY)?;
        Ok(matches!(folded?.as_deref(), Some([Value::Integer(0), ..])))
    }

    /// Lets a log that was folded keep so many bytes for what comes next.
    pub(crate) fn keep_of_log(&self, bytes: u64) -> Result<(), Fault> {
        let sql = format!("PRAGMA journal_size_limit = {bytes}");
        self.first(&sql, &[]).map(drop)
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
                Cell::Bytes(bytes) => statement.raw_bind_parameter(index, bytes.as_slice())?,
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
            (ErrorCode::OperationInterrupted, _) => FaultKind::Ended,
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

    const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                           SELECT i FROM n WHERE i < 0";

    fn endless(sqlite: &mut Sqlite, watch: &Watch) -> Result<Vec<Vec<Value>>, Fault> {
        sqlite.at_one_moment(|sqlite| sqlite.watched(watch, |sqlite| sqlite.each(ENDLESS, &[], Ok)))
    }

    #[test]
    fn a_reading_ends_when_nobody_waits_for_it() {
        let (_folder, mut sqlite) = database();
        let (watch, waiting) = Watch::new(None);
        let (begun, begins) = std::sync::mpsc::channel();
        let reading = std::thread::spawn(move || {
            begun.send(()).unwrap();
            (endless(&mut sqlite, &watch), sqlite)
        });
        begins.recv().unwrap();
        drop(waiting);
        let (read, sqlite) = reading.join().unwrap();
        assert_eq!(read.unwrap_err().kind, FaultKind::Ended);
        // The connection serves the next one.
        assert!(sqlite.first("SELECT 1", &[]).unwrap().is_some());
    }

    #[test]
    fn a_reading_ends_when_its_time_is_over() {
        let (_folder, mut sqlite) = database();
        let (watch, _waiting) = Watch::new(Some(Duration::from_millis(20)));
        let read = endless(&mut sqlite, &watch);
        assert_eq!(read.unwrap_err().kind, FaultKind::Ended);
        assert!(sqlite.first("SELECT 1", &[]).unwrap().is_some());
    }

    #[test]
    fn a_connection_for_reading_writes_nothing() {
        let (folder, sqlite) = database();
        let reading = Sqlite::open_for_reading(&folder.path().join("db")).unwrap();
        assert!(reading.execute("DELETE FROM things", &[]).is_err());
        sqlite.close().unwrap();
    }
}
