//! Ports: creation, lists, patches.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, ask_at};

#[tokio::test]
async fn ports_are_made_listed_changed_and_removed() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let body = json!({"node_uuid": node, "address": "52:54:00:AA:BB:01", "pxe_enabled": false});
    let made = ask(&router, "POST", "/v1/ports", Some(body.clone())).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let uuid = made.body["uuid"].as_str().unwrap().to_owned();
    assert_eq!(made.body["address"], "52:54:00:aa:bb:01");
    assert!(
        made.header("location")
            .unwrap()
            .ends_with(&format!("/v1/ports/{uuid}"))
    );
    assert_eq!(
        ask(&router, "POST", "/v1/ports", Some(body)).await.status,
        409
    );

    let path = "/v1/ports?fields=node_uuid,uuid,address&address=52:54:00:AA:bb:01";
    let list = ask(&router, "GET", path, None).await;
    assert_eq!(list.body["ports"][0]["node_uuid"], json!(node));
    assert_eq!(list.body["ports"][0].as_object().unwrap().len(), 4);
    for (path, count) in [
        ("/v1/ports?address=52:54:00:aa:bb:99", 0),
        ("/v1/ports?node=a", 1),
        ("/v1/nodes/a/ports", 1),
        ("/v1/nodes/a/ports/detail", 1),
        ("/v1/ports/detail", 1),
    ] {
        let reply = ask(&router, "GET", path, None).await;
        assert_eq!(
            reply.body["ports"].as_array().map(Vec::len),
            Some(count),
            "{path}: {}",
            reply.text
        );
    }

    let patch = json!([
        {"op": "add", "path": "/extra/rack", "value": 7},
        {"op": "replace", "path": "/address", "value": "52:54:00:AA:BB:02"},
        {"op": "remove", "path": "/pxe_enabled"},
        {"op": "add", "path": "/local_link_connection",
         "value": {"port_id": "e1", "switch_id": "0A:1B:2C:3D:4E:5F"}},
    ]);
    let path = format!("/v1/ports/{uuid}");
    let changed = ask(&router, "PATCH", &path, Some(patch)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["address"], "52:54:00:aa:bb:02");
    assert_eq!(changed.body["pxe_enabled"], true);
    assert_eq!(
        changed.body["local_link_connection"]["switch_id"],
        "0a:1b:2c:3d:4e:5f"
    );
    let port: api_types::Port = serde_json::from_value(changed.body).unwrap();
    assert_eq!(port.extra["rack"], 7);

    let patch = json!([{"op": "add", "path": "/local_link_connection", "value": {"network_type": "unmanaged"}}]);
    for (version, status) in [("1.63", 406), ("1.64", 200)] {
        let reply = ask_at(&router, version, "PATCH", &path, Some(patch.clone())).await;
        assert_eq!(reply.status, status, "{}", reply.text);
    }
    let old = ask_at(&router, "1.1", "GET", &path, None).await;
    assert_eq!(old.body.as_object().unwrap().len(), 7);
    assert_eq!(ask(&router, "DELETE", &path, None).await.status, 204);
    assert_eq!(ask(&router, "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn wrong_ports_are_refused() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let good = json!({"node_uuid": node, "address": "52:54:00:00:00:01"});
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    for (body, version, status) in [
        (json!({"node_uuid": node}), "1.115", 400),
        (json!({"address": "52:54:00:00:00:01"}), "1.115", 400),
        (with("address", json!("nonsense")), "1.115", 400),
        (with("address", json!(5)), "1.115", 400),
        (with("address", json!("52-54-00-00-00-01")), "1.115", 400),
        (with("node_uuid", json!(uuid::Uuid::max())), "1.115", 400),
        (with("node_ident", json!("a")), "1.115", 400),
        (with("unknown", json!(1)), "1.115", 400),
        (
            with("physical_network", json!("x".repeat(65))),
            "1.115",
            400,
        ),
        (
            with("portgroup_uuid", json!(uuid::Uuid::max())),
            "1.115",
            400,
        ),
        (
            with("local_link_connection", json!({"x": "y"})),
            "1.115",
            400,
        ),
        (
            with(
                "local_link_connection",
                json!({"network_type": "unmanaged"}),
            ),
            "1.63",
            406,
        ),
        (with("vendor", json!("v")), "1.99", 406),
        (
            json!({"node_ident": "a", "address": "52:54:00:00:00:01"}),
            "1.93",
            406,
        ),
        (
            json!({"node_ident": "a", "address": "52:54:00:00:00:01"}),
            "1.94",
            201,
        ),
    ] {
        let reply = ask_at(&router, version, "POST", "/v1/ports", Some(body.clone())).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
    }
    for (path, status) in [
        ("/v1/ports?node=a&shard=s", 403),
        ("/v1/ports?node=a&conductor_groups=g", 400),
        ("/v1/ports?address=x", 400),
        ("/v1/ports?portgroup=p", 404),
        ("/v1/ports?node=nobody", 404),
        (
            "/v1/ports?node_uuid=ffffffff-ffff-ffff-ffff-ffffffffffff",
            404,
        ),
        ("/v1/ports?node=not%20a%20name", 400),
        ("/v1/ports?node=nobody&sort_key=extra", 400),
    ] {
        assert_eq!(
            ask(&router, "GET", path, None).await.status,
            status,
            "{path}"
        );
    }
    assert_eq!(
        ask(&router, "DELETE", "/v1/ports/by-name", None)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn any_text_names_a_port_and_names_are_found_in_every_version() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let port = |number: u8, name: &str| json!({"node_uuid": node, "address": format!("52:54:00:00:00:{number:02}"), "name": name});
    for (number, name, status) in [
        (1, "eth0", 201),
        (2, "left of the door", 201),
        (3, "left of the door", 409),
        (4, "", 201),
        (5, "", 201),
    ] {
        let reply = ask(&router, "POST", "/v1/ports", Some(port(number, name))).await;
        assert_eq!(reply.status, status, "{name:?}: {}", reply.text);
    }
    let old = ask_at(&router, "1.87", "GET", "/v1/ports/eth0", None).await;
    assert_eq!(old.status, 200, "{}", old.text);
    assert!(old.body.get("name").is_none());
}

#[tokio::test]
async fn what_has_to_do_with_networks_is_kept_from_older_versions() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let vtep = json!({"port_id": "e", "vtep-logical-switch": "l", "vtep-physical-switch": "p"});
    let mut made = Vec::new();
    for (number, version, link, status) in [
        (1, "1.89", &vtep, 406),
        (1, "1.90", &vtep, 201),
        (2, "1.105", &vtep, 406),
    ] {
        let body = json!({"node_uuid": node, "address": format!("52:54:00:00:00:{number:02}"),
            "local_link_connection": link});
        let reply = ask_at(&router, version, "POST", "/v1/ports", Some(body)).await;
        assert_eq!(reply.status, status, "{version}: {}", reply.text);
        made.push(reply.body["uuid"].clone());
    }
    let path = format!("/v1/ports/{}", made[1].as_str().unwrap());
    for (version, shown) in [("1.89", json!({})), ("1.90", vtep), ("1.115", json!({}))] {
        let reply = ask_at(&router, version, "GET", &path, None).await;
        assert_eq!(reply.body["local_link_connection"], shown, "{version}");
    }
    let patch = json!([{"op": "remove", "path": "/physical_network"}]);
    for (version, status) in [("1.33", 406), ("1.34", 200)] {
        let reply = ask_at(&router, version, "PATCH", &path, Some(patch.clone())).await;
        assert_eq!(reply.status, status, "{version}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_smart_nic_says_where_it_is() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    for (link, status) in [
        (
            json!({"port_id": "e", "switch_id": "0a:1b:2c:3d:4e:5f"}),
            400,
        ),
        (json!({"port_id": "rep0-0", "hostname": "h"}), 201),
    ] {
        let body = json!({"node_uuid": node, "address": "52:54:00:00:00:01", "is_smartnic": true,
            "local_link_connection": link});
        let reply = ask(&router, "POST", "/v1/ports", Some(body)).await;
        assert_eq!(reply.status, status, "{}", reply.text);
    }
}
