//! The writing thread: company shares a commit, a lone write does not wait, and a full disk loses nothing that was acknowledged.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::folder;
use crate::open::migrate_sqlite;
use crate::rows::BlobRow;
use crate::wal::WalBounds;
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use ports::blob::BlobKind;
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
        bytes: Arc::new(vec![7; length]),
    })
}

/// A database that cannot grow beyond so many pages of 4 KiB.
async fn database(path: &Path, pages: u32) -> (Sqlite, FolderLock) {
    let lock = folder::take(path).unwrap();
    migrate_sqlite(path).await.unwrap();
    let connection = Sqlite::open(path).unwrap();
    let sql = format!("PRAGMA max_page_count = {pages}");
    connection.first(&sql, &[]).unwrap();
    (connection, lock)
}

async fn writer(path: &Path, pages: u32) -> Writer {
    let (connection, lock) = database(path, pages).await;
    let wal = Wal::of(path, &connection, WalBounds::default()).unwrap();
    Writer::start(connection, wal, lock, &Options::default()).unwrap()
}

fn stored(path: &Path) -> Vec<String> {
    let mut connection = Sqlite::open(path).unwrap();
    let sql = "SELECT hash FROM blobs ORDER BY hash";
    let rows = block_on(Session::Sqlite(&mut connection).rows(sql, Vec::new())).unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

/// Queues all writes and waits for the answers.
async fn all_at_once(writer: &Writer, writes: Vec<Write>) -> Vec<Answer> {
    futures::future::join_all(writes.into_iter().map(|write| writer.write(write))).await
}

#[test]
fn writes_that_wait_together_share_a_commit() {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let options = Options {
        batch: 40,
        ..Options::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (connection, lock) = runtime.block_on(database(&path, 10_000));
    let wal = Wal::of(&path, &connection, WalBounds::default()).unwrap();
    let (queue, writing) = Writing::new(connection, wal, lock, &options);
    let mut answers = Vec::new();
    for number in 0..100 {
        let (answer, answered) = oneshot::channel();
        let order = Order::Do(Box::new(blob(number, 10)), answer);
        queue.try_send(order).ok().unwrap();
        answers.push(answered);
    }
    drop(queue);
    // All that waits is there before the writing begins, on this very thread.
    writing.run();
    for mut answer in answers {
        assert!(answer.try_recv().unwrap().is_ok());
    }
    assert_eq!(*kept.0.lock().unwrap(), [40.0, 40.0, 20.0]);
    assert_eq!(stored(&path).len(), 100);
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let writer = writer(&path, 120).await;
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
    assert_eq!(stored(&path), acknowledged);
    // With room again the same writer goes on.
    writer.write(Write::SweepBlobs(1)).await.unwrap();
    writer.write(blob(5000, 30_000)).await.unwrap();
    writer.close().await;
    assert_eq!(stored(&path), ["00005000"]);
}

#[tokio::test]
async fn what_is_queued_before_the_end_is_done_and_what_comes_after_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let writer = writer(&path, 10_000).await;
    let queued = futures::future::join(
        all_at_once(&writer, (0..9).map(|n| blob(n, 10)).collect()),
        writer.close(),
    );
    let (answers, ()) = queued.await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(writer.write(blob(9, 10)).await.is_err());
    writer.close().await;
    assert_eq!(stored(&path).len(), 9);
    folder::take(&path).unwrap();
}
