//! Volume connectors and volume targets: made, listed, changed and removed; credentials are not shown.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use axum::Router;
use model::{PowerState, ProvisionState};
use serde_json::{Value, json};
use std::sync::Arc;
use support::Fake;
use support::ask::{Reply, ask, ask_at};
use uuid::Uuid;

fn site() -> (Arc<Fake>, Uuid, Router) {
    let fake = Fake::new();
    let node = fake.add_node("a", |node| node.power_state = Some(PowerState::Off));
    let router = fake.operator();
    (fake, node, router)
}

async fn add(router: &Router, kind: &str, body: Value) -> Value {
    let made = ask(router, "POST", &format!("/v1/volume/{kind}"), Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = format!("/v1/volume/{kind}/{}", made.body["uuid"].as_str().unwrap());
    assert!(made.header("location").unwrap().ends_with(&path));
    made.body
}

async fn replace(router: &Router, path: &str, name: &str, value: Value) -> Reply {
    let patch = json!([{"op": "replace", "path": format!("/{name}"), "value": value}]);
    ask(router, "PATCH", path, Some(patch)).await
}

fn connector(node: Uuid, id: &str) -> Value {
    json!({"node_uuid": node, "type": "iqn", "connector_id": id})
}

fn target(node: Uuid, boot_index: i64) -> Value {
    json!({"node_uuid": node, "volume_type": "iscsi", "volume_id": "v1", "boot_index": boot_index,
        "properties": {"target_portal": "192.0.2.1:3260", "auth_password": "hidden-canary",
            "nested": {"auth_password": "hidden-canary"}}})
}

#[tokio::test]
async fn connectors_are_made_listed_changed_and_removed() {
    let (_, node, router) = site();
    let made = add(&router, "connectors", connector(node, "iqn.a")).await;
    let second = add(&router, "connectors", connector(node, "iqn.b")).await;
    let again = Some(connector(node, "iqn.a"));
    let reply = ask(&router, "POST", "/v1/volume/connectors", again).await;
    assert_eq!(reply.status, 409, "{}", reply.text);

    let list = ask(&router, "GET", "/v1/volume/connectors", None).await;
    let keys: Vec<_> = list.body["connectors"][0]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(keys, ["connector_id", "links", "node_uuid", "type", "uuid"]);
    for (path, count, keys) in [
        ("/v1/volume/connectors?detail=true", 2, 8),
        ("/v1/volume/connectors?node=a", 2, 5),
        ("/v1/nodes/a/volume/connectors", 2, 5),
        ("/v1/volume/connectors?fields=type&limit=1", 1, 2),
        (
            "/v1/volume/connectors?sort_key=connector_id&sort_dir=desc",
            2,
            5,
        ),
    ] {
        let reply = ask(&router, "GET", path, None).await;
        let list = reply.body["connectors"].as_array().expect(&reply.text);
        assert_eq!(list.len(), count, "{path}");
        assert_eq!(list[0].as_object().unwrap().len(), keys, "{path}");
    }
    let path = format!("/v1/volume/connectors/{}", made["uuid"].as_str().unwrap());
    let changed = replace(&router, &path, "connector_id", json!("iqn.c")).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["connector_id"], "iqn.c");
    assert_ne!(changed.body["updated_at"], Value::Null);
    let taken = replace(
        &router,
        &path,
        "connector_id",
        second["connector_id"].clone(),
    )
    .await;
    assert_eq!(taken.status, 409, "{}", taken.text);
    let shown = ask(&router, "GET", &path, None).await;
    assert_eq!(shown.body, changed.body);
    assert_eq!(ask(&router, "DELETE", &path, None).await.status, 204);
    assert_eq!(ask(&router, "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn targets_are_made_listed_changed_and_removed() {
    let (fake, node, router) = site();
    let other = fake.add_node("b", |node| node.power_state = Some(PowerState::Off));
    let made = add(&router, "targets", target(node, 0)).await;
    assert_eq!(made["properties"]["target_portal"], "192.0.2.1:3260");
    let again = Some(target(node, 0));
    let reply = ask(&router, "POST", "/v1/volume/targets", again).await;
    assert_eq!(reply.status, 409, "{}", reply.text);
    add(&router, "targets", target(node, 1)).await;
    add(&router, "targets", target(other, 0)).await;

    for (path, count, keys) in [
        ("/v1/volume/targets", 3, 6),
        ("/v1/volume/targets?detail=True", 3, 10),
        ("/v1/volume/targets?node=a", 2, 6),
        ("/v1/nodes/b/volume/targets", 1, 6),
    ] {
        let reply = ask(&router, "GET", path, None).await;
        let list = reply.body["targets"].as_array().expect(&reply.text);
        assert_eq!(list.len(), count, "{path}");
        assert_eq!(list[0].as_object().unwrap().len(), keys, "{path}");
        assert!(!reply.text.contains("hidden-canary"), "{path}");
    }
    let path = format!("/v1/volume/targets/{}", made["uuid"].as_str().unwrap());
    let changed = replace(
        &router,
        &path,
        "properties/target_portal",
        json!("192.0.2.2:3260"),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(
        changed.body["properties"],
        json!({"target_portal": "192.0.2.2:3260", "auth_password": "******",
            "nested": {"auth_password": "******"}})
    );
    let stored = fake.world.lock().unwrap().resources[0].document.clone();
    assert_eq!(stored["properties"]["auth_password"], "hidden-canary");
    assert_eq!(
        replace(&router, &path, "boot_index", json!(1)).await.status,
        409
    );
    assert_eq!(
        replace(&router, &path, "node_uuid", json!(other))
            .await
            .status,
        409
    );
    assert_eq!(
        replace(&router, &path, "boot_index", json!(2)).await.status,
        200
    );
    let moved = replace(&router, &path, "node_uuid", json!(other)).await;
    assert_eq!(moved.body["node_uuid"], json!(other), "{}", moved.text);
    assert_eq!(ask(&router, "DELETE", &path, None).await.status, 204);
    assert_eq!(ask(&router, "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn volumes_change_while_their_node_is_off() {
    let (fake, node, router) = site();
    let connector = add(&router, "connectors", connector(node, "iqn.a")).await;
    let target = add(&router, "targets", target(node, 0)).await;
    let running = fake.add_node("b", |node| node.power_state = Some(PowerState::On));
    let paths = [
        format!(
            "/v1/volume/connectors/{}",
            connector["uuid"].as_str().unwrap()
        ),
        format!("/v1/volume/targets/{}", target["uuid"].as_str().unwrap()),
    ];
    for path in &paths {
        let moved = replace(&router, path, "node_uuid", json!(running)).await;
        assert_eq!(moved.status, 400, "{}", moved.text);
        let set = |state, power| {
            let mut world = fake.world.lock().unwrap();
            world.nodes[0].provision_state = state;
            world.nodes[0].power_state = Some(power);
        };
        set(ProvisionState::Active, PowerState::On);
        let refused = replace(&router, path, "extra", json!({"a": 1})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert!(refused.error().contains("power on"), "{}", refused.text);
        assert_eq!(ask(&router, "DELETE", path, None).await.status, 400);
        set(ProvisionState::Deploying, PowerState::Off);
        let busy = replace(&router, path, "extra", json!({"a": 1})).await;
        assert_eq!(busy.status, 409, "{}", busy.text);
        assert_eq!(ask(&router, "DELETE", path, None).await.status, 409);
        set(ProvisionState::Active, PowerState::Off);
        let changed = replace(&router, path, "extra", json!({"a": 1})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        set(ProvisionState::Manageable, PowerState::On);
        assert_eq!(ask(&router, "DELETE", path, None).await.status, 204);
    }
}

#[tokio::test]
async fn wrong_volumes_are_refused() {
    let (fake, node, router) = site();
    let foreign = fake.add_node("b", |node| node.owner = Some("other".to_owned()));
    let without = |body: &Value, key: &str| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(key);
        body
    };
    let with = |body: &Value, key: &str, value: Value| {
        let mut body = body.clone();
        body[key] = value;
        body
    };
    let (good, kind) = (connector(node, "iqn.a"), "connectors");
    for body in [
        without(&good, "type"),
        without(&good, "connector_id"),
        without(&good, "node_uuid"),
        with(&good, "type", Value::Null),
        with(&good, "type", json!("x".repeat(33))),
        with(&good, "connector_id", json!(5)),
        with(&good, "node_uuid", json!("a")),
        with(&good, "node_uuid", json!(Uuid::max())),
        with(&good, "volume_id", json!("v")),
    ] {
        let reply = ask(
            &router,
            "POST",
            &format!("/v1/volume/{kind}"),
            Some(body.clone()),
        )
        .await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
    let good = target(node, 0);
    for body in [
        without(&good, "boot_index"),
        without(&good, "volume_type"),
        without(&good, "volume_id"),
        without(&good, "node_uuid"),
        with(&good, "boot_index", json!("0")),
        with(&good, "boot_index", json!(0.5)),
        with(&good, "boot_index", json!(true)),
        with(&good, "properties", json!([])),
        with(&good, "created_at", Value::Null),
    ] {
        let reply = ask(&router, "POST", "/v1/volume/targets", Some(body.clone())).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
    let made = add(&router, "targets", good).await;
    let path = format!("/v1/volume/targets/{}", made["uuid"].as_str().unwrap());
    for (name, value) in [
        ("uuid", json!(Uuid::max())),
        ("node_uuid", json!("a")),
        ("node_uuid", json!(Uuid::max())),
        ("node_uuid", json!(foreign)),
        ("volume_id", Value::Null),
    ] {
        let reply = replace(&router, &path, name, value).await;
        assert_eq!(reply.status, 400, "{name}: {}", reply.text);
    }
}

#[tokio::test]
async fn volumes_came_with_a_version() {
    let (_, _, router) = site();
    for (path, version, status) in [
        ("/v1/volume", "1.31", 404),
        ("/v1/volume", "1.32", 200),
        ("/v1/volume/connectors", "1.31", 404),
        ("/v1/volume/targets", "1.31", 404),
        ("/v1/nodes/a/volume", "1.31", 404),
        ("/v1/nodes/a/volume", "1.32", 200),
        ("/v1/nodes/nobody/volume", "1.32", 404),
        ("/v1/nodes/a/volume/targets", "1.32", 200),
        ("/v1/volume/targets?detail=true", "1.32", 200),
        ("/v1/volume/targets?detail=false", "1.32", 200),
        ("/v1/volume/targets?detail=perhaps", "1.32", 400),
        ("/v1/volume/targets?detail=true&fields=uuid", "1.32", 400),
        ("/v1/volume/targets?fields=password", "1.32", 400),
        ("/v1/volume/targets?sort_key=properties", "1.32", 400),
        ("/v1/volume/connectors?sort_key=extra", "1.32", 400),
        ("/v1/volume/connectors?node=nobody", "1.32", 404),
        ("/v1/volume/connectors?marker=x", "1.32", 400),
        ("/v1/volume/connectors/by-name", "1.32", 400),
        ("/v1/volume/things", "1.32", 404),
    ] {
        let reply = ask_at(&router, version, "GET", path, None).await;
        assert_eq!(reply.status, status, "{path} {version}: {}", reply.text);
    }
    let links = ask(&router, "GET", "/v1/nodes/a/volume", None).await.body;
    let targets = links["targets"][0]["href"].as_str().unwrap();
    assert!(targets.ends_with("/volume/targets"), "{targets}");
    for (version, has) in [("1.31", false), ("1.32", true)] {
        let node = ask_at(&router, version, "GET", "/v1/nodes/a", None).await;
        assert_eq!(node.body.get("volume").is_some(), has, "{version}");
        let root = ask_at(&router, version, "GET", "/v1", None).await;
        assert_eq!(root.body.get("volume").is_some(), has, "{version}");
    }
}
