//! What hostile clients send, to the daemon as it is shipped, on both databases: answered below 500, and others are served meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "what it can besides is for others")]
#[path = "../../../testbed/src/postgres.rs"]
mod server;

use axum::body::Bytes;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::future::join_all;
use hammerscale::config::{self, KEYS, Surroundings};
use hammerscale::serve::{self, Hooks};
use reqwest::{Body, Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use server::Server;
use std::collections::BTreeSet;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};

/// The daemon, in this process; some nodes with long descriptions.
struct Site {
    url: String,
    client: Client,
    stop: watch::Sender<bool>,
    daemon: std::thread::JoinHandle<anyhow::Result<()>>,
    _folder: TempDir,
    _server: Option<Arc<Server>>,
}

/// Makes a test on each database of every function named; each takes a [`Site`].
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(super::Site::new(None).await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let server = tokio::task::spawn_blocking(crate::Server::shared).await;
                    if let Some(server) = server.unwrap().unwrap() {
                        super::$name(super::Site::new(Some(server)).await).await;
                    }
                }
            )*
        }
    };
}

on_both!(
    every_filter_of_every_list_is_answered_at_its_bound_and_above,
    patterns_that_nearly_match_are_searched_for_while_others_are_served,
    lists_whose_clients_give_up_leave_room_for_others,
    others_are_served_while_large_bodies_arrive_and_are_read,
    long_patches_of_large_documents_are_bounded,
);

const NODES: usize = 60;
const LONGEST: usize = 4_096;
const MOST_WORDS: usize = 1_000;

impl Site {
    /// On a database file, or on this server.
    async fn new(server: Option<Arc<Server>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut keys = vec![
            ("api.listen", "127.0.0.1:0".to_owned()),
            ("data_dir", path("data")),
            ("sealing_key_file", path("sealing.key")),
        ];
        if let Some(server) = server.clone() {
            let url = tokio::task::spawn_blocking(move || server.new_database()).await;
            keys.push(("database_url", url.unwrap().unwrap()));
        }
        let flags = keys.into_iter().map(|(key, value)| {
            let known = KEYS.iter().find(|known| known.path == key).unwrap();
            (known.path, value)
        });
        let flags: Vec<_> = flags.collect();
        let settings = config::load(None, &Surroundings::default(), &flags)
            .unwrap()
            .settings;
        let (listening, listens) = oneshot::channel();
        let hooks = Hooks {
            on_listening: Box::new(move |address| listening.send(address).unwrap()),
            ..Hooks::default()
        };
        let (stop, stopped) = watch::channel(false);
        let daemon = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(serve::run(settings, hooks, stopped))
        });
        let site = Self {
            url: format!("http://{}", listens.await.unwrap()),
            client: Client::new(),
            stop,
            daemon,
            _folder: folder,
            _server: server,
        };
        site.enroll().await;
        site
    }

    async fn enroll(&self) {
        let node = |number: usize| {
            let description = format!("{}{number}", "a".repeat(LONGEST - 4));
            let body = json!({"driver": "fake-hardware", "name": format!("n{number}"),
                              "description": description, "shard": format!("s{number}")});
            self.ask(Method::POST, "/v1/nodes").json(&body).send()
        };
        for made in join_all((0..NODES).map(node)).await {
            assert_eq!(made.unwrap().status(), 201);
        }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        request.header("X-OpenStack-Ironic-API-Version", "1.115")
    }

    async fn get(&self, path: &str) -> StatusCode {
        self.ask(Method::GET, path).send().await.unwrap().status()
    }

    /// Others: they are served, whatever else goes on.
    async fn observe(&self) {
        for path in ["/", "/v1/nodes/n0", "/v1/nodes?limit=5", "/healthz"] {
            assert_eq!(self.get(path).await, 200, "{path}");
        }
    }

    /// Observes again and again while something goes on, at least once; gives back what came of it.
    async fn observed<T>(&self, work: impl Future<Output = T>) -> T {
        let observing = async {
            loop {
                self.observe().await;
            }
        };
        self.observe().await;
        tokio::select! {
            done = work => done,
            () = observing => unreachable!("it goes on for ever"),
        }
    }

    async fn stop(self) {
        self.observe().await;
        self.stop.send(true).unwrap();
        let ended = tokio::task::spawn_blocking(|| self.daemon.join()).await;
        ended.unwrap().unwrap().unwrap();
    }
}

/// Each list's path, with the arguments of its query.
fn lists() -> Vec<(String, BTreeSet<String>)> {
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let of_path = |(path, methods): (&String, &Value)| {
        let arguments = methods.get("get")?["parameters"].as_array()?.iter();
        let arguments = arguments.filter(|it| it["in"] == "query");
        let names: BTreeSet<_> = arguments
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect();
        let path = path.replace("{node}", "n0");
        // The stream of events ends only with its client.
        let is_list = !names.is_empty() && !path.contains('{') && !path.ends_with("/events");
        is_list.then_some((path, names))
    };
    paths.filter_map(of_path).collect()
}

async fn every_filter_of_every_list_is_answered_at_its_bound_and_above(site: Site) {
    let words = |count: usize| (0..count).map(|n| format!("w{n},")).collect::<String>();
    let mut asked = 0;
    for (path, names) in lists() {
        let ours = path.starts_with("/hammerscale");
        let queries = names.iter().flat_map(|name| {
            let lists = ["fields", "shard", "conductor_groups", "addresses"];
            match lists.contains(&name.as_str()) {
                true => [
                    (words(MOST_WORDS - 1), false),
                    (words(MOST_WORDS + 1), true),
                ],
                false => [
                    ("a".repeat(LONGEST), false),
                    ("a".repeat(LONGEST + 1), true),
                ],
            }
            .map(|(value, refused)| (format!("{path}?{name}={value}"), refused))
        });
        let queries: Vec<_> = queries.collect();
        asked += queries.len();
        site.observed(async {
            for (query, refused) in queries {
                let status = site.get(&query).await;
                let shown: String = query.chars().take(60).collect();
                assert!(status.as_u16() < 500, "{shown}: {status}");
                assert!(
                    !refused || ours || status.is_client_error(),
                    "{shown}: {status}"
                );
            }
        })
        .await;
    }
    assert!(asked > 200, "{asked}");
    // Longer than a head may be at all.
    let endless = format!("/v1/nodes?description_contains={}", "a".repeat(600_000));
    let answered = site.ask(Method::GET, &endless).send().await;
    assert!(answered.is_err() || answered.is_ok_and(|it| it.status().is_client_error()));
    site.stop().await;
}

async fn patterns_that_nearly_match_are_searched_for_while_others_are_served(site: Site) {
    let half = LONGEST / 2;
    let patterns = [
        format!("{}b", "a".repeat(half)),
        format!("b{}", "a".repeat(half)),
        format!("{}b", "a_".repeat(half / 2)),
        format!("{}b", "a%25".repeat(half / 4)),
        format!("{}b", "_".repeat(LONGEST - 1)),
        format!("{}b", "%25_".repeat(half / 4)),
    ];
    for pattern in patterns {
        let query = format!("/v1/nodes/detail?description_contains={pattern}");
        let searches = (0..8).map(|_| async {
            let answer = site.ask(Method::GET, &query).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["nodes"], json!([]), "{query}");
        });
        site.observed(join_all(searches)).await;
    }
    let found = format!("/v1/nodes?description_contains=A_{}%2559", "a".repeat(half));
    let found: Value = site
        .ask(Method::GET, &found)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(found["nodes"][0]["name"], "n59");
    site.stop().await;
}

async fn lists_whose_clients_give_up_leave_room_for_others(site: Site) {
    let address = site.url.trim_start_matches("http://").to_owned();
    let text =
        "GET /v1/nodes/detail HTTP/1.1\r\nHost: a\r\nX-OpenStack-Ironic-API-Version: 1.115\r\n\r\n";
    let abandoned = async {
        let mut begun = 0;
        for number in 0..200 {
            let mut client = TcpStream::connect(&address).await.unwrap();
            client.write_all(text.as_bytes()).await.unwrap();
            // Some go before the answer comes, some in the middle of it.
            if number % 2 == 0 {
                let mut first = [0; 15];
                client.read_exact(&mut first).await.unwrap();
                assert_eq!(&first, b"HTTP/1.1 200 OK");
                begun += 1;
            }
        }
        begun
    };
    assert_eq!(site.observed(abandoned).await, 100);
    let lists = join_all((0..16).map(|_| site.get("/v1/nodes/detail"))).await;
    assert_eq!(lists, [StatusCode::OK; 16]);
    site.stop().await;
}

/// A body whose second half is kept back for a while.
fn halves(text: &str) -> (UnboundedSender<Result<Bytes, std::io::Error>>, Body, Bytes) {
    let mut rest = Bytes::from(text.to_owned());
    let first = rest.split_to(rest.len() / 2);
    let (sender, pieces) = unbounded();
    sender.unbounded_send(Ok(first)).unwrap();
    (sender, Body::wrap_stream(pieces), rest)
}

async fn others_are_served_while_large_bodies_arrive_and_are_read(site: Site) {
    let size = 4 << 20;
    let lists = format!("[{}0]", "[],".repeat(size / 3));
    let objects = format!("[{}0]", "{\"a\":1},".repeat(size / 8));
    let members: String = (0..size / 12).map(|n| format!("\"{n:07}\":1,")).collect();
    let members = format!("{{{members}\"target\":\"active\"}}");
    let drive = json!({"target": "active", "configdrive": "A".repeat(size)}).to_string();
    let depth = format!("{{\"target\":{}", "[".repeat(size));
    for (text, words) in [
        (lists, "too many values"),
        (objects, "too many values"),
        (members, "too many values"),
        (depth, "nested too deeply"),
        (drive, "while it is in state"),
    ] {
        let mut held = Vec::new();
        let sent = (0..8).map(|_| {
            let (sender, body, rest) = halves(&text);
            held.push((sender, rest));
            let put = site.ask(Method::PUT, "/v1/nodes/n0/states/provision");
            tokio::spawn(put.body(body).send())
        });
        let sent: Vec<_> = sent.collect();
        // None of them has come to its end yet.
        site.observe().await;
        assert!(sent.iter().all(|request| !request.is_finished()));
        for (sender, rest) in held {
            sender.unbounded_send(Ok(rest)).unwrap();
        }
        for answer in site.observed(join_all(sent)).await {
            let answer = answer.unwrap().unwrap();
            let (status, said) = (answer.status(), answer.text().await.unwrap());
            // Whoever found no slot in time comes again.
            let busy = status == 503 && said.contains("Too many large bodies");
            assert!(
                busy || status == 400 && said.contains(words),
                "{status} {said}"
            );
        }
    }
    site.stop().await;
}

async fn long_patches_of_large_documents_are_bounded(site: Site) {
    let node = "/v1/nodes/n1";
    let patch = |operations: Vec<Value>| site.ask(Method::PATCH, node).json(&operations).send();
    let add = |path: &str, value: Value| json!({"op": "add", "path": path, "value": value});
    for field in ["extra", "properties", "driver_info", "instance_info"] {
        let large = add(&format!("/{field}/list"), json!(vec![0; 90_000]));
        assert_eq!(patch(vec![large]).await.unwrap().status(), 200, "{field}");
    }
    let many = |count: usize, path: &str| vec![add(path, json!(1)); count];
    site.observed(async {
        // At the front of a long list each one moves all the others.
        let fits = patch(many(1_000, "/extra/list/0")).await.unwrap();
        assert_eq!(fits.status(), 200);
        let patched: Value = fits.json().await.unwrap();
        assert_eq!(patched["extra"]["list"].as_array().unwrap().len(), 91_000);
        let refused = patch(many(10_000, "/extra/list/0")).await.unwrap();
        assert_eq!(refused.status(), 400);
        assert!(refused.text().await.unwrap().contains("10000 operations"));
        // No document grows without bound, patch by patch.
        let text = add("/extra/text", json!("a".repeat(900_000)));
        let refused = patch(vec![text]).await.unwrap();
        assert_eq!(refused.status(), 400);
        assert!(refused.text().await.unwrap().contains("1048576 bytes"));
        for patched in join_all((0..8).map(|_| patch(many(1_000, "/extra/list/-")))).await {
            assert_eq!(patched.unwrap().status(), 200);
        }
    })
    .await;
    site.stop().await;
}
