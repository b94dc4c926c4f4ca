//! What every request meets: paths, versions, headers, error bodies, and what garbage gets.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use axum::body::Body;
use axum::http::Request;
use proptest::prelude::*;
use serde_json::json;
use support::Fake;
use support::ask::{ask, ask_at, raw, send};

#[tokio::test]
async fn the_root_is_open_and_complete() {
    let router = Fake::new().operator();
    let reply = ask_at(&router, "", "GET", "/", None).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["name"], "OpenStack Ironic API");
    assert_eq!(reply.body["default_version"]["version"], "1.115");
    assert_eq!(reply.body["versions"].as_array().unwrap().len(), 1);
    let href = &reply.body["default_version"]["links"][0]["href"];
    assert_eq!(href, "http://engine:6385/v1/");
    assert_eq!(reply.header("x-openstack-ironic-api-version"), Some("1.1"));
    let id = reply.header("openstack-request-id").unwrap();
    assert!(id.starts_with("req-"));
    assert_eq!(reply.header("x-openstack-request-id"), Some(id));
}

#[tokio::test]
async fn v1_shows_the_collections_of_the_version() {
    let router = Fake::new().operator();
    for path in ["/v1", "/v1/"] {
        let old = ask_at(&router, "1.20", "GET", path, None).await;
        assert_eq!(old.body["media_types"]["base"], "application/json");
        assert_eq!(old.body["nodes"][0]["href"], "http://engine:6385/v1/nodes/");
        assert!(old.body.get("conductors").is_none());
        let new = ask(&router, "GET", path, None).await;
        assert!(new.body.get("conductors").is_some());
        assert_eq!(ask(&router, "POST", path, None).await.status, 405);
    }
}

#[tokio::test]
async fn every_spelling_of_a_path_is_one() {
    let fake = Fake::new();
    fake.add_node("ns~host.0", |_| {});
    let router = fake.operator();
    for path in [
        "/v1/nodes/ns~host.0",
        "/nodes/ns~host.0",
        "/v1/nodes/ns%7Ehost.0/",
        "/nodes/00000000-0000-0000-0000-000000000001",
        "/nodes/00000000000000000000000000000001",
    ] {
        let reply = ask(&router, "GET", path, None).await;
        assert_eq!(reply.body["name"], "ns~host.0", "{path}: {}", reply.text);
    }
    for path in ["/v1/v1/nodes", "/v2/nodes", "/v1/nodes/x/y/z", "/v1//nodes"] {
        let reply = ask(&router, "GET", path, None).await;
        assert_eq!(reply.status, 404, "{path}");
        reply.error();
    }
    let reply = ask_at(&router, "1.80", "GET", "/nodes/ns~host.0.json", None).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn versions_are_negotiated() {
    let router = Fake::new().operator();
    let old = ask_at(&router, "1.9999", "GET", "/v1/nodes", None).await;
    assert_eq!(old.status, 406);
    assert!(old.error().contains("[1.1, 1.115]"), "{}", old.error());
    assert_eq!(
        old.header("x-openstack-ironic-api-maximum-version"),
        Some("1.115")
    );
    assert_eq!(old.header("x-openstack-ironic-api-version"), None);
    let bad = ask_at(&router, "abc", "GET", "/v1/nodes", None).await;
    assert_eq!(bad.status, 406);
    assert_eq!(bad.header("x-openstack-ironic-api-maximum-version"), None);
    let both = Request::get("/v1/nodes")
        .header("OpenStack-API-Version", "compute 2.1, baremetal 1.80")
        .header("X-OpenStack-Ironic-API-Version", "1.20")
        .body(Body::empty());
    let both = send(&router, both.unwrap()).await;
    assert_eq!(both.header("x-openstack-ironic-api-version"), Some("1.80"));
}

#[tokio::test]
async fn malformed_bodies_are_the_clients_fault() {
    let router = Fake::new().operator();
    let digits = format!(
        "{{\"driver\":\"x\",\"extra\":{{\"a\":{}}}}}",
        "9".repeat(5000)
    );
    for body in [
        &b"{\"driver\":"[..],
        b"null",
        b"[]",
        b"5",
        b"",
        b"<node/>",
        b"{\"driver\":\"fake-hardware\",\"extra\":{\"a\":NaN}}",
        b"{\"driver\":\"fake-hardware\",\"extra\":{\"a\":\"\\ud800\"}}",
        b"\xff\xfe",
        digits.as_bytes(),
    ] {
        for (method, path) in [("POST", "/v1/nodes"), ("POST", "/v1/ports")] {
            let reply = raw(&router, "1.115", method, path, body.to_vec()).await;
            assert_eq!(reply.status, 400, "{body:?}: {}", reply.text);
            reply.error();
        }
    }
}

#[tokio::test]
async fn bodies_are_bounded() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    let large = vec![b' '; (1 << 20) + 1];
    let reply = raw(&router, "1.115", "POST", "/v1/nodes", large.clone()).await;
    assert_eq!(reply.status, 413);
    reply.error();
    // A config drive may be larger.
    let drive = json!({"target": "active", "configdrive": "A".repeat(2 << 20)});
    let path = "/v1/nodes/a/states/provision";
    let reply = ask(&router, "PUT", path, Some(drive)).await;
    assert_eq!(reply.status, 400, "refused for the state, not for the size");
    // Nobody provisions on the agents' listener, and a heartbeat is small.
    let reply = raw(&fake.agent(), "1.115", "PUT", path, large.clone()).await;
    assert_eq!(reply.status, 404);
    let reply = raw(&fake.agent(), "1.115", "POST", "/v1/heartbeat/a", large).await;
    assert_eq!(reply.status, 413);
    let deep = format!("{}{}", "{\"a\":".repeat(26) + "1", "}".repeat(26));
    let reply = raw(&router, "1.115", "POST", "/v1/nodes", deep.into_bytes()).await;
    assert_eq!(reply.status, 400);
    assert!(reply.error().contains("nested too deeply"));
}

#[tokio::test]
async fn the_database_never_speaks_to_clients() {
    let fake = Fake::new();
    let uuid = fake.add_node("a", |_| {});
    let router = fake.operator();
    fake.world.lock().unwrap().broken = true;
    for path in [
        "/v1/nodes".to_owned(),
        format!("/v1/nodes/{uuid}"),
        "/healthz".to_owned(),
    ] {
        let reply = ask(&router, "GET", &path, None).await;
        assert_eq!(reply.status, 503, "{path}");
        assert!(
            !reply.text.contains("secret database text"),
            "{}",
            reply.text
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn garbage_is_answered_below_500(
        method in "(GET|PUT|POST|PATCH|DELETE)",
        path in prop_oneof![
            "(/v1)?/(nodes|ports|drivers|conductors|lookup|heartbeat)(/[a-zA-Z0-9%~._-]{0,12}){0,3}",
            "/[!-~&&[^?#\"<>\\\\^`{|}]]{0,40}",
        ],
        query in "(\\?([a-z_]{1,12}=[A-Za-z0-9%,._-]{0,20}&?){0,3})?",
        body in prop_oneof![
            "\\PC{0,60}",
            "\\{\"(driver|target|address|traits)\":(\"[a-z ]{0,12}\"|null|[0-9]{1,4}|\\[\\]|\\{\\})\\}",
            "\\[\\{\"op\":\"(add|remove)\",\"path\":\"/[a-z_]{1,12}(/[a-z]{1,4})?\",\"value\":(1|\"a\"|null|\\{\\})\\}\\]",
        ],
        version in "(1\\.[0-9]{1,3}|latest|[a-z.]{0,5})",
    ) {
        let target = format!("{path}{query}");
        prop_assume!(target.parse::<axum::http::Uri>().is_ok() && target.starts_with('/'));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let fake = Fake::new();
        fake.add_node("a", |_| {});
        let reply = runtime.block_on(raw(&fake.operator(), &version, &method, &target, body.into_bytes()));
        prop_assert!(reply.status.as_u16() < 500, "{method} {target}: {} {}", reply.status, reply.text);
        if reply.status.as_u16() >= 400 {
            reply.error();
        }
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let fake = Fake::new();
    let mut config = support::config();
    config.limits.deadline = std::time::Duration::ZERO;
    let router = api::router(fake.clone(), fake, config);
    let never = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = Request::post("/v1/nodes").body(never).unwrap();
    let reply = send(&router, request).await;
    assert_eq!(reply.status, 503);
    assert!(reply.error().contains("took too long"));
}

#[tokio::test]
async fn what_reached_no_resource_says_nothing_of_versions() {
    let router = Fake::new().operator();
    let nowhere = ask(&router, "GET", "/v1/nowhere", None).await;
    assert_eq!(nowhere.status, 404);
    assert_eq!(nowhere.header("x-openstack-ironic-api-version"), None);
    assert!(nowhere.header("openstack-request-id").is_some());
    let missing = ask(&router, "GET", "/v1/nodes/missing", None).await;
    assert!(missing.header("x-openstack-ironic-api-version").is_some());
}

#[tokio::test]
async fn refusals_have_the_form_of_who_refuses() {
    let router = Fake::new().operator();
    for (version, method, path, status, by_resource) in [
        ("1.115", "POST", "/v1", 405, true),
        ("1.115", "DELETE", "/v1/nodes", 405, false),
        ("1.116", "GET", "/", 406, true),
        ("1.116", "GET", "/v1/nodes", 406, false),
        ("abc", "GET", "/v1/nodes", 406, false),
        ("1.115", "GET", "/v1/nodes/not%20a%20name", 400, false),
        ("1.115", "GET", "/v1/nodes/missing", 404, true),
        ("1.81", "GET", "/v1/shards", 404, true),
        ("1.77", "GET", "/v1/nodes/missing/history", 404, false),
        ("1.51", "POST", "/v1/allocations", 405, true),
        ("1.54", "POST", "/v1/deploy_templates", 405, false),
    ] {
        let reply = ask_at(&router, version, method, path, None).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
        let is_fault = reply.text.contains("faultstring");
        assert_eq!(is_fault, by_resource, "{method} {path}: {}", reply.text);
        let versioned = reply.header("x-openstack-ironic-api-maximum-version");
        let told = by_resource || version == "1.116";
        assert_eq!(versioned.is_some(), told, "{method} {path}");
        reply.error();
    }
}

#[tokio::test]
async fn who_takes_no_json_reads_a_plain_text() {
    let router = Fake::new().operator();
    let request = Request::get("/v1/nodes").header("accept", "text/html");
    let reply = send(&router, request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 406);
    let text = reply.body["error_message"].as_str().unwrap();
    assert!(text.contains("JSON") && !text.contains('{'), "{text}");
}

#[tokio::test]
async fn arguments_that_nobody_asked_for_are_refused() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    let show = ask(&router, "GET", "/v1/nodes/a?nonsense=1", None).await;
    assert_eq!(show.status, 400);
    assert!(
        show.text.contains("Unexpected arguments: nonsense"),
        "{}",
        show.text
    );
    let body = json!({"target": "power on", "nonsense": 1});
    let power = ask(&router, "PUT", "/v1/nodes/a/states/power", Some(body)).await;
    assert_eq!(power.status, 400);
}

#[tokio::test]
async fn the_openapi_document_is_served_to_everybody() {
    let router = Fake::new().operator();
    let reply = ask(&router, "GET", "/hammerscale/v1/openapi.json", None).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["openapi"], "3.1.0");
    let patch = &reply.body["paths"]["/v1/nodes/{node}"]["patch"];
    assert_eq!(patch["x-since"], "1.1");
    assert_eq!(
        reply.body["paths"]["/v1/nodes/{node}/inventory"]["get"]["x-since"],
        "1.81"
    );
    assert_eq!(reply.text, api::openapi());
}

#[tokio::test]
async fn health_and_metrics_have_two_addresses() {
    let router = Fake::new().operator();
    for path in [
        "/healthz",
        "/hammerscale/v1/healthz",
        "/metrics",
        "/hammerscale/v1/metrics",
    ] {
        assert_eq!(ask(&router, "GET", path, None).await.status, 200, "{path}");
    }
}
