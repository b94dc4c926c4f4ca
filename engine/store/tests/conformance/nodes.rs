//! Nodes: turns are whole or nothing, revisions are checked, duplicates are named.

use crate::place::Place;
use crate::records::*;
use model::EffectId;
use ports::store::{PortChange, Store as _, StoreError};
use serde_json::json;
use store::Options;
use uuid::Uuid;

on_both!(
    a_node_reads_back_as_written,
    a_turn_writes_everything_and_counts_the_revision,
    an_outdated_turn_is_refused_and_leaves_nothing,
    duplicates_are_named,
    a_refused_turn_leaves_nothing,
    removing_a_node_takes_all_along,
    attempts_are_counted,
    nodes_at_work_are_those_with_a_flow_or_an_errand,
    history_keeps_the_newest_lines,
    odd_texts_are_kept,
    what_could_not_be_read_back_is_not_stored,
    everything_is_there_after_opening_again,
);

async fn a_node_reads_back_as_written(place: Place) {
    let store = place.open().await;
    let mut node = node(1);
    node.driver_info =
        guarded(json!({"redfish_password": "secret", "nested": [{"token": {"a": 1}}]}));
    node.instance_info = guarded(json!({"x": {"$sealed": "k1:AAAA"}, "y": {"$$sealed": 1}}));
    node.extra = object(json!({"$sealed": "mine", "float": 0.1, "big": u64::MAX}));
    node.flow = Some(flow());
    node.revision = 7;
    store
        .create_node(node.clone(), vec![line(node.uuid, "created")])
        .await
        .unwrap();
    node.revision = 0;
    assert_eq!(store.node(node.uuid).await.unwrap().unwrap(), node);
    assert_eq!(
        store.node_by_name("node-00001").await.unwrap().unwrap(),
        node
    );
    assert!(store.node(Uuid::nil()).await.unwrap().is_none());
    assert!(store.node_by_name("NODE-00001").await.unwrap().is_none());
    assert_eq!(
        store.history(node.uuid, 10).await.unwrap()[0].event,
        "created"
    );
}

async fn a_turn_writes_everything_and_counts_the_revision(place: Place) {
    let store = place.open().await;
    let mut node = node(1);
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    node.last_error = Some("changed".to_owned());
    node.next_effect = 3;
    let mut record = turn(node.clone());
    record.effects = vec![effect(node.uuid, 1), effect(node.uuid, 2)];
    record.history = vec![line(node.uuid, "one"), line(node.uuid, "two")];
    record.ports = vec![PortChange::Create(port(1, node.uuid))];
    assert_eq!(store.commit(record).await.unwrap(), 1);
    node.revision = 1;
    assert_eq!(store.node(node.uuid).await.unwrap().unwrap(), node);
    assert_eq!(
        store.effects(node.uuid).await.unwrap(),
        [effect(node.uuid, 1), effect(node.uuid, 2)]
    );
    let events: Vec<String> = store
        .history(node.uuid, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|l| l.event)
        .collect();
    assert_eq!(events, ["one", "two"]);
    assert!(store.port(port(1, node.uuid).uuid).await.unwrap().is_some());
    let mut record = turn(node.clone());
    record.finished = vec![EffectId {
        node: node.uuid,
        number: 1,
    }];
    record.ports = vec![PortChange::Delete(port(1, node.uuid).uuid)];
    assert_eq!(store.commit(record).await.unwrap(), 2);
    assert_eq!(
        store.effects(node.uuid).await.unwrap(),
        [effect(node.uuid, 2)]
    );
    assert!(
        store
            .effect(EffectId {
                node: node.uuid,
                number: 1
            })
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.port(port(1, node.uuid).uuid).await.unwrap().is_none());
}

async fn an_outdated_turn_is_refused_and_leaves_nothing(place: Place) {
    let store = place.open().await;
    let node = node(1);
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    store.commit(turn(node.clone())).await.unwrap();
    let mut record = turn(node.clone());
    record.effects = vec![effect(node.uuid, 1)];
    record.history = vec![line(node.uuid, "lost")];
    assert!(matches!(
        store.commit(record).await,
        Err(StoreError::Conflict)
    ));
    assert!(store.effects(node.uuid).await.unwrap().is_empty());
    assert!(store.history(node.uuid, 10).await.unwrap().is_empty());
    assert!(matches!(
        store.delete_node(node.uuid, 0).await,
        Err(StoreError::Conflict)
    ));
    let unknown = turn(crate::records::node(2));
    assert!(matches!(
        store.commit(unknown).await,
        Err(StoreError::NotFound { what: "node", .. })
    ));
}

#[track_caller]
fn assert_duplicate(error: StoreError, what: &str, value: &str) {
    match error {
        StoreError::Duplicate {
            what: found,
            value: text,
        } => assert_eq!((found, text.as_str()), (what, value)),
        other => panic!("{other:?}"),
    }
}

async fn duplicates_are_named(place: Place) {
    let store = place.open().await;
    let mut first = node(1);
    first.instance_uuid = Some("instance".to_owned());
    store.create_node(first.clone(), Vec::new()).await.unwrap();
    let mut other = node(2);
    other.name = first.name.clone();
    assert_duplicate(
        store.create_node(other, Vec::new()).await.unwrap_err(),
        "name",
        "node-00001",
    );
    let mut other = node(2);
    other.instance_uuid = Some("instance".to_owned());
    assert_duplicate(
        store
            .create_node(other.clone(), Vec::new())
            .await
            .unwrap_err(),
        "instance UUID",
        "instance",
    );
    let mut same = node(1);
    same.name = None;
    let error = store
        .create_node(same.clone(), Vec::new())
        .await
        .unwrap_err();
    assert_duplicate(error, "uuid", &same.uuid.to_string());
    other.instance_uuid = None;
    store.create_node(other.clone(), Vec::new()).await.unwrap();
    other.name = first.name.clone();
    assert_duplicate(
        store.commit(turn(other)).await.unwrap_err(),
        "name",
        "node-00001",
    );
}

async fn a_refused_turn_leaves_nothing(place: Place) {
    let store = place.open().await;
    let (taken, mut node) = (node(1), node(2));
    store.create_node(taken.clone(), Vec::new()).await.unwrap();
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    store.create_port(port(1, taken.uuid)).await.unwrap();
    node.last_error = Some("half".to_owned());
    let mut record = turn(node.clone());
    record.effects = vec![effect(node.uuid, 1)];
    record.history = vec![line(node.uuid, "half")];
    let mut clash = port(2, node.uuid);
    clash.address = port(1, taken.uuid).address;
    record.ports = vec![
        PortChange::Create(port(3, node.uuid)),
        PortChange::Create(clash.clone()),
    ];
    let error = store.commit(record).await.unwrap_err();
    assert_duplicate(error, "MAC address", &clash.address.to_string());
    let stored = store.node(node.uuid).await.unwrap().unwrap();
    assert_eq!((stored.revision, &stored.last_error), (0, &None));
    assert!(store.port(port(3, node.uuid).uuid).await.unwrap().is_none());
    assert!(store.effects(node.uuid).await.unwrap().is_empty());
    assert!(store.history(node.uuid, 10).await.unwrap().is_empty());
    let mut record = turn(stored);
    record.ports = vec![PortChange::Update(port(9, node.uuid))];
    assert!(matches!(
        store.commit(record).await,
        Err(StoreError::Conflict)
    ));
}

async fn removing_a_node_takes_all_along(place: Place) {
    let store = place.open().await;
    let node = node(1);
    store
        .create_node(node.clone(), vec![line(node.uuid, "x")])
        .await
        .unwrap();
    store.create_port(port(1, node.uuid)).await.unwrap();
    let mut record = turn(node.clone());
    record.effects = vec![effect(node.uuid, 1)];
    store.commit(record).await.unwrap();
    store.delete_node(node.uuid, 1).await.unwrap();
    assert!(store.node(node.uuid).await.unwrap().is_none());
    assert!(store.effects(node.uuid).await.unwrap().is_empty());
    assert!(store.history(node.uuid, 10).await.unwrap().is_empty());
    assert!(store.port(port(1, node.uuid).uuid).await.unwrap().is_none());
    let again = store.delete_node(node.uuid, 1).await;
    assert!(matches!(
        again,
        Err(StoreError::NotFound { what: "node", .. })
    ));
}

async fn attempts_are_counted(place: Place) {
    let store = place.open().await;
    let node = node(1);
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    let mut record = turn(node.clone());
    record.effects = vec![effect(node.uuid, 1)];
    store.commit(record).await.unwrap();
    let id = EffectId {
        node: node.uuid,
        number: 1,
    };
    store.begin_attempt(id, 3).await.unwrap();
    assert_eq!(store.effect(id).await.unwrap().unwrap().attempt, 3);
    assert_eq!(store.effects(node.uuid).await.unwrap()[0].attempt, 3);
    let mut failed = effect(node.uuid, 1);
    failed.retry = Some(retry());
    store.note_retry(&failed).await.unwrap();
    let stored = store.effect(id).await.unwrap().unwrap();
    assert_eq!((stored.attempt, stored.retry), (3, Some(retry())));
    assert_eq!(store.node(node.uuid).await.unwrap().unwrap().revision, 1);
    let gone = EffectId {
        node: node.uuid,
        number: 2,
    };
    assert!(matches!(
        store.note_retry(&effect(node.uuid, 2)).await,
        Err(StoreError::NotFound { what: "effect", .. })
    ));
    assert!(matches!(
        store.begin_attempt(gone, 1).await,
        Err(StoreError::NotFound { what: "effect", .. })
    ));
}

async fn nodes_at_work_are_those_with_a_flow_or_an_errand(place: Place) {
    let store = place.open().await;
    for number in [3, 1, 2] {
        let mut node = node(number);
        node.flow = (number == 3).then(flow);
        node.errand = (number == 2).then(flow);
        store.create_node(node, Vec::new()).await.unwrap();
    }
    assert_eq!(
        names(&store.nodes_at_work().await.unwrap()),
        ["node-00003", "node-00002"]
    );
    let mut rested = store.node(node(3).uuid).await.unwrap().unwrap();
    rested.flow = None;
    store.commit(turn(rested)).await.unwrap();
    assert_eq!(names(&store.nodes_at_work().await.unwrap()), ["node-00002"]);
}

async fn history_keeps_the_newest_lines(place: Place) {
    let options = Options {
        history_per_node: 5,
        ..Options::default()
    };
    let store = place.open_with(&options).await;
    let (mut first, other) = (node(1), node(2));
    store
        .create_node(first.clone(), vec![line(first.uuid, "created")])
        .await
        .unwrap();
    store
        .create_node(other.clone(), vec![line(other.uuid, "kept")])
        .await
        .unwrap();
    for turn_number in 0..4 {
        let mut record = turn(first.clone());
        record.history = (0..2)
            .map(|n| line(first.uuid, format!("{turn_number}.{n}")))
            .collect();
        first.revision = store.commit(record).await.unwrap();
    }
    let events =
        |lines: Vec<model::HistoryEntry>| lines.into_iter().map(|l| l.event).collect::<Vec<_>>();
    let kept = events(store.history(first.uuid, 100).await.unwrap());
    assert_eq!(kept, ["1.1", "2.0", "2.1", "3.0", "3.1"]);
    assert_eq!(
        events(store.history(first.uuid, 2).await.unwrap()),
        ["3.0", "3.1"]
    );
    assert_eq!(
        events(store.history(other.uuid, 2).await.unwrap()),
        ["kept"]
    );
}

async fn odd_texts_are_kept(place: Place) {
    let store = place.open().await;
    let mut node = node(1);
    node.description = Some("nul \0 quote ' \" \\ percent % snowman ☃ \u{10ffff}".to_owned());
    node.name = Some("\0".to_owned());
    node.extra = object(json!({"\0": "\0", "": null}));
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    assert_eq!(store.node(node.uuid).await.unwrap().unwrap(), node);
    assert_eq!(store.node_by_name("\0").await.unwrap().unwrap(), node);
}

async fn what_could_not_be_read_back_is_not_stored(place: Place) {
    let store = place.open().await;
    let mut node = node(1);
    let deep = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    node.extra = object(json!({"deep": deep(200)}));
    assert!(matches!(
        store.create_node(node.clone(), Vec::new()).await,
        Err(StoreError::Database { .. })
    ));
    for secret in ["deep", "password"] {
        node.extra = object(json!({secret: deep(117)}));
        node.uuid = Uuid::new_v4();
        node.name = None;
        store.create_node(node.clone(), Vec::new()).await.unwrap();
        assert_eq!(store.node(node.uuid).await.unwrap().unwrap(), node);
    }
}

async fn everything_is_there_after_opening_again(place: Place) {
    let store = place.open().await;
    let mut node = node(1);
    node.driver_info = guarded(json!({"redfish_password": "secret"}));
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    store.close().await;
    assert!(matches!(
        store.node(node.uuid).await,
        Err(StoreError::Database { .. })
    ));
    assert!(matches!(
        store.commit(turn(node.clone())).await,
        Err(StoreError::Database { .. })
    ));
    let store = place.open().await;
    assert_eq!(store.node(node.uuid).await.unwrap().unwrap(), node);
}
