//! Port groups: made, listed, filtered, changed and removed, and the ports in them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use axum::Router;
use model::ProvisionState;
use serde_json::{Value, json};
use support::Fake;
use support::ask::{Reply, ask, ask_at};
use uuid::Uuid;

async fn add(router: &Router, kind: &str, body: Value) -> Value {
    let made = ask(router, "POST", &format!("/v1/{kind}"), Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.body
}

async fn patch(router: &Router, path: &str, patch: Value) -> Reply {
    ask(router, "PATCH", path, Some(patch)).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn port_groups_are_made_changed_and_removed() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let given = json!({"node_uuid": node, "name": "bond0", "address": "52:54:00:AA:BB:01",
        "mode": "802.3ad", "properties": {"miimon": "100"}, "category": "fast", "extra": {"a": 1}});
    let made = ask(&router, "POST", "/v1/portgroups", Some(given)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let uuid = text(&made.body["uuid"]).to_owned();
    let path = format!("/v1/portgroups/{uuid}");
    assert!(made.header("location").unwrap().ends_with(&path));
    assert_eq!(made.body["address"], "52:54:00:aa:bb:01");
    assert_eq!(made.body["standalone_ports_supported"], true);
    assert_eq!(made.body["dynamic_portgroup"], false);
    assert_eq!(made.body["internal_info"], json!({}));
    assert!(text(&made.body["ports"][0]["href"]).ends_with(&format!("{path}/ports")));
    let plain = add(
        &router,
        "portgroups",
        json!({"node_uuid": node, "mode": null}),
    )
    .await;
    assert_eq!(plain["mode"], "active-backup");

    for (key, value) in [
        ("uuid", json!(uuid)),
        ("name", json!("bond0")),
        ("address", json!("52:54:00:aa:bb:01")),
    ] {
        let mut body = json!({"node_uuid": node});
        body[key] = value;
        let reply = ask(&router, "POST", "/v1/portgroups", Some(body)).await;
        assert_eq!(reply.status, 409, "{key}: {}", reply.text);
    }
    let changes = json!([
        {"op": "replace", "path": "/name", "value": "bond1"},
        {"op": "remove", "path": "/address"},
        {"op": "replace", "path": "/standalone_ports_supported", "value": "False"},
        {"op": "add", "path": "/properties/miimon", "value": "200"},
        {"op": "add", "path": "/physical_network", "value": "red"},
    ]);
    let changed = patch(&router, "/v1/portgroups/bond0", changes).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["address"], Value::Null);
    assert_eq!(changed.body["standalone_ports_supported"], false);
    assert_eq!(changed.body["properties"], json!({"miimon": "200"}));
    assert_ne!(changed.body["updated_at"], Value::Null);
    let shown = ask(&router, "GET", "/v1/portgroups/bond1", None).await;
    assert_eq!(shown.body, changed.body);
    let nothing = json!([{"op": "replace", "path": "/name", "value": "bond1"}]);
    assert_eq!(patch(&router, &path, nothing).await.body, changed.body);
    assert_eq!(
        ask(&router, "DELETE", "/v1/portgroups/bond1", None)
            .await
            .status,
        204
    );
    assert_eq!(ask(&router, "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn fields_are_those_of_the_version() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let group = add(&router, "portgroups", json!({"node_uuid": node})).await;
    let path = format!("/v1/portgroups/{}", text(&group["uuid"]));
    for (version, count) in [
        ("1.23", 11),
        ("1.26", 13),
        ("1.102", 14),
        ("1.103", 15),
        ("1.111", 16),
    ] {
        let shown = ask_at(&router, version, "GET", &path, None).await;
        let fields = shown.body.as_object().expect(&shown.text);
        assert_eq!(fields.len(), count, "{version}");
    }
    for (method, path, version, status) in [
        ("GET", "/v1/portgroups", "1.22", 404),
        ("GET", path.as_str(), "1.22", 404),
        ("GET", "/v1/nodes/a/portgroups", "1.23", 404),
        ("GET", "/v1/nodes/a/portgroups", "1.24", 200),
        ("GET", "/v1/nodes/a/portgroups/detail", "1.24", 200),
        ("GET", "/v1/portgroups?fields=mode", "1.25", 406),
        ("GET", "/v1/portgroups?sort_key=mode", "1.25", 406),
        ("GET", "/v1/portgroups?sort_key=properties", "1.115", 400),
        ("GET", "/v1/portgroups?sort_key=mode", "1.26", 200),
        ("GET", "/v1/portgroups?detail=true", "1.42", 400),
        ("GET", "/v1/portgroups?shard=s", "1.105", 406),
        ("GET", "/v1/portgroups?conductor_groups=g", "1.98", 200),
    ] {
        let reply = ask_at(&router, version, method, path, None).await;
        assert_eq!(reply.status, status, "{path} {version}: {}", reply.text);
    }
    for (version, has) in [("1.23", false), ("1.24", true)] {
        let node = ask_at(&router, version, "GET", "/v1/nodes/a", None).await;
        assert_eq!(node.body.get("portgroups").is_some(), has, "{version}");
    }
    for (key, version) in [
        ("mode", "1.25"),
        ("physical_network", "1.101"),
        ("category", "1.102"),
    ] {
        let mut body = json!({"node_uuid": node});
        body[key] = json!("x");
        let reply = ask_at(&router, version, "POST", "/v1/portgroups", Some(body)).await;
        assert_eq!(reply.status, 406, "{key}: {}", reply.text);
    }
}

#[tokio::test]
async fn lists_are_filtered() {
    let fake = Fake::new();
    let (first, second) = (fake.add_node("a", |_| {}), fake.add_node("b", |_| {}));
    let router = fake.operator();
    for (node, name, address) in [
        (first, "one", "52:54:00:00:00:01"),
        (first, "two", "52:54:00:00:00:02"),
        (second, "three", "52:54:00:00:00:03"),
    ] {
        let body = json!({"node_uuid": node, "name": name, "address": address});
        add(&router, "portgroups", body).await;
    }
    for (path, names) in [
        ("/v1/portgroups", vec!["one", "two", "three"]),
        ("/v1/portgroups/detail", vec!["one", "two", "three"]),
        ("/v1/portgroups?node=a", vec!["one", "two"]),
        ("/v1/portgroups?address=52:54:00:00:00:03", vec!["three"]),
        ("/v1/portgroups?address=52:54:00:00:00:09", vec![]),
        ("/v1/portgroups?sort_key=name", vec!["one", "three", "two"]),
        ("/v1/portgroups?limit=1", vec!["one"]),
        ("/v1/nodes/b/portgroups", vec!["three"]),
        ("/v1/nodes/a/portgroups/detail", vec!["one", "two"]),
    ] {
        let reply = ask(&router, "GET", path, None).await;
        let list = reply.body["portgroups"].as_array().expect(&reply.text);
        let found: Vec<_> = list.iter().map(|group| text(&group["name"])).collect();
        assert_eq!(found, names, "{path}");
        let detail = list.iter().all(|group| group.get("mode").is_some());
        assert_eq!(
            detail && !list.is_empty(),
            path.ends_with("detail"),
            "{path}"
        );
    }
    for (path, status) in [
        ("/v1/portgroups?node=nobody", 404),
        ("/v1/portgroups?address=x", 400),
        ("/v1/portgroups?node=a&address=52:54:00:00:00:03", 400),
        ("/v1/portgroups?shard=s&conductor_groups=g", 400),
        ("/v1/nodes/a/portgroups?shard=s", 400),
        ("/v1/portgroups/nobody", 404),
        ("/v1/portgroups/no%20body", 400),
    ] {
        let reply = ask(&router, "GET", path, None).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn wrong_port_groups_are_refused() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let foreign = fake.add_node("b", |node| node.owner = Some("other".to_owned()));
    let router = fake.operator();
    for body in [
        json!({}),
        json!({"node_uuid": "a"}),
        json!({"node_uuid": Uuid::max()}),
        json!({"node_uuid": node, "address": "x"}),
        json!({"node_uuid": node, "name": "a b"}),
        json!({"node_uuid": node, "mode": 4}),
        json!({"node_uuid": node, "properties": []}),
        json!({"node_uuid": node, "standalone_ports_supported": "perhaps"}),
        json!({"node_uuid": node, "physical_network": "x".repeat(65)}),
        json!({"node_uuid": node, "category": "x".repeat(81)}),
        json!({"node_uuid": node, "dynamic_portgroup": true}),
        json!({"node_uuid": node, "internal_info": {}}),
    ] {
        let reply = ask(&router, "POST", "/v1/portgroups", Some(body.clone())).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
    let group = add(&router, "portgroups", json!({"node_uuid": node})).await;
    let path = format!("/v1/portgroups/{}", text(&group["uuid"]));
    for (name, value) in [
        ("uuid", json!(Uuid::max())),
        ("dynamic_portgroup", json!(true)),
        ("node_uuid", json!(Uuid::max())),
        ("node_uuid", json!(foreign)),
        ("node_uuid", Value::Null),
        ("name", json!("a b")),
    ] {
        let change = json!([{"op": "replace", "path": format!("/{name}"), "value": value}]);
        let reply = patch(&router, &path, change).await;
        assert_eq!(reply.status, 400, "{name}: {}", reply.text);
    }
    let reply = patch(&router, &path, json!([{"op": "remove", "path": "/mode"}])).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}

#[tokio::test]
async fn ports_join_groups_and_leave_them() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let group = add(
        &router,
        "portgroups",
        json!({"node_uuid": node, "name": "bond0"}),
    )
    .await;
    let bonded = json!({"node_uuid": node, "standalone_ports_supported": false});
    let bonded = add(&router, "portgroups", bonded).await;
    let port = |number: u8, group: &Value| {
        json!({"node_uuid": node,
        "address": format!("52:54:00:00:00:{number:02}"), "portgroup_uuid": group["uuid"]})
    };
    let first = add(&router, "ports", port(1, &group)).await;
    assert_eq!(first["portgroup_uuid"], group["uuid"]);
    assert_eq!(first["pxe_enabled"], true);
    let quiet = add(&router, "ports", port(2, &bonded)).await;
    assert_eq!(quiet["pxe_enabled"], false);

    for (path, count) in [
        ("/v1/portgroups/bond0/ports", 1),
        ("/v1/portgroups/bond0/ports/detail", 1),
        ("/v1/ports?portgroup=bond0", 1),
        ("/v1/ports?portgroup=bond0&address=52:54:00:00:00:02", 0),
    ] {
        let reply = ask(&router, "GET", path, None).await;
        let list = reply.body["ports"].as_array().expect(&reply.text);
        assert_eq!(list.len(), count, "{path}");
    }
    for (path, version, status) in [
        ("/v1/ports?portgroup=nobody", "1.115", 404),
        ("/v1/ports?portgroup=bond0", "1.23", 406),
        ("/v1/portgroups/bond0/ports", "1.23", 404),
        ("/v1/portgroups/nobody/ports", "1.115", 404),
        ("/v1/portgroups/bond0/ports?node=a", "1.115", 403),
        ("/v1/nodes/a/ports?portgroup=bond0", "1.115", 403),
        (
            "/v1/portgroups/bond0/ports?conductor_groups=g",
            "1.115",
            400,
        ),
    ] {
        let reply = ask_at(&router, version, "GET", path, None).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
    }
    let full = ask(&router, "DELETE", "/v1/portgroups/bond0", None).await;
    assert_eq!(full.status, 400, "{}", full.text);

    let path = format!("/v1/ports/{}", text(&first["uuid"]));
    let join = |group: Value| json!([{"op": "add", "path": "/portgroup_uuid", "value": group}]);
    for wrong in [json!(Uuid::max()), json!("bond0")] {
        assert_eq!(patch(&router, &path, join(wrong)).await.status, 400);
    }
    let rewire = json!([{"op": "add", "path": "/physical_network", "value": "red"}]);
    for (version, status) in [("1.102", 400), ("1.101", 200)] {
        let reply = ask_at(&router, version, "PATCH", &path, Some(rewire.clone())).await;
        assert_eq!(reply.status, status, "{version}: {}", reply.text);
    }
    let nameless = json!([{"op": "add", "path": "/physical_network", "value": ""}]);
    assert_eq!(patch(&router, &path, nameless).await.status, 400);

    // The network of a group is that of its ports.
    let blue = json!([{"op": "add", "path": "/physical_network", "value": "blue"}]);
    let reply = patch(&router, "/v1/portgroups/bond0", blue).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let port = ask(&router, "GET", &path, None).await;
    assert_eq!(port.body["physical_network"], "blue");

    let left = patch(
        &router,
        &path,
        json!([{"op": "remove", "path": "/portgroup_uuid"}]),
    )
    .await;
    assert_eq!(left.body["portgroup_uuid"], Value::Null, "{}", left.text);
    let empty = ask(&router, "DELETE", "/v1/portgroups/bond0", None).await;
    assert_eq!(empty.status, 204, "{}", empty.text);
}

#[tokio::test]
async fn a_group_is_changed_in_the_turn_of_its_node() {
    let fake = Fake::new();
    let node = fake.add_node("a", |node| {
        node.provision_state = ProvisionState::Inspecting
    });
    let other = fake.add_node("b", |node| node.provision_state = ProvisionState::Active);
    let router = fake.operator();
    let group = add(
        &router,
        "portgroups",
        json!({"node_uuid": node, "name": "bond0"}),
    )
    .await;
    let rename = json!([{"op": "replace", "path": "/name", "value": "bond1"}]);
    assert_eq!(
        patch(&router, "/v1/portgroups/bond0", rename.clone())
            .await
            .status,
        409
    );
    fake.world.lock().unwrap().nodes[0].provision_state = ProvisionState::Manageable;
    assert_eq!(
        patch(&router, "/v1/portgroups/bond0", rename).await.status,
        200
    );
    let go = json!([{"op": "replace", "path": "/node_uuid", "value": other}]);
    assert_eq!(
        patch(&router, "/v1/portgroups/bond1", go.clone())
            .await
            .status,
        409
    );
    fake.world.lock().unwrap().nodes[1].maintenance = true;
    let gone = patch(&router, "/v1/portgroups/bond1", go).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(gone.body["node_uuid"], json!(other));
    let list = ask(&router, "GET", "/v1/nodes/b/portgroups", None).await;
    assert_eq!(list.body["portgroups"][0]["uuid"], group["uuid"]);
}
