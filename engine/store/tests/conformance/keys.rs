//! The key file: a wrong one is noticed at once, a new key on top takes over, and a value opens only where it was sealed.

use crate::place::Place;
use crate::records::*;
use ports::blob::BlobKind;
use ports::store::{Store as _, StoreError};
use serde_json::json;
use sqlx::Connection as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use store::{KeyError, OpenError, Options, SealingKey};

on_both!(
    another_key_file_is_refused,
    a_new_key_takes_over,
    a_sealed_value_opens_only_in_its_place
);

fn secretive(number: u32) -> model::Node {
    let mut node = node(number);
    node.driver_info = guarded(json!({"redfish_password": format!("secret {number}")}));
    node
}

async fn another_key_file_is_refused(place: Place) {
    let store = place.open().await;
    store.create_node(secretive(1), Vec::new()).await.unwrap();
    store.close().await;
    let kept = fs::read(place.key_file()).unwrap();
    fs::remove_file(place.key_file()).unwrap();
    let error = place.try_open(&Options::default()).await.err().unwrap();
    let text = error.to_string();
    assert!(
        matches!(error, OpenError::Store(StoreError::Sealed { .. })),
        "{text}"
    );
    assert!(
        text.contains("restore that key file from its backup"),
        "{text}"
    );
    // The same id with other bytes.
    let line = String::from_utf8(kept.clone()).unwrap();
    let (id, _) = line.split_once(':').unwrap();
    fs::write(place.key_file(), format!("{id}:{}=\n", "A".repeat(43))).unwrap();
    let error = place
        .try_open(&Options::default())
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("does not open it"), "{error}");
    fs::write(place.key_file(), kept).unwrap();
    assert_eq!(
        place
            .open()
            .await
            .node(node(1).uuid)
            .await
            .unwrap()
            .unwrap(),
        secretive(1)
    );
}

async fn a_new_key_takes_over(place: Place) {
    let store = place.open().await;
    let drive = blob(BlobKind::ConfigDrive, "drive");
    store.create_node(secretive(1), Vec::new()).await.unwrap();
    store.create_node(secretive(2), Vec::new()).await.unwrap();
    store.put_blob(drive.clone()).await.unwrap();
    store.close().await;
    let old = fs::read_to_string(place.key_file()).unwrap();
    let new = format!("new:{}=\n", "B".repeat(42) + "E");
    fs::write(place.key_file(), format!("# rotated\n{new}\n{old}")).unwrap();
    let store = place.open().await;
    let one = store.node(node(1).uuid).await.unwrap().unwrap();
    assert_eq!(one, secretive(1));
    store.commit(turn(one)).await.unwrap();
    store.put_blob(drive.clone()).await.unwrap();
    store.close().await;
    fs::write(place.key_file(), new).unwrap();
    let store = place.open().await;
    assert_eq!(
        store.node(node(1).uuid).await.unwrap().unwrap().driver_info,
        secretive(1).driver_info
    );
    assert_eq!(
        store
            .blob(BlobKind::ConfigDrive, &drive.hash)
            .await
            .unwrap()
            .unwrap(),
        b"drive"
    );
    let error = store.node(node(2).uuid).await.unwrap_err();
    let (id, _) = old.split_once(':').unwrap();
    match &error {
        StoreError::Sealed { field, reason } => {
            assert!(field.ends_with("/driver_info/redfish_password"), "{field}");
            assert!(reason.contains(id), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

async fn a_sealed_value_opens_only_in_its_place(place: Place) {
    let store = place.open().await;
    store.create_node(secretive(1), Vec::new()).await.unwrap();
    store.create_node(secretive(2), Vec::new()).await.unwrap();
    let swap = "UPDATE nodes SET doc = (SELECT doc FROM nodes WHERE name = 'node-00002') WHERE name = 'node-00001'";
    match place.is_sqlite() {
        true => {
            let mut raw = sqlx::SqliteConnection::connect(&place.url).await.unwrap();
            sqlx::query(swap).execute(&mut raw).await.unwrap();
        }
        false => {
            let mut raw = sqlx::PgConnection::connect(&place.url).await.unwrap();
            sqlx::query(swap).execute(&mut raw).await.unwrap();
        }
    }
    assert!(matches!(
        store.node(node(1).uuid).await,
        Err(StoreError::Sealed { .. })
    ));
    assert_eq!(
        store.node(node(2).uuid).await.unwrap().unwrap(),
        secretive(2)
    );
}

#[test]
fn a_key_file_is_made_once_and_only_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/key");
    assert!(matches!(
        SealingKey::load(&path),
        Err(KeyError::Read { .. })
    ));
    SealingKey::load_or_create(&path).unwrap();
    let made = fs::read(&path).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    SealingKey::load_or_create(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), made);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        SealingKey::load_or_create(&path),
        Err(KeyError::Exposed { .. })
    ));
}

#[test]
fn a_bad_key_file_is_refused_without_quoting_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let good = format!("k1:{}=", "A".repeat(43));
    for bad in [
        "",
        "# only a comment",
        "k1",
        "k1:AAAA",
        ":AAAA",
        &good[2..],
        &format!("k 1{}", &good[2..]),
        &format!("{good}\n{good}"),
    ] {
        fs::write(&path, bad).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = SealingKey::load_or_create(&path).err().unwrap().to_string();
        assert!(!error.contains("AAAA"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), bad);
    }
}
