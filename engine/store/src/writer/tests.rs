//! The writing task: company shares a commit, a lone write does not wait, and a full disk loses nothing that was acknowledged.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::folder;
use crate::migrations;
use crate::rows::BlobRow;
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use ports::blob::BlobKind;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Keeps what is recorded of one histogram.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<f64>>>);

impl HistogramFn for Kept {
    fn record(&self, value: f64) {
        self.0.lock().unwrap().push(value);
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match key.name() {
            "store_turns_per_commit" => Histogram::from_arc(Arc::new(self.clone())),
            _ => Histogram::noop(),
        }
    }
}

fn blob(number: usize, length: usize) -> Write {
    Write::PutBlob(BlobRow {
        kind: BlobKind::Inventory,
        hash: format!("{number:08}"),
        key_id: None,
        put_at: 0,
        bytes: vec![7; length],
    })
}

fn connect(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
}

/// A writer whose database cannot grow beyond so many pages of 4 KiB.
async fn writer(path: &Path, pages: u32, options: &Options) -> Writer {
    let lock = folder::take(path).unwrap();
    let mut connection = connect(path).connect().await.unwrap();
    migrations::sqlite().run(&mut connection).await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    let mut session = Session::Sqlite(&mut connection);
    session.rows(sql, Vec::new()).await.unwrap();
    Writer::start(connection, lock, options)
}

async fn stored(path: &Path) -> Vec<String> {
    let mut connection = connect(path).connect().await.unwrap();
    let mut session = Session::Sqlite(&mut connection);
    let sql = "SELECT hash FROM blobs ORDER BY hash";
    let rows = session.rows(sql, Vec::new()).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

/// Queues all writes before the writing task gets to run (one thread), and waits for the answers.
async fn all_at_once(writer: &Writer, writes: Vec<Write>) -> Vec<Answer> {
    futures::future::join_all(writes.into_iter().map(|write| writer.write(write))).await
}

#[tokio::test]
async fn writes_that_wait_together_share_a_commit() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let options = Options {
        batch: 40,
        ..Options::default()
    };
    let writer = writer(&path, 10_000, &options).await;
    writer.write(blob(0, 10)).await.unwrap();
    let answers = all_at_once(&writer, (1..=100).map(|n| blob(n, 10)).collect()).await;
    assert!(answers.iter().all(Result::is_ok));
    writer.close().await;
    assert_eq!(*kept.0.lock().unwrap(), [1.0, 40.0, 40.0, 20.0]);
    assert_eq!(stored(&path).await.len(), 101);
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let writer = writer(&path, 120, &Options::default()).await;
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for round in 0..10 {
        let numbers: Vec<usize> = (round * 10..round * 10 + 10).collect();
        let writes = numbers.iter().map(|n| blob(*n, 30_000)).collect();
        for (number, answer) in numbers.iter().zip(all_at_once(&writer, writes).await) {
            match answer {
                Ok(_) => acknowledged.push(format!("{number:08}")),
                Err(StoreError::Database { .. }) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    assert!(
        refused > 50 && !acknowledged.is_empty(),
        "{refused} refused"
    );
    assert_eq!(stored(&path).await, acknowledged);
    // With room again the same writer goes on.
    writer.write(Write::SweepBlobs(1)).await.unwrap();
    writer.write(blob(5000, 30_000)).await.unwrap();
    writer.close().await;
    assert_eq!(stored(&path).await, ["00005000"]);
}

#[tokio::test]
async fn what_is_queued_before_the_end_is_done_and_what_comes_after_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let writer = writer(&path, 10_000, &Options::default()).await;
    let queued = futures::future::join(
        all_at_once(&writer, (0..9).map(|n| blob(n, 10)).collect()),
        writer.close(),
    );
    let (answers, ()) = queued.await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(writer.write(blob(9, 10)).await.is_err());
    writer.close().await;
    assert_eq!(stored(&path).await.len(), 9);
    folder::take(&path).unwrap();
}
