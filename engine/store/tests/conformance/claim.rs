//! A PostgreSQL database is one engine's: a second one is refused and told of the first, a lost connection is made good, and who lost the
//! database to another one writes nothing more.

use crate::place::Place;
use crate::records::*;
use ports::store::{Store as _, StoreError};
use sqlx::{Connection as _, PgConnection};
use std::error::Error as _;
use std::time::Duration;
use store::{OpenError, Options};

/// The lock's two numbers.
const LOCK: &str = "SELECT pg_advisory_lock(1214344557, 1)";
const HOLDER: &str = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 1 \
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
const PATIENCE: Duration = Duration::from_secs(60);

async fn raw(place: &Place) -> PgConnection {
    PgConnection::connect(&place.url).await.unwrap()
}

async fn holder(raw: &mut PgConnection) -> Option<i32> {
    sqlx::query_scalar(HOLDER)
        .fetch_optional(raw)
        .await
        .unwrap()
}

async fn end(raw: &mut PgConnection, pid: i32) {
    let ended = sqlx::query("SELECT pg_terminate_backend($1)").bind(pid);
    ended.execute(raw).await.unwrap();
}

async fn refused(place: &Place) -> String {
    match place.try_open(&Options::default()).await.err().unwrap() {
        OpenError::InUse { holder } => holder,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_never_share_a_database() {
    let Some(place) = Place::postgres().await else {
        return;
    };
    let store = place.open().await;
    let holder = refused(&place).await;
    let own = format!("hammerscale, pid {} on ", std::process::id());
    assert!(
        holder.starts_with(&own) && holder.contains(", since 20"),
        "{holder}"
    );
    // Refused means untouched: the first one goes on.
    store.create_node(node(1), Vec::new()).await.unwrap();
    store.close().await;
    let again = place.open().await;
    assert!(again.node(node(1).uuid).await.unwrap().is_some());
    // Another database of the same server is another matter.
    let other = Place::postgres().await.unwrap();
    other.open().await.close().await;
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_made_good() {
    let Some(place) = Place::postgres().await else {
        return;
    };
    let store = place.open().await;
    let mut raw = raw(&place).await;
    let first = holder(&mut raw).await.unwrap();
    end(&mut raw, first).await;
    let again = async {
        while holder(&mut raw).await.is_none_or(|pid| pid == first) {
            tokio::task::yield_now().await;
        }
    };
    // Meanwhile nobody else took the database: it is still this one's.
    store.create_node(node(1), Vec::new()).await.unwrap();
    tokio::time::timeout(PATIENCE, again).await.unwrap();
    refused(&place).await;
    store.create_node(node(2), Vec::new()).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_database_to_another_writes_nothing_more() {
    let Some(place) = Place::postgres().await else {
        return;
    };
    let store = place.open().await;
    let mut raw = raw(&place).await;
    let pid = holder(&mut raw).await.unwrap();
    let mut other = self::raw(&place).await;
    let waiting = tokio::spawn(async move {
        sqlx::query(LOCK).execute(&mut other).await.unwrap();
        other
    });
    let queued = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 1 \
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while sqlx::query_scalar::<_, i64>(queued)
        .fetch_one(&mut raw)
        .await
        .unwrap()
        == 0
    {
        tokio::task::yield_now().await;
    }
    end(&mut raw, pid).await;
    let mut other = waiting.await.unwrap();
    let taken = "UPDATE meta SET value = 'another' WHERE name = 'engine'";
    sqlx::query(taken).execute(&mut other).await.unwrap();
    let error = store.create_node(node(1), Vec::new()).await.unwrap_err();
    assert!(matches!(error, StoreError::Database { .. }), "{error:?}");
    let why = error.source().unwrap().to_string();
    assert!(
        why.contains("another engine has taken the database"),
        "{why}"
    );
    tokio::time::timeout(PATIENCE, store.lost()).await.unwrap();
    // It can be read to its end.
    assert!(store.node(node(1).uuid).await.unwrap().is_none());
    store.close().await;
}
