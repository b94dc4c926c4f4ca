//! Lists from PostgreSQL come row by row, and one that nobody waits for ends on the server, too.

use crate::place::Place;
use crate::records::*;
use ports::store::Store as _;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

/// What the engine's lists do at the server.
const AT_WORK: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hammerscale' \
                       AND datname = current_database() AND state = 'active' AND query LIKE '%FROM nodes%'";
const PATIENCE: Duration = Duration::from_secs(60);

async fn at_work(raw: &mut PgConnection) -> i64 {
    sqlx::query_scalar(AT_WORK).fetch_one(raw).await.unwrap()
}

async fn until_at_work(raw: &mut PgConnection, wanted: i64) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while at_work(raw).await != wanted {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_taken_while_the_server_still_sends() {
    let Some(place) = Place::postgres().await else {
        return;
    };
    let store = place.open().await;
    // Far more than what lies in between holds.
    let text = "x".repeat(1 << 20);
    for number in 0..40 {
        let mut node = node(number);
        node.extra = object(json!({"text": text}));
        store.create_node(node, Vec::new()).await.unwrap();
    }
    let (first, began) = channel();
    let (go, gone) = channel::<()>();
    let (taken, count) = channel();
    let gone = Mutex::new(Some(gone));
    let take = move |node: model::Node| {
        if let Some(gone) = gone.lock().unwrap().take() {
            first.send(()).unwrap();
            // Waits until the test has looked; an error is its way to say go on.
            let _ = gone.recv();
        }
        taken.send(node.uuid).unwrap();
    };
    let listing = tokio::spawn({
        let store = store.clone();
        async move { store.each_node(&all(100), Box::new(take)).await }
    });
    tokio::task::spawn_blocking(move || began.recv().unwrap())
        .await
        .unwrap();
    let mut raw = PgConnection::connect(&place.url).await.unwrap();
    assert_eq!(at_work(&mut raw).await, 1, "all was read at once");
    drop(go);
    listing.await.unwrap().unwrap();
    assert_eq!(count.iter().count(), 40);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_nobody_waits_for_ends_on_the_server() {
    let Some(place) = Place::postgres().await else {
        return;
    };
    let store = place.open().await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    let mut raw = PgConnection::connect(&place.url).await.unwrap();
    let mut other = PgConnection::connect(&place.url).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    let sql = "LOCK TABLE nodes IN ACCESS EXCLUSIVE MODE";
    sqlx::query(sql).execute(&mut *lock).await.unwrap();
    let lists: Vec<_> = (0..3)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.nodes(&all(10)).await })
        })
        .collect();
    until_at_work(&mut raw, 3).await;
    for list in &lists {
        list.abort();
    }
    // The table is still locked: by themselves they would go on waiting.
    until_at_work(&mut raw, 0).await;
    lock.rollback().await.unwrap();
    assert_eq!(store.nodes(&all(10)).await.unwrap().len(), 1);
    store.close().await;
}
