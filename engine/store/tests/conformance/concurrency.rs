//! Many at once: every node's revisions come in order, a race has one winner, and one refused turn does not harm its neighbours.

use crate::place::Place;
use crate::records::*;
use ports::store::{Store as _, StoreError};
use std::collections::BTreeSet;

on_both!(
    two_hundred_nodes_commit_in_parallel,
    a_race_has_one_winner,
    refused_turns_do_not_harm_their_neighbours,
);

async fn two_hundred_nodes_commit_in_parallel(place: Place) {
    let store = place.open().await;
    let work = (0..200).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut node = node(number);
            store.create_node(node.clone(), Vec::new()).await.unwrap();
            for count in 1..=10u64 {
                let mut record = turn(node.clone());
                record.effects = vec![effect(node.uuid, count)];
                record.history = vec![line(node.uuid, count.to_string())];
                node.revision = store.commit(record).await.unwrap();
                assert_eq!(node.revision, count);
            }
            let events: Vec<String> = store
                .history(node.uuid, 100)
                .await
                .unwrap()
                .into_iter()
                .map(|l| l.event)
                .collect();
            assert_eq!(events, (1..=10).map(|n| n.to_string()).collect::<Vec<_>>());
            assert_eq!(store.effects(node.uuid).await.unwrap().len(), 10);
        })
    });
    for done in futures::future::join_all(work).await {
        done.unwrap();
    }
    let nodes = store.nodes(&all(1000)).await.unwrap();
    assert_eq!(nodes.len(), 200);
    assert!(nodes.iter().all(|node| node.revision == 10));
}

async fn a_race_has_one_winner(place: Place) {
    let store = place.open().await;
    let mut current = node(1);
    store
        .create_node(current.clone(), Vec::new())
        .await
        .unwrap();
    for round in 0..20 {
        let racers = (0..8).map(|racer| {
            let (store, mut node) = (store.clone(), current.clone());
            node.last_error = Some(format!("{round}.{racer}"));
            tokio::spawn(async move { (store.commit(turn(node.clone())).await, node) })
        });
        let mut winners = Vec::new();
        for done in futures::future::join_all(racers).await {
            match done.unwrap() {
                (Ok(revision), node) => winners.push((revision, node)),
                (Err(StoreError::Conflict), _) => {}
                (Err(other), _) => panic!("{other:?}"),
            }
        }
        let (revision, mut winner) = winners.pop().unwrap();
        assert!(winners.is_empty());
        winner.revision = revision;
        current = store.node(winner.uuid).await.unwrap().unwrap();
        assert_eq!(current, winner);
    }
}

async fn refused_turns_do_not_harm_their_neighbours(place: Place) {
    let store = place.open().await;
    let work = (0..300u32).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut node = node(number);
            // Every third wants a name that three want.
            node.name = Some(format!(
                "name-{}",
                if number % 3 == 0 {
                    number / 9
                } else {
                    1000 + number
                }
            ));
            (
                number,
                store
                    .create_node(node, vec![line(crate::records::node(number).uuid, "x")])
                    .await,
            )
        })
    });
    let mut made = BTreeSet::new();
    for done in futures::future::join_all(work).await {
        match done.unwrap() {
            (number, Ok(())) => assert!(made.insert(node(number).uuid)),
            (number, Err(StoreError::Duplicate { what: "name", .. })) => assert_eq!(number % 3, 0),
            (_, Err(other)) => panic!("{other:?}"),
        }
    }
    assert_eq!(made.len(), 200 + 34);
    let stored: BTreeSet<_> = store
        .nodes(&all(1000))
        .await
        .unwrap()
        .iter()
        .map(|n| n.uuid)
        .collect();
    assert_eq!(stored, made);
}
