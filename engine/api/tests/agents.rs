//! The agents' calls, on both listeners, and that the agents' listener has nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use model::{MacAddress, Port, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;
use support::Fake;
use support::ask::{ask, ask_at};
use uuid::Uuid;

fn world() -> (Arc<Fake>, Uuid) {
    let fake = Fake::new();
    let node = fake.add_node("a", |node| {
        let secret = json!({"token": "hidden-canary"});
        node.instance_info = model::Guarded::new(secret.as_object().unwrap().clone());
    });
    let now = Timestamp::from_timestamp(support::NOW, 0).unwrap();
    let mac = MacAddress::new([0x52, 0x54, 0, 0, 0, 1]);
    let port = Port::new(Uuid::from_u128(9), node, mac, now);
    fake.world.lock().unwrap().ports.push(port);
    (fake, node)
}

#[tokio::test]
async fn the_token_is_told_once() {
    let (fake, node) = world();
    let router = fake.agent();
    let path = "/v1/lookup?addresses=bogus,52:54:00:00:00:01";
    let first = ask_at(&router, "1.62", "GET", path, None).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.body["node"]["uuid"], json!(node));
    assert_eq!(first.body["config"]["agent_token"], json!("t".repeat(43)));
    assert_eq!(first.body["config"]["heartbeat_timeout"], 300);
    assert_eq!(first.body["config"]["hammerscale"]["version"], 1);
    assert!(!first.text.contains("hidden-canary"));
    let second = ask_at(&router, "1.62", "GET", path, None).await;
    assert_eq!(second.body["config"]["agent_token"], "******");
    let old = ask_at(&router, "1.61", "GET", path, None).await;
    assert!(old.body["config"].get("agent_token").is_none());
}

#[tokio::test]
async fn lookups_of_strangers_say_little() {
    let (fake, _) = world();
    let router = fake.agent();
    for (path, version, status) in [
        ("/v1/lookup", "1.62", 400),
        ("/v1/lookup?addresses=bogus", "1.62", 400),
        ("/v1/lookup?addresses=52:54:00:00:00:77", "1.62", 404),
        (
            "/v1/lookup?node_uuid=ffffffff-ffff-ffff-ffff-ffffffffffff",
            "1.62",
            404,
        ),
        ("/v1/lookup?addresses=52:54:00:00:00:01", "1.21", 404),
    ] {
        let reply = ask_at(&router, version, "GET", path, None).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        reply.error();
    }
}

#[tokio::test]
async fn heartbeats_carry_what_their_version_has() {
    let (fake, node) = world();
    let router = fake.agent();
    let path = format!("/v1/heartbeat/{node}");
    let body = json!({"callback_url": "https://192.0.2.7:9999", "agent_token": "t", "agent_version": "11.0",
        "agent_verify_ca": "PEM"});
    let mut more = body.clone();
    more["unknown"] = json!(1);
    let reply = ask_at(&router, "1.68", "POST", &path, Some(more)).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    let reply = ask_at(&router, "1.68", "POST", &path, Some(body.clone())).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (202, ""));
    let kept = fake.world.lock().unwrap().heartbeats[0].1.clone();
    assert_eq!(kept.agent_version.as_deref(), Some("11.0"));
    assert_eq!(kept.agent_verify_ca.as_deref(), Some("PEM"));
    assert_eq!(kept.agent_token.unwrap().expose(), "t");
    let old = ask_at(&router, "1.62", "POST", &path, Some(body)).await;
    assert_eq!(old.status, 400, "{}", old.text);
    for (path, body, status) in [
        (path.as_str(), json!({"agent_token": "t"}), 400),
        (path.as_str(), json!({"callback_url": "https://x"}), 400),
        (
            "/v1/heartbeat/ffffffff-ffff-ffff-ffff-ffffffffffff",
            json!({"callback_url": "", "agent_token": "t"}),
            404,
        ),
    ] {
        assert_eq!(
            ask_at(&router, "1.68", "POST", path, Some(body))
                .await
                .status,
            status
        );
    }
}

#[tokio::test]
async fn stock_agents_send_their_inventory_without_a_version() {
    let (fake, node) = world();
    let router = fake.agent();
    let data = json!({"inventory": {"interfaces": [{"name": "eth0", "mac_address": "52:54:00:00:00:01"}]}, "lldp_raw": {}});
    let path = "/v1/continue_inspection";
    let plain = ask_at(&router, "", "POST", path, Some(data.clone())).await;
    assert_eq!(plain.status, 202, "{}", plain.text);
    assert_eq!(plain.body, json!({"uuid": node}));
    let new = ask_at(
        &router,
        "1.84",
        "POST",
        &format!("{path}?node_uuid={node}"),
        Some(data.clone()),
    )
    .await;
    assert_eq!(new.status, 202);
    assert_eq!(new.body["node"]["uuid"], json!(node));
    let between = ask_at(&router, "1.50", "POST", path, Some(data)).await;
    assert_eq!(between.status, 404);
    for (bad, status) in [
        (json!({}), 400),
        (json!({"inventory": {"interfaces": []}}), 400),
        (
            json!({"inventory": {"interfaces": [{"name": "eth0"}]}}),
            400,
        ),
        (
            json!({"inventory": {"interfaces": [{"mac_address": "52:54:00:00:00:77"}]}}),
            404,
        ),
    ] {
        let reply = ask_at(&router, "", "POST", path, Some(bad.clone())).await;
        assert_eq!(reply.status, status, "{bad}: {}", reply.text);
    }
}

#[tokio::test]
async fn agents_see_nothing_else() {
    let (fake, _) = world();
    let router = fake.agent();
    assert_eq!(ask(&router, "GET", "/", None).await.status, 200);
    for path in [
        "/v1/nodes",
        "/v1",
        "/nodes/a",
        "/v1/drivers",
        "/v1/ports",
        "/metrics",
        "/healthz",
        "/hammerscale/v1/events",
        "/hammerscale/v1/nodes/a/timeline",
    ] {
        let reply = ask(&router, "GET", path, None).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(matches!(reply.body, Value::Object(_)));
    }
}
