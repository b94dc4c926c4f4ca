//! Large values: stored once, kept while a node refers to them, gone with the last reference.

use crate::place::Place;
use crate::records::*;
use ports::blob::BlobKind;
use ports::store::{Store as _, StoreError};
use store::Options;

on_both!(
    blobs_read_back_by_kind_and_hash,
    a_blob_goes_with_its_last_reference,
    a_reference_to_nothing_is_refused,
    logs_are_capped_per_node,
);

async fn blobs_read_back_by_kind_and_hash(place: Place) {
    let store = place.open().await;
    for kind in [BlobKind::Inventory, BlobKind::ConfigDrive, BlobKind::Logs] {
        let blob = blob(kind, "content");
        store.put_blob(blob.clone()).await.unwrap();
        store.put_blob(blob.clone()).await.unwrap();
        assert_eq!(
            store.blob(kind, &blob.hash).await.unwrap().unwrap(),
            b"content"
        );
        assert!(store.blob(kind, "0000").await.unwrap().is_none());
    }
    let mut forged = blob(BlobKind::Inventory, "content");
    forged.bytes = b"other".to_vec();
    assert!(matches!(
        store.put_blob(forged).await,
        Err(StoreError::Database { .. })
    ));
    let empty = blob(BlobKind::ConfigDrive, "");
    store.put_blob(empty.clone()).await.unwrap();
    assert_eq!(
        store
            .blob(BlobKind::ConfigDrive, &empty.hash)
            .await
            .unwrap()
            .unwrap(),
        b""
    );
}

async fn a_blob_goes_with_its_last_reference(place: Place) {
    let store = place.open().await;
    let drive = blob(BlobKind::ConfigDrive, "the same for both");
    let inventory = blob(BlobKind::Inventory, "inventory");
    let (mut one, mut two) = (node(1), node(2));
    for node in [&mut one, &mut two] {
        store.create_node(node.clone(), Vec::new()).await.unwrap();
        node.config_drive = Some(drive.hash.clone());
        let mut record = turn(node.clone());
        record.blobs = vec![drive.clone()];
        node.revision = store.commit(record).await.unwrap();
    }
    one.inventory = Some(inventory.hash.clone());
    let mut record = turn(one.clone());
    record.blobs = vec![inventory.clone()];
    one.revision = store.commit(record).await.unwrap();
    let there = async |kind, hash: &str| store.blob(kind, hash).await.unwrap().is_some();
    one.config_drive = None;
    one.revision = store.commit(turn(one.clone())).await.unwrap();
    assert!(there(BlobKind::ConfigDrive, &drive.hash).await);
    let newer = blob(BlobKind::Inventory, "newer inventory");
    one.inventory = Some(newer.hash.clone());
    let mut record = turn(one.clone());
    record.blobs = vec![newer.clone()];
    one.revision = store.commit(record).await.unwrap();
    assert!(!there(BlobKind::Inventory, &inventory.hash).await);
    assert!(there(BlobKind::Inventory, &newer.hash).await);
    store.delete_node(two.uuid, two.revision).await.unwrap();
    assert!(!there(BlobKind::ConfigDrive, &drive.hash).await);
    store.delete_node(one.uuid, one.revision).await.unwrap();
    assert!(!there(BlobKind::Inventory, &newer.hash).await);
}

async fn a_reference_to_nothing_is_refused(place: Place) {
    let store = place.open().await;
    let mut node = node(1);
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    node.inventory = Some("feed".to_owned());
    let refused = store.commit(turn(node.clone())).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { what: "inventory", value }) if value == "feed")
    );
    assert_eq!(store.node(node.uuid).await.unwrap().unwrap().revision, 0);
}

async fn logs_are_capped_per_node(place: Place) {
    let options = Options {
        logs_per_node: 2,
        ..Options::default()
    };
    let store = place.open_with(&options).await;
    let mut node = node(1);
    store.create_node(node.clone(), Vec::new()).await.unwrap();
    let logs: Vec<_> = (0..4)
        .map(|n| blob(BlobKind::Logs, &format!("log {n}")))
        .collect();
    for log in &logs {
        let mut record = turn(node.clone());
        record.blobs = vec![log.clone()];
        node.revision = store.commit(record).await.unwrap();
    }
    let mut kept = Vec::new();
    for log in &logs {
        kept.push(
            store
                .blob(BlobKind::Logs, &log.hash)
                .await
                .unwrap()
                .is_some(),
        );
    }
    assert_eq!(kept, [false, false, true, true]);
}
