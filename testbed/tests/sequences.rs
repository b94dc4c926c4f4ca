//! Whatever is asked in whatever order, by several clients at once: no answer is 500 or gives a secret away, what refers to something
//! refers to what is there, and a daemon that was killed comes back with exactly what it had acknowledged.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use databases::{Databases, on_both};
use hammerscale_testbed::differential::generate::{sequence, subject};
use hammerscale_testbed::differential::wire::{Reply, Request, Side};
use hammerscale_testbed::engine::{EngineProcess, EngineSpec, SimulatedSite};
use hammerscale_testbed::postgres::Server;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

const SEEDS: &[u64] = &[101, 202, 303, 404];
const LENGTH: usize = 2_000;
/// Stands under secret keys of the node that everything is about.
const SECRET: &str = "canary-d41f7c";
const PATIENCE: Duration = Duration::from_secs(120);

/// Collections that can be listed in full: path, and the key of the list.
const COLLECTIONS: &[(&str, &str)] = &[
    ("nodes", "nodes"),
    ("ports", "ports"),
    ("portgroups", "portgroups"),
    ("chassis", "chassis"),
    ("allocations", "allocations"),
    ("volume/connectors", "connectors"),
    ("volume/targets", "targets"),
    ("deploy_templates", "deploy_templates"),
    ("runbooks", "runbooks"),
];

/// Everything that is there: by collection, then by id.
type World = BTreeMap<&'static str, BTreeMap<String, Value>>;

fn birth() -> Request {
    let body = json!({"driver": "fake-hardware", "uuid": subject(), "name": "g", "resource_class": "large",
        "driver_info": {"fake_password": SECRET, "deep": {"api_token": SECRET}},
        "instance_info": {"some_secret": SECRET}});
    Request::new("POST", "/v1/nodes").with(body.to_string())
}

fn judge(request: &Request, reply: &Reply) {
    assert!(reply.status < 500, "{}: {}", request.shown(), reply.body);
    let leaks = reply.body.contains(SECRET) || format!("{:?}", reply.headers).contains(SECRET);
    assert!(!leaks, "{} gives a secret away", request.shown());
}

async fn ask(side: &Side, request: &Request) -> Reply {
    let reply = side.send(request).await.unwrap();
    judge(request, &reply);
    reply
}

/// All items of a collection, in full.
async fn listed(side: &Side, path: &str, key: &str) -> BTreeMap<String, Value> {
    let reply = ask(
        side,
        &Request::get(format!("/v1/{path}?limit=1000")).at("1.115"),
    )
    .await;
    let list = reply.json().unwrap();
    let mut items = BTreeMap::new();
    for item in list[key].as_array().unwrap() {
        let id = item["uuid"].as_str().unwrap().to_owned();
        let reply = ask(side, &Request::get(format!("/v1/{path}/{id}")).at("1.115")).await;
        assert_eq!(reply.status, 200, "{path}/{id} is listed: {}", reply.body);
        items.insert(id, reply.json().unwrap());
    }
    items
}

/// The world, once no node is being worked on any more.
async fn settled(side: &Side) -> World {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut world = World::new();
        for (path, key) in COLLECTIONS {
            world.insert(path, listed(side, path, key).await);
        }
        let busy = world["nodes"]
            .values()
            .any(|node| !node["reservation"].is_null());
        let allocating = world["allocations"]
            .values()
            .any(|one| one["state"] == "allocating");
        if !busy && !allocating {
            return world;
        }
        assert!(
            Instant::now() < until,
            "nodes are at work for ever: {world:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What refers to something refers to what is there, from both ends.
fn check(world: &World) {
    let there = |path: &str| -> HashSet<&str> { world[path].keys().map(String::as_str).collect() };
    for (from, key, to) in [
        ("ports", "node_uuid", "nodes"),
        ("ports", "portgroup_uuid", "portgroups"),
        ("portgroups", "node_uuid", "nodes"),
        ("volume/connectors", "node_uuid", "nodes"),
        ("volume/targets", "node_uuid", "nodes"),
        ("allocations", "node_uuid", "nodes"),
        ("nodes", "chassis_uuid", "chassis"),
        ("nodes", "allocation_uuid", "allocations"),
    ] {
        for (id, item) in &world[from] {
            if let Some(other) = item[key].as_str() {
                assert!(
                    there(to).contains(other),
                    "{from}/{id}: {key} {other} is not there"
                );
            }
        }
    }
    for (id, allocation) in &world["allocations"] {
        if let Some(node) = allocation["node_uuid"].as_str() {
            let back = &world["nodes"][node]["allocation_uuid"];
            assert_eq!(back, id, "the node of allocation {id} does not know of it");
        }
    }
    for (id, node) in &world["nodes"] {
        if let Some(allocation) = node["allocation_uuid"].as_str() {
            assert_eq!(world["allocations"][allocation]["node_uuid"], *id);
        }
    }
}

fn start(spec: &EngineSpec) -> EngineProcess {
    let engine = EngineProcess::start(spec).unwrap();
    engine.unwrap_or_else(|ended| panic!("{ended:?}"))
}

fn files_with(secret: &str, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(secret, &path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            let there = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            found.extend(there.then(|| path.display().to_string()));
        }
    }
    found
}

/// The secret stands in no row, and in no file of the server; what stands beside it does.
fn look_into(server: &Server, spec: &EngineSpec) {
    let (_, url) = spec.keys.last().unwrap();
    let dump = server.dump(url).unwrap();
    assert!(dump.contains("fake_password") && dump.contains(&subject()));
    for secret in [SECRET.to_owned(), hex::encode(SECRET)] {
        assert!(!dump.contains(&secret), "{secret} stands in a table");
    }
    // All that is in the server's memory goes into its files.
    server.ask(url, "CHECKPOINT").unwrap();
    let files = server.folder();
    assert!(!files_with(&subject(), files).is_empty());
    assert_eq!(files_with(SECRET, files), Vec::<String>::new());
}

on_both!(
    any_sequence_of_requests_leaves_the_store_consistent,
    consistent
);

async fn consistent(databases: Databases) {
    let site = SimulatedSite::new().unwrap();
    let spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), 0);
    let spec = databases.under(spec).await;
    let engine = start(&spec);
    let side = Side::ours(engine.address).unwrap();
    let client = |seed: u64| {
        let side = side.clone();
        tokio::spawn(async move {
            let mut done = 0;
            for request in sequence(seed, LENGTH, &birth()) {
                let reply = ask(&side, &request).await;
                done += usize::from(reply.status < 300 && request.method != "GET");
            }
            done
        })
    };
    let clients: Vec<_> = SEEDS.iter().map(|seed| client(*seed)).collect();
    for client in clients {
        let done = client.await.unwrap();
        assert!(done > LENGTH / 20, "only {done} requests changed anything");
    }
    ask(&side, &birth()).await;
    let before = settled(&side).await;
    check(&before);
    assert!(before["nodes"].contains_key(&subject()));
    engine.kill().unwrap();

    let engine = start(&spec);
    let side = Side::ours(engine.address).unwrap();
    let after = settled(&side).await;
    check(&after);
    for (path, items) in &before {
        assert_eq!(
            items.keys().collect::<Vec<_>>(),
            after[path].keys().collect::<Vec<_>>(),
            "{path} after a kill"
        );
        for (id, item) in items {
            assert_eq!(*item, after[path][id], "{path}/{id} after a kill");
        }
    }
    engine.stop().unwrap();
    assert_eq!(files_with(SECRET, site.folder()), Vec::<String>::new());
    if let Databases::Postgres(server) = &databases {
        look_into(server, &spec);
    }
    let file = site.folder().join("data/hammerscale.db");
    assert_eq!(file.exists(), matches!(databases, Databases::Sqlite));
}
