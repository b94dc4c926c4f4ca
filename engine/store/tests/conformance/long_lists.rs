//! Lists that ask for much: many words are one value, and what takes too long is given up without harm to the next.

use crate::place::Place;
use crate::records::*;
use ports::query::{NodeQuery, PortQuery};
use ports::store::{Store as _, StoreError};
use std::time::Duration;
use store::Options;

on_both!(
    words_may_be_many,
    a_list_that_takes_too_long_is_given_up,
    lists_that_were_abandoned_leave_their_readers,
);

/// More than either database takes as values of a statement.
const WORDS: usize = 70_000;

async fn words_may_be_many(place: Place) {
    let store = place.open().await;
    let mut node = node(1);
    node.shard = Some("it's \"so\" \\ \u{df}".to_owned());
    node.conductor_group = "rack".to_owned();
    let one = node.uuid;
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    store
        .create_node(crate::records::node(2), Vec::new())
        .await
        .unwrap();
    let words = |last: &str| -> Vec<String> {
        let others = (0..WORDS).map(|number| format!("other {number}"));
        others.chain([last.to_owned()]).collect()
    };
    let query = NodeQuery {
        shards: words(node.shard.as_deref().unwrap()),
        ..all(10)
    };
    let found = store.nodes(&query).await.unwrap();
    assert_eq!(
        found.iter().map(|node| node.uuid).collect::<Vec<_>>(),
        [one]
    );
    let port = port(7, one);
    store.create_port(port.clone()).await.unwrap();
    let query = PortQuery {
        page: query.page,
        shards: query.shards,
        conductor_groups: words("rack"),
        ..PortQuery::default()
    };
    assert_eq!(store.ports(&query).await.unwrap(), [port]);
}

async fn a_list_that_takes_too_long_is_given_up(place: Place) {
    let options = Options {
        list_time: Duration::ZERO,
        ..Options::default()
    };
    let store = place.open_with(&options).await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    for _ in 0..2 * options.connections {
        let error = store.nodes(&all(10)).await.unwrap_err();
        assert!(
            matches!(error, StoreError::TooLong(Duration::ZERO)),
            "{error:?}"
        );
    }
    // Only pages are asked for by clients; all else has its time, on the same connections.
    assert!(store.node(node(1).uuid).await.unwrap().is_some());
    assert_eq!(store.shards().await.unwrap(), [(None, 1)]);
}

async fn lists_that_were_abandoned_leave_their_readers(place: Place) {
    let store = place.open().await;
    for number in 0..50 {
        store.create_node(node(number), Vec::new()).await.unwrap();
    }
    for _ in 0..100 {
        let query = all(100);
        let list = store.nodes(&query);
        // Begun, and then nobody waits for it.
        tokio::select! {
            biased;
            _ = list => {}
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(store.nodes(&all(100)).await.unwrap().len(), 50);
    store.close().await;
}
