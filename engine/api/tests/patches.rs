//! Patches of nodes: on the secrets themselves, whole or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use model::InterfaceKind;
use serde_json::{Value, json};
use support::ask::{ask, ask_at};
use support::{Fake, rich};

#[tokio::test]
async fn patches_work_on_the_secrets_themselves() {
    let fake = Fake::new();
    let uuid = rich(&fake);
    let router = fake.operator();
    let patch = json!([
        {"op": "add", "path": "/driver_info/redfish_username", "value": "admin"},
        {"op": "replace", "path": "/properties/cpus", "value": 8},
        {"op": "remove", "path": "/properties/cpu_arch"},
        {"op": "remove", "path": "/name"},
        {"op": "remove", "path": "/owner"},
        {"op": "add", "path": "/boot_interface", "value": "other"},
    ]);
    let reply = ask(&router, "PATCH", &format!("/v1/nodes/{uuid}"), Some(patch)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["properties"], json!({"cpus": 8}));
    assert_eq!(reply.body["name"], Value::Null);
    assert_eq!(reply.body["boot_interface"], "other");
    let node = fake.node(uuid);
    assert_eq!(
        node.driver_info.text("redfish_password"),
        Some("hidden-canary")
    );
    assert_eq!(node.driver_info.text("redfish_username"), Some("admin"));
    let patch = json!([{"op": "remove", "path": "/boot_interface"}]);
    ask(&router, "PATCH", &format!("/v1/nodes/{uuid}"), Some(patch)).await;
    assert_eq!(fake.node(uuid).interface(InterfaceKind::Boot), "fake");
}

#[tokio::test]
async fn patches_are_refused_whole() {
    let fake = Fake::new();
    let uuid = rich(&fake);
    fake.add_node("other", |_| {});
    let router = fake.operator();
    let path = format!("/v1/nodes/{uuid}");
    for (patch, version, status) in [
        (json!({}), "1.115", 400),
        (json!([]), "1.115", 200),
        (json!(null), "1.115", 400),
        (
            json!([{"op": "add", "path": "/uuid", "value": "x"}]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "add", "path": "/traits", "value": []}]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "add", "path": "/provision_state", "value": "active"}]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "remove", "path": "/extra/none"}]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "add", "path": "/driver", "value": null}]),
            "1.115",
            400,
        ),
        (json!([{"op": "remove", "path": "/driver"}]), "1.115", 400),
        (
            json!([{"op": "add", "path": "/extra", "value": 5}]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "add", "path": "/maintenance", "value": "perhaps"}]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "add", "path": "/protected_reason", "value": "r"}]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "add", "path": "/name", "value": "other"}]),
            "1.115",
            409,
        ),
        (
            json!([{"op": "add", "path": "/shard", "value": "s"}]),
            "1.81",
            406,
        ),
        (json!([{"op": "remove", "path": "/shard"}]), "1.81", 200),
        (
            json!(vec![json!({"op": "remove", "path": "/owner"}); 1001]),
            "1.115",
            400,
        ),
        (
            json!([{"op": "add", "path": "/extra/a", "value": 1}, {"op": "remove", "path": "/extra/b"}]),
            "1.115",
            400,
        ),
    ] {
        let shown = patch.to_string();
        let reply = ask_at(&router, version, "PATCH", &path, Some(patch)).await;
        assert_eq!(reply.status, status, "{shown:.200}: {}", reply.text);
    }
    assert!(fake.node(uuid).extra.is_empty());
    let reset = format!("{path}?reset_interfaces=true");
    let patch = json!([{"op": "add", "path": "/driver", "value": "fake-hardware"}]);
    assert_eq!(
        ask_at(&router, "1.44", "PATCH", &reset, Some(patch.clone()))
            .await
            .status,
        406
    );
    assert_eq!(ask(&router, "PATCH", &reset, Some(patch)).await.status, 200);
    let patch = json!([{"op": "add", "path": "/extra/a", "value": 1}]);
    assert_eq!(ask(&router, "PATCH", &reset, Some(patch)).await.status, 400);
}

#[tokio::test]
async fn maintenance_off_takes_reason_and_fault_with_it() {
    let fake = Fake::new();
    let uuid = fake.add_node("a", |node| {
        node.maintenance = true;
        node.maintenance_reason = Some("why".to_owned());
        node.fault = Some(model::Fault::Clean);
    });
    let patch = json!([{"op": "replace", "path": "/maintenance", "value": "false"}]);
    let reply = ask(&fake.operator(), "PATCH", "/v1/nodes/a", Some(patch)).await;
    assert_eq!(reply.body["maintenance_reason"], Value::Null);
    assert_eq!(fake.node(uuid).fault, None);
}
