//! Garbage on the API of a running daemon: each piece is answered with its status and a text, and the daemon goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use databases::{Databases, each_on_both};
use hammerscale_testbed::engine::{EngineProcess, SimulatedSite};
use reqwest::{Client, Method, StatusCode};

const VERSION: &str = "X-OpenStack-Ironic-API-Version";

struct Api {
    engine: EngineProcess,
    _site: SimulatedSite,
}

impl Api {
    async fn start(databases: &Databases) -> Self {
        let site = SimulatedSite::new().unwrap();
        let spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), 0);
        let spec = databases.under(spec).await;
        let engine = EngineProcess::start(&spec).unwrap();
        Self {
            engine: engine.unwrap_or_else(|ended| panic!("{ended:?}")),
            _site: site,
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        version: &str,
        body: Option<Vec<u8>>,
    ) -> (StatusCode, String) {
        let mut request = Client::new()
            .request(method, format!("http://{}{path}", self.engine.address))
            .header(VERSION, version);
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/json")
                .body(body);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    async fn lives(&self) {
        let (status, _) = self.ask(Method::GET, "/healthz", "1.1", None).await;
        assert_eq!(status, StatusCode::OK);
    }
}

each_on_both!(garbage_is_answered);

async fn garbage_is_answered(databases: Databases) {
    let api = Api::start(&databases).await;
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let large = format!(
        "{{\"driver\":\"fake-hardware\",\"extra\":{{\"a\":\"{}\"}}}}",
        "x".repeat(10 << 20)
    );
    let cases: &[(Method, &str, &str, Option<&str>, u16)] = &[
        (Method::POST, "/v1/nodes", "1.110", Some("{"), 400),
        (Method::POST, "/v1/nodes", "1.110", Some("null"), 400),
        (Method::POST, "/v1/nodes", "1.110", Some("[]"), 400),
        (
            Method::POST,
            "/v1/nodes",
            "1.110",
            Some("{\"driver\":5}"),
            400,
        ),
        (
            Method::POST,
            "/v1/nodes",
            "1.110",
            Some("{\"driver\":\"no-such\"}"),
            400,
        ),
        (
            Method::POST,
            "/v1/nodes",
            "1.110",
            Some("{\"driver\":\"fake-hardware\",\"surprise\":1}"),
            400,
        ),
        (Method::POST, "/v1/nodes", "1.110", Some(&deep), 400),
        (Method::POST, "/v1/nodes", "1.110", Some(&large), 413),
        (Method::GET, "/v1/nodes", "1.9999", None, 406),
        (Method::GET, "/v1/nodes", "2.1", None, 406),
        (Method::GET, "/v1/nodes", "abc", None, 406),
        (Method::GET, "/v1/nodes?limit=-1", "1.110", None, 400),
        (Method::GET, "/v1/nodes?fields=password", "1.110", None, 400),
        (
            Method::GET,
            "/v1/nodes/..%2f..%2fetc%2fpasswd",
            "1.110",
            None,
            400,
        ),
        (Method::GET, "/v1/nodes/no-such-node", "1.110", None, 404),
        (Method::GET, "/v1/no-such-thing", "1.110", None, 404),
        (
            Method::GET,
            "/v1/lookup?addresses=52:54:00:00:00:01",
            "1.62",
            None,
            404,
        ),
        (Method::GET, "/v1/lookup", "1.62", None, 400),
        (
            Method::POST,
            "/v1/heartbeat/00000000-0000-4000-8000-000000000000",
            "1.68",
            Some(
                "{\"callback_url\":\"https://192.0.2.1:1\",\"agent_token\":\"x\",\"agent_version\":\"1\"}",
            ),
            404,
        ),
        (
            Method::POST,
            "/v1/continue_inspection",
            "1.1",
            Some("{\"inventory\":{\"interfaces\":[{\"mac_address\":\"52:54:00:00:00:01\"}]}}"),
            404,
        ),
        (
            Method::POST,
            "/v1/continue_inspection",
            "1.1",
            Some("{}"),
            400,
        ),
    ];
    for (method, path, version, body, wanted) in cases {
        let body = body.map(|body| body.as_bytes().to_vec());
        let (status, text) = api.ask(method.clone(), path, version, body).await;
        assert_eq!(
            status.as_u16(),
            *wanted,
            "{method} {path} at {version}: {text}"
        );
        assert!(text.len() < 4096 && !text.contains("panicked"), "{text}");
        api.lives().await;
    }
    let (_, list) = api.ask(Method::GET, "/v1/nodes", "1.110", None).await;
    assert!(
        list.contains("\"nodes\":[]"),
        "something was stored: {list}"
    );
    api.engine.stop().unwrap();
}
