//! A crowd: pages of all nodes are read while a hundred clients patch them. Every page is whole, every patch that was acknowledged is
//! there in the end, nobody waits for anybody for good, and the daemon's memory stays flat.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use databases::{Databases, on_both};
use hammerscale_testbed::bench::resident_memory;
use hammerscale_testbed::engine::{EngineProcess, SimulatedSite};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const NODES: usize = 10_000;
/// A tenth of all nodes stand in a page.
const PAGES: usize = 10;
const ENROLLERS: usize = 32;
const PATCHERS: usize = 100;
/// Nodes that each of those who patch has for itself.
const OWN: usize = 10;
const WALKS: usize = 4;
/// The allocator keeps what pages needed; what grows from walk to walk would be far more.
const FLAT: u64 = 48 << 20;

struct Api {
    http: Client,
    base: String,
}

impl Api {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.base),
        };
        let request = self.http.request(method, &url);
        let mut request = request.header("X-OpenStack-Ironic-API-Version", "1.115");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }
}

async fn enroll(api: &Arc<Api>) -> Vec<String> {
    let enroller = |first: usize| {
        let api = Arc::clone(api);
        tokio::spawn(async move {
            let mut made = Vec::new();
            for number in (first..NODES).step_by(ENROLLERS) {
                let body = json!({"driver": "fake-hardware", "name": format!("crowd-{number}"),
                    "driver_info": {"password": "not shown"}, "extra": {"count": 0}});
                let (status, node) = api.ask(Method::POST, "/v1/nodes", Some(body)).await;
                assert_eq!(status, StatusCode::CREATED, "{node}");
                made.push(node["uuid"].as_str().unwrap().to_owned());
            }
            made
        })
    };
    let all: Vec<_> = (0..ENROLLERS).map(enroller).collect();
    let mut nodes = Vec::new();
    for made in all {
        nodes.extend(made.await.unwrap());
    }
    nodes
}

/// Counts up in its own nodes until it is told to end; the last count of each that was acknowledged.
async fn patch(
    api: Arc<Api>,
    own: Vec<String>,
    done: Arc<AtomicU64>,
    end: Arc<AtomicBool>,
) -> Vec<(String, u64)> {
    let mut acknowledged: Vec<(String, u64)> = own.into_iter().map(|node| (node, 0)).collect();
    while !end.load(Ordering::Relaxed) {
        for (node, count) in &mut acknowledged {
            let next = *count + 1;
            let patch = json!([{"op": "replace", "path": "/extra/count", "value": next}]);
            let path = format!("/v1/nodes/{node}");
            let (status, node) = api.ask(Method::PATCH, &path, Some(patch)).await;
            assert_eq!(status, StatusCode::OK, "{node}");
            assert_eq!(node["extra"]["count"], next);
            *count = next;
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
    acknowledged
}

/// All pages in detail: each node's count, and the number of pages.
async fn walk(api: &Api, limit: usize) -> (HashMap<String, u64>, usize) {
    let mut next = Some(format!("/v1/nodes/detail?limit={limit}"));
    let (mut seen, mut pages) = (HashMap::new(), 0);
    while let Some(path) = next {
        let (status, page) = api.ask(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        for node in page["nodes"].as_array().unwrap() {
            let count = node["extra"]["count"].as_u64().unwrap();
            assert_eq!(node["driver_info"]["password"], "******");
            let before = seen.insert(node["uuid"].as_str().unwrap().to_owned(), count);
            assert_eq!(before, None, "a node stands in two pages");
        }
        pages += 1;
        next = page["next"].as_str().map(str::to_owned);
    }
    (seen, pages)
}

on_both!(
    pages_of_all_nodes_while_a_hundred_clients_patch,
    pages_while_others_patch
);

async fn pages_while_others_patch(databases: Databases) {
    let site = SimulatedSite::new().unwrap();
    let spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), 0);
    let spec = databases.under(spec).await;
    let engine = EngineProcess::start(&spec).unwrap();
    let engine = engine.unwrap_or_else(|ended| panic!("{ended:?}"));
    let api = Arc::new(Api {
        http: Client::builder().no_proxy().build().unwrap(),
        base: format!("http://{}", engine.address),
    });
    let nodes = enroll(&api).await;
    let all: HashSet<&String> = nodes.iter().collect();

    let (done, end) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let patchers: Vec<_> = nodes
        .chunks(OWN)
        .take(PATCHERS)
        .map(|own| {
            let (done, end) = (Arc::clone(&done), Arc::clone(&end));
            tokio::spawn(patch(Arc::clone(&api), own.to_vec(), done, end))
        })
        .collect();
    let mut last: HashMap<String, u64> = HashMap::new();
    let mut resident = Vec::new();
    for _ in 0..WALKS {
        let before = done.load(Ordering::Relaxed);
        let (seen, pages) = walk(&api, NODES / PAGES).await;
        assert_eq!(seen.keys().collect::<HashSet<_>>(), all);
        // The last full page may be followed by an empty one.
        assert!((PAGES..=PAGES + 1).contains(&pages), "{pages}");
        assert!(
            done.load(Ordering::Relaxed) > before,
            "no patch was done during a walk"
        );
        for (node, count) in &seen {
            assert!(last.get(node) <= Some(count), "{node} went back");
        }
        last = seen;
        resident.push(resident_memory(engine.pid()).unwrap());
    }
    end.store(true, Ordering::Relaxed);

    let mut acknowledged = HashMap::new();
    for patcher in patchers {
        acknowledged.extend(patcher.await.unwrap());
    }
    let (seen, _) = walk(&api, NODES / PAGES).await;
    for (node, count) in &acknowledged {
        assert_eq!(seen[node], *count, "a patch of {node} is lost");
    }
    let (first, last) = (resident[0], resident[WALKS - 1]);
    assert!(last < first + FLAT, "memory grew: {resident:?}");
    engine.stop().unwrap();
}
