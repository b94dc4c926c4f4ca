//! The data folder of SQLite: for the engine alone, and for one engine only.

use crate::place::Place;
use crate::records::*;
use ports::store::Store as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use store::{FolderError, LOCK_FILE, OpenError, Options, SealingKey};

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_never_share_a_folder() {
    let place = Place::sqlite();
    let store = place.open().await;
    match place.try_open(&Options::default()).await.err().unwrap() {
        OpenError::Folder(FolderError::InUse { holder, .. }) => {
            assert_eq!(holder, std::process::id().to_string());
        }
        other => panic!("{other:?}"),
    }
    store.close().await;
    let again = place.open().await;
    again.close().await;
    assert!(place.data_folder().join(LOCK_FILE).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_look_into_it() {
    let place = Place::sqlite();
    let store = place.open().await;
    store.create_node(node(1), Vec::new()).await.unwrap();
    let mode = |path: std::path::PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.data_folder()), 0o700);
    for entry in fs::read_dir(place.data_folder()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(path.clone()), 0o600, "{path:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_that_are_none_are_refused_without_quoting_them() {
    let folder = tempfile::tempdir().unwrap();
    for url in [
        "",
        "sqlite:",
        "sqlite::memory:",
        "sqlite:x?mode=ro",
        "mysql://u:canary@h/d",
        "postgres://u:canary@h:port/d",
    ] {
        let key = SealingKey::load_or_create(&folder.path().join("key")).unwrap();
        let error = store::open(url, key, &Options::default())
            .await
            .err()
            .unwrap();
        assert!(matches!(error, OpenError::Url), "{url}");
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
}
