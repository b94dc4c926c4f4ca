//! A process that is killed (SIGKILL) in the middle of a stream of commits: what was acknowledged is there, and no turn is there by half.

use crate::place::Place;
use crate::records::*;
use ports::store::{PortChange, Store as _};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use store::{Options, SealingKey, SqlStore};
use uuid::Uuid;

const URL: &str = "HAMMERSCALE_TEST_CRASH_URL";
const KEY: &str = "HAMMERSCALE_TEST_CRASH_KEY";
const NODES: u32 = 20;

on_both!(acknowledged_commits_survive_a_kill);

/// The child's part; by itself it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn child_commits_until_it_is_killed() {
    let (Ok(url), Ok(key)) = (std::env::var(URL), std::env::var(KEY)) else {
        return;
    };
    let key = SealingKey::load_or_create(key.as_ref()).unwrap();
    let store = store::open(&url, key, &Options::default()).await.unwrap();
    let work = (0..NODES).map(|number| tokio::spawn(commit_forever(store.clone(), number)));
    futures::future::join_all(work).await;
}

/// Each turn leaves four traces of its number: the node's text, a history line, an effect in place of the last, the port's text.
async fn commit_forever(store: Arc<SqlStore>, number: u32) {
    let mut node = match store.node(node(number).uuid).await.unwrap() {
        Some(node) => node,
        None => {
            store.create_node(node(number), Vec::new()).await.unwrap();
            node(number)
        }
    };
    loop {
        let next = node.revision + 1;
        node.description = Some(next.to_string());
        let mut record = turn(node.clone());
        record.history = vec![line(node.uuid, next.to_string())];
        record.effects = vec![effect(node.uuid, next)];
        record.finished = vec![effect(node.uuid, next - 1).id];
        let mut port = port(number, node.uuid);
        port.description = Some(next.to_string());
        record.ports = vec![match next {
            1 => PortChange::Create(port),
            _ => PortChange::Update(port),
        }];
        node.revision = store.commit(record).await.unwrap();
        // One write for the whole line: a torn line would be a false witness.
        let acknowledged = format!("ack {} {}\n", node.uuid, node.revision);
        std::io::stdout()
            .lock()
            .write_all(acknowledged.as_bytes())
            .unwrap();
    }
}

async fn acknowledged_commits_survive_a_kill(place: Place) {
    place.open().await.close().await;
    let mut acknowledged = BTreeMap::new();
    for wanted in [1, 37, 150, 400, 777] {
        let (url, key) = (place.url.clone(), place.key_file());
        let seen = tokio::task::spawn_blocking(move || kill_after(wanted, &url, &key))
            .await
            .unwrap();
        acknowledged.extend(seen);
        let store = place.open().await;
        check(&store, &acknowledged).await;
        store.close().await;
    }
    assert!(acknowledged.values().sum::<u64>() > 500, "{acknowledged:?}");
}

/// Runs the child, kills it after so many acknowledgements, and returns all that it gave.
fn kill_after(wanted: usize, url: &str, key: &std::path::Path) -> BTreeMap<Uuid, u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "crash::child_commits_until_it_is_killed",
            "--exact",
            "--nocapture",
        ])
        .env(URL, url)
        .env(KEY, key)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeMap::new();
    let mut count = 0;
    while let Some(Ok(line)) = lines.next() {
        let Some((uuid, revision)) = line
            .strip_prefix("ack ")
            .and_then(|rest| rest.split_once(' '))
        else {
            continue;
        };
        acknowledged.insert(uuid.parse().unwrap(), revision.parse().unwrap());
        count += 1;
        if count == wanted {
            // SIGKILL; what the pipe still holds was acknowledged too.
            child.kill().unwrap();
        }
    }
    let ended = child.wait().unwrap();
    assert!(
        count >= wanted,
        "the child ended by itself ({ended}) after {count}"
    );
    acknowledged
}

async fn check(store: &SqlStore, acknowledged: &BTreeMap<Uuid, u64>) {
    for (uuid, revision) in acknowledged {
        let node = store.node(*uuid).await.unwrap().unwrap();
        assert!(
            node.revision >= *revision,
            "acknowledged {revision}, stored {}",
            node.revision
        );
    }
    for node in store.nodes(&all(100)).await.unwrap() {
        let text = node.revision.to_string();
        let history = store.history(node.uuid, 1000).await.unwrap();
        let effects = store.effects(node.uuid).await.unwrap();
        let port = store
            .port(port(node.uuid.as_u128() as u32, node.uuid).uuid)
            .await
            .unwrap();
        if node.revision == 0 {
            assert!(history.is_empty() && effects.is_empty() && port.is_none());
            continue;
        }
        assert_eq!(node.description.as_deref(), Some(text.as_str()));
        assert_eq!(history.last().unwrap().event, text);
        assert_eq!(history.len() as u64, node.revision.min(500));
        assert_eq!(effects, [effect(node.uuid, node.revision)]);
        assert_eq!(port.unwrap().description.as_deref(), Some(text.as_str()));
    }
}
