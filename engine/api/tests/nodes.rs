//! Nodes: documents by version, creation, lists, patches.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use model::{Refusal, RefusalKind};
use serde_json::{Value, json};
use support::ask::{ask, ask_at};
use support::{Fake, rich};

/// Compares with a file under tests/golden; `UPDATE_GOLDEN=1` writes it.
fn golden(name: &str, found: &Value) {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = serde_json::to_string_pretty(found).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, kept, "{name}");
}

#[tokio::test]
async fn documents_are_those_of_their_version() {
    let fake = Fake::new();
    let uuid = rich(&fake);
    let router = fake.operator();
    for version in ["1.1", "1.38", "1.80", "1.115"] {
        let reply = ask_at(&router, version, "GET", &format!("/v1/nodes/{uuid}"), None).await;
        assert!(!reply.text.contains("hidden-canary"), "{}", reply.text);
        golden(&format!("node-{version}"), &reply.body);
    }
    let reply = ask_at(&router, "1.1", "GET", "/v1/nodes", None).await;
    golden("nodes-1.1", &reply.body);
    let reply = ask(&router, "GET", "/v1/nodes", None).await;
    golden("nodes-1.115", &reply.body);
    let reply = ask(&router, "GET", &format!("/v1/nodes/{uuid}/states"), None).await;
    golden("states-1.115", &reply.body);
}

#[tokio::test]
async fn a_document_reads_back_into_its_type() {
    let fake = Fake::new();
    let uuid = rich(&fake);
    for version in ["1.1", "1.50", "1.115"] {
        let reply = ask_at(
            &fake.operator(),
            version,
            "GET",
            &format!("/nodes/{uuid}"),
            None,
        )
        .await;
        let node: api_types::Node = serde_json::from_value(reply.body).unwrap();
        assert_eq!(node.uuid, uuid);
        assert_eq!(node.created_at.unwrap().timestamp(), support::NOW);
    }
}

#[tokio::test]
async fn nodes_are_created_as_asked() {
    let fake = Fake::new();
    let router = fake.operator();
    let body = json!({
        "driver": "fake-hardware", "name": "ns~a", "driver_info": {"redfish_password": "p"},
        "properties": {"cpu_arch": "", "capabilities": "boot_mode:uefi"}, "disable_power_off": false,
        "boot_interface": "fake", "conductor_group": "East", "automated_clean": "true",
        "instance_info": {"display_name": "shown"},
    });
    let reply = ask(&router, "POST", "/v1/nodes", Some(body)).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let uuid = reply.body["uuid"].as_str().unwrap();
    let place = format!("http://engine:6385/v1/nodes/{uuid}");
    assert_eq!(reply.header("location"), Some(place.as_str()));
    assert_eq!(reply.body["provision_state"], "enroll");
    assert_eq!(reply.body["driver_info"]["redfish_password"], "******");
    assert_eq!(reply.body["conductor_group"], "east");
    assert_eq!(reply.body["automated_clean"], true);
    // Only a change fills it from there.
    assert_eq!(reply.body["instance_name"], json!(null));
    assert_eq!(reply.body["created_at"], "2026-11-22T10:00:00+00:00");
    let kept = fake.node(uuid.parse().unwrap());
    assert_eq!(kept.driver_info.text("redfish_password"), Some("p"));
    let old = ask_at(
        &router,
        "1.10",
        "POST",
        "/v1/nodes",
        Some(json!({"driver": "fake-hardware"})),
    )
    .await;
    assert_eq!(old.body["provision_state"], "available");
}

#[tokio::test]
async fn creation_refuses_what_it_cannot_mean() {
    let fake = Fake::new();
    fake.add_node("taken", |_| {});
    let router = fake.operator();
    for (body, status) in [
        (json!({}), 400),
        (json!({"driver": null}), 400),
        (json!({"driver": "nope"}), 400),
        (json!({"driver": "fake-hardware", "unknown": 1}), 400),
        (json!({"driver": "fake-hardware", "traits": []}), 400),
        (json!({"driver": "fake-hardware", "protected": true}), 400),
        (
            json!({"driver": "fake-hardware", "provision_state": "active"}),
            400,
        ),
        (json!({"driver": "fake-hardware", "name": "a b"}), 400),
        (json!({"driver": "fake-hardware", "name": "detail"}), 400),
        (json!({"driver": "fake-hardware", "name": 5}), 400),
        (json!({"driver": "fake-hardware", "extra": []}), 400),
        (
            json!({"driver": "fake-hardware", "properties": {"memory_mb": -1}}),
            400,
        ),
        (
            json!({"driver": "fake-hardware", "resource_class": "x".repeat(81)}),
            400,
        ),
        (json!({"driver": "fake-hardware", "name": ""}), 400),
        (
            json!({"driver": "fake-hardware", "chassis_uuid": uuid::Uuid::max()}),
            400,
        ),
        (
            json!({"driver": "fake-hardware", "parent_node": "nobody"}),
            400,
        ),
        (json!({"driver": "fake-hardware", "name": "taken"}), 409),
    ] {
        let reply = ask(&router, "POST", "/v1/nodes", Some(body.clone())).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
        reply.error();
    }
    let body = json!({"driver": "fake-hardware", "shard": "s"});
    let reply = ask_at(&router, "1.81", "POST", "/v1/nodes", Some(body)).await;
    assert_eq!(reply.status, 406);
}

#[tokio::test]
async fn lists_are_paged_in_order_of_creation() {
    let fake = Fake::new();
    for name in ["c", "a", "b"] {
        fake.add_node(name, |_| {});
    }
    let router = fake.operator();
    let names = |body: &Value| -> Vec<String> {
        let nodes = body["nodes"].as_array().unwrap();
        nodes
            .iter()
            .map(|n| n["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = ask(
        &router,
        "GET",
        "/v1/nodes?limit=2&maintenance=false&fields=uuid,name",
        None,
    )
    .await;
    assert_eq!(names(&first.body), ["c", "a"]);
    let next = first.body["next"].as_str().unwrap();
    let path = next.strip_prefix("http://engine:6385").unwrap();
    assert!(
        path.contains("fields=uuid,name&") && path.contains("maintenance=false"),
        "{path}"
    );
    let second = ask(&router, "GET", path, None).await;
    assert_eq!(names(&second.body), ["b"]);
    assert!(second.body.get("next").is_none());
    let sorted = ask(
        &router,
        "GET",
        "/v1/nodes?sort_key=name&sort_dir=desc",
        None,
    )
    .await;
    assert_eq!(names(&sorted.body), ["c", "b", "a"]);
    let huge = ask(&router, "GET", "/v1/nodes?limit=99999999999999999999", None).await;
    assert_eq!(names(&huge.body).len(), 3);
}

#[tokio::test]
async fn list_parameters_are_judged() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    for (query, version, status) in [
        ("limit=0", "1.115", 400),
        ("limit=-1", "1.115", 400),
        ("limit=x", "1.115", 400),
        ("marker=x", "1.115", 400),
        ("marker=ffffffff-ffff-ffff-ffff-ffffffffffff", "1.115", 404),
        ("sort_key=driver_info", "1.115", 400),
        ("sort_key=nothing", "1.115", 400),
        ("sort_dir=up", "1.115", 400),
        ("fields=password", "1.115", 400),
        ("fields=shard", "1.81", 406),
        ("fields=uuid", "1.7", 406),
        ("fields=uuid&detail=true", "1.115", 400),
        ("detail=true", "1.42", 400),
        ("detail=true", "1.43", 200),
        ("maintenance=perhaps", "1.115", 400),
        ("provision_state=sleeping", "1.115", 400),
        ("provision_state=wait%20call-back", "1.115", 200),
        ("fault=bad", "1.115", 400),
        ("owner=me", "1.49", 406),
        ("nonsense=1", "1.115", 400),
        ("limit=1&limit=2", "1.115", 400),
        ("fields=uuid&fields=name", "1.115", 200),
        ("fields=links", "1.115", 400),
        ("fields=", "1.115", 200),
        ("include_children=true", "1.82", 406),
        ("chassis_uuid=x", "1.115", 400),
        ("conductor=other", "1.115", 200),
        ("health=OK", "1.115", 400),
    ] {
        let reply = ask_at(&router, version, "GET", &format!("/v1/nodes?{query}"), None).await;
        assert_eq!(reply.status, status, "{query}: {}", reply.text);
    }
}

#[tokio::test]
async fn children_are_hidden_unless_asked_for() {
    let fake = Fake::new();
    let parent = fake.add_node("parent", |_| {});
    fake.add_node("child", |node| node.parent_node = Some(parent));
    let router = fake.operator();
    for (path, count) in [
        ("/v1/nodes", 1),
        ("/v1/nodes?include_children=true", 2),
        ("/v1/nodes?parent_node=parent", 1),
    ] {
        let reply = ask(&router, "GET", path, None).await;
        assert_eq!(
            reply.body["nodes"].as_array().unwrap().len(),
            count,
            "{path}"
        );
    }
    let reply = ask(&router, "GET", "/v1/nodes/parent/children", None).await;
    assert_eq!(reply.body["children"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn refusals_become_their_status() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    for (kind, status) in [
        (RefusalKind::Invalid, 400),
        (RefusalKind::NotPossible, 400),
        (RefusalKind::Busy, 409),
        (RefusalKind::WrongState, 409),
        (RefusalKind::Forbidden, 403),
        (RefusalKind::NotFound, 404),
    ] {
        fake.world.lock().unwrap().refuse = Some(Refusal::new(kind, "the reason"));
        let reply = ask(&router, "DELETE", "/v1/nodes/a", None).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.error(), "the reason");
    }
    let reply = ask(&router, "DELETE", "/v1/nodes/a", None).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (204, ""));
}

#[tokio::test]
async fn a_version_may_leave_at_its_default_what_it_does_not_know() {
    let router = Fake::new().operator();
    for (body, version, status) in [
        (
            json!({"driver": "fake-hardware", "conductor_group": ""}),
            "1.45",
            201,
        ),
        (
            json!({"driver": "fake-hardware", "parent_node": null}),
            "1.82",
            201,
        ),
        (
            json!({"driver": "fake-hardware", "conductor_group": "x"}),
            "1.45",
            406,
        ),
        (
            json!({"driver": "fake-hardware", "nonsense": null}),
            "1.45",
            400,
        ),
    ] {
        let reply = ask_at(&router, version, "POST", "/v1/nodes", Some(body.clone())).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
    }
}
