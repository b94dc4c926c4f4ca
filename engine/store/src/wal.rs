//! The write-ahead log of a SQLite database stays small. SQLite by itself folds it into the database as it goes, but begins it anew only in a
//! moment in which nobody reads: lists that follow one another without a gap would let it grow for ever. It is the writer's to tend.

use crate::fault::Fault;
use crate::sqlite::Sqlite;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How large the log may become, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct WalBounds {
    /// So much is kept for what comes next; above, it is emptied when nothing waits to be written.
    pub(crate) kept: u64,
    /// Above, the writer waits for readers to end, so that it can be emptied.
    pub(crate) most: u64,
    /// For so long.
    pub(crate) patience: Duration,
}

impl Default for WalBounds {
    fn default() -> Self {
        Self {
            kept: 16 << 20,
            most: 64 << 20,
            patience: Duration::from_secs(1),
        }
    }
}

/// The log of one database.
pub(crate) struct Wal {
    path: PathBuf,
    bounds: WalBounds,
    /// Its size when it could not be emptied.
    in_vain: u64,
    /// How often it is not tried before it is tried again, after the last times were in vain; and how often that is still.
    pause: u32,
    paused: u32,
}

/// What a pause grows to at most.
const LONGEST_PAUSE: u32 = 1_024;

impl Wal {
    /// The log of the database file at `path`.
    pub(crate) fn of(path: &Path, connection: &Sqlite, bounds: WalBounds) -> Result<Self, Fault> {
        connection.keep_of_log(bounds.kept)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self {
            path: log.into(),
            bounds,
            in_vain: 0,
            pause: 0,
            paused: 0,
        })
    }

    /// Looks after it, between two commits; `idle` is whether nothing waits to be written.
    pub(crate) fn tend(&mut self, connection: &Sqlite, idle: bool) {
        let Some(patience) = self.wants(self.size(), idle) else {
            return;
        };
        let folded = connection.fold_log(patience).unwrap_or_else(|error| {
            tracing::warn!(%error, "folding the write-ahead log into the database");
            false
        });
        match folded {
            true => (self.in_vain, self.pause) = (0, 0),
            false => {
                self.in_vain = self.size();
                self.pause = (self.pause * 2).clamp(1, LONGEST_PAUSE);
            }
        }
        self.paused = self.pause;
    }

    /// Whether it is to be emptied, and how long that may take. What was in vain is tried again when it has grown, or after a pause that is
    /// longer each time.
    fn wants(&mut self, size: u64, idle: bool) -> Option<Duration> {
        let grown = self.in_vain == 0 || size >= self.in_vain + self.bounds.kept;
        match size {
            _ if size > self.bounds.most && grown => Some(self.bounds.patience),
            _ if size > self.bounds.kept && idle && self.paused == 0 => Some(Duration::ZERO),
            _ => {
                self.paused = self.paused.saturating_sub(1);
                None
            }
        }
    }

    fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |found| found.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::database::Cell;
    use crate::open::migrate_sqlite;
    use std::sync::Arc;

    const BOUNDS: WalBounds = WalBounds {
        kept: 100_000,
        most: 400_000,
        patience: Duration::ZERO,
    };

    struct Place {
        connection: Sqlite,
        wal: Wal,
        path: PathBuf,
        written: usize,
        _folder: tempfile::TempDir,
    }

    impl Place {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("db");
            std::fs::write(&path, b"").unwrap();
            migrate_sqlite(&path).await.unwrap();
            let connection = Sqlite::open(&path).unwrap();
            Self {
                wal: Wal::of(&path, &connection, BOUNDS).unwrap(),
                connection,
                path,
                written: 0,
                _folder: folder,
            }
        }

        /// Writes and lets the log be tended until there is more than that of it.
        fn write_until(&mut self, more_than: u64, idle: bool) {
            while self.wal.size() <= more_than {
                self.written += 1;
                let sql = "INSERT INTO blobs (kind, hash, put_at, bytes) VALUES ('x', $1, 0, $2)";
                let bytes = Cell::Bytes(Arc::new(vec![7; 50_000]));
                let cells = [self.written.to_string().into(), bytes];
                self.connection.execute(sql, &cells).unwrap();
                self.wal.tend(&self.connection, idle);
                assert!(self.written < 1_000, "{} bytes", self.wal.size());
            }
        }
    }

    #[tokio::test]
    async fn an_idle_writer_empties_the_log() {
        let mut place = Place::new().await;
        place.write_until(BOUNDS.kept, false);
        place.wal.tend(&place.connection, true);
        assert_eq!(place.wal.size(), 0);
    }

    #[tokio::test]
    async fn a_log_that_readers_keep_is_emptied_when_they_let_it_go() {
        let mut place = Place::new().await;
        let mut reader = Sqlite::open_for_reading(&place.path).unwrap();
        let kept = reader.at_one_moment(|reader| {
            reader.first("SELECT COUNT(*) FROM blobs", &[])?;
            place.write_until(BOUNDS.most + BOUNDS.kept, true);
            let first = place.wal.in_vain;
            assert!(first > BOUNDS.most);
            place.write_until(first + BOUNDS.kept, false);
            assert!(
                place.wal.in_vain >= first + BOUNDS.kept,
                "tried again only then"
            );
            Ok::<_, Fault>(place.wal.size())
        });
        assert!(kept.unwrap() > BOUNDS.most);
        for _ in 0..=place.wal.paused {
            place.wal.tend(&place.connection, true);
        }
        assert_eq!((place.wal.size(), place.wal.in_vain), (0, 0));
    }

    #[tokio::test]
    async fn what_is_in_vain_is_tried_less_and_less_often() {
        let mut place = Place::new().await;
        let mut reader = Sqlite::open_for_reading(&place.path).unwrap();
        let tries = reader.at_one_moment(|reader| {
            reader.first("SELECT COUNT(*) FROM blobs", &[])?;
            place.write_until(BOUNDS.kept, false);
            let mut tries = 0;
            for _ in 0..10_000 {
                let due = place.wal.paused == 0;
                place.wal.tend(&place.connection, true);
                tries += u32::from(due);
            }
            Ok::<_, Fault>(tries)
        });
        // Ten until the longest pause is reached, and one after each of those.
        assert!((10..=20).contains(&tries.unwrap()));
        assert_eq!(place.wal.pause, LONGEST_PAUSE);
        for _ in 0..=LONGEST_PAUSE {
            place.wal.tend(&place.connection, true);
        }
        assert_eq!((place.wal.size(), place.wal.pause), (0, 0));
    }
}
